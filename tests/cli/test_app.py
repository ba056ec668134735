"""The command as a whole: help, version, speed of starting, errors."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import modelcheck as package
from modelcheck.cli.app import _SUBCOMMANDS
from modelcheck.solve.result import Result
from modelcheck.verdicts.job import Answer
from tests.cli.conftest import Command

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("command", [(), *((name,) for name in _SUBCOMMANDS)])
def test_every_help_ends_with_an_example_that_works(
    modelcheck: Command, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    outcome = modelcheck(*command, "--help")
    assert outcome.code == 0
    _, _, end = outcome.out.partition("\n  Example")
    examples = end.partition("\n\n")[0].splitlines()[1:]
    assert examples
    monkeypatch.setattr("modelcheck.verdicts.rows.answer", lambda job: Answer(Result(job.cell.expected.verdict)))
    monkeypatch.chdir(ROOT)
    for example in examples:
        name, *arguments = shlex.split(example)
        assert name == "modelcheck"
        written = {name: str(tmp_path / name) for name in ("pictures", "assign.html", "balloon-report", "smaller.json")}
        arguments = [written.get(argument, argument) for argument in arguments]
        if arguments[0] in ("check", "report"):
            arguments += ["-j", "0", "--traces", str(tmp_path)]
        elif arguments[0] == "regress":
            arguments += ["-j", "0", "--cache", str(tmp_path / "cache")]
        elif arguments[0] == "new":
            (tmp_path / str(len(list(tmp_path.iterdir())))).mkdir()
            arguments += ["--dir", str(max(tmp_path.iterdir()))]
        elif not Path("traces/balloon").exists():
            pytest.skip("no traces are kept in this checkout")
        assert modelcheck(*arguments).code in (0, 1)


def test_the_version_is_the_package_s(modelcheck: Command) -> None:
    assert modelcheck("--version").out == f"modelcheck, version {package.__version__}\n"


def test_an_unknown_subcommand_is_exit_2(modelcheck: Command) -> None:
    outcome = modelcheck("chekc")
    assert outcome.code == 2
    assert "chekc" in outcome.err


def test_help_starts_at_once() -> None:
    spent = []
    for _ in range(3):
        before = os.times()
        subprocess.run([sys.executable, "-m", "modelcheck.cli", "--help"], check=True, capture_output=True, cwd=ROOT)
        after = os.times()
        spent.append(after.children_user + after.children_system - before.children_user - before.children_system)
    assert min(spent) < 0.3


def test_help_loads_no_solver_and_no_compiler() -> None:
    code = (
        "import sys; sys.argv = ['modelcheck', 'check', '--help']\n"
        "from modelcheck.cli.app import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.exit(bool({'z3', 'clang', 'lark', 'rich', 'cattrs'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False).returncode == 0


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m modelcheck.cli check --help | head -1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stderr == ""
    assert done.stdout.strip() in ("0", "141")  # whether it was cut off, or had written all before
