"""C11 atomics in a litmus test, as herd7 reads them: each is lowered to its steps, with its memory order as their tag.

A test that names a memory order, an atomic type or an operation that only C11 has is one for C11: there
``atomic_fetch_add`` takes the object first, and not the kernel's way round. What is said without an order is
sequentially consistent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, Memory, Register, strip
from modelcheck.frontend.c.intrinsics import Intrinsic
from modelcheck.frontend.c.lvalues import place
from modelcheck.frontend.litmus.primitives import PRIMITIVES, SIZE, WIDTH, exchanging, storing, taking, words
from modelcheck.program.expr import Expr, const, old, op
from modelcheck.program.ir import NONE, Assign, Assume, Branch, Choose, Fence, Jump, Load, Rmw, Store, Tags

TAGS = ("RLX", "CON", "ACQ", "REL", "ACQ_REL", "SC")
"""The tags of the memory orders, as C numbers these."""

_NAMES = re.compile(
    r"\b(memory_order_\w+|_Atomic|atomic_(int|uint|char|short|long|bool|thread_fence|init|load|store|exchange)\b"
    r"|atomic_compare_exchange_\w+|atomic_\w+_explicit)"
)
_SC = frozenset(("SC",))
_OLD = old(WIDTH)
_ZERO = const(0, WIDTH)


def _order(ctx: Context, node: cl.Node) -> Tags:
    value = ctx.scalar(node)
    if value.kind != "const" or not isinstance(value.data, int) or value.data >= len(TAGS):
        ctx.wrong("a memory order is expected here, such as memory_order_relaxed", node)
    return frozenset((TAGS[value.data],))


Lower = Callable[[Context, cl.Node, Sequence[cl.Node], Sequence[Tags]], Expr | None]


def _both(name: str, count: int, orders: int, lower: Lower) -> dict[str, Intrinsic]:
    """``name`` with ``count`` arguments, and the form whose last ``orders`` arguments are memory orders."""

    def plain(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> Expr | None:
        return lower(ctx, node, given, [_SC] * orders)

    def explicit(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> Expr | None:
        return lower(ctx, node, given[:count], [_order(ctx, argument) for argument in given[count:]])

    return {name: taking(count, plain), f"{name}_explicit": taking(count + orders, explicit)}


def _load(ctx: Context, node: cl.Node, given: Sequence[cl.Node], orders: Sequence[Tags]) -> Expr:
    (target,) = words(ctx, node, given)
    return _read(ctx, node, target, orders[0])


def _read(ctx: Context, node: cl.Node, target: Expr, tags: Tags) -> Expr:
    dst = ctx.builder.register(WIDTH)
    ctx.builder.emit(Load(dst, target, SIZE, tags, ctx.source(node)))
    return ctx.builder.value(dst)


def _store(ctx: Context, node: cl.Node, given: Sequence[cl.Node], orders: Sequence[Tags]) -> None:
    target, value = words(ctx, node, given)
    ctx.builder.emit(Store(target, value, SIZE, orders[0], ctx.source(node)))


def _fetch(operation: str) -> Lower:
    def lower(ctx: Context, node: cl.Node, given: Sequence[cl.Node], orders: Sequence[Tags]) -> Expr:
        target, by = words(ctx, node, given)
        new = by if operation == "exchange" else op(operation, WIDTH, _OLD, by)
        return exchanging(ctx, node, target, None, new, (orders[0], orders[0]))

    return lower


def _compare_exchange(weak: bool) -> Lower:
    def lower(ctx: Context, node: cl.Node, given: Sequence[cl.Node], orders: Sequence[Tags]) -> Expr:
        builder, source = ctx.builder, ctx.source(node)
        kept = _expected(ctx, given[1])
        target, new = words(ctx, node, (given[0], given[2]))
        target, new = builder.copy(target, source), builder.copy(new, source)
        if isinstance(kept, Register):
            expected = builder.copy(builder.value(kept.register), source)
        else:
            expected = builder.copy(_read(ctx, node, kept.address, NONE), source)
        was, succeeds = builder.register(WIDTH), builder.register(1)
        equal, failed = op("eq", 1, _OLD, expected), orders[-1]
        attempt, spurious, judged, fails, after = (builder.block() for _ in range(5))
        if weak:
            guess = builder.register(WIDTH)
            builder.emit(Choose(guess, 2, source))
            builder.end(Branch(op("ne", 1, builder.value(guess), _ZERO), spurious, attempt, source))
        else:
            builder.end(Jump(attempt))
        builder.current = attempt
        builder.emit(Rmw(was, target, SIZE, equal, new, orders[0], orders[0], failed, source))
        same = op("eq", 1, builder.value(was), expected)
        if weak:
            builder.emit(Assume(same, source, guess=True))  # to fail is the other way
        builder.emit(Assign(succeeds, same, source))
        builder.end(Jump(judged))
        builder.current = spurious
        builder.emit(Load(was, target, SIZE, failed, source))
        builder.emit(Assign(succeeds, const(0, 1), source))
        builder.end(Jump(judged))
        builder.current = judged
        builder.end(Branch(builder.value(succeeds), after, fails, source))
        builder.current = fails
        if isinstance(kept, Register):
            builder.emit(Assign(kept.register, builder.value(was), source))
        else:
            builder.emit(Store(kept.address, builder.value(was), SIZE, NONE, source))
        builder.end(Jump(after))
        builder.current = after
        return op("zext", WIDTH, builder.value(succeeds))

    return lower


def _expected(ctx: Context, node: cl.Node) -> Register | Memory:
    """Where the expected value is: a variable of the thread, or what a pointer leads to."""
    inner = strip(node)
    if inner.kind == cl.UNARY and cl.lib.clang_getCursorUnaryOperatorKind(inner.cursor) == cl.ADDRESS_OF:
        found = place(ctx, strip(inner.expressions()[0]))
        if isinstance(found, Register | Memory):
            return found
    return Memory(ctx.builder.copy(words(ctx, node, (node,))[0], ctx.source(node)), ctx.types.of(node))


def _fence(ctx: Context, node: cl.Node, given: Sequence[cl.Node]) -> None:
    ctx.builder.emit(Fence(_order(ctx, given[0]), ctx.source(node)))


def _nothing(_ctx: Context, _node: cl.Node, _: Sequence[cl.Node]) -> None:
    return None


C11: dict[str, Intrinsic] = {
    **_both("atomic_load", 1, 1, _load),
    **_both("atomic_store", 2, 1, _store),
    **_both("atomic_exchange", 2, 1, _fetch("exchange")),
    **{
        name: primitive
        for operation in ("add", "sub", "and", "or", "xor")
        for name, primitive in _both(f"atomic_fetch_{operation}", 2, 1, _fetch(operation)).items()
    },
    **_both("atomic_compare_exchange_strong", 3, 2, _compare_exchange(weak=False)),
    **_both("atomic_compare_exchange_weak", 3, 2, _compare_exchange(weak=True)),
    "atomic_init": storing(""),
    "atomic_thread_fence": taking(1, _fence),
    "atomic_signal_fence": taking(1, _nothing),
}
"""What lowers a call of each."""


_C11 = {**PRIMITIVES, **C11}


def primitives(text: str) -> dict[str, Intrinsic]:
    """The primitives that a test may call."""
    return _C11 if _NAMES.search(text) is not None else PRIMITIVES
