"""The work of one cell: its verdict at every step of a series, and what stored failures do there. Runs in a worker."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path

from attrs import evolve, field, frozen

from modelcheck.cat import load_model
from modelcheck.cat.load import model_digest
from modelcheck.errors import InputError
from modelcheck.frontend.spec import Spec, load_program
from modelcheck.program.digest import digest
from modelcheck.program.ir import Program
from modelcheck.program.machine import Initial, initialise
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.regression.cache import Cache, Question
from modelcheck.regression.explain import Followed, follow
from modelcheck.run import OutOfTime
from modelcheck.solve.session import until
from modelcheck.verdicts.cells import Cell
from modelcheck.verdicts.job import Job, answer_for
from modelcheck.verdicts.row import Row, row_of


@frozen
class Step:
    """One state of the sources: the spec there, and the cell at hand; None where the spec has none of its name.

    ``untouched``: its program is made of the same bytes as at the step before.
    """

    spec: Spec
    cell: Cell | None
    untouched: bool = False


@frozen
class Work:
    """A cell through a series of steps, the first of which is before all patches.

    ``stored`` are traces of the cell to follow on the last step; ``origin`` is where the spec lies, for traces;
    ``cache`` a folder or None.
    """

    steps: tuple[Step, ...]
    stored: tuple[Path, ...]
    origin: str
    cache: Path | None


@frozen
class At:
    """The cell at one step.

    Attributes:
        row: the verdict; None where the cell is not there.
        trace: the bytes of the trace of a failure.
        unaffected: nothing that the verdict rests on differs from the step before.
        kept: the answer was found in the cache.
        followed: the failure of the step before on this one, where both are there and it is not unaffected.
        wrong: what is wrong with the sources, where they do not build.
    """

    row: Row | None = None
    trace: bytes | None = None
    unaffected: bool = False
    kept: bool = False
    followed: Followed | None = None
    wrong: InputError | None = None


@frozen
class Stored:
    """A stored trace on the first and on the last step."""

    path: Path
    before: Followed
    after: Followed


@frozen
class Compared:
    """What `Work` comes to: one `At` for each step."""

    at: tuple[At, ...]
    stored: tuple[Stored, ...]


@frozen
class _Read:
    """A program at a step, and what it is asked."""

    program: Program
    question: Question | None


@frozen
class _Loaded:
    """A program, or what is wrong with its sources, and the digests that are known of it, by bounds."""

    program: Program | InputError
    behaviours: dict[Bounds, str] = field(factory=dict)


_programs: dict[tuple[Path, str, str], _Loaded] = {}
"""Those of the last scenario and variant, by the folder of the copy: its models share them."""


def compare(work: Work) -> Compared:
    """Raises `InputError` for sources that are wrong before all patches."""
    cache = None if work.cache is None else Cache(work.cache)
    found: list[At] = []
    reads: list[_Read | None] = []
    known: dict[bytes, Followed] = {}  # what traces do on the last step
    for number, step in enumerate(work.steps):
        last = found[-1] if found else None
        one, read = _at(work, step, last, reads[-1] if reads else None, cache, first=number == 0)
        if last is not None and not one.unaffected and last.trace is not None and read is not None:
            assert step.cell is not None
            one = evolve(one, followed=follow(last.trace, step.spec, step.cell, read.program))
            if number == len(work.steps) - 1 and one.followed is not None:
                known[last.trace] = one.followed
        found.append(one)
        reads.append(read)
    alike = all(one.unaffected for one in found[1:])
    stored = tuple(_stored(work, path, reads[0], reads[-1], alike, known) for path in work.stored)
    return Compared(tuple(found), stored)


def _at(
    work: Work, step: Step, last: At | None, earlier: _Read | None, cache: Cache | None, first: bool
) -> tuple[At, _Read | None]:
    cell = step.cell
    if cell is None:
        return At(), None
    if cell.variant.problem:
        return At(_unknown(cell, cell.variant.problem)), None
    if step.untouched and last is not None and last.row is not None and earlier is not None:
        return evolve(last, row=evolve(last.row, expected=cell.expected), unaffected=True, followed=None), earlier
    loaded = _load(step.spec, cell)
    program = loaded.program
    if isinstance(program, InputError):
        if first:
            raise program
        return At(_unknown(cell, f"does not build: {program}"), wrong=program), None
    question = _question(step.spec, cell, program, loaded.behaviours)
    read = _Read(program, question)
    if question is not None and last is not None and earlier is not None and earlier.question is not None:
        assert last.row is not None
        if earlier.question.key == question.key and last.row.verdict != "UNKNOWN":
            return evolve(last, row=evolve(last.row, expected=cell.expected), unaffected=True, followed=None), read
    answer = None if cache is None or question is None else cache.find(question)
    kept = answer is not None
    if answer is None:
        answer = answer_for(Job(step.spec, cell, "z3", origin=work.origin), program)
        if cache is not None and question is not None:
            cache.keep(question, answer)
    return At(row_of(cell, answer.result), answer.trace, kept=kept), read


def _load(spec: Spec, cell: Cell) -> _Loaded:
    key = (spec.folder, cell.scenario.name, cell.variant.name)
    if key not in _programs:
        if any((scenario, variant) != key[1:] for _, scenario, variant in _programs):
            _programs.clear()
        try:
            _programs[key] = _Loaded(load_program(spec, cell.scenario, cell.variant))
        except InputError as error:
            _programs[key] = _Loaded(error)
    return _programs[key]


def _question(spec: Spec, cell: Cell, program: Program, behaviours: dict[Bounds, str]) -> Question | None:
    """What the cell asks of ``program``; None when that takes longer than its time limit.

    ``behaviours`` are digests of the program that are known, by bounds.
    """
    scenario = cell.scenario
    model = load_model(cell.load)
    looks = "race" in scenario.properties and "data-race" in model.flag_names
    undefined = "uninitialised" not in scenario.properties
    unrolled, recursion = scenario.unroll, scenario.recursion
    bounds = Bounds(unrolled, recursion, looks, model.coherent, model.idempotent, undefined=undefined)
    if bounds not in behaviours:
        tick = until(None if scenario.longest is None else time.monotonic() + scenario.longest)
        try:
            behaviours[bounds] = digest(
                (end.choices, unroll(program, end, bounds, tick)) if isinstance(end, Initial) else end
                for end in initialise(program)
            )
        except OutOfTime:
            return None
    layout = hashlib.sha256(repr((spec.name, scenario.name, cell.variant.name, cell.model)).encode())
    for name, text in sorted(program.files.items()):
        layout.update(repr((name, text)).encode("utf-8", "surrogatepass"))
    return Question(behaviours[bounds], layout.hexdigest(), model_digest(cell.load), scenario.properties)


def _stored(
    work: Work, path: Path, first: _Read | None, last: _Read | None, alike: bool, known: Mapping[bytes, Followed]
) -> Stored:
    """What the trace at ``path`` does on the first and on the last step.

    ``alike``: the same on both. ``known``: what traces do on the last.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", str(path)) from None
    each: list[Followed] = []
    for step, read in ((work.steps[0], first), (work.steps[-1], last)):
        if alike and each:
            each.append(each[0])
        elif each and content in known:
            each.append(known[content])
        elif step.cell is None or read is None:
            each.append(Followed("", ("there is no such cell, or its sources do not build",)))
        else:
            each.append(follow(content, step.spec, step.cell, read.program, path))
    return Stored(path, *each)


def _unknown(cell: Cell, reason: str) -> Row:
    names = (cell.scenario.name, cell.variant.name, cell.model)
    return Row(*names, "UNKNOWN", cell.expected, reason=reason)
