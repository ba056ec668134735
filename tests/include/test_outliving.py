"""What is freed by the next holder of a lock while its last holder is still inside the unlocking; both engines say so.

Documentation/locking/mutex-design.rst: "mutex_unlock() ... cannot directly be used to release an object such that
another concurrent task can free it. Mutexes are different from spinlocks and refcounts in this aspect." up_read() and
up_write() take the semaphore's wait_lock after they have released it; rt_mutex_unlock() sees to it that it does not
(kernel/locking/rtmutex.c), and complete() and up() end inside a spinlock that the waiter takes.
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
#include <linux/slab.h>
#include <linux/mutex.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/percpu-rwsem.h>
#include <linux/spinlock.h>
#include <linux/semaphore.h>
#include <linux/completion.h>
#include <linux/refcount.h>
#include <linux/rcupdate.h>
#include <linux/cleanup.h>
#include <pthread.h>
struct o {
	struct mutex m; struct rt_mutex rt; struct rw_semaphore rw; struct percpu_rw_semaphore percpu;
	spinlock_t l; struct semaphore sem; struct completion done; refcount_t refs; atomic_t count; int users;
	struct rcu_head head;
};
static struct o *shared, at_rest;
"""
PUT = "static void put(struct o *o) {{ int last; {take}; last = --o->users == 0; {give}; if (last) kfree(o); }}"
MAIN = """
static void *f(void *a) { put(a); return NULL; }
int main(void) {
	pthread_t t; struct o *o = shared = kzalloc(sizeof(*o), GFP_KERNEL);
	mutex_init(&o->m); rt_mutex_init(&o->rt); init_rwsem(&o->rw); percpu_init_rwsem(&o->percpu); spin_lock_init(&o->l);
	sema_init(&o->sem, 1); init_completion(&o->done); refcount_set(&o->refs, 2); atomic_set(&o->count, 2); o->users = 2;
	pthread_create(&t, 0, f, o); put(o); pthread_join(t, 0); return 0;
}
"""


def under(take: str, give: str) -> str:
    return PUT.format(take=take, give=give) + MAIN


RIGHT = {
    "spinlock": under("spin_lock(&o->l)", "spin_unlock(&o->l)"),
    "spinlock, bottom halves off": under("spin_lock_bh(&o->l)", "spin_unlock_bh(&o->l)"),
    "rt_mutex": under("rt_mutex_lock(&o->rt)", "rt_mutex_unlock(&o->rt)"),
    "semaphore": under("down(&o->sem)", "up(&o->sem)"),
    "a count beside the mutex": "static void put(struct o *o) { mutex_lock(&o->m); o->users--; mutex_unlock(&o->m);"
    " if (refcount_dec_and_test(&o->refs)) kfree(o); }" + MAIN,
    "a count beside the rwsem": "static void put(struct o *o) { down_read(&o->rw); up_read(&o->rw);"
    " if (refcount_dec_and_test(&o->refs)) kfree(o); }" + MAIN,
    "a grace period for who unlocks in a section": "static void put(struct o *o) { int last; rcu_read_lock();"
    " mutex_lock(&o->m); last = --o->users == 0; mutex_unlock(&o->m); rcu_read_unlock();"
    " if (last) kfree_rcu(o, head); }" + MAIN,
    "waited for with a completion": "static void put(struct o *o) { if (o == shared && o->users == 2) {"
    " wait_for_completion(&o->done); kfree(o); } }\n"
    "static void *f(void *a) { struct o *o = a; mutex_lock(&o->m); o->count.counter = 1; mutex_unlock(&o->m);"
    " complete(&o->done); return NULL; }" + MAIN.replace("static void *f(void *a) { put(a); return NULL; }", ""),
    "nobody frees it": "static void put(struct o *o) { mutex_lock(&at_rest.m); at_rest.users++;"
    " mutex_unlock(&at_rest.m); if (refcount_dec_and_test(&o->refs)) kfree(o); }" + MAIN,
    "joined before its scope is left": "static void *f(void *a) { struct mutex *m = a; mutex_lock(m); mutex_unlock(m);"
    " return NULL; } int main(void) { pthread_t t; struct mutex m; mutex_init(&m); pthread_create(&t, 0, f, &m);"
    " pthread_join(t, 0); return 0; }",
}
WRONG = {
    "mutex": under("mutex_lock(&o->m)", "mutex_unlock(&o->m)"),
    "mutex, tried": under("if (!mutex_trylock(&o->m)) mutex_lock(&o->m)", "mutex_unlock(&o->m)"),
    "mutex, guarded": "static int last_of(struct o *o) { guard(mutex)(&o->m); return --o->users == 0; }"
    "static void put(struct o *o) { if (last_of(o)) kfree(o); }" + MAIN,
    "mutex, by a count that is not under it": "static void put(struct o *o) { int last; mutex_lock(&o->m);"
    " last = atomic_dec_and_test(&o->count); mutex_unlock(&o->m); if (last) kfree(o); }" + MAIN,
    "mutex, given back in two places": "static void put(struct o *o) {"
    " mutex_lock(&o->m); if (--o->users) { mutex_unlock(&o->m); return; } mutex_unlock(&o->m); kfree(o); }" + MAIN,
    "writer of an rwsem": under("down_write(&o->rw)", "up_write(&o->rw)"),
    "writer of a percpu-rwsem": under("percpu_down_write(&o->percpu)", "percpu_up_write(&o->percpu)"),
    "reader of an rwsem": "static void *f(void *a) { struct o *o = a; down_read(&o->rw); atomic_dec(&o->count);"
    " up_read(&o->rw); return NULL; } int main(void) { pthread_t t; int left;"
    " struct o *o = kzalloc(sizeof(*o), GFP_KERNEL); init_rwsem(&o->rw); atomic_set(&o->count, 1);"
    " pthread_create(&t, 0, f, o); down_write(&o->rw); left = atomic_read(&o->count); up_write(&o->rw);"
    " if (left) pthread_join(t, 0); kfree(o); if (!left) pthread_join(t, 0); return 0; }",
    "a grace period for who unlocks outside": "static void put(struct o *o) { int last;"
    " mutex_lock(&o->m); last = --o->users == 0; mutex_unlock(&o->m); if (last) kfree_rcu(o, head); }" + MAIN,
}
WRONG_SCOPE = (
    "static int done; static void *f(void *a) { struct mutex *m = a; mutex_lock(m); done = 1; mutex_unlock(m);"
    " return NULL; } static void wait(pthread_t *t) { struct mutex m; int now = 0; mutex_init(&m);"
    " pthread_create(t, 0, f, &m); while (!now) { mutex_lock(&m); now = done; mutex_unlock(&m); } }"
    " int main(void) { pthread_t t; wait(&t); pthread_join(t, 0); return 0; }"
)


@pytest.mark.parametrize("name", RIGHT)
def test_what_outlives_the_unlocking_passes(tmp_path: Path, name: str) -> None:
    (tmp_path / "p.c").write_text(START + RIGHT[name])
    program = parse_program([tmp_path / "p.c"])
    assert explore(program, "sc", ASKED).verdict == "PASS"
    found = check(program, load_model("lkmm"), ASKED)
    assert (found.verdict, found.property, found.message) == ("PASS", None, "")


@pytest.mark.parametrize("model", ["sc", "lkmm"])
@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_is_used_after_it_is_freed(tmp_path: Path, name: str, model: str) -> None:
    (tmp_path / "p.c").write_text(START + WRONG[name])
    program = parse_program([tmp_path / "p.c"])
    first, second = explore(program, "sc", ASKED), check(program, load_model(model), ASKED)
    assert first.finding is not None
    assert first.finding.property == second.property == "use-after-free"
    assert "__after" in first.finding.message
    assert "__after" in second.message


def test_what_leaves_its_scope_meanwhile_is_used_after_that(tmp_path: Path) -> None:
    (tmp_path / "p.c").write_text(START + WRONG_SCOPE)
    program = parse_program([tmp_path / "p.c"])
    first, second = explore(program, "sc", ASKED), check(program, load_model("sc"), ASKED)
    assert first.finding is not None
    assert first.finding.property == second.property == "use-after-scope"
