"""Whether any of some C texts can name a macro: by its name as it stands, or one put together with ``##``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

_SPLICE: Final = re.compile(rb"\\[ \t]*\r?\n")
_WORD: Final = re.compile(rb"[\w$\x80-\xff]+")

_TYPES: Final = ("long", "unsigned", "signed", "int", "short", "char", "float", "double")
_ENDINGS: Final = ("L", "U", "UL", "LL", "ULL", "F", "d", "i", "o", "u", "x", "X", "h", "hh", "l", "ll")
_CLANG: Final = frozenset((*_TYPES, *_ENDINGS))
"""Words that clang's own macros stand for, but for numbers."""


def spliced(data: bytes) -> bytes:
    """A text with each line that ends in a backslash joined to the next one."""
    return _SPLICE.sub(b"", data)


def mentioned(name: str, texts: Iterable[bytes]) -> bool:
    """Whether a macro's name is a word of one of the texts, comments and strings included, or a row of words and digits
    of them. A name that is clang's to give counts as mentioned, and so does what is no plain name."""
    if not (name.isascii() and name.isidentifier()) or name.startswith("__"):
        return True
    words = set(_digits(name)) | (_CLANG & _parts(name))
    for text in texts:
        words |= _within(text, name)
        if name in words:
            return True
    return _composed(name, words)


@lru_cache(maxsize=1 << 14)
def _within(text: bytes, name: str) -> frozenset[str]:
    """The words of a text that are parts of ``name``."""
    return frozenset(_parts(name) & _words(text))


@lru_cache(maxsize=256)
def _words(text: bytes) -> frozenset[str]:
    return frozenset(word.decode("utf-8", "replace") for word in _WORD.findall(spliced(text)))


@lru_cache(maxsize=256)
def _parts(name: str) -> frozenset[str]:
    return frozenset(name[start:end] for start in range(len(name)) for end in range(start + 1, len(name) + 1))


def _digits(name: str) -> Iterator[str]:
    return (char for char in name if char.isdigit())


def _composed(name: str, words: set[str]) -> bool:
    """Whether ``name`` is a row of ``words``."""
    ends = {0}
    for start in range(len(name)):
        if start in ends:
            ends.update(start + len(word) for word in words if name.startswith(word, start))
    return len(name) in ends
