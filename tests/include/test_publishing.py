"""What the kernel's functions order between a write before one of them and a read behind another that sees what it did.

Of the kernel's sources and documents (memory-barriers.txt, atomic_bitops.txt, refcount-vs-atomic.rst, the comments of
rculist.h, list.h, llist.h and completion.c): what publishes is a release or full barrier, or is none, and then a reader
that acquires sees it and not the write before.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import explore
from modelcheck.program.ir import PROPERTIES
from modelcheck.solve.check import check

ASKED = frozenset(PROPERTIES) - {"race"}
START = """
#include <lkmm.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/hashtable.h>
#include <linux/llist.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/wait.h>
#include <pthread.h>
struct thing { int v; struct list_head l; struct hlist_node h; struct llist_node ll; };
static struct thing x, *published; static LIST_HEAD(list); static HLIST_HEAD(hlist); static LLIST_HEAD(llist);
static unsigned long bits; static DECLARE_COMPLETION(c); static atomic_t count; static DECLARE_WAIT_QUEUE_HEAD(queue);
static refcount_t one = REFCOUNT_INIT(1), two = REFCOUNT_INIT(2); static DEFINE_HASHTABLE(table, 1);
static void *publish(void *a) { WRITE_ONCE(x.v, 1); PUBLISH; return a; }
static void *look(void *a) { int seen = SEEN; if (seen) BUG_ON(!READ_ONCE(x.v)); return a; }
int main(void)
{
	pthread_t t, u;
	BEFORE;
	pthread_create(&t, 0, publish, 0); pthread_create(&u, 0, look, 0); pthread_join(t, 0); pthread_join(u, 0);
	return 0;
}
"""
ON_LIST = "smp_load_acquire(&list.next) != &list"
ON_HLIST = "smp_load_acquire(&hlist.first) != NULL"
ON_LLIST = "smp_load_acquire(&llist.first) != NULL"
IN_TABLE = "smp_load_acquire(&table[0].first) || smp_load_acquire(&table[1].first)"
BIT = "test_bit_acquire(3, &bits)"
ADDED, SET = "list_add(&x.l, &list)", "bits = 8"
ORDERED = [
    # what publishes, what sees it, and what main does before
    ("list_add_rcu(&x.l, &list)", ON_LIST, ""),
    ("list_add_tail_rcu(&x.l, &list)", ON_LIST, ""),
    ("hlist_add_head_rcu(&x.h, &hlist)", ON_HLIST, ""),
    ("hlist_add_tail_rcu(&x.h, &hlist)", ON_HLIST, ""),
    ("hash_add_rcu(table, &x.h, 1)", IN_TABLE, ""),
    ("llist_add(&x.ll, &llist)", ON_LLIST, ""),
    ("llist_add(&x.ll, &llist)", "llist_del_all(&llist) != NULL", ""),
    ("llist_add(&x.ll, &llist)", "llist_del_first(&llist) != NULL", ""),
    ("list_del_init_careful(&x.l)", "list_empty_careful(&x.l)", ADDED),
    ("complete(&c)", "completion_done(&c)", ""),
    ("complete(&c)", "try_wait_for_completion(&c)", ""),
    ("complete_all(&c)", "(wait_for_completion(&c), 1)", ""),
    ("clear_bit_unlock(3, &bits)", f"!{BIT}", SET),
    ("clear_bit_unlock(3, &bits)", "!test_and_set_bit_lock(3, &bits)", SET),
    ("smp_mb__before_atomic(); set_bit(3, &bits)", BIT, ""),
    ("test_and_set_bit(3, &bits)", BIT, ""),
    ("atomic_inc_return(&count)", "atomic_read_acquire(&count)", ""),
    ("refcount_dec(&two)", "({ int left = refcount_read(&two); smp_rmb(); left == 1; })", ""),
    ("smp_store_release(&bits, 1); wake_up(&queue)", "({ wait_event(queue, smp_load_acquire(&bits)); 1; })", ""),
    ("rcu_assign_pointer(published, &x)", "smp_load_acquire(&published) != NULL", ""),
]
UNORDERED = [
    ("list_add(&x.l, &list)", ON_LIST, ""),
    ("hlist_add_head(&x.h, &hlist)", ON_HLIST, ""),
    ("hash_add(table, &x.h, 1)", IN_TABLE, ""),
    ("llist_add(&x.ll, &llist)", "!llist_empty(&llist)", ""),
    ("list_add_rcu(&x.l, &list)", "!list_empty(&list)", ""),
    ("hlist_add_head_rcu(&x.h, &hlist)", "!hlist_empty(&hlist)", ""),
    ("list_del_init(&x.l)", "list_empty_careful(&x.l)", ADDED),
    ("smp_store_release(&x.h.pprev, (void *)&hlist)", "!hlist_unhashed_lockless(&x.h)", ""),
    ("set_bit(3, &bits)", BIT, ""),
    ("smp_mb__before_atomic(); set_bit(3, &bits)", "test_bit(3, &bits)", ""),
    ("test_and_set_bit_lock(3, &bits)", BIT, ""),
    ("reinit_completion(&c)", "!completion_done(&c)", "complete(&c)"),
    ("smp_mb(); reinit_completion(&c)", "!completion_done(&c)", "complete(&c)"),
    ("atomic_inc(&count)", "atomic_read_acquire(&count)", ""),
    ("refcount_inc(&one)", "({ int now = refcount_read(&one); smp_rmb(); now == 2; })", ""),
    ("rcu_assign_pointer(published, NULL)", "!smp_load_acquire(&published)", "published = &x"),
    ("WRITE_ONCE(bits, 1); wake_up(&queue)", "({ wait_event(queue, READ_ONCE(bits)); 1; })", ""),  # seen before
    ("RCU_INIT_POINTER(published, &x)", "smp_load_acquire(&published) != NULL", ""),
]


def verdicts(path: Path, publish: str, seen: str, before: str) -> tuple[str, str]:
    """That of interleavings, and that of the kernel's model."""
    defines = {"PUBLISH": publish, "SEEN": seen, "BEFORE": before or "(void)0"}
    path.write_text(START)
    program = parse_program([path], defines=defines)
    return explore(program, "sc", ASKED).verdict, check(program, load_model("lkmm"), ASKED).verdict


@pytest.mark.parametrize(("publish", "seen", "before"), ORDERED, ids=[f"{one}-{two}" for one, two, _ in ORDERED])
def test_who_sees_what_is_published_sees_what_was_before(tmp_path: Path, publish: str, seen: str, before: str) -> None:
    assert verdicts(tmp_path / "p.c", publish, seen, before) == ("PASS", "PASS")


@pytest.mark.parametrize(("publish", "seen", "before"), UNORDERED, ids=[f"{one}-{two}" for one, two, _ in UNORDERED])
def test_where_nothing_orders_it_one_need_not(tmp_path: Path, publish: str, seen: str, before: str) -> None:
    assert verdicts(tmp_path / "p.c", publish, seen, before) == ("PASS", "FAIL")
