"""Unlocks of a lock that the thread does not hold, by the kernel's lock.cat: they are in no coherence order and free
nobody. The counts are of orders of the lock operations and of what each look may see."""

from __future__ import annotations

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.solve.litmus import observe

UNMATCHED = "unmatched-unlock"


def found(*threads: str, asked: str = "0:r0=1") -> tuple[str, int | None, int | None, tuple[str, ...]]:
    bodies = "\n".join(f"P{n}(spinlock_t *s, int *x) {{ int r0; {body} }}" for n, body in enumerate(threads))
    text = f"C stray\n{{ }}\n{bodies}\nexists ({asked})\n"
    seen = observe(parse_litmus(text, "stray.litmus"), load_model("lkmm"))
    decided = observe(parse_litmus(text, "stray.litmus"), load_model("lkmm"), count=False)
    assert decided.verdict == seen.verdict
    return seen.verdict, seen.positive, seen.negative, seen.flags


def test_it_does_not_free_a_lock_that_another_thread_holds_for_ever() -> None:
    assert found("spin_lock(s);", "spin_unlock(s); spin_lock(s); r0 = 1;")[1:] == (0, 0, ())


def test_it_does_not_order_lock_sections() -> None:
    section = "spin_lock(s); spin_unlock(s);"
    assert found(section, f"spin_unlock(s); {section}", asked="1:r0=0") == ("Always", 2, 0, (UNMATCHED,))


def test_a_trylock_behind_it_finds_the_lock_free() -> None:
    assert found("spin_unlock(s); r0 = spin_trylock(s);") == ("Always", 1, 0, (UNMATCHED,))


def test_an_unlock_behind_a_trylock_is_one_where_that_fails() -> None:
    # Either thread comes first; one that fails reads from the other's section.
    section = "r0 = spin_trylock(s); spin_unlock(s);"
    assert found(section, section, asked="0:r0=1 /\\ 1:r0=1") == ("Sometimes", 2, 2, (UNMATCHED,))


def test_an_unlock_where_the_trylock_succeeded_is_none() -> None:
    section = "r0 = spin_trylock(s); if (r0) { spin_unlock(s); }"
    assert found(section, section, asked="0:r0=1 /\\ 1:r0=1") == ("Sometimes", 2, 2, ())


@pytest.mark.parametrize(("unlocks", "ways"), [(0, 1), (1, 2), (3, 4)])
def test_a_look_may_see_each_of_another_thread(unlocks: int, ways: int) -> None:
    verdict, positive, _, _ = found("r0 = spin_is_locked(s);", "spin_unlock(s); " * unlocks, asked="0:r0=0")
    assert (verdict, positive) == ("Always", ways)


def test_a_look_sees_the_last_of_its_own_thread_or_the_start() -> None:
    assert found("spin_unlock(s); spin_unlock(s); r0 = spin_is_locked(s);", asked="0:r0=0")[:2] == ("Always", 2)


def test_the_final_value_of_a_lock_is_that_of_the_start() -> None:
    assert found("spin_lock(s);", asked="s=0") == ("Always", 1, 0, ("lock-final",))


def test_what_is_no_lock_operation_does_not_see_lock_operations() -> None:
    assert found("r0 = READ_ONCE(*s);", "spin_lock(s); spin_unlock(s);", asked="0:r0=0")[:3] == ("Always", 1, 0)
