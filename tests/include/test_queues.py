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
