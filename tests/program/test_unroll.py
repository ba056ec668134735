"""Unrolling: which events there are, under which guards, and what they depend on syntactically."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.program.graph import Blocked, Dependencies, Event, EventGraph
from modelcheck.program.ir import Program
from modelcheck.program.machine import Initial, initialise
from modelcheck.program.unroll import Bounds, unroll

HEAD = """
#include <lkmm.h>
#include <pthread.h>
#include <linux/slab.h>
#include <mc/intrinsics.h>
static int x, y, z, w;
static int *p = &x;
static DEFINE_SPINLOCK(l);
"""


def parse(text: str) -> Program:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "test.c"
        path.write_text(HEAD + text)
        entry = None
        if "main(" not in text:
            threads = tuple((f"t{n}", f"t{n}") for n in range(5) if f"void t{n}(void)" in text)
            entry = ScenarioEntry(init=None, threads=threads, final="final" if "final(" in text else None)
        return parse_program([path], scenario=entry)


def graph(*bodies: str, more: str = "", unrolled: int = 3) -> EventGraph:
    text = more + "".join(f"void t{number}(void) {{ {body} }}\n" for number, body in enumerate(bodies))
    return graph_of(text, unrolled)


def graph_of(text: str, unrolled: int = 3) -> EventGraph:
    program = parse(text)
    (start,) = initialise(program)
    assert isinstance(start, Initial)
    return unroll(program, start, Bounds(unrolled, 4))


def named(found: EventGraph, kind: str, cell: str) -> list[Event]:
    """Events of ``kind`` at the static object ``cell``."""
    base = next(thing.base for thing in found.objects if thing.name == cell)
    return [e for e in found.events if e.kind == kind and e.address is not None and e.address.data == base]


def waits(found: EventGraph) -> list[Blocked]:
    """Where the first thread may wait for ever (main waits for it)."""
    return [wait for wait in found.blocked if wait.thread == 1]


def on(dependencies: Dependencies) -> set[int]:
    return {read for read, _ in dependencies}


def test_events_of_a_thread_stand_in_program_order() -> None:
    found = graph("WRITE_ONCE(x, 1); smp_mb(); int r = READ_ONCE(y); WRITE_ONCE(z, r);")
    assert [e.kind for e in found.events] == ["W", "F", "R", "W"]
    assert [e.position for e in found.events] == sorted(e.position for e in found.events)
    assert {e.thread for e in found.events} == {1}
    assert found.threads[1] == "t0"


def test_a_value_depends_on_the_reads_that_it_is_made_of() -> None:
    found = graph("int r = READ_ONCE(x) + READ_ONCE(y); WRITE_ONCE(z, r ^ r); WRITE_ONCE(w, 1);")
    reads = {e.id for e in found.events if e.kind == "R"}
    assert on(named(found, "W", "z")[0].data) == reads
    assert on(named(found, "W", "w")[0].data) == set()


def test_an_address_depends_on_the_pointer_that_was_read() -> None:
    found = graph("int *q = READ_ONCE(p); WRITE_ONCE(*q, 1);")
    read, write = found.events
    assert on(write.addr) == {read.id}
    assert on(write.data) == on(write.ctrl) == set()


def test_a_branch_controls_its_arms_and_nothing_behind_them() -> None:
    found = graph("int r = READ_ONCE(x); if (r) WRITE_ONCE(y, 1); else WRITE_ONCE(z, 1); WRITE_ONCE(w, 1);")
    read = named(found, "R", "x")[0]
    assert on(named(found, "W", "y")[0].ctrl) == {read.id}
    assert on(named(found, "W", "z")[0].ctrl) == {read.id}
    behind = named(found, "W", "w")[0]
    assert on(behind.ctrl) == set()
    assert behind.guard == ()


def test_an_early_return_controls_all_that_follows() -> None:
    found = graph("int r = READ_ONCE(x); if (r) return; WRITE_ONCE(y, 1); WRITE_ONCE(z, 1);")
    read = named(found, "R", "x")[0]
    assert on(named(found, "W", "y")[0].ctrl) == on(named(found, "W", "z")[0].ctrl) == {read.id}


def test_control_ends_with_the_function_that_branched() -> None:
    found = graph(
        "f(); WRITE_ONCE(z, 1);",
        more="static void f(void) { if (READ_ONCE(x)) return; WRITE_ONCE(y, 1); }\n",
    )
    assert on(named(found, "W", "y")[0].ctrl) == {named(found, "R", "x")[0].id}
    assert on(named(found, "W", "z")[0].ctrl) == set()


def test_a_merged_value_depends_on_a_read_only_where_that_path_was_taken() -> None:
    found = graph("int k = 1; if (READ_ONCE(x)) k = READ_ONCE(y); WRITE_ONCE(z, k);")
    control, data = named(found, "R", "x")[0], named(found, "R", "y")[0]
    ((read, condition),) = named(found, "W", "z")[0].data
    assert read == data.id
    assert condition == data.guard
    assert on(data.ctrl) == {control.id}


def test_what_a_test_chose_controls_what_rests_on_it() -> None:
    last = "static int last(void) { int r = READ_ONCE(x); if (r < 0) return 0; if (r == 1) return 1; return 0; }\n"
    for text in (
        "if (last()) WRITE_ONCE(z, 1);",
        "WRITE_ONCE(z, last());",
        "int k = 0; if (READ_ONCE(x)) k = 1; if (k) WRITE_ONCE(z, 1);",
        "int k = 0; if (READ_ONCE(x)) k = 1; WRITE_ONCE(z, k);",
        "int *q = &z; if (READ_ONCE(x)) q = &w; WRITE_ONCE(*q, 1);",
    ):
        found = graph(text, more=last)
        (write,) = (event for event in found.events if event.kind == "W")
        assert on(write.ctrl) == {named(found, "R", "x")[0].id}
        assert on(write.data) == on(write.addr) == set()


def test_a_test_that_chooses_nothing_controls_nothing_behind_it() -> None:
    more = "static int one(void) { if (READ_ONCE(x)) { if (READ_ONCE(w)) return 1; return 1; } return 0; }\n"
    found = graph("if (one()) WRITE_ONCE(z, 1);", more=more)
    assert on(named(found, "W", "z")[0].ctrl) == {named(found, "R", "x")[0].id}
    found = graph("int k; if (READ_ONCE(x)) k = 1; else k = 1; WRITE_ONCE(z, k);")
    assert on(named(found, "W", "z")[0].ctrl) == set()


def test_a_failed_cmpxchg_is_a_lone_read_with_its_own_tags() -> None:
    found = graph("cmpxchg(&x, 1, 2);")
    read, write = found.events
    assert write.rmw == read.id
    assert read.success is not None
    assert read.success in write.guard
    assert "RMW" in read.failed
    assert "MB" not in read.failed


def test_a_failed_trylock_is_a_plain_look() -> None:
    found = graph("spin_trylock(&l);")
    read, write = found.events
    assert read.tags == {"LKR", "RMW"}
    assert write.tags == {"LKW", "RMW"}
    assert read.failed == {"LF"}


def test_a_loop_that_only_looks_is_one_look_and_a_wait() -> None:
    found = graph("while (!READ_ONCE(x)) cpu_relax(); WRITE_ONCE(y, 1);")
    (read,) = named(found, "R", "x")
    (wait,) = waits(found)
    assert wait.thread == 1
    assert wait.reads == (read.id,)
    assert not wait.free
    assert found.cuts == ()


def test_a_loop_around_a_loop_waits_in_both() -> None:
    found = graph("for (;;) { while (!READ_ONCE(x)) cpu_relax(); if (READ_ONCE(y)) break; }")
    inner, outer = named(found, "R", "x")[0].id, named(found, "R", "y")[0].id
    assert [set(wait.reads) for wait in waits(found)] == [{inner}, {inner, outer}]


def test_a_wait_by_choice_is_marked_and_a_guess_is_not() -> None:
    (wait,) = waits(graph("while (__mc_choose(2)) cpu_relax();"))
    assert wait.free
    (wait,) = waits(graph("while (spin_is_locked(&l)) cpu_relax();"))
    assert not wait.free


def test_a_loop_with_an_effect_is_unrolled_to_the_bound_and_cut() -> None:
    body = "while (READ_ONCE(x)) WRITE_ONCE(y, 1);"
    for bound in (1, 2, 5):
        found = graph(body, unrolled=bound)
        (cut,) = found.cuts
        assert "t0()" in cut.reason
        assert len(named(found, "W", "y")) in (bound, bound + 1)


def test_a_loop_with_a_constant_bound_is_unrolled_to_its_end_whatever_the_bound() -> None:
    found = graph("for (int i = 0; i < 17; i++) WRITE_ONCE(y, i);", unrolled=1)
    assert [e.value.data for e in named(found, "W", "y") if e.value is not None] == list(range(17))
    assert found.cuts == ()


def test_a_grace_period_may_wait_for_ever() -> None:
    found = graph("synchronize_rcu();")
    (wait,) = waits(found)
    assert wait.grace is not None
    assert wait.grace.data == 0


MAIN = """
static void *child(void *arg) {{ WRITE_ONCE(x, 1); return 0; }}
int main(void) {{ pthread_t a, b; pthread_create(&a, 0, child, 0); {} return 0; }}
"""


def test_behind_the_join_of_every_thread_main_runs_at_rest() -> None:
    found = graph_of(MAIN.format("pthread_join(a, 0); WRITE_ONCE(y, READ_ONCE(x));"))
    assert [e.final for e in found.events if e.thread == 0] == [True, True]


def test_behind_a_join_on_one_path_nothing_runs_at_rest() -> None:
    found = graph_of(MAIN.format("if (READ_ONCE(z)) pthread_join(a, 0); WRITE_ONCE(y, 1);"))
    assert not any(e.final for e in found.events)


def test_behind_the_join_of_one_of_two_threads_nothing_runs_at_rest_yet() -> None:
    found = graph_of(
        MAIN.format("pthread_create(&b, 0, child, 0); pthread_join(a, 0); WRITE_ONCE(y, 1); pthread_join(b, 0);")
    )
    assert not any(e.final for e in named(found, "W", "y"))


def test_a_thread_is_started_where_its_parent_gets_to() -> None:
    found = graph_of(MAIN.format("if (READ_ONCE(x)) pthread_create(&b, 0, child, 0);"))
    (read,) = named(found, "R", "x")
    assert found.started[1] == ()
    assert len(found.started[2]) == 1
    assert found.started[2] == named(found, "W", "x")[1].guard[:1]
    assert read.thread == 0


def test_recursion_is_cut_at_its_bound() -> None:
    found = graph("z = f(READ_ONCE(x));", more="static int f(int n) { return n ? f(n - 1) + 1 : 0; }\n")
    (cut,) = found.cuts
    assert "f()" in cut.reason
