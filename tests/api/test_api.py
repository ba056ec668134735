"""The Python interface gives what the commands say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import modelcheck
from modelcheck.errors import InputError
from tests.auditing.programs import MAILBOX, written

ROOT = Path(__file__).parents[2]
SEQLOCK = ROOT / "specs" / "seqlock"


def test_check_gives_the_rows_of_the_table() -> None:
    checked = modelcheck.check(SEQLOCK, variants=["no-wmb-before-even", "base"], models=["sc", "lkmm"])
    assert {(row.variant, row.model): row.verdict for row in checked.rows} == {
        ("base", "sc"): "PASS",
        ("base", "lkmm"): "PASS",
        ("no-wmb-before-even", "sc"): "PASS",
        ("no-wmb-before-even", "lkmm"): "FAIL",
    }
    assert checked.code == 0
    assert all(row.trace is None for row in checked.rows)


def test_a_trace_is_kept_and_replayed(tmp_path: Path) -> None:
    chosen = {"variants": ["no-wmb-before-even"], "models": ["lkmm"]}
    (row,) = modelcheck.check(SEQLOCK, traces=tmp_path, **chosen).rows  # type: ignore[arg-type]
    assert row.trace is not None
    found = modelcheck.replay(row.trace, source=SEQLOCK)
    assert found.outcome == "reproduces"


def test_litmus_judges_and_says_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "broken.litmus").write_text("C broken\n{}\nP0(int *x) { frob(x); }\nexists (x=1)\n")
    good = ROOT / "tests" / "litmus" / "atomic-cmpxchg-is-full.litmus"
    found = modelcheck.litmus([good, tmp_path], model="sc")
    one, other = found
    assert (one.test, one.verdict, one.positive) == ("atomic-cmpxchg-is-full", "Never", 0)
    assert other.verdict == "Error"
    assert "frob" in (other.error or "")


def test_audit_gives_judgements() -> None:
    report = modelcheck.audit(SEQLOCK, models=["tso"], kinds=["barrier"])
    (one,) = report.audits
    assert {judgement.verdict for judgement in one.judgements} == {"redundant"}


def test_audit_asks_about_the_properties_and_bounds_that_it_is_given(tmp_path: Path) -> None:
    chosen = {"models": ["lkmm"], "kinds": ["barrier"]}
    (leaks,) = modelcheck.audit(SEQLOCK, properties=["leak"], **chosen).audits  # type: ignore[arg-type]
    # Without a barrier the assertion fails, which hides whether there would be a leak.
    assert {judgement.verdict for judgement in leaks.judgements} == {"unknown"}
    twice = MAILBOX.replace("atomic_inc(&sent);", "while (atomic_inc_return(&sent) < 3)\n\t\t;", 1)
    program = written(tmp_path, twice.replace("atomic_read(&sent) != 2", "atomic_read(&sent) < 3"))
    for unroll, failing in ((None, []), (1, ["UNKNOWN"])):
        (bounded,) = modelcheck.audit(program, unroll=unroll, **chosen).audits  # type: ignore[arg-type]
        assert [said.partition(":")[0] for _, said in bounded.failing] == failing


def test_wrong_input_says_where() -> None:
    with pytest.raises(InputError, match="nothing is called 'reed'"):
        modelcheck.check(SEQLOCK, scenarios=["reed"])
    with pytest.raises(InputError):
        modelcheck.replay(ROOT / "README.md")
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        modelcheck.chekc  # noqa: B018


def test_asking_for_the_version_loads_no_engine() -> None:
    code = "import modelcheck, sys; modelcheck.__version__; print('z3' in sys.modules, 'attrs' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "False"]


def test_the_example_in_the_readme_prints_what_it_says() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## From Python")[2]
    program, printed = re.findall(r"```(?:python)?\n(.*?)```", section, re.DOTALL)[:2]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == printed
