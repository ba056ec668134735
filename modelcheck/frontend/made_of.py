"""What something was made of that clang has read: whether it would be the same today is told without clang."""

from __future__ import annotations

import hashlib
import os
import posixpath
import time
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from modelcheck.frontend.texts import Identity, Texts


@frozen(eq=False)
class MadeOf:
    """The files that clang read, and where one that comes anew, or becomes another, would be read besides.

    Attributes:
        digests: of every file that was read, by the name that clang has for it.
        folders, names: in these folders no file of one of these names, in lower case, may come or go.
        there: the `listing` of them.
    """

    digests: Mapping[str, str]
    folders: Sequence[str]
    names: frozenset[str]
    there: str

    def holds(self, texts: Texts) -> bool:
        """Whether clang would read the same."""
        for name, before in self.digests.items():
            content = texts.content(name)
            if content is None or content.digest != before:
                return False
        return self.there == listing(self.digests, self.folders, self.names, texts)


def listing(read: Iterable[str], folders: Iterable[str], names: frozenset[str], texts: Texts) -> str:
    """A digest of which names there are in which folders, and which of them, and of those ``read``, are of one file.

    Of a file with several names clang tells one only, and what is to be read once it reads once.
    """
    numbers: dict[Identity, int] = {}

    def number(name: str) -> int | None:
        identity = texts.identity(name)
        return None if identity is None else numbers.setdefault(identity, len(numbers))

    there: list[object] = [(name, number(name)) for name in read]
    for folder in folders:
        files = texts.files(folder)
        found = sorted(name for lower in names & files.keys() for name in files[lower])
        there.append((folder, openness(folder), [(name, number(posixpath.join(folder, name))) for name in found]))
    return hashlib.sha256(repr(there).encode("utf-8", "surrogateescape")).hexdigest()


def openness(folder: str) -> bool | None:
    """Whether what is in a folder can be told; None where there is nothing.

    It cannot where there is a file in its place, which may map names of headers to others, or where it may not be read.
    """
    if not os.path.lexists(folder or "."):
        return None
    return os.path.isdir(folder or ".") and os.access(folder or ".", os.R_OK | os.X_OK)  # noqa: PTH112 (as clang spells it)


def now() -> int:
    """The time as files are dated, in nanoseconds."""
    clock = getattr(time, "CLOCK_REALTIME_COARSE", None)
    return time.time_ns() if clock is None else time.clock_gettime_ns(clock)


def changed_since(began: int, paths: Iterable[str]) -> bool:
    """Whether any of some files or folders is another than at the time ``began``, or may be."""
    for path in paths:
        for state in (os.stat, os.lstat):
            try:
                if state(path or ".").st_ctime_ns >= began:
                    return True
            except (OSError, ValueError):
                continue
    return False
