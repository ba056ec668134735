"""Initialisation: what each instruction does, what is a finding, and where choices lead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcheck.program import ir
from modelcheck.program.compile import Code, evaluate
from modelcheck.program.expr import OPERATORS, UNDEFINED, Expr, Value, const, old, op, reg
from modelcheck.program.machine import Finding, Initial, Stuck, initialise
from modelcheck.program.thread import Thread
from tests.program.building import FUNCTIONS, FunctionBuilder, address_of, program

X, Y = address_of(0), address_of(1)


def outcomes(body: Callable[[FunctionBuilder], None], **kinds: ir.MemoryObject) -> list[object]:
    main = FunctionBuilder("main")
    body(main)
    return list(initialise(program([main.build()], ["x", "y"], list(kinds.values()))))


def finding(body: Callable[[FunctionBuilder], None], **kinds: ir.MemoryObject) -> str:
    (only,) = outcomes(body, **kinds)
    assert isinstance(only, Finding)
    return only.property


def memory(body: Callable[[FunctionBuilder], None], **kinds: ir.MemoryObject) -> dict[int, tuple[int, Value]]:
    (only,) = outcomes(body, **kinds)
    assert isinstance(only, Initial)
    return dict(only.memory)


def test_stores_and_arithmetic_reach_memory() -> None:
    def body(f: FunctionBuilder) -> None:
        f.store(X, 5)
        f.store(Y, op("add", 64, f.load(X), const(2**64 - 1, 64)))

    assert memory(body) == {X: (8, 5), Y: (8, 4)}


def test_it_stops_before_the_first_spawn_with_its_frames() -> None:
    inner = FunctionBuilder("start", 1)
    inner.store(X, reg(0, 64))
    inner.spawn("worker", [reg(0, 64)])
    worker = FunctionBuilder("worker", 1)
    main = FunctionBuilder("main")
    main.call("start", [const(7, 64)])
    main.store(Y, 1)
    (only,) = initialise(program([main.build(), inner.build(), worker.build()], ["x", "y"]))
    assert isinstance(only, Initial)
    assert [(f.function, f.block, f.index) for f in only.frames] == [("main", 0, 0), ("start", 0, 1)]
    assert only.frames[1].registers[0] == 7
    assert only.memory[X] == (8, 7)
    assert only.memory[Y] == (8, 0)


def test_a_main_that_exits_in_a_call_has_ended() -> None:
    inner = FunctionBuilder("inner")
    inner.store(X, 1)
    inner.end(ir.Exit(const(0, 64)))
    main = FunctionBuilder("main")
    main.call("inner")
    main.store(X, 2)
    main.spawn("inner")
    (only,) = initialise(program([inner.build(), main.build()], ["x"]))
    assert isinstance(only, Initial)
    assert only.frames == ()
    assert only.memory[X] == (8, 1)


def test_every_choice_gives_an_outcome_in_order() -> None:
    def body(f: FunctionBuilder) -> None:
        a, b = f.choose(2), f.choose(3)
        f.store(X, op("add", 64, op("mul", 64, op("zext", 64, a), const(10, 64)), op("zext", 64, b)))

    found = outcomes(body)
    assert [o.choices for o in found if isinstance(o, Initial)] == [(a, b) for a in (0, 1) for b in (0, 1, 2)]
    assert [o.memory[X][1] for o in found if isinstance(o, Initial)] == [0, 1, 2, 10, 11, 12]


def test_an_allocation_may_fail_where_it_says_so() -> None:
    def body(f: FunctionBuilder) -> None:
        f.store(X, op("ne", 1, f.alloc(16, may_fail=True), const(0, 64)), size=1)

    first, second = outcomes(body)
    assert isinstance(first, Initial)
    assert isinstance(second, Initial)
    assert (first.memory[X], second.memory[X]) == ((1, 1), (1, 0))
    assert len(first.objects) == len(second.objects) + 1


def test_assumptions_drop_executions() -> None:
    def body(f: FunctionBuilder) -> None:
        f.assume(op("eq", 1, f.choose(3), const(1, 8)))

    (only,) = outcomes(body)
    assert isinstance(only, Initial)
    assert only.choices == (1,)


def use_after_free(f: FunctionBuilder) -> None:
    p = f.alloc(8)
    f.free(p)
    f.load(p)


def double_free(f: FunctionBuilder) -> None:
    p = f.alloc(8)
    f.free(p)
    f.free(p)


def undefined_branch(f: FunctionBuilder) -> None:
    cell = f.local()
    seen = f.load(cell, copy=True)
    after = f.block()
    f.branch(op("eq", 1, seen, const(0, 64)), after, after)
    f.here = after


@pytest.mark.parametrize(
    ("body", "which"),
    [
        (use_after_free, "use-after-free"),
        (double_free, "double-free"),
        (undefined_branch, "uninitialised"),
        (lambda f: f.load(8), "null-dereference"),
        (lambda f: f.store(2**64 - 12, 1), "wild-pointer"),
        (lambda f: f.load(f.alloc(8, zeroed=False)), "uninitialised"),
        (lambda f: f.load(f.load(f.local(), copy=True)), "uninitialised"),
        (lambda f: f.store(op("add", 64, f.alloc(8), const(8, 64)), 1), "out-of-bounds"),
        (lambda f: f.free(X), "bad-free"),
        (lambda f: f.free(op("add", 64, f.alloc(16), const(8, 64))), "bad-free"),
        (lambda f: f.unlock(X), "lock-misuse"),
        (lambda f: f.check(op("eq", 1, f.load(X), const(1, 64))), "assertion"),
        (lambda f: f.load(FUNCTIONS), "wild-pointer"),
        (lambda f: f.call(f.load(X), (), ("main",)), "null-dereference"),
        (lambda f: f.call(const(X, 64), (), ("main",)), "wild-pointer"),
    ],
)
def test_undefined_things_are_findings(body: Callable[[FunctionBuilder], None], which: str) -> None:
    assert finding(body) == which


def test_writing_a_constant_is_wild() -> None:
    text = ir.MemoryObject("text", address_of(9), 8, "global", readonly=((0, 8),))
    assert finding(lambda f: f.store(address_of(9), 1), text=text) == "wild-pointer"


def test_a_wait_that_nobody_ends_is_a_deadlock() -> None:
    (only,) = outcomes(lambda f: f.wait(X, 1))
    assert isinstance(only, Stuck)
    assert only.deadlock


def test_what_cannot_be_modelled_says_why() -> None:
    main = FunctionBuilder("main")
    main.add(ir.Unsupported("setjmp", main.source()))
    (only,) = initialise(program([main.build()]))
    assert isinstance(only, Stuck)
    assert (only.reason, only.deadlock) == ("setjmp", False)


def test_an_endless_loop_hits_the_limit() -> None:
    def body(f: FunctionBuilder) -> None:
        head = f.block()
        f.jump(head)
        f.here = head
        f.jump(head)

    (only,) = outcomes(body)
    assert isinstance(only, Stuck)


def test_mixed_sizes_are_exact_to_the_byte() -> None:
    def body(f: FunctionBuilder) -> None:
        f.store(X, 0x1122334455667788)
        f.store(X + 4, 0xAABB, size=2)
        f.store(Y, op("zext", 64, f.load(X + 4, size=4)))

    assert memory(body)[Y] == (8, 0x1122AABB)


def test_untouched_zeroes_read_as_zero_at_any_size() -> None:
    big = ir.MemoryObject("big", address_of(9), 64, "global")
    assert memory(lambda f: f.store(X, op("zext", 64, f.load(address_of(9) + 2, size=2))), big=big)[X] == (8, 0)


def test_read_modify_write_takes_its_condition_from_the_old_value() -> None:
    def body(f: FunctionBuilder) -> None:
        f.rmw(X, 5, op("eq", 1, op("or", 64, old(64), const(0, 64)), const(0, 64)))
        f.store(Y, f.rmw(X, 6, op("eq", 1, old(64), const(0, 64))))

    assert memory(body) == {X: (8, 5), Y: (8, 5)}


UNARY = ("neg", "not")
RESIZE = ("zext", "sext", "trunc")
COMPARE = ("eq", "ne", "ult", "ule", "slt", "sle")
BINARY = tuple(set(OPERATORS) - set(UNARY) - set(RESIZE) - set(COMPARE) - {"ite", "defined"})


def expressions(width: int, depth: int) -> st.SearchStrategy[Expr]:
    leaves = st.one_of(
        st.integers(0, 2**width - 1).map(lambda v: const(v, width)), st.integers(0, 2).map(lambda n: reg(n, 64))
    )
    fit = leaves.map(lambda e: e if e.width == width else op("trunc", width, e))
    if depth == 0:
        return fit
    same = expressions(width, depth - 1)
    other = expressions(8 if width == 32 else 32, 0)
    binary = st.tuples(st.sampled_from(sorted(BINARY)), same, same).map(lambda t: op(t[0], width, t[1], t[2]))
    unary = st.tuples(st.sampled_from(UNARY), same).map(lambda t: op(t[0], width, t[1]))
    compare = st.tuples(st.sampled_from(COMPARE), same, same).map(lambda t: op(t[0], 1, t[1], t[2]))
    resize = other.map(lambda e: op("sext" if e.width < width else "trunc", width, e))
    choice = st.tuples(compare, same, same).map(lambda t: op("ite", width, *t))
    defined = same.map(lambda e: op("zext", width, op("defined", 1, e)))
    return st.one_of(fit, binary, unary, resize, choice, defined)


@given(expressions(32, 3), st.lists(st.one_of(st.integers(0, 2**64 - 1), st.just(UNDEFINED)), min_size=3, max_size=3))
def test_compiled_code_computes_what_the_operators_say(e: Expr, values: list[Value]) -> None:
    f = FunctionBuilder("main", 3)
    f.assign(e)
    f.block()
    g = ir.Function("main", (0, 1, 2), (64, 64, 64, 32), {}, f.build(reg(3, 32)).blocks, 32, f.source())
    thread = Thread.start(Code(program([g])), 0, "main", tuple(values))
    assert thread.go() is None
    assert thread.result == evaluate(e, values, 0)
