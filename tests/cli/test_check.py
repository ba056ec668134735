"""``modelcheck check`` around the engine: cells, output, exit codes and traces, with answers that are given here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.program.ir import Program, Source
from modelcheck.solve.result import Execution, Result
from modelcheck.trace import record, to_bytes
from modelcheck.verdicts.job import Answer, Job
from tests.cli.conftest import Command

SPEC = """
sources = ["a.c"]
models = ["sc", "lkmm"]

[variants.broken]
about = "does what it should not"
defines = ["BROKEN"]

[scenarios.good]
threads = ["f", "f"]

[scenarios.bad]
threads = ["f", "g"]
expect = { broken = { sc = "PASS", lkmm = "FAIL:leak" } }
"""
PLACE = Source("a.c", 3, 2, 3, 9, "f")


def fake(job: Job) -> Answer:
    """FAIL:leak for the broken variant under lkmm, PASS otherwise, and worse for scenarios of special names."""
    cell = job.cell
    if cell.scenario.name == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if cell.scenario.name == "slow":
        if "TOLD_WHEN_SLOW" in os.environ:
            Path(os.environ["TOLD_WHEN_SLOW"]).touch()
        time.sleep(3000)
    if cell.scenario.name == "wrong":
        raise InputError("expected ';'", "a.c", 3, 7)
    if cell.scenario.name == "bug":
        raise KeyError(58)
    if cell.scenario.name == "long":
        return Answer(Result("UNKNOWN", reason="the loop at a.c:9 goes round more than 3 times", events=5))
    if cell.variant.name != "broken" or cell.model != "lkmm":
        return Answer(Result("PASS", events=5, refinements=2, seconds=0.25))
    execution = Execution(("f", "g"), (), (), (), (), (), (), ())
    result = Result("FAIL", "leak", "page 1 has no owner", PLACE, (), 5, 7, 0.5, "", execution)
    program = Program({}, (), "main", {})
    trace = record(
        program,
        result,
        spec=job.spec.name,
        scenario=cell.scenario.name,
        variant=cell.variant.name,
        model=cell.model,
        unroll=3,
        recursion=3,
    )
    return Answer(result, to_bytes(trace))


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("modelcheck.verdicts.rows.answer", fake)
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "a.c").write_text("int x;\n")
    (folder / "spec.toml").write_text(SPEC)
    return folder


def scenario(spec: Path, name: str, more: str = "") -> None:
    with (spec / "spec.toml").open("a") as stream:
        stream.write(f'\n[scenarios.{name}]\nthreads = ["f"]\nmodels = ["sc"]\n{more}\n')


@pytest.mark.parametrize("jobs", ["0", "1", "2"])
def test_the_table_has_a_line_for_each_cell_in_the_order_of_the_spec(
    modelcheck: Command, spec: Path, jobs: str
) -> None:
    outcome = modelcheck("check", spec, "-j", jobs)
    lines = [line.split() for line in outcome.out.splitlines()[:7]]
    assert lines == [
        ["scenario", "variant", "model", "verdict", "expected", "refinements", "seconds"],
        ["good", "base", "sc", "PASS", "PASS", "2", "0.25"],
        ["good", "base", "lkmm", "PASS", "PASS", "2", "0.25"],
        ["bad", "base", "sc", "PASS", "PASS", "2", "0.25"],
        ["bad", "base", "lkmm", "PASS", "PASS", "2", "0.25"],
        ["bad", "broken", "sc", "PASS", "PASS", "2", "0.25"],
        ["bad", "broken", "lkmm", "FAIL:leak", "FAIL:leak", "7", "0.50"],
    ]
    assert outcome.code == 0
    assert outcome.out.endswith("\n6 of 6 verdicts as expected.\n")


def test_a_failure_is_told_with_its_place_and_how_to_look_at_it(modelcheck: Command, spec: Path) -> None:
    out = modelcheck("check", spec).out
    assert "bad, broken, lkmm: FAIL: leak at a.c:3: page 1 has no owner\n" in out
    assert "    modelcheck show traces/small/bad--broken--lkmm.json\n" in out


def test_json_has_the_documented_shape(modelcheck: Command, spec: Path) -> None:
    outcome = modelcheck("check", spec, "--format", "json", "--traces", "kept")
    document = json.loads(outcome.out)
    assert document["spec"] == "small"
    assert len(document["results"]) == 6
    assert document["results"][0] == {
        "scenario": "good",
        "variant": "base",
        "model": "sc",
        "verdict": "PASS",
        "expected": "PASS",
        "property": None,
        "message": "",
        "source": None,
        "inside": "",
        "trace": None,
        "events": 5,
        "refinements": 2,
        "seconds": 0.25,
        "reason": "",
        "assumes": [],
    }
    assert document["results"][5] == {
        "scenario": "bad",
        "variant": "broken",
        "model": "lkmm",
        "verdict": "FAIL",
        "expected": "FAIL:leak",
        "property": "leak",
        "message": "page 1 has no owner",
        "source": "a.c:3",
        "inside": "",
        "trace": "kept/small/bad--broken--lkmm.json",
        "events": 5,
        "refinements": 7,
        "seconds": 0.5,
        "reason": "",
        "assumes": [],
    }


def test_markdown_has_a_table_for_each_scenario_with_variants_down_and_models_across(
    modelcheck: Command, spec: Path
) -> None:
    scenario(spec, "other", 'about = "a | b"\nexpect = "FAIL"')
    outcome = modelcheck("check", spec, "--format", "markdown")
    assert outcome.out == (
        "**good**\n\n"
        "| variant | sc | lkmm |\n| --- | --- | --- |\n"
        "| `base` | PASS | PASS |\n\n"
        "**bad**\n\n"
        "| variant | sc | lkmm |\n| --- | --- | --- |\n"
        "| `base` | PASS | PASS |\n"
        "| `broken`: does what it should not | PASS | FAIL:leak |\n\n"
        "**other**: a \\| b\n\n"
        "| variant | sc |\n| --- | --- |\n"
        "| `base` | PASS, not FAIL |\n\n"
    )
    assert outcome.code == 1


def test_exit_1_when_a_verdict_is_not_as_expected(modelcheck: Command, spec: Path) -> None:
    scenario(spec, "other", 'expect = "FAIL"')
    outcome = modelcheck("check", spec)
    assert outcome.code == 1
    assert "other, base, sc: PASS (expected FAIL)" in outcome.out
    assert outcome.out.endswith("6 of 7 verdicts as expected, 1 not.\n")


def test_exit_1_when_another_property_fails_than_expected(modelcheck: Command, spec: Path) -> None:
    text = (spec / "spec.toml").read_text()
    (spec / "spec.toml").write_text(text.replace("FAIL:leak", "FAIL:race"))
    outcome = modelcheck("check", spec)
    assert outcome.code == 1
    assert "bad, broken, lkmm: FAIL (expected FAIL:race): leak at a.c:3" in outcome.out


def test_exit_3_when_the_only_differences_are_unknown(modelcheck: Command, spec: Path) -> None:
    scenario(spec, "long")
    outcome = modelcheck("check", spec)
    assert outcome.code == 3
    assert "long, base, sc: UNKNOWN (expected PASS): the loop at a.c:9 goes round more than 3 times\n" in outcome.out
    assert outcome.out.endswith("6 of 7 verdicts as expected, 1 unknown.\n")


def test_exit_0_when_unknown_is_expected(modelcheck: Command, spec: Path) -> None:
    scenario(spec, "long", 'expect = "UNKNOWN"')
    assert modelcheck("check", spec).code == 0


def test_exit_1_when_a_verdict_differs_and_another_is_unknown(modelcheck: Command, spec: Path) -> None:
    scenario(spec, "long")
    scenario(spec, "other", 'expect = "FAIL"')
    assert modelcheck("check", spec).code == 1


def test_wrong_sources_are_one_line_and_exit_2(modelcheck: Command, spec: Path) -> None:
    scenario(spec, "wrong")
    for jobs in ("0", "2"):
        outcome = modelcheck("check", spec, "-j", jobs)
        assert outcome.code == 2
        assert outcome.err == "modelcheck: a.c:3:7: expected ';'\n"


def test_a_killed_worker_is_unknown_for_its_cell_alone(modelcheck: Command, spec: Path) -> None:
    scenario(spec, "dies")
    outcome = modelcheck("check", spec, "-j", "2")
    assert outcome.code == 3
    assert "dies, base, sc: UNKNOWN (expected PASS): its process was ended by SIGKILL" in outcome.out
    assert outcome.out.endswith("6 of 7 verdicts as expected, 1 unknown.\n")


def test_a_mistake_of_ours_is_unknown_and_called_so(modelcheck: Command, spec: Path) -> None:
    scenario(spec, "bug")
    outcome = modelcheck("check", spec, "--scenario", "bug")
    assert outcome.code == 3
    assert "bug, base, sc: UNKNOWN (expected PASS): internal error: KeyError: 58 (test_check.py:" in outcome.out
    assert "-j 0 shows its traceback" in outcome.out


def test_an_engine_that_does_not_come_back_is_unknown(modelcheck: Command, spec: Path) -> None:
    scenario(spec, "slow")
    outcome = modelcheck("check", spec, "--scenario", "slow", "--timeout", "0.1")
    assert outcome.code == 3
    assert "slow, base, sc: UNKNOWN (expected PASS): the time limit was reached" in outcome.out


def test_cells_are_chosen_by_globs(modelcheck: Command, spec: Path) -> None:
    outcome = modelcheck("check", spec, "--scenario", "b*", "--variant", "bro*", "--model", "sc", "--format", "json")
    cells = [(r["scenario"], r["variant"], r["model"]) for r in json.loads(outcome.out)["results"]]
    assert cells == [("bad", "broken", "sc")]


def test_another_model_than_those_of_the_spec_may_be_asked_for(modelcheck: Command, spec: Path) -> None:
    outcome = modelcheck("check", spec, "--scenario", "good", "--model", "pso", "--model", "tso", "--format", "json")
    assert [r["model"] for r in json.loads(outcome.out)["results"]] == ["pso", "tso"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--scenario", "god"], "modelcheck: --scenario: nothing is called 'god' (did you mean 'good'?)\n"),
        (["--variant", "x"], "modelcheck: --variant: nothing is called 'x' (known: base, broken)\n"),
        (
            ["--scenario", "good", "--variant", "broken"],
            "modelcheck: no scenario that --scenario names is checked with a variant that --variant names\n",
        ),
        (["--model", "tsoo"], "modelcheck: --model: unknown model 'tsoo' (did you mean 'tso'?)\n"),
        (["--model", "none.cat"], "modelcheck: none.cat: --model: no such file\n"),
        (["--property", "leek"], "modelcheck: --property: unknown property 'leek' (did you mean 'leak'?)\n"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_2(
    modelcheck: Command, spec: Path, arguments: list[str], told: str
) -> None:
    outcome = modelcheck("check", spec, *arguments)
    assert (outcome.code, outcome.err) == (2, told)


@pytest.mark.parametrize("arguments", [["--format", "xml"], ["--timeout", "-1"], ["-j", "x"], ["--what"]])
def test_click_tells_of_options_it_does_not_know(modelcheck: Command, spec: Path, arguments: list[str]) -> None:
    assert modelcheck("check", spec, *arguments).code == 2


def test_a_missing_target_is_one_line_and_exit_2(modelcheck: Command) -> None:
    outcome = modelcheck("check", "none")
    assert (outcome.code, outcome.err) == (2, "modelcheck: none: no such file, and no folder with a spec.toml\n")
    outcome = modelcheck("check", "none.c")
    assert (outcome.code, outcome.err) == (2, "modelcheck: none.c: no such file\n")


def test_the_trace_of_what_passes_now_is_removed(modelcheck: Command, spec: Path, tmp_path: Path) -> None:
    kept = tmp_path / "traces" / "small"
    modelcheck("check", spec)
    assert [path.name for path in kept.iterdir()] == ["bad--broken--lkmm.json"]
    (kept / "bad--broken--lkmm.json").rename(kept / "bad--base--lkmm.json")
    modelcheck("check", spec)
    assert [path.name for path in kept.iterdir()] == ["bad--broken--lkmm.json"]


def test_a_pass_of_other_properties_leaves_a_trace(modelcheck: Command, spec: Path, tmp_path: Path) -> None:
    kept = tmp_path / "traces" / "small"
    modelcheck("check", spec)
    (kept / "bad--broken--lkmm.json").rename(kept / "bad--base--lkmm.json")
    modelcheck("check", spec, "--property", "race", "--variant", "base")
    assert (kept / "bad--base--lkmm.json").exists()


def test_two_runs_leave_the_same_bytes(modelcheck: Command, spec: Path, tmp_path: Path) -> None:
    path = tmp_path / "traces" / "small" / "bad--broken--lkmm.json"
    modelcheck("check", spec, "-j", "2")
    first = path.read_bytes()
    modelcheck("check", spec, "-j", "0")
    assert path.read_bytes() == first


def test_traces_that_cannot_be_written_are_told(modelcheck: Command, spec: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "small").write_text("a file")
    outcome = modelcheck("check", spec, "--traces", "taken")
    assert outcome.code == 2
    assert outcome.err.startswith("modelcheck: taken/small/bad--broken--lkmm.json: cannot be written")
    assert "verdicts as expected" in outcome.out.splitlines()[-1]
    assert "bad, broken, lkmm: FAIL" in outcome.out


def test_a_trace_is_not_written_through_a_link_that_leads_elsewhere(
    modelcheck: Command, spec: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("elsewhere") / "precious"
    other.write_text("precious")
    (tmp_path / "traces" / "small").mkdir(parents=True)
    (tmp_path / "traces" / "small" / "bad--broken--lkmm.json").symlink_to(other)
    outcome = modelcheck("check", spec)
    assert outcome.code == 2
    assert "leads out of the folder" in outcome.err
    assert other.read_text() == "precious"


INTERRUPTED = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background starts without it
sys.path.insert(0, {tests!r})
import test_check
import modelcheck.verdicts.rows
modelcheck.verdicts.rows.answer = test_check.fake
from modelcheck.cli.app import main
sys.argv = ["modelcheck", "check", {spec!r}, "-j", "1", "--traces", {traces!r}, *{more!r}]
main()
"""


@pytest.mark.parametrize("more", [[], ["--format", "json"]])
def test_ctrl_c_keeps_and_tells_what_was_found(spec: Path, tmp_path: Path, more: list[str]) -> None:
    scenario(spec, "slow")
    trace = tmp_path / "kept" / "small" / "bad--broken--lkmm.json"
    slow = tmp_path / "slow"  # the last cell of one worker: the six before it have been told
    names = {"tests": str(Path(__file__).parent), "spec": str(spec), "traces": str(tmp_path / "kept"), "more": more}
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED.format(**names)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TOLD_WHEN_SLOW": str(slow)},
    ) as process:
        while not slow.exists() and process.poll() is None:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate()
    assert "Traceback" not in err
    assert process.returncode == 3
    assert trace.exists()
    if more:
        rows = json.loads(out)["results"]
        assert [row["verdict"] for row in rows] == ["PASS"] * 5 + ["FAIL", "UNKNOWN"]
        assert rows[6]["reason"] == "interrupted"
    else:
        assert out.endswith("Interrupted: 1 of 7 left open.\n\n6 of 7 verdicts as expected, 1 unknown.\n")


def test_a_terminal_shows_a_live_table(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from modelcheck.cli.table import LiveTable
    from modelcheck.frontend.spec import read_spec
    from modelcheck.run import Workers
    from modelcheck.verdicts.cells import Choice, choose
    from modelcheck.verdicts.rows import run

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    read = read_spec(spec)
    cells = choose(read, Choice())
    stream = Terminal()
    rows = run(read, cells, "z3", spec / "kept", Workers(0), LiveTable(cells, "refinements", stream))
    assert len(rows) == 6
    last = stream.getvalue().rsplit("\x1b[2K", 1)[-1]
    assert last.count("PASS") == 10
    assert "FAIL:leak" in last
