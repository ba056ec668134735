"""Texts by the names that git gives them, from repositories and from files at hand, and git's merge of three."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import define, field

from modelcheck.frontend.spec.hunks import lines_of, text_of
from modelcheck.frontend.spec.threeway import Conflict
from modelcheck.regression import git

_SHORTEST: Final = 4
"""Digits of a name, as git asks for."""

_MARK: Final = 60
"""Length of the marks around a conflict: longer than any that C has."""


@define
class Blobs:
    """The `modelcheck.frontend.spec.threeway.Ancestry` of patches to a spec.

    Attributes:
        repositories: folders in git repositories that may hold texts.
        roots: folders all of whose files are known.
    """

    repositories: Sequence[Path] = ()
    roots: list[Path] = field(factory=list)
    _known: dict[str, bytes] = field(factory=dict, init=False)
    _read: set[Path] = field(factory=set, init=False)
    _found: dict[str, str | None] = field(factory=dict, init=False)

    def find(self, name: str) -> str | None:
        """The text of the blob ``name``; None where it is nowhere, no UTF-8 text, or one of several of that name."""
        if len(name) < _SHORTEST:
            return None
        self._look()
        several = {content for known, content in self._known.items() if known.startswith(name)}
        if len(several) == 1:
            return _text(several.pop())
        if several:
            return None
        if name not in self._found:
            self._found[name] = next(self._stored(name), None)
        return self._found[name]

    def is_named(self, text: str, name: str) -> bool:
        """Whether ``text`` is the blob ``name``."""
        return any(known.startswith(name) for known in names(text.encode()))

    def learn(self, text: str) -> None:
        """``text`` may be asked for later."""
        content = text.encode()
        self._known |= dict.fromkeys(names(content), content)

    def merge(self, base: str, ours: str, theirs: str) -> str | Conflict | None:
        """The three-way merge, line by line as ``git merge-file`` does it; None where there is no git.

        Ends of lines are as in a patch, without carriage returns.
        """
        olds, mine, others = (text_of(lines_of(text)) for text in (base, ours, theirs))
        if mine in (olds, others):
            return others
        if others == olds:
            return mine
        with tempfile.TemporaryDirectory(prefix="modelcheck-") as place:
            for name, text in (("ours", mine), ("base", olds), ("theirs", others)):
                (Path(place) / name).write_bytes(text.encode())
            said = git.run(
                Path(place), "merge-file", "-p", "--diff3", f"--marker-size={_MARK}", "ours", "base", "theirs"
            )
        if said is None or not 0 <= said.returncode <= 127:
            return None
        result = said.stdout.decode()
        return result if said.returncode == 0 else _first_conflict(lines_of(result))

    def _look(self) -> None:
        """Read the files that are at hand."""
        for root in self.roots:
            for path in _files(root):
                if path not in self._read:
                    self._read.add(path)
                    content = path.read_bytes()
                    self._known |= dict.fromkeys(names(content), content)

    def _stored(self, name: str) -> Iterator[str]:
        for folder in self.repositories:
            said = git.run(folder, "cat-file", "blob", name)
            if said is not None and said.returncode == 0 and (text := _text(said.stdout)) is not None:
                yield text


def names(content: bytes) -> tuple[str, str]:
    """What git calls a blob: by SHA-1, and by SHA-256."""
    whole = b"blob %d\0" % len(content) + content
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest(), hashlib.sha256(whole).hexdigest()


def _files(root: Path) -> Iterable[Path]:
    return (path for path in root.rglob("*") if path.is_file())


def _text(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _first_conflict(lines: Sequence[str]) -> Conflict:
    at = -1
    begin, middle, turn, end = (at := next(_marked(lines, sign, at + 1)) for sign in "<|=>")
    return Conflict(
        tuple(lines[middle + 1 : turn]), tuple(lines[begin + 1 : middle]), tuple(lines[turn + 1 : end]), begin
    )


def _marked(lines: Sequence[str], sign: str, first: int) -> Iterator[int]:
    return (number for number in range(first, len(lines)) if lines[number].startswith(sign * _MARK))
