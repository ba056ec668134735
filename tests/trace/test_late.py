"""Traces of faults that come late: kept, told and replayed, also where the fault has been mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.solve.check import check
from modelcheck.trace import Setting, Trace, read_trace, record, to_bytes
from modelcheck.trace.narrative import narrative
from modelcheck.trace.replay import IMPOSSIBLE, REPRODUCES, Replayed, replay
from tests.solve.checking import model, parse
from tests.solve.test_late import LATE
from tests.solve.test_memory import threads
from tests.trace.test_replay_random import Fixed


def kept(text: str, which: str, folder: Path) -> Trace:
    """The trace of what ``which`` finds in ``text`` under LKMM, read back from its file."""
    program = parse(text)
    result = check(program, model("lkmm"), frozenset((which,)))
    assert result.property == which
    trace = record(
        program,
        result,
        spec="random",
        scenario="s",
        variant="base",
        model="lkmm",
        unroll=3,
        recursion=4,
        setting=Setting("", "z3", (which,)),
    )
    (folder / "t.json").write_bytes(to_bytes(trace))
    return read_trace(folder / "t.json")


def on(text: str, trace: Trace, folder: Path) -> Replayed:
    return replay(trace, Fixed(parse(text), "lkmm", folder))


@pytest.mark.parametrize("name", LATE)
def test_a_fault_that_comes_late_replays_and_not_behind_a_barrier(name: str, tmp_path: Path) -> None:
    which, one, other, init = LATE[name]
    text = threads(one, other, init=init)
    trace = kept(text, which, tmp_path)
    found = on(text, trace, tmp_path)
    assert (found.outcome, found.reason) == (REPRODUCES, found.reason)
    mended = threads(one.replace("WRITE_ONCE(y", "smp_mb(); WRITE_ONCE(y"), other, init=init)
    assert on(mended, trace, tmp_path).outcome == IMPOSSIBLE


def test_a_late_fault_is_told_by_what_is_seen_too_early(tmp_path: Path) -> None:
    which, one, other, init = LATE["a null pointer"]
    told = narrative(kept(threads(one, other, init=init), which, tmp_path)).ending.order
    assert "Nothing orders the load of p" in told
    assert "before the store of y" in told
