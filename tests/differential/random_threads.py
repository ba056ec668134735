"""Random concurrent programs over every lock, wait, read-side section and way to allocate of the kernel headers."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from attrs import frozen

from modelcheck.frontend.c import ScenarioEntry

HEADER = """\
#include <linux/atomic.h>
#include <linux/bit_spinlock.h>
#include <linux/bitops.h>
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rwlock.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <pthread.h>

struct thing { int value; struct kref ref; struct list_head link; struct rcu_head rcu; };

static int a, b, c;
static unsigned long word;
static atomic_t count;
static refcount_t references = REFCOUNT_INIT(2);
static struct thing *shared;
static LIST_HEAD(things);
static DEFINE_SPINLOCK(spin);
static DEFINE_SPINLOCK(other);
static DEFINE_MUTEX(mutex);
static DEFINE_RWLOCK(rw);
static DECLARE_RWSEM(sem);
static DEFINE_SEMAPHORE(gate);
static DEFINE_SEQLOCK(seq);
static DECLARE_COMPLETION(done);
static DECLARE_WAIT_QUEUE_HEAD(queue);
DEFINE_STATIC_SRCU(srcu);
DEFINE_STATIC_SRCU(elsewhere);

static void work(struct work_struct *item) { WRITE_ONCE(a, 2); kfree(xchg(&shared, NULL)); }
static void tidy(struct work_struct *item) { kfree(shared); }
static DECLARE_WORK(working, work);
static DECLARE_WORK(tidying, tidy);
static void freed(struct rcu_head *head) { WRITE_ONCE(b, 2); kfree(container_of(head, struct thing, rcu)); }
static void release(struct kref *ref) { kfree(container_of(ref, struct thing, ref)); }

void init(void)
{
	shared = kzalloc(sizeof(*shared), GFP_KERNEL | __GFP_NOFAIL);
	kref_init(&shared->ref);
}
"""

AROUND = (
    ("spin_lock(&spin);", "spin_unlock(&spin);"),
    ("spin_lock_irq(&other);", "spin_unlock_irq(&other);"),
    ("spin_lock(&spin); spin_lock(&other);", "spin_unlock(&other); spin_unlock(&spin);"),
    ("spin_lock(&other); spin_lock(&spin);", "spin_unlock(&spin); spin_unlock(&other);"),
    ("if (spin_trylock(&spin)) {", "spin_unlock(&spin); }"),
    ("mutex_lock(&mutex);", "mutex_unlock(&mutex);"),
    ("if (mutex_trylock(&mutex)) {", "mutex_unlock(&mutex); }"),
    ("read_lock(&rw);", "read_unlock(&rw);"),
    ("write_lock(&rw);", "write_unlock(&rw);"),
    ("down_read(&sem);", "up_read(&sem);"),
    ("down_write(&sem);", "up_write(&sem);"),
    ("down_write(&sem); downgrade_write(&sem);", "up_read(&sem);"),
    ("if (down_read_trylock(&sem)) {", "up_read(&sem); }"),
    ("if (down_write_trylock(&sem)) {", "up_write(&sem); }"),
    ("down(&gate);", "up(&gate);"),
    ("if (!down_trylock(&gate)) {", "up(&gate); }"),
    ("write_seqlock(&seq);", "write_sequnlock(&seq);"),
    ("bit_spin_lock(0, &word);", "bit_spin_unlock(0, &word);"),
    ("rcu_read_lock();", "rcu_read_unlock();"),
    ("preempt_disable();", "preempt_enable();"),
    ("{ int w = r; if (w) rcu_read_lock();", "if (w) rcu_read_unlock(); }"),
    ("{ int w = r; if (!w) preempt_disable();", "if (!w) preempt_enable(); }"),
    ("{ int w = r, k = 0; if (w) k = srcu_read_lock(&srcu);", "if (w) srcu_read_unlock(&srcu, k); }"),
    ("{ int k = srcu_read_lock(&srcu);", "srcu_read_unlock(&srcu, k); }"),
    ("if (r == 1) {", "}"),
    ("for (int i = 0; i < 2; i++) {", "}"),
)

STEPS = (
    "WRITE_ONCE({x}, {n});",
    "r = READ_ONCE({x});",
    "{x} = r;",
    "{x} = {y} + 1;",
    "r = {x};",
    "smp_store_release(&{x}, {n});",
    "r = smp_load_acquire(&{x});",
    "r = xchg(&{x}, {n});",
    "r = cmpxchg(&{x}, {n}, {m});",
    "r = atomic_inc_return(&count);",
    "r = atomic_dec_and_test(&count);",
    "r = atomic_add_unless(&count, 1, 1);",
    "atomic_inc(&count);",
    "r = test_and_set_bit(1, &word);",
    "clear_bit(1, &word);",
    "smp_mb();",
    "smp_wmb();",
    "smp_rmb();",
)

RARER = (
    "synchronize_rcu();",
    "synchronize_srcu(&srcu);",
    "complete(&done);",
    "complete_all(&done);",
    "wait_for_completion(&done);",
    "wait_event(queue, READ_ONCE({x}) == {n});",
    "wake_up(&queue);",
    "wake_up_all(&queue);",
    "{{ DEFINE_WAIT(w); prepare_to_wait(&queue, &w, TASK_UNINTERRUPTIBLE);"
    " if (!READ_ONCE({x})) schedule(); finish_wait(&queue, &w); }}",
    "while (READ_ONCE({x}) != {n}) cpu_relax();",
    "while (test_and_set_bit(2, &word)) cpu_relax();",
    "clear_bit_unlock(2, &word);",
    "{{ unsigned s; do {{ s = read_seqbegin(&seq); r = {x}; }} while (read_seqretry(&seq, s)); }}",
    "kfree(kmalloc(8, GFP_KERNEL));",
    "t = kzalloc(sizeof(*t), GFP_KERNEL | __GFP_NOFAIL); t->value = r; kfree(t);",
    "t = kzalloc(sizeof(*t), GFP_KERNEL | __GFP_NOFAIL); kref_init(&t->ref); t = xchg(&shared, t);"
    " if (t) kref_put(&t->ref, release);",
    "t = xchg(&shared, NULL); if (t) kfree_rcu(t, rcu);",
    "t = xchg(&shared, NULL); if (t) {{ synchronize_rcu(); kfree(t); }}",
    "t = xchg(&shared, NULL); if (t) kfree(t);",
    "rcu_read_lock(); t = rcu_dereference(shared); if (t) r = t->value; rcu_read_unlock();",
    "t = READ_ONCE(shared); if (t && kref_get_unless_zero(&t->ref)) {{ r = t->value; kref_put(&t->ref, release); }}",
    "if (refcount_dec_and_test(&references)) r = 7;",
    "t = kzalloc(sizeof(*t), GFP_KERNEL | __GFP_NOFAIL); spin_lock(&spin); list_add(&t->link, &things);"
    " spin_unlock(&spin);",
    "spin_lock(&spin); if (!list_empty(&things)) {{ t = list_first_entry(&things, struct thing, link);"
    " list_del(&t->link); kfree(t); }} spin_unlock(&spin);",
    '__mc_assert(r != {n}, "assertion", "r");',
    '__mc_assert(READ_ONCE({x}) != {n}, "assertion", "cell");',
    "WARN_ON(r == {n});",
    "if (r == {n}) return;",
    "spin_unlock(&spin);",
    "spin_lock_init(&spin);",
    "up_write(&sem);",
    "up_read(&sem);",
    "read_unlock(&rw);",
    "mutex_unlock(&mutex);",
    "mutex_lock(&mutex);",
    "rcu_read_unlock();",
    "{x} = srcu_read_lock(&srcu);",
    "srcu_read_unlock(&srcu, {x});",
    "srcu_read_unlock(&elsewhere, {x});",
    "{{ int k = srcu_read_lock(&srcu); srcu_read_unlock(&elsewhere, k); }}",
    "{x} = srcu_down_read(&srcu);",
    "srcu_up_read(&srcu, {x});",
    "if ({x}) srcu_up_read(&srcu, 0);",
    "rcu_read_lock_bh(); {x} = 1; rcu_read_unlock_bh();",
    "rcu_read_unlock_bh();",
    "kfree(shared);",
    "if (READ_ONCE({x})) kfree(shared);",
    "kref_put(&shared->ref, release);",
    "kfree_rcu(shared, rcu);",
    "call_rcu(&shared->rcu, freed);",
    "t = xchg(&shared, NULL); if (t) call_rcu(&t->rcu, freed);",
    "rcu_barrier();",
    "schedule_work(&working);",
    "schedule_work(&tidying);",
    "flush_work(&working);",
    "flush_work(&tidying);",
    "cancel_work_sync(&working);",
    "{{ int local = r; WRITE_ONCE(p, &local); r = local; }}",
    "if (READ_ONCE(p)) r = *READ_ONCE(p);",
)


@frozen
class Threads:
    """A random program: the statements of each thread, and an outcome that must not be.

    ``started``: the first thread starts the others, does its part beside them, and waits for them; else all start
    together.
    """

    bodies: tuple[tuple[str, ...], ...]
    outcome: str
    started: bool = False

    @property
    def text(self) -> str:
        """The C file: ``init()``, and ``t0()``, ``t1()``, … for the threads."""
        text = HEADER.replace("static int a, b, c;", "static int a, b, c, r0, r1, r2;\nstatic int *p;") + "\n"
        for number, body in enumerate(self.bodies):
            lines = "".join(f"\t{line}\n" for line in body)
            text += f"void t{number}(void)\n{{\n\tint r = 0;\n\tstruct thing *t = NULL;\n\n{lines}"
            text += f"\t(void)t;\n\tr{number} = r;\n}}\n\n"
        text += f'void final(void)\n{{\n\t__mc_assert(!({self.outcome}), "assertion", "the outcome");\n}}\n'
        if not self.started:
            return text
        others = range(1, len(self.bodies))
        for number in others:
            text += f"\nstatic void *starts{number}(void *nothing) {{ t{number}(); return NULL; }}\n"
        makes = "".join(f"\tpthread_create(&thread[{n}], NULL, starts{n}, NULL);\n" for n in others)
        waits = "".join(f"\tpthread_join(thread[{n}], NULL);\n" for n in others)
        return text + f"\nvoid first(void)\n{{\n\tpthread_t thread[3];\n{makes}\tt0();\n{waits}\tfinal();\n}}\n"

    @property
    def entry(self) -> ScenarioEntry:
        """How it is run."""
        if self.started:
            return ScenarioEntry("init", (("first", "first"),), None)
        return ScenarioEntry("init", tuple((name, name) for name in self.names), "final")

    @property
    def names(self) -> tuple[str, ...]:
        """The threads' functions."""
        return tuple(f"t{number}" for number in range(len(self.bodies)))


def threads(seed: int) -> Threads:
    """The program of that number."""
    chance = Random(seed)
    if chance.random() < 0.4:
        return _shaped(chance)
    rare, most = chance.choice(((0.0, 0.2), (0.1, 0.3), (0.4, 0.5)))
    number = chance.choice((2, 2, 2, 3))
    bodies = tuple(tuple(_body(chance, rare, most)) for _ in range(number))
    seen = chance.sample(("a", "b", *(f"r{n}" for n in range(number))), 2)
    outcome = " && ".join(f"{name} == {chance.randrange(3)}" for name in seen)
    return Threads(bodies, outcome, started=chance.random() < 0.3)


def _shaped(chance: Random) -> Threads:
    """Two threads and two cells, and the outcome of a cycle: t0 before t1 in one cell, t1 before t0 in the other."""
    steps: list[list[str]] = [["", ""], ["", ""]]
    seen = [0, 0]
    outcome = []
    for cell, (one, first), (other, second) in (("b", (0, 1), (1, 0)), ("a", (1, 1), (0, 0))):
        way = chance.choice(("rf", "fr", "co"))
        steps[one][first] = _read(chance, cell, first) if way == "fr" else _write(chance, cell, 1)
        steps[other][second] = _read(chance, cell, second) if way == "rf" else _write(chance, cell, 2)
        if way == "rf":
            seen[other] += 1 + 2 * second
        if way == "co":
            outcome.append(f"{cell} == 2")
    outcome += [f"r{thread} == {value}" for thread, value in enumerate(seen)]
    between = ("", "", "", "smp_mb();", "smp_wmb();", "smp_rmb();", "if (r >= 0)")
    bodies = tuple((first, *filter(None, (chance.choice(between),)), second) for first, second in steps)
    return Threads(bodies, " && ".join(outcome), started=chance.random() < 0.2)


def _read(chance: Random, cell: str, position: int) -> str:
    how = chance.choice(("READ_ONCE({})", "READ_ONCE({})", "smp_load_acquire(&{})", "{}"))
    return f"r += {1 + 2 * position} * {how.format(cell)};"


def _write(chance: Random, cell: str, value: int) -> str:
    how = chance.choice(("WRITE_ONCE({}, {});", "WRITE_ONCE({}, {});", "smp_store_release(&{}, {});", "{} = {};"))
    return how.format(cell, value)


def _body(chance: Random, rare: float, around: float) -> Iterator[str]:
    for _ in range(chance.randrange(2, 4)):
        if chance.random() < around:
            head, tail = chance.choice(AROUND)
            yield " ".join((head, *(_step(chance, rare) for _ in range(chance.randrange(1, 3))), tail))
        else:
            yield _step(chance, rare)


def _step(chance: Random, rare: float) -> str:
    template = chance.choice(RARER if chance.random() < rare else STEPS)
    x, y = chance.choice("abc"), chance.choice("abc")
    return template.format(x=x, y=y, n=chance.randrange(3), m=chance.randrange(3))
