"""What lockdep is asked of locks and sections it answers as the kernel does, and warns where it is not so.

Of the kernel's sources: rcu_read_lock_held() is about rcu_read_lock() alone, rcu_read_lock_bh_held() is
``in_softirq() || irqs_disabled()``, rcu_read_lock_sched_held() is ``!preemptible()``, that is with preemption, bottom
halves or interrupts off, and rcu_read_lock_any_held() is any of them.
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
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/percpu-rwsem.h>
#include <linux/seqlock.h>
#include <linux/srcu.h>
#include <linux/bit_spinlock.h>
#include <linux/hashtable.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <pthread.h>
static DEFINE_SPINLOCK(spin); static DEFINE_SPINLOCK(spin2); static DEFINE_RAW_SPINLOCK(raw); static DEFINE_RWLOCK(rw);
static DECLARE_RWSEM(sem); static DEFINE_MUTEX(mutex); static DEFINE_SRCU(ss); static DEFINE_SRCU(ss2);
static int *p, there; static unsigned long flags, bits; static int i, j; static struct rcu_head head;
static struct thing { struct list_head l; struct hlist_node h; } *thing;
static LIST_HEAD(list); static struct list_head *at; static HLIST_HEAD(hlist); static DEFINE_HASHTABLE(table, 1);
static seqcount_t plain = SEQCNT_ZERO(plain);
static seqcount_spinlock_t by_spin = SEQCNT_SPINLOCK_ZERO(by_spin, &spin);
static seqcount_raw_spinlock_t by_raw; static seqcount_mutex_t by_mutex = SEQCNT_MUTEX_ZERO(by_mutex, &mutex);
static seqcount_rwlock_t by_rw;
"""

RCU = "rcu_read_lock_held()"
BH = "rcu_read_lock_bh_held()"
SCHED = "rcu_read_lock_sched_held()"
ANY = "rcu_read_lock_any_held()"
ASKS = (RCU, BH, SCHED, ANY)
SECTIONS = [
    # before, after, and which of the four hold between
    ("", "", ()),
    ("rcu_read_lock();", "rcu_read_unlock();", (RCU, ANY)),
    ("rcu_read_lock(); rcu_read_lock(); rcu_read_unlock();", "rcu_read_unlock();", (RCU, ANY)),
    ("rcu_read_lock(); rcu_read_unlock();", "", ()),
    ("rcu_read_lock_bh();", "rcu_read_unlock_bh();", (BH, SCHED, ANY)),
    ("rcu_read_lock_sched();", "rcu_read_unlock_sched();", (SCHED, ANY)),
    ("preempt_disable();", "preempt_enable();", (SCHED, ANY)),
    ("preempt_disable(); preempt_enable();", "", ()),
    ("local_bh_disable();", "local_bh_enable();", (BH, SCHED, ANY)),
    ("local_irq_disable();", "local_irq_enable();", (BH, SCHED, ANY)),
    ("local_irq_disable(); local_irq_enable();", "", ()),
    ("local_irq_save(flags);", "local_irq_restore(flags);", (BH, SCHED, ANY)),
    (
        "unsigned long inner; local_irq_save(flags); local_irq_save(inner); local_irq_restore(inner);",
        "local_irq_restore(flags);",
        (BH, SCHED, ANY),
    ),
    ("spin_lock(&spin);", "spin_unlock(&spin);", (SCHED, ANY)),
    ("spin_lock_bh(&spin);", "spin_unlock_bh(&spin);", (BH, SCHED, ANY)),
    ("spin_lock_irq(&spin);", "spin_unlock_irq(&spin);", (BH, SCHED, ANY)),
    ("spin_lock_irqsave(&spin, flags);", "spin_unlock_irqrestore(&spin, flags);", (BH, SCHED, ANY)),
    ("spin_lock_irqsave(&spin, flags); spin_unlock_irqrestore(&spin, flags);", "", ()),
    ("if (!spin_trylock_bh(&spin)) return a;", "spin_unlock_bh(&spin);", (BH, SCHED, ANY)),
    ("spin_lock(&spin2); if (spin_trylock_bh(&spin2)) return a; spin_unlock(&spin2);", "", ()),
    ("raw_spin_lock(&raw);", "raw_spin_unlock(&raw);", (SCHED, ANY)),
    ("read_lock(&rw);", "read_unlock(&rw);", (SCHED, ANY)),
    ("write_lock_bh(&rw);", "write_unlock_bh(&rw);", (BH, SCHED, ANY)),
    ("bit_spin_lock(0, &bits);", "bit_spin_unlock(0, &bits);", (SCHED, ANY)),
    ("mutex_lock(&mutex);", "mutex_unlock(&mutex);", ()),
    ("down_read(&sem);", "up_read(&sem);", ()),
    ("i = srcu_read_lock(&ss);", "srcu_read_unlock(&ss, i);", ()),
]


def thread(body: str, before: str = "", main: str = "") -> str:
    return (
        f"{before}\nstatic void *f(void *a) {{\n{body}\nreturn a; }}\n"
        f"int main(void) {{ pthread_t t; seqcount_raw_spinlock_init(&by_raw, &raw); seqcount_rwlock_init(&by_rw, &rw);"
        f" {main} pthread_create(&t, 0, f, 0); pthread_join(t, 0); return 0; }}"
    )


def said(path: Path, text: str, model: str = "lkmm") -> set[tuple[str, str | None]]:
    path.write_text(START + text)
    program = parse_program([path])
    first, second = explore(program, "sc", ASKED), check(program, load_model(model), ASKED)
    return {(first.verdict, first.finding.property if first.finding else None), (second.verdict, second.property)}


@pytest.mark.parametrize("version", ["", "#define MC_KERNEL_VERSION 0x041300\n"], ids=["now", "4.19"])
@pytest.mark.parametrize(("before", "after", "true"), SECTIONS, ids=[before or "nothing" for before, _, _ in SECTIONS])
def test_a_thread_knows_what_it_is_in(
    tmp_path: Path, version: str, before: str, after: str, true: tuple[str, ...]
) -> None:
    conditions = " || ".join(f"{'!' if ask in true else ''}{ask}" for ask in ASKS)
    (tmp_path / "p.c").write_text(version + START + thread(f"{before} WARN_ON({conditions}); {after}"))
    program = parse_program([tmp_path / "p.c"])
    assert explore(program, "sc", ASKED).verdict == check(program, load_model("lkmm"), ASKED).verdict == "PASS"
    for ask in ASKS:
        broken = thread(f"{before} WARN_ON({'' if ask in true else '!'}{ask}); {after}")
        assert said(tmp_path / "p.c", broken) == {("FAIL", "warning")}


HELD = [
    # before, after, what is so between and its opposite is not
    ("", "", "!lockdep_is_held(&spin)"),
    ("spin_lock(&spin);", "spin_unlock(&spin);", "lockdep_is_held(&spin)"),
    ("spin_lock(&spin);", "spin_unlock(&spin);", "!lockdep_is_held(&spin2)"),
    ("mutex_lock(&mutex);", "mutex_unlock(&mutex);", "lockdep_is_held(&mutex)"),
    ("mutex_lock(&mutex); mutex_unlock(&mutex);", "", "!lockdep_is_held(&mutex)"),
    ("read_lock(&rw);", "read_unlock(&rw);", "lockdep_is_held(&rw)"),
    ("read_lock(&rw);", "read_unlock(&rw);", "lockdep_is_held_type(&rw, 1)"),
    ("read_lock(&rw);", "read_unlock(&rw);", "!lockdep_is_held_type(&rw, 0)"),
    ("read_lock(&rw); read_lock(&rw); read_unlock(&rw);", "read_unlock(&rw);", "lockdep_is_held(&rw)"),
    ("read_lock(&rw); read_unlock(&rw);", "", "!lockdep_is_held(&rw)"),
    ("write_lock(&rw);", "write_unlock(&rw);", "lockdep_is_held_type(&rw, 0)"),
    ("write_lock(&rw);", "write_unlock(&rw);", "!lockdep_is_held_type(&rw, 1)"),
    ("down_read(&sem);", "up_read(&sem);", "lockdep_is_held_type(&sem, 1)"),
    ("down_write(&sem);", "up_write(&sem);", "lockdep_is_held(&sem)"),
    ("down_write(&sem); downgrade_write(&sem);", "up_read(&sem);", "lockdep_is_held_type(&sem, 1)"),
    ("if (!down_read_trylock(&sem)) return a;", "up_read(&sem);", "lockdep_is_held(&sem)"),
    ("i = srcu_read_lock(&ss);", "srcu_read_unlock(&ss, i);", "srcu_read_lock_held(&ss)"),
    ("i = srcu_read_lock(&ss);", "srcu_read_unlock(&ss, i);", "!srcu_read_lock_held(&ss2)"),
    ("i = srcu_read_lock(&ss); srcu_read_unlock(&ss, i);", "", "!srcu_read_lock_held(&ss)"),
    ("local_irq_disable();", "local_irq_enable();", "irqs_disabled()"),
    ("", "", "!irqs_disabled()"),
]


@pytest.mark.parametrize(("before", "after", "true"), HELD, ids=[f"{before}{true}" for before, _, true in HELD])
def test_a_thread_knows_what_it_holds(tmp_path: Path, before: str, after: str, true: str) -> None:
    assert said(tmp_path / "p.c", thread(f"{before} WARN_ON(!({true})); {after}")) == {("PASS", None)}
    assert said(tmp_path / "p.c", thread(f"{before} WARN_ON({true}); {after}")) == {("FAIL", "warning")}


@pytest.mark.parametrize("take", ["read_lock(&rw)", "down_read(&sem)", "i = srcu_read_lock(&ss)"])
def test_what_another_reads_it_does_not_hold(tmp_path: Path, take: str) -> None:
    asked = {"r": "lockdep_is_held(&rw)", "d": "lockdep_is_held(&sem)", "i": "srcu_read_lock_held(&ss)"}[take[0]]
    give = {"r": "read_unlock(&rw)", "d": "up_read(&sem)", "i": "srcu_read_unlock(&ss, i)"}[take[0]]
    text = "pthread_t u; " + thread(
        f"if (READ_ONCE(there)) WARN_ON({asked});",
        f"static void *g(void *a) {{ {take}; WRITE_ONCE(there, 1); {give}; return a; }}",
        "pthread_create(&u, 0, g, 0);",
    )
    assert said(tmp_path / "p.c", text) == {("PASS", None)}


WARNED = [
    # before, after, the right one, what comes before in the wrong one
    ("spin_lock(&spin);", "spin_unlock(&spin);", "(void)rcu_dereference_protected(p, lockdep_is_held(&spin));"),
    ("rcu_read_lock();", "rcu_read_unlock();", "(void)rcu_dereference_check(p, lockdep_is_held(&spin));"),
    ("spin_lock(&spin);", "spin_unlock(&spin);", "(void)rcu_dereference_check(p, lockdep_is_held(&spin));"),
    ("rcu_read_lock();", "rcu_read_unlock();", "(void)rcu_dereference_check(p, 0);"),
    ("rcu_read_lock_bh();", "rcu_read_unlock_bh();", "(void)rcu_dereference_bh_check(p, 0);"),
    ("rcu_read_lock_sched();", "rcu_read_unlock_sched();", "(void)rcu_dereference_sched_check(p, 0);"),
    ("i = srcu_read_lock(&ss);", "srcu_read_unlock(&ss, i);", "(void)srcu_dereference(p, &ss);"),
    ("mutex_lock(&mutex);", "mutex_unlock(&mutex);", "(void)srcu_dereference_check(p, &ss, lockdep_is_held(&mutex));"),
    ("mutex_lock(&mutex);", "mutex_unlock(&mutex);", "rcu_replace_pointer(p, &there, lockdep_is_held(&mutex));"),
    ("rcu_read_lock();", "rcu_read_unlock();", 'RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "not in a section");'),
    ("rcu_read_lock();", "rcu_read_unlock();", "lockdep_assert_in_rcu_read_lock();"),
    ("rcu_read_lock_bh();", "rcu_read_unlock_bh();", "lockdep_assert_in_rcu_read_lock_bh();"),
    ("rcu_read_lock_sched();", "rcu_read_unlock_sched();", "lockdep_assert_in_rcu_read_lock_sched();"),
    ("preempt_disable();", "preempt_enable();", "lockdep_assert_in_rcu_reader();"),
    ("spin_lock(&spin);", "spin_unlock(&spin);", "lockdep_assert(lockdep_is_held(&spin));"),
    ("spin_lock(&spin);", "spin_unlock(&spin);", "lockdep_assert_held(&spin);"),
    ("spin_lock(&spin);", "spin_unlock(&spin);", "lockdep_assert_held_once(&spin);"),
    ("down_write(&sem);", "up_write(&sem);", "lockdep_assert_held_write(&sem);"),
    ("down_read(&sem);", "up_read(&sem);", "lockdep_assert_held_read(&sem);"),
    ("local_irq_disable();", "local_irq_enable();", "lockdep_assert_irqs_disabled();"),
    ("spin_lock(&spin);", "spin_unlock(&spin);", "lockdep_assert_preemption_disabled();"),
    ("spin_lock(&spin);", "spin_unlock(&spin);", "write_seqcount_begin(&by_spin); write_seqcount_end(&by_spin);"),
    ("raw_spin_lock(&raw);", "raw_spin_unlock(&raw);", "write_seqcount_begin(&by_raw); write_seqcount_end(&by_raw);"),
    ("mutex_lock(&mutex);", "mutex_unlock(&mutex);", "write_seqcount_begin(&by_mutex); write_seqcount_end(&by_mutex);"),
    ("write_lock(&rw);", "write_unlock(&rw);", "write_seqcount_begin(&by_rw); write_seqcount_end(&by_rw);"),
    ("spin_lock(&spin);", "spin_unlock(&spin);", "write_seqcount_begin_nested(&by_spin, 1);"),
    ("preempt_disable();", "preempt_enable();", "write_seqcount_begin(&plain); write_seqcount_end(&plain);"),
    ("local_bh_disable();", "local_bh_enable();", "write_seqcount_begin(&plain); write_seqcount_end(&plain);"),
    ("rcu_read_lock();", "rcu_read_unlock();", "(void)rcu_dereference(p);"),
    ("rcu_read_lock_bh();", "rcu_read_unlock_bh();", "(void)rcu_dereference_bh(p);"),
    ("preempt_disable();", "preempt_enable();", "(void)rcu_dereference_sched(p);"),
    ("preempt_disable();", "preempt_enable();", "(void)rcu_dereference_all(p);"),
    ("rcu_read_lock();", "rcu_read_unlock();", "list_for_each_rcu(at, &list) ;"),
    ("rcu_read_lock();", "rcu_read_unlock();", "list_for_each_entry_rcu(thing, &list, l) ;"),
    ("preempt_disable();", "preempt_enable();", "list_for_each_entry_rcu(thing, &list, l) ;"),
    ("spin_lock(&spin);", "spin_unlock(&spin);", "list_for_each_entry_rcu(thing, &list, l, lockdep_is_held(&spin)) ;"),
    ("mutex_lock(&mutex);", "mutex_unlock(&mutex);",
     "list_for_each_entry_srcu(thing, &list, l, lockdep_is_held(&mutex)) ;"),
    ("rcu_read_lock_sched();", "rcu_read_unlock_sched();", "hlist_for_each_entry_rcu(thing, &hlist, h) ;"),
    ("rcu_read_lock_bh();", "rcu_read_unlock_bh();", "hlist_for_each_entry_rcu_bh(thing, &hlist, h) ;"),
    ("i = srcu_read_lock(&ss);", "srcu_read_unlock(&ss, i);",
     "hlist_for_each_entry_srcu(thing, &hlist, h, srcu_read_lock_held(&ss)) ;"),
    ("rcu_read_lock();", "rcu_read_unlock();", "hash_for_each_possible_rcu(table, thing, h, 7) ;"),
    ("mutex_lock(&mutex);", "mutex_unlock(&mutex);",
     "hash_for_each_possible_rcu(table, thing, h, 7, lockdep_is_held(&mutex)) ;"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "body"), WARNED, ids=[f"{b}{body}" for b, _, body in WARNED])
def test_what_is_not_so_is_warned_of(tmp_path: Path, before: str, after: str, body: str) -> None:
    assert said(tmp_path / "p.c", thread(f"{before} {body} {after}")) == {("PASS", None)}
    assert said(tmp_path / "p.c", thread(body)) == {("FAIL", "warning")}
    assert said(tmp_path / "p.c", thread(f"spin_lock(&spin2); spin_unlock(&spin2); {body}")) == {("FAIL", "warning")}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("lockdep_assert_irqs_enabled();", "local_irq_disable(); lockdep_assert_irqs_enabled(); local_irq_enable();"),
        (
            "lockdep_assert_preemption_enabled();",
            "spin_lock(&spin); lockdep_assert_preemption_enabled(); spin_unlock(&spin);",
        ),
        ("lockdep_assert_not_held(&spin);", "spin_lock(&spin); lockdep_assert_not_held(&spin); spin_unlock(&spin);"),
        (
            "call_rcu(&head, in_softirq_context); rcu_barrier();",
            "call_rcu(&head, in_a_reader); rcu_barrier();",
        ),
    ],
)
def test_what_holds_outside_does_not_inside(tmp_path: Path, right: str, wrong: str) -> None:
    before = (
        "static void in_softirq_context(struct rcu_head *h) { WARN_ON(!rcu_read_lock_bh_held()); }\n"
        "static void in_a_reader(struct rcu_head *h) { WARN_ON(!rcu_read_lock_held()); }\n"
    )
    assert said(tmp_path / "p.c", thread(right, before)) == {("PASS", None)}
    assert said(tmp_path / "p.c", thread(wrong, before)) == {("FAIL", "warning")}


NEVER = [
    "(void)rcu_dereference_raw(p); (void)rcu_access_pointer(p); (void)rcu_dereference_check(p, 1);",
    "(void)rcu_dereference_protected(p, 1); (void)srcu_dereference_check(p, &ss, 1);",
    "list_for_each_entry_rcu(thing, &list, l, 1) ; list_for_each_entry_lockless(thing, &list, l) ;",
    "hlist_for_each_entry_rcu_notrace(thing, &hlist, h) ; hash_for_each_possible_rcu(table, thing, h, 7, true) ;",
    "raw_write_seqcount_begin(&by_spin); raw_write_seqcount_end(&by_spin);",
    "raw_write_seqcount_begin(&plain); raw_write_seqcount_end(&plain);",
    "i = read_seqcount_begin(&by_spin); j = read_seqcount_retry(&by_spin, i);",
]
"""What asks for nothing, anywhere."""


@pytest.mark.parametrize("body", NEVER)
def test_what_asks_for_no_section_and_no_lock_is_not_warned_of(tmp_path: Path, body: str) -> None:
    assert said(tmp_path / "p.c", thread(body)) == {("PASS", None)}


@pytest.mark.parametrize(
    ("version", "body"),
    [
        ("0x050300", "list_for_each_entry_rcu(thing, &list, l) ; hlist_for_each_entry_rcu(thing, &hlist, h) ;"),
        ("0x050800", "write_seqcount_begin(&plain); write_seqcount_end(&plain);"),
    ],
)
def test_older_kernels_did_not_look(tmp_path: Path, version: str, body: str) -> None:
    (tmp_path / "p.c").write_text(f"#define MC_KERNEL_VERSION {version}\n{START}{thread(body)}")
    program = parse_program([tmp_path / "p.c"])
    assert explore(program, "sc", ASKED).verdict == check(program, load_model("lkmm"), ASKED).verdict == "PASS"


def test_of_more_than_sixteen_threads_each_knows_its_own(tmp_path: Path) -> None:
    readers = "".join("pthread_create(&u, 0, f, 0);" for _ in range(20))
    body = "rcu_read_lock(); (void)rcu_dereference(p); rcu_read_unlock();"
    (tmp_path / "p.c").write_text(f"{START} pthread_t u; {thread(body, '', readers)}")
    assert check(parse_program([tmp_path / "p.c"]), load_model("lkmm"), ASKED).verdict == "PASS"


def test_a_condition_of_a_hash_list_is_looked_at_where_the_kernel_is_said_to_have_them(tmp_path: Path) -> None:
    each = "hlist_for_each_entry_rcu(thing, &hlist, h, lockdep_is_held(&mutex)) ;"
    for verdict, body in (("PASS", f"mutex_lock(&mutex); {each} mutex_unlock(&mutex);"), ("FAIL", each)):
        (tmp_path / "p.c").write_text(f"#define MC_KERNEL_VERSION 0x060100\n{START}{thread(body)}")
        program = parse_program([tmp_path / "p.c"])
        assert explore(program, "sc", ASKED).verdict == check(program, load_model("lkmm"), ASKED).verdict == verdict


@pytest.mark.parametrize(
    ("header", "lock", "take", "release"),
    [
        ("spinlock", "DEFINE_SPINLOCK(l)", "spin_lock(&l);", "spin_unlock(&l);"),
        ("mutex", "DEFINE_MUTEX(l)", "mutex_lock(&l);", "mutex_unlock(&l);"),
        ("rwsem", "DECLARE_RWSEM(l)", "down_write(&l);", "up_write(&l);"),
    ],
)
def test_whoever_has_the_header_of_a_lock_may_ask_whether_it_is_held(
    header: str, lock: str, take: str, release: str, tmp_path: Path
) -> None:
    start = f"#include <linux/{header}.h>\nstatic {lock};\nint main(void) {{ "
    end = " return 0; }\n"
    for body, verdict in (
        (f"{take} BUG_ON(!lockdep_is_held(&l)); {release}", "PASS"),
        (f"{take} {release} BUG_ON(!lockdep_is_held(&l));", "assertion"),
    ):
        file = tmp_path / "asks.c"
        file.write_text(start + body + end)
        found = explore(parse_program([file]), "sc", ASKED)
        assert (found.finding.property if found.finding else found.verdict) == verdict
