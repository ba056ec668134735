"""A report as KTAP, as kselftest prints it: a subtest for each scenario, a line for each variant and model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modelcheck.regression.report import GONE, Difference, Report, sentence
from modelcheck.trace.names import clean

_INDENT = "  "


def write(report: Report) -> str:
    """The lines. What is broken or newly unknown is ``not ok``; what failed before and still does is ``# XFAIL``, what
    is not there any more ``# SKIP``. Reasons stand in diagnostic lines before."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    scenarios = list(dict.fromkeys(difference.scenario for difference in report.differences))
    yield "KTAP version 1"
    yield f"1..{len(scenarios)}" + ("" if scenarios else " # SKIP no patch changes a file of the spec")
    yield from (f"# {clean(note)}" for note in report.notes)
    for number, scenario in enumerate(scenarios, 1):
        own = [difference for difference in report.differences if difference.scenario == scenario]
        yield from (f"{_INDENT}{line}" for line in _scenario(scenario, own))
        bad = any(difference.breaks or difference.unsure for difference in own)
        yield f"{'not ok' if bad else 'ok'} {number} {clean(scenario)}"
    counts = [_result(difference) for difference in report.differences]
    kinds = ("pass", "fail", "xfail", "xpass", "skip", "error")
    yield "# Totals: " + " ".join(f"{kind}:{counts.count(kind)}" for kind in kinds)


def _scenario(scenario: str, own: Sequence[Difference]) -> Iterator[str]:
    yield "KTAP version 1"
    yield f"# Subtest: {clean(scenario)}"
    yield f"1..{len(own)}"
    for number, difference in enumerate(own, 1):
        result = _result(difference)
        if difference.why or result in ("fail", "error", "xfail"):
            yield f"# {clean(sentence(difference))}"
            yield from (f"# {clean(line)}" for line in difference.why)
        ok = "not ok" if result in ("fail", "error") else "ok"
        directive = {"xfail": " # XFAIL fails as before", "skip": " # SKIP gone"}.get(result, "")
        yield f"{ok} {number} {clean(difference.variant)}.{clean(difference.model)}{directive}"


def _result(difference: Difference) -> str:
    if difference.breaks:
        return "fail"
    if difference.unsure:
        return "error"
    if difference.status == GONE:
        return "skip"
    return "pass" if difference.after is not None and difference.after.verdict == "PASS" else "xfail"
