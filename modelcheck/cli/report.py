"""What is said at the end of a check."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TextIO

from modelcheck.cli.row import INTERRUPTED, Row, to_json


def report(spec: str, rows: Sequence[Row], format: str, stream: TextIO) -> None:  # noqa: A002 (the option's name)
    """Write to ``stream`` the JSON of all rows, or a sentence for each that failed or is unknown, with its trace,
    those that are not as expected last, and a count."""
    if format == "json":
        print(to_json(spec, rows), file=stream)
        return
    told = [row for row in rows if (row.verdict != "PASS" or not row.as_expected) and row.reason != INTERRUPTED]
    told.sort(key=lambda row: not row.as_expected)
    for row in told:
        print(f"\n{row.sentence()}", file=stream)
        if row.trace is not None:
            print(f"    modelcheck show {shlex.quote(row.trace)}", file=stream)
    if any(row.reason.startswith("internal error") for row in rows):
        print(
            "\nAn internal error is a mistake of modelcheck, not of the program: -j 0 shows its traceback.", file=stream
        )
    if open_ := sum(1 for row in rows if row.reason == INTERRUPTED):
        print(f"\nInterrupted: {open_} of {len(rows)} left open.", file=stream)
    different = [row for row in rows if not row.as_expected]
    unknown = sum(1 for row in different if row.verdict == "UNKNOWN")
    parts = [f"{len(rows) - len(different)} of {len(rows)} verdicts as expected"]
    if len(different) > unknown:
        parts.append(f"{len(different) - unknown} not")
    if unknown:
        parts.append(f"{unknown} unknown")
    print(f"\n{', '.join(parts)}.", file=stream)
