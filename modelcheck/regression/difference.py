"""From the verdicts at each step to what is to be said of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import evolve

from modelcheck.regression.compare import At, Compared, Work
from modelcheck.regression.explain import ending
from modelcheck.regression.report import (
    BROKEN,
    FAILING,
    FIXED,
    GONE,
    NEW,
    NEWLY_UNKNOWN,
    PASSING,
    SETTLED,
    UNKNOWN,
    Difference,
    Stage,
)
from modelcheck.regression.series import Series
from modelcheck.trace.replay.correspondence import stem
from modelcheck.trace.store import trace_path, write_atomically
from modelcheck.verdicts.row import Row

Name = tuple[str, str, str]
"""Scenario, variant, model."""


def difference(name: Name, compared: Compared, series: Series, traces: Path | None, spec: str) -> Difference:
    """What became of the cell ``name`` of ``spec``, of which ``compared`` is known.

    The trace of a new failure goes to the folder ``traces``.
    """
    at = compared.at
    first, last = at[0], at[-1]
    after = None if last.row is None else evolve(last.row, reason=series.trees[-1].said(last.row.reason))
    status = _status(first.row, after)
    stages = (
        tuple(Stage(title, one.row) for title, one in zip(("", *series.steps), at, strict=True)) if len(at) > 2 else ()
    )
    turn = _turn(at, status)
    between = _between(at, series.steps) if status == PASSING else ()
    followed = _followed(at)
    another = status == FAILING and not last.unaffected and not _same(first.row, after, followed)
    why: tuple[str, ...] = ()
    trace = None
    if status == FIXED and turn and (forbids := at[turn].followed) is not None:
        why = forbids.lines
    elif status == BROKEN and last.trace is not None:
        why = ending(last.trace)
    if last.trace is not None and (status == BROKEN or another) and traces is not None:
        path = trace_path(traces, spec, *name)
        write_atomically(path, last.trace)
        trace = str(path)
    unaffected = all(one.unaffected for one in at[1:])
    by = series.steps[turn - 1] if turn and len(at) > 2 else ""
    return Difference(
        *name, status, first.row, after, unaffected, another, why, trace, stages, between, by, compared.stored
    )


def _status(before: Row | None, after: Row | None) -> str:
    if before is None:
        return NEW
    if after is None:
        return GONE
    return {
        ("PASS", "PASS"): PASSING,
        ("PASS", "FAIL"): BROKEN,
        ("PASS", "UNKNOWN"): NEWLY_UNKNOWN,
        ("FAIL", "PASS"): FIXED,
        ("FAIL", "FAIL"): FAILING,
        ("FAIL", "UNKNOWN"): NEWLY_UNKNOWN,
        ("UNKNOWN", "PASS"): SETTLED,
        ("UNKNOWN", "FAIL"): BROKEN,
        ("UNKNOWN", "UNKNOWN"): UNKNOWN,
    }[before.verdict, after.verdict]


def _turn(at: Sequence[At], status: str) -> int:
    """The step that makes the verdict what it is in the end; 0: none does."""
    if status not in (BROKEN, FIXED, NEWLY_UNKNOWN):
        return 0
    verdicts = [None if one.row is None else one.row.verdict for one in at]
    turns = [number for number in range(1, len(at)) if verdicts[number] != verdicts[number - 1]]
    return turns[-1] if turns else 0


def _between(at: Sequence[At], steps: Sequence[str]) -> tuple[str, ...]:
    """The patches that make fail what passed before and does so again in the end."""
    verdicts = [None if one.row is None else one.row.verdict for one in at]
    return tuple(
        steps[number - 1]
        for number in range(1, len(at))
        if verdicts[number] == "FAIL" and verdicts[number - 1] != "FAIL"
    )


def _followed(at: Sequence[At]) -> bool:
    """Whether the failure before all patches reproduces at every step."""
    return all(one.unaffected or (one.followed is not None and one.followed.reproduces) for one in at[1:])


def _same(before: Row | None, after: Row | None, followed: bool) -> bool:
    """Whether two failures are the same: the old one reproduces, or property, function and what was asserted are."""
    if before is None or after is None or followed:
        return followed
    asserted = before.failing != "assertion" or stem(before.message) == stem(after.message)
    return before.failing == after.failing and before.function == after.function and asserted


def lost(name: Name, job: Work, reason: str) -> Difference:
    """What is to be said of a cell of which nothing is known for ``reason``."""
    cell = next(step.cell for step in reversed(job.steps) if step.cell is not None)
    row = Row(*name, "UNKNOWN", cell.expected, reason=reason)
    return Difference(*name, NEWLY_UNKNOWN, None, row)
