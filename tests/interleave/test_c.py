"""Kernel idioms in C: what the explorer says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.interleave.describe import replay
from modelcheck.interleave.explore import Exploration, explore, start
from modelcheck.program.ir import Program

HEADERS = "".join(
    f"#include <{name}>\n"
    for name in (
        "linux/compiler.h",
        "linux/atomic.h",
        "linux/bitops.h",
        "linux/bug.h",
        "linux/completion.h",
        "linux/kref.h",
        "linux/list.h",
        "linux/mutex.h",
        "linux/rcupdate.h",
        "linux/seqlock.h",
        "linux/slab.h",
        "linux/spinlock.h",
        "linux/srcu.h",
        "linux/wait.h",
        "mc/intrinsics.h",
    )
)


def parse(text: str, folder: Path, final: str | None = None, init: str | None = None) -> Program:
    path = folder / "test.c"
    path.write_text(HEADERS + text)
    names = sorted({f"t{n}" for n in range(5) if f"t{n}(void)" in text})
    entry = ScenarioEntry(init=init, threads=tuple((name, name) for name in names), final=final)
    return parse_program([path], scenario=entry)


def both(text: str, folder: Path, final: str | None = None, init: str | None = None) -> tuple[str, str]:
    program = parse(text, folder, final, init)
    return _said(explore(program, "sc")), _said(explore(program, "tso"))


def _said(result: Exploration) -> str:
    return result.verdict if result.finding is None else result.finding.property


def test_a_seqlock_gives_consistent_reads(tmp_path: Path) -> None:
    text = """
    static DEFINE_SEQLOCK(s);
    static int a, b;
    void t0(void) { write_seqlock(&s); WRITE_ONCE(a, 1); WRITE_ONCE(b, 1); write_sequnlock(&s); }
    void t1(void)
    {
        unsigned seq; int x, y;
        do { seq = read_seqbegin(&s); x = READ_ONCE(a); y = READ_ONCE(b); } while (read_seqretry(&s, seq));
        BUG_ON(x != y);
    }
    """
    assert both(text, tmp_path) == ("PASS", "PASS")


def test_a_reader_without_retry_sees_halves(tmp_path: Path) -> None:
    text = """
    static int a, b;
    void t0(void) { WRITE_ONCE(a, 1); WRITE_ONCE(b, 1); }
    void t1(void) { int x = READ_ONCE(a), y = READ_ONCE(b); BUG_ON(x != y); }
    """
    assert both(text, tmp_path) == ("assertion", "assertion")


def test_a_flag_in_one_word_survives_only_atomic_updates(tmp_path: Path) -> None:
    text = """
    static unsigned long word;
    void t0(void) { %s(1, &word); }
    void t1(void) { %s(2, &word); }
    void final(void) { BUG_ON(word != 6); }
    """
    assert both(text % ("set_bit", "set_bit"), tmp_path, "final") == ("PASS", "PASS")
    assert both(text % ("__set_bit", "__set_bit"), tmp_path, "final") == ("assertion", "assertion")


def test_dekker_needs_full_barriers_under_tso(tmp_path: Path) -> None:
    text = """
    static int x, y, in;
    void t0(void) { WRITE_ONCE(x, 1); %s; if (!READ_ONCE(y)) { BUG_ON(in); in = 1; in = 0; } }
    void t1(void) { WRITE_ONCE(y, 1); %s; if (!READ_ONCE(x)) { BUG_ON(in); in = 1; in = 0; } }
    """
    assert both(text % ("smp_wmb()", "smp_wmb()"), tmp_path) == ("PASS", "assertion")
    assert both(text % ("smp_mb()", "smp_mb()"), tmp_path) == ("PASS", "PASS")


def test_a_lost_wakeup_is_a_deadlock(tmp_path: Path) -> None:
    text = """
    static DECLARE_WAIT_QUEUE_HEAD(wq);
    static int ready;
    void t0(void) { wait_event(wq, READ_ONCE(ready)); }
    void t1(void) { WRITE_ONCE(ready, 1); %s }
    """
    assert both(text % "wake_up(&wq);", tmp_path) == ("PASS", "PASS")
    assert both(text % "", tmp_path) == ("deadlock", "deadlock")


def test_a_completion_hands_over(tmp_path: Path) -> None:
    text = """
    static DECLARE_COMPLETION(done);
    static int x;
    void t0(void) { x = 5; complete(&done); }
    void t1(void) { wait_for_completion(&done); BUG_ON(x != 5); }
    """
    assert both(text, tmp_path) == ("PASS", "PASS")


LIST = """
struct item { int value; struct list_head link; };
static LIST_HEAD(items);
static DEFINE_SPINLOCK(lock);
static void push(int value)
{
    struct item *i = kmalloc(sizeof(*i), GFP_KERNEL | __GFP_NOFAIL);

    i->value = value;
    %(lock)s
    list_add(&i->link, &items);
    %(unlock)s
}
static void pop(void)
{
    struct item *i = NULL;

    spin_lock(&lock);
    if (!list_empty(&items)) {
        i = list_first_entry(&items, struct item, link);
        list_del(&i->link);
    }
    spin_unlock(&lock);
    %(end)s
}
void t0(void) { push(1); }
void t1(void) { push(2); pop(); }
"""


def test_a_list_under_a_lock_holds_together(tmp_path: Path) -> None:
    good = {"lock": "spin_lock(&lock);", "unlock": "spin_unlock(&lock);", "end": "kfree(i);"}
    assert both(LIST % good, tmp_path) == ("PASS", "PASS")
    assert both(LIST % {**good, "end": ""}, tmp_path) == ("leak", "leak")
    sc, tso = both(LIST % {**good, "lock": "", "unlock": ""}, tmp_path)
    assert sc in ("list-corruption", "leak")
    assert tso in ("list-corruption", "leak")


def test_a_counted_object_is_freed_once(tmp_path: Path) -> None:
    text = """
    struct thing { struct kref ref; int x; };
    static struct thing *it;
    static void release(struct kref *ref) { kfree(container_of(ref, struct thing, ref)); }
    void init(void)
    {
        it = kzalloc(sizeof(*it), GFP_KERNEL | __GFP_NOFAIL);
        kref_init(&it->ref);
        %s
    }
    void t0(void) { it->x = 1; kref_put(&it->ref, release); }
    void t1(void) { it->x = 2; kref_put(&it->ref, release); }
    """
    assert both(text % "kref_get(&it->ref);", tmp_path, init="init") == ("PASS", "PASS")
    sc, tso = both(text % "", tmp_path, init="init")
    assert {sc, tso} <= {"use-after-free", "double-free", "assertion"}


def test_srcu_waits_for_its_own_readers_only(tmp_path: Path) -> None:
    text = """
    DEFINE_STATIC_SRCU(s);
    DEFINE_STATIC_SRCU(other);
    static int *p;
    void init(void) { p = kzalloc(4, GFP_KERNEL | __GFP_NOFAIL); }
    void t0(void)
    {
        int k = srcu_read_lock(&s);
        int *q = srcu_dereference(p, &s);

        if (q)
            WRITE_ONCE(*q, 1);
        srcu_read_unlock(&s, k);
    }
    void t1(void) { int *q = xchg(&p, NULL); synchronize_srcu(&%s); kfree(q); }
    """
    assert both(text % "s", tmp_path, init="init") == ("PASS", "PASS")
    assert both(text % "other", tmp_path, init="init") == ("use-after-free", "use-after-free")


def test_an_assumption_ends_its_thread_and_undoes_nothing(tmp_path: Path) -> None:
    text = """
    static int x;
    void t0(void) { BUG_ON(READ_ONCE(x) == 1); }
    void t1(void) { %s; WRITE_ONCE(x, 1); __mc_assume(%s); }
    """
    assert both(text % ("", "1"), tmp_path) == ("assertion", "assertion")
    assert both(text % ("", "0"), tmp_path) == ("assertion", "assertion")
    assert both(text % ("__mc_assume(0)", "1"), tmp_path) == ("PASS", "PASS")


def test_a_thread_that_an_assumption_ended_neither_waits_nor_comes_to_rest(tmp_path: Path) -> None:
    text = """
    static spinlock_t lock;
    static int *p;
    void t0(void) { spin_lock(&lock); __mc_assume(%s); spin_unlock(&lock); }
    void t1(void) { spin_lock(&lock); %s spin_unlock(&lock); }
    """
    leaking = "int *q = kmalloc(4, GFP_KERNEL); if (q) *q = 1;"
    assert both(text % ("0", ""), tmp_path) == ("PASS", "PASS")
    assert both(text % ("0", leaking), tmp_path) == ("PASS", "PASS")
    assert both(text % ("1", leaking), tmp_path) == ("leak", "leak")
    assert both(text % ("1", '__mc_await(&p, 8, "ne", 0, "");'), tmp_path) == ("deadlock", "deadlock")


def test_units_are_leaked_when_counted_and_unreachable(tmp_path: Path) -> None:
    text = """
    struct page { int _count; struct page *next; };
    static struct page map[3] MC_UNITS;
    static struct page *kept;
    void t0(void) { map[0]._count = 1; map[2]._count = 1; kept = &map[0]; %s }
    """
    program = parse(text % "", tmp_path)
    result = explore(program, "sc")
    assert result.finding is not None
    assert result.finding.message.startswith("map[2] ")
    assert both(text % "map[0].next = &map[2];", tmp_path) == ("PASS", "PASS")
    assert both(text % "map[2]._count = 0;", tmp_path) == ("PASS", "PASS")


@pytest.mark.parametrize("model", ["sc", "tso"])
def test_a_schedule_tells_what_was_read_and_written(tmp_path: Path, model: str) -> None:
    text = """
    static int x;
    void t0(void) { WRITE_ONCE(x, 3); }
    void t1(void) { BUG_ON(READ_ONCE(x) == 3); }
    """
    program = parse(text, tmp_path)
    result = explore(program, model)
    steps = replay(start(program, model, result.choices, result.split), result.schedule)
    told = [(step.kind, step.name, step.read, step.written) for step in steps if step.name]
    stores = [("store", "x", None, 3), ("drain", "x", None, 3)][: 1 if model == "sc" else 2]
    assert told == [*stores, ("load", "x", 3, None)]
    assert steps[-1].source.line == len(HEADERS.splitlines()) + 4
