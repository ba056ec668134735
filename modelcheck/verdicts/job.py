"""The work of one cell: parse, check, and make the trace of a failure. Runs in a worker process."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
from attrs import frozen

from modelcheck.frontend.spec import Scenario, Spec, Variant, load_program, macros
from modelcheck.program.assumptions import assumed
from modelcheck.program.ir import Program
from modelcheck.program.touch import apart
from modelcheck.run import OutOfTime, alarm, given_up, politely
from modelcheck.solve.result import Result
from modelcheck.verdicts.cells import Cell

if TYPE_CHECKING:
    from modelcheck.solve.groundwork import Groundworks


@frozen
class Job:
    """A cell, with everything that a process elsewhere needs to answer it.

    ``origin`` is where the spec lies, as its traces say it; empty: where it does.
    """

    spec: Spec
    cell: Cell
    engine: str
    minimise: bool = False
    origin: str = ""


@frozen
class Answer:
    """A result without its execution, which is in ``trace``: the bytes of the file to keep."""

    result: Result
    trace: bytes | None = None


_latest: tuple[Spec, Scenario, Variant, Program] | None = None
"""The program of the last cell: the models of one scenario and variant share it."""

_grounds: Groundworks | None = None
"""What was last checked: its models share most clauses."""


_linked: set[tuple[str, str]] = set()
"""Spec and scenario of which a cell has shown that its threads touch: of no other cell need that be found out."""


def answer(job: Job) -> Answer:
    """The answer to ``job``, within its time limit, parsing and all; UNKNOWN where it is too large.

    Raises `InputError` for sources that are wrong.
    """
    if job.cell.variant.problem:
        return Answer(Result("UNKNOWN", reason=job.cell.variant.problem))
    return _within(job, lambda: _answer(job, program_of(job)))


def answer_for(job: Job, program: Program) -> Answer:
    """The answer to ``job``, whose program is at hand."""
    return _within(job, lambda: _answer(job, program))


def _within(job: Job, call: Callable[[], Answer]) -> Answer:
    scenario = job.cell.scenario
    seconds = scenario.patience
    clock = None
    began = time.monotonic()
    try:
        # After the engine looks at the clock, and before whoever runs this job breaks it off without a word.
        limit = scenario.timeout if seconds is None else (seconds + politely(seconds)) / 2
        with alarm(limit, processor=seconds is None) as clock:
            return _named(call(), scenario)
    except (OutOfTime, RecursionError, MemoryError) as error:
        error.__traceback__ = None
        drop()
        return _named(Answer(Result("UNKNOWN", reason=given_up(error), seconds=time.monotonic() - began)), scenario)
    finally:
        if clock is not None and clock.rang:
            drop()


def _named(answer: Answer, scenario: Scenario) -> Answer:
    """``answer``, with the limit that was reached named, if one was."""
    result = answer.result
    if result.reason != given_up(OutOfTime()):
        return answer
    if scenario.patience is not None:
        which = f"--timeout {scenario.patience:g}"
    else:
        which = f"timeout = {scenario.timeout:g}, of processor time; --timeout S gives another"
    return attrs.evolve(answer, result=attrs.evolve(result, reason=f"{result.reason} ({which})"))


def _answer(job: Job, program: Program) -> Answer:
    result = _check(program, job)
    trace = None
    if result.verdict == "FAIL":
        if result.mixed:
            job = attrs.evolve(job, engine="interleave")  # it has found the failure, and its machine replays it
        try:
            trace = _trace(job, program, result)
        except (OutOfTime, RecursionError, MemoryError) as error:  # it fails all the same
            error.__traceback__ = None
            message = f"{result.message} (there is no trace of it: {given_up(error)})"
            result = attrs.evolve(result, message=message)
    return Answer(attrs.evolve(result, execution=None, assumes=assumed(program)), trace)


def _trace(job: Job, program: Program, result: Result) -> bytes:
    """The trace of a failure, as it is kept."""
    from modelcheck.trace import Setting, record, to_bytes

    cell, scenario = job.cell, job.cell.scenario
    setting = Setting(
        job.origin or origin(job.spec),
        job.engine,
        tuple(sorted(scenario.properties)),
        scenario.init,
        tuple(function for _, function in scenario.threads),
        scenario.final,
        macros(job.spec, scenario, cell.variant),
    )
    made = record(
        program,
        result,
        spec=job.spec.name,
        scenario=cell.scenario.name,
        variant=cell.variant.name,
        model=cell.model,
        unroll=cell.scenario.unroll,
        recursion=cell.scenario.recursion,
        setting=setting,
        load=cell.load,
    )
    if job.minimise and made.execution.events:
        from modelcheck.minimise.smaller import smaller

        with suppress(OutOfTime, RecursionError, MemoryError):  # then it stays as long as it is
            made = smaller(made, program, scenario.properties, {cell.model: cell.load}) or made
    return to_bytes(made)


def origin(spec: Spec) -> str:
    """Where a spec lies, as a trace says it: from the current folder on where it is below that."""
    place = spec.folder if spec.file.name == "spec.toml" else spec.file
    here = Path.cwd()
    return (place.relative_to(here) if place.is_absolute() and place.is_relative_to(here) else place).as_posix()


def forget() -> None:
    """Parse anew next time: files may have changed."""
    global _latest, _grounds
    _latest = _grounds = None
    _linked.clear()


def drop() -> None:
    """Make everything anew next time: what is at hand may be half made, as after an interrupt."""
    forget()
    parser = sys.modules.get("modelcheck.frontend.c.parse")
    if parser is not None:  # libclang is loaded by those who parse only
        parser.forget()


def program_of(job: Job) -> Program:
    """The program of a cell. Raises `InputError` for sources that are wrong."""
    global _latest
    key = (job.spec, job.cell.scenario, job.cell.variant)
    if _latest is None or _latest[:3] != key:
        _latest = (*key, load_program(*key))
    return _latest[3]


def _check(program: Program, job: Job) -> Result:
    """The verdict of the engine asked for. The engines, and what they load, are imported by who runs them."""
    cell = job.cell
    if job.engine == "interleave":
        from modelcheck.verdicts.explored import explored

        return explored(program, cell)
    if job.spec.tree is not None and (found := _tried(program, cell)) is not None:
        return found
    from modelcheck.cat import load_model
    from modelcheck.solve.check import check
    from modelcheck.solve.groundwork import Groundworks
    from modelcheck.solve.sat import begin_anew

    asked = (job.spec.name, cell.scenario.name)
    begin_anew()  # the same bytes of the same cell, whichever were answered before in this process
    global _grounds
    if _grounds is None or _grounds.program is not program:
        _grounds = Groundworks(program)
    result = check(
        program,
        load_model(cell.load),
        cell.scenario.properties,
        unroll=cell.scenario.unroll,
        recursion=cell.scenario.recursion,
        timeout=cell.scenario.patience,
        touches=asked not in _linked,
        groundworks=_grounds,
    )
    if result.mixed:
        result = _byte_by_byte(program, job, result)
    if result.touches is not None and not apart((result.touches,), result.touches.threads[1:]):
        _linked.add(asked)
    return result


TRIED: Final = 10.0
"""Seconds of the processor for which the explorer is asked first, of programs on a kernel tree: each has much code, of
which few threads do little."""


def _tried(program: Program, cell: Cell) -> Result | None:
    """What the explorer says of a cell within `TRIED` seconds, or half of what a caller waits; None where it comes to
    no end, or does not know the memory model."""
    from modelcheck.verdicts.explored import KNOWN, explored

    if cell.load not in KNOWN:
        return None
    patience = cell.scenario.patience
    found = explored(program, cell, busy=TRIED if patience is None else min(TRIED, patience / 2))
    if found.verdict == "UNKNOWN":
        return None
    return attrs.evolve(found, refinements=0, mixed=found.verdict == "FAIL")


def _byte_by_byte(program: Program, job: Job, result: Result) -> Result:
    """What the explorer, which knows memory by its bytes, makes of what is accessed in several sizes.

    Where it does not come to an end either, ``result`` stands. Of a memory model that it does not know it can say no
    more than that a stronger one allows a failure.
    """
    from modelcheck.cat import BUILT_IN
    from modelcheck.verdicts.explored import KNOWN, explored

    cell = job.cell
    result = attrs.evolve(result, touches=None)
    known = cell.load in KNOWN
    if not known:
        if cell.load not in BUILT_IN:
            return result
        cell = attrs.evolve(cell, load="tso" if cell.load == "pso" else "sc")
    if cell.scenario.patience is not None:
        left = max(cell.scenario.patience - result.seconds, 0.0)
        cell = attrs.evolve(cell, scenario=attrs.evolve(cell.scenario, patience=left))
    found = explored(program, cell)
    if found.verdict == "UNKNOWN" or (not known and found.verdict != "FAIL"):
        return result
    return attrs.evolve(
        found,
        seconds=result.seconds + found.seconds,
        refinements=result.refinements,
        assumes=result.assumes,
        mixed=True,
    )
