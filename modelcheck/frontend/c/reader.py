"""What the files of a program are read with: our headers or a kernel tree's, macros, and the library behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypedDict

from attrs import evolve, frozen

from modelcheck.frontend.c.functions import contents, lower
from modelcheck.frontend.c.giveway import given_way, shadows
from modelcheck.frontend.c.initialise import extent
from modelcheck.frontend.c.link import RUNTIME, Library, Linker
from modelcheck.frontend.c.looked import made_of
from modelcheck.frontend.c.parse import headers, one_at_a_time, own, parse_file
from modelcheck.frontend.c.stubs import stub_text
from modelcheck.frontend.c.unit import Files, Unit
from modelcheck.frontend.confine import Bounds
from modelcheck.frontend.kept import STUBS, Noted
from modelcheck.frontend.texts import Texts
from modelcheck.kernel import BODIES, Tree, building
from modelcheck.program.ir import Program


@frozen(eq=False)
class Setting:
    """What the files of a program are read with.

    Attributes:
        files: how files are found, bounded and shown.
        include: folders for ``#include``.
        defines: macros.
        library: what has bodies that no file of the program has.
        of_tree: the headers are a kernel tree's.
    """

    files: Files
    include: Sequence[Path]
    defines: Mapping[str, str]
    library: Library
    of_tree: bool = False

    def parse(self, path: Path, content: bytes | None = None) -> Unit:
        """One file, as `parse_file`."""
        return parse_file(path, self.include, self.defines, self.files, content)

    def units(self, sources: Sequence[Path]) -> list[Unit]:
        """The C files of a program. What they define counts, where our headers define it as well: see `giveway`."""
        if self.files.build is not None:
            return [self.parse(path) for path in sources]
        shared = shadows(sources, self.include, self.files.contents)
        while shared:
            units = [self._unit(path, {**shared.shared, **shared.own.get(str(path), {})}) for path in sources]
            defined = ((name, unit.ours(cursor)) for unit in units for name, cursor in unit.functions.items())
            theirs = frozenset(name for name, ours in defined if not ours)
            if shared.names <= theirs:
                return units
            shared = shared.within(theirs)  # what stands in a part of a file that does not count is no definition
        return [self._unit(path, {}) for path in sources]

    def _unit(self, path: Path, prototypes: Mapping[bytes, bytes]) -> Unit:
        """A file, with headers of ours that declare ``prototypes`` and leave out macros that it has defined before."""
        unit = self._parsed(path, prototypes) if prototypes else self.parse(path)
        while unit.redefined:
            prototypes = {**prototypes, **{name.encode(): b"" for name in unit.redefined}}
            unit = self._parsed(path, prototypes)
        return unit

    def _parsed(self, path: Path, prototypes: Mapping[bytes, bytes]) -> Unit:
        texts = self.files.contents
        given = evolve(texts, changed={**texts.changed, **given_way(texts, prototypes)})
        return parse_file(path, self.include, self.defines, evolve(self.files, contents=given))

    def linker(self, units: Sequence[Unit]) -> Linker:
        """What links files that were parsed here."""
        return Linker(units, contents, lower, extent, self.library)


class Given(TypedDict, total=False):
    """What `modelcheck.frontend.c.parse_program` takes besides sources and scenario."""

    include: Sequence[Path]
    defines: Mapping[str, str] | None
    names: Mapping[Path, str] | None
    changed: Mapping[Path, bytes] | None
    bounds: Bounds | None
    tree: Tree | None
    stubs: Mapping[str, str] | None
    options: Mapping[Path, Sequence[str]] | None


@contextmanager
def setting(
    *,
    main: bool,
    include: Sequence[Path] = (),
    defines: Mapping[str, str] | None = None,
    names: Mapping[Path, str] | None = None,
    changed: Mapping[Path, bytes] | None = None,
    bounds: Bounds | None = None,
    tree: Tree | None = None,
    stubs: Mapping[str, str] | None = None,
    options: Mapping[Path, Sequence[str]] | None = None,
) -> Iterator[Setting]:
    """What to read a program with, while the context lasts; for arguments see `modelcheck.frontend.c.parse_program`.

    ``main``: the program runs from its ``main()``.
    """
    with one_at_a_time, headers() as folder, ExitStack() as stack:

        def answered(units: Sequence[Unit]) -> Unit:
            return parse_file(STUBS, (), {}, known, stub_text(stubs or {}, units).encode())

        if tree is None:
            made = {str(STUBS): b""}
            known = Files(Texts(folder, changed or {}, made), names or {}, bounds, options=options or {})
            path = stack.enter_context(own("runtime.c"))
            library = Library(RUNTIME, lambda: parse_file(path, (), {}, known), answered if stubs else None)
            yield Setting(known, include, defines or {}, library)
            return
        build = stack.enter_context(building(tree, folder))
        known = Files(
            Texts(folder, changed or {}, {**build.made, str(STUBS): b""}, build.library), names or {}, bounds, build
        )
        macros = {**({"MC_MAIN_RUNS": "1"} if main else {}), **(defines or {})}
        library = Library(None, lambda: parse_file(BODIES, (), macros, known), answered if stubs else None)
        yield Setting(known, include, macros, library, of_tree=True)


def noted(program: Program, files: Files, began: int) -> Noted:
    """A program with what it was made of. ``files``: those that it was read from, since the time ``began``."""
    read: dict[str, bytes] = {}
    options: list[str] = []
    shown, texts = files.names_shown, files.contents
    for given, parsed in files.parsed:
        options += given
        for name, data in parsed.files().items():
            if name != str(STUBS) and read.setdefault(name, data) != data:
                return Noted(program, None, shown)  # somebody is writing to it
    known = read.keys() | texts.made.keys()
    return Noted(program, made_of(read, options, texts, began) if shown.keys() <= known else None, shown)
