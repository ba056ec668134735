"""``modelcheck litmus``: what it prints, its exit codes, and one clear line for whatever is wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path

import pytest

from modelcheck.verdicts.litmus import Batch, Judged, judge
from tests.cli.conftest import Command

BUFFERING = """C SB
(* Result: Sometimes *)
{}
P0(int *x, int *y)
{
	int r0;
	WRITE_ONCE(*x, 1);
	r0 = READ_ONCE(*y);
}
P1(int *x, int *y)
{
	int r0;
	WRITE_ONCE(*y, 1);
	r0 = READ_ONCE(*x);
}
exists (0:r0=0 /\\ 1:r0=0)
"""

STORE = "C {name}\n{{}}\nP0(int *x)\n{{\n\t{body}\n}}\n{condition}\n"


@pytest.fixture
def sb(tmp_path: Path) -> Path:
    """Store buffering, in a file."""
    file = tmp_path / "SB.litmus"
    file.write_text(BUFFERING)
    return file


def write(folder: Path, name: str, body: str = "WRITE_ONCE(*x, 1);", condition: str = "exists (x=1)") -> Path:
    file = folder / f"{name}.litmus"
    file.write_text(STORE.format(name=name, body=body, condition=condition))
    return file


def without_time(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("Time ")]


def test_herd_s_lines(modelcheck: Command, sb: Path) -> None:
    outcome = modelcheck("litmus", sb)
    assert without_time(outcome.out) == [
        "Test SB Allowed",
        "States 4",
        "0:r0=0; 1:r0=0;",
        "0:r0=0; 1:r0=1;",
        "0:r0=1; 1:r0=0;",
        "0:r0=1; 1:r0=1;",
        "Ok",
        "Witnesses",
        "Positive: 1 Negative: 3",
        "Condition exists (0:r0=0 /\\ 1:r0=0)",
        "Observation SB Sometimes 1 3",
        "",
    ]
    assert (outcome.code, outcome.err) == (0, "")


def test_a_verdict_alone_has_no_counts(modelcheck: Command, sb: Path) -> None:
    outcome = modelcheck("litmus", sb, "--verdict-only")
    assert without_time(outcome.out) == [
        "Test SB Allowed",
        "Ok",
        "Condition exists (0:r0=0 /\\ 1:r0=0)",
        "Observation SB Sometimes",
        "",
    ]


@pytest.mark.parametrize(
    ("model", "verdict", "negative"), [("sc", "Never", 3), ("tso", "Sometimes", 3), ("pso", "Sometimes", 3)]
)
def test_the_model_decides(modelcheck: Command, sb: Path, model: str, verdict: str, negative: int) -> None:
    row = json.loads(modelcheck("litmus", sb, "--model", model, "--format", "json").out)
    assert (row["verdict"], row["negative"]) == (verdict, negative)


@pytest.mark.parametrize(
    ("condition", "heading", "validity", "witnesses", "observation"),
    [
        ("forall (x=1)", "Required", "Ok", "Positive: 1 Negative: 0", "Always 1 0"),
        ("~exists (x=1)", "Forbidden", "No", "Positive: 0 Negative: 1", "Always 1 0"),
        ("~exists (x=2)", "Forbidden", "Ok", "Positive: 1 Negative: 0", "Never 0 1"),
        ("exists (x=2)", "Allowed", "No", "Positive: 0 Negative: 1", "Never 0 1"),
    ],
)
def test_quantifiers(
    modelcheck: Command,
    tmp_path: Path,
    condition: str,
    heading: str,
    validity: str,
    witnesses: str,
    observation: str,
) -> None:
    lines = modelcheck("litmus", write(tmp_path, "one", condition=condition)).out.splitlines()
    assert lines[0] == f"Test one {heading}"
    assert validity in lines
    assert witnesses in lines
    assert f"Observation one {observation}" in lines


def test_flags_have_a_line_each(modelcheck: Command, tmp_path: Path) -> None:
    file = tmp_path / "race.litmus"
    file.write_text("C race\n{}\nP0(int *x)\n{\n\t*x = 1;\n}\nP1(int *x)\n{\n\tint r0 = *x;\n}\nexists (1:r0=1)\n")
    assert "Flag data-race" in modelcheck("litmus", file).out.splitlines()
    assert "Flag data-race" in modelcheck("litmus", file, "--verdict-only").out.splitlines()


def test_json_is_one_object_a_line(modelcheck: Command, sb: Path, tmp_path: Path) -> None:
    other = write(tmp_path, "one")
    outcome = modelcheck("litmus", sb, other, "--format", "json")
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    for row in rows:
        assert row.pop("seconds") >= 0
    assert rows == [
        {"file": str(sb), "test": "SB", "verdict": "Sometimes", "positive": 1, "negative": 3, "states": 4, "flags": []},
        {
            "file": str(other),
            "test": "one",
            "verdict": "Always",
            "positive": 1,
            "negative": 0,
            "states": 1,
            "flags": [],
        },
    ]


def test_counts_are_those_of_herd7s_observation_whatever_the_quantifier(modelcheck: Command, sb: Path) -> None:
    for quantifier, changes_places in (("exists", False), ("~exists", True)):
        sb.write_text(re.sub(r"^~?exists", quantifier, sb.read_text(), flags=re.MULTILINE))
        (row,) = csv.DictReader(io.StringIO(modelcheck("litmus", sb, "--format", "csv").out))
        log = modelcheck("litmus", sb).out
        counts = row["positive"], row["negative"]
        assert re.findall(r"^Observation \S+ \w+ (\d+) (\d+)", log, re.MULTILINE) == [counts]
        shown = counts[::-1] if changes_places else counts
        assert re.findall(r"^Positive: (\d+) Negative: (\d+)", log, re.MULTILINE) == [shown]
        assert counts[0] != counts[1]


def test_csv(modelcheck: Command, sb: Path) -> None:
    (row,) = csv.DictReader(io.StringIO(modelcheck("litmus", sb, "--format", "csv").out))
    assert row.pop("seconds")
    assert row == {
        "file": str(sb),
        "test": "SB",
        "verdict": "Sometimes",
        "positive": "1",
        "negative": "3",
        "states": "4",
        "flags": "",
    }


def test_folders_and_lists_give_each_test_once(modelcheck: Command, sb: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    write(tmp_path / "more", "one")
    (tmp_path / "all").write_text(f"# these\n{sb.name}\n\nmore\n@all\n")
    outcome = modelcheck("litmus", "more", f"@{tmp_path / 'all'}", "--format", "json")
    assert [json.loads(line)["test"] for line in outcome.out.splitlines()][-2:] == ["one", "SB"]
    assert outcome.err == f"modelcheck: {tmp_path / 'all'}:5:1: @all: this list names itself\n"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_many_tests_come_in_order(modelcheck: Command, tmp_path: Path, jobs: str) -> None:
    names = [f"t{number:02}" for number in range(40)]
    for name in names:
        write(tmp_path, name)
    outcome = modelcheck("litmus", tmp_path, "-j", jobs, "--format", "json")
    assert [json.loads(line)["test"] for line in outcome.out.splitlines()] == names


def test_a_time_limit_leaves_a_test_unknown_and_the_others_run(modelcheck: Command, tmp_path: Path) -> None:
    body = "WRITE_ONCE(*x, 1);"
    threads = "".join(f"P{n}(int *x)\n{{\n\t{body} {body}\n}}\n" for n in range(6))
    (tmp_path / "a.litmus").write_text(f"C a\n{{}}\n{threads}exists (x=1)\n")
    write(tmp_path, "b")
    outcome = modelcheck("litmus", ".", "--timeout", "3")
    lines = outcome.out.splitlines()
    assert "Observation a Unknown" in lines
    assert "Observation b Always 1 0" in lines
    assert outcome.code == 3


def test_a_comment_that_says_otherwise_is_told(modelcheck: Command, sb: Path) -> None:
    sb.write_text(BUFFERING.replace("Result: Sometimes", "Result: Never"))
    outcome = modelcheck("litmus", sb)
    assert outcome.err == f"modelcheck: {sb}: a comment says Result: Never, and it is Sometimes\n"
    assert outcome.code == 1
    assert modelcheck("litmus", sb, "--model", "tso").code == 0


def test_pictures_of_the_executions_that_meet_the_condition_or_of_all(
    modelcheck: Command, sb: Path, tmp_path: Path
) -> None:
    modelcheck("litmus", sb, "--dot", "some")
    text = (tmp_path / "some" / "SB.dot").read_text()
    assert text.count("digraph") == 1
    assert text.count("[ONCE][x]=0") == text.count("[ONCE][y]=0") == 1
    for relation, count in (("po", 2), ("rf", 2), ("co", 2), ("fr", 2)):
        assert text.count(f'label="{relation}"') == count
    modelcheck("litmus", sb, "--show", "all", "--dot", "all")
    assert (tmp_path / "all" / "SB.dot").read_text().count("digraph") == 4


@pytest.mark.parametrize("options", [["--show", "all"], ["--dot", "d", "--verdict-only"]])
def test_options_that_do_not_go_together(modelcheck: Command, sb: Path, options: list[str]) -> None:
    outcome = modelcheck("litmus", sb, *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Error: --" in outcome.err


def stores(body: str = "WRITE_ONCE(*x, 1);", condition: str = "exists (x=1)") -> str:
    return STORE.format(name="t", body=body, condition=condition)


WRONG = {
    "cut": (stores()[:30], "cut.litmus:4:1: the file ends"),
    "condition": (stores(condition="exists (x="), "condition.litmus:8:1: a location is expected here"),
    "empty": ("", "empty.litmus:1:1: the file is empty"),
    "undeclared": (stores("WRITE_ONCE(*x, y);"), "undeclared.litmus:5:17: y"),
    "primitive": (stores("smp_bm();"), "primitive.litmus:5:2: there is no primitive smp_bm()"),
    "register": (stores(condition="exists (0:r9=1)"), "register.litmus:7:"),
    "thread": (stores(condition="exists (7:r1=1)"), "thread.litmus:7:"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_one_line_and_the_others_run(modelcheck: Command, tmp_path: Path, name: str) -> None:
    text, said = WRONG[name]
    (tmp_path / f"{name}.litmus").write_text(text)
    write(tmp_path, "zz")
    outcome = modelcheck("litmus", ".")
    assert outcome.err.startswith(f"modelcheck: {said}")
    assert outcome.err.count("\n") == 1
    assert outcome.code == 2
    assert "Observation zz Always 1 0" in outcome.out.splitlines()


def test_a_binary_file(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "b.litmus").write_bytes(bytes(range(256)) * 20)
    outcome = modelcheck("litmus", "b.litmus", "--format", "json")
    assert outcome.err == "modelcheck: b.litmus:1:1: this is no text file, so no litmus test\n"
    assert json.loads(outcome.out)["verdict"] == "Error"
    assert outcome.code == 2


@pytest.mark.parametrize("name", ["nothing", "folder", "@nothing"])
def test_paths_that_lead_nowhere(modelcheck: Command, sb: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    outcome = modelcheck("litmus", name, sb)
    assert outcome.err.startswith(f"modelcheck: {name.removeprefix('@')}: ")
    assert outcome.err.count("\n") == 1
    assert outcome.code == 2
    assert "Observation SB Sometimes 1 3" in outcome.out.splitlines()


MODELS = {
    "sorts": ({"m.cat": "let a = po | R\nacyclic a\n"}, "m.cat:1:14: "),
    "missing": ({"m.cat": 'let a = po\ninclude "gone.cat"\n'}, "m.cat:2:1: cannot find gone.cat"),
    "circle": ({"m.cat": 'include "n.cat"\n', "n.cat": 'include "m.cat"\n'}, "n.cat:1:1: m.cat includes itself"),
    "cut": ({"m.cat": "acyclic (po | rf\n"}, "m.cat:2:1: the file ends"),
    "none": ({}, "m.cat: cannot read this model"),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_wrong_model_is_told_once(modelcheck: Command, sb: Path, tmp_path: Path, name: str) -> None:
    files, said = MODELS[name]
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    outcome = modelcheck("litmus", sb, "--model", "m.cat")
    assert outcome.err.startswith(f"modelcheck: {said}")
    assert outcome.err.count("\n") == 1
    assert (outcome.code, outcome.out) == (2, "")


def test_ten_thousand_lines_are_read_and_not_judged(modelcheck: Command, tmp_path: Path) -> None:
    write(tmp_path, "long", body="WRITE_ONCE(*x, 1);\n\t" * 10_000)
    outcome = modelcheck("litmus", "long.litmus", "--verdict-only")
    assert "Observation long Unknown" in outcome.out.splitlines()
    assert outcome.code == 3


KERNEL = {
    "small.cat": "(* happens before *)\nlet com = rf | co | fr\nacyclic po-loc | com as coherence\n"
    "let fence = po ; [Full] ; po\nacyclic fence | rfe | co | fr as order\n",
    "small.bell": "enum Kinds = 'once || 'mb\ninstructions R[{'once}]\ninstructions W[{'once}]\n"
    "instructions F[{'mb}]\nlet Full = F & Mb\n",
    "small.def": "// primitives\nREAD_ONCE(X) __load{once}(X)\nWRITE_ONCE(X,V) { __store{once}(X,V); }\n"
    "smp_mb() { __fence{mb}; }\n",
    "small.cfg": "macros small.def\nbell small.bell\nmodel small.cat\ngraph columns\n",
}
"""A configuration as herd7 reads it."""


def fenced(text: str) -> str:
    return text.replace("\tr0 =", "\tsmp_mb();\n\tr0 =").replace("(* Result: Sometimes *)\n", "")


def test_a_configuration_names_model_bell_and_macros(modelcheck: Command, sb: Path, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    for name, text in KERNEL.items():
        (tmp_path / "conf" / name).write_text(text)
    assert "Observation SB Sometimes 1 3" in modelcheck("litmus", sb, "--conf", "conf/small.cfg").out
    sb.write_text(fenced(BUFFERING))
    assert "Observation SB Never 0 3" in modelcheck("litmus", sb, "--conf", "conf/small.cfg").out
    parts = ("--model", "conf/small.cat", "--bell", "conf/small.bell", "--macros", "conf/small.def")
    assert "Observation SB Never 0 3" in modelcheck("litmus", sb, *parts).out


def test_primitives_are_those_of_the_macro_file(modelcheck: Command, sb: Path, tmp_path: Path) -> None:
    (tmp_path / "few.def").write_text("READ_ONCE(X) __load{ONCE}(X)\nWRITE_ONCE(X,V) { __store{ONCE}(X,V); }\n")
    assert modelcheck("litmus", sb, "--macros", "few.def").code == 0
    sb.write_text(fenced(BUFFERING))
    outcome = modelcheck("litmus", sb, "--macros", "few.def")
    assert outcome.err == f"modelcheck: {sb}:7:2: there is no primitive smp_mb()\n"
    assert outcome.code == 2


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--macros", "READ_ONCE(X) __lode{ONCE}(X)\n", "f:1:"),
        ("--conf", "model small.cat\nmacros gone.def\n", "f:1:7: there is no file small.cat beside this one"),
        ("--bell", "enum =\n", "f:1:"),
    ],
)
def test_what_is_wrong_in_the_files_of_a_model(
    modelcheck: Command, sb: Path, tmp_path: Path, option: str, text: str, said: str
) -> None:
    (tmp_path / "f").write_text(text)
    outcome = modelcheck("litmus", sb, option, "f")
    assert outcome.err.startswith(f"modelcheck: {said}")
    assert (outcome.code, outcome.out) == (2, "")


def _dies(batch: Batch) -> list[Judged]:
    if any(path.stem == "t07" for path in batch.paths):
        os._exit(9)
    return judge(batch)


def test_a_process_that_dies_loses_one_test_only(
    modelcheck: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelcheck.verdicts.tests.judge", _dies)
    names = [f"t{number:02}" for number in range(20)]
    for name in names:
        write(tmp_path, name)
    outcome = modelcheck("litmus", tmp_path, "-j", "2", "--format", "json")
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    assert [row["test"] for row in rows if row["verdict"] == "Always"] == [name for name in names if name != "t07"]
    assert [row["test"] for row in rows if row["verdict"] == "Unknown"] == ["t07"]
    assert outcome.code == 3
