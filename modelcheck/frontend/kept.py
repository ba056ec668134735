"""Programs on a kernel tree kept between runs, as long as nothing has changed that they were made of.

Clang takes seconds for the headers of a tree, so a program that is kept is found without it: all that is asked for, and
what can be known without clang (options, the headers that are made), names the entry, and the entry says which files
clang read, and where one that comes anew would be read in the place of another.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import evolve, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.confine import Bounds, confine
from modelcheck.frontend.made_of import MadeOf
from modelcheck.frontend.texts import LISTENED, Texts
from modelcheck.keeping import Kept, code_changed, code_digest
from modelcheck.kernel import BODIES, PLACE, Tree, building
from modelcheck.program.ir import Program
from modelcheck.program.stored import plain, program_of

PROGRAMS: Final = Kept("programs", 256 << 20)

STUBS: Final = PLACE / "stubs.c"
"""Where the functions that a spec answers for seem to be."""


@frozen
class Wanted:
    """A program that is asked of the C front end.

    Attributes:
        sources, include, defines, stubs, changed, bounds, names, options: as for `modelcheck.frontend.c.parse_program`;
            ``names`` prints all that its answers rest on.
        tree: the kernel tree; only with one is a program kept.
        scenario: init, threads and final of what runs, or None.
    """

    sources: Sequence[Path]
    include: Sequence[Path]
    defines: Mapping[str, str]
    stubs: Mapping[str, str]
    changed: Mapping[Path, bytes]
    bounds: Bounds
    names: Mapping[Path, str]
    tree: Tree | None
    options: Mapping[Path, Sequence[str]]
    scenario: tuple[str | None, tuple[tuple[str, str], ...], str | None] | None


@frozen
class Noted:
    """A program, what it was made of (None where it cannot be kept), and how files are shown, by their names."""

    program: Program
    made_of: MadeOf | None
    shown: Mapping[str, str]


def kept(wanted: Wanted, make: Callable[[], Noted]) -> Program:
    """The program that is wanted: as an earlier run left it, or as ``make`` gives it. Raises what that raises, and
    `InputError` where the tree cannot be configured."""
    tree = wanted.tree
    if tree is None or any(os.environ.get(name) for name in LISTENED):
        return make().program
    with _asked(wanted, tree) as (key, texts):
        program = _found(PROGRAMS.find(key), wanted, texts)
    if program is not None:
        return program
    noted = make()
    if noted.made_of is not None and not code_changed():
        with _asked(wanted, tree) as (again, _):
            if again == key:
                PROGRAMS.put(key, _entry(noted.program, noted.made_of, noted.shown))
    return noted.program


@contextmanager
def _asked(wanted: Wanted, tree: Tree) -> Iterator[tuple[bytes, Texts]]:
    """The name of an entry, and what files hold, while the context lasts."""
    package = files("modelcheck")
    with (
        as_file(package / "include") as ours,
        as_file(package / "frontend" / "c" / "prelude.h") as prelude,
        building(tree, ours) as build,
    ):
        options = [build.options(path) for path in (*wanted.sources, BODIES, STUBS)]
        library = (*build.library, str(prelude))
        yield _key(wanted, options, build.made), Texts(ours, wanted.changed, build.made, library)


def _key(wanted: Wanted, options: Sequence[tuple[str, ...]], made: Mapping[str, bytes]) -> bytes:
    """What two programs share only when they are asked for in the same way, of the same version of all that makes
    them."""
    asked = [(each.name, getattr(wanted, each.name)) for each in attrs.fields(Wanted)]
    parts = (sys.version, _clang(), code_digest(), Path.cwd(), options, list(made.items()), asked)
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).digest()


def _clang() -> list[tuple[str, int, int, int]]:
    """What tells one libclang from another, without loading it."""
    package = find_spec("clang")
    places = [Path(place) / "native" for place in (package.submodule_search_locations or ())] if package else []
    libraries = [(str(path), path.stat()) for place in places for path in sorted(place.glob("*"))]
    return [(name, state.st_size, state.st_mtime_ns, state.st_ctime_ns) for name, state in libraries]


def _entry(program: Program, made_of: MadeOf, shown: Mapping[str, str]) -> dict[str, Any]:
    return {
        "files": dict(made_of.digests),
        "folders": list(made_of.folders),
        "names": sorted(made_of.names),
        "there": made_of.there,
        "shown": dict(shown),
        "program": plain(evolve(program, files={})),
    }


def _found(entry: Any, wanted: Wanted, texts: Texts) -> Program | None:
    """The program of an entry, where all that it was made of is as it was, and may be read."""
    try:
        made_of = MadeOf(entry["files"], entry["folders"], frozenset(entry["names"]), entry["there"])
        if not made_of.holds(texts):
            return None
        names = [name for name in made_of.digests if not texts.ours(name)]
        read = {name: content.data for name in names if (content := texts.content(name)) is not None}
        confine(read, wanted.include, wanted.bounds)
        shown = {label: texts.text(name) for name, label in entry["shown"].items()}
        return evolve(program_of(entry["program"]), files=shown)
    except (TypeError, LookupError, AttributeError, ValueError, InputError):
        return None
