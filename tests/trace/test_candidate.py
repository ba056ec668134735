"""What the cat evaluator sees of a stored execution is what the engine had it judge."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.program.ir import PROPERTIES
from modelcheck.program.machine import Initial, initialise
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.solve.sat import begin_anew
from modelcheck.solve.session import Session
from modelcheck.solve.witness import execution_of
from modelcheck.trace import read_trace
from modelcheck.trace.candidate import candidate, modelled
from tests.solve import checking

TRACES = sorted((Path(__file__).parents[2] / "traces").rglob("*.json"))

LOST_UPDATE = "static int x; void t0(void) { x++; } void t1(void) { x++; } void final(void) { assert(x == 2); }"

STORE_BUFFERING = """
static int x, y, r0, r1;
void t0(void) { WRITE_ONCE(x, 1); r0 = READ_ONCE(y); }
void t1(void) { WRITE_ONCE(y, 1); r1 = READ_ONCE(x); }
void final(void) { assert(r0 || r1); }
"""

MESSAGE_PASSING = """
static int x, flag, bad; static int *p = &x;
void t0(void) { WRITE_ONCE(x, 1); smp_wmb(); WRITE_ONCE(flag, 1); }
void t1(void) { int *q = READ_ONCE(p); if (READ_ONCE(flag) && !READ_ONCE(*q)) bad = 1 + xchg(&flag, 2); }
void final(void) { assert(!bad); }
"""

FREED = """
static int *p;
void init(void) { p = kmalloc(sizeof(int), GFP_KERNEL); *p = 1; }
void t0(void) { int *q = READ_ONCE(p); WRITE_ONCE(p, 0); kfree(q); }
void t1(void) { int *q = READ_ONCE(p); if (q) *q = 2; }
"""

SLEEPABLE = """
static struct srcu_struct s; static int x, y;
void t0(void) { int i = srcu_read_lock(&s); WRITE_ONCE(x, 1); assert(!READ_ONCE(y)); srcu_read_unlock(&s, i); }
void t1(void) { synchronize_srcu(&s); WRITE_ONCE(y, 1); }
"""

LOCKED = """
static DEFINE_SPINLOCK(l); static int x;
void t0(void) { spin_lock(&l); x = 1; spin_unlock(&l); }
void t1(void) { int got = spin_trylock(&l); if (got) { assert(!x); spin_unlock(&l); } }
"""


@pytest.mark.parametrize("name", ["sc", "tso", "lkmm"])
@pytest.mark.parametrize(
    "text", [LOST_UPDATE, STORE_BUFFERING, MESSAGE_PASSING, FREED, LOCKED], ids=["lost", "sb", "mp", "freed", "lock"]
)
def test_it_is_the_candidate_that_the_engine_judged(text: str, name: str) -> None:
    begin_anew()
    (initial,) = initialise(checking.parse(text))
    assert isinstance(initial, Initial)
    session = Session(unroll(checking.parse(text), initial, Bounds()), load_model(name))
    wanted = session.encoding.circuit.any_of([f.literal for f in session.findings(frozenset(PROPERTIES))])
    proposal = session.search(wanted)
    if proposal is None:
        assert name != "lkmm"
        return
    execution = execution_of(proposal)
    assert candidate(execution) == proposal.candidate() == checking.candidate(execution)


def test_a_grace_period_of_srcu_has_the_place_of_its_structure() -> None:
    result = checking.answer(SLEEPABLE, "lkmm", {"assertion"})
    assert result.execution is not None
    (grace,) = (e for e in result.execution.events if "Sync-srcu" in e.tags)
    (lock,) = (e for e in result.execution.events if "Srcu-lock" in e.tags)
    assert grace.address == lock.address
    told = candidate(result.execution)
    numbers = modelled(result.execution)
    assert told.relations["loc"][numbers.index(grace.id)] >> numbers.index(lock.id) & 1


@pytest.mark.parametrize("path", TRACES[::6], ids=lambda path: path.stem)
def test_a_stored_execution_is_one_that_its_model_allows(path: Path) -> None:
    trace = read_trace(path)
    made = candidate(trace.execution)
    assert made == checking.candidate(trace.execution)
    own = TRACES[0].parents[2] / "specs" / trace.spec / trace.model
    assert load_model(str(own) if own.is_file() else trace.model).check(made).consistent


def test_a_weak_execution_is_none_of_sequential_consistency() -> None:
    result = checking.answer(STORE_BUFFERING, "tso", {"assertion"})
    assert result.execution is not None
    assert load_model("tso").check(candidate(result.execution)).consistent
    assert not load_model("sc").check(candidate(result.execution)).consistent
