"""The user's folder for what can be made anew, and entries in it: data that are found whole, or not at all.

What is kept is JSON, in which nothing can be executed. An entry is used only where its first line is the digest of
what it was made from together with its own bytes: one that is damaged, or of another version, is made anew. A folder
that others could write to is closed to them; an entry that they could write to, or that is not the user's, is not used.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from attrs import frozen

_BEGAN: Final = time.time_ns() - time.process_time_ns()
"""When this process began to read its code, or soon after."""


def cache_folder(below: str = "") -> Path | None:
    """The user's folder for what can be made anew, or the one ``below`` it; None where there can be none."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelcheck"
        for place in (folder, folder / below):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _own(place):
                return None
    except (OSError, RuntimeError, ValueError):
        return None
    return folder / below


def _own(folder: Path) -> bool:
    """Whether only its owner, who is the user, can write to a folder. It is made so where that is possible."""
    state = folder.stat()
    if _owned(state):
        return True
    if state.st_uid != os.geteuid():
        return False
    folder.chmod(stat.S_IMODE(state.st_mode) & ~_OTHERS)
    return True


_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


def _owned(state: os.stat_result) -> bool:
    """Whether a file or folder is the user's, and nobody else may write to it."""
    return os.name != "posix" or (state.st_uid == os.geteuid() and not state.st_mode & _OTHERS)


def find(name: str, made_from: bytes, hook: Callable[[dict[str, Any]], Any] | None = None) -> Any:
    """The data that `put` left as ``name``, made from what has the digest ``made_from``; None where there is none.

    ``hook`` makes something else of each table in it, as for `json.loads`.
    """
    folder = cache_folder()
    return None if folder is None else _entry(folder / name, made_from, hook)


def put(name: str, made_from: bytes, data: Any) -> None:
    """Leave ``data``, which JSON can hold, for later runs, where that is possible."""
    folder = cache_folder()
    if folder is not None:
        _write(folder / name, made_from, data)


@frozen
class Kept:
    """Entries in a folder of their own, named after what they were made from. Those used last stay when they get
    too many.

    Attributes:
        name: of the folder.
        most: bytes of all of them together.
    """

    name: str
    most: int

    def find(self, made_from: bytes) -> Any:
        """The data made from what has the digest ``made_from``; None where there are none."""
        folder = cache_folder(self.name)
        if folder is None:
            return None
        path = folder / made_from.hex()
        data = _entry(path, made_from)
        if data is not None:
            with suppress(OSError):
                os.utime(path)
        return data

    def put(self, made_from: bytes, data: Any) -> None:
        """Leave ``data``, which JSON can hold, for later runs, where that is possible."""
        folder = cache_folder(self.name)
        if folder is not None:
            _write(folder / made_from.hex(), made_from, data)
            _bound(folder, self.most)


def _entry(path: Path, made_from: bytes, hook: Callable[[dict[str, Any]], Any] | None = None) -> Any:
    try:
        with path.open("rb") as file:
            if not _owned(os.fstat(file.fileno())):
                return None
            stamp, _, body = file.read().partition(b"\n")
        return json.loads(body, object_hook=hook) if stamp == _stamp(made_from, body) else None
    except (OSError, ValueError, RecursionError):
        return None


def _write(path: Path, made_from: bytes, data: Any) -> None:
    body = json.dumps(data, separators=(",", ":")).encode()
    with suppress(OSError), NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
        try:
            temporary.write(_stamp(made_from, body) + b"\n" + body)
            temporary.close()
            Path(temporary.name).replace(path)
        finally:
            Path(temporary.name).unlink(missing_ok=True)


def _bound(folder: Path, most: int) -> None:
    """Remove files of a folder until they have ``most`` bytes together, those used last staying."""
    try:
        with os.scandir(folder) as entries:
            states = [(entry.stat(), entry.path) for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError:
        return  # somebody else is at it
    total = 0
    for state, path in sorted(states, key=lambda one: -one[0].st_mtime_ns):
        if total + state.st_size <= most:
            total += state.st_size
        else:
            with suppress(OSError):
                Path(path).unlink()


def _stamp(made_from: bytes, body: bytes) -> bytes:
    return hashlib.sha256(made_from + hashlib.sha256(body).digest()).hexdigest().encode()


@cache
def code_digest() -> str:
    """A digest of this version of modelcheck: of all its code, its models and its headers."""
    digest = hashlib.sha256()
    with as_file(files("modelcheck")) as package:
        for path in _files(str(package)):
            with suppress(OSError), open(path, "rb") as file:  # noqa: PTH123 (there are hundreds)
                data = file.read()
                digest.update(repr((path[len(str(package)) :], len(data))).encode())
                digest.update(data)
    return digest.hexdigest()


def code_changed() -> bool:
    """Whether a file of modelcheck has changed since this process began: it may run the old code, or some of both."""
    try:
        with as_file(files("modelcheck")) as package:
            return any(os.stat(path).st_ctime_ns > _BEGAN for path in _files(str(package)))  # noqa: PTH116 (as above)
    except OSError:
        return True


def _files(folder: str) -> Iterator[str]:
    """The files in a folder and those below, in the order of their names, but for what Python compiles."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_file():
            yield entry.path
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _files(entry.path)
