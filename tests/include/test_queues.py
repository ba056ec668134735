"""Who waits in line: readers behind a waiting writer, exclusive waiters one wake-up each. By both engines."""

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
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/swait.h>
#include <linux/wait.h>
#include <pthread.h>
static DEFINE_RWLOCK(rw); static DECLARE_RWSEM(sem); static DEFINE_MUTEX(mutex); static pthread_rwlock_t prw;
static DECLARE_COMPLETION(done); static DECLARE_WAIT_QUEUE_HEAD(wq); static int x, ready; static atomic_t items;
"""


def threads(*bodies: str) -> str:
    functions = "".join(f"static void *f{n}(void *a) {{ {body} return a; }}\n" for n, body in enumerate(bodies))
    starts = "".join(f"pthread_create(&t[{n}], 0, f{n}, 0); " for n in range(len(bodies)))
    joins = "".join(f"pthread_join(t[{n}], 0); " for n in range(len(bodies)))
    return f"{functions}int main(void) {{ pthread_t t[{len(bodies)}]; {starts}{joins}return 0; }}"


TWICE = "{0}; {0}; {1}; {1};"
READERS = {
    "twice read, rwsem": (TWICE.format("down_read(&sem)", "up_read(&sem)"), "down_write(&sem); up_write(&sem);"),
    "twice read, rwlock": (TWICE.format("read_lock(&rw)", "read_unlock(&rw)"), "write_lock(&rw); write_unlock(&rw);"),
    "a reader waits for another": (
        "down_read(&sem); wait_for_completion(&done); up_read(&sem);",
        "down_read(&sem); complete(&done); up_read(&sem);",
        "down_write(&sem); up_write(&sem);",
    ),
    "by way of a mutex": (
        "mutex_lock(&mutex); down_read(&sem); up_read(&sem); mutex_unlock(&mutex);",
        "down_read(&sem); mutex_lock(&mutex); mutex_unlock(&mutex); up_read(&sem);",
        "down_write(&sem); up_write(&sem);",
    ),
}
FINE = {
    "POSIX readers go first": (
        TWICE.format("pthread_rwlock_rdlock(&prw)", "pthread_rwlock_unlock(&prw)"),
        "pthread_rwlock_wrlock(&prw); pthread_rwlock_unlock(&prw);",
    ),
    "the second one only tries": (
        "down_read(&sem); if (down_read_trylock(&sem)) up_read(&sem); up_read(&sem);",
        "down_write(&sem); up_write(&sem);",
    ),
    "the writer only tries": (
        TWICE.format("down_read(&sem)", "up_read(&sem)"),
        "if (down_write_trylock(&sem)) up_write(&sem);",
    ),
    "the writer waits for another lock": (
        TWICE.format("down_read(&sem)", "up_read(&sem)"),
        "write_lock(&rw); write_unlock(&rw);",
    ),
    "readers and writers that end": (
        "down_read(&sem); x; up_read(&sem);",
        "down_read(&sem); x; up_read(&sem);",
        "down_write(&sem); x++; up_write(&sem);",
    ),
}


def verdicts(tmp_path: Path, text: str, *models: str) -> set[str]:
    (tmp_path / "p.c").write_text(START + text)
    program = parse_program([tmp_path / "p.c"])
    first = explore(program, "sc", ASKED)
    found = {first.finding.property if first.finding else first.verdict}
    for model in models:
        second = check(program, load_model(model), ASKED)
        found.add(second.property or second.verdict)
    return found


@pytest.mark.parametrize("name", READERS)
def test_a_reader_waits_behind_a_writer_who_waits(tmp_path: Path, name: str) -> None:
    assert verdicts(tmp_path, threads(*READERS[name]), "sc", "lkmm") == {"deadlock"}


@pytest.mark.parametrize("name", READERS)
def test_without_the_writer_nobody_waits_for_ever(tmp_path: Path, name: str) -> None:
    assert verdicts(tmp_path, threads(*READERS[name][:-1]), "sc", "lkmm") == {"PASS"}


@pytest.mark.parametrize("name", FINE)
def test_no_reader_is_held_off_for_less(tmp_path: Path, name: str) -> None:
    assert verdicts(tmp_path, threads(*FINE[name]), "sc", "lkmm") == {"PASS"}


SLEEP = "DEFINE_WAIT(w); for (;;) {{ prepare_to_wait{0}(&wq, &w, TASK_UNINTERRUPTIBLE); if (READ_ONCE(ready)) break;"
SLEEP += " schedule(); }} finish_wait(&wq, &w);"
ADDED = (
    "DECLARE_WAITQUEUE(w, current); add_wait_queue{0}(&wq, &w); for (;;) {{ set_current_state(TASK_UNINTERRUPTIBLE);"
)
ADDED += " if (READ_ONCE(ready)) break; schedule(); }} __set_current_state(TASK_RUNNING); remove_wait_queue(&wq, &w);"
TAKES = "wait_event_interruptible_exclusive(wq, atomic_add_unless(&items, -1, 0));"
LINES = {
    # wakers: what they do for two exclusive waiters, and whether that is enough
    "one by one": (SLEEP.format("_exclusive"), "WRITE_ONCE(ready, 1); {0}(&wq{1});"),
    "added by hand": (ADDED.format("_exclusive"), "WRITE_ONCE(ready, 1); {0}(&wq{1});"),
    "wait_event": (TAKES, "atomic_add(2, &items); {0}(&wq{1});"),
}
WAKES = {("wake_up", ""): False, ("wake_up_nr", ", 1"): False, ("wake_up_nr", ", 2"): True, ("wake_up_all", ""): True}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("wake", WAKES)
def test_as_many_exclusive_waiters_are_woken_as_are_said(tmp_path: Path, name: str, wake: tuple[str, str]) -> None:
    sleeper, waker = LINES[name]
    found = verdicts(tmp_path, threads(sleeper, sleeper, waker.format(*wake)), "sc")
    assert found == {"PASS" if WAKES[wake] else "deadlock"}


@pytest.mark.parametrize(("wake", "enough"), [("swake_up_one", False), ("swake_up_all", True)])
def test_a_simple_queue_wakes_one_or_all(tmp_path: Path, wake: str, enough: bool) -> None:
    sleeper = "swait_event_exclusive(wq, READ_ONCE(ready));"
    text = threads(sleeper, sleeper, f"WRITE_ONCE(ready, 1); {wake}(&wq);")
    assert verdicts(tmp_path, text, "sc", "lkmm") == {"PASS" if enough else "deadlock"}


def test_others_are_woken_along_with_one_exclusive_waiter(tmp_path: Path) -> None:
    waker = "WRITE_ONCE(ready, 1); wake_up(&wq);"
    assert verdicts(tmp_path, threads(SLEEP.format(""), SLEEP.format("_exclusive"), waker), "sc") == {"PASS"}
    assert verdicts(tmp_path, threads(SLEEP.format(""), SLEEP.format(""), waker), "sc") == {"PASS"}


def test_the_first_in_line_is_woken(tmp_path: Path) -> None:
    """Who queued first, and said so, is woken first: the other one's wake-up comes later."""
    first = "DEFINE_WAIT(w); prepare_to_wait_exclusive(&wq, &w, TASK_UNINTERRUPTIBLE); smp_store_release(&x, 1);"
    first += "schedule(); finish_wait(&wq, &w); WRITE_ONCE(ready, 1);"
    second = "DEFINE_WAIT(w); while (smp_load_acquire(&x) != 1) cpu_relax();"
    second += "prepare_to_wait_exclusive(&wq, &w, TASK_UNINTERRUPTIBLE); smp_store_release(&x, 2);"
    second += "schedule(); finish_wait(&wq, &w); BUG_ON(!READ_ONCE(ready));"
    waker = "while (smp_load_acquire(&x) != 2) cpu_relax(); wake_up(&wq); while (!READ_ONCE(ready)) cpu_relax();"
    waker += "wake_up(&wq);"
    assert verdicts(tmp_path, threads(first, second, waker), "sc") == {"PASS"}


@pytest.mark.parametrize("sleeper", ["wait_event(wq, READ_ONCE(ready));", SLEEP.format(""), ADDED.format("")])
def test_who_looks_for_waiters_needs_a_full_barrier(tmp_path: Path, sleeper: str) -> None:
    waker = "WRITE_ONCE(ready, 1); {0} if (waitqueue_active(&wq)) wake_up(&wq);"
    assert verdicts(tmp_path, threads(sleeper, waker.format("")), "sc") == {"PASS"}
    (tmp_path / "q.c").write_text(START + threads(sleeper, waker.format("")))
    found = check(parse_program([tmp_path / "q.c"]), load_model("lkmm"), ASKED)
    assert found.property == "deadlock"
    assert verdicts(tmp_path, threads(sleeper, waker.format("smp_mb();")), "sc", "lkmm") == {"PASS"}
    has = "WRITE_ONCE(ready, 1); if (wq_has_sleeper(&wq)) wake_up(&wq);"
    assert verdicts(tmp_path, threads(sleeper, has), "lkmm") == {"PASS"}


HEARS = {
    # include/linux/wait.h and sched.h: which states wake_up_interruptible() wakes
    "wait_event(wq, READ_ONCE(ready));": False,
    "wait_event_idle(wq, READ_ONCE(ready));": False,
    "wait_event_killable(wq, READ_ONCE(ready));": False,
    "wait_event_interruptible(wq, READ_ONCE(ready));": True,
    "wait_event_interruptible_exclusive(wq, READ_ONCE(ready));": True,
    "wait_event_killable_exclusive(wq, READ_ONCE(ready));": False,
    SLEEP.format(""): False,
    SLEEP.format("_exclusive"): False,
    SLEEP.format("").replace("UNINT", "INT"): True,
    SLEEP.format("_exclusive").replace("UNINT", "INT"): True,
    ADDED.format(""): False,
    ADDED.format("").replace("UNINT", "INT"): True,
    ADDED.format("_exclusive"): False,
}


@pytest.mark.parametrize("sleeper", HEARS)
def test_an_interruptible_wake_up_wakes_those_who_sleep_so(tmp_path: Path, sleeper: str) -> None:
    waker = "WRITE_ONCE(ready, 1); {0}(&wq);"
    expected = "PASS" if HEARS[sleeper] else "deadlock"
    assert verdicts(tmp_path, threads(sleeper, waker.format("wake_up_interruptible")), "sc", "lkmm") == {expected}


@pytest.mark.parametrize("sleeper", [sleeper for sleeper in HEARS if not HEARS[sleeper]][::3])
def test_who_does_not_hear_it_is_woken_by_another(tmp_path: Path, sleeper: str) -> None:
    waker = "WRITE_ONCE(ready, 1); wake_up_interruptible_all(&wq); wake_up(&wq);"
    assert verdicts(tmp_path, threads(sleeper, waker), "sc") == {"PASS"}


def test_it_passes_over_who_does_not_hear(tmp_path: Path) -> None:
    """The first in line sleeps on; the second is the one who is woken."""
    queued = "prepare_to_wait_exclusive(&wq, &w, {}); smp_store_release(&x, {}); schedule(); finish_wait(&wq, &w);"
    deaf = "DEFINE_WAIT(w);" + queued.format("TASK_UNINTERRUPTIBLE", 1)
    hears = "DEFINE_WAIT(w); while (smp_load_acquire(&x) != 1) cpu_relax();"
    hears += queued.format("TASK_INTERRUPTIBLE", 2) + "smp_store_release(&x, 3);"
    waker = "while (smp_load_acquire(&x) != 2) cpu_relax(); wake_up_interruptible(&wq);"
    waker += "while (smp_load_acquire(&x) != 3) cpu_relax(); {}(&wq);"
    assert verdicts(tmp_path, threads(deaf, hears, waker.format("wake_up")), "sc") == {"PASS"}
    assert verdicts(tmp_path, threads(deaf, hears, waker.format("wake_up_interruptible")), "sc") == {"deadlock"}


def test_who_sleeps_on_is_still_seen(tmp_path: Path) -> None:
    waker = "wake_up_interruptible(&wq); WRITE_ONCE(ready, 1); smp_mb(); if (waitqueue_active(&wq)) wake_up(&wq);"
    assert verdicts(tmp_path, threads("wait_event(wq, READ_ONCE(ready));", waker), "sc", "lkmm") == {"PASS"}


def test_a_wake_up_by_name_ends_an_uninterruptible_sleep_too(tmp_path: Path) -> None:
    text = """#include <linux/kthread.h>
static int f(void *a) { wait_event(wq, kthread_should_stop()); return 0; }
int main(void) { struct task_struct *t = kthread_run(f, 0, "f"); kthread_stop(t); return 0; }
"""
    assert verdicts(tmp_path, text, "sc", "lkmm") == {"PASS"}
