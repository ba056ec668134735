"""Trace files: whole, the same every time, and refused when they are not what they say."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from modelcheck.errors import InputError
from modelcheck.program.expr import UNDEFINED, Value
from modelcheck.program.ir import Program, Source
from modelcheck.solve.result import ExecutedEvent, Execution, Result, TouchedObject
from modelcheck.trace import Trace, read_trace, record, to_bytes, trace_path, write_atomically

TEXT = "int x;\nvoid f(void)\n{\n\tx = 1;\n}\n" + "// a line\n" * 5 + f"int y = {'(' * 60}1{')' * 60};\n"
WRITE = Source("a.c", 4, 2, 4, 7, "f")
FLAG = 0x1000
X = TouchedObject("x", FLAG, 8, "global")


def event(number: int, kind: str, value: Value | None, *, thread: int = 0, tags: str = "") -> ExecutedEvent:
    fence = kind == "F"
    return ExecutedEvent(
        id=number,
        thread=thread,
        position=number,
        kind=kind,
        tags=frozenset(tags.split()),
        address=None if fence else FLAG,
        size=0 if fence else 8,
        value=value,
        source=WRITE,
        stack=(Source("a.c", 2, 1, 2, 9, "f"),),
        name="" if fence else "x",
        order=number,
        final=False,
    )


def example() -> Trace:
    events = (
        event(0, "W", UNDEFINED, thread=-1),
        event(1, "W", (1 << 64) - 12, tags="ONCE RELEASE"),
        event(2, "F", None, tags="Mb"),
        event(3, "R", 1 << 53, thread=1),
    )
    execution = Execution(("f", "g"), events, ((0, 3),), ((0, 1),), (), (), (), (), (X,))
    outer = (Source("a.c", 11, 1, 11, 9, ""),)
    result = Result("FAIL", "assertion", 'x is "1" — not 2', WRITE, outer, 3, 0, 0.1, "", execution)
    program = Program({}, (), "main", {"a.c": TEXT})
    return record(program, result, spec="s", scenario="a", variant="base", model="sc", unroll=3, recursion=3)


def test_a_trace_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    write_atomically(path, to_bytes(example()))
    assert read_trace(path) == example()


def test_a_trace_keeps_the_lines_that_ran() -> None:
    trace = example()
    assert trace.sources["a.c"].lines == {2: "void f(void)", 4: "\tx = 1;", 11: TEXT.splitlines()[10]}
    assert trace.sources["a.c"].digest == hashlib.sha256(TEXT.encode()).hexdigest()


def test_a_failure_before_any_thread_starts_is_kept_too(tmp_path: Path) -> None:
    result = Result("FAIL", "null-dereference", "reads through a null pointer", WRITE)
    program = Program({}, (), "main", {"a.c": TEXT})
    trace = record(program, result, spec="s", scenario="a", variant="base", model="sc", unroll=3, recursion=3)
    write_atomically(tmp_path / "t.json", to_bytes(trace))
    assert read_trace(tmp_path / "t.json") == trace
    assert trace.sources["a.c"].lines == {4: "\tx = 1;"}


def test_the_bytes_are_the_same_every_time_and_in_no_hash_order() -> None:
    again = attrs.evolve(example(), sources=dict(reversed(list(example().sources.items()))))
    assert to_bytes(again) == to_bytes(example())
    assert b'"tags":["ONCE","RELEASE"]' in to_bytes(example())


def test_integers_that_other_languages_would_round_are_text() -> None:
    document = json.loads(to_bytes(example()))
    assert [e["value"] for e in document["execution"]["events"]] == [
        "undefined",
        "0xfffffffffffffff4",
        None,
        "0x20000000000000",
    ]


def test_the_path_names_spec_scenario_variant_and_model() -> None:
    assert trace_path(Path("t"), "balloon", "elect", "no-lock", "lkmm") == Path("t/balloon/elect--no-lock--lkmm.json")
    assert trace_path(Path("t"), "s", "a", "base", "models/my.cat").name == "a--base--models_my.cat.json"


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.json"
    write_atomically(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(InputError, match=r"t\.json: cannot be written: No space left"):
        write_atomically(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["t.json"]
    assert path.read_bytes() == b"old"


def test_what_is_no_file_is_written_into_and_stays_what_it_is(tmp_path: Path) -> None:
    pipe, link, far = (tmp_path / name for name in ("pipe", "link", "far"))
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(pipe, b"x")
        assert os.read(end, 9) == b"x"
    finally:
        os.close(end)
    assert pipe.is_fifo()
    link.symlink_to(far)
    write_atomically(link, b"y")
    assert link.is_symlink()
    assert far.read_bytes() == b"y"
    (tmp_path / "round").symlink_to(tmp_path / "round")
    for place in ("round", "."):
        with pytest.raises(InputError, match="cannot be written: "):
            write_atomically(tmp_path / place, b"z")


def test_a_trace_is_readable_by_whom_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "t.json", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "t.json").stat().st_mode & 0o777 == 0o644


def _set(*path: str | int, to: object) -> Callable[[Any], None]:
    def edit(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = to

    return edit


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_set("format", to="something"), "is no trace of modelcheck"),
        (_set("version", to=99), "has version 99; this modelcheck reads versions 1 and 2"),
        (_set("scenario", to=3), "is damaged: a text is missing at scenario"),
        (_set("execution", "events", 1, "value", to="0xzz"), "damaged"),
        (_set("execution", "events", 1, "id", to=7), "event 1 says that it is 7"),
        (_set("execution", "events", 1, "thread", to=2), "event 1 is of the unknown thread 2"),
        (_set("execution", "rf", to=[[1, 44]]), "rf speaks of an event that is not there"),
        (_set("execution", "co", to=[[1]]), "a relation holds something that is no pair at execution.co"),
        (_set("execution", "events", to=None), "a list is missing at execution.events"),
        (_set("sources", to=[]), "damaged"),
        (_set("execution", "rf", 0, 0, to=1), "event 3 does not read what event 1 writes"),
        (_set("execution", "co", to=[]), "co is no order of the writes to x"),
        (_set("unroll", to=0), "its bounds are below 1"),
        (_set("extra", to=1), "unknown key 'extra'"),
        (lambda d: d.pop("model"), "model is missing"),
    ],
)
def test_an_edited_trace_is_refused_in_one_line(tmp_path: Path, edit: Callable[[Any], object], told: str) -> None:
    document = json.loads(to_bytes(example()))
    edit(document)
    path = tmp_path / "t.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InputError) as caught:
        read_trace(path)
    assert told in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"version": 1}', b"3", b'{"a":' + b"9" * 5000 + b"}"]
)
def test_what_is_no_trace_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_trace(path)
    assert "\n" not in str(caught.value)


def test_every_prefix_of_a_trace_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    whole = to_bytes(example())
    for length in range(0, len(whole) - 1, 97):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError):
            read_trace(path)


def test_a_missing_trace_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_trace(tmp_path / "none.json")
