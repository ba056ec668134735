"""A report for people: what changes, each in a sentence with its reasons; what does not change, counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from modelcheck.regression.report import (
    FAILING,
    FIXED,
    NEWLY_UNKNOWN,
    PASSING,
    UNKNOWN,
    Difference,
    Report,
    in_order,
    sentence,
)
from modelcheck.trace.names import clean
from modelcheck.verdicts.row import INTERRUPTED

_INDENT = "    "


def write(report: Report) -> str:
    """The lines of the terminal's output."""
    lines = (clean(line) for text in _lines(report) for line in text.split("\n"))
    return "".join(f"{line}\n" for line in lines).lstrip("\n")


def _lines(report: Report) -> Iterator[str]:
    if len(report.patches) > 1:
        yield "Patches, in this order:"
        yield from (f"{_INDENT}{title}" for title in report.patches)
    for note in report.notes:
        yield f"Note: {note}"
    if not report.differences:
        yield "No patch changes a file of the spec: nothing is checked."
        return
    unanswered = [d for d in report.differences if d.after is not None and d.after.reason == INTERRUPTED]
    told = [difference for difference in in_order(report.differences) if difference not in unanswered]
    for status, group in groupby(told, key=lambda difference: difference.status):
        several = [d for d in group if (status != PASSING or d.between) and not _usual(d)]
        if several:
            yield f"\n{status.capitalize() if status != PASSING else 'Broken within the series'}:"
            yield from _alike(several)
    usual = sum(_usual(difference) for difference in told)
    if usual:
        yield f"\n{usual} still fail{'' if usual > 1 else 's'}, in the same way, as the spec expects."
    yield from _stored(report)
    yield ""
    if unanswered:
        yield f"Interrupted: {len(unanswered)} of {len(report.differences)} left open."
    yield from _verdict(report)


def _usual(difference: Difference) -> bool:
    """Whether it fails as before, and as it should."""
    after = difference.after
    return difference.status == FAILING and not difference.another and after is not None and after.as_expected


def _alike(several: Sequence[Difference]) -> Iterator[str]:
    """One entry for the models of which the same is to be said; of what is not known, for the scenarios too."""
    models_of: dict[tuple[object, ...], list[Difference]] = {}
    for one in several:
        models_of.setdefault((one.scenario, one.variant, sentence(one), one.why, one.between), []).append(one)
    same: dict[tuple[object, ...], list[Difference]] = {}
    for (scenario, *rest), group in models_of.items():
        joins = group[0].status in (NEWLY_UNKNOWN, UNKNOWN)
        key = ("" if joins else scenario, *rest, *(one.model for one in group))
        same.setdefault(key, []).extend(group)
    for alike in same.values():
        first = alike[0]
        models = ", ".join(dict.fromkeys(difference.model for difference in alike))
        scenarios = ", ".join(dict.fromkeys(difference.scenario for difference in alike))
        told = sentence(first)
        told = told.removeprefix(f"{first.status}: ").removeprefix(f"{first.status} ").removeprefix(f"{first.status}, ")
        yield f"\n{scenarios}, {first.variant}, {models}: {told if told != first.status else ''}".rstrip(": ")
        if first.between:
            yield f"{_INDENT}fails after: {', '.join(first.between)}; passes in the end"
        if first.why and first.status == FIXED:
            yield f"{_INDENT}The old failure is no longer possible:"
        yield from (f"{_INDENT}{line}" for line in first.why)
        for difference in alike:
            if difference.trace is not None:
                yield f"{_INDENT}modelcheck show {difference.trace}"


def _stored(report: Report) -> Iterator[str]:
    """What stored traces do: those that changed, and a count of the others."""
    stored = [(difference, one) for difference in report.differences for one in difference.stored]
    if not stored and not report.strays:
        return
    gone = [(d, one) for d, one in stored if one.before.reproduces and not one.after.reproduces]
    untold = [one for d, one in gone if d.status == NEWLY_UNKNOWN]
    gone = [(d, one) for d, one in gone if d.status != NEWLY_UNKNOWN]
    stale = [(d, one) for d, one in stored if not one.before.reproduces]
    if gone:
        yield "\nStored traces that are no longer possible:"
        for difference, one in gone:
            if difference.status == FIXED:
                yield f"{_INDENT}{one.path}: {one.after.lines[0] if one.after.lines else one.after.outcome}"
            else:
                yield f"{_INDENT}{one.path} (the cell is {difference.status})"
                yield from (f"{_INDENT}{_INDENT}{line}" for line in one.after.lines)
    if stale:
        yield "\nStored traces that were not possible before either:"
        yield from (f"{_INDENT}{one.path}: {one.before.lines[0]}" for _, one in stale if one.before.lines)
    if report.strays:
        yield "\nStored traces that cannot be followed:"
        yield from (f"{_INDENT}{stray}" for stray in report.strays)
    if untold:
        yield f"\n{len(untold)} stored trace{'s are' if len(untold) > 1 else ' is'} of what is newly unknown."
    same = len(stored) - len(gone) - len(stale) - len(untold)
    if same:
        yield f"\n{same} stored trace{'s' if same > 1 else ''} still reproduce{'' if same > 1 else 's'}."


def _verdict(report: Report) -> Iterator[str]:
    yield report.summary()
    if any(d.status != PASSING and d.trace is None and d.breaks for d in report.differences):
        yield "--traces DIR keeps the traces of what is broken."
