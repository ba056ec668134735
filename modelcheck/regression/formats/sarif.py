"""A report as SARIF 2.1.0: a result for each cell that is broken, newly unknown, or still failing."""

from __future__ import annotations

import json
import posixpath
import re
from typing import Any, Final
from urllib.parse import quote

from modelcheck.regression.formats.rules import MEANINGS, UNDECIDED
from modelcheck.regression.report import BROKEN, FAILING, NEW, NEWLY_UNKNOWN, UNKNOWN, Difference, Report, sentence
from modelcheck.trace.names import clean
from modelcheck.version import __version__

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_STATES: Final = {BROKEN: "new", NEW: "new", NEWLY_UNKNOWN: "new", FAILING: "unchanged", UNKNOWN: "unchanged"}
"""How a status is called in ``baselineState``."""


def write(report: Report) -> str:
    """JSON text. Rules are the properties, described as GitHub asks for; each cell is a result of its own, at the line
    where it fails, or where the spec names its scenario."""
    rules = list(MEANINGS)
    results = [_result(report, one, rules) for one in report.differences if one.status in _STATES and not _passes(one)]
    run = {
        "tool": {
            "driver": {
                "name": "modelcheck",
                "semanticVersion": __version__,
                "rules": [_rule(rule, meaning) for rule, meaning in MEANINGS.items()],
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


def _rule(name: str, meaning: str) -> dict[str, Any]:
    text = f"{'Not known' if name == UNDECIDED else 'Broken'} when {meaning}."
    return {
        "id": name,
        "shortDescription": {"text": name},
        "fullDescription": {"text": text},
        "help": {"text": f"{text} With --traces DIR, 'modelcheck show' tells the execution step by step."},
    }


def _passes(difference: Difference) -> bool:
    return difference.after is None or difference.after.verdict == "PASS"


def _result(report: Report, difference: Difference, rules: list[str]) -> dict[str, Any]:
    row = difference.after
    assert row is not None
    rule = row.failing or UNDECIDED
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
    place = _place(report, row.source or "") or _place(report, report.places.get(difference.scenario, ""))
    if place is not None:
        result["locations"] = [{"physicalLocation": place}]
    return result


def _place(report: Report, source: str) -> dict[str, Any] | None:
    """``file:line``, where it is in the user's files."""
    found = re.fullmatch(r"(.+):(\d+)", source)
    if found is None or found[1].startswith("<"):
        return None
    file = posixpath.normpath(posixpath.join(report.folder, found[1]))
    return {"artifactLocation": {"uri": quote(file)}, "region": {"startLine": int(found[2])}}
