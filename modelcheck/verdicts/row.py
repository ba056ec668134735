"""One row of the table of verdicts, in words and as JSON, and the exit code of many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from modelcheck.frontend.spec import Expectation
from modelcheck.program.places import inside, own_place
from modelcheck.program.touch import Touches
from modelcheck.program.words import plain
from modelcheck.solve.result import Result
from modelcheck.verdicts.cells import Cell
from modelcheck.verdicts.warn import Warned

INTERRUPTED: Final = "interrupted"
"""The reason of cells that were left open."""


@frozen
class Row:
    """The verdict on one cell.

    ``failing`` is the property that fails, ``source`` is ``file:line`` in the user's files, ``inside`` the function and
    the line of a header of ours where it fails within that, ``trace`` the path of the stored trace, ``touches`` which
    threads touch one another, where that is known, ``function`` the user's function in which it fails,
    ``unkept`` why its trace could not be kept, ``assumes`` the ids of what is taken for granted
    (`modelcheck.program.assumptions`).
    """

    scenario: str
    variant: str
    model: str
    verdict: str
    expected: Expectation
    failing: str | None = None
    message: str = ""
    source: str | None = None
    inside: str = ""
    trace: str | None = None
    events: int = 0
    refinements: int = 0
    seconds: float = 0.0
    reason: str = ""
    touches: Touches | None = None
    function: str = ""
    unkept: str = ""
    assumes: tuple[str, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether verdict and, where the spec names one, property are those expected."""
        return self.verdict == self.expected.verdict and self.expected.property in (None, self.failing)

    @property
    def found(self) -> str:
        """The verdict, and for FAIL the property."""
        return f"{self.verdict}:{self.failing}" if self.failing else self.verdict

    def json(self) -> dict[str, Any]:
        """The row as an object of the JSON output."""
        return {
            "scenario": self.scenario,
            "variant": self.variant,
            "model": self.model,
            "verdict": self.verdict,
            "expected": str(self.expected),
            "property": self.failing,
            "message": self.message,
            "source": self.source,
            "inside": self.inside,
            "trace": self.trace,
            "events": self.events,
            "refinements": self.refinements,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
            "assumes": list(self.assumes),
        }

    def says(self) -> str:
        """What failed and why, or why nothing is known."""
        expected = "" if self.as_expected else f" (expected {self.expected})"
        if self.verdict == "FAIL":
            within = f" (in {self.inside})" if self.inside else ""
            place = f" at {self.source}{within}" if self.source else ""
            return f"FAIL{expected}: {self.failing}{place}: {self.message}"
        if self.verdict == "UNKNOWN":
            return f"UNKNOWN{expected}: {self.reason}"
        return f"{self.verdict}{expected}"


def row_of(cell: Cell, result: Result, trace: str | None = None) -> Row:
    """The row that says ``result`` of ``cell``, with the path of its stored trace."""
    return Row(
        cell.scenario.name,
        cell.variant.name,
        cell.model,
        result.verdict,
        cell.expected,
        result.property,
        plain(result.message),
        str(own_place(result.source, result.stack)) if result.source else None,
        inside(result.source, result.stack) if result.source else "",
        trace,
        result.events,
        result.refinements,
        result.seconds,
        plain(result.reason),
        result.touches,
        own_place(result.source, result.stack).function if result.source else "",
        assumes=result.assumes,
    )


def exit_code(rows: Sequence[Row]) -> int:
    """0 when every verdict is as expected, 3 when the only differences are UNKNOWN, else 1; 2 where a trace could not
    be kept."""
    if any(row.unkept for row in rows):
        return 2
    different = [row for row in rows if not row.as_expected]
    if not different:
        return 0
    return 3 if all(row.verdict == "UNKNOWN" for row in different) else 1


def to_json(spec: str, rows: Sequence[Row], warned: Sequence[Warned] = ()) -> str:
    """The JSON output, one result a line."""
    results = ",\n".join(f"  {json.dumps(row.json(), ensure_ascii=False)}" for row in rows)
    warnings = json.dumps([warning.json() for warning in warned], ensure_ascii=False)
    return f'{{"spec": {json.dumps(spec, ensure_ascii=False)}, "warnings": {warnings}, "results": [\n{results}\n]}}'
