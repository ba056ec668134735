"""A report as JSON."""

from __future__ import annotations

import json
from typing import Any

from modelcheck.regression.explain import Followed
from modelcheck.regression.report import Difference, Report
from modelcheck.verdicts.row import Row


def write(report: Report) -> str:
    """One object, with one result a line."""
    results = ",\n".join(f"  {json.dumps(_difference(one), ensure_ascii=False)}" for one in report.differences)
    head = {
        "spec": report.spec,
        "patches": list(report.patches),
        "notes": list(report.notes),
        "strays": list(report.strays),
        "summary": report.summary(),
        "exit": report.exit_code,
    }
    text = json.dumps(head, ensure_ascii=False)[:-1]
    return f'{text}, "results": [\n{results}\n]}}\n'


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "scenario": one.scenario,
        "variant": one.variant,
        "model": one.model,
        "status": one.status,
        "unaffected": one.unaffected,
        "another": one.another,
        "by": one.by,
        "between": list(one.between),
        "before": _row(one.before),
        "after": _row(one.after),
        "why": list(one.why),
        "trace": one.trace,
        "stages": [{"patch": stage.patch, "row": _row(stage.row)} for stage in one.stages],
        "stored": [
            {"trace": str(stored.path), "before": _followed(stored.before), "after": _followed(stored.after)}
            for stored in one.stored
        ],
    }


def _row(row: Row | None) -> dict[str, Any] | None:
    return None if row is None else row.json()


def _followed(followed: Followed) -> dict[str, Any]:
    return {"outcome": followed.outcome, "lines": list(followed.lines)}
