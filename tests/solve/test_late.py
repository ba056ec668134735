"""Faults that come late: what a thread does behind an access that goes wrong may be why it goes wrong.

LKMM alone lets a write be seen while a read ahead of it in program order is still to come: both reads of
r = READ_ONCE(x); WRITE_ONCE(y, 1) || if (READ_ONCE(y)) WRITE_ONCE(x, 1) may give 1, unless a dependency or a barrier
orders either thread. That an access faults is no order in LKMM; where control goes (a branch, BUG_ON(), a call) is.
"""

from __future__ import annotations

import pytest

from tests.solve.checking import answer, verdicts
from tests.solve.test_memory import threads

SEEN = "if (READ_ONCE(y)) "

INDEX = "int i = READ_ONCE(z); "
POINTER = "int *q = READ_ONCE(p); "

LATE: dict[str, tuple[str, str, str, str]] = {
    # the property; what is read and what lies behind; what that makes the other thread do; how it begins
    "a read of what nobody has written": (
        "uninitialised", POINTER + "int v = *q; WRITE_ONCE(y, 1); x = v;",
        "int *f = kmalloc(4, GFP_KERNEL); " + SEEN + "WRITE_ONCE(p, f);", "p = &z;",
    ),
    "a marked read of what nobody has written": (
        "uninitialised", POINTER + "int v = READ_ONCE(*q); WRITE_ONCE(y, 1); x = v;",
        "int *f = kmalloc(4, GFP_KERNEL); " + SEEN + "WRITE_ONCE(p, f);", "p = &z;",
    ),
    "a read behind the end": ("out-of-bounds", INDEX + "int v = *(array + i); WRITE_ONCE(y, 1); x = v;",
        SEEN + "WRITE_ONCE(z, 2);", ""),
    "an index behind the end": ("out-of-bounds", INDEX + "int v = READ_ONCE(array[i]); WRITE_ONCE(y, 1); x = v;",
        SEEN + "WRITE_ONCE(z, 2);", ""),
    "a write behind the end": ("out-of-bounds", INDEX + "*(array + i) = 1; WRITE_ONCE(y, 1);",
        SEEN + "WRITE_ONCE(z, 2);", ""),
    "a relaxed increment behind the end": (
        "out-of-bounds", INDEX + "atomic_inc((atomic_t *)(array + i)); WRITE_ONCE(y, 1);",
        SEEN + "WRITE_ONCE(z, 2);", "",
    ),
    "a null pointer": ("null-dereference", POINTER + "int v = READ_ONCE(*q); WRITE_ONCE(y, 1); x = v;",
        SEEN + "WRITE_ONCE(p, 0);", "p = &z;"),
    "an error pointer": ("wild-pointer", POINTER + "WRITE_ONCE(*q, 1); WRITE_ONCE(y, 1);",
        SEEN + "WRITE_ONCE(p, ERR_PTR(-ENOMEM));", "p = &z;"),
    "an increment of what is freed": (
        "use-after-free", POINTER + "atomic_inc((atomic_t *)q); WRITE_ONCE(y, 1);",
        POINTER + SEEN + "{ smp_mb(); kfree(q); }", "p = fresh();",
    ),
    "a read of what initialisation has freed": (
        "use-after-free", POINTER + "int v = *q; WRITE_ONCE(y, 1); x = v;",
        SEEN + "WRITE_ONCE(p, (int *)READ_ONCE(word));", "int *g = fresh(); word = (unsigned long)g; kfree(g); p = &z;",
    ),
    "a free of what is static": ("bad-free", POINTER + "kfree(q); WRITE_ONCE(y, 1);", SEEN + "WRITE_ONCE(p, &z);", ""),
    "a second free": (
        "double-free", POINTER + "kfree(q); WRITE_ONCE(y, 1);", SEEN + "WRITE_ONCE(p, (int *)READ_ONCE(word));",
        "int *g = fresh(); word = (unsigned long)g; kfree(g); p = 0;",
    ),
    "a division by zero": ("undefined", "int r = READ_ONCE(x); z = 4 / (1 - r); WRITE_ONCE(y, 1);",
        SEEN + "WRITE_ONCE(x, 1);", ""),
    "an observation": (
        "misidentified", 'int r = READ_ONCE(x); __mc_assert(!r, "misidentified", ""); WRITE_ONCE(y, 1);',
        SEEN + "WRITE_ONCE(x, 1);", "",
    ),
    "an observation in a branch": (
        "counters", 'int r = READ_ONCE(x); if (r) __mc_assert(0, "counters", ""); WRITE_ONCE(y, 1);',
        SEEN + "WRITE_ONCE(x, 1);", "",
    ),
    "an unlock": ("lock-misuse", INDEX + "if (i) spin_unlock(&l); WRITE_ONCE(y, 1);", SEEN + "WRITE_ONCE(z, 2);", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", LATE)
def test_what_lies_behind_a_fault_may_be_why_it_happens(name: str) -> None:
    which, one, other, init = LATE[name]
    assert verdicts(threads(one, other, init=init), {which}) == ["PASS", "PASS", "PASS", which]


@pytest.mark.parametrize("name", LATE)
def test_no_fault_comes_late_across_a_full_barrier(name: str) -> None:
    which, one, other, init = LATE[name]
    ordered = one.replace("WRITE_ONCE(y", "smp_mb(); WRITE_ONCE(y")
    assert verdicts(threads(ordered, other, init=init), {which}) == ["PASS"] * 4


IN_TIME: dict[str, tuple[str, str, str, str]] = {
    "the faulting read acquires": (
        "uninitialised", POINTER + "int v = smp_load_acquire(q); WRITE_ONCE(y, 1); x = v;",
        "int *f = kmalloc(4, GFP_KERNEL); " + SEEN + "WRITE_ONCE(p, f);", "p = &z;",
    ),
    "an acquire behind the end orders too": (
        "out-of-bounds", INDEX + "int v = smp_load_acquire(array + i); WRITE_ONCE(y, 1); x = v;",
        SEEN + "WRITE_ONCE(z, 2);", "",
    ),
    "from its address to a plain write, and a write barrier": (
        "out-of-bounds", INDEX + "*(array + i) = 1; smp_wmb(); WRITE_ONCE(y, 1);", SEEN + "WRITE_ONCE(z, 2);", "",
    ),
    "from its address to a marked write, and a write barrier": (
        "out-of-bounds", INDEX + "WRITE_ONCE(*(array + i), 1); smp_wmb(); WRITE_ONCE(y, 1);",
        SEEN + "WRITE_ONCE(z, 2);", "",
    ),
    "the flag is released": ("out-of-bounds", INDEX + "*(array + i) = 1; smp_store_release(&y, 1);",
        SEEN + "WRITE_ONCE(z, 2);", ""),
    "an exchange is a full barrier wherever it goes": (
        "out-of-bounds", INDEX + "xchg(array + i, 1); WRITE_ONCE(y, 1);", SEEN + "WRITE_ONCE(z, 2);", "",
    ),
    "the fault is in the branch with the flag": (
        "null-dereference", POINTER + "if (q != &z) { int v = *q; WRITE_ONCE(y, 1); x = v; } else WRITE_ONCE(y, 1);",
        SEEN + "WRITE_ONCE(p, 0);", "p = &z;",
    ),
    "BUG_ON() is a branch": ("assertion", "int r = READ_ONCE(x); BUG_ON(r); WRITE_ONCE(y, 1);",
        SEEN + "WRITE_ONCE(x, 1);", ""),
    "assert() is a branch": ("assertion", "int r = READ_ONCE(x); assert(!r); WRITE_ONCE(y, 1);",
        SEEN + "WRITE_ONCE(x, 1);", ""),
    "a call leads somewhere": (
        "null-dereference", "void (*f)(void) = READ_ONCE(hook); f(); WRITE_ONCE(y, 1);",
        SEEN + "WRITE_ONCE(hook, 0);", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", IN_TIME)
def test_what_is_ordered_behind_a_fault_is_not_why_it_happens(name: str) -> None:
    which, one, other, init = IN_TIME[name]
    assert verdicts(threads(one, other, init=init), {which}) == ["PASS"] * 4


def test_a_fault_that_comes_late_is_found_with_any_other_property_asked_beside_it() -> None:
    which, one, other, init = LATE["a null pointer"]
    assert verdicts(threads(one, other, init=init)) == ["PASS", "PASS", "PASS", which]


def test_behind_a_fault_that_nobody_asks_about_nothing_is_looked_at() -> None:
    _, one, other, init = LATE["a null pointer"]
    text = threads(one + " BUG_ON(!q);", other, init=init)
    assert verdicts(text, {"assertion", "deadlock", "leak", "counters"}) == ["PASS"] * 4


def test_a_fault_that_nobody_asks_about_does_not_come_late_for_another() -> None:
    """Where the second thread sees the flag, it stops before it makes the pointer null."""
    one = POINTER + "int v = READ_ONCE(*q); WRITE_ONCE(y, 1); x = v;"
    other = "int i = READ_ONCE(y); *(array + 2 * i) = 1; WRITE_ONCE(p, (int *)((1 - (long)i) * (long)&z));"
    text = threads(one, other, init="p = &z;")
    assert verdicts(text, {"null-dereference"}) == ["UNKNOWN"] * 4
    assert verdicts(text, {"out-of-bounds"}) == ["out-of-bounds"] * 4


def test_of_a_failure_that_needs_nothing_late_an_execution_without_is_told() -> None:
    one = POINTER + "int v = READ_ONCE(*q); WRITE_ONCE(y, 1); x = v;"
    text = threads(one, "WRITE_ONCE(p, 0);", init="p = &z;")
    result = answer(text, "lkmm")
    assert result.property == "null-dereference"
    assert result.execution is not None
    assert [event.name for event in result.execution.events if event.thread == 1] == ["p"]
