"""What is said at the end of a check."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Final, TextIO

from modelcheck.frontend.spec import Spec
from modelcheck.program.assumptions import ASSUMPTIONS
from modelcheck.verdicts.row import INTERRUPTED, Row, to_json
from modelcheck.verdicts.warn import Warned

_FEW: Final = 8
"""So many lines are said of what is not as expected after an interruption: it should fit on a screen."""


def summary(
    spec: Spec,
    rows: Sequence[Row],
    warned: Sequence[Warned],
    format: str,  # noqa: A002 (the option's name)
    stream: TextIO,
) -> None:
    """Write to ``stream`` the JSON or the Markdown of all rows and warnings; or what failed and what is unknown, each
    in a sentence with its trace, what is not as expected last, and a count."""
    if format == "json":
        print(to_json(spec.name, rows, warned), file=stream)
        return
    lines = _told(rows)
    if format == "markdown":
        from modelcheck.cli.markdown import to_markdown

        lines = to_markdown(spec, rows, warned)
    for line in lines:
        print(line, file=stream)


def _told(rows: Sequence[Row]) -> Iterator[str]:
    closed = [row for row in rows if row.reason != INTERRUPTED]
    left = len(rows) - len(closed)
    if not left and (expected := [row for row in closed if row.as_expected and row.verdict != "PASS"]):
        yield "\nAs expected:"
        yield from _sentences(expected)
    if unexpected := [row for row in closed if not row.as_expected]:
        yield "\nNot as expected:"
        lines = list(_sentences(unexpected))
        yield from lines[:_FEW] if left else lines
        if left and len(lines) > _FEW:
            yield "and more of these."
    if any("unrolled" in row.reason for row in unexpected):
        yield "\nA loop that was cut short: --unroll N follows it further."
    if any(row.reason.startswith("internal error") for row in rows):
        yield "\nAn internal error is a mistake of modelcheck, not of the program: -j 0 shows its traceback."
    if left:
        yield f"\nInterrupted: {left} of {len(rows)} left open."
    different = [row for row in rows if not row.as_expected]
    unknown = sum(1 for row in different if row.verdict == "UNKNOWN")
    parts = [f"{len(rows) - len(different)} of {len(rows)} verdicts as expected"]
    if len(different) > unknown:
        parts.append(f"{len(different) - unknown} not")
    if unknown:
        parts.append(f"{unknown} unknown")
    taken = {name for row in rows for name in row.assumes}
    if taken:
        named = ", ".join(name for name in ASSUMPTIONS if name in taken)
        yield f"\nTaken for granted (docs/assumptions.md): {named}."
    yield f"\n{', '.join(parts)}."


def _sentences(rows: Sequence[Row]) -> Iterator[str]:
    """A sentence for the models of one scenario and variant that say the same, and how to look at each trace."""
    same: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        same.setdefault((row.scenario, row.variant, row.says()), []).append(row)
    for (scenario, variant, says), alike in same.items():
        yield f"\n{scenario}, {variant}, {', '.join(row.model for row in alike)}: {says}"
        for row in alike:
            if row.trace is not None:
                yield f"    modelcheck show {shlex.quote(row.trace)}"
