"""C files to a `Program`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Unpack

from attrs import evolve

from modelcheck.errors import InputError
from modelcheck.frontend.c.entry import ScenarioEntry, main_entry, scenario_entry
from modelcheck.frontend.c.link import Linker
from modelcheck.frontend.c.nesting import deep
from modelcheck.frontend.c.reader import Given, Setting, noted, setting
from modelcheck.frontend.confine import Bounds
from modelcheck.frontend.kept import Noted
from modelcheck.frontend.made_of import now
from modelcheck.kernel import Tree
from modelcheck.program.ir import Program, Unsupported
from modelcheck.program.outlived import outlivable
from modelcheck.program.regions import awaited_regions

__all__ = ["Bounds", "ScenarioEntry", "parse_noted", "parse_program", "parse_refusals"]


def parse_program(
    sources: Sequence[Path],
    *,
    include: Sequence[Path] = (),
    defines: Mapping[str, str] | None = None,
    scenario: ScenarioEntry | None = None,
    names: Mapping[Path, str] | None = None,
    changed: Mapping[Path, bytes] | None = None,
    bounds: Bounds | None = None,
    tree: Tree | None = None,
    stubs: Mapping[str, str] | None = None,
    options: Mapping[Path, Sequence[str]] | None = None,
) -> Program:
    """Read C files and link them to a program.

    Args:
        sources: the C files.
        include: folders for ``#include``, looked through before our own headers.
        defines: macros with their values.
        scenario: what runs; None when the program has a ``main()``.
        names: how to show files, by real path; others are shown as given.
        changed: what files hold in place of what is on disk, where they must be.
        bounds: where files must lie that are no headers of ours; None: anywhere.
        tree: the kernel tree whose headers the files include in place of ours.
        stubs: functions whose bodies do not count, with what they do: see `modelcheck.frontend.c.stubs`.
        options: what clang is told besides of a source; of a tree's sources that tells.

    Raises:
        InputError: a file is missing, clang finds an error, definitions conflict, a function that is to run does not
            exist, or a construct is used wrongly. What is right but cannot be modelled becomes an `Unsupported`
            instruction where it would run.
    """
    main = scenario is None
    with setting(
        main=main,
        include=include,
        defines=defines,
        names=names,
        changed=changed,
        bounds=bounds,
        tree=tree,
        stubs=stubs,
        options=options,
    ) as read:
        return _program(read, sources, scenario)[0]


def parse_noted(sources: Sequence[Path], *, scenario: ScenarioEntry | None = None, **given: Unpack[Given]) -> Noted:
    """The program that `parse_program` gives for the same, and what it was made of. Raises as that does."""
    began = now()
    with setting(main=scenario is None, **given) as read:
        return noted(_program(read, sources, scenario)[0], read.files, began)


def parse_refusals(
    sources: Sequence[Path], *, scenario: ScenarioEntry | None = None, **given: Unpack[Given]
) -> list[Unsupported]:
    """What of the program that `parse_program` gives for the same cannot be modelled, in all code that it leads to,
    also behind the first of it. Raises as that does.
    """
    with setting(main=scenario is None, **given) as read:
        return list(_program(read, sources, scenario)[1].refused())


def _program(read: Setting, sources: Sequence[Path], scenario: ScenarioEntry | None) -> tuple[Program, Linker]:
    if not sources:
        raise InputError("no C file is given")
    linker = read.linker(read.units(sources))
    linker.check()
    with deep():
        entry = main_entry(linker) if scenario is None else scenario_entry(linker, scenario)
        functions, objects = linker.finish()
    texts, process = read.files.texts, scenario is None
    if read.of_tree:
        functions[entry] = evolve(functions[entry], assumes=functions[entry].assumes | {"lockdep-is-off"})
    needed = outlivable(awaited_regions(functions))
    return Program(needed, objects, entry, texts, process=process, sized=linker.sized), linker
