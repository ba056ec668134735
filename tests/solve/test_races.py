"""Data races as LKMM has them (tools/memory-model: access-marking.txt, and "plain accesses and data races")."""

from __future__ import annotations

import pytest

from tests.solve.checking import EVERYTHING, answer, verdict

CELLS = """
struct box { int value; };
static int x, y, z;
static struct box first, second;
static struct box *p = &first;
static DEFINE_SPINLOCK(l);
static DEFINE_SPINLOCK(m);
static DEFINE_MUTEX(n);
"""


def threads(*bodies: str) -> str:
    return CELLS + "".join(
        f"void t{number}(void) {{ int r = 0; {body} (void)r; }}\n" for number, body in enumerate(bodies)
    )


RACES = {
    "a plain write and a plain read": ("x = 1;", "r = x;"),
    "two plain writes": ("x = 1;", "x = 2;"),
    "a plain write and a marked read": ("x = 1;", "r = READ_ONCE(x);"),
    "a plain read and a marked write": ("r = x;", "WRITE_ONCE(x, 1);"),
    "a plain write and an atomic increment": ("x = 1;", "atomic_inc((atomic_t *)&x);"),
    "two locks for one datum": ("spin_lock(&l); x++; spin_unlock(&l);", "spin_lock(&m); x++; spin_unlock(&m);"),
    "a lock on one side only": ("spin_lock(&l); x++; spin_unlock(&l);", "x++;"),
    "a flag without order": ("x = 1; WRITE_ONCE(y, 1);", "if (READ_ONCE(y)) r = x;"),
    "a flag with order in the writer only": ("x = 1; smp_store_release(&y, 1);", "if (READ_ONCE(y)) r = x;"),
    "a flag with order in the reader only": ("x = 1; WRITE_ONCE(y, 1);", "if (smp_load_acquire(&y)) r = x;"),
    "an acquire that may miss": ("x = 1; smp_store_release(&y, 1);", "r = smp_load_acquire(&y); r = x;"),
    "a pointer published without order": ("second.value = 1; WRITE_ONCE(p, &second);", "r = READ_ONCE(p)->value;"),
    "a plain write behind a control dependency": (
        "r = x; smp_store_release(&y, 1);",
        "if (READ_ONCE(y)) x = 1;",
    ),
    "an update without a grace period": (
        "rcu_read_lock(); if (!READ_ONCE(y)) r = x; rcu_read_unlock();",
        "WRITE_ONCE(y, 1); x = 1;",
    ),
    "a trylock that failed": (
        "spin_lock(&l); x = 1; spin_unlock(&l);",
        "if (!spin_trylock(&l)) x = 2; else spin_unlock(&l);",
    ),
}

NO_RACES = {
    "two plain reads": ("r = x;", "r = x;"),
    "two marked accesses": ("WRITE_ONCE(x, 1);", "r = READ_ONCE(x);"),
    "one lock": ("spin_lock(&l); x++; spin_unlock(&l);", "spin_lock(&l); x++; spin_unlock(&l);"),
    "a mutex": ("mutex_lock(&n); x++; mutex_unlock(&n);", "mutex_lock(&n); x++; mutex_unlock(&n);"),
    "a trylock that worked": (
        "spin_lock(&l); x = 1; spin_unlock(&l);",
        "if (spin_trylock(&l)) { x = 2; spin_unlock(&l); }",
    ),
    "release and acquire": ("x = 1; smp_store_release(&y, 1);", "if (smp_load_acquire(&y)) r = x;"),
    "release and acquire by a third thread": (
        "x = 1; smp_store_release(&y, 1);",
        "if (smp_load_acquire(&y)) smp_store_release(&z, 1);",
        "if (smp_load_acquire(&z)) r = x;",
    ),
    "a wmb and an rmb": ("x = 1; smp_wmb(); WRITE_ONCE(y, 1);", "if (READ_ONCE(y)) { smp_rmb(); r = x; }"),
    "a wait for a flag": (
        "x = 1; smp_store_release(&y, 1);",
        "while (!smp_load_acquire(&y)) cpu_relax(); x = 2;",
    ),
    "a pointer published, and read through it": (
        "second.value = 1; rcu_assign_pointer(p, &second);",
        "rcu_read_lock(); r = rcu_dereference(p)->value; rcu_read_unlock();",
    ),
    "a plain write behind an acquire": ("r = x; smp_store_release(&y, 1);", "if (smp_load_acquire(&y)) x = 1;"),
    "an update behind a grace period": (
        "rcu_read_lock(); if (!READ_ONCE(y)) r = x; rcu_read_unlock();",
        "WRITE_ONCE(y, 1); synchronize_rcu(); x = 1;",
    ),
    "other cells": ("x = 1;", "y = 1;"),
    "a plain access that is never reached": ("x = 1;", "if (READ_ONCE(y)) r = x;"),
}


@pytest.mark.parametrize("name", RACES)
def test_a_race_is_found(name: str) -> None:
    result = answer(threads(*RACES[name]), "lkmm", {"race"})
    assert (result.verdict, result.property) == ("FAIL", "race")
    assert result.execution is not None
    assert "t0" in result.message
    assert "t1" in result.message


@pytest.mark.parametrize("name", NO_RACES)
def test_what_is_ordered_is_no_race(name: str) -> None:
    assert verdict(threads(*NO_RACES[name]), "lkmm", EVERYTHING | {"race"}) == "PASS"


def test_two_models_without_the_flag_know_no_races() -> None:
    assert verdict(threads("x = 1;", "x = 2;"), "sc", {"race"}) == "PASS"
    assert verdict(threads("x = 1;", "x = 2;"), "tso", {"race"}) == "PASS"


LOOKS = {
    "a flag of its own": "while (!READ_ONCE(x)) r = z;",
    "a plain flag": "while (!READ_ONCE(x) || z) cpu_relax();",
    "a look in a look": "while (!READ_ONCE(x)) { while (!READ_ONCE(x) && z) cpu_relax(); }",
    "a look from the middle": "for (;;) { if (READ_ONCE(x)) break; r = z; cpu_relax(); }",
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_failed_look_may_race_with_what_the_end_of_its_loop_lets_happen(name: str) -> None:
    other = "WRITE_ONCE(x, 1); while (!{}) cpu_relax(); z = 1;"
    text = threads(LOOKS[name] + " WRITE_ONCE(y, 1);", other.format("READ_ONCE(y)"))
    assert verdict(text, "lkmm", {"race"}) == "race"
    text = threads(LOOKS[name] + " smp_store_release(&y, 1);", other.format("smp_load_acquire(&y)"))
    assert verdict(text, "lkmm", EVERYTHING | {"race"}) == "PASS"


def test_a_failed_look_counts_for_no_bound() -> None:
    text = threads("while (!READ_ONCE(x)) r = z;", "WRITE_ONCE(x, 1);")
    for unroll in (0, 1):
        assert verdict(text, "lkmm", EVERYTHING | {"race"}, unroll=unroll) == "PASS"
    assert verdict(threads("while (!READ_ONCE(x)) r = z;"), "lkmm", EVERYTHING | {"race"}) == "deadlock"
