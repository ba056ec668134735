"""Waits and deadlocks: loops that look, locks, wait queues, joins, grace periods."""

from __future__ import annotations

import pytest

from tests.solve.checking import MODELS, answer, verdicts

CELLS = """
static int x, y, z;
static int *p;
static DEFINE_SPINLOCK(l);
static DEFINE_SPINLOCK(m);
static DEFINE_MUTEX(n);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static DECLARE_COMPLETION(done);
DEFINE_STATIC_SRCU(s);
DEFINE_STATIC_SRCU(other);
"""


def threads(*bodies: str, final: str = "") -> str:
    text = CELLS + "".join(f"void t{number}(void) {{ {body} }}\n" for number, body in enumerate(bodies))
    return text + f"void final(void) {{ {final} }}\n"


DEADLOCKS = {
    "two locks taken in both orders": (
        "spin_lock(&l); spin_lock(&m); spin_unlock(&m); spin_unlock(&l);",
        "spin_lock(&m); spin_lock(&l); spin_unlock(&l); spin_unlock(&m);",
    ),
    "a spinlock and a mutex taken in both orders": (
        "mutex_lock(&n); spin_lock(&m); spin_unlock(&m); mutex_unlock(&n);",
        "spin_lock(&m); mutex_lock(&n); mutex_unlock(&n); spin_unlock(&m);",
    ),
    "a lock taken twice": ("spin_lock(&l); spin_lock(&l);",),
    "a lock never given back": ("spin_lock(&l);", "spin_lock(&l); spin_unlock(&l);"),
    "a loop whose condition nobody brings about": ("while (!READ_ONCE(x)) cpu_relax();", "WRITE_ONCE(y, 1);"),
    "a loop with a fence": ("while (!READ_ONCE(x)) smp_mb();",),
    "a loop with a local of its own in memory": (
        "for (;;) { int t = READ_ONCE(x); int *q = &t; if (*q) break; }",
        "WRITE_ONCE(y, 1);",
    ),
    "a condition that does not last": ("while (!READ_ONCE(x)) cpu_relax();", "WRITE_ONCE(x, 1); WRITE_ONCE(x, 0);"),
    "a loop around a loop": (
        "for (;;) { while (!READ_ONCE(x)) cpu_relax(); if (READ_ONCE(y)) break; }",
        "WRITE_ONCE(x, 1);",
    ),
    "trylock again and again": ("spin_lock(&l);", "while (!spin_trylock(&l)) cpu_relax();"),
    "waiting until a lock is free": ("spin_lock(&l);", "while (spin_is_locked(&l)) cpu_relax();"),
    "cmpxchg again and again": ("while (cmpxchg(&x, 1, 2) != 1) cpu_relax();",),
    "a wake-up before the condition": (
        "wait_event(queue, READ_ONCE(x));",
        "wake_up(&queue); WRITE_ONCE(x, 1);",
    ),
    "no wake-up at all": ("wait_event(queue, READ_ONCE(x));", "WRITE_ONCE(x, 1);"),
    "one completion for two": ("wait_for_completion(&done);", "wait_for_completion(&done);", "complete(&done);"),
    "a grace period against a reader that waits for its lock": (
        "rcu_read_lock(); spin_lock(&l); spin_unlock(&l); rcu_read_unlock();",
        "spin_lock(&l); synchronize_rcu(); spin_unlock(&l);",
    ),
    "an srcu grace period against a reader that waits for its lock": (
        "int k = srcu_read_lock(&s); mutex_lock(&n); mutex_unlock(&n); srcu_read_unlock(&s, k);",
        "mutex_lock(&n); synchronize_srcu(&s); mutex_unlock(&n);",
    ),
}

NO_DEADLOCKS = {
    "two locks taken in one order": (
        "spin_lock(&l); spin_lock(&m); spin_unlock(&m); spin_unlock(&l);",
        "spin_lock(&l); spin_lock(&m); spin_unlock(&m); spin_unlock(&l);",
    ),
    "the second lock only tried": (
        "spin_lock(&l); spin_lock(&m); spin_unlock(&m); spin_unlock(&l);",
        "spin_lock(&m); if (spin_trylock(&l)) spin_unlock(&l); spin_unlock(&m);",
    ),
    "a condition that comes and stays": ("while (!READ_ONCE(x)) cpu_relax();", "WRITE_ONCE(x, 1);"),
    "a loop with a local of its own in memory": (
        "for (;;) { int t = READ_ONCE(x); int *q = &t; if (*q) break; }",
        "WRITE_ONCE(x, 1);",
    ),
    "a loop around a loop": (
        "for (;;) { while (!READ_ONCE(x)) cpu_relax(); if (READ_ONCE(y)) break; }",
        "WRITE_ONCE(x, 1); WRITE_ONCE(y, 1);",
    ),
    "trylock again and again": (
        "spin_lock(&l); spin_unlock(&l);",
        "while (!spin_trylock(&l)) cpu_relax(); spin_unlock(&l);",
    ),
    "waiting until a lock is free": (
        "spin_lock(&l); spin_unlock(&l);",
        "while (spin_is_locked(&l)) cpu_relax();",
    ),
    "a wake-up behind the condition": (
        "wait_event(queue, READ_ONCE(x));",
        "WRITE_ONCE(x, 1); wake_up(&queue);",
    ),
    "a completion for each": (
        "wait_for_completion(&done);",
        "wait_for_completion(&done);",
        "complete(&done); complete(&done);",
    ),
    "a grace period beside a reader": (
        "rcu_read_lock(); WRITE_ONCE(x, 1); rcu_read_unlock();",
        "mutex_lock(&n); synchronize_rcu(); mutex_unlock(&n);",
    ),
    "an srcu grace period of another domain": (
        "int k = srcu_read_lock(&other); mutex_lock(&n); mutex_unlock(&n); srcu_read_unlock(&other, k);",
        "mutex_lock(&n); synchronize_srcu(&s); mutex_unlock(&n);",
    ),
    "a grace period of rcu against a reader of srcu": (
        "int k = srcu_read_lock(&s); mutex_lock(&n); mutex_unlock(&n); srcu_read_unlock(&s, k);",
        "mutex_lock(&n); synchronize_rcu(); mutex_unlock(&n);",
    ),
}


@pytest.mark.parametrize("name", DEADLOCKS)
def test_who_waits_for_ever_is_found_under_every_model(name: str) -> None:
    assert verdicts(threads(*DEADLOCKS[name]), {"deadlock"}) == ["deadlock"] * len(MODELS)


@pytest.mark.parametrize("name", NO_DEADLOCKS)
def test_a_wait_that_ends_is_no_deadlock(name: str) -> None:
    assert verdicts(threads(*NO_DEADLOCKS[name])) == ["PASS"] * len(MODELS)


def test_a_deadlock_names_every_wait() -> None:
    result = answer(threads(*DEADLOCKS["two locks taken in both orders"]), "sc", {"deadlock"})
    assert "t0 waits" in result.message
    assert "t1 waits" in result.message


def test_a_lock_taken_twice_at_rest_is_a_deadlock() -> None:
    text = threads("spin_lock(&l); spin_unlock(&l);", final="spin_lock(&l); spin_lock(&l);")
    assert verdicts(text) == ["deadlock"] * len(MODELS)


def test_a_wait_that_goes_on_by_choice_alone_is_undecided_or_fine() -> None:
    by_choice = threads("while (__mc_choose(2)) cpu_relax();")
    assert set(verdicts(by_choice, {"deadlock"})) <= {"PASS", "UNKNOWN"}
    never = threads("for (;;) { if (__mc_choose(2) && READ_ONCE(x)) break; }")
    assert set(verdicts(never, {"deadlock"})) <= {"deadlock", "UNKNOWN"}


def test_who_stopped_at_a_finding_that_was_not_asked_for_waits_for_nobody() -> None:
    text = threads("*(volatile int *)0 = 1;", "while (!READ_ONCE(x)) cpu_relax();")
    assert verdicts(text, {"deadlock"}) == ["UNKNOWN"] * len(MODELS)


def test_a_lost_race_in_a_cmpxchg_loop_is_no_unrolling() -> None:
    """Each of three threads adds one: whoever loses tries again, and the loop is never cut."""
    loop = """
        for (;;) {
            int old = READ_ONCE(x);
            if (cmpxchg(&x, old, old + 1) == old)
                break;
        }"""
    text = threads(loop, loop, loop, final="assert(x == 3);")
    assert verdicts(text, names=("sc", "tso")) == ["PASS", "PASS"]


def test_what_comes_behind_a_wait_sees_what_was_released_to_it() -> None:
    text = threads("x = 1; smp_store_release(&y, 1);", "while (!smp_load_acquire(&y)) cpu_relax(); assert(x == 1);")
    assert verdicts(text) == ["PASS"] * len(MODELS)
    text = threads("x = 1; WRITE_ONCE(y, 1);", "while (!READ_ONCE(y)) cpu_relax(); assert(x == 1);")
    assert verdicts(text) == ["PASS", "PASS", "assertion", "assertion"]


def test_a_failed_look_may_still_fail_an_assertion() -> None:
    text = threads("while (!READ_ONCE(x)) assert(!READ_ONCE(y));", "WRITE_ONCE(y, 1); WRITE_ONCE(x, 1);")
    assert verdicts(text) == ["assertion"] * len(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_a_thread_that_nobody_got_to_start_hides_no_deadlock(name: str) -> None:
    text = (
        CELLS
        + """
        static void *holds(void *arg) { spin_lock(&l); return 0; }
        static void *nothing(void *arg) { return 0; }
        int main(void)
        {
            pthread_t a, b;
            pthread_create(&a, 0, holds, 0);
            pthread_join(a, 0);
            spin_lock(&l);
            pthread_create(&b, 0, nothing, 0);
            pthread_join(b, 0);
            return 0;
        }
        """
    )
    result = answer(text, name, {"deadlock"})
    assert (result.verdict, result.property) == ("FAIL", "deadlock")
    assert "main waits" in result.message


SECTIONS = {
    "rcu": ("rcu_read_lock();", "rcu_read_unlock();", "synchronize_rcu();"),
    "srcu": ("int k = srcu_read_lock(&s);", "srcu_read_unlock(&s, k);", "synchronize_srcu(&s);"),
}


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_section_left_open_by_a_thread_that_stopped_lets_no_grace_period_end(kind: str) -> None:
    """The reader stops inside its section at a finding: what comes behind the grace period never happens."""
    enter, leave, grace = SECTIONS[kind]
    stop = '__mc_assert(0, "counters", "stop");'
    updater = f"while (!READ_ONCE(x)) cpu_relax(); {grace} WRITE_ONCE(y, 1);"
    watcher = "assert(!READ_ONCE(y));"
    inside = threads(f"{enter} WRITE_ONCE(x, 1); {stop} {leave}", updater, watcher)
    assert verdicts(inside, {"assertion"}) == ["UNKNOWN"] * len(MODELS)
    outside = threads(f"{enter} WRITE_ONCE(x, 1); {leave} {stop}", updater, watcher)
    assert verdicts(outside, {"assertion"}) == ["assertion"] * len(MODELS)


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_reader_that_waits_for_ever_lets_no_grace_period_end(kind: str) -> None:
    enter, leave, grace = SECTIONS[kind]
    text = threads(
        f"{enter} WRITE_ONCE(y, 1); while (!READ_ONCE(x)) cpu_relax(); {leave}",
        f"while (!READ_ONCE(y)) cpu_relax(); {grace} WRITE_ONCE(z, 1); WRITE_ONCE(x, 1);",
        final="assert(0);",
    )
    assert verdicts(text, {"assertion"}) == ["PASS"] * len(MODELS)
    assert verdicts(text, {"deadlock"}) == ["deadlock"] * len(MODELS)
    early = text.replace("final(void) { assert(0); }", "t2(void) { assert(!READ_ONCE(z)); }")
    assert verdicts(early, {"assertion"}) == ["PASS"] * len(MODELS)


def test_a_grace_period_that_ends_before_the_section_begins_is_not_held_up() -> None:
    text = threads(
        'rcu_read_lock(); int r = READ_ONCE(y); __mc_assert(0, "counters", "stop"); rcu_read_unlock();',
        "synchronize_rcu(); WRITE_ONCE(y, 1);",
        "assert(!READ_ONCE(y));",
    )
    assert verdicts(text, {"assertion"}) == ["assertion"] * len(MODELS)
