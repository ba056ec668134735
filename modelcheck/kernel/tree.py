"""A kernel source tree: where it is, its version, and what a compiler of its files is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from attrs import field, frozen

from modelcheck.errors import InputError
from modelcheck.kernel.config import DEFAULTS
from modelcheck.kernel.made import PLACE, made_headers

VARIABLE: Final = "MODELCHECK_KERNEL_TREE"
"""Names the tree in the environment, where neither the command line nor a spec does."""

PREFIX: Final = "kernel:"
"""Begins the names of sources that are relative to the tree."""


@frozen
class Tree:
    """A plain source tree of Linux.

    Attributes:
        folder: where it is.
        version: as its Makefile has it.
        config: symbols, with CONFIG_, in place of `config.DEFAULTS`: ``y``, ``m``, ``n`` or a value.
    """

    folder: Path
    version: tuple[int, int, int]
    config: Mapping[str, str] = field(factory=dict)

    @property
    def release(self) -> str:
        """The version as people write it."""
        return ".".join(map(str, self.version))

    def symbols(self) -> dict[str, str]:
        """The whole configuration."""
        return {**DEFAULTS, **self.config}

    def headers(self, ours: Path) -> dict[Path, bytes]:
        """What `made.made_headers` makes for it; ``ours``: the folder of our own headers."""
        with architecture() as folder:
            return made_headers(self.folder, folder, ours, self.version, self.symbols())

    def options(self, source: Path, folder: Path) -> tuple[str, ...]:
        """What clang is told for a file, with the architecture in ``folder``: where headers are, and what comes first."""
        include = self.folder / "include"
        where = (folder, PLACE, include, folder / "uapi", PLACE / "uapi", include / "uapi", source.parent)
        first = [
            include / "linux" / name
            for name in ("compiler-version.h", "kconfig.h", "compiler_types.h")
            if (include / "linux" / name).is_file()
        ]
        base = re.sub(r"\W", "_", source.stem)
        return (
            "-fshort-wchar",
            "-D__KERNEL__",
            f"-DKBUILD_MODNAME={base}",
            f'-DKBUILD_BASENAME="{base}"',
            f'-DKBUILD_MODFILE="{base}"',
            *(part for place in where for part in ("-I", str(place))),
            *(part for header in (folder / "first.h", *first) for part in ("-include", str(header))),
        )


def kernel_tree(folder: Path, config: Mapping[str, str] | None = None) -> Tree:
    """The tree in ``folder``. Raises `InputError` where there is none."""
    makefile = folder / "Makefile"
    if not folder.is_dir():
        raise InputError("there is no such folder; name one that holds the sources of Linux", str(folder))
    try:
        text = makefile.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    numbers = [re.search(rf"^{name}\s*=\s*(\d+)", text, re.M) for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
    if not all(numbers) or not (folder / "include" / "linux" / "kernel.h").is_file():
        raise InputError(
            "this is no tree of the kernel's sources: it has no Makefile with VERSION, PATCHLEVEL and SUBLEVEL,"
            " or no include/linux/kernel.h",
            str(folder),
        )
    major, minor, patch = (int(number.group(1)) for number in numbers if number)
    return Tree(folder.resolve(), (major, minor, patch), config or {})


@contextmanager
def architecture() -> Iterator[Path]:
    """The folder of our architecture, as long as the context lasts."""
    with as_file(files("modelcheck.kernel") / "arch") as folder:
        yield folder


@contextmanager
def bodies() -> Iterator[Path]:
    """The folder of our bodies, as long as the context lasts."""
    with as_file(files("modelcheck.kernel") / "bodies") as folder:
        yield folder
