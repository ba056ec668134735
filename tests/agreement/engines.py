"""Both engines on one random program, by the same questions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import attrs

from modelcheck.cat import Model, load_model
from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.interleave.explore import Limits, explore, outcomes
from modelcheck.program.ir import PROPERTIES, Program
from modelcheck.solve.check import check
from tests.agreement.programs import WANT, RandomProgram

EVERYTHING = frozenset(PROPERTIES) - {"race", "counters"}
"""Races are no property of SC and TSO executions here; `counters` is what the wanted outcome is asked for by."""

STATES = Limits(states=2_000)
"""Where the explorer gives up: by what it has stored, for the clock tells another story on each machine."""

UNWANTED = 99
"""A value that no random program computes."""


@cache
def model(name: str) -> Model:
    return load_model(name)


def parse(random: RandomProgram, folder: Path) -> Program:
    """The program of a random text."""
    path = folder / "random.c"
    path.write_text(random.text)
    threads = tuple((f"t{number}", f"t{number}") for number in range(len(random.threads)))
    return parse_program([path], scenario=ScenarioEntry(init=None, threads=threads, final="final"))


def verdicts(program: Program, name: str, properties: frozenset[str] = EVERYTHING) -> tuple[str, str]:
    """What the explorer and the solver say under model ``name``."""
    return explore(program, name, properties, STATES).verdict, check(program, model(name), properties).verdict


def alike(program: Program, name: str, properties: frozenset[str] = EVERYTHING, expected: str | None = None) -> bool:
    """Whether the engines do not contradict each other, nor ``expected``.

    UNKNOWN contradicts nothing, but that the solver, which has no limit here, must find a failure that is there.
    """
    explored, solved = verdicts(program, name, properties)
    if expected == "FAIL" and solved != "FAIL":
        return False
    return len({explored, solved, expected} - {"UNKNOWN", None}) <= 1


def ends(program: Program, name: str) -> set[tuple[int, ...]]:
    """The final values of the cells in `WANT` that the explorer finds; none where it does not know all."""
    found: set[tuple[int, ...]] = set()
    if explore(program, name, frozenset(), STATES).reason.startswith("limit"):
        return found
    ended = outcomes(wanting(program, (UNWANTED,) * len(WANT)), name)
    for outcome in () if ended.reason else ended.finals:
        values = dict(outcome)
        found.add(tuple(int(values.get(cell, 0)) for cell in WANT))  # type: ignore[arg-type]
    return found


def wanting(program: Program, values: Sequence[int]) -> Program:
    """The program that fails with ``counters`` when it ends in ``values``."""
    cells = tuple((4 * index, 4, value) for index, value in enumerate(values))
    objects = tuple(attrs.evolve(thing, cells=cells) if thing.name == "want" else thing for thing in program.objects)
    return attrs.evolve(program, objects=objects)
