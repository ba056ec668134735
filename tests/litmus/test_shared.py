"""The public litmus tests with known answers, where they lie beside the checkout: all verdicts and flags, and herd7's
own lines for those that are counted quickly."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.litmus import LitmusTest, read_litmus
from modelcheck.solve.litmus import observe
from modelcheck.verdicts.herd import herd_lines

SHARED = Path(__file__).parents[3] / "shared" / "litmus"
HERD = SHARED / "herd7-output"

if not SHARED.is_dir():
    pytest.skip("the shared litmus tests are not beside this checkout", allow_module_level=True)

EXPECTED = {row["path"]: row for row in csv.DictReader((SHARED / "expected.csv").open(encoding="utf-8"))}

THIN_AIR = re.compile(r"=S\d+;")
"""A value that justifies itself; herd7 numbers the symbols that it makes, and has made others before."""

MOST = 8
"""Executions that a test may have for its lines to be compared here."""


def herd_file(path: str) -> Path:
    return (HERD / path).with_suffix(".txt")


COUNTED = sorted(
    path
    for path, row in EXPECTED.items()
    if row["negative"] and int(row["positive"]) + int(row["negative"]) <= MOST and herd_file(path).is_file()
)


@cache
def parsed() -> dict[str, LitmusTest]:
    found = {}
    for path, test in read_litmus(SHARED / path for path in EXPECTED):
        if isinstance(test, InputError):
            raise test
        found[str(path.relative_to(SHARED))] = test
    return found


@pytest.mark.parametrize("path", EXPECTED)
def test_verdict_and_flags(path: str) -> None:
    found = observe(parsed()[path], load_model("lkmm"), count=False)
    assert found.verdict == EXPECTED[path]["verdict"]
    assert set(found.flags) == set(EXPECTED[path]["flags"].split())


@pytest.mark.parametrize("path", COUNTED)
def test_lines(path: str) -> None:
    test = parsed()[path]
    lines = [line for line in herd_lines(test, observe(test, load_model("lkmm"))) if not line.startswith("Time ")]
    wanted = [line for line in herd_file(path).read_text().splitlines() if not line.startswith("Hash=")]
    assert lines == [THIN_AIR.sub("=S0;", line) for line in wanted]
