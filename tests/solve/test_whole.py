"""Memory that several threads access whole and in parts: each access is one step, under every model that comes along.

The words are those of the kernel's own locks and counts, in the shapes that its documents describe; what is allowed
follows from the definitions of the models (docs/mixed-sizes.md). Both engines answer under `sc` and `tso`.
"""

from __future__ import annotations

import pytest

from modelcheck.interleave.explore import explore
from tests.solve.checking import EVERYTHING, MODELS, answer, parse

SPINLOCK = """
struct word { union { atomic_t val; struct { u8 locked; u8 pending; }; struct { u16 locked_pending; u16 tail; }; }; };
static struct word l; static int x;
static void take(struct word *q)
{
	int val = atomic_cmpxchg_acquire(&q->val, 0, 1);
	if (!val) return;
	val = atomic_fetch_or_acquire(0x100, &q->val);
	if (val & ~0xff) __mc_halt();
	if (val & 0xff) smp_cond_load_acquire(&q->WAITS);
	WRITE_ONCE(q->locked_pending, 1);
}
void t0(void) { take(&l); WRITE_ONCE(x, READ_ONCE(x) + 1); GIVE; }
void t1(void) { take(&l); WRITE_ONCE(x, READ_ONCE(x) + 1); GIVE; }
void final(void) { BUG_ON(x != 2); BUG_ON(atomic_read(&l.val)); }
"""
"""A byte for the holder, one for who waits next, a halfword for both, and the word."""

LOCKREF = """
struct ref { union { u64 lock_count; struct { u32 lock; int count; }; }; };
static struct ref r = { .count = 1 };
void t0(void)
{
	struct ref old, new;
	old.lock_count = READ_ONCE(r.lock_count);
	if (TEST) {
		new.lock_count = old.lock_count;
		new.count++;
		if (cmpxchg64_relaxed(&r.lock_count, old.lock_count, new.lock_count) == old.lock_count) return;
	}
	__mc_halt();
}
void t1(void)
{
	while (cmpxchg_acquire(&r.lock, 0, 1)) cpu_relax();
	r.count++;
	smp_store_release(&r.lock, 0);
}
void final(void) { BUG_ON(r.count != 3); BUG_ON(r.lock); }
"""
"""A lock and a count, changed at once where the lock is free."""

RWLOCK = """
struct rw { union { atomic_t cnts; struct { u8 wlocked; u8 more[3]; }; }; };
static struct rw l; static int x, y;
void t0(void)
{
	while (atomic_cmpxchg_acquire(&l.cnts, 0, 0xff)) cpu_relax();
	x = 1; y = 1;
	GIVE;
}
void t1(void)
{
	if (atomic_add_return_acquire(0x200, &l.cnts) & 0x1ff) WAIT;
	BUG_ON(x != y);
	atomic_sub_return_release(0x200, &l.cnts);
}
void final(void) { BUG_ON(atomic_read(&l.cnts)); }
"""
"""A word of readers whose lowest byte a writer gives back."""

AWAITED = "atomic_cond_read_acquire(&l.cnts, !(VAL & 0xff))"

BIT = """
static unsigned long flags; static int data;
void t0(void) { WRITE_ONCE(data, 1); FENCE; set_bit(9, &flags); }
void t1(void)
{
	if (smp_load_acquire((u8 *)&flags + 1) & 2) BUG_ON(!READ_ONCE(data));
	BUG_ON(READ_ONCE(*(u8 *)&flags));
}
"""

BOTH = """
static union { u64 both; struct { u32 a, b; }; } w;
void t0(void) { u64 o = READ_ONCE(w.both); cmpxchg64(&w.both, o, o + (1UL << 32 | 1)); }
void t1(void) { u32 b = READ_ONCE(w.FIRST); FENCE; u32 a = READ_ONCE(w.THEN); BUG_ON(BAD); }
"""

HALVES = """
static union { u32 w; u16 h[2]; } u; static u32 y; static u32 r0, r1;
void t0(void) { WRITE_ONCE(u.h[0], 1); FENCE; r0 = READ_ONCE(y); }
void t1(void) { WRITE_ONCE(y, 1); FENCE; r1 = READ_ONCE(u.w); }
void final(void) { BUG_ON(!r0 && !r1); }
"""

MESSAGE = """
static union { u32 w; u16 h[2]; } u; static u32 r0;
void t0(void) { WRITE_ONCE(u.h[1], 1); FENCE; WRITE_ONCE(u.h[0], 1); }
void t1(void) { r0 = READ_ONCE(u.w); BUG_ON(r0 == 1); }
"""

ONE_STORE = """
static union { u32 w; u16 h[2]; } u;
void t0(void) { WRITE_ONCE(u.w, 0x10001); }
void t1(void) { u16 a = READ_ONCE(u.h[0]); FENCE; u16 b = READ_ONCE(u.h[1]); BUG_ON(a && !b); }
void t2(void) { u32 r = READ_ONCE(u.w); BUG_ON(r != 0 && r != 0x10001); }
"""

READERS = """
static union { u32 w; u16 h[2]; } u; static u32 r0, r1;
void t0(void) { WRITE_ONCE(u.h[0], 1); }
void t1(void) { WRITE_ONCE(u.h[1], 1); }
void t2(void) { r0 = READ_ONCE(u.w); }
void t3(void) { r1 = READ_ONCE(u.w); }
void final(void) { BUG_ON(r0 == 1 && r1 == 0x10000); }
"""

OVERTAKEN = """
static union { u32 w; u16 h[2]; } u;
void t0(void) { WRITE_ONCE(u.w, 0x10001); }
void t1(void) { WRITE_ONCE(u.w, 0x20002); OTHER; }
void final(void) { BUG_ON(u.h[0] != u.h[1]); }
"""


def case(text: str, expected: str, **parts: str) -> object:
    for name, part in parts.items():
        text = text.replace(name, part)
    return pytest.param(text, expected.split(), id="-".join(parts.values()) or None)


HOLDS = "PASS PASS PASS PASS"
FAILS = "FAIL FAIL FAIL FAIL"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case(SPINLOCK, HOLDS, WAITS="locked, !VAL", GIVE="smp_store_release(&l.locked, 0)"),
        case(SPINLOCK, FAILS, WAITS="pending, VAL", GIVE="smp_store_release(&l.locked, 0)"),
        case(SPINLOCK, "PASS PASS FAIL FAIL", WAITS="locked, !VAL", GIVE="WRITE_ONCE(l.locked, 0)"),
        case(LOCKREF, HOLDS, TEST="!old.lock"),
        case(LOCKREF, FAILS, TEST="1"),
        case(RWLOCK, HOLDS, GIVE="smp_store_release(&l.wlocked, 0)", WAIT=AWAITED),
        case(RWLOCK, "PASS PASS FAIL FAIL", GIVE="WRITE_ONCE(l.wlocked, 0)", WAIT=AWAITED),
        case(RWLOCK, FAILS, GIVE="smp_store_release(&l.wlocked, 0)", WAIT="(void)0"),
        case(BIT, HOLDS, FENCE="smp_mb__before_atomic()"),
        case(BIT, "PASS PASS PASS FAIL", FENCE="barrier()"),
        case(BOTH, HOLDS, FIRST="b", FENCE="smp_rmb()", THEN="a", BAD="b > a"),
        case(BOTH, FAILS, FIRST="a", FENCE="smp_rmb()", THEN="b", BAD="b < a - 1 || a > b - 1"),
        case(BOTH, "PASS PASS PASS FAIL", FIRST="b", FENCE="barrier()", THEN="a", BAD="b > a"),
        case(HALVES, HOLDS, FENCE="smp_mb()"),
        case(HALVES, "PASS FAIL FAIL FAIL", FENCE="barrier()"),
        case(MESSAGE, HOLDS, FENCE="smp_wmb()"),
        case(MESSAGE, "PASS PASS FAIL FAIL", FENCE="barrier()"),
        case(ONE_STORE, HOLDS, FENCE="smp_rmb()"),
        case(ONE_STORE, "PASS PASS PASS FAIL", FENCE="barrier()"),
        case(READERS, "PASS PASS PASS FAIL"),
        case(OVERTAKEN, HOLDS, OTHER="READ_ONCE(u.h[0])"),
        case(OVERTAKEN, FAILS, OTHER="WRITE_ONCE(u.h[0], 3)"),
    ],
)  # fmt: skip
def test_an_access_is_one_step_whatever_part_of_it_others_access(text: str, expected: list[str]) -> None:
    found = [answer(text, name).verdict for name in MODELS]
    assert found == expected
    assert [explore(parse(text), name, EVERYTHING).verdict for name in ("sc", "tso")] == expected[:2]


def test_a_load_around_ones_own_store_waits_until_memory_has_it() -> None:
    """So it is with store buffers that forward within one store; elsewhere each may see its own byte first."""
    text = """
    static union { u16 w; u8 b[2]; } u; static u16 r0, r1;
    void t0(void) { WRITE_ONCE(u.b[0], 1); FENCE; r0 = READ_ONCE(u.w); }
    void t1(void) { WRITE_ONCE(u.b[1], 1); FENCE; r1 = READ_ONCE(u.w); }
    void final(void) { BUG_ON(r0 == 1 && r1 == 0x100); }
    """
    weak = text.replace("FENCE", "barrier()")
    assert [answer(weak, name).verdict for name in MODELS] == ["PASS", "PASS", "PASS", "FAIL"]
    assert [explore(parse(weak), name, EVERYTHING).verdict for name in ("sc", "tso")] == ["PASS", "PASS"]
    within = """
    static union { u16 w; u8 b[2]; } u; static u16 r0, r1, y;
    void t0(void) { WRITE_ONCE(u.b[1], 1); WRITE_ONCE(u.w, 0x101); r0 = READ_ONCE(u.b[1]); r0 &= READ_ONCE(y); }
    void t1(void) { WRITE_ONCE(y, 1); smp_mb(); r1 = READ_ONCE(u.b[1]); }
    void final(void) { BUG_ON(!r0 && !r1); }
    """
    assert [answer(within, name).verdict for name in MODELS] == ["PASS", "FAIL", "FAIL", "FAIL"]
    assert [explore(parse(within), name, EVERYTHING).verdict for name in ("sc", "tso")] == ["PASS", "FAIL"]
    strong = text.replace("FENCE", "smp_mb()")
    assert [answer(strong, name).verdict for name in MODELS] == ["PASS"] * 4
    assert [explore(parse(strong), name, EVERYTHING).verdict for name in ("sc", "tso")] == ["PASS"] * 2


def test_a_model_that_says_nothing_of_it_is_not_guessed() -> None:
    text = ONE_STORE.replace("FENCE", "barrier()")
    result = answer(text, "rc11")
    assert (result.verdict, result.mixed) == ("UNKNOWN", True)
