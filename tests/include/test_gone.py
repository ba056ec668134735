"""What is cleaned up, destroyed or stopped is used no more, and not while others use it: both engines say so.

The kernel's own words: cleanup_srcu_struct() warns where readers are inside, and leaves the memory;
destroy_workqueue() waits for what is queued and for what that queues, not for delayed work whose time is not up, and
drain_workqueue() warns of what others queue meanwhile; percpu_ref_exit() leaves a count that nobody may get or put any
more; a thread that ends by itself takes its task with it, after a grace period, unless somebody has a reference, and
kthread_stop() drops its own.
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
#include <linux/srcu.h>
#include <linux/workqueue.h>
#include <linux/percpu-refcount.h>
#include <linux/kthread.h>
#include <linux/completion.h>
#include <pthread.h>
"""


def srcu(thread: str, main: str) -> str:
    return (
        "static struct srcu_struct s; static int *shared; static struct rcu_head head;"
        " static void called(struct rcu_head *h) { }"
        f"static void *f(void *a) {{ int i; {thread} return a; }}"
        f"int main(void) {{ pthread_t t; int i; int *old; init_srcu_struct(&s); shared = kzalloc(4, GFP_KERNEL);"
        f" pthread_create(&t, 0, f, 0); {main} return 0; }}"
    )


def work(function: str, main: str, thread: str = "") -> str:
    return (
        "static struct workqueue_struct *q; static struct work_struct w; static struct delayed_work d; static int n;"
        f"static void fn(struct work_struct *x) {{ {function} }} static void *f(void *a) {{ {thread} return a; }}"
        'int main(void) { pthread_t t; q = alloc_workqueue("q", 0, 0); INIT_WORK(&w, fn); INIT_DELAYED_WORK(&d, fn);'
        f" {main} return 0; }}"
    )


def ref(main: str, thread: str = "", release: str = "") -> str:
    return (
        "static struct percpu_ref r; static struct completion c;"
        f"static void rel(struct percpu_ref *x) {{ {release} complete(&c); }}"
        f"static void *f(void *a) {{ {thread} return a; }}"
        f"int main(void) {{ pthread_t t; percpu_ref_init(&r, rel, 0, GFP_KERNEL); {main} return 0; }}"
    )


def task(function: str, main: str) -> str:
    return (
        "static struct task_struct *shared; static int begun;"
        f"static int fn(void *a) {{ {function} }} int main(void) {{ struct task_struct *k; {main} return 0; }}"
    )


READS = "i = srcu_read_lock(&s); srcu_read_unlock(&s, i);"
JOIN = "pthread_join(t, 0);"
CREATE = 'k = kthread_create(fn, 0, "k"); get_task_struct(k); wake_up_process(k);'
RUN = 'k = kthread_run(fn, 0, "k");'
STOPS = "while (!kthread_should_stop()) cpu_relax(); return 5;"
DRAINS = "drain_workqueue(q); "

RIGHT = {
    "readers have left": srcu(READS, f"{JOIN} cleanup_srcu_struct(&s);"),
    "a structure is made anew": srcu(
        "", f"{JOIN} cleanup_srcu_struct(&s); init_srcu_struct(&s); {READS} cleanup_srcu_struct(&s);"
    ),
    "a grace period, and readers have left": srcu(
        "i = srcu_read_lock(&s); int *p = srcu_dereference(shared, &s); if (p) (void)*p; srcu_read_unlock(&s, i);",
        f"old = shared; rcu_assign_pointer(shared, NULL); synchronize_srcu(&s); kfree(old); {JOIN}"
        " cleanup_srcu_struct(&s);",
    ),
    "callbacks have run": srcu("", f"call_srcu(&s, &head, called); srcu_barrier(&s); {JOIN} cleanup_srcu_struct(&s);"),
    "what work queues is waited for": work(
        "if (!n++) queue_work(q, x);", "queue_work(q, &w); destroy_workqueue(q); BUG_ON(n != 2);"
    ),
    "queued again after it was drained": work(
        "n++;", "queue_work(q, &w); drain_workqueue(q); queue_work(q, &w); destroy_workqueue(q); BUG_ON(n != 2);"
    ),
    "delayed work is taken back": work(
        "n++;", "queue_delayed_work(q, &d, 9); cancel_delayed_work_sync(&d); destroy_workqueue(q);"
    ),
    "delayed work is flushed": work(
        "n++;", "queue_delayed_work(q, &d, 9); flush_delayed_work(&d); BUG_ON(n != 1); destroy_workqueue(q);"
    ),
    "a delay of nothing": work("n++;", "queue_delayed_work(q, &d, 0); destroy_workqueue(q); BUG_ON(n != 1);"),
    "delayed work is due at once after all": work(
        "n++;", "queue_delayed_work(q, &d, 9); mod_delayed_work(q, &d, 0); destroy_workqueue(q); BUG_ON(n < 1);"
    ),
    "a count that is no longer used": ref(
        "init_completion(&c); percpu_ref_get(&r); percpu_ref_put(&r); percpu_ref_kill(&r); wait_for_completion(&c);"
        "BUG_ON(!percpu_ref_is_zero(&r)); percpu_ref_exit(&r); BUG_ON(!percpu_ref_is_zero(&r));"
        "BUG_ON(percpu_ref_tryget_live(&r) || !percpu_ref_is_dying(&r)); percpu_ref_exit(&r);"
    ),
    "a count that was never used": ref("percpu_ref_exit(&r);"),
    "a count goes with its last reference": ref(
        "init_completion(&c); percpu_ref_kill(&r); wait_for_completion(&c);", release="percpu_ref_exit(x);"
    ),
    "a thread waits to be stopped": task(
        f"WRITE_ONCE(begun, 1); {STOPS}", f"{RUN} while (!READ_ONCE(begun)) cpu_relax(); BUG_ON(kthread_stop(k) != 5);"
    ),
    "a thread is stopped before it begins, or behind": task(
        STOPS, f"{RUN} int result = kthread_stop(k); BUG_ON(result != 5 && result != -EINTR);"
    ),
    "a thread that never began": task(STOPS, 'k = kthread_create(fn, 0, "k"); BUG_ON(kthread_stop(k) != -EINTR);'),
    "a thread ends, but there is a reference": task("return 3;", f"{CREATE} kthread_stop(k); put_task_struct(k);"),
    "and kthread_stop_put()": task("return 3;", f"{CREATE} kthread_stop_put(k);"),
    "a thread exits, but there is a reference": task("do_exit(7);", f"{CREATE} kthread_stop(k); put_task_struct(k);"),
    "twice, and there is a reference": task(
        STOPS, f"{CREATE} kthread_stop(k); get_task_struct(k); put_task_struct(k);"
    ),
    "got in a section that its end waits for": task(
        "WRITE_ONCE(shared, NULL); return 3;",
        'k = kthread_create(fn, 0, "k"); shared = k; wake_up_process(k); rcu_read_lock(); k = READ_ONCE(shared);'
        "if (k) get_task_struct(k); rcu_read_unlock(); if (k) put_task_struct(k);",
    ),
}
WRONG = {
    "a reader may be inside": ({"warning", "uninitialised"}, srcu(READS, f"cleanup_srcu_struct(&s); {JOIN}")),
    "a reader is inside": (
        {"warning"},
        srcu("", f"{JOIN} i = srcu_read_lock(&s); cleanup_srcu_struct(&s); srcu_read_unlock(&s, i);"),
    ),
    "a callback is to come": (
        {"warning"},
        srcu("", f"call_srcu(&s, &head, called); {JOIN} cleanup_srcu_struct(&s);"),
    ),
    "a reader comes afterwards": ({"uninitialised"}, srcu("", f"{JOIN} cleanup_srcu_struct(&s); {READS}")),
    "a callback is asked for afterwards": (
        {"uninitialised"},
        srcu("", f"{JOIN} cleanup_srcu_struct(&s); call_srcu(&s, &head, called); srcu_barrier(&s);"),
    ),
    "delayed work is not waited for": (
        {"use-after-free"},
        work("n++;", "queue_delayed_work(q, &d, 9); destroy_workqueue(q);"),
    ),
    "nor by flushing the queue": (
        {"assertion"},
        work("n++;", "queue_delayed_work(q, &d, 9); flush_workqueue(q); BUG_ON(n != 1);"),
    ),
    "delayed work that is taken back may have begun, and come again": (
        {"use-after-free"},
        work(
            "if (!n++) queue_delayed_work(q, &d, 1);",
            "queue_delayed_work(q, &d, 9); cancel_delayed_work(&d); destroy_workqueue(q);",
        ),
    ),
    "others queue while it is drained": (
        {"warning"},
        work(
            "n++;",
            f"pthread_create(&t, 0, f, 0); drain_workqueue(q); {JOIN} destroy_workqueue(q);",
            "queue_work(q, &w);",
        ),
    ),
    "others queue when it is destroyed": (
        {"use-after-free", "warning"},
        work("n++;", f"pthread_create(&t, 0, f, 0); destroy_workqueue(q); {JOIN}", "queue_work(q, &w);"),
    ),
    "put when the count is gone": (
        {"uninitialised"},
        ref("percpu_ref_get(&r); percpu_ref_exit(&r); percpu_ref_put(&r);"),
    ),
    "got when the count is gone": ({"uninitialised"}, ref("percpu_ref_exit(&r); percpu_ref_get(&r);")),
    "put by another when the count is gone": (
        {"uninitialised", "lock-misuse"},
        ref(f"percpu_ref_get(&r); pthread_create(&t, 0, f, 0); percpu_ref_exit(&r); {JOIN}", "percpu_ref_put(&r);"),
    ),
    "gone while it is being killed": (
        {"uninitialised", "lock-misuse"},
        ref("percpu_ref_kill(&r); percpu_ref_exit(&r);"),
    ),
    "a thread ends by itself": ({"use-after-free"}, task("return 3;", f"{RUN} kthread_stop(k);")),
    "a thread exits": ({"use-after-free"}, task("do_exit(7);", f"{RUN} kthread_stop(k);")),
    "a thread is stopped twice": ({"use-after-free"}, task(STOPS, f"{RUN} kthread_stop(k); kthread_stop(k);")),
    "a reference is taken too late": (
        {"use-after-free"},
        task("return 3;", f"{RUN} get_task_struct(k); kthread_stop(k); put_task_struct(k);"),
    ),
    "a reference is dropped twice": (
        {"use-after-free"},
        task(STOPS, f"{CREATE} kthread_stop(k); put_task_struct(k); put_task_struct(k);"),
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_used_no_more_may_go(tmp_path: Path, name: str) -> None:
    (tmp_path / "p.c").write_text(START + RIGHT[name])
    program = parse_program([tmp_path / "p.c"])
    asked = ASKED - {"leak"}  # shared memory of a reader
    assert explore(program, "sc", asked).verdict == "PASS"
    found = check(program, load_model("lkmm"), asked)
    assert (found.verdict, found.property, found.message) == ("PASS", None, "")


@pytest.mark.parametrize("name", WRONG)
def test_what_is_still_used_may_not(tmp_path: Path, name: str) -> None:
    properties, text = WRONG[name]
    (tmp_path / "p.c").write_text(START + text)
    program = parse_program([tmp_path / "p.c"])
    asked = ASKED - {"leak"}
    first = explore(program, "sc", asked).finding
    assert first is not None
    assert first.property in properties
    for model in ("sc", "lkmm"):
        second = check(program, load_model(model), asked)
        assert second.verdict == "FAIL"
        assert second.property in properties
