"""Numbers of executions and final states, against what can be counted by hand and what the explorer finds."""

from __future__ import annotations

from math import comb, factorial
from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import outcomes
from modelcheck.program.ir import Program
from modelcheck.solve.enumerate import Enumeration, enumerate_executions

HEAD = """
#include <lkmm.h>
#include <assert.h>
#include <linux/atomic.h>
#include <linux/spinlock.h>
"""


def program(folder: Path, declarations: str, *bodies: str, final: str = "") -> Program:
    threads = range(len(bodies))
    text = HEAD + declarations + "\n"
    text += "".join(f"static void *t{n}(void *unused) {{ {body} return 0; }}\n" for n, body in enumerate(bodies))
    text += "int main(void) {\n" + "".join(f"unsigned long h{n} = __mc_spawn(t{n}, 0);\n" for n in threads)
    text += "".join(f"__mc_join(h{n});\n" for n in threads) + final + "\nreturn 0; }\n"
    (folder / "p.c").write_text(text)
    return parse_program([folder / "p.c"])


def count(program: Program, model: str) -> Enumeration:
    found = enumerate_executions(program, load_model(model))
    assert not found.reason
    return found


SB = ("int x, y, r0, r1;", "WRITE_ONCE(x, 1); r0 = READ_ONCE(y);", "WRITE_ONCE(y, 1); r1 = READ_ONCE(x);")


@pytest.mark.parametrize(("model", "executions"), [("sc", 3), ("tso", 4), ("pso", 4), ("lkmm", 4)])
def test_store_buffering(tmp_path: Path, model: str, executions: int) -> None:
    found = count(program(tmp_path, *SB), model)
    assert (found.executions, found.blocked, len(found.states), found.findings) == (executions, 0, executions, ())


@pytest.mark.parametrize("n", [2, 3, 4])
def test_sections_of_a_lock_come_in_every_order(tmp_path: Path, n: int) -> None:
    sections = ["spin_lock(&l); x++; spin_unlock(&l);"] * n
    found = count(program(tmp_path, "DEFINE_SPINLOCK(l); int x;", *sections), "lkmm")
    assert found.executions == factorial(n)
    assert [dict(state)["x"] for state in found.states] == [n]


@pytest.mark.parametrize("n", [2, 3, 4])
def test_increments_by_read_modify_write_come_in_every_order(tmp_path: Path, n: int) -> None:
    found = count(program(tmp_path, "atomic_t x;", *["atomic_inc(&x);"] * n), "lkmm")
    assert (found.executions, len(found.states)) == (factorial(n), 1)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_writes_of_two_threads_to_one_location_interleave(tmp_path: Path, n: int) -> None:
    bodies = ["".join(f"WRITE_ONCE(x, {10 * t + k});" for k in range(n)) for t in (1, 2)]
    found = count(program(tmp_path, "int x;", *bodies), "sc")
    assert (found.executions, len(found.states)) == (comb(2 * n, n), 2)


def test_a_read_of_n_writes_of_one_thread(tmp_path: Path) -> None:
    found = count(program(tmp_path, "int x, r;", "WRITE_ONCE(x, 1); WRITE_ONCE(x, -1);", "r = READ_ONCE(x);"), "lkmm")
    assert [dict(state)["r"] for state in found.states] == [-1, 0, 1]
    assert found.executions == 3


def test_locks_in_two_orders_block_in_one_way(tmp_path: Path) -> None:
    one = "spin_lock(&a); spin_lock(&b); x++; spin_unlock(&b); spin_unlock(&a);"
    other = "spin_lock(&b); spin_lock(&a); x++; spin_unlock(&a); spin_unlock(&b);"
    found = count(program(tmp_path, "DEFINE_SPINLOCK(a); DEFINE_SPINLOCK(b); int x;", one, other), "lkmm")
    assert (found.executions, found.blocked) == (2, 1)
    assert [finding.property for finding in found.findings] == ["deadlock"]


def test_a_wait_for_what_nobody_writes_is_blocked(tmp_path: Path) -> None:
    found = count(program(tmp_path, "int x;", "while (!READ_ONCE(x)) cpu_relax();", "WRITE_ONCE(x, 0);"), "lkmm")
    assert (found.executions, found.blocked, len(found.states)) == (0, 1, 0)


def test_each_property_that_breaks_is_told_once(tmp_path: Path) -> None:
    checked = program(tmp_path, *SB, final="assert(r0 || r1);")
    assert count(checked, "sc").findings == ()
    found = count(checked, "lkmm")
    assert [finding.property for finding in found.findings] == ["assertion"]
    assert (found.executions, len(found.states)) == (3, 3)  # the failing execution comes to no end


def test_a_bound_is_told(tmp_path: Path) -> None:
    body = "while (atomic_add_return(1, &x) < 8) ;"
    found = enumerate_executions(program(tmp_path, "atomic_t x;", body), load_model("sc"), bound=2)
    assert found.reason


def test_a_time_limit_is_told(tmp_path: Path) -> None:
    many = program(tmp_path, "int x;", *["WRITE_ONCE(x, 1); WRITE_ONCE(x, 2);"] * 5)
    assert enumerate_executions(many, load_model("sc"), timeout=0.5).reason == "the time limit was reached"


PROGRAMS = {
    "buffering": SB,
    "messages": ("int d, f, r0, r1;", "WRITE_ONCE(d, 1); WRITE_ONCE(f, 1);", "r0 = READ_ONCE(f); r1 = READ_ONCE(d);"),
    "lost update": ("int x;", *["int a = READ_ONCE(x); WRITE_ONCE(x, a + 1);"] * 2),
    "compare and exchange": ("int x, r0, r1;", "r0 = cmpxchg(&x, 0, 1);", "r1 = cmpxchg(&x, 0, 2);", "xchg(&x, 3);"),
    "trylock": ("DEFINE_SPINLOCK(l); int x;", *["if (spin_trylock(&l)) { x++; spin_unlock(&l); }"] * 3),
    "flag": ("int f, d, r;", "d = 1; smp_store_release(&f, 1);", "while (!smp_load_acquire(&f)) cpu_relax(); r = d;"),
    "readers": (
        "int x, y, r0, r1;",
        "rcu_read_lock(); r0 = READ_ONCE(x); r1 = READ_ONCE(y); rcu_read_unlock();",
        "WRITE_ONCE(x, 1); synchronize_rcu(); WRITE_ONCE(y, 1);",
    ),
}  # fmt: skip


@pytest.mark.parametrize("model", ["sc", "tso"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_explorer_finds_the_same_states(tmp_path: Path, name: str, model: str) -> None:
    declarations, *bodies = PROGRAMS[name]
    one = program(tmp_path, declarations, *bodies)
    found = [dict(state) for state in count(one, model).states]
    ended = outcomes(one, model)
    assert not ended.reason
    explored = [dict(outcome) for outcome in ended.finals]
    names = sorted({cell for state in found for cell in state})
    assert {tuple(s[n] for n in names) for s in found} == {tuple(e.get(n, 0) for n in names) for e in explored}
