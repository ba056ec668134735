"""A report as JUnit XML: a test suite for each scenario, a test case for each variant and model."""

from __future__ import annotations

from junitparser import Error, Failure, JUnitXml, Properties, Property, Skipped, TestCase, TestSuite

from modelcheck.regression.report import GONE, Difference, Report, sentence
from modelcheck.trace.names import clean


def write(report: Report) -> str:
    """XML text. What is broken is a failure, what is newly unknown an error; what failed before and still does, and
    what is not there any more, is skipped with the reason."""
    xml = JUnitXml(report.spec)
    for scenario in dict.fromkeys(difference.scenario for difference in report.differences):
        suite = TestSuite(f"{report.spec}.{scenario}")
        for difference in report.differences:
            if difference.scenario == scenario:
                suite.add_testcase(_case(report, difference))
        xml.add_testsuite(suite)
    text = xml.tostring()
    return f"{text.decode() if isinstance(text, bytes) else text}\n"


def _case(report: Report, difference: Difference) -> TestCase:
    case = TestCase(f"{difference.variant}, {difference.model}", f"{report.spec}.{difference.scenario}")
    case.time = difference.after.seconds if difference.after is not None else 0.0
    told = clean(sentence(difference))
    why = "\n".join(clean(line) for line in difference.why)
    properties = Properties()
    properties.add_property(Property("status", difference.status))
    if difference.by:
        properties.add_property(Property("by", clean(difference.by)))
    case.append(properties)
    if difference.breaks:
        case.result = [_with_text(Failure(told, difference.status), why)]
    elif difference.unsure:
        case.result = [_with_text(Error(told, difference.status), why)]
    elif difference.status == GONE or (difference.after is not None and difference.after.verdict != "PASS"):
        case.result = [Skipped(told, difference.status)]
    elif why:
        case.system_out = f"{told}\n{why}"
    return case


def _with_text(result: Failure | Error, text: str) -> Failure | Error:
    result.text = text
    return result
