"""``modelcheck show``: a trace told in the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.program.expr import Value
from modelcheck.program.ir import Program, Source
from modelcheck.solve.result import ExecutedEvent, Execution, Result
from modelcheck.trace import record, to_bytes
from tests.cli.conftest import Command

TEXT = "void f(void)\n{\n\tWRITE_ONCE(x, 1);\n\tsmp_mb();\n}\nvoid g(void)\n{\n\tassert(!READ_ONCE(x));\n}\n"


def event(
    number: int, thread: int, kind: str, value: Value | None, line: int, order: int, tags: str = ""
) -> ExecutedEvent:
    source = Source("a.c", line, 2, line, 9, "f" if line < 6 else "g")
    address = None if kind == "F" else 0x1000
    name = "" if kind == "F" else "x"
    return ExecutedEvent(
        number, thread, number, kind, frozenset(tags.split()), address, 4, value, source, (), name, order, False
    )


def trace(path: Path) -> Path:
    events = (
        event(0, -1, "W", 0, 1, 0),
        event(1, 0, "W", 1, 3, 2, "ONCE"),
        event(2, 0, "F", None, 4, 3, "Mb"),
        event(3, 1, "R", 1, 8, 4, "ONCE"),
    )
    execution = Execution(("f", "g"), events, ((1, 3),), ((0, 1),), (), (), (), ())
    result = Result("FAIL", "assertion", "!READ_ONCE(x)", Source("a.c", 8, 2, 8, 23, "g"), execution=execution)
    program = Program({}, (), "main", {"a.c": TEXT})
    made = record(program, result, spec="s", scenario="order", variant="base", model="sc", unroll=3, recursion=3)
    path.write_bytes(to_bytes(made))
    return path


def test_steps_are_told_in_order_with_their_source_and_where_values_come_from(
    modelcheck: Command, tmp_path: Path
) -> None:
    outcome = modelcheck("show", trace(tmp_path / "t.json"))
    assert outcome.code == 0
    assert outcome.out == (
        "s: order, base, sc: assertion: !READ_ONCE(x)\n"
        "\n"
        "     f  a.c:3 f: WRITE_ONCE(x, 1);\n"
        "   1 f      writes x = 1 [ONCE]\n"
        "     f  a.c:4 f: smp_mb();\n"
        "   2 f      fence [Mb]\n"
        "     g  a.c:8 g: assert(!READ_ONCE(x));\n"
        "   3 g      reads x = 1 [ONCE], from step 1\n"
        "   4 g      FAILS: assertion: !READ_ONCE(x)\n"
        "\n"
        "assertion at a.c:8 g: assert(!READ_ONCE(x));\n"
        "     !READ_ONCE(x)\n"
        "     Each step sees what the steps before it did: this is an interleaving, it takes no weak memory. What came "
        "between: step 3 reads x, as f wrote it in step 1 (a.c:3).\n"
    )


def test_with_room_threads_are_columns(modelcheck: Command, tmp_path: Path) -> None:
    path = trace(tmp_path / "t.json")
    wide = modelcheck("show", path, "--width", "100").out.splitlines()
    assert [line.rstrip() for line in wide[2].split("│")] == ["f", " g"]
    told = [line for line in wide if "reads x = 1" in line or "writes x = 1" in line]
    assert [line.index("│") if "│" in line else None for line in told] == [49, 49]
    assert told[1].index("reads") > 49 > told[0].index("writes")
    assert max(map(len, wide)) <= 100
    narrow = modelcheck("show", path, "--width", "60").out.splitlines()
    assert "   3 g      reads x = 1 [ONCE], from step 1" in narrow
    assert max(map(len, narrow)) <= 60


@pytest.mark.parametrize("option", ["--html", "--dot", "--mermaid", "--perfetto"])
def test_formats_go_to_a_file_or_to_the_standard_output(modelcheck: Command, tmp_path: Path, option: str) -> None:
    path = trace(tmp_path / "t.json")
    printed = modelcheck("show", path, option)
    assert (printed.code, printed.err) == (0, "")
    assert modelcheck("show", path, option, "-").out == printed.out
    assert modelcheck("show", path, option, "out").out == ""
    assert (tmp_path / "out").read_text() == printed.out


def test_what_cannot_be_written_is_one_line_and_exit_2(modelcheck: Command, tmp_path: Path) -> None:
    path = trace(tmp_path / "t.json")
    before = path.read_bytes()
    (tmp_path / "file").touch()
    for arguments, told in [
        (["t.json", "--html", "file/page.html"], "file/page.html: cannot be written: "),
        (["t.json", "--html", "."], ".: is a folder: name a file in it"),
        (["t.json", "--html", "t.json"], "t.json: is the trace itself: name another file"),
        (["t.json", "--html", "a.html", "--dot"], "--html and --dot: one of them at a time"),
        (["t.json", "t.json", "--dot"], "--dot: one trace at a time"),
        (["none.json", "--html", "a.html"], "none.json: cannot be read: No such file or directory"),
    ]:
        outcome = modelcheck("show", *arguments)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.startswith(f"modelcheck: {told}")
        assert outcome.err.count("\n") == 1
    assert path.read_bytes() == before
    assert not (tmp_path / "a.html").exists()


def test_a_trace_cannot_drive_the_terminal(modelcheck: Command, tmp_path: Path) -> None:
    path = trace(tmp_path / "t.json")
    path.write_text(path.read_text().replace('"x"', '"\\u001b[2Jx\\u0007"'))
    out = modelcheck("show", path).out
    assert "reads \ufffd[2Jx\ufffd = 1" in out
    assert "\x1b" not in out


def test_several_traces_are_told_one_after_another(modelcheck: Command, tmp_path: Path) -> None:
    one, two = trace(tmp_path / "1.json"), trace(tmp_path / "2.json")
    assert modelcheck("show", one, two).out.count("assertion at a.c:8") == 2


def test_what_is_no_trace_is_one_line_and_exit_2(modelcheck: Command, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("{}")
    outcome = modelcheck("show", "t.json")
    assert (outcome.code, outcome.err) == (2, "modelcheck: t.json: is no trace of modelcheck\n")
    assert modelcheck("show", "none.json").err == "modelcheck: none.json: cannot be read: No such file or directory\n"
    assert modelcheck("show").code == 2


def test_the_core_is_a_litmus_test_or_one_line_says_why_not(modelcheck: Command, tmp_path: Path) -> None:
    stored = Path(__file__).parents[2] / "traces" / "balloon"
    file = tmp_path / "core.litmus"
    assert modelcheck("show", stored / "assign--isolate-no-locks--lkmm.json", "--litmus", file).code == 0
    outcome = modelcheck("litmus", file)
    assert outcome.code == 0
    assert "Observation balloon-assign-isolate-no-locks-lkmm Sometimes 1 3" in outcome.out
    assert " Never 0 3\n" in modelcheck("litmus", file, "--model", "sc").out
    outcome = modelcheck("show", stored / "inflate-may-fail--posted--sc.json", "--litmus")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("modelcheck: no litmus test says this: ")
    assert outcome.err.count("\n") == 1
