"""The explorer and the solver find the same final states of litmus tests under SC and TSO."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.litmus import LitmusTest, read_litmus
from modelcheck.solve.litmus import observe
from tests.litmus.explored import states

HERE = Path(__file__).parent
SHARED = Path(__file__).parents[3] / "shared" / "litmus"

MOST = 5
"""Executions that a shared test may have under the kernel's model to be explored here."""

HANDED_ON = frozenset({"C-srcu-nest-6"})
"""Where a grace period waits for a section whose cookie is handed on: the explorer does not know who ends it."""


def paths() -> list[Path]:
    found = sorted(HERE.glob("*.litmus"))
    if SHARED.is_dir():
        with (SHARED / "expected.csv").open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                if row["negative"] and int(row["positive"]) + int(row["negative"]) <= MOST:
                    found.append(SHARED / row["path"])
    return found


PATHS = paths()


@pytest.fixture(scope="module")
def tests() -> dict[Path, LitmusTest]:
    found = {}
    for path, test in read_litmus(PATHS):
        if isinstance(test, InputError):
            raise test
        found[path] = test
    return found


@pytest.mark.parametrize("model", ["sc", "tso"])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_states(path: Path, model: str, tests: dict[Path, LitmusTest]) -> None:
    found = observe(tests[path], load_model(model))
    assert not found.reason
    explored, reason = states(tests[path], model)
    if path.stem in HANDED_ON:
        assert "handed on" in reason
        assert explored <= {state for state, _ in found.states}
    else:
        assert (explored, reason) == ({state for state, _ in found.states}, "")
