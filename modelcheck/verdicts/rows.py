"""Cells to rows: jobs on processes, traces kept as they come."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

from attrs import evolve

from modelcheck.errors import InputError
from modelcheck.frontend.spec import Spec
from modelcheck.reading import bounds_of, refusal, within
from modelcheck.run import Done, Event, Idle, Lost, Started, Workers
from modelcheck.verdicts.cells import Cell
from modelcheck.verdicts.job import Answer, Job, answer, drop, forget
from modelcheck.verdicts.row import INTERRUPTED, Row, row_of
from modelcheck.verdicts.view import View
from modelcheck.verdicts.work import work


def run(
    spec: Spec,
    cells: Sequence[Cell],
    engine: str,
    traces: Path | None,
    workers: Workers,
    view: View,
    minimise: bool = False,
) -> list[Row]:
    """Answer all cells.

    Args:
        spec: what the cells are of.
        cells: what to answer, in this order.
        engine: ``z3`` or ``interleave``.
        traces: folder for traces; each is there as soon as its cell is answered. None: none are kept.
        workers: who does the work.
        view: is told of each step.
        minimise: cut each trace down to what matters.

    Gives a row for each cell, in their order. What Ctrl-C leaves open is UNKNOWN; a trace that could not be written is
    told in its row. Raises `InputError` for sources that
    are wrong.
    """
    rows: dict[int, Row] = {}
    events = _events([Job(spec, cell, engine, minimise) for cell in cells], workers)
    with view:
        try:
            with closing(events):
                for event in events:
                    if isinstance(event, Started):
                        view.started(event.number)
                        _be_ready()
                    elif isinstance(event, Done | Lost):
                        cell = cells[event.number]
                        row = _lost(cell, event) if isinstance(event, Lost) else _row(spec, cell, event.value, traces)
                        rows[event.number] = row
                        view.answered(event.number, row)
                    else:
                        view.tick()
        except KeyboardInterrupt:
            drop()
            for number, cell in enumerate(cells):
                if number not in rows:
                    rows[number] = _unknown(cell, INTERRUPTED)
    return [rows[number] for number in range(len(cells))]


def _be_ready() -> None:
    """Import what an answer is kept with while others work at it: neither before they begin, nor when time is over."""
    import modelcheck.trace.store  # noqa: F401


def _events(jobs: Sequence[Job], workers: Workers) -> Generator[Event[Answer]]:
    """The events of all jobs. Of one program, the model named last is asked first: mostly it is the weakest, and what
    is refuted under it need not be refuted again (`modelcheck.solve.proofs`)."""
    forget()
    programs: dict[tuple[str, str], list[int]] = {}
    for number, job in enumerate(jobs):
        programs.setdefault((job.cell.scenario.name, job.cell.variant.name), []).insert(0, number)
    order = [number for several in programs.values() for number in several]
    groups = [program for program, several in programs.items() for _ in several]
    timeouts = [jobs[number].cell.scenario.longest for number in order]
    with closing(work(answer, [jobs[number] for number in order], workers, timeouts, groups)) as events:
        for event in events:
            yield event if isinstance(event, Idle) else evolve(event, number=order[event.number])


def _row(spec: Spec, cell: Cell, answer: Answer, traces: Path | None) -> Row:
    from modelcheck.trace.store import trace_path, write_atomically

    result = answer.result
    kept = None
    unkept = ""
    if traces is not None:
        path = trace_path(traces, spec.name, cell.scenario.name, cell.variant.name, cell.model)
        try:
            if not within(path, (*bounds_of(traces), *bounds_of(Path()))):
                raise InputError(refusal(path, traces))
            if answer.trace is not None:
                write_atomically(path, answer.trace)
                kept = str(path)
            elif result.verdict == "PASS" and path.exists() and _refuted(path, cell):
                path.unlink()
        except InputError as error:  # the verdict is told all the same
            unkept = f"{error}; the trace of {cell.scenario.name}, {cell.variant.name}, {cell.model} is not kept"
        except OSError as error:
            unkept = f"{path}: what passes now leaves an old trace, which cannot be removed: {error.strerror}"
    return evolve(row_of(cell, result, kept), unkept=unkept)


def _refuted(path: Path, cell: Cell) -> bool:
    """Whether a PASS of ``cell`` says that the failure in an older trace is gone: its property was looked at, and the
    bounds were no lower."""
    from modelcheck.trace.store import read_trace

    try:
        trace = read_trace(path)
    except InputError:
        return True  # whatever it is, it is no trace of this cell
    return trace.property in cell.scenario.properties and trace.unroll <= cell.scenario.unroll


def _lost(cell: Cell, event: Lost) -> Row:
    return _unknown(cell, event.reason)


def _unknown(cell: Cell, reason: str) -> Row:
    names = (cell.scenario.name, cell.variant.name, cell.model)
    return Row(*names, "UNKNOWN", cell.expected, reason=reason)
