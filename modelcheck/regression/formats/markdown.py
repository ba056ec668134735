"""A report as Markdown that can also be read as it stands, to paste into a review mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from modelcheck.regression.report import FIXED, PASSING, Difference, Report, in_order, sentence
from modelcheck.trace.names import clean


def write(report: Report) -> str:
    """The lines: what was applied, a table of what changes, each change with its reasons, and a count."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"**modelcheck regress {_text(report.spec)}**"
    yield ""
    yield from (f"- {_text(title)}" for title in report.patches)
    yield from (f"- note: {_text(note)}" for note in report.notes)
    if report.patches or report.notes:
        yield ""
    if not report.differences:
        yield "No patch changes a file of the spec: nothing is checked."
        return
    yield f"{report.summary()}"
    changed = [d for d in in_order(report.differences) if d.status != PASSING or d.between]
    if changed:
        yield ""
        yield "| scenario | variant | models | before | after | |"
        yield "| --- | --- | --- | --- | --- | --- |"
        yield from _table(changed)
    for difference, models in _told(changed):
        yield ""
        yield f"**{_text(difference.scenario)}, {_text(difference.variant)}, {', '.join(models)}**: " + _text(
            sentence(difference)
        )
        if difference.between:
            yield ""
            yield f"It fails after {', '.join(_text(title) for title in difference.between)}, and passes in the end."
        if difference.why:
            yield ""
            if difference.status == FIXED:
                yield "The old failure is no longer possible:"
                yield ""
            yield from (f"    {clean(line)}" for line in difference.why)


def _table(changed: Sequence[Difference]) -> Iterator[str]:
    def cells(difference: Difference) -> tuple[str, ...]:
        before, after = difference.before, difference.after
        shown = ["" if row is None else row.found for row in (before, after)]
        status = difference.status + (f" by {difference.by}" if difference.by else "")
        return difference.scenario, difference.variant, *shown, status

    for key, group in groupby(changed, key=cells):
        scenario, variant, before, after, status = map(_text, key)
        models = ", ".join(_text(difference.model) for difference in group)
        yield f"| {scenario} | `{variant}` | {models} | {before} | {after} | {status} |"


def _told(changed: Sequence[Difference]) -> Iterator[tuple[Difference, list[str]]]:
    """What has something to be said beyond the table, once for the models of which the same is to be said."""
    same: dict[tuple[object, ...], list[Difference]] = {}
    for difference in changed:
        if difference.why or difference.unsure or difference.another or difference.between:
            key = (difference.scenario, difference.variant, sentence(difference), difference.why)
            same.setdefault(key, []).append(difference)
    for alike in same.values():
        yield alike[0], [difference.model for difference in alike]


def _text(text: str) -> str:
    for plain, written in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("*", "\\*"), ("`", "'")):
        text = text.replace(plain, written)
    return clean(text)
