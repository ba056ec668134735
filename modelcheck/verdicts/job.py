"""The work of one cell: parse, check, and make the trace of a failure. Runs in a worker process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from modelcheck.frontend.spec import Scenario, Spec, Variant, load_program, macros
from modelcheck.program.ir import Program
from modelcheck.program.touch import apart
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
    """Raises `InputError` for sources that are wrong."""
    return answer_for(job, program_of(job))


def answer_for(job: Job, program: Program) -> Answer:
    """The answer to ``job``, whose program is at hand."""
    cell = job.cell
    result = _check(program, job)
    trace = None
    if result.verdict == "FAIL":
        from modelcheck.trace import Setting, record, to_bytes

        scenario = cell.scenario
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

            made = smaller(made, program, scenario.properties, {cell.model: cell.load}) or made
        trace = to_bytes(made)
    return Answer(attrs.evolve(result, execution=None), trace)


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
        timeout=cell.scenario.timeout,
        touches=asked not in _linked,
        groundworks=_grounds,
    )
    if result.touches is not None and not apart((result.touches,), len(result.touches.threads) - 1):
        _linked.add(asked)
    return result
