"""``modelcheck enumerate``: what it prints, and its exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import DATA, Command


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Store buffering by C11 atomics."""
    return Path(shutil.copy(DATA / "buffering.c", tmp_path))


def test_json_is_one_object_for_each_model(modelcheck: Command, program: Path) -> None:
    outcome = modelcheck("enumerate", program, "--model", "sc", "--model", "tso", "--format", "json")
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    for row in rows:
        assert row.pop("seconds") >= 0
        assert row.pop("file") == str(program)
        assert row["findings"] == []
    assert [(row["model"], row["executions"], row["blocked"]) for row in rows] == [("sc", 3, 0), ("tso", 4, 0)]
    assert {(s["a"], s["b"]) for s in rows[0]["states"]} == {(0, 1), (1, 0), (1, 1)}
    assert {(s["a"], s["b"]) for s in rows[1]["states"]} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert outcome.code == 0


def test_text(modelcheck: Command, program: Path) -> None:
    lines = modelcheck("enumerate", program, "--model", "sc").out.splitlines()
    assert lines[:4] == [f"Program {program} under sc", "Executions 3", "Blocked 0", "States 3"]
    assert lines[4] == "x=1; y=1; a=0; b=1; 1"


def test_a_finding_is_an_exit_code_of_one(modelcheck: Command, program: Path) -> None:
    program.write_text(program.read_text().replace("join(other, 0);", "join(other, 0); assert(a || b);"))
    outcome = modelcheck("enumerate", program, "--model", "tso", "--format", "json")
    (finding,) = json.loads(outcome.out)["findings"]
    assert finding["property"] == "assertion"
    assert finding["source"] == f"{program}:30"
    assert outcome.code == 1


def test_bounds_are_an_exit_code_of_three(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "loop.c").write_text(
        "#include <pthread.h>\n#include <stdatomic.h>\natomic_int x;\n"
        "static void *t(void *u) { while (atomic_fetch_add(&x, 1) < 9) ; return 0; }\n"
        "int main(void) { pthread_t p; pthread_create(&p, 0, t, 0); pthread_join(p, 0); return 0; }\n"
    )
    outcome = modelcheck("enumerate", "loop.c", "--format", "json")
    assert json.loads(outcome.out)["reason"]
    assert outcome.code == 3


@pytest.mark.parametrize(("text", "said"), [("int main(void) { return }", "one.c:1:"), ("int x;", "main")])
def test_wrong_input(modelcheck: Command, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "one.c").write_text(text)
    outcome = modelcheck("enumerate", "one.c")
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
