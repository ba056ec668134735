"""Partial-order reduction leaves out nothing: random programs, with it and without."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcheck.interleave.explore import explore, outcomes
from modelcheck.program import ir
from modelcheck.program.expr import const, negate, old, op, reg
from tests.program.building import FunctionBuilder, address_of, threads

NAMES = ["a", "b", "c", "lock", "p"]
CELLS = [address_of(n) for n in range(3)]
LOCK, POINTER = address_of(3), address_of(4)

cell = st.sampled_from(CELLS)
small = st.integers(0, 2)
Op = tuple[object, ...]

simple = st.one_of(
    st.tuples(st.just("store"), cell, small),
    st.tuples(st.just("load"), cell),
    st.tuples(st.just("copy"), cell),
    st.tuples(st.just("add"), cell),
    st.tuples(st.just("cas"), cell, small, small),
    st.tuples(st.just("fence")),
    st.tuples(st.just("lock")),
    st.tuples(st.just("unlock")),
    st.tuples(st.just("point"), cell),
    st.tuples(st.just("through")),
    st.tuples(st.just("into")),
    st.tuples(st.just("check"), small),
    st.tuples(st.just("wait"), cell, small),
    st.tuples(st.just("spin"), cell, small),
    st.tuples(st.just("choose")),
    st.tuples(st.just("alloc")),
    st.tuples(st.just("free")),
    st.tuples(st.sampled_from(["rcu-lock", "rcu-unlock", "sync"])),
)
branch = st.tuples(st.just("if"), st.lists(simple, max_size=2), st.lists(simple, max_size=2))
body = st.lists(st.one_of(simple, simple, branch), min_size=1, max_size=4)


def write(f: FunctionBuilder, ops: Sequence[Op], last: int, holder: int) -> None:
    """Append ``ops``; register ``last`` holds the value loaded last, register ``last`` + 1 an allocated object."""
    seen = reg(last, 64)
    for what, *args in ops:
        a, b, c = (*args, 0, 0, 0)[:3]
        match what:
            case "store":
                f.store(a, b)  # type: ignore[arg-type]
            case "load":
                f.assign(f.load(a), last)  # type: ignore[arg-type]
            case "copy":
                f.store(a, seen)  # type: ignore[arg-type]
            case "add":
                f.assign(f.add_to(a, 1), last)  # type: ignore[arg-type]
            case "cas":
                f.assign(f.rmw(a, b, op("eq", 1, old(64), const(c, 64))), last)  # type: ignore[arg-type]
            case "fence":
                f.fence("Mb")
            case "lock":
                f.lock(LOCK, holder)
            case "unlock":
                f.unlock(LOCK)
            case "point":
                f.store(POINTER, a)  # type: ignore[arg-type]
            case "through":
                f.assign(f.load(f.load(POINTER)), last)
            case "into":
                f.store(f.load(POINTER), 2)
            case "check":
                f.check(negate(op("eq", 1, seen, const(a, 64))))  # type: ignore[arg-type]
            case "wait":
                f.wait(a, b)  # type: ignore[arg-type]
            case "spin":
                f.spin_until(a, b)  # type: ignore[arg-type]
            case "choose":
                f.assign(op("zext", 64, f.choose(2)), last)
            case "alloc":
                f.assign(f.alloc(8), last + 1)
                f.store(POINTER, reg(last + 1, 64))
            case "free":
                f.free(reg(last + 1, 64))
            case "rcu-lock":
                f.fence("Rcu-lock")
            case "rcu-unlock":
                f.fence("Rcu-unlock")
            case "sync":
                f.fence("Sync-rcu")
            case "if":
                then, other, after = f.block(), f.block(), f.block()
                f.branch(op("eq", 1, seen, const(0, 64)), then, other)
                for block, part in ((then, a), (other, b)):
                    f.here = block
                    write(f, part, last, holder)  # type: ignore[arg-type]
                    f.jump(after)
                f.here = after


def program(bodies: Sequence[Sequence[Op]]) -> ir.Program:
    functions = []
    for number, ops in enumerate(bodies):
        f = FunctionBuilder(f"t{number}")
        last = f.fresh()
        f.fresh()
        f.assign(0, last)
        f.assign(0, last + 1)
        write(f, ops, last, number + 1)
        functions.append(f.build())
    built = threads(functions, NAMES)
    start = ir.MemoryObject("p", POINTER, 8, "global", cells=((0, 8, CELLS[0]),))
    objects = tuple(start if thing.name == "p" else thing for thing in built.objects)
    return ir.Program(built.functions, objects, "main")


@pytest.mark.parametrize("model", ["sc", "tso"])
@settings(max_examples=150)
@given(st.lists(body, min_size=2, max_size=3))
def test_outcomes_and_verdicts_are_the_same_with_and_without(model: str, bodies: list[list[Op]]) -> None:
    built = program(bodies)
    assert outcomes(built, model) == outcomes(built, model, reduce=False)
    for which in ("assertion", "deadlock", "use-after-free", "double-free", "leak", "lock-misuse"):
        reduced = explore(built, model, frozenset({which}))
        full = explore(built, model, frozenset({which}), reduce=False)
        assert reduced.verdict == full.verdict
