"""Reports written down: each format as its definition asks."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest
from attrs import evolve
from sarif_kit.validate import validation_errors

from modelcheck.frontend.spec import Expectation
from modelcheck.program.ir import PROPERTIES
from modelcheck.regression.formats import FORMATS, formatted
from modelcheck.regression.report import (
    BROKEN,
    FAILING,
    FIXED,
    GONE,
    NEWLY_UNKNOWN,
    PASSING,
    Difference,
    Report,
)
from modelcheck.verdicts.row import INTERRUPTED, Row

FAIL = Expectation("FAIL")


def row(model: str, verdict: str, reason: str = "") -> Row:
    failing = "leak" if verdict == "FAIL" else None
    message = "page[1] leaks | <b>" if verdict == "FAIL" else ""
    source = "mm/a b.c:7" if verdict == "FAIL" else None
    return Row("s", "base", model, verdict, Expectation(), failing, message, source, reason=reason)


def one(model: str, status: str, before: str, after: str, *why: str) -> Difference:
    late = row(model, after, reason="no time" if after == "UNKNOWN" else "")
    return Difference(
        "s", "base", model, status, row(model, before), late, why=why, by="[PATCH 1/2] a|b" if status == BROKEN else ""
    )


REPORT = Report(
    "balloon",
    ("[PATCH 1/2] a|b", "[PATCH 2/2] c"),
    (
        one("sc", PASSING, "PASS", "PASS"),
        one("tso", BROKEN, "PASS", "FAIL", "the last line\x1b[31m"),
        one("pso", FIXED, "FAIL", "PASS", "the axiom forbids it"),
        one("lkmm", NEWLY_UNKNOWN, "PASS", "UNKNOWN"),
        one("rc11", FAILING, "FAIL", "FAIL"),
        Difference("old", "base", "sc", GONE, row("sc", "PASS"), None),
    ),
    ("passed over, no files of the spec: README",),
    (),
    "specs/balloon",
    {"s": "spec.toml:12"},
)
NOTHING = Report("balloon", ("it",), (), ("passed over, no files of the spec: README",))


@pytest.mark.parametrize("shape", FORMATS)
@pytest.mark.parametrize("report", [REPORT, NOTHING])
def test_every_format_is_text_without_terminal_codes(shape: str, report: Report) -> None:
    text = formatted(report, shape)
    assert text.endswith("\n")
    assert "\x1b" not in text


def test_the_table_tells_the_worst_first_and_counts() -> None:
    text = formatted(REPORT, "table")
    assert text.index("Broken:") < text.index("Newly unknown:") < text.index("Fixed:") < text.index("Still failing:")
    assert "s, base, tso: by '[PATCH 1/2] a|b': FAIL:leak at mm/a b.c:7: page[1] leaks | <b>\n    the last line" in text
    assert "1 broken, 1 newly unknown, 1 fixed, 1 still failing, 1 gone, 1 still passing." in text
    assert formatted(NOTHING, "table").endswith("No patch changes a file of the spec: nothing is checked.\n")


def test_the_table_counts_what_fails_as_it_should_and_joins_what_is_unknown_for_one_reason() -> None:
    usual = one("lkmm", FAILING, "FAIL", "FAIL")
    assert usual.after is not None
    usual = evolve(usual, after=evolve(usual.after, expected=FAIL))
    unknown = one("tso", NEWLY_UNKNOWN, "PASS", "UNKNOWN")
    several = (usual, unknown, evolve(unknown, scenario="other"), evolve(usual, another=True, variant="late"))
    text = formatted(evolve(REPORT, differences=several), "table")
    assert "\ns, other, base, tso: no time\n" in text
    assert "\n1 still fails, in the same way, as the spec expects.\n" in text
    assert "\ns, late, lkmm: by another failure: FAIL:leak" in text


def test_what_was_interrupted_is_counted_and_not_listed() -> None:
    cut = evolve(one("lkmm", NEWLY_UNKNOWN, "PASS", "PASS"), after=row("lkmm", "UNKNOWN", INTERRUPTED))
    text = formatted(evolve(REPORT, differences=(one("sc", PASSING, "PASS", "PASS"), cut)), "table")
    assert "Newly unknown" not in text
    assert "Interrupted: 1 of 2 left open.\n1 newly unknown, 1 still passing." in text


def test_json_holds_all_of_it() -> None:
    document = json.loads(formatted(REPORT, "json"))
    assert (document["spec"], document["exit"], len(document["results"])) == ("balloon", 1, 6)
    broken = document["results"][1]
    assert (broken["status"], broken["by"], broken["before"]["verdict"]) == (BROKEN, "[PATCH 1/2] a|b", "PASS")
    assert broken["after"]["property"] == "leak"


def test_junit_has_a_failure_an_error_and_what_is_skipped() -> None:
    suites = ElementTree.fromstring(formatted(REPORT, "junit"))
    assert [suite.get("name") for suite in suites] == ["balloon.s", "balloon.old"]
    suite = suites[0]
    counts = [suite.get(kind) for kind in ("tests", "failures", "errors", "skipped")]
    assert counts == ["5", "1", "1", "1"]
    cases = {case.get("name"): case for case in suite}
    failure = cases["base, tso"].find("failure")
    assert failure is not None
    assert failure.get("type") == BROKEN
    assert "page[1] leaks | <b>" in str(failure.get("message"))
    assert (failure.text or "").startswith("the last line")
    assert cases["base, lkmm"].find("error") is not None
    assert cases["base, rc11"].find("skipped") is not None
    assert "the axiom forbids it" in (cases["base, pso"].findtext("system-out") or "")


@pytest.mark.parametrize("report", [REPORT, NOTHING])
def test_sarif_is_accepted_by_its_schema(report: Report) -> None:
    document = json.loads(formatted(report, "sarif"))
    assert validation_errors(document) == []
    document["runs"][0]["tool"]["driver"]["rules"][0]["id"] = 7
    assert validation_errors(document) == ["runs/0/tool/driver/rules/0/id: 7 is not of type 'string'"]


def test_every_property_is_a_rule_that_github_can_show() -> None:
    (run,) = json.loads(formatted(NOTHING, "sarif"))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == {*PROPERTIES, "unknown"}
    assert all(rule["fullDescription"]["text"] and rule["help"]["text"] for rule in rules)


def test_sarif_holds_what_fails_or_is_unknown_at_its_place() -> None:
    (run,) = json.loads(formatted(REPORT, "sarif"))["runs"]
    results = run["results"]
    assert [(r["level"], r["baselineState"], r["ruleId"]) for r in results] == [
        ("error", "new", "leak"),
        ("warning", "new", "unknown"),
        ("note", "unchanged", "leak"),
    ]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in results)
    place = results[0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "specs/balloon/mm/a%20b.c"}, "region": {"startLine": 7}}
    (unknown,) = results[1]["locations"]
    place = {"artifactLocation": {"uri": "specs/balloon/spec.toml"}, "region": {"startLine": 12}}
    assert unknown["physicalLocation"] == place


def test_ktap_is_as_kselftest_prints_it() -> None:
    assert formatted(REPORT, "ktap").splitlines() == [
        "KTAP version 1",
        "1..2",
        "# passed over, no files of the spec: README",
        "  KTAP version 1",
        "  # Subtest: s",
        "  1..5",
        "  ok 1 base.sc",
        "  # broken by '[PATCH 1/2] a|b': FAIL:leak at mm/a b.c:7: page[1] leaks | <b>",
        "  # the last line\N{REPLACEMENT CHARACTER}[31m",
        "  not ok 2 base.tso",
        "  # fixed: it was FAIL:leak at mm/a b.c:7: page[1] leaks | <b>",
        "  # the axiom forbids it",
        "  ok 3 base.pso",
        "  # newly unknown: no time",
        "  not ok 4 base.lkmm",
        "  # still failing: FAIL:leak at mm/a b.c:7: page[1] leaks | <b>",
        "  ok 5 base.rc11 # XFAIL fails as before",
        "not ok 1 s",
        "  KTAP version 1",
        "  # Subtest: old",
        "  1..1",
        "  ok 1 base.sc # SKIP gone",
        "ok 2 old",
        "# Totals: pass:2 fail:1 xfail:1 xpass:0 skip:1 error:1",
    ]


def test_markdown_has_a_table_whose_rows_are_whole() -> None:
    lines = formatted(REPORT, "markdown").splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in table} == {7}
    assert "| s | `base` | tso | PASS | FAIL:leak | broken by [PATCH 1/2] a\\|b |" in table
    assert "    the axiom forbids it" in lines
    assert "&lt;b>" in "".join(lines)
