"""What the files hold that a program is made of, each read once: changed ones, and those on disk."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen


@frozen(eq=False)
class Content:
    """What a file holds."""

    data: bytes
    _digest: list[bytes] = field(factory=list, init=False)

    @property
    def digest(self) -> bytes:
        """What two contents share only when they are the same."""
        if not self._digest:
            self._digest.append(hashlib.sha256(self.data).digest())
        return self._digest[0]


@frozen(eq=False)
class Texts:
    """The contents of files while one program is read. Files have the names that clang has for them.

    Attributes:
        headers: the folder of our own headers. They are read once in a process, and again when their date, size or
            number changes; all other files are read for each program.
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
    _changed: dict[tuple[int, int], Content] = field(factory=dict, init=False)
    _contents: dict[str, Content | None] = field(factory=dict, init=False)
    _folders: dict[str, frozenset[str]] = field(factory=dict, init=False)

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

    def files(self, folder: str) -> frozenset[str]:
        """The names of the files in a folder, in lower case: some systems tell no cases apart."""
        found = self._folders.get(folder)
        if found is None:
            try:
                with os.scandir(folder or ".") as entries:
                    found = frozenset(entry.name.casefold() for entry in entries if entry.is_file())
            except OSError:
                found = frozenset()
            self._folders[folder] = found
        return found

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
        signature = (*_identity(state), state.st_mtime_ns, state.st_size)
        if name not in _ours or _ours[name][0] != signature:
            _ours[name] = signature, Content(Path(name).read_bytes())
        return _ours[name][1]


def _identity(state: os.stat_result) -> tuple[int, int]:
    return state.st_dev, state.st_ino


_ours: dict[str, tuple[tuple[int, ...], Content]] = {}
"""Our own headers, with what they looked like when they were read."""
