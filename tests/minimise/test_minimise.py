"""Minimising: the same failure, in few threads and steps, under the simplest model, and what was dropped is said.

The numbers expected are counted by hand in the C of each test.
"""

from __future__ import annotations

from itertools import product

from modelcheck.cat import load_model
from modelcheck.minimise import Failure, Minimised, minimise
from modelcheck.minimise.counter import Counter
from modelcheck.minimise.order import switches
from modelcheck.program.machine import Initial, initialise
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.solve.sat import Circuit, Solver
from modelcheck.trace.candidate import candidate
from tests.solve import checking

MESSAGE = """
static int x, y, z;
void t0(void) { WRITE_ONCE(z, 1); WRITE_ONCE(z, 2); READ_ONCE(z); }
void t1(void) { WRITE_ONCE(x, 1); %s WRITE_ONCE(y, 1); WRITE_ONCE(z, 3); }
void t2(void) { READ_ONCE(z); if (READ_ONCE(y)) assert(READ_ONCE(x)); WRITE_ONCE(z, 4); }
"""

LOST_UPDATE = """
static int x;
void t0(void) { int r = READ_ONCE(x); WRITE_ONCE(x, r + 1); }
void t1(void) { int r = READ_ONCE(x); WRITE_ONCE(x, r + 1); }
void final(void) { assert(x == 2); }
"""

STORE_BUFFERING = """
static int x, y, r0, r1;
void t0(void) { WRITE_ONCE(x, 1); r0 = READ_ONCE(y); }
void t1(void) { WRITE_ONCE(y, 1); r1 = READ_ONCE(x); }
void final(void) { assert(r0 || r1); }
"""

LATE = """
static int *p, done;
void init(void) { p = kmalloc(sizeof(int), GFP_KERNEL); *p = 1; }
void t0(void) { READ_ONCE(done); kfree(p); WRITE_ONCE(done, 1); }
void t1(void) { %s }
"""


def minimised(text: str, model: str, which: str = "assertion") -> Minimised:
    result = checking.answer(text, model, {which})
    assert result.execution is not None
    assert result.property is not None
    failure = Failure(result.property, result.source, result.stack)
    program = checking.parse(text)
    found = minimise(program, result.execution, failure, model, load_model, checking.EVERYTHING, 3, 4)
    assert found is not None
    assert (found.result.property, found.result.source, found.result.stack) == (which, result.source, result.stack)
    execution = found.result.execution
    assert execution is not None
    assert load_model(found.model).check(candidate(execution)).consistent
    return found


def steps(found: Minimised) -> dict[str, list[str]]:
    """What is left, by thread: kind and location of each event."""
    execution = found.result.execution
    assert execution is not None
    left: dict[str, list[str]] = {}
    for event in sorted(execution.events, key=lambda e: e.position):
        if event.thread >= 0 and not event.final:
            left.setdefault(execution.threads[event.thread], []).append(f"{event.kind} {event.name}".strip())
    return left


def test_only_the_steps_before_the_failure_and_those_that_they_read_from_are_left() -> None:
    found = minimised(MESSAGE % "", "lkmm")
    assert steps(found) == {"t1": ["W x", "W y"], "t2": ["R z", "R y", "R x"]}
    assert "no step of t0 is needed" in found.dropped


def test_the_simplest_model_that_allows_it_is_named() -> None:
    # PSO lets the write of y overtake that of x; TSO does not. LKMM alone lets the reads change places.
    assert minimised(MESSAGE % "", "lkmm").model == "pso"
    assert minimised(MESSAGE % "smp_wmb();", "lkmm").model == "lkmm"
    assert minimised(STORE_BUFFERING, "lkmm").model == "tso"
    assert minimised(STORE_BUFFERING, "pso").model == "tso"
    assert minimised(LOST_UPDATE, "lkmm").model == "sc"
    assert any(said.startswith("sc allows it as well as lkmm") for said in minimised(LOST_UPDATE, "lkmm").dropped)


def test_a_failure_at_rest_keeps_all_threads_and_is_told_with_few_switches() -> None:
    # r0 = r1 = 0: one thread reads, the other one does everything, the first one writes.
    found = minimised(LOST_UPDATE, "sc")
    assert steps(found) == {"t0": ["R x", "W x"], "t1": ["R x", "W x"]}
    assert found.result.execution is not None
    assert switches(found.result.execution) == 2


def test_the_free_before_a_late_access_is_kept() -> None:
    reads = minimised(LATE % "READ_ONCE(done); READ_ONCE(*p); WRITE_ONCE(done, 2);", "lkmm", "use-after-free")
    assert [step for step in steps(reads)["t0"] if step.startswith("poison")]
    assert len(steps(reads)["t1"]) == 3  # done, p, *p
    writes = minimised(LATE % "WRITE_ONCE(*p, 2);", "sc", "use-after-free")
    assert [step for step in steps(writes)["t0"] if step.startswith("poison")]
    twice = minimised(LATE % "READ_ONCE(done); kfree(p);", "sc", "double-free")
    assert steps(twice) == {"t0": ["R done", "R p"], "t1": ["R done", "R p"]}


def test_no_thread_of_a_deadlock_is_dropped() -> None:
    # Without t1, whose look at the flag comes too early to help, t0 would wait as well: but that would say nothing.
    text = """
    static int flag, seen;
    void t0(void) { while (!READ_ONCE(flag)); }
    void t1(void) { if (READ_ONCE(seen)) WRITE_ONCE(flag, 1); }
    void t2(void) { WRITE_ONCE(seen, 1); }
    """
    found = minimised(text, "sc", "deadlock")
    assert set(steps(found)) == {"t0", "t1", "t2"}


def test_a_race_keeps_both_accesses() -> None:
    text = """
    static int x, y;
    void t0(void) { WRITE_ONCE(y, 1); x = 1; WRITE_ONCE(y, 2); }
    void t1(void) { WRITE_ONCE(y, 3); x = 2; WRITE_ONCE(y, 4); }
    """
    found = minimised(text, "lkmm", "race")
    assert steps(found) == {"t0": ["W y", "W x"], "t1": ["W y", "W x"]}
    assert found.model == "lkmm"


def test_another_failure_on_the_way_is_avoided_where_it_can_be() -> None:
    # t0 may run before t1 and lead to t1's failure by way of y = 1 or, with one step fewer, of y = 2; but having
    # written 2, it fails itself.
    text = """
    static int x, y;
    void t0(void) { if (READ_ONCE(x)) { WRITE_ONCE(y, 2); BUG(); } WRITE_ONCE(x, 3); WRITE_ONCE(y, 1); }
    void t1(void) { WRITE_ONCE(x, 1); assert(!READ_ONCE(y)); }
    """
    result = checking.answer(text, "sc")
    program = checking.parse(text)
    line = next(n for n, t in enumerate((checking.HEADERS + text).splitlines(), 1) if "void t1" in t)
    bounds = Bounds(3, 4)
    (initial,) = initialise(program)
    assert isinstance(initial, Initial)
    check = next(c for c in unroll(program, initial, bounds, lambda: None).checks if c.source.line == line)
    failure = Failure("assertion", check.source, check.stack)
    assert result.execution is not None
    found = minimise(program, result.execution, failure, "sc", load_model, checking.EVERYTHING, 3, 4)
    assert found is not None
    assert steps(found) == {"t0": ["R x", "W x", "W y"], "t1": ["W x", "R y"]}


def test_the_same_every_time() -> None:
    assert minimised(MESSAGE % "", "lkmm") == minimised(MESSAGE % "", "lkmm")


def test_what_does_not_fail_so_is_not_found() -> None:
    text = MESSAGE % ""
    result = checking.answer(text, "lkmm", {"assertion"})
    assert result.execution is not None
    failure = Failure("assertion", result.source, result.stack)
    other = checking.parse(MESSAGE % "smp_mb();" + "\n")
    assert minimise(other, result.execution, failure, "sc", load_model, checking.EVERYTHING, 3, 4) is None


def test_counting_agrees_with_arithmetic() -> None:
    weights = (1, 2, 1, 3)
    for bound in range(6):
        circuit = Circuit()
        literals = [circuit.fresh() for _ in weights]
        counter = Counter(circuit, list(zip(literals, weights, strict=True)), 6)
        solver = Solver(circuit)
        for chosen in product((False, True), repeat=len(weights)):
            assumed = [literal if yes else -literal for literal, yes in zip(literals, chosen, strict=True)]
            total = sum(weight for weight, yes in zip(weights, chosen, strict=True) if yes)
            assert solver.check([*assumed, counter.at_most(bound)]) == (total <= bound)
