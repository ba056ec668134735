"""Small random C programs: two or three threads over a few globals, with most of what threads do to one another."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from attrs import frozen
from hypothesis import strategies as st

HEADER = """\
#include <linux/compiler.h>
#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/processor.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <asm/barrier.h>
#include <mc/intrinsics.h>

static int a, b, c;
static int *p = &a;
static int r0, r1, r2;
static DEFINE_SPINLOCK(l);
static DEFINE_SPINLOCK(m);
static DEFINE_MUTEX(n);
DEFINE_STATIC_SRCU(s);
DEFINE_STATIC_SRCU(other);
static int want[6] = { 99 }; /* no outcome of these programs */

static int swap_in(int *cell, int value)
{
	int old = *cell;

	*cell = value;
	return old;
}

static void end_at(int value, int end)
{
	if (value == end)
		__mc_exit(value);
}
"""

FINAL = """
void final(void)
{
	int held = a == want[0] && b == want[1] && c == want[2] && r0 == want[3] && r1 == want[4] && r2 == want[5];

	__mc_assert(!held, "counters", "the wanted outcome");
}
"""

CELLS = ("a", "b", "c")
WANT = ("a", "b", "c", "r0", "r1", "r2")


@frozen
class RandomProgram:
    """Statements of each thread; ``text`` is the C file."""

    threads: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        bodies = []
        for number, statements in enumerate(self.threads):
            lines = "".join(f"\t{statement}\n" for statement in statements)
            bodies.append(
                f"void t{number}(void)\n{{\n\tint r = 0;\n\tint *q = &c;\n\n{lines}\t(void)q;\n\tr{number} = r;\n}}\n"
            )
        return HEADER + "\n" + "\n".join(bodies) + FINAL


def _choice(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(texts)


cell = st.sampled_from(CELLS)
small = st.integers(0, 2)


def _filled(template: str, *parts: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda values: template.format(*values))


plain = st.one_of(
    _filled("WRITE_ONCE({}, {});", cell, small),
    _filled("WRITE_ONCE({}, {});", cell, small),
    _filled("r = READ_ONCE({});", cell),
    _filled("r = READ_ONCE({});", cell),
    _filled("{} = r;", cell),
    _filled("{} = {} + 1;", cell, cell),
    _filled("r = r + {};", small),
    _filled("smp_store_release(&{}, {});", cell, small),
    _filled("r = smp_load_acquire(&{});", cell),
)
atomic = st.one_of(
    _filled("r = xchg(&{}, {});", cell, small),
    _filled("r = cmpxchg(&{}, {}, {});", cell, small, small),
    _filled("r = cmpxchg_relaxed(&{}, r, {});", cell, small),
    _choice("smp_mb();", "smp_mb();", "smp_wmb();", "smp_rmb();"),
)
pointer = st.one_of(
    _filled("WRITE_ONCE(p, &{});", cell),
    _choice("{ int t = r; q = &t; *q += 1; r = t; q = &c; }", "if (q == READ_ONCE(p)) r = 1;"),
    _filled("{{ int t = {}; r = swap_in(&t, r); }}", small),
    _choice("*READ_ONCE(p) = 2;", "r = *READ_ONCE(p);", "q = READ_ONCE(p);", "*q = r;", "r = *q;"),
)
heap = st.one_of(
    _choice(
        "q = kzalloc(sizeof(*q), GFP_KERNEL | __GFP_NOFAIL); WRITE_ONCE(p, q);",
        "q = xchg(&p, &a); if (q != &a && q != &b && q != &c) kfree(q);",
        "q = kmalloc(sizeof(*q), GFP_KERNEL | __GFP_NOFAIL); WRITE_ONCE(p, q);",
        "q = kzalloc(sizeof(*q), GFP_KERNEL); WRITE_ONCE(p, q);",
        "q = xchg(&p, &a); synchronize_rcu(); if (q != &a && q != &b && q != &c) kfree(q);",
        "kfree(kmalloc(4, GFP_KERNEL));",
    ),
)
check = st.one_of(
    _filled('__mc_assert(r != {}, "assertion", "r");', small),
    _filled('__mc_assert(READ_ONCE({}) != {}, "assertion", "cell");', cell, small),
)
wait = st.one_of(
    _filled("while (READ_ONCE({}) != {}) cpu_relax();", cell, small),
    _filled("while (!smp_load_acquire(&{})) cpu_relax();", cell),
)
rare = _choice(
    "synchronize_rcu();",
    "synchronize_rcu();",
    "synchronize_srcu(&s);",
    "rcu_read_lock();",
    "rcu_read_unlock();",
    "(void)srcu_read_lock(&s);",
    "{ int k = srcu_read_lock(&s); if (r) srcu_read_unlock(&s, k); }",
    "spin_unlock(&l);",
    "if (r == 1) return;",
    "if (r == 2) __mc_halt();",
    "if (r == 1) __mc_exit(5);",
    "end_at(r, 1);",
    "for (;;) end_at(READ_ONCE(a), 1);",
)


def _block(head: str, body: Sequence[str], tail: str = "}") -> str:
    return f"{head} {' '.join(body)} {tail}"


leaf = st.one_of(plain, plain, plain, atomic, atomic, pointer, check)
some = st.lists(leaf, min_size=1, max_size=2)
nested = st.one_of(
    st.tuples(_filled("if (r == {}) {{", small), some).map(lambda t: _block(*t)),
    st.tuples(_filled("if (r == {}) {{", small), some, some).map(
        lambda t: _block(t[0], t[1], "} else { " + " ".join(t[2]) + " }")
    ),
    some.map(lambda body: _block("spin_lock(&l);", body, "spin_unlock(&l);")),
    some.map(lambda body: _block("spin_lock(&l); spin_lock(&m);", body, "spin_unlock(&m); spin_unlock(&l);")),
    some.map(lambda body: _block("spin_lock(&m); spin_lock(&l);", body, "spin_unlock(&l); spin_unlock(&m);")),
    some.map(lambda body: _block("if (spin_trylock(&l)) {", body, "spin_unlock(&l); }")),
    some.map(lambda body: _block("for (int i = 0; i < 2; i++) {", body)),
    some.map(lambda body: _block("rcu_read_lock();", body, "rcu_read_unlock();")),
    some.map(lambda body: _block("{ int k = srcu_read_lock(&s);", body, "srcu_read_unlock(&s, k); }")),
    st.tuples(some, some, some).map(
        lambda t: (
            _block("{ int k = srcu_read_lock(&s);", t[0], "int j = srcu_read_lock(&s);")
            + _block("", t[1], "srcu_read_unlock(&s, k);")
            + _block("", t[2], "srcu_read_unlock(&s, j); }")
        )
    ),
    _choice("rcu_read_lock(); r = *READ_ONCE(p); rcu_read_unlock();"),
    some.map(lambda body: _block("mutex_lock(&n);", body, "mutex_unlock(&n);")),
    st.tuples(_filled("switch (r) {{ case {}:", small), some, some).map(
        lambda t: _block(t[0], t[1], "break; default: " + " ".join(t[2]) + " }")
    ),
    _filled("while (cmpxchg(&{}, 0, 1) != 0) cpu_relax();", cell),
)
statement = st.one_of(leaf, leaf, leaf, nested, nested, heap, wait, rare)
thread = st.lists(statement, min_size=1, max_size=4).map(tuple)
programs = st.one_of(st.tuples(thread, thread), st.tuples(thread, thread), st.tuples(thread, thread, thread)).map(
    RandomProgram
)

_CARELESS = (
    "q = kzalloc(sizeof(*q), GFP_KERNEL | __GFP_NOFAIL); WRITE_ONCE(p, q);",
    "q = kzalloc(sizeof(*q), GFP_KERNEL | __GFP_NOFAIL); WRITE_ONCE(p, q); kfree(q);",
    "q = READ_ONCE(p); if (q != &a && q != &b && q != &c) kfree(q);",
    "kfree(q = kzalloc(sizeof(*q), GFP_KERNEL | __GFP_NOFAIL));",
    "spin_unlock(&l);",
    "spin_lock(&l);",
    "rcu_read_lock();",
    "rcu_read_unlock();",
    "rcu_read_lock(); r = READ_ONCE(a); rcu_read_unlock();",
    "synchronize_rcu();",
    "if (spin_trylock(&l)) r = 2;",
    "r = xchg(READ_ONCE(p), 2);",
    "*READ_ONCE(p) = 1;",
    "q = READ_ONCE(p);",
    "*q = r;",
    "r = *q;",
    "WRITE_ONCE(a, 1);",
    "r = READ_ONCE(a);",
    "smp_mb();",
    '__mc_assert(r != 1, "assertion", "r");',
    '__mc_assert(READ_ONCE(a) != 1, "assertion", "cell");',
)


def careless(seed: int) -> RandomProgram:
    """Objects used and freed after their end, locks given back by others; for each ``seed`` another program."""
    random = Random(seed)
    return RandomProgram(tuple(tuple(random.choices(_CARELESS, k=random.randint(2, 4))) for _ in range(2)))
