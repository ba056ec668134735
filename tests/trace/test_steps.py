"""Executions told in order: as a machine takes the steps, where there is such a machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.program.expr import Undefined
from modelcheck.solve.result import Execution
from modelcheck.trace import read_trace
from modelcheck.trace.steps import Telling, program_order, tell
from tests.solve import checking

TRACES = sorted((Path(__file__).parents[2] / "traces").rglob("*.json"))

BUFFERING = """
static int x, y, r0, r1;
void t0(void) { WRITE_ONCE(x, 1); r0 = READ_ONCE(y); }
void t1(void) { WRITE_ONCE(y, 1); r1 = READ_ONCE(x); }
void final(void) { assert(r0 || r1); }
"""

FORWARDING = """
static int x, y, r0, r1, r2, r3;
void t0(void) { WRITE_ONCE(x, 1); r0 = READ_ONCE(x); r1 = READ_ONCE(y); }
void t1(void) { WRITE_ONCE(y, 1); r2 = READ_ONCE(y); r3 = READ_ONCE(x); }
void final(void) { assert(r0 != 1 || r2 != 1 || r1 || r3); }
"""

OVERTAKING = """
static int x, y, r0, r1;
void t0(void) { WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); }
void t1(void) { r0 = READ_ONCE(y); r1 = READ_ONCE(x); }
void final(void) { assert(!r0 || r1); }
"""


def execution_of(text: str, model: str) -> Execution:
    execution = checking.answer(text, model, {"assertion"}).execution
    assert execution is not None
    return execution


def follow(execution: Execution, telling: Telling) -> None:
    """Take the steps on a machine of our own with store buffers: each read must find the value it read."""
    memory = {e.address: e.value for e in execution.events if e.thread < 0 and e.kind == "W"}
    buffers: dict[int, list[tuple[int, int | None, object]]] = {}

    def reaches(store: int) -> None:
        for buffer in buffers.values():
            for entry in buffer:
                if entry[0] == store:
                    buffer.remove(entry)
                    memory[entry[1]] = entry[2]  # type: ignore[assignment]
                    return

    for step in telling.steps:
        for event in step.events:
            if event.kind == "R":
                own = [value for _, address, value in buffers.get(event.thread, []) if address == event.address]
                found = own[-1] if own else memory.get(event.address)
                assert isinstance(event.value, Undefined) or found == event.value
            elif event.kind == "W":
                buffers.setdefault(event.thread, []).append((event.id, event.address, event.value))
                if event.id not in telling.visible:
                    reaches(event.id)
        for store, after in telling.visible.items():
            if after == step.number:
                reaches(store)


@pytest.mark.parametrize("path", [p for p in TRACES if p.stem.endswith(("--sc", "--tso"))], ids=lambda p: p.stem)
def test_every_stored_interleaving_can_be_followed(path: Path) -> None:
    trace = read_trace(path)
    telling = tell(trace.execution, trace.model)
    assert [number for number in telling.number.values() if not number] == []
    follow(trace.execution, telling)
    assert trace.model != "sc" or not (telling.visible or telling.stale or telling.ahead)


@pytest.mark.parametrize(
    ("text", "model"),
    [(BUFFERING, "tso"), (BUFFERING, "pso"), (FORWARDING, "tso"), (FORWARDING, "pso"), (OVERTAKING, "pso")],
)
def test_a_buffered_execution_is_told_as_a_machine_with_buffers_takes_it(text: str, model: str) -> None:
    execution = execution_of(text, model)
    telling = tell(execution, model)
    assert telling.visible
    follow(execution, telling)
    for own in program_order(execution):
        assert sorted(own, key=telling.number.__getitem__) == own


def test_each_step_is_told_once_and_threads_keep_their_order() -> None:
    # Interleavings are told in the order that they have; the weak ones are those that need one.
    for path in [path for path in TRACES if not path.stem.endswith(("--sc", "--tso"))]:
        trace = read_trace(path)
        telling = tell(trace.execution, trace.model)
        told = [event.id for step in telling.steps for event in step.events]
        assert sorted(told) == [event.id for event in trace.execution.events if event.thread >= 0]
        for own in program_order(trace.execution):
            assert [number for number in told if number in set(own)] == own


def test_only_what_must_be_read_late_is_told_as_late() -> None:
    execution = execution_of(OVERTAKING, "lkmm")
    telling = tell(execution, "lkmm")
    (read,) = telling.stale
    assert (execution.events[read].name, execution.events[read].value) == ("x", 0)
    assert not telling.ahead


def test_memory_that_nobody_wrote_is_no_value() -> None:
    trace = read_trace(TRACES[0].parents[1] / "balloon" / "publish--posted--lkmm.json")
    (read,) = tell(trace.execution, trace.model).unwritten
    assert trace.execution.events[read].name.endswith(".flags")
    assert trace.property == "uninitialised"
