"""The core of a stored failure as a litmus test: judged here once more, and read as herd7 reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.minimise.litmus import litmus_test
from modelcheck.program.ir import Source
from modelcheck.solve.litmus import observe
from modelcheck.solve.result import ExecutedEvent, Execution, Pair
from modelcheck.trace import Trace, model_place, read_trace
from modelcheck.trace.candidate import candidate
from modelcheck.trace.litmus import InexpressibleError, Writing, litmus_text

ROOT = Path(__file__).parents[2]
TRACES = sorted((ROOT / "traces").rglob("*.json"))

ALONE = "only one thread has a part in it: there is no order of several threads' accesses to ask about"
DEADLOCK = "a litmus test asks about executions that end, and this one is a deadlock"

HERE = Source("a.c", 1, 1, 1, 2, "f")


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_every_stored_trace_has_a_test_with_its_verdict_or_a_reason_why_not(path: Path) -> None:
    trace = read_trace(path)
    beside = attrs.evolve(trace.setting, origin=str(ROOT / trace.setting.origin))
    model = load_model(model_place(attrs.evolve(trace, setting=beside)))
    text, reason = "", ""
    try:
        text = litmus_test(trace, model)
    except InexpressibleError as error:
        reason = str(error)
    if not text:
        assert reason == (DEADLOCK if trace.property == "deadlock" else ALONE)
        # One thread alone may be what is seen at rest, whatever else the others have read from one another.
        at_rest = any(e.final and str(e.source) == str(trace.source) for e in trace.execution.events)
        assert trace.property in ("deadlock", "leak") or at_rest or _strangers(trace.execution)
        return
    test = parse_litmus(text, "t.litmus")
    seen = observe(test, model)
    assert seen.positive
    assert seen.negative or trace.property == "race"
    if trace.property == "race":
        assert "data-race" in seen.flags
    elif "sc does not allow" in text:
        assert not load_model("sc").check(candidate(trace.execution)).consistent
        assert observe(test, load_model("sc")).positive == 0
    else:
        assert observe(test, load_model("sc")).positive


def _strangers(execution: Execution) -> bool:
    """Whether the reads of some thread all come from its own writes and from the start."""
    origin = {read: execution.events[write].thread for write, read in execution.rf}
    reads = [e for e in execution.events if e.kind == "R" and not e.final and not e.tags & {"LKR"}]
    met = {e.thread for e in reads if origin.get(e.id, -1) not in (-1, e.thread)}
    return len({e.thread for e in reads} - met) > 0


def event(
    number: int, thread: int, position: int, kind: str, tags: str = "", value: int = 0, place: int = 1, points: str = ""
) -> ExecutedEvent:
    name = {1: "x", 2: "list.next", 3: "int"}[place]
    marks = frozenset(tags.split())
    if kind == "F":
        return ExecutedEvent(
            number, thread, position, kind, marks, None, 0, None, HERE, (), "", number, False
        )  # fmt: skip
    return ExecutedEvent(
        number, thread, position, kind, marks, place, 4, value, HERE, (), name, number, False, points
    )  # fmt: skip


def made(events: list[ExecutedEvent], rf: list[Pair], co: Sequence[Pair] = ()) -> Execution:
    return Execution(("a", "b"), tuple(events), tuple(rf), tuple(co), (), (), (), ())


def body(text: str, thread: int) -> list[str]:
    found = re.search(rf"^P{thread}\(.*?\)\n{{\n(.*?)^}}$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return [line.strip() for line in found[1].splitlines() if line.strip() and not re.match(r"\tint r\d+;", line)]


def test_each_access_is_written_with_the_primitive_of_its_tags_and_rests_on_what_it_did() -> None:
    execution = made(
        [
            event(0, -1, -1, "W", "IW", 0),
            event(1, -1, -1, "W", "IW", 0x5000, 2, points="&x"),
            event(2, 0, 0, "R", "ACQUIRE", 0x5000, 2, points="&x"),
            event(3, 0, 1, "R", "ONCE", 1),
            event(4, 0, 2, "F", "Mb"),
            event(5, 0, 3, "R", "RMW ONCE", 1),
            event(6, 0, 4, "W", "RMW RELEASE", 2),
            event(7, 1, 0, "W", "RELEASE", 1),
            event(8, 1, 1, "W", "", 3),
        ],
        [(1, 2), (7, 3), (7, 5)],
        [(0, 7), (0, 8), (0, 6), (7, 8), (7, 6), (6, 8)],
    )
    execution = attrs.evolve(execution, addr=((2, 3),), data=((3, 6),), ctrl=((3, 5), (3, 6)), rmw=((5, 6),))
    text = litmus_text(execution, "t", [])
    assert body(text, 0) == [
        "r0 = smp_load_acquire(list_next);",
        "int *r3 = x + (r0 ^ r0);",
        "r1 = READ_ONCE(*r3);",
        "if (r1 == 1) {",
        "smp_mb();",
        "r2 = xchg_release(x, 2 + (r1 ^ r1));",
        "}",
    ]
    assert body(text, 1) == ["smp_store_release(x, 1);", "*x = 3;"]
    assert "\tlist_next=1001;" in text
    assert " * 1001 stands for &x" in text
    assert "exists (0:r0=1001 /\\ 0:r1=1 /\\ 0:r2=1 /\\ [x]=3)" in text
    seen = observe(parse_litmus(text, "t.litmus"), load_model("lkmm"))
    assert seen.verdict == "Sometimes"


def test_writes_of_one_value_are_told_apart_where_that_is_asked() -> None:
    events = [event(0, 0, 0, "W", "ONCE", 1), event(1, 0, 1, "W", "ONCE", 1), event(2, 1, 0, "R", "ONCE", 1)]
    execution = made(events, [(0, 2)], [(0, 1)])
    assert "exists (1:r0=1 /\\ [x]=1)" in litmus_text(execution, "t", [])
    apart = litmus_text(execution, "t", [], Writing(apart=True))
    assert "exists (1:r0=1 /\\ [x]=1001)" in apart
    assert observe(parse_litmus(apart, "t"), load_model("sc")).verdict == "Sometimes"


def test_locks_read_side_sections_and_fences_have_their_own_words() -> None:
    events = [
        event(0, 0, 0, "F", "Rcu-lock"),
        event(1, 0, 1, "R", "ONCE", 0, 2),
        event(2, 0, 2, "F", "Rcu-unlock"),
        event(3, 1, 0, "R", "RMW LKR", 0),
        event(4, 1, 1, "W", "RMW LKW", 2),
        event(5, 1, 2, "W", "ONCE", 1, 2),
        event(6, 1, 3, "W", "UL", 0),
        event(7, 1, 4, "F", "Sync-rcu"),
    ]
    text = litmus_text(attrs.evolve(made(events, [], [(4, 6)]), rmw=((3, 4),)), "t", [])
    assert body(text, 0) == ["rcu_read_lock();", "r0 = READ_ONCE(*list_next);", "rcu_read_unlock();"]
    assert body(text, 1) == [
        "spin_lock(x);", "WRITE_ONCE(*list_next, 1);", "spin_unlock(x);", "synchronize_rcu();",
    ]  # fmt: skip
    assert "P1(spinlock_t *x, int *list_next)" in text


def test_names_and_comments_from_a_trace_can_do_no_harm() -> None:
    events = [event(0, 0, 0, "W", "ONCE", 1, 3), event(1, 1, 0, "R", "ONCE", 1, 3)]
    text = litmus_text(made(events, [(0, 1)]), "a *) b\n{", ["(* \x1b[2J *)\nP9() {"])
    assert text.startswith("C a-b\n")
    assert "\x1b" not in text
    assert text.count("*)") == 1
    test = parse_litmus(text, "t")
    assert [thread.name for thread in test.threads] == ["P0", "P1"]
    assert "int" not in test.places


def test_what_the_dialect_has_no_word_for_is_said() -> None:
    events = [event(0, 0, 0, "W", "SC", 1), event(1, 1, 0, "R", "ONCE", 1)]
    with pytest.raises(InexpressibleError, match=r"^litmus tests have no write \[SC\]$"):
        litmus_text(made(events, [(0, 1)]), "t", [])


def test_a_failure_before_the_threads_has_no_test() -> None:
    blank = Execution((), (), (), (), (), (), (), ())
    trace = Trace("", "s", "a", "b", "sc", "assertion", "", HERE, (), 1, 1, {}, blank)
    with pytest.raises(InexpressibleError, match=r"^it fails before any thread starts"):
        litmus_test(trace, load_model("sc"))
