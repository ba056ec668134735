"""Parsed C files kept for the next programs of this process, as long as nothing that they were made of has changed."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, Generic, TypeVar

from attrs import field, frozen

from modelcheck.frontend.c.mention import mentioned, spliced
from modelcheck.frontend.c.texts import Texts

MOST: Final = 64 * 1024 * 1024
"""Bytes, as clang counts them, of the files that are kept; the process grows by about twice as much."""


@frozen
class Command:
    """What clang is asked: the file and where it runs, the options, and the macros defined besides."""

    place: tuple[str, ...]
    options: tuple[str, ...]
    defines: Mapping[str, str]

    def differs_in(self, other: Command) -> Iterator[str]:
        """The macros that are not the same."""
        names = self.defines.keys() | other.defines.keys()
        return (name for name in names if self.defines.get(name) != other.defines.get(name))


U = TypeVar("U")


@frozen(eq=False)
class _Kept(Generic[U]):
    """A parsed file and what it was made of.

    Attributes:
        digests: of every file that clang read, by name.
        looked: by folder, the names of files that clang looked for there, or may look for when a macro is another,
            and those that were there.
    """

    command: Command
    unit: U
    size: int
    digests: Mapping[str, bytes]
    looked: Mapping[str, tuple[frozenset[str], frozenset[str]]]
    _mentioned: dict[str, bool] = field(factory=dict, init=False)

    def answers(self, command: Command, texts: Texts) -> bool:
        """Whether clang would read the same for ``command``, and make the same of it."""
        own = self.command
        if command.place != own.place or command.options != own.options:
            return False
        differing = list(command.differs_in(own))
        if any(self._mentioned.get(name) for name in differing) or not self._holds(texts):
            return False
        return not any(self._mentions(name, command, texts) for name in differing)

    def _holds(self, texts: Texts) -> bool:
        for name, before in self.digests.items():
            content = texts.content(name)
            if content is None or content.digest != before:
                return False
        return all(texts.files(folder) & names == there for folder, (names, there) in self.looked.items())

    def _mentions(self, name: str, command: Command, texts: Texts) -> bool:
        """Whether it can matter what ``name`` is defined as, in texts that are as they were."""
        if name not in self._mentioned:
            read = (content.data for content in map(texts.content, self.digests) if content is not None)
            self._mentioned[name] = mentioned(name, read)
        values = (*command.defines.values(), *self.command.defines.values())
        return self._mentioned[name] or mentioned(name, (value.encode("utf-8", "replace") for value in values))


class Shelf(Generic[U]):
    """The files that are kept; those used last stay when they get too many."""

    def __init__(self, most: int = MOST) -> None:
        """``most``: bytes of all of them together."""
        self._most = most
        self._kept: list[_Kept[U]] = []

    def find(self, command: Command, texts: Texts) -> U | None:
        """What ``command`` would give on ``texts``, if it is here."""
        for number in range(len(self._kept) - 1, -1, -1):
            kept = self._kept[number]
            if kept.answers(command, texts):
                self._kept.append(self._kept.pop(number))
                return kept.unit
        return None

    def keep(
        self, command: Command, unit: U, size: int, read: Mapping[str, bytes], include: Sequence[str], texts: Texts
    ) -> None:
        """Keep what ``command`` gave, unless it may be another the next time though no file changes.

        Args:
            unit, size: what to keep, and its bytes.
            read: all that clang has read, by name.
            include: the folders that it looked through for headers, but for our own.
            texts: what the files hold.
        """
        if size > self._most or any(os.environ.get(name) for name in _LISTENED):
            return
        digests = {}
        wanted: set[str] = set()
        everywhere: set[str] = set()
        for name, data in read.items():
            content = texts.content(name)
            if content is None or content.data != data:
                return  # somebody is writing to it
            digests[name] = content.digest
            named = _named(data)
            if named is None:
                return
            quoted, every = named
            everywhere |= every
            if not texts.ours(name):
                wanted.update(posixpath.join(posixpath.dirname(name), one) for one in quoted)
        wanted.update(posixpath.join(folder, one) for folder in include for one in everywhere)
        looked: dict[str, set[str]] = {}
        for path in wanted:
            parent, base = posixpath.split(path)
            looked.setdefault(parent, set()).add(base.casefold())
        there = {folder: (frozenset(names), texts.files(folder) & names) for folder, names in looked.items()}
        self._kept.append(_Kept(command, unit, size, digests, there))
        while sum(kept.size for kept in self._kept) > self._most:
            del self._kept[0]

    def __iter__(self) -> Iterator[U]:
        """What is kept, used last at the end."""
        return (kept.unit for kept in self._kept)


_LISTENED: Final = ("CPATH", "C_INCLUDE_PATH", "CCC_OVERRIDE_OPTIONS")
"""Variables of the environment by which clang looks elsewhere, or takes other options."""

_COMMENT: Final = re.compile(rb'("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')|/\*.*?\*/|//[^\n]*', re.DOTALL)
_NAME: Final = re.compile(rb'"([^"\n]+)"|<([^>\n]+)>')
_UNSURE: Final = re.compile(
    rb"(?:#|%:|\?\?=)[ \t]*(?:include|include_next|import)\b(?![ \t]*[\"<])"  # a macro tells the name
    rb"|\b__has_include(?:_next)?\b(?![ \t]*\([ \t]*[\"<])"
    rb"|(?:#|%:|\?\?=)[ \t]*embed\b|\b(?:__has_embed|__DATE__|__TIME__|__TIMESTAMP__)\b"
)


@lru_cache(maxsize=512)
def _named(data: bytes) -> tuple[frozenset[str], frozenset[str]] | None:
    """The files that a text includes or asks for, wherever in it: those named in quotes, and all of them.

    None where that cannot be told, or the text may mean something else though it is the same.
    """
    text = spliced(data)
    bare = _COMMENT.sub(lambda found: found[1] or b" ", text)
    if _UNSURE.search(bare):
        return None
    quoted: set[str] = set()
    both: set[str] = set()
    for line in (*text.split(b"\n"), *bare.split(b"\n")):
        if b"include" not in line and b"import" not in line:
            continue
        for in_quotes, in_brackets in _NAME.findall(line):
            both.add(os.fsdecode(in_quotes or in_brackets))
            if in_quotes:
                quoted.add(os.fsdecode(in_quotes))
    return frozenset(quoted), frozenset(both)
