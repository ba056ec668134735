"""A warning is a failure of its own, in both engines: it stops nothing, hides nothing, and its value stays of use."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import explore
from modelcheck.program.ir import PROPERTIES
from modelcheck.solve.check import check

ASKED = frozenset(PROPERTIES) - {"race"}

PROGRAM = """
#include <pthread.h>
#include <assert.h>
#include <linux/bug.h>
#include <linux/mmdebug.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/refcount.h>
static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(sem);
static refcount_t count = REFCOUNT_INIT(1);
static struct page *page;
static int x, y;
static void *one(void *unused) { %s return 0; }
static void *two(void *unused) { %s return 0; }
int main(void)
{
	pthread_t s, t;
	%s
	pthread_create(&s, 0, one, 0); pthread_create(&t, 0, two, 0); pthread_join(s, 0); pthread_join(t, 0);
	return 0;
}
"""


def verdicts(
    tmp_path: Path, one: str, two: str = "", begin: str = "", asked: frozenset[str] = ASKED
) -> tuple[str, str, str]:
    """What each engine says under sc, and the solver under lkmm."""
    path = tmp_path / "warning.c"
    path.write_text(PROGRAM % (one, two, begin))
    program = parse_program([path])
    turns = explore(program, "sc", asked)
    solved = [check(program, load_model(model), asked) for model in ("sc", "lkmm")]
    sc, lkmm = (found.property or found.verdict for found in solved)
    return turns.finding.property if turns.finding else turns.verdict, sc, lkmm


BAD = {
    "WARN_ON": "WARN_ON(READ_ONCE(x));",
    "WARN_ON_ONCE": "WARN_ON_ONCE(READ_ONCE(x));",
    "WARN": 'WARN(READ_ONCE(x), "x is %d", x);',
    "WARN_ONCE": 'WARN_ONCE(READ_ONCE(x), "x is %d", x);',
    "VM_WARN_ON": "VM_WARN_ON(READ_ONCE(x));",
    "VM_WARN_ON_ONCE": "VM_WARN_ON_ONCE(READ_ONCE(x));",
    "VM_WARN_ON_ONCE_PAGE": "VM_WARN_ON_ONCE_PAGE(READ_ONCE(x), page);",
    "VM_WARN_ON_FOLIO": "VM_WARN_ON_FOLIO(READ_ONCE(x), page);",
    "lockdep_assert": "lockdep_assert(!READ_ONCE(x));",
    "lockdep_assert_held": "if (READ_ONCE(x)) lockdep_assert_held(&lock);",
    "lockdep_assert_held of a mutex": "if (READ_ONCE(x)) lockdep_assert_held_once(&mutex);",
    "lockdep_assert_held_write": "down_read(&sem); if (READ_ONCE(x)) lockdep_assert_held_write(&sem); up_read(&sem);",
    "lockdep_assert_held_read": "down_write(&sem); if (READ_ONCE(x)) lockdep_assert_held_read(&sem); up_write(&sem);",
    "of its own lock": "struct rw_semaphore own; init_rwsem(&own); if (READ_ONCE(x)) lockdep_assert_held(&own);",
    "lockdep_assert_not_held": (
        "spin_lock(&lock); if (READ_ONCE(x)) lockdep_assert_not_held(&lock); spin_unlock(&lock);"
    ),
    "refcount_dec": "if (READ_ONCE(x)) refcount_dec(&count);",
    "refcount_inc": "refcount_set(&count, INT_MAX); if (READ_ONCE(x)) refcount_inc(&count);",
    "refcount_inc_not_zero": "refcount_set(&count, -2); if (READ_ONCE(x) && refcount_inc_not_zero(&count)) y = 1;",
}

HELD_BY_ANOTHER = {
    # what this thread does while another one holds the semaphore as a reader
    "held": "lockdep_assert_held(&sem);",
    "held for reading": "lockdep_assert_held_read(&sem);",
    "held for writing": "lockdep_assert_held_write(&sem);",
}

GOOD = {
    "nobody else's": "lockdep_assert_not_held(&sem);",
    "a writer who goes on as a reader": (
        "down_write(&sem); downgrade_write(&sem); lockdep_assert_held_read(&sem); up_read(&sem);"
    ),
    "a spinlock is held": "spin_lock(&lock); lockdep_assert_held(&lock); spin_unlock(&lock);",
    "a spinlock is held no more": "spin_lock(&lock); spin_unlock(&lock); lockdep_assert_not_held(&lock);",
    "a mutex is held": "mutex_lock(&mutex); lockdep_assert_held(&mutex); mutex_unlock(&mutex);",
    "held for reading": "down_read(&sem); lockdep_assert_held(&sem); lockdep_assert_held_read(&sem); up_read(&sem);",
    "held for writing": "down_write(&sem); lockdep_assert_held(&sem); lockdep_assert_held_write(&sem); up_write(&sem);",
    "a count that is raised": "refcount_inc(&count); refcount_dec(&count);",
    "a value that is used": "int w = WARN_ON(y); assert(!w);",
}


@pytest.mark.parametrize("name", BAD)
def test_a_warning_that_another_thread_brings_about_is_found(tmp_path: Path, name: str) -> None:
    assert verdicts(tmp_path, BAD[name], "WRITE_ONCE(x, 1);") == ("warning",) * 3
    assert verdicts(tmp_path, BAD[name], "WRITE_ONCE(x, 0);") == ("PASS",) * 3
    assert verdicts(tmp_path, BAD[name], "WRITE_ONCE(x, 1);", asked=frozenset({"warning"})) == ("warning",) * 3
    assert verdicts(tmp_path, BAD[name], "WRITE_ONCE(x, 1);", asked=ASKED - {"warning"}) == ("PASS",) * 3


@pytest.mark.parametrize("name", GOOD)
def test_what_is_as_it_should_be_is_no_warning(tmp_path: Path, name: str) -> None:
    assert verdicts(tmp_path, GOOD[name], GOOD[name] if "held" in name else "") == ("PASS",) * 3


@pytest.mark.parametrize("name", HELD_BY_ANOTHER)
def test_what_another_reader_holds_is_not_held(tmp_path: Path, name: str) -> None:
    one = f"down_read(&sem); if (READ_ONCE(x) == 2) {{ up_read(&sem); {HELD_BY_ANOTHER[name]} }} else up_read(&sem);"
    two = "down_read(&sem); WRITE_ONCE(x, 2); up_read(&sem);"
    assert verdicts(tmp_path, one, two) == ("warning",) * 3
    assert verdicts(tmp_path, one.replace("== 2", "== 3"), two) == ("PASS",) * 3


HIDDEN = ["assert(0);", "*(int *)0 = 1;", "int *p = kmalloc(4, GFP_KERNEL); kfree(p); *p = 1;"]


@pytest.mark.parametrize("worse", HIDDEN)
def test_a_warning_hides_nothing_and_is_not_hidden(tmp_path: Path, worse: str) -> None:
    expected = {"assert(0);": "assertion", "*(int *)0 = 1;": "null-dereference"}.get(worse, "use-after-free")
    warning = "WARN_ON(READ_ONCE(x) == 0);"
    assert verdicts(tmp_path, warning + worse) == (expected,) * 3
    assert verdicts(tmp_path, warning, worse) == (expected,) * 3
    assert verdicts(tmp_path, warning + worse, asked=frozenset({"warning"})) == ("warning",) * 3
    assert verdicts(tmp_path, "", worse, begin="WARN_ON(!x);") == (expected,) * 3
    assert verdicts(tmp_path, "", begin="WARN_ON(!x);") == ("warning",) * 3


def test_what_a_warning_gives_leads_on(tmp_path: Path) -> None:
    assert verdicts(tmp_path, "if (WARN_ON(!x)) assert(0);") == ("assertion",) * 3
    assert verdicts(tmp_path, "assert(WARN_ON(!x) == 1);") == ("warning",) * 3


def test_a_thread_that_is_warned_goes_on_to_where_it_waits_for_ever(tmp_path: Path) -> None:
    assert verdicts(tmp_path, "WARN_ON(!x); spin_lock(&lock); spin_lock(&lock);") == ("deadlock",) * 3


WATCHED = """
#include <pthread.h>
#include <linux/atomic.h>
#include <linux/kcsan-checks.h>
#include <linux/spinlock.h>
static DEFINE_SPINLOCK(lock);
static int x, y, flag;
static void *one(void *unused) { %s return 0; }
static void *two(void *unused) { %s return 0; }
int main(void)
{
	pthread_t s, t;
	pthread_create(&s, 0, one, 0); pthread_create(&t, 0, two, 0); pthread_join(s, 0); pthread_join(t, 0);
	return 0;
}
"""

WRITER, ACCESS, BITS = "ASSERT_EXCLUSIVE_WRITER(x);", "ASSERT_EXCLUSIVE_ACCESS(x);", "ASSERT_EXCLUSIVE_BITS(x, 1);"
LOCKED = "spin_lock(&lock); %s spin_unlock(&lock);"
EXCLUSIVE = {
    # what one thread does, what the other does, and what comes out
    "a plain write": (WRITER, "x = 1;", "warning"),
    "a marked write": (WRITER, "WRITE_ONCE(x, 1);", "warning"),
    "a write of the same value": (WRITER, "WRITE_ONCE(x, 0);", "warning"),
    "an atomic": (WRITER, "xchg(&x, 1);", "warning"),
    "a read": (WRITER, "y = READ_ONCE(x);", "PASS"),
    "a read where none may be": (ACCESS, "y = READ_ONCE(x);", "warning"),
    "a write where none may be": (ACCESS, "WRITE_ONCE(x, 1);", "warning"),
    "another place": (ACCESS, "WRITE_ONCE(y, 1);", "PASS"),
    "its own write": (f"x = 1; {WRITER} x = 2;", "y = READ_ONCE(x);", "PASS"),
    "two who watch": (ACCESS, ACCESS, "PASS"),
    "under a lock": (LOCKED % WRITER, LOCKED % "x = 1;", "PASS"),
    "under a lock, all accesses": (LOCKED % ACCESS, LOCKED % "x++;", "PASS"),
    "under a lock on one side": (LOCKED % WRITER, "WRITE_ONCE(x, 1);", "warning"),
    "before a release": (
        f"{WRITER} smp_store_release(&flag, 1);", "if (smp_load_acquire(&flag)) x = 1;", "PASS",
    ),
    "behind an acquire": (
        f"if (smp_load_acquire(&flag)) {{ {WRITER} }}", "x = 1; smp_store_release(&flag, 1);", "PASS",
    ),
    "behind the flag": (f"if (READ_ONCE(flag)) {{ {WRITER} }}", "smp_store_release(&flag, 1); x = 1;", "warning"),
    "bits": (BITS, "y = x;", "PASS"),
    "bits that may change": (BITS, "WRITE_ONCE(x, 2);", "UNKNOWN"),
    "a scope": ("ASSERT_EXCLUSIVE_WRITER_SCOPED(x);", "y = x;", "UNKNOWN"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXCLUSIVE)
def test_who_is_not_alone_is_warned(tmp_path: Path, name: str) -> None:
    one, two, expected = EXCLUSIVE[name]
    path = tmp_path / "exclusive.c"
    path.write_text(WATCHED % (one, two))
    program = parse_program([path])
    for model in ("sc", "tso", "pso", "lkmm"):
        found = check(program, load_model(model), ASKED)
        assert (found.property or found.verdict) == expected, (model, found.message, found.reason)
    assert explore(program, "sc", ASKED).verdict == "UNKNOWN"
    assert check(program, load_model("sc"), ASKED - {"warning"}).verdict == ("UNKNOWN" if name == "a scope" else "PASS")


def test_what_is_relaxed_orders_nothing_for_who_watches(tmp_path: Path) -> None:
    path = tmp_path / "exclusive.c"
    path.write_text(WATCHED % (f"{WRITER} WRITE_ONCE(flag, 1);", "if (READ_ONCE(flag)) WRITE_ONCE(x, 1);"))
    program = parse_program([path])
    told = [check(program, load_model(model), ASKED) for model in ("sc", "tso", "lkmm")]
    assert [found.property or found.verdict for found in told] == ["PASS", "PASS", "warning"]
