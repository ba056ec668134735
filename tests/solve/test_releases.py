"""What is used before its last reference is dropped is used before it is freed, by every idiom of the kernel.

Each idiom comes with the twins in which something is missing. The answers are those of the kernel's documents
(atomic_t.txt, refcount-vs-atomic.rst, RCU/checklist.rst) and, for C11, of the standard.
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

HEAD = """
#include <pthread.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
struct thing {
	struct kref kref; atomic_t count; int refs; long x; spinlock_t lock; struct completion done; struct percpu_ref ref;
	struct rcu_head head; int flag;
};
static struct thing *global;
static long seen;
static atomic_long_t total;
static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(mutex);
DEFINE_STATIC_SRCU(srcu);
static void release(struct kref *k) { kfree(container_of(k, struct thing, kref)); }
static bool is_last(struct thing *p)
{
	if (atomic_fetch_sub_release(1, &p->count) == 1) { smp_acquire__after_ctrl_dep(); return true; }
	return false;
}
static void release_locked(struct kref *k) { release(k); spin_unlock(&lock); }
static void release_mutex(struct kref *k) { release(k); mutex_unlock(&mutex); }
static void release_ref(struct percpu_ref *r) { kfree(container_of(r, struct thing, ref)); }
static void free_rcu(struct rcu_head *h) { kfree(container_of(h, struct thing, head)); }
"""

MAIN = """
static void *one(void *unused) { struct thing *p = global; if (!p) return 0; %(one)s return 0; }
static void *two(void *unused) { struct thing *p = global; if (!p) return 0; %(two)s return 0; }
int main(void)
{
	pthread_t s, t;
	struct thing *p = kzalloc(sizeof(*p), GFP_KERNEL);
	kref_init(&p->kref); kref_get(&p->kref); atomic_set(&p->count, 2); p->refs = 2;
	spin_lock_init(&p->lock); init_completion(&p->done); percpu_ref_init(&p->ref, release_ref, 0, GFP_KERNEL);
	percpu_ref_get(&p->ref);
	global = p;
	pthread_create(&s, 0, one, 0); pthread_create(&t, 0, two, 0); pthread_join(s, 0); pthread_join(t, 0);
	rcu_barrier();
	return 0;
}
"""

USES = {
    "plain-read": "seen = p->x;",
    "marked-read": "seen = READ_ONCE(p->x);",
    "added": "atomic_long_add(p->x, &total);",
    "plain-write": "p->x = 1;",
    "marked-write": "WRITE_ONCE(p->x, 1);",
}

SYMMETRIC = {
    "kref_put": "kref_put(&p->kref, release);",
    "kref_put_lock": "kref_put_lock(&p->kref, release_locked, &lock);",
    "kref_put_mutex": "kref_put_mutex(&p->kref, release_mutex, &mutex);",
    "refcount_dec_and_lock": "if (refcount_dec_and_lock(&p->kref.refcount, &lock)) { spin_unlock(&lock); kfree(p); }",
    "atomic_dec_and_test": "if (atomic_dec_and_test(&p->count)) kfree(p);",
    "atomic_dec_and_lock": "if (atomic_dec_and_lock(&p->count, &lock)) { spin_unlock(&lock); kfree(p); }",
    "atomic_dec_return": "if (!atomic_dec_return(&p->count)) kfree(p);",
    "atomic_dec_return_release": "if (!atomic_dec_return_release(&p->count)) kfree(p);",
    "before_atomic": "smp_mb__before_atomic(); if (!atomic_dec_return_relaxed(&p->count)) kfree(p);",
    "told-by-a-function": "if (is_last(p)) kfree(p);",
    "under-a-lock": "spin_lock(&lock); int n = --p->refs; spin_unlock(&lock); if (!n) kfree(p);",
    "under-a-mutex": "mutex_lock(&mutex); int n = --p->refs; mutex_unlock(&mutex); if (!n) kfree(p);",
    "call_rcu": "if (atomic_dec_and_test(&p->count)) call_rcu(&p->head, free_rcu);",
    "kfree_rcu": "if (atomic_dec_and_test(&p->count)) kfree_rcu(p, head);",
}
"""Two threads do the same: use, then this."""

WEAK = {
    "told-of-a-relaxed-one": "bool l = 0; if (!atomic_dec_return_relaxed(&p->count)) l = 1; if (l) kfree(p);",
    "atomic_dec_return_relaxed": "if (!atomic_dec_return_relaxed(&p->count)) kfree(p);",
    "atomic_dec_return_acquire": "if (!atomic_dec_return_acquire(&p->count)) kfree(p);",
    "fetch_sub_relaxed": "if (atomic_fetch_sub_relaxed(1, &p->count) == 1) kfree(p);",
    "after_atomic": "if (!atomic_dec_return_relaxed(&p->count)) { smp_mb__after_atomic(); kfree(p); }",
    "read-barrier": "smp_rmb(); if (!atomic_dec_return_relaxed(&p->count)) kfree(p);",
}
"""The same without what orders the uses before the decrement: well on x86, and not elsewhere."""

HANDED = {
    "completion": ("%s complete(&p->done);", "wait_for_completion(&p->done); kfree(p);"),
    "release-acquire": ("%s smp_store_release(&p->flag, 1);", "if (smp_load_acquire(&p->flag)) kfree(p);"),
    "release-control": ("%s smp_store_release(&p->flag, 1);", "if (READ_ONCE(p->flag)) kfree(p);"),
    "percpu_ref": ("%s percpu_ref_put(&p->ref);", "percpu_ref_kill(&p->ref);"),
}
"""One uses and says so, the other frees."""

READERS = {
    "rcu": (
        "rcu_read_lock(); p = rcu_dereference(global); if (p) { %s } rcu_read_unlock();",
        "rcu_assign_pointer(global, 0); synchronize_rcu(); kfree(p);",
    ),
    "kfree_rcu-reader": (
        "rcu_read_lock(); p = rcu_dereference(global); if (p) { %s } rcu_read_unlock();",
        "rcu_assign_pointer(global, 0); kfree_rcu(p, head);",
    ),
    "call_rcu-reader": (
        "rcu_read_lock(); p = rcu_dereference(global); if (p) { %s } rcu_read_unlock();",
        "rcu_assign_pointer(global, 0); call_rcu(&p->head, free_rcu);",
    ),
    "srcu": (
        "int c = srcu_read_lock(&srcu); p = srcu_dereference(global, &srcu); if (p) { %s } srcu_read_unlock(&srcu, c);",
        "rcu_assign_pointer(global, 0); synchronize_srcu(&srcu); kfree(p);",
    ),
    "call_srcu": (
        "int c = srcu_read_lock(&srcu); p = srcu_dereference(global, &srcu); if (p) { %s } srcu_read_unlock(&srcu, c);",
        "rcu_assign_pointer(global, 0); call_srcu(&srcu, &p->head, free_rcu);",
    ),
}

UNSAID = {
    "completed-first": ("complete(&p->done); %s", "wait_for_completion(&p->done); kfree(p);"),
    "no-release": ("%s WRITE_ONCE(p->flag, 1);", "if (smp_load_acquire(&p->flag)) kfree(p);"),
    "no-control": ("%s smp_store_release(&p->flag, 1);", "(void)READ_ONCE(p->flag); kfree(p);"),
    "percpu_ref-put-first": ("percpu_ref_put(&p->ref); %s", "percpu_ref_kill(&p->ref);"),
    "rcu-left-first": (
        "rcu_read_lock(); p = rcu_dereference(global); rcu_read_unlock(); if (p) { %s }",
        "rcu_assign_pointer(global, 0); synchronize_rcu(); kfree(p);",
    ),
    "no-grace-period": (READERS["rcu"][0], "rcu_assign_pointer(global, 0); kfree(p);"),
    "kfree_rcu-before-unpublished": (READERS["rcu"][0], "kfree_rcu(p, head); rcu_assign_pointer(global, 0);"),
    "srcu-of-rcu": (READERS["srcu"][0], READERS["rcu"][1]),
    "call_srcu-of-rcu": (READERS["rcu"][0], READERS["call_srcu"][1]),
    "srcu-left-first": (
        "int c = srcu_read_lock(&srcu); p = srcu_dereference(global, &srcu); srcu_read_unlock(&srcu, c); if (p) { %s }",
        READERS["srcu"][1],
    ),
}


def both(tmp_path: Path, one: str, two: str) -> tuple[str, str]:
    """What the interleaving engine says under sc, and the other under lkmm."""
    path = tmp_path / "release.c"
    path.write_text(HEAD + MAIN % {"one": one, "two": two})
    program = parse_program([path])
    turns, model = explore(program, "sc", ASKED), check(program, load_model("lkmm"), ASKED)
    found = turns.finding.property if turns.finding else turns.verdict
    assert "UNKNOWN" not in (found, model.verdict), (turns.reason, model.reason)
    return found, model.property or model.verdict


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("put", SYMMETRIC)
def test_what_is_used_before_the_put_is_there(tmp_path: Path, put: str, use: str) -> None:
    text = f"{USES[use]} {SYMMETRIC[put]}"
    assert both(tmp_path, text, text) == ("PASS", "PASS")


@pytest.mark.parametrize("put", SYMMETRIC)
def test_what_is_used_after_the_put_is_gone(tmp_path: Path, put: str) -> None:
    text = f"{SYMMETRIC[put]} {USES['plain-read']}"
    assert both(tmp_path, text, SYMMETRIC[put]) == ("use-after-free", "use-after-free")


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("put", WEAK)
def test_a_put_that_orders_nothing_before_it_is_seen_too_early(tmp_path: Path, put: str, use: str) -> None:
    text = f"{USES[use]} {WEAK[put]}"
    turns, model = both(tmp_path, text, WEAK[put])
    ordered = put == "read-barrier" and use in ("plain-read", "marked-read", "added")
    assert (turns, model) == ("PASS", "PASS" if ordered else "use-after-free")


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("handing", [*HANDED, *READERS])
def test_what_is_used_before_it_is_handed_over_is_there(tmp_path: Path, handing: str, use: str) -> None:
    one, two = (HANDED | READERS)[handing]
    assert both(tmp_path, one % USES[use], two) == ("PASS", "PASS")


@pytest.mark.parametrize("handing", UNSAID)
def test_a_handing_over_without_its_order_is_a_use_after_free(tmp_path: Path, handing: str) -> None:
    one, two = UNSAID[handing]
    turns, model = both(tmp_path, one % USES["marked-write"], two)
    assert model == "use-after-free"
    assert turns == ("PASS" if handing == "no-release" else "use-after-free")


C11 = """
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
struct thing { atomic_int count; int x; atomic_int y; };
static struct thing *global; static int seen;
static void *one(void *unused) { struct thing *p = global; %(one)s return 0; }
static void *two(void *unused) { struct thing *p = global; %(two)s return 0; }
int main(void)
{
	pthread_t s, t;
	struct thing *p = malloc(sizeof(*p));
	atomic_init(&p->count, 2); atomic_init(&p->y, 0); p->x = 0; global = p;
	pthread_create(&s, 0, one, 0); pthread_create(&t, 0, two, 0); pthread_join(s, 0); pthread_join(t, 0);
	return 0;
}
"""
DROP = "if (atomic_fetch_sub_explicit(&p->count, 1, memory_order_%s) == 1) { %s free(p); }"
FENCE = "atomic_thread_fence(memory_order_acquire);"
C11_USES = [
    *("seen = p->x;", "p->x = 1;", "seen = atomic_load_explicit(&p->y, memory_order_relaxed);"),
    "atomic_store_explicit(&p->y, 1, memory_order_relaxed);",
]


@pytest.mark.parametrize(("order", "fence"), [("acq_rel", ""), ("seq_cst", ""), ("release", FENCE)])
@pytest.mark.parametrize(("before", "after"), [*((use, "") for use in C11_USES), ("", C11_USES[0])])
def test_c11_has_a_use_before_a_release_and_an_acquire(
    tmp_path: Path, order: str, fence: str, before: str, after: str
) -> None:
    drop = DROP % (order, fence)
    assert c11(tmp_path, before + drop + after, drop) == ("use-after-free" if after else "PASS")


@pytest.mark.parametrize("order", ["relaxed", "acquire", "release"])
@pytest.mark.parametrize("use", C11_USES)
def test_c11_leaves_a_use_that_races_with_the_free_without_a_meaning(tmp_path: Path, order: str, use: str) -> None:
    drop = DROP % (order, "")
    assert c11(tmp_path, use + drop, drop) == "use-after-free"


def c11(tmp_path: Path, one: str, two: str) -> str:
    path = tmp_path / "release.c"
    path.write_text(C11 % {"one": one, "two": two})
    found = check(parse_program([path]), load_model("rc11"), ASKED)
    return found.property or found.verdict
