"""The built-in models on the classic tests, with the verdicts of the literature.

SC: Lamport 1979. TSO: Owens, Sarkar, Sewell, "A better x86 memory model: x86-TSO". PSO: the SPARC V9 manual. LKMM: the
kernel's tools/memory-model/litmus-tests and Documentation/explanation.txt.
"""

from __future__ import annotations

import pytest

from modelcheck.cat import load_model
from tests.models import litmus


def _test(threads: list[str], condition: str) -> litmus.Litmus:
    bodies = "\n".join(f"P{i}(int *x, int *y, int *z, int *l)\n{{\n{body};\n}}\n" for i, body in enumerate(threads))
    return litmus.parse(f"C test\n{{}}\n{bodies}\nexists ({condition})")


def r(register: int, location: str) -> str:
    return f"int r{register} = READ_ONCE(*{location})"


def w(location: str, value: int | str = 1) -> str:
    return f"WRITE_ONCE(*{location}, {value})"


def seq(*statements: str) -> str:
    return "; ".join(statements)


ACQUIRE_Y = "int r0 = smp_load_acquire(y)"
RELEASE_Y = "smp_store_release(y, 1)"
WEAK_MP = "1:r0=1 /\\ 1:r1=0"
WEAK_SB = "0:r0=0 /\\ 1:r0=0"
WEAK_LB = "0:r0=1 /\\ 1:r0=1"
IRIW = "1:r0=1 /\\ 1:r1=0 /\\ 3:r0=1 /\\ 3:r1=0"

# name: (threads, condition, models that allow it)
TESTS: dict[str, tuple[list[str], str, str]] = {
    "SB": ([seq(w("x"), r(0, "y")), seq(w("y"), r(0, "x"))], WEAK_SB, "tso pso lkmm"),
    "SB+mbs": ([seq(w("x"), "smp_mb()", r(0, "y")), seq(w("y"), "smp_mb()", r(0, "x"))], WEAK_SB, ""),
    "SB+mb+po": ([seq(w("x"), "smp_mb()", r(0, "y")), seq(w("y"), r(0, "x"))], WEAK_SB, "tso pso lkmm"),
    "SB+xchgs": ([seq("int r1 = xchg(x, 1)", r(0, "y")), seq("int r1 = xchg(y, 1)", r(0, "x"))], WEAK_SB, ""),
    "SB+relaxed-xchgs": (
        [seq("int r1 = xchg_relaxed(x, 1)", r(0, "y")), seq("int r1 = xchg_relaxed(y, 1)", r(0, "x"))],
        WEAK_SB,
        "lkmm",
    ),
    "SB+failed-cmpxchgs": (
        [
            seq(w("x"), "int r1 = cmpxchg(z, 5, 6)", r(0, "y")),
            seq(w("y"), "int r1 = cmpxchg(l, 5, 6)", r(0, "x")),
        ],
        WEAK_SB,
        "lkmm",
    ),
    "SB+sync-rcus": (
        [seq(w("x"), "synchronize_rcu()", r(0, "y")), seq(w("y"), "synchronize_rcu()", r(0, "x"))],
        WEAK_SB,
        "",
    ),
    "SB+rfi": (
        [seq(w("x"), r(1, "x"), r(0, "y")), seq(w("y"), r(1, "y"), r(0, "x"))],
        WEAK_SB + " /\\ 0:r1=1 /\\ 1:r1=1",
        "tso pso lkmm",
    ),
    "MP": ([seq(w("x"), w("y")), seq(r(0, "y"), r(1, "x"))], WEAK_MP, "pso lkmm"),
    "MP+wmb+rmb": ([seq(w("x"), "smp_wmb()", w("y")), seq(r(0, "y"), "smp_rmb()", r(1, "x"))], WEAK_MP, ""),
    "MP+wmb+po": ([seq(w("x"), "smp_wmb()", w("y")), seq(r(0, "y"), r(1, "x"))], WEAK_MP, "lkmm"),
    "MP+rel+acq": ([seq(w("x"), RELEASE_Y), seq(ACQUIRE_Y, r(1, "x"))], WEAK_MP, ""),
    "MP+rel+po": ([seq(w("x"), RELEASE_Y), seq(r(0, "y"), r(1, "x"))], WEAK_MP, "lkmm"),
    "MP+po+acq": ([seq(w("x"), w("y")), seq(ACQUIRE_Y, r(1, "x"))], WEAK_MP, "pso lkmm"),
    "LB": ([seq(r(0, "x"), w("y")), seq(r(0, "y"), w("x"))], WEAK_LB, "lkmm"),
    "LB+datas": ([seq(r(0, "x"), w("y", "1 + (r0 ^ r0)")), seq(r(0, "y"), w("x", "1 + (r0 ^ r0)"))], WEAK_LB, ""),
    "LB+ctrls": ([seq(r(0, "x"), "if (r0) " + w("y")), seq(r(0, "y"), "if (r0) " + w("x"))], WEAK_LB, ""),
    "LB+mb+po": ([seq(r(0, "x"), "smp_mb()", w("y")), seq(r(0, "y"), w("x"))], WEAK_LB, "lkmm"),
    "2+2W": ([seq(w("x", 1), w("y", 2)), seq(w("y", 1), w("x", 2))], "x=1 /\\ y=1", "pso lkmm"),
    "2+2W+wmbs": (
        [seq(w("x", 1), "smp_wmb()", w("y", 2)), seq(w("y", 1), "smp_wmb()", w("x", 2))],
        "x=1 /\\ y=1",
        "lkmm",
    ),
    "2+2W+mbs": ([seq(w("x", 1), "smp_mb()", w("y", 2)), seq(w("y", 1), "smp_mb()", w("x", 2))], "x=1 /\\ y=1", ""),
    "R": ([seq(w("x"), w("y")), seq(w("y", 2), r(0, "x"))], "y=2 /\\ 1:r0=0", "tso pso lkmm"),
    "S": ([seq(w("x", 2), w("y")), seq(r(0, "y"), w("x"))], "1:r0=1 /\\ x=2", "pso lkmm"),
    "IRIW": ([w("x"), seq(r(0, "x"), r(1, "y")), w("y"), seq(r(0, "y"), r(1, "x"))], IRIW, "lkmm"),
    "IRIW+mbs": (
        [w("x"), seq(r(0, "x"), "smp_mb()", r(1, "y")), w("y"), seq(r(0, "y"), "smp_mb()", r(1, "x"))],
        IRIW,
        "",
    ),
    "IRIW+rmbs": (
        [w("x"), seq(r(0, "x"), "smp_rmb()", r(1, "y")), w("y"), seq(r(0, "y"), "smp_rmb()", r(1, "x"))],
        IRIW,
        "lkmm",
    ),
    "WRC+rel+acq": (
        [w("x"), seq(r(0, "x"), RELEASE_Y), seq(ACQUIRE_Y, r(1, "x"))],
        "1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0",
        "",
    ),
    "WRC": ([w("x"), seq(r(0, "x"), w("y")), seq(r(0, "y"), r(1, "x"))], "1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0", "lkmm"),
    "CoRR": ([w("x"), seq(r(0, "x"), r(1, "x"))], "1:r0=1 /\\ 1:r1=0", ""),
    "CoWW": ([seq(w("x", 1), w("x", 2))], "x=1", ""),
    "CoWR": ([seq(w("x", 1), r(0, "x")), w("x", 2)], "0:r0=2 /\\ x=1", ""),
    "CoRW": ([seq(r(0, "x"), w("x"))], "0:r0=1", ""),
    "two increments": (["int r0 = atomic_fetch_add_relaxed(1, x)"] * 2, "0:r0=0 /\\ 1:r0=0", ""),
    "increment and store": (["int r0 = atomic_fetch_add_relaxed(1, x)", w("x", 5)], "0:r0=0 /\\ x=1", ""),
    "increment, then store": (
        ["int r0 = atomic_fetch_add_relaxed(1, x)", w("x", 5)],
        "0:r0=0 /\\ x=5",
        "sc tso pso lkmm",
    ),
    "lock": (
        [
            seq("spin_lock(l)", w("x"), r(0, "y"), "spin_unlock(l)"),
            seq("spin_lock(l)", w("y"), r(0, "x"), "spin_unlock(l)"),
        ],
        WEAK_SB,
        "",
    ),
    "stores leave a section in order": (
        [seq("spin_lock(l)", w("x"), "spin_unlock(l)", w("y")), seq(r(0, "y"), "smp_mb()", r(1, "x"))],
        WEAK_MP,
        "pso lkmm",
    ),
    "RCU-MP": (
        [seq("rcu_read_lock()", r(0, "x"), r(1, "y"), "rcu_read_unlock()"), seq(w("y"), "synchronize_rcu()", w("x"))],
        "0:r0=1 /\\ 0:r1=0",
        "",
    ),
    "RCU reader without section": (
        [seq(r(0, "x"), r(1, "y")), seq(w("y"), "synchronize_rcu()", w("x"))],
        "0:r0=1 /\\ 0:r1=0",
        "lkmm",
    ),
    "RCU read after the section": (
        [seq("rcu_read_lock()", r(0, "x"), "rcu_read_unlock()", r(1, "y")), seq(w("y"), "synchronize_rcu()", w("x"))],
        "0:r0=1 /\\ 0:r1=0",
        "",
    ),
    "RCU read before the section": (
        [seq(r(0, "x"), "rcu_read_lock()", r(1, "y"), "rcu_read_unlock()"), seq(w("y"), "synchronize_rcu()", w("x"))],
        "0:r0=1 /\\ 0:r1=0",
        "",
    ),
    "RCU nested": (
        [
            seq("rcu_read_lock()", r(0, "x"), "rcu_read_lock()", "rcu_read_unlock()", r(1, "y"), "rcu_read_unlock()"),
            seq(w("y"), "synchronize_rcu()", w("x")),
        ],
        "0:r0=1 /\\ 0:r1=0",
        "",
    ),
    "RCU deferred free": (
        [seq("rcu_read_lock()", r(0, "x"), r(1, "y"), "rcu_read_unlock()"), seq(w("x"), "synchronize_rcu()", w("y"))],
        "0:r0=0 /\\ 0:r1=1",
        "",
    ),
    "RCU two sections one grace period": (
        [
            seq("rcu_read_lock()", r(0, "x"), w("y"), "rcu_read_unlock()"),
            seq("rcu_read_lock()", r(0, "y"), w("z"), "rcu_read_unlock()"),
            seq(r(0, "z"), "synchronize_rcu()", w("x")),
        ],
        "0:r0=1 /\\ 1:r0=1 /\\ 2:r0=1",
        "lkmm",
    ),
    "RCU two sections two grace periods": (
        [
            seq("rcu_read_lock()", r(0, "x"), w("y"), "rcu_read_unlock()"),
            seq("rcu_read_lock()", r(0, "y"), w("z"), "rcu_read_unlock()"),
            seq(r(0, "z"), "synchronize_rcu()", w("l")),
            seq(r(0, "l"), "synchronize_rcu()", w("x")),
        ],
        "0:r0=1 /\\ 1:r0=1 /\\ 2:r0=1 /\\ 3:r0=1",
        "",
    ),
    "RCU section begun after the grace period": (
        [seq("rcu_read_lock()", r(0, "y"), w("x"), "rcu_read_unlock()"), seq(w("y"), "synchronize_rcu()", r(0, "x"))],
        "0:r0=1 /\\ 1:r0=0",
        "sc tso pso lkmm",
    ),
    "SRCU store in a section": (
        [
            seq("int r5 = srcu_read_lock(l)", r(0, "y"), w("x"), "srcu_read_unlock(l, r5)"),
            seq(w("y"), "synchronize_srcu(l)", r(0, "x")),
        ],
        "0:r0=0 /\\ 1:r0=0",
        "",
    ),
    "SRCU of another domain": (
        [
            seq("int r5 = srcu_read_lock(l)", r(0, "y"), w("x"), "srcu_read_unlock(l, r5)"),
            seq(w("y"), "synchronize_srcu(z)", r(0, "x")),
        ],
        "0:r0=0 /\\ 1:r0=0",
        "sc tso pso lkmm",
    ),
    "RCU store in a section": (
        [seq("rcu_read_lock()", r(0, "y"), w("x"), "rcu_read_unlock()"), seq(w("y"), "synchronize_rcu()", r(0, "x"))],
        "0:r0=0 /\\ 1:r0=0",
        "",
    ),
}


@pytest.mark.parametrize("model", ["sc", "tso", "pso", "lkmm"])
@pytest.mark.parametrize("name", TESTS)
def test_classic_test_is_allowed_where_the_literature_says(name: str, model: str) -> None:
    threads, condition, allowing = TESTS[name]
    verdict = litmus.observe(_test(threads, condition), load_model(model))[0]
    assert (verdict != "Never") == (model in allowing.split())
