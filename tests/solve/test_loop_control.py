"""What follows a loop that only marked reads can end depends on them for control, in the kernel's model.

`smp_cond_load_relaxed()` followed by `smp_acquire__after_ctrl_dep()` rests on it (asm-generic/barrier.h), and the rule
of Documentation/memory-barriers.txt: a control dependency orders a load before a later store. What a counter may end
too is reached whatever was read.
"""

from __future__ import annotations

import pytest

from modelcheck.solve.check import check
from tests.solve.checking import EVERYTHING, model, parse

HEAD = """
#include <linux/atomic.h>
#include <linux/processor.h>
#include <linux/slab.h>
#include <pthread.h>
#include <assert.h>
static int x, done, found, n = 2;
static int *object;
static atomic_t a;
static int look(void) { return READ_ONCE(done); }
static int with_count(int *i) { return READ_ONCE(done) || ++*i == 3; }
static void *one(void *unused) { %(one)s return NULL; }
static void *two(void *unused) { int r, i = 0; (void)r; (void)i; %(two)s return NULL; }
int main(void)
{
	pthread_t s, t;

	object = kzalloc(sizeof(*object), GFP_KERNEL | __GFP_NOFAIL);
	pthread_create(&s, NULL, one, NULL);
	pthread_create(&t, NULL, two, NULL);
	pthread_join(s, NULL);
	pthread_join(t, NULL);
	%(final)s
	return 0;
}
"""

RELEASED = "WRITE_ONCE(x, 1); smp_store_release(&done, 1);"
SENT = "WRITE_ONCE(x, 1); WRITE_ONCE(done, 1);"

WAITS = {
    "while": "while (!READ_ONCE(done)) cpu_relax();",
    "do": "do { r = READ_ONCE(done); } while (!r);",
    "break": "for (;;) { if (READ_ONCE(done)) break; cpu_relax(); }",
    "goto": "again: if (!READ_ONCE(done)) goto again;",
    "call": "while (!look()) ;",
    "two ends": "for (;;) { if (READ_ONCE(done) == 1) break; if (READ_ONCE(done) == 2) break; }",
    "what was read before": "i = READ_ONCE(n); while (READ_ONCE(done) != i - 1) ;",
    "inner": "while (!READ_ONCE(done)) { for (i = 0; i < 2; i++) cpu_relax(); }",
    "exchange": "while (cmpxchg_relaxed(&done, 1, 2) != 1) ;",
    "cond_load": "smp_cond_load_relaxed(&done, VAL);",
}

BOUNDED = {
    "counter": "for (i = 0; i < 2; i++) if (READ_ONCE(done)) { found = 1; break; }",
    "counter inside": "for (;;) { if (READ_ONCE(done)) { found = 1; break; } if (++i == 2) break; }",
    "counter first": "while (i++ < 2 && !(found = READ_ONCE(done))) ;",
    "in a call": "while (!with_count(&i)) ; found = i < 3;",
    "read before": "r = READ_ONCE(n); for (i = 0; i < r; i++) if (READ_ONCE(done)) { found = 1; break; }",
    "no loop": "if (READ_ONCE(done)) found = 1;",
}


def verdict(one: str, two: str, final: str, which: str = "lkmm") -> str:
    return check(parse(HEAD % {"one": one, "two": two, "final": final}), model(which), EVERYTHING).verdict


@pytest.mark.parametrize("wait", WAITS)
def test_a_store_behind_an_endless_loop_comes_after_what_ends_it(wait: str) -> None:
    assert verdict(RELEASED, WAITS[wait] + " WRITE_ONCE(x, 2);", "assert(x == 2);") == "PASS"
    assert verdict(SENT, WAITS[wait] + " WRITE_ONCE(x, 2);", "assert(x == 2);") == "FAIL"


@pytest.mark.parametrize("wait", WAITS)
def test_a_load_behind_an_endless_loop_may_come_before_what_ends_it(wait: str) -> None:
    assert verdict(RELEASED, WAITS[wait] + " assert(READ_ONCE(x) == 1);", "") == "FAIL"
    acquired = WAITS[wait] + " smp_acquire__after_ctrl_dep(); assert(READ_ONCE(x) == 1);"
    assert verdict(RELEASED, acquired, "") == "PASS"


@pytest.mark.parametrize("wait", BOUNDED)
def test_a_store_that_is_reached_whatever_was_read_may_come_before(wait: str) -> None:
    assert verdict(RELEASED, BOUNDED[wait] + " WRITE_ONCE(x, 2);", "assert(!found || x == 2);") == "FAIL"
    assert verdict(RELEASED, BOUNDED[wait] + " WRITE_ONCE(x, 2);", "assert(!found || x == 2);", "sc") == "PASS"


@pytest.mark.parametrize("wait", WAITS)
def test_what_is_freed_behind_an_endless_loop_is_used_no_more(wait: str) -> None:
    used = "found = READ_ONCE(*object); "
    assert verdict(used + RELEASED, WAITS[wait] + " kfree(object);", "") == "PASS"
    assert verdict(RELEASED + used, WAITS[wait] + " kfree(object);", "") == "FAIL"


def test_a_compiler_may_look_once_where_nothing_is_marked() -> None:
    assert verdict(RELEASED, "while (!done) ; WRITE_ONCE(x, 2);", "assert(x == 2);") == "FAIL"
