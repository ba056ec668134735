"""Operands of one expression, whose order C leaves open: marked, where the program is one that means every order.

In C that is compiled, each operand is taken when the compiler likes; here they are lowered from left to right. A litmus
test means them all at once, as herd7 does: nothing orders the accesses of one operand against those of another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context
from modelcheck.program.ir import Fence, Load, Operand, Rmw, Store

T = TypeVar("T")
S = TypeVar("S")


def each(ctx: Context, node: cl.Node, several: Sequence[Callable[[], T]]) -> list[T]:
    """What lowering each of ``several`` gives, in turn; ``node`` is the expression whose operands they are."""
    if not ctx.syntactic or len(several) < 2:
        return [lower() for lower in several]
    builder = ctx.builder
    starts: list[tuple[int, int]] = []
    values: list[T] = []
    for lower in several:
        builder.open()
        before = [len(block) for block in builder.blocks]
        start = builder.current, before[builder.current]
        values.append(lower())
        before += [0] * (len(builder.blocks) - len(before))
        added = (step for block, size in zip(builder.blocks, before, strict=True) for step in block[size:])
        if any(isinstance(step, Load | Store | Rmw | Fence) for step in added):
            starts.append(start)
    if len(starts) > 1:
        source = ctx.source(node)
        for number, (block, index) in reversed(list(enumerate(starts))):
            builder.blocks[block].insert(index, Operand("next" if number else "first", source))
        builder.emit(Operand("end", source))
    return values


def pair(ctx: Context, node: cl.Node, one: Callable[[], S], other: Callable[[], T]) -> tuple[S, T]:
    """`each` of two that give different things."""
    first: list[S] = []
    second: list[T] = []
    each(ctx, node, [lambda: first.append(one()), lambda: second.append(other())])
    return first[0], second[0]
