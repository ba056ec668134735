"""README.md says what is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from modelcheck.cli.show import show
from modelcheck.program.ir import PROPERTIES
from modelcheck.program.places import inside, own_place
from modelcheck.trace import read_trace
from modelcheck.trace.narrative import narrative
from modelcheck.trace.terminal import lines as told_lines
from tests.cli.conftest import DATA, Command

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def blocks(text: str, language: str = "") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_failure_explained_is_the_trace_that_is_kept() -> None:
    told = section("One failure, step by step")
    named = re.search(r"modelcheck show (\S+\.json)", told)
    assert named is not None
    trace = read_trace(ROOT / named[1])
    sentence, *steps = blocks(told)
    assert trace.source is not None
    place = f"{own_place(trace.source, trace.stack)} (in {inside(trace.source, trace.stack)})"
    names = f"{trace.scenario}, {trace.variant}, {trace.model}"
    assert sentence == f"{names}: FAIL: {trace.property} at {place}: {trace.message}\n"
    lines = list(told_lines(narrative(trace)))
    assert steps
    for step in "".join(steps).splitlines():
        assert step in lines


def test_the_trace_told_ends_as_is_said() -> None:
    command, shown = blocks(section("Telling a trace"))
    lines = list(told_lines(narrative(read_trace(ROOT / command.split()[-1]))))
    assert shown.splitlines()
    for line in filter(None, shown.splitlines()):
        assert line in lines
    assert lines[-1] == shown.splitlines()[-1]


def test_every_option_of_show_that_writes_is_explained() -> None:
    explained = set(re.findall(r"^\| `--(\w+) FILE`", section("Telling a trace"), re.MULTILINE))
    assert explained == {str(option.name) for option in show.params if option.metavar == "[FILE]"}


def test_the_spec_shown_is_one_that_is_checked_elsewhere() -> None:
    shown, *_ = blocks(section("Writing a spec"), "toml")
    assert tomllib.loads(shown) == tomllib.loads((DATA / "mailbox" / "spec.toml").read_text())


def test_every_property_is_explained() -> None:
    explained = re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`.*?) \|", section("Properties"), re.MULTILINE)))
    assert sorted(explained) == sorted(PROPERTIES)


def test_the_map_of_rooms_has_every_room() -> None:
    rooms = {path.name for path in (ROOT / "modelcheck").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert set(re.findall(r"`modelcheck/(\w+)/`", section("Rooms"))) == rooms
    for folder in ("specs", "traces", "benchmarks"):
        assert f"`{folder}/`" in section("Rooms")
        assert (ROOT / folder).is_dir()


def test_the_replay_shown_ends_as_is_said(modelcheck: Command, tmp_path: Path) -> None:
    (shown,) = blocks(section("Replaying a trace"))
    spec, scenario, variant, model = re.split("[:,] ", shown)[:4]
    wrong = (ROOT / "specs" / spec / "patches" / f"{variant}.patch").read_text()
    back = tmp_path / "back.patch"
    back.write_text(wrong.replace("@@ -52,7 +52,6 @@", "@@ -52,6 +52,7 @@").replace("-\tsmp_wmb();", "+\tsmp_wmb();"))
    trace = ROOT / "traces" / spec / f"{scenario}--{variant}--{model}.json"
    outcome = modelcheck("replay", trace, "--source", ROOT / "specs" / spec, "--patch", back)
    assert outcome.code == 1
    assert outcome.out.startswith(shown)


def test_what_a_pass_rests_on_is_as_is_said(modelcheck: Command) -> None:
    named = re.search(r"`modelcheck (explain) (specs/\S+) ([^`]+)`", section("Traces"))
    assert named is not None
    outcome = modelcheck(named[1], ROOT / named[2], *named[3].split())
    assert outcome.code == 0
    places = re.findall(r"smp_rmb\(\) \(\S+\) together with smp_wmb\(\) \(\S+\):", outcome.out)
    assert len(places) == len(set(places)) == 2
