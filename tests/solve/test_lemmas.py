"""Order lemmas are a shortcut of the search: with and without them, every verdict is the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import modelcheck.solve.check as engine
from tests.solve.checking import MODELS, answer

DECLARATIONS = """
static int x, y, z, w;
static int got[8];
static DEFINE_SPINLOCK(l);
static DEFINE_SPINLOCK(m);
static DEFINE_RWLOCK(rw);
static atomic_t a = ATOMIC_INIT(0), f = ATOMIC_INIT(0);
"""

GUARDS = (
    ("spin_lock(&l);", "spin_unlock(&l);"),
    ("spin_lock(&m);", "spin_unlock(&m);"),
    ("if (spin_trylock(&l)) {", "spin_unlock(&l); }"),
    ("if (!cmpxchg_acquire(&w, 0, 1)) {", "smp_store_release(&w, 0); }"),
    ("read_lock(&rw);", "read_unlock(&rw);"),
    ("write_lock(&rw);", "write_unlock(&rw);"),
    ("{", "atomic_inc_return_release(&a); }"),
    ("if (atomic_read_acquire(&a)) {", "}"),
    ("{ atomic_add_return_relaxed(1, &a);", "}"),
    ("if (atomic_cmpxchg(&f, 0, 1) == 0) {", "}"),
    ("{", "smp_store_release(&z, 1); }"),
    ("if (smp_load_acquire(&z)) {", "}"),
)


SHAPES = ("{0}{A}{B}{1}", "{0}{A}{1}{2}{B}{3}", "{A}{0}{B}{1}", "{0}{A}{1}{B}", "{A}{0}{1}{B}", "{A}{0}{1}{2}{3}{B}")
"""How two accesses lie to one or two sections."""


def program(seed: int) -> str:
    """Two or three threads with two accesses each to x and y, and one outcome in question."""
    choose = random.Random(seed)
    bodies = ""
    terms = []
    writers = {"x": 0, "y": 0}
    for number in range(choose.choice((2, 2, 2, 3))):
        cells = choose.choice(("xy", "yx"))
        accesses = []
        for index, cell in enumerate(cells):
            if choose.random() < 0.5:
                accesses.append(f" WRITE_ONCE({cell}, {number + 1});")
                writers[cell] = number + 1
            else:
                accesses.append(f" got[{2 * number + index}] = READ_ONCE({cell});")
                terms.append((f"got[{2 * number + index}]", cell))
        one, other = (choose.choice(GUARDS) for _ in range(2))
        shape = choose.choice(SHAPES)
        body = shape.format(*(f" {part}" for part in (*one, *other)), A=accesses[0], B=accesses[1])
        bodies += f"void t{number}(void) {{{body} }}\n"
    asked = [f"{place} == {choose.choice((0, writers[cell]))}" for place, cell in terms]
    asked += [f"{cell} == {choose.randint(0, value)}" for cell, value in writers.items() if value]
    return f"{DECLARATIONS}{bodies}void final(void) {{ assert(!({' && '.join(asked or ['x'])})); }}\n"


@contextmanager
def without_lemmas() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "add_lemmas", lambda *_: 0)
        yield


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("first", range(0, 120, 40))
def test_verdicts_on_random_programs_are_the_same_without_lemmas(name: str, first: int) -> None:
    for seed in range(first, first + 40):
        text = program(seed)
        quick = answer(text, name)
        with without_lemmas():
            slow = answer(text, name)
        assert (seed, quick.verdict, quick.property) == (seed, slow.verdict, slow.property), text
