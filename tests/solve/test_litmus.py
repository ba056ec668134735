"""The classic litmus tests, as C programs: verdicts from the literature on SC, TSO, PSO and from LKMM's own tests."""

from __future__ import annotations

import pytest

from tests.solve.checking import MODELS, verdict

DECLARATIONS = """
static int x, y, z, u, v, dummy, r0, r1, r2, r3;
static int zero, one = 1;
static int *p = &zero;
static DEFINE_SPINLOCK(l);
static DEFINE_SPINLOCK(m);
"""

W, R = "WRITE_ONCE({}, {});", "{} = READ_ONCE({});"
MB, WMB, RMB = "smp_mb();", "smp_wmb();", "smp_rmb();"


def put(cell: str, value: int | str = 1) -> str:
    return f"WRITE_ONCE({cell}, {value});"


def get(result: str, cell: str) -> str:
    return f"int {result}_ = READ_ONCE({cell}); {result} = {result}_;"


def release(cell: str, value: int | str = 1) -> str:
    return f"smp_store_release(&{cell}, {value});"


def acquire(result: str, cell: str) -> str:
    return f"int {result}_ = smp_load_acquire(&{cell}); {result} = {result}_;"


def locked(*body: str) -> str:
    return f"spin_lock(&l); {' '.join(body)} spin_unlock(&l);"


Test = tuple[list[str], str, str]
"""Threads, the outcome in question, and for sc, tso, pso, lkmm whether it is Allowed or Forbidden."""

SB = "r0 == 0 && r1 == 0"
MP = "r0 == 1 && r1 == 0"
LB = "r0 == 1 && r1 == 1"
IRIW = "r0 == 1 && r1 == 0 && r2 == 1 && r3 == 0"
TWO = "x == 1 && y == 1"
WRC = "r0 == 1 && r1 == 1 && r2 == 0"


def sb(middle0: str, middle1: str) -> list[str]:
    return [put("x") + middle0 + get("r0", "y"), put("y") + middle1 + get("r1", "x")]


def mp(middle0: str, middle1: str) -> list[str]:
    return [put("x") + middle0 + put("y"), get("r0", "y") + middle1 + get("r1", "x")]


def lb(middle0: str, middle1: str) -> list[str]:
    return [get("r0", "x") + middle0 + put("y"), get("r1", "y") + middle1 + put("x")]


def iriw(middle: str) -> list[str]:
    return [
        put("x"),
        put("y"),
        get("r0", "x") + middle + get("r1", "y"),
        get("r2", "y") + middle + get("r3", "x"),
    ]


def two(middle: str) -> list[str]:
    return [put("x", 1) + middle + put("y", 2), put("y", 1) + middle + put("x", 2)]


TESTS: dict[str, Test] = {
    # store buffering
    "SB": (sb("", ""), SB, "FAAA"),
    "SB+mbs": (sb(MB, MB), SB, "FFFF"),
    "SB+mb+po": (sb(MB, ""), SB, "FAAA"),
    "SB+wmbs": (sb(WMB, WMB), SB, "FAAA"),
    "SB+rmbs": (sb(RMB, RMB), SB, "FAAA"),
    "SB+rel+acq": ([release("x") + acquire("r0", "y"), release("y") + acquire("r1", "x")], SB, "FAAA"),
    "SB+xchg": (["xchg(&x, 1);" + get("r0", "y"), "xchg(&y, 1);" + get("r1", "x")], SB, "FFFF"),
    "SB+xchg_relaxed": (
        ["xchg_relaxed(&x, 1);" + get("r0", "y"), "xchg_relaxed(&y, 1);" + get("r1", "x")],
        SB,
        "FFFA",
    ),
    "SB+locks": ([locked(put("x"), get("r0", "y")), locked(put("y"), get("r1", "x"))], SB, "FFFF"),
    "SB+two-locks": (
        [
            locked(put("x"), get("r0", "y")),
            "spin_lock(&m);" + put("y") + get("r1", "x") + "spin_unlock(&m);",
        ],
        SB,
        "FAAA",
    ),
    "SB+cmpxchg-that-fails": (sb("cmpxchg(&u, 5, 6);", "cmpxchg(&v, 5, 6);"), SB, "FFFA"),
    "SB+cmpxchg-that-works": (sb("cmpxchg(&u, 0, 6);", "cmpxchg(&v, 0, 6);"), SB, "FFFF"),
    "SB+before-atomic": (
        sb("smp_mb__before_atomic(); dummy_inc(&u);", "smp_mb__before_atomic(); dummy_inc(&v);"),
        SB,
        "FFFF",
    ),
    "SB+atomic-alone": (sb("dummy_inc(&u);", "dummy_inc(&v);"), SB, "FFFA"),
    "SB+synchronize_rcu": (sb("synchronize_rcu();", "synchronize_rcu();"), SB, "FFFF"),
    "SB+rfi": (
        [put("x") + get("r2", "x") + get("r0", "y"), put("y") + get("r3", "y") + get("r1", "x")],
        SB + " && r2 == 1 && r3 == 1",
        "FAAA",
    ),
    # message passing
    "MP": (mp("", ""), MP, "FFAA"),
    "MP+wmb+rmb": (mp(WMB, RMB), MP, "FFFF"),
    "MP+wmb+po": (mp(WMB, ""), MP, "FFFA"),
    "MP+po+rmb": (mp("", RMB), MP, "FFAA"),
    "MP+rmb+wmb": (mp(RMB, WMB), MP, "FFAA"),
    "MP+mbs": (mp(MB, MB), MP, "FFFF"),
    "MP+rel+acq": ([put("x") + release("y"), acquire("r0", "y") + get("r1", "x")], MP, "FFFF"),
    "MP+rel+po": ([put("x") + release("y"), get("r0", "y") + get("r1", "x")], MP, "FFFA"),
    "MP+po+acq": ([put("x") + put("y"), acquire("r0", "y") + get("r1", "x")], MP, "FFAA"),
    "MP+wmb+addr": (
        [put("one", 2) + WMB + put("p", "&one"), "int *q = READ_ONCE(p);" + get("r0", "*q")],
        "r0 == 1",
        "FFFF",
    ),
    "MP+po+addr": (
        [put("one", 2) + put("p", "&one"), "int *q = READ_ONCE(p);" + get("r0", "*q")],
        "r0 == 1",
        "FFAA",
    ),
    "MP+assign+dereference": (
        [put("one", 2) + "rcu_assign_pointer(p, &one);", "int *q = rcu_dereference(p);" + get("r0", "*q")],
        "r0 == 1",
        "FFFF",
    ),
    "MP+wmb+ctrl": (
        [put("x") + WMB + put("y"), get("r0", "y") + "if (r0_) {" + get("r1", "x") + "}"],
        MP,
        "FFFA",
    ),
    "MP+locks": ([locked(put("x"), put("y")), locked(get("r0", "y"), get("r1", "x"))], MP, "FFFF"),
    "MP+unlock+lock": (
        [put("x") + locked(put("y")), locked(get("r0", "y")) + get("r1", "x")],
        MP,
        "FFFF",
    ),
    "MP+wmb+data-and-addr-of-xor": (
        [put("x") + WMB + put("y"), get("r0", "y") + get("r1", "*(&x + (r0_ ^ r0_))")],
        MP,
        "FFFF",
    ),
    # load buffering
    "LB": (lb("", ""), LB, "FFFA"),
    "LB+mbs": (lb(MB, MB), LB, "FFFF"),
    "LB+mb+po": (lb(MB, ""), LB, "FFFA"),
    "LB+acqs": ([acquire("r0", "x") + put("y"), acquire("r1", "y") + put("x")], LB, "FFFF"),
    "LB+rels": ([get("r0", "x") + release("y"), get("r1", "y") + release("x")], LB, "FFFF"),
    "LB+datas": ([get("r0", "x") + put("y", "r0_"), get("r1", "y") + put("x", "r1_")], LB, "FFFF"),
    "LB+data-of-one+po": (
        [get("r0", "x") + put("y", "1 + (r0_ ^ r0_)"), get("r1", "y") + put("x")],
        LB,
        "FFFA",
    ),
    "LB+datas-of-one": (
        [get("r0", "x") + put("y", "1 + (r0_ ^ r0_)"), get("r1", "y") + put("x", "1 + (r1_ ^ r1_)")],
        LB,
        "FFFF",
    ),
    "LB+ctrls": (
        [
            get("r0", "x") + "if (r0_) " + put("y"),
            get("r1", "y") + "if (r1_) " + put("x"),
        ],
        LB,
        "FFFF",
    ),
    "LB+ctrls-in-both-arms": (
        [
            get("r0", "x") + "if (r0_) {" + put("y") + "} else {" + put("y") + "}",
            get("r1", "y") + "if (r1_) {" + put("x") + "} else {" + put("x") + "}",
        ],
        LB,
        "FFFF",
    ),
    "LB+behind-the-branches": (
        [
            get("r0", "x") + "if (r0_) " + put("u") + put("y"),
            get("r1", "y") + "if (r1_) " + put("v") + put("x"),
        ],
        LB,
        "FFFA",
    ),
    "LB+early-return": (
        [
            get("r0", "x") + "if (!r0_) return;" + put("y"),
            get("r1", "y") + "if (!r1_) return;" + put("x"),
        ],
        LB,
        "FFFF",
    ),
    "LB+merged-value-on-the-path": (
        [
            get("r0", "x") + "int k = 1; if (zero_()) k = 2; else k = r0_;" + put("y", "k"),
            get("r1", "y") + put("x", "r1_"),
        ],
        LB,
        "FFFF",
    ),
    "LB+merged-value-off-the-path": (
        [
            get("r0", "x") + get("r2", "z") + "int k; if (r2_) k = r0_; else k = 1;" + put("y", "k"),
            get("r1", "y") + put("x", "r1_"),
        ],
        LB,
        "FFFA",
    ),
    # independent reads
    "IRIW": (iriw(""), IRIW, "FFFA"),
    "IRIW+mbs": (iriw(MB), IRIW, "FFFF"),
    "IRIW+rmbs": (iriw(RMB), IRIW, "FFFA"),
    # writes against writes
    "2+2W": (two(""), TWO, "FFAA"),
    "2+2W+wmbs": (two(WMB), TWO, "FFFA"),
    "2+2W+mbs": (two(MB), TWO, "FFFF"),
    "R": ([put("x") + put("y"), put("y", 2) + get("r0", "x")], "y == 2 && r0 == 0", "FAAA"),
    "R+wmb+mb": ([put("x") + WMB + put("y"), put("y", 2) + MB + get("r0", "x")], "y == 2 && r0 == 0", "FFFA"),
    "R+po+mb": ([put("x") + put("y"), put("y", 2) + MB + get("r0", "x")], "y == 2 && r0 == 0", "FFAA"),
    "R+mb+po": ([put("x") + MB + put("y"), put("y", 2) + get("r0", "x")], "y == 2 && r0 == 0", "FAAA"),
    "R+mbs": ([put("x") + MB + put("y"), put("y", 2) + MB + get("r0", "x")], "y == 2 && r0 == 0", "FFFF"),
    "S": ([put("x", 2) + put("y"), get("r0", "y") + put("x")], "r0 == 1 && x == 2", "FFAA"),
    "S+wmb+po": ([put("x", 2) + WMB + put("y"), get("r0", "y") + put("x")], "r0 == 1 && x == 2", "FFFA"),
    "S+wmb+acq": ([put("x", 2) + WMB + put("y"), acquire("r0", "y") + put("x")], "r0 == 1 && x == 2", "FFFF"),
    "S+wmb+data": ([put("x", 2) + WMB + put("y"), get("r0", "y") + put("x", "r0_")], "r0 == 1 && x == 2", "FFFF"),
    # three threads
    "WRC": ([put("x"), get("r0", "x") + put("y"), get("r1", "y") + get("r2", "x")], WRC, "FFFA"),
    "WRC+rel+rmb": ([put("x"), get("r0", "x") + release("y"), get("r1", "y") + RMB + get("r2", "x")], WRC, "FFFF"),
    "WRC+data+rmb": (
        [put("x"), get("r0", "x") + put("y", "r0_"), get("r1", "y") + RMB + get("r2", "x")],
        WRC,
        "FFFA",
    ),
    "ISA2": (
        [put("x") + put("y"), get("r0", "y") + put("z"), get("r1", "z") + get("r2", "x")],
        WRC,
        "FFAA",
    ),
    "ISA2+rel+acqrel+acq": (
        [put("x") + release("y"), acquire("r0", "y") + release("z"), acquire("r1", "z") + get("r2", "x")],
        WRC,
        "FFFF",
    ),
    "Z6.0+rel+acqrel+mb": (
        [
            put("x") + release("y"),
            acquire("r0", "y") + release("z"),
            put("z", 2) + MB + get("r1", "x"),
        ],
        "r0 == 1 && z == 2 && r1 == 0",
        "FFFA",
    ),
    # one location
    "CoRR": ([put("x"), get("r0", "x") + get("r1", "x")], MP, "FFFF"),
    "CoWW": ([put("x", 1) + put("x", 2)], "x == 1", "FFFF"),
    "CoRW": ([get("r0", "x") + put("x")], "r0 == 1", "FFFF"),
    "CoWR": ([put("x", 1) + get("r0", "x"), put("x", 2)], "r0 == 0", "FFFF"),
    # read-modify-writes
    "two-increments": (["dummy_inc(&x);", "dummy_inc(&x);"], "x != 2", "FFFF"),
    "two-increments-by-hand": (
        [get("r0", "x") + put("x", "r0_ + 1"), get("r1", "x") + put("x", "r1_ + 1")],
        "x != 2",
        "AAAA",
    ),
    "cmpxchg-won-by-both": (
        ["r0 = cmpxchg(&x, 0, 1) == 0;", "r1 = cmpxchg(&x, 0, 2) == 0;"],
        "r0 && r1",
        "FFFF",
    ),
    "cmpxchg-won-by-none": (
        ["r0 = cmpxchg(&x, 0, 1) == 0;", "r1 = cmpxchg(&x, 0, 2) == 0;"],
        "!r0 && !r1",
        "FFFF",
    ),
    "a-store-between-the-halves": (["xchg(&x, 2);", put("x", 1) + get("r0", "x")], "r0 == 0", "FFFF"),
    # read-side critical sections
    "RCU+sync-between": (
        ["rcu_read_lock();" + get("r0", "x") + get("r1", "y") + "rcu_read_unlock();",
         put("y") + "synchronize_rcu();" + put("x")],
        MP,
        "FFFF",
    ),
    "RCU+no-section": ([get("r0", "x") + get("r1", "y"), put("y") + "synchronize_rcu();" + put("x")], MP, "FFFA"),
    "RCU+two-sections": (
        [
            "rcu_read_lock();" + get("r0", "x") + "rcu_read_unlock(); rcu_read_lock();" + get("r1", "y")
            + "rcu_read_unlock();",
            put("y") + "synchronize_rcu();" + put("x"),
        ],
        MP,
        "FFFF",
    ),
    "SRCU+sync-between": (
        ["int k = srcu_read_lock(&s);" + get("r0", "x") + get("r1", "y") + "srcu_read_unlock(&s, k);",
         put("y") + "synchronize_srcu(&s);" + put("x")],
        MP,
        "FFFF",
    ),
    "SRCU+another-domain": (
        ["int k = srcu_read_lock(&other);" + get("r0", "x") + get("r1", "y") + "srcu_read_unlock(&other, k);",
         put("y") + "synchronize_srcu(&s);" + put("x")],
        MP,
        "FFFA",
    ),
}  # fmt: skip

MORE = """
DEFINE_STATIC_SRCU(s);
DEFINE_STATIC_SRCU(other);
static void dummy_inc(int *cell) { atomic_inc((atomic_t *)cell); }
static int zero_(void) { return 0; }
"""


def program(threads: list[str], outcome: str) -> str:
    bodies = "".join(f"void t{number}(void) {{ {body} }}\n" for number, body in enumerate(threads))
    return f"{DECLARATIONS}{MORE}{bodies}void final(void) {{ assert(!({outcome})); }}\n"


@pytest.mark.parametrize("name", TESTS)
def test_an_outcome_is_found_where_the_model_allows_it(name: str) -> None:
    threads, outcome, expected = TESTS[name]
    text = program(threads, outcome)
    found = {model: verdict(text, model, {"assertion"}) for model in MODELS}
    says = {"A": "assertion", "F": "PASS"}
    assert found == {model: says[letter] for model, letter in zip(MODELS, expected, strict=True)}
