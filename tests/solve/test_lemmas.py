"""Order lemmas are a shortcut of the search: with and without them, every verdict is the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import modelcheck.solve.session as engine
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


SECTIONS = (
    "spin_lock(&l);{} spin_unlock(&l);",
    "spin_lock(&m);{} spin_unlock(&m);",
    "if (spin_trylock(&l)) {{{} spin_unlock(&l); }}",
    "if (!cmpxchg_acquire(&w, 0, 1)) {{{} smp_store_release(&w, 0); }}",
    "atomic_inc_return(&a);{}",
    "if (atomic_cmpxchg(&f, 0, 1) == 0) {{{} atomic_set_release(&f, 0); }}",
    "if (smp_load_acquire(&z)) {{{} }}",
    "if (atomic_read_acquire(&a)) {{{} }}",
    "{{{} smp_store_release(&z, 1); }}",
    "{{{} atomic_inc_return_release(&a); }}",
    "{{{} atomic_inc_return_relaxed(&a); }}",
    "if (test_and_set_bit_lock(0, &bits)) {{ }} else {{{} clear_bit_unlock(0, &bits); }}",
)


def relay(seed: int) -> str:
    """Three threads with two sections each, in a row or one in the other; what is plain or marked goes along."""
    choose = random.Random(seed)
    bodies = ""
    terms = []
    for number in range(3):
        parts = []
        for index, cell in enumerate(choose.sample("xy", 2)):
            marked = choose.random() < 0.6
            if (number + index + seed) % 2:
                parts.append(f" WRITE_ONCE({cell}, {number + 1});" if marked else f" {cell} = {number + 1};")
            else:
                into = f"got[{2 * number + index}]"
                parts.append(f" {into} = READ_ONCE({cell});" if marked else f" {into} = {cell};")
                terms.append(f"{into} == {choose.randint(0, 3)}")
        outer, inner = choose.sample(SECTIONS, 2)
        shape = choose.choice(("row", "around", "inside"))
        if shape == "row":
            body = f"{parts[0]} {outer.format('')} {inner.format('')}{parts[1]}"
        elif shape == "around":
            body = outer.format(f"{parts[0]} {inner.format(parts[1])}")
        else:
            body = f"{parts[0]} {outer.format(' ' + inner.format(parts[1]))}"
        bodies += f"void t{number}(void) {{ {body} }}\n"
    return (
        f"{DECLARATIONS}static unsigned long bits;\n{bodies}void final(void) {{ assert(!({' && '.join(terms)})); }}\n"
    )


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("first", range(0, 60, 30))
def test_what_goes_along_from_thread_to_thread_changes_no_verdict(name: str, first: int) -> None:
    for seed in range(first, first + 30):
        text = relay(seed)
        quick = answer(text, name)
        with without_lemmas():
            slow = answer(text, name)
        assert (seed, quick.verdict, quick.property) == (seed, slow.verdict, slow.property), text


CHAIN = """
static int x, z;
static atomic_t a = ATOMIC_INIT(0);
static DEFINE_SPINLOCK(l);
static int order, got = 1, seen;
void t0(void) { x = 1; smp_store_release(&z, 1); }
void t1(void) { if (smp_load_acquire(&z)) atomic_inc_return_release(&a); }
void t2(void) { if (atomic_read_acquire(&a)) { spin_lock(&l); order = 1; spin_unlock(&l); } }
void t3(void) { spin_lock(&l); seen = order; spin_unlock(&l); if (seen) got = x; }
void final(void) { assert(got); }
"""


@pytest.mark.parametrize("name", MODELS)
def test_a_chain_through_flags_counters_and_locks_takes_no_refinement(name: str) -> None:
    found = answer(CHAIN, name)
    assert (found.verdict, found.refinements) == ("PASS", 0)
    with without_lemmas():
        assert answer(CHAIN, name).refinements > 0


def test_a_chain_with_a_relaxed_link_orders_nothing() -> None:
    text = CHAIN.replace("atomic_inc_return_release", "atomic_inc_return_relaxed")
    assert answer(text, "sc").verdict == "PASS"
    assert answer(text, "lkmm").property == "assertion"
