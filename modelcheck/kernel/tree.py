"""A kernel source tree: where it is, its version, and what a compiler of its files is told."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final
from zlib import crc32

from attrs import evolve, field, frozen

from modelcheck.commands import Commands, Taken
from modelcheck.errors import InputError
from modelcheck.kernel.adapted import Differences, adapted, differences
from modelcheck.kernel.built import Built
from modelcheck.kernel.compiled import before, flags
from modelcheck.kernel.config import DEFAULTS, FORCED, OF_THE_MACHINE
from modelcheck.kernel.configure import configured
from modelcheck.kernel.kconfig import ON, Kconfig, Looked, kconfig
from modelcheck.kernel.kept import kept, unchanged
from modelcheck.kernel.made import PLACE, made_headers
from modelcheck.kernel.symbols import Needed, needed
from modelcheck.kernel.unknown import KINDS, fits, named, ours, unknown

OLDEST: Final = (3, 0)
NEWEST: Final = (7, 3)
"""The versions that the architecture and the bodies are written for: tried on 5.10, 6.1, 6.12 and 7.3, others by
what is known of them."""

BODIES: Final = PLACE / "bodies.c"
"""The file of all of our bodies: it is in no folder, too."""

_ABSENT: Final = PLACE / "absent"
"""The folder of headers that bodies ask for, and a tree does not have."""

_HEADER: Final = re.compile(r"^#include <([^>]+)>", re.MULTILINE)

PREFIX: Final = "kernel:"
"""Begins the names of sources that are relative to the tree."""


@frozen
class Tree:
    """A plain source tree of Linux.

    Attributes:
        folder: where it is.
        version: as its Makefile has it.
        note: what is odd about its version.
        config: symbols, with CONFIG_, as somebody said: ``y``, ``m``, ``n`` or a value.
        sources: files of it that are compiled: what they need is on, too.
        built: where it was built: then that configuration counts, and those headers, where ours has none.
        commands: how files are compiled.
    """

    folder: Path
    version: tuple[int, int, int]
    config: Mapping[str, str] = field(factory=dict)
    note: str = ""
    sources: tuple[Path, ...] = ()
    built: Built | None = None
    commands: Commands | None = None

    @property
    def release(self) -> str:
        """The version as people write it."""
        return ".".join(map(str, self.version))

    def with_sources(self, sources: Iterable[Path]) -> Tree:
        """The same, with these files compiled."""
        return evolve(self, sources=tuple(path for path in sources if path.resolve().is_relative_to(self.folder)))

    def needs(self, source: Path) -> Needed:
        """The symbols that a file of it needs to be compiled, by itself or where another includes it."""
        first = before(self.folder, source)
        return needed(self.folder, source) if first is None else Needed(first.symbols)

    def symbols(self) -> dict[str, str]:
        """The whole configuration, with CONFIG_. Raises `InputError` where a source needs what is said to be off, or it
        is said to be of another machine than ours."""
        for symbol, why in OF_THE_MACHINE.items():
            if self.config.get(symbol, "y") not in ON:
                raise InputError(f"{symbol}={self.config[symbol]} cannot be: {why}; leave it out")
        wanted = dict.fromkeys(symbol for source in self.sources for symbol in self._wanted(source))
        return _symbols(self.folder, tuple(self.config.items()), tuple(wanted), self._built)

    @property
    def _built(self) -> tuple[tuple[str, str], ...] | None:
        return None if self.built is None else tuple(self.built.config.items())

    def _wanted(self, source: Path) -> list[str]:
        needs, inside = self.needs(source), source.resolve().relative_to(self.folder)
        wanted = needs.of(self.config, inside)
        if self.built is not None:
            for symbol in wanted:
                if self.built.value(symbol) == "n" and symbol.removeprefix("CONFIG_") not in FORCED:
                    raise InputError(
                        f"this file is compiled only with {symbol} ({needs.symbols[symbol]}), which is off in the build"
                        f" {self.built.folder}: build with it, or say {symbol}=y in the spec's config",
                        inside.as_posix(),
                    )
        return wanted

    def misfit(self, config: Mapping[str, str]) -> str | None:
        """The first symbol of ``config`` that has a value which no symbol of its kind has, told with its kind."""
        entries = _rules(self.folder).entries
        for name, value in config.items():
            inner = name.removeprefix("CONFIG_")
            kind = next((entry.kind for entry in entries.get(inner, ()) if entry.kind), "")
            kind = "int" if inner in ("NR_CPUS", "HZ") else kind
            if not fits(kind, value):
                return f"{name} is {KINDS[kind]}, and not {value}"
            if inner in ("NR_CPUS", "HZ") and (value == "n" or int(value) < 1):
                return f"{name} is a number from 1, and not {value}"
        return None

    def differences(self) -> Differences:
        """Where its configuration is not that of the build, but for what the spec says; without a build nowhere."""
        if self.built is None:
            return Differences((), ())
        built, values = (
            {name.removeprefix("CONFIG_"): value for name, value in of.items()}
            for of in (self.built.config, self.symbols())
        )
        return differences(built, values, [name.removeprefix("CONFIG_") for name in self.config])

    def unknown(self, symbols: Iterable[str], sources: Iterable[Path]) -> dict[str, str]:
        """Of symbols, with CONFIG_, those that neither the tree nor our machine knows, and that none of ``sources``
        names: each with the nearest that there is, or an empty text. None where the tree has no Kconfig."""
        asked = tuple(dict.fromkeys(name for name in symbols if not ours(name.removeprefix("CONFIG_"))))
        strange = _unknown(self.folder, asked) if asked and _rules(self.folder).entries else {}
        elsewhere = named(sources) if strange else set()
        return {name: near for name, near in strange.items() if name not in elsewhere}

    def module(self, source: Path) -> bool:
        """Whether a file of it is part of a module in the build."""
        needs = self.needs(source).symbols
        return self.built is not None and any(self.built.value(symbol) == "m" for symbol in needs)

    def taken(self, source: Path) -> Taken | None:
        """What counts of the command by which a file was compiled; None where there is none."""
        found = None
        if self.commands is not None:
            places = () if self.built is None else self.built.place(self.folder)
            found = self.commands.taken(source, self.folder, self._known, places)
        if found is None and self.built is not None and source.resolve().is_relative_to(self.folder):
            found = self.built.taken(source, self.folder, self._known)
        return found

    def _known(self, path: Path) -> bool:
        """Whether a path that a command names is of the machine, or among what all files are compiled with."""
        for folder in (self.folder, *((self.built.folder,) if self.built is not None else ())):
            if path.is_relative_to(folder):
                inside = path.relative_to(folder).as_posix()
                if inside.startswith(("arch/", "include/generated", "include/config")) or inside in _GIVEN:
                    return True
        return False


@frozen(eq=False)
class Build:
    """What the files of a tree are compiled with, as long as `building` lasts.

    Attributes:
        tree: the tree.
        architecture, bodies: our folders of these names.
        made: the headers that are in no folder, by where they seem to be.
    """

    tree: Tree
    architecture: Path
    bodies: Path
    made: Mapping[str, bytes]

    @property
    def library(self) -> tuple[str, ...]:
        """How the names of files begin that are no part of what is under check."""
        return tuple(f"{folder}{os.sep}" for folder in (self.architecture, self.bodies, self.tree.folder / "include"))

    def shown(self, path: Path) -> str | None:
        """How a file is shown: headers and bodies in angle brackets, others of the tree by their path there."""
        include = self.tree.folder / "include"
        for folder in (self.architecture / "uapi", self.architecture, PLACE / "uapi", PLACE, include / "uapi", include):
            if path.is_relative_to(folder):
                return f"<{path.relative_to(folder).as_posix()}>"
        if path.is_relative_to(self.bodies):
            return f"<bodies/{path.relative_to(self.bodies).as_posix()}>"
        if path.is_relative_to(self.tree.folder):
            return path.relative_to(self.tree.folder).as_posix()
        return None

    def options(self, source: Path) -> tuple[str, ...]:
        """What clang is told for a file: where headers are, and what comes first."""
        folder, include = self.architecture, self.tree.folder / "include"
        last = _ABSENT if source == BODIES else source.parent
        where = (folder, PLACE, include, folder / "uapi", PLACE / "uapi", include / "uapi", last)
        first = [
            include / "linux" / name
            for name in ("compiler-version.h", "kconfig.h", "compiler_types.h")
            if (include / "linux" / name).is_file()
        ]
        if not (include / "linux" / "kconfig.h").is_file():  # before 3.2
            first.insert(0, PLACE / "generated" / "autoconf.h")
        first += [path for path in (_before(source.resolve()),) if str(path) in self.made]
        return (
            *_dialect(self.tree.version),
            "-D__KERNEL__",
            "-D__DISABLE_EXPORTS",
            *(part for place in where for part in ("-I", str(place))),
            *self._own(source),
            *(part for header in (folder / "first.h", *first) for part in ("-include", str(header))),
        )

    def _own(self, source: Path) -> tuple[str, ...]:
        """What is told of one file alone: as it was compiled, or as the Makefiles say."""
        base = re.sub(r"\W", "_", source.stem)
        names = (
            f'-DKBUILD_MODNAME="{base}"',
            f'-DKBUILD_BASENAME="{base}"',
            f'-DKBUILD_MODFILE="{base}"',
            f"-D__KBUILD_MODNAME=kmod_{base}",
        )
        found = self.tree.taken(source)
        if found is not None:
            given = [option.partition("=")[0] for option in found.options]
            return (*(name for name in names if name.partition("=")[0] not in given), *found.options)
        if not source.resolve().is_relative_to(self.tree.folder):
            return names
        inside = source.resolve().relative_to(self.tree.folder)
        made = self.tree.built.folder / inside.parent if self.tree.built is not None else None
        return (
            *names,
            *(("-DMODULE",) if self.tree.module(source) else ()),
            *flags(self.tree.folder, source),
            *(("-I", str(made)) if made is not None and made != source.resolve().parent and made.is_dir() else ()),
        )


def _dialect(version: tuple[int, int, int]) -> Iterator[str]:
    """What a tree's Makefile says of the language."""
    yield "-fshort-wchar"
    if version >= (6, 2, 0):
        yield "-funsigned-char"
    if version >= (6, 19, 0):
        yield "-fms-extensions"  # a struct with a name as a member without one


def _before(source: Path) -> Path:
    """Where what comes before a file seems to be: a name for each."""
    return PLACE / "before" / f"{source.name}-{crc32(str(source).encode()):08x}.h"


_read: dict[Path, Kconfig] = {}
"""The rules of trees that were read in this process."""


_GIVEN: Final = (
    *("include", "include/uapi", "include/linux/compiler-version.h", "include/linux/kconfig.h"),
    "include/linux/compiler_types.h",
)
"""Folders and files of a tree that all of its files are compiled with."""


def _rules(folder: Path) -> Kconfig:
    rules = _read.get(folder)
    if rules is None or not unchanged(rules.files):
        rules = _read[folder] = kconfig(folder)
    return rules


def _symbols(
    folder: Path,
    config: tuple[tuple[str, str], ...],
    wanted: tuple[str, ...],
    built: tuple[tuple[str, str], ...] | None = None,
) -> dict[str, str]:
    def make() -> tuple[dict[str, str], Mapping[str, Looked]]:
        rules = _rules(folder)
        given = {name.removeprefix("CONFIG_"): value for name, value in config}
        needed = [name.removeprefix("CONFIG_") for name in wanted]
        if built is None:
            values = configured(rules, given, DEFAULTS, needed)
        else:
            values = adapted(rules, {name.removeprefix("CONFIG_"): value for name, value in built}, given, needed)
        return {f"CONFIG_{name}": value for name, value in values.items()}, rules.files

    return kept(str(folder), config, wanted, built, make)


def _unknown(folder: Path, symbols: tuple[str, ...]) -> dict[str, str]:
    def make() -> tuple[dict[str, str], Mapping[str, Looked]]:
        found, files = unknown(_rules(folder), folder, [name.removeprefix("CONFIG_") for name in symbols])
        return {f"CONFIG_{name}": near and f"CONFIG_{near}" for name, near in found.items()}, files

    return kept(f"unknown:{folder}", tuple((name, "") for name in symbols), (), None, make)


def kernel_tree(folder: Path, config: Mapping[str, str] | None = None) -> Tree:
    """The tree in ``folder``. Raises `InputError` where there is none."""
    makefile = folder / "Makefile"
    if not folder.is_dir():
        told = "this is a file" if folder.exists() else "there is no such folder"
        raise InputError(f"{told}; name a folder that holds the sources of Linux", str(folder))
    try:
        text = makefile.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    numbers = [re.search(rf"^{name}\s*=\s*(\d+)", text, re.M) for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
    if not (folder / "include" / "linux" / "kernel.h").is_file():
        raise InputError("this is no tree of the kernel's sources: it has no include/linux/kernel.h", str(folder))
    if not all(numbers[:2]):
        newest = ".".join(map(str, NEWEST))
        told = f"its Makefile says no VERSION and PATCHLEVEL: it is taken for Linux {newest}"
        return Tree(folder.resolve(), (*NEWEST, 0), config or {}, told)
    major, minor, patch = (int(number.group(1)) if number else 0 for number in numbers)
    told = ""
    if not OLDEST <= (major, minor) <= NEWEST:
        how = "older" if (major, minor) < OLDEST else "newer"
        told = f"Linux {major}.{minor} is {how} than those that modelcheck knows, and is read as the nearest of them"
    return Tree(folder.resolve(), (major, minor, patch), config or {}, told)


def _together(tree: Path, bodies: Path, architecture: Path) -> dict[Path, bytes]:
    """The file of all bodies, which has the headers of all before them; those that a tree does not have are empty."""
    files = sorted(bodies.glob("*.c"))
    names = dict.fromkeys(name for file in files for name in _HEADER.findall(file.read_text()))
    folders = (architecture, tree / "include", tree / "include" / "uapi")
    there = [name for name in names if any((folder / name).is_file() for folder in folders)]
    text = "".join(f"#include <{name}>\n" for name in there) + "".join(f'#include "{file}"\n' for file in files)
    missing = {_ABSENT / name: b"" for name in names if name.startswith("linux/") and name not in there}
    return {BODIES: text.encode(), **missing}


@contextmanager
def building(tree: Tree, ours: Path) -> Iterator[Build]:
    """What the files of ``tree`` are compiled with, while the context lasts; ``ours``: the folder of our headers."""
    package = files("modelcheck.kernel")
    with as_file(package / "arch") as architecture, as_file(package / "bodies") as bodies:
        headers = made_headers(tree.folder, architecture, ours, tree.version, tree.symbols())
        if tree.built is not None:
            left = tree.built.headers().items()
            headers = {PLACE / name: text for name, text in left if not (architecture / name).exists()} | headers
        made = {str(path): data for path, data in {**headers, **_together(tree.folder, bodies, architecture)}.items()}
        for source in tree.sources:
            found = before(tree.folder, source)
            if found is not None:
                made[str(_before(source.resolve()))] = found.text.encode()
        yield Build(tree, architecture, bodies, made)
