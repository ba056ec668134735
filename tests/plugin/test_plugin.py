"""``pytest --modelcheck``: cells of specs as tests, told by their narratives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.regression.small import SOURCE, SPEC, changed, without_release

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    spec = tmp_path / "specs" / "mailbox"
    spec.mkdir(parents=True)
    (spec / "mailbox.c").write_text(SOURCE)
    (spec / "spec.toml").write_text(SPEC)
    (spec / "no-release.diff").write_text(changed(SOURCE, without_release()))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # An installed package registers the plugin itself; naming it here does no harm beside that.
    command = [sys.executable, "-m", "pytest", "-p", "modelcheck.plugin", "-p", "no:cacheprovider", *arguments, "specs"]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


def test_each_cell_is_a_test_that_passes_as_expected(folder: Path) -> None:
    done = run(folder, "--modelcheck", "-v")
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout
    assert "specs/mailbox/spec.toml::deliver-no-release-lkmm PASSED" in done.stdout


def test_a_failure_is_told_by_its_narrative_without_a_traceback(folder: Path) -> None:
    (folder / "specs/mailbox/mailbox.c").write_text(without_release())
    (folder / "specs/mailbox/no-release.diff").write_text(
        changed(without_release(), without_release().replace("WRITE_ONCE(letter, 42)", "letter = 42"))
    )
    done = run(folder, "--modelcheck")
    assert done.returncode == 1
    assert "1 failed, 3 passed" in done.stdout
    assert "FAIL (expected PASS): assertion at mailbox.c:23: BUG_ON(READ_ONCE(letter) != 42)" in done.stdout
    assert "reads letter = 0" in done.stdout
    assert "LKMM would forbid" in done.stdout
    assert "Traceback" not in done.stdout
    assert "plugin.py" not in done.stdout


def test_tests_are_chosen_by_name_model_and_marker(folder: Path) -> None:
    assert "2 passed" in run(folder, "--modelcheck", "--modelcheck-model", "sc").stdout
    assert "1 passed, 3 deselected" in run(folder, "--modelcheck", "-k", "no-release-lkmm").stdout
    assert "4 deselected" in run(folder, "--modelcheck", "-m", "not modelcheck").stdout


def test_without_the_option_nothing_is_collected(folder: Path) -> None:
    assert "no tests ran" in run(folder).stdout


def test_a_wrong_spec_is_an_error_with_its_line(folder: Path) -> None:
    (folder / "specs/mailbox/spec.toml").write_text(SPEC.replace("threads", "treads"))
    done = run(folder, "--modelcheck")
    assert done.returncode == 2
    assert "spec.toml:10:1: unknown key 'treads' (did you mean 'threads'?)" in done.stdout


def test_sources_that_do_not_build_are_told_by_clang(folder: Path) -> None:
    (folder / "specs/mailbox/mailbox.c").write_text(SOURCE.replace("static int flag;", "static int flag"))
    toml = SPEC.replace('patch = "no-release.diff"', 'defines = ["X"]')
    (folder / "specs/mailbox/spec.toml").write_text(toml)
    done = run(folder, "--modelcheck", "-k", "base-sc")
    assert "mailbox.c:6:16: expected ';'" in done.stdout
    assert "Traceback" not in done.stdout
