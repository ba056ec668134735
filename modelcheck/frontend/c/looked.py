"""The files that C texts include or ask for, and where clang looks for them: where one would count that comes anew."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from attrs import frozen

from modelcheck.commands import FOLDERS
from modelcheck.frontend.made_of import MadeOf, changed_since, listing, openness
from modelcheck.frontend.mention import spliced
from modelcheck.frontend.texts import Texts


def made_of(read: Mapping[str, bytes], options: Sequence[str], texts: Texts, began: int) -> MadeOf | None:
    """What something was made of; None where it may be another though no file changes.

    Args:
        read: what clang read, by name.
        options: what it was asked with.
        texts: what the files hold.
        began: the time `modelcheck.frontend.made_of.now` before it was asked.
    """
    same = {}
    for name, data in read.items():
        content = texts.content(name)
        if content is None or content.data != data:
            return None  # somebody is writing to it
        same[name] = content
    looked = places({name: content.data for name, content in same.items()}, options, texts)
    if looked is None or changed_since(began, looked) or any(openness(folder) is False for folder in looked):
        return None
    if any(map(os.path.lexists, _precompiled(options))):
        return None
    digests = {name: content.digest for name, content in same.items()}
    folders, names = sorted(looked), frozenset[str]().union(*looked.values())
    return MadeOf(digests, folders, names, listing(digests, folders, names, Texts(texts.headers)))


def places(read: Mapping[str, bytes], options: Sequence[str], texts: Texts) -> dict[str, set[str]] | None:
    """The files that clang looked for, or may look for when a macro is another: their names, in lower case, by folder.

    Those beside our own headers are left out: they are part of modelcheck. None where a name cannot be told, or a text
    may mean something else though it is the same.
    """
    searched = set(_folders(options))
    wanted = set(_precompiled(options))
    every: set[str] = set()
    for name, data in read.items():
        found = loosely(data) if texts.ours(name) else named(data)
        if found is None:
            return None
        folder = posixpath.dirname(name)
        wanted.update(posixpath.join(folder, one) for one in found.quoted)
        every |= found.every
        if found.by_macro:
            searched.add(folder)
    # What a macro names is known by what was read: a name there is what follows a folder that clang looked in.
    every.update(_below(read, searched | set(map(posixpath.dirname, read))))
    looked = _by_folder(wanted)
    for below, names in _by_folder(every).items():
        for folder in searched:
            looked.setdefault(posixpath.join(folder, below) if below else folder, set()).update(names)
    ours = f"{texts.headers}{os.sep}"
    return {folder: names for folder, names in looked.items() if not f"{folder}{os.sep}".startswith(ours)}


def _by_folder(paths: Iterable[str]) -> dict[str, set[str]]:
    """The names of files in lower case, by the folders before them."""
    found: dict[str, set[str]] = {}
    for path in paths:
        folder, name = posixpath.split(path)
        found.setdefault(folder, set()).add(name.casefold())
    return found


def _folders(options: Sequence[str]) -> Iterator[str]:
    """The folders for headers that options of clang name."""
    return (folder for option, folder in pairwise(options) if option in FOLDERS)


def _precompiled(options: Sequence[str]) -> Iterator[str]:
    """The files that clang would take for the headers that options include."""
    for option, name in pairwise(options):
        if option == "-include":
            yield from (f"{name}.pch", f"{name}.gch")


def _below(names: Iterable[str], folders: set[str]) -> Iterator[str]:
    """What follows one of ``folders`` in each name."""
    for name in names:
        parts = name.split("/")
        for count in range(1, len(parts)):
            if "/".join(parts[:count]) in folders:
                yield "/".join(parts[count:])


@frozen
class Asked:
    """The files that a text includes or asks for, wherever in it: those named in quotes, and all of them.

    ``by_macro``: it may be a macro that tells a name.
    """

    quoted: frozenset[str]
    every: frozenset[str]
    by_macro: bool = False


@lru_cache(maxsize=4096)
def loosely(data: bytes) -> Asked | None:
    """What a text of the library asks for, as `named`: fast, for there are thousands. A macro may tell a name."""
    if any(word in data for word in _CHANGING_WORDS) and _CHANGING.search(data):
        return None
    quoted: set[str] = set()
    every: set[str] = set()
    by_macro = False
    for before, found in _asking(data):
        in_quotes, in_brackets, macro, odd = found.groups()
        if odd or (macro and before == b"__has_"):
            return named(data)
        if in_quotes or in_brackets:
            every.add(os.fsdecode(in_quotes or in_brackets))
        if in_quotes:
            quoted.add(os.fsdecode(in_quotes))
        by_macro = by_macro or macro is not None
    return Asked(frozenset(quoted), frozenset(every), by_macro)


def _asking(data: bytes) -> Iterator[tuple[bytes, re.Match[bytes]]]:
    """What follows each word that ends in ``include`` or the like, and the six bytes before these."""
    for word in (b"include", b"import"):
        at = data.find(word)
        while at >= 0:
            found = _TARGET.match(data, at + len(word))
            if found:
                yield data[max(at - 6, 0) : at], found
            at = data.find(word, at + 1)


@lru_cache(maxsize=512)
def named(data: bytes) -> Asked | None:
    """What a text asks for; None where that cannot be told, or the same text may mean something else."""
    text = spliced(data)
    bare = _COMMENT.sub(lambda found: found[1] or b" ", text)
    if _UNSURE.search(text) or _UNSURE.search(bare):
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
    return Asked(frozenset(quoted), frozenset(both))


_TARGET: Final = re.compile(rb'(?:_next)?\b[ \t]*(?:\([ \t]*)?(?:"([^"\n]+)"|<([^>\n]+)>|([A-Za-z_])|([\f\v\\]|/[*/]))')
"""A name in quotes or brackets, the beginning of a macro, or of what parts a directive: a comment, another line."""

_CHANGING_WORDS: Final = (b"embed", b"__DATE__", b"__TIME")
_CHANGING: Final = re.compile(rb"(?:#|%:)[ \t]*embed\b|\b__(?:has_embed|DATE__|TIME__|TIMESTAMP__)\b")
_COMMENT: Final = re.compile(rb'("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')|/\*.*?\*/|//[^\n]*', re.DOTALL)
_NAME: Final = re.compile(rb'"([^"\n]+)"|<([^>\n]+)>')
_UNSURE: Final = re.compile(
    rb"(?:#|%:|\?\?=)[ \t]*(?:include|include_next|import)\b(?![ \t]*[\"<])"  # a macro tells the name
    rb"|\b__has_include(?:_next)?\b(?![ \t]*\([ \t]*[\"<])"
    rb"|(?:#|%:|\?\?=)[ \t]*embed\b|\b(?:__has_embed|__DATE__|__TIME__|__TIMESTAMP__)\b"
)
