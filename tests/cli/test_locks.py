"""``modelcheck locks``: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command

PROGRAM = """
#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static void *work(void *arg)
{
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
	return arg;
}
int main(void)
{
	pthread_t a, b;
	pthread_create(&a, 0, work, 0);
	pthread_create(&b, 0, work, 0);
	pthread_join(a, 0);
	pthread_join(b, 0);
	return 0;
}
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "two.c"
    file.write_text(PROGRAM)
    return file


def test_a_table_of_locks(modelcheck: Command, program: Path) -> None:
    outcome = modelcheck("locks", program)
    lines = outcome.out.splitlines()
    assert lines[0] == "main, base"
    assert lines[1].split() == ["lock", "taken", "waited", "refused"]
    assert lines[2].split() == ["m", "2", "0..1", "0"]
    assert outcome.code == 0


def test_json(modelcheck: Command, program: Path) -> None:
    outcome = modelcheck("locks", program, "--format", "json")
    (count,) = json.loads(outcome.out)["counts"]
    assert count["verdict"] == "PASS"
    assert count["locks"] == [
        {
            "lock": "m",
            "taken": {"least": 2, "most": 2},
            "waited": {"least": 0, "most": 1},
            "refused": {"least": 0, "most": 0},
        }
    ]


def test_markdown(modelcheck: Command, program: Path) -> None:
    assert "| `m` | 2 | 0..1 | 0 |" in modelcheck("locks", program, "--format", "markdown").out.splitlines()


def test_what_fails_is_told_and_not_counted(modelcheck: Command, program: Path) -> None:
    program.write_text(program.read_text().replace("\tpthread_mutex_unlock(&m);\n", ""))
    outcome = modelcheck("locks", program)
    assert "not counted: it fails: lock-misuse at two.c:6" in outcome.out
    assert outcome.code == 1


def test_an_unknown_scenario_is_an_error(modelcheck: Command, program: Path) -> None:
    outcome = modelcheck("locks", program, "--scenario", "nobody")
    assert outcome.code == 2
    assert outcome.err.startswith("modelcheck: --scenario: nothing is called 'nobody'")
