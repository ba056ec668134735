"""What the files hold that a program is made of, each read once: changed ones, and those on disk."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import field, frozen

LISTENED: Final = ("CPATH", "C_INCLUDE_PATH", "CCC_OVERRIDE_OPTIONS")
"""Variables of the environment by which clang looks elsewhere, or takes other options."""


Identity = tuple[int, int]
"""The device and number of a file."""


@frozen(eq=False)
class Content:
    """What a file holds."""

    data: bytes
    _digest: list[str] = field(factory=list, init=False)

    @property
    def digest(self) -> str:
        """What two contents share only when they are the same."""
        if not self._digest:
            self._digest.append(hashlib.sha256(self.data).hexdigest())
        return self._digest[0]


@frozen(eq=False)
class Texts:
    """The contents of files while one program is read. Files have the names that clang has for them.

    Attributes:
        headers: the folder of our own headers. They are read once in a process, and again when their dates, size or
            number change; all other files are read for each program.
        changed: what files hold in place of what is on disk, where they must be. As for clang, another name of the same
            file means it too.
        made: files that are in no folder.
        library: how the names of other files begin that are no part of what is under check, a kernel tree's headers.
            They are read as our own headers are.
    """

    headers: Path
    changed: Mapping[Path, bytes] = field(factory=dict)
    made: Mapping[str, bytes] = field(factory=dict)
    library: tuple[str, ...] = ()
    _changed: dict[Identity, Content] = field(factory=dict, init=False)
    _contents: dict[str, Content | None] = field(factory=dict, init=False)
    _folders: dict[str, Mapping[str, Sequence[str]]] = field(factory=dict, init=False)
    _identities: dict[str, Identity | None] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for path, data in self.changed.items():
            self._changed[_identity(path.stat())] = Content(data)

    def content(self, name: str) -> Content | None:
        """What a file holds, None where it cannot be read."""
        if name not in self._contents:
            try:
                self._contents[name] = self._read(name)
            except OSError:
                self._contents[name] = None
        return self._contents[name]

    def text(self, name: str) -> str:
        """The text of a file, each line ended by a line feed alone; empty where it cannot be read."""
        content = self.content(name)
        data = content.data if content is not None else b""
        return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="replace").read()

    def files(self, folder: str) -> Mapping[str, Sequence[str]]:
        """The names in a folder that are of no folders, by their lower case: some systems tell no cases apart."""
        found = self._folders.get(folder)
        if found is None:
            names: dict[str, list[str]] = {}
            try:
                with os.scandir(folder or ".") as entries:
                    for entry in entries:
                        if not _is_folder(entry):
                            names.setdefault(entry.name.casefold(), []).append(entry.name)
            except OSError:
                names.clear()
            found = self._folders[folder] = names
        return found

    def identity(self, name: str) -> Identity | None:
        """What two names share only when they are of the same file; None where there is none."""
        if name not in self._identities:
            try:
                self._identities[name] = _identity(os.stat(name))  # noqa: PTH116 (a name as clang spells it)
            except (OSError, ValueError):
                self._identities[name] = None
        return self._identities[name]

    def ours(self, name: str) -> bool:
        """Whether a file is a header of ours, or of the library."""
        return name.startswith((f"{self.headers}{os.sep}", *self.library)) or name in self.made

    def _read(self, name: str) -> Content:
        if name in self.made:
            return Content(self.made[name])
        state = Path(name).stat()
        changed = self._changed.get(_identity(state))
        if changed is not None:
            return changed
        if not self.ours(name):
            return Content(Path(name).read_bytes())
        signature = (*_identity(state), state.st_mtime_ns, state.st_ctime_ns, state.st_size)
        if name not in _ours or _ours[name][0] != signature:
            _ours[name] = signature, Content(Path(name).read_bytes())
        return _ours[name][1]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _identity(state: os.stat_result) -> Identity:
    return state.st_dev, state.st_ino


_ours: dict[str, tuple[tuple[int, ...], Content]] = {}
"""Our own headers, with what they looked like when they were read."""
