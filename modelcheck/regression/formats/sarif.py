"""A report as SARIF 2.1.0: a result for each cell that is broken, newly unknown, or still failing."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import quote

from modelcheck.program.ir import PROPERTIES
from modelcheck.regression.report import BROKEN, FAILING, NEW, NEWLY_UNKNOWN, UNKNOWN, Difference, Report, sentence
from modelcheck.trace.names import clean
from modelcheck.version import __version__

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_UNDECIDED: Final = "unknown"
"""The rule of what is not known."""

_STATES: Final = {BROKEN: "new", NEW: "new", NEWLY_UNKNOWN: "new", FAILING: "unchanged", UNKNOWN: "unchanged"}
"""How a status is called in ``baselineState``."""


def write(report: Report) -> str:
    """JSON text. Rules are the properties; the models of which the same is to be said are results of their own."""
    rules = [*PROPERTIES, _UNDECIDED]
    results = [_result(report, one, rules) for one in report.differences if one.status in _STATES and not _passes(one)]
    run = {
        "tool": {
            "driver": {
                "name": "modelcheck",
                "semanticVersion": __version__,
                "rules": [{"id": rule, "shortDescription": {"text": rule}} for rule in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": clean(note)}} for note in report.notes
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _passes(difference: Difference) -> bool:
    return difference.after is None or difference.after.verdict == "PASS"


def _result(report: Report, difference: Difference, rules: list[str]) -> dict[str, Any]:
    row = difference.after
    assert row is not None
    rule = row.failing or _UNDECIDED
    level = "error" if difference.breaks else "warning" if difference.unsure else "note"
    text = "\n".join(
        clean(line) for line in (f"{report.spec}: {difference.name}: {sentence(difference)}", *difference.why)
    )
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": level,
        "kind": "fail",
        "message": {"text": text},
        "baselineState": _STATES[difference.status],
        "partialFingerprints": {
            "cell/v1": f"{report.spec}/{difference.scenario}/{difference.variant}/{difference.model}/{rule}"
        },
        "properties": {
            "scenario": difference.scenario,
            "variant": difference.variant,
            "model": difference.model,
            "status": difference.status,
            "by": clean(difference.by),
        },
    }
    place = re.fullmatch(r"(.+):(\d+)", row.source or "")
    if place and not place[1].startswith("<"):
        file = "/".join(part for part in (report.folder, place[1]) if part)
        result["locations"] = [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(file)},
                    "region": {"startLine": int(place[2])},
                }
            }
        ]
    return result
