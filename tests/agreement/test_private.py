"""Identical threads with memory of their own, and reference counts: what the solver saves itself changes no verdict."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from modelcheck.interleave.explore import explore
from modelcheck.solve import groundwork as engine
from modelcheck.solve.check import check
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.counting import add_counting
from modelcheck.solve.encode import Encoding
from modelcheck.solve.symmetry import break_symmetry
from tests.agreement.engines import EVERYTHING, STATES
from tests.solve.checking import model, parse

DECLARATIONS = """
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/atomic.h>
struct node { struct list_head link; long v; struct node *next; };
static struct node *top;
static LIST_HEAD(all);
static unsigned long kept;
static int x;
static atomic_t c = ATOMIC_INIT(1);
static DEFINE_SPINLOCK(l);
"""

POINTERS = (
    "WRITE_ONCE(top, &own);",
    "spin_lock(&l); own.next = top; top = &own; spin_unlock(&l);",
    "spin_lock(&l); list_add(&own.link, &all); spin_unlock(&l);",
    "spin_lock(&l); if (!list_empty(&all)) list_del(all.next); spin_unlock(&l);",
    "spin_lock(&l); if (!list_empty(&all)) list_first_entry(&all, struct node, link)->v += {0}; spin_unlock(&l);",
    "p = READ_ONCE(top); if (p) r += READ_ONCE(p->v);",
    "p = READ_ONCE(top); if (p) WRITE_ONCE(p->v, {0});",
    "p = READ_ONCE(top); if (p) p = READ_ONCE(p->next);",
    "WRITE_ONCE(own.v, {0});",
    "if (READ_ONCE(top) == &own) r += {0};",
    "if (READ_ONCE(top) != &own) WRITE_ONCE(x, {0});",
    "if (cmpxchg(&top, &own, 0) == &own) r += {0};",
    "if (xchg(&top, &own) == p) r += {0};",
    "WRITE_ONCE(kept, ((unsigned long)READ_ONCE(top) + 8) >> 3);",
    "if (READ_ONCE(kept) == ((unsigned long)&own + 8) >> 3) WRITE_ONCE(x, {0});",
    "assert(!p || p == &own || READ_ONCE(x) != {0});",
)
TELLING = (
    "if (READ_ONCE(top) < &own) WRITE_ONCE(x, {0});",
    "WRITE_ONCE(x, (int)((unsigned long)&own >> 7) & {0});",
    "WRITE_ONCE(x, (int)((unsigned long)READ_ONCE(top) >> 7) & {0});",
    "r += (unsigned long)p & 128;",
    "WRITE_ONCE(kept, (unsigned long)READ_ONCE(top) / 3);",
)
COUNTS = (
    "if (atomic_inc_not_zero(&c)) {{ if (atomic_dec_and_test(&c)) WRITE_ONCE(x, {0}); }}",
    "if (atomic_inc_not_zero(&c)) r += READ_ONCE(x);",
    "if (atomic_dec_and_test(&c)) r += {0};",
    "atomic_dec(&c);",
    "if (r == {0}) atomic_sub({0}, &c);",
    "if (atomic_cmpxchg(&c, {0}, {0} + 1) == {0}) atomic_dec(&c);",
    "r += atomic_read(&c);",
    "assert(atomic_read(&c) != {0});",
    "assert(atomic_read(&c) + 2 > {0});",
)


def tells(program: str) -> bool:
    """Whether it depends on where objects lie."""
    return any(sign in program for sign in ("< &own", ">> 7", "& 128", "/ 3"))


def text(seed: int) -> str:
    """Two or three threads that do the same, perhaps one that does not, and an end in question."""
    choose = random.Random(seed)
    pools = (POINTERS, COUNTS, POINTERS + COUNTS, POINTERS + TELLING)
    pool = choose.choice(pools)

    def body(longest: int) -> str:
        several = [choose.choice(pool).format(choose.choice((1, 1, 2))) for _ in range(choose.randint(1, longest))]
        own = "struct node own = { .v = 0, .next = 0 }, *p = 0; long r = 0;"
        return f"{own} {' '.join(several)} if (r == {choose.choice((0, 1, 2))}) WRITE_ONCE(x, 1);"

    copies = choose.choice((2, 2, 3))
    twin = body(3 if copies == 2 else 2)
    bodies = [twin] * copies + [body(2)] * choose.choice((0, 0, 1))
    threads = "".join(f"void t{number}(void) {{ {one} }}\n" for number, one in enumerate(bodies))
    asked = choose.choice(("x == 0", "x == 1", "atomic_read(&c) == 0", "atomic_read(&c) == 2", "!top || top->v != 1"))
    return f"{DECLARATIONS}{threads}void final(void) {{ assert(!({asked})); }}\n"


ROUNDS = range(70)


@pytest.mark.parametrize("name", ["sc", "tso", "lkmm"])
def test_verdicts_of_identical_threads_with_memory_of_their_own(name: str) -> None:
    seen = compare(name, ROUNDS)
    assert min(seen["in order"], seen["counted"], seen["PASS"], seen["FAIL"]) >= 5, seen


def compare(name: str, seeds: range) -> Counter[str]:
    """Verdicts with and without, and the explorer's where the numbers of addresses, its own, do not matter."""
    seen: Counter[str] = Counter()

    def symmetry(encoding: Encoding, coherence: Coherence) -> list[list[int]]:
        found = break_symmetry(encoding, coherence)
        seen["in order"] += bool(found)
        return found

    def counting(encoding: Encoding, coherence: Coherence) -> int:
        found = add_counting(encoding, coherence)
        seen["counted"] += bool(found)
        return found

    for seed in seeds:
        program = parse(text(seed))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "break_symmetry", symmetry)
            patch.setattr(engine, "add_counting", counting)
            quick = check(program, model(name), EVERYTHING).verdict
            patch.setattr(engine, "break_symmetry", lambda *_: [])
            patch.setattr(engine, "add_counting", lambda *_: 0)
            slow = check(program, model(name), EVERYTHING).verdict
        assert (seed, quick) == (seed, slow), text(seed)
        if name in ("sc", "tso") and not tells(text(seed)):
            explored = explore(program, name, EVERYTHING, STATES).verdict
            assert "UNKNOWN" in (quick, explored) or (seed, quick) == (seed, explored), text(seed)
        seen[quick] += 1
    return seen
