"""A folder in which somebody has built a kernel: its configuration, its tree, how it compiles files, what it made."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen

from modelcheck.commands import Command, Place, Taken, taken, words_of
from modelcheck.errors import InputError
from modelcheck.reading import file_content, is_file


@frozen
class Built:
    """A folder in which a kernel was built, or configured at least.

    Attributes:
        folder: where it is.
        config: the symbols that are on there, with CONFIG_, and their values.
        tree: the sources, as the folder names them: of another machine they may not be there.
        version: of the kernel that was configured; None where the configuration does not say.
        machine: what it was configured for, as ``x86``.
    """

    folder: Path
    config: Mapping[str, str] = field(repr=False)
    tree: Path | None = None
    version: tuple[int, int, int] | None = None
    machine: str = ""

    def value(self, symbol: str) -> str:
        """What a symbol, with CONFIG_, is there: ``n`` where it is off."""
        return self.config.get(symbol, "n")

    def place(self, tree: Path) -> tuple[Place, ...]:
        """What its commands call the tree, if that is at ``tree`` here."""
        return (Place(str(self.tree), tree),) if self.tree is not None and self.tree.resolve() != tree else ()

    def taken(self, source: Path, tree: Path, known: Callable[[Path], bool]) -> Taken | None:
        """What is passed on of the command that it has left beside the object of ``source``, a file of the tree."""
        inside = source.resolve().relative_to(tree)
        left = self.folder / inside.parent / f".{inside.stem}.o.cmd"
        if not is_file(left):
            return None
        found = _COMMAND.search(file_content(left).decode("utf-8", "replace").replace("\\\n", " "))
        words = words_of(found[1].replace("$(pound)", "#").replace("$$", "$")) if found is not None else None
        if words is None:
            raise InputError("holds no command that made an object", str(left))
        command = Command(str(source), str(self.folder), tuple(words))
        return taken(command, self.place(tree), (tree, self.folder), known, language=False)

    def headers(self) -> dict[str, bytes]:
        """The headers that it made for all files, by their names below ``include``; those of its machine are not."""
        folder = self.folder / "include" / "generated"
        return {
            f"generated/{path.name}": file_content(path)
            for path in sorted(folder.glob("*.h"))
            if not _OFFSETS.search(path.name) and path.resolve().parent == folder.resolve()
        }


def built_in(folder: Path) -> Built:
    """The build in ``folder``. Raises `InputError` where there is none."""
    if not folder.is_dir():
        raise InputError("there is no such folder; name one in which Linux was built", str(folder))
    config = folder / ".config"
    if not is_file(config):
        if (folder / "include" / "config" / "auto.conf").exists() or (folder / "include" / "generated").is_dir():
            told = "has no .config any more, by which it was built: run 'make oldconfig' there"
        else:
            told = "this is no folder in which Linux was built: it has no .config (make O=DIR defconfig makes one)"
        raise InputError(told, str(folder))
    text = file_content(config).decode("utf-8", "replace")
    values = dict(_SYMBOL.findall(text))
    if not values:
        raise InputError("no symbol is on in it: it is no configuration of Linux", str(config))
    header = _HEADER.search(text)
    version = (int(header[2]), int(header[3]), int(header[4] or 0)) if header is not None else None
    place = folder.resolve()
    return Built(place, values, _tree(place), version, header[1] if header is not None else "")


def _tree(folder: Path) -> Path | None:
    """The tree that was built in ``folder``: it is there itself, or a link or the Makefile there names it."""
    if is_file(folder / "include" / "linux" / "kernel.h"):
        return folder
    link = folder / "source"
    if link.is_symlink():
        return Path(os.path.normpath(folder / link.readlink()))
    makefile = folder / "Makefile"
    found = None
    if is_file(makefile):
        found = _NAMES_TREE.search(file_content(makefile).decode("utf-8", "replace"))
    return Path(os.path.normpath(folder / (found[1] or found[2]))) if found is not None else None


_SYMBOL: Final = re.compile(r"^(CONFIG_\w+)=(.*?)\s*$", re.MULTILINE)
_HEADER: Final = re.compile(r"^# Linux/(\S+) (\d+)\.(\d+)(?:\.(\d+))?\S* ", re.MULTILINE)
_NAMES_TREE: Final = re.compile(
    r"^(?:include\s+(\S+)/Makefile|(?:KERNELSRC\s*:?=|MAKEARGS\s*:?=\s*-C)\s*(\S+))\s*$", re.M
)
_COMMAND: Final = re.compile(r"^(?:saved)?cmd_\S+\s*:?=\s*(.+)$", re.MULTILINE)
_OFFSETS: Final = re.compile(r"offsets|^bounds\.h$|^autoconf\.h$|^cpucaps|^machtypes|vdso")
"""Headers of the machine, of its structs, or of a configuration that is not quite ours."""
