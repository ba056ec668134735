"""Builtins of the compiler that compute: counts of bits, the order of bytes, and arithmetic that tells an overflow.

Sources: GCC manual, "Other Built-in Functions" and "Built-in Functions to Perform Arithmetic with Overflow Checking";
clang's language extensions for those that only clang has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, Value, arguments, resize, truth
from modelcheck.frontend.c.places import ONCE
from modelcheck.program.expr import Expr, const, op
from modelcheck.program.ir import NONE, Assert, Store

Lowering = Callable[[Context, cl.Node], Value]
"""What lowers a call."""


def _absolute(ctx: Context, node: cl.Node) -> Value:
    value = ctx.scalar(arguments(node)[0])
    negative = op("slt", 1, value, const(0, value.width))
    return op("ite", value.width, negative, op("neg", value.width, value), value)


# ------------------------------------------------------------------ bits and bytes


def _bit_scan(ctx: Context, node: cl.Node) -> Value:
    """ffs: 1 + the number of the lowest bit that is set, 0 for 0."""
    value = ctx.scalar(arguments(node)[0])
    result = const(0, 32)
    for bit in reversed(range(value.width)):
        result = op("ite", 32, _bit(value, bit), const(bit + 1, 32), result)
    return result


def _trailing(ctx: Context, node: cl.Node) -> Value:
    value = _nonzero(ctx, node)
    result = const(value.width, 32)
    for bit in reversed(range(value.width)):
        result = op("ite", 32, _bit(value, bit), const(bit, 32), result)
    return result


def _leading(ctx: Context, node: cl.Node) -> Value:
    return _zeros_above(_nonzero(ctx, node))


def _redundant_signs(ctx: Context, node: cl.Node) -> Value:
    """clrsb: how many bits below the highest one are the same as it."""
    value = ctx.scalar(arguments(node)[0])
    width = value.width
    magnitude = op("xor", width, value, op("ashr", width, value, const(width - 1, width)))
    return op("sub", 32, _zeros_above(magnitude), const(1, 32))


def _zeros_above(value: Expr) -> Expr:
    result = const(value.width, 32)
    for bit in range(value.width):
        result = op("ite", 32, _bit(value, bit), const(value.width - 1 - bit, 32), result)
    return result


def _population(ctx: Context, node: cl.Node) -> Value:
    value = ctx.scalar(arguments(node)[0])
    result = const(0, 32)
    for bit in range(value.width):
        result = op("add", 32, result, op("zext", 32, _bit(value, bit)))
    return result


def _parity(ctx: Context, node: cl.Node) -> Value:
    value = ctx.scalar(arguments(node)[0])
    result = const(0, 1)
    for bit in range(value.width):
        result = op("xor", 1, result, _bit(value, bit))
    return op("zext", 32, result)


def _permuted(ctx: Context, node: cl.Node, unit: int) -> Value:
    """The argument with its parts of ``unit`` bits in the opposite order."""
    value = ctx.scalar(arguments(node)[0])
    width = value.width
    result = const(0, width)
    for low in range(0, width, unit):
        piece = op("trunc", unit, op("lshr", width, value, const(low, width)))
        result = op("or", width, result, op("shl", width, op("zext", width, piece), const(width - unit - low, width)))
    return result


def _bytes_swapped(ctx: Context, node: cl.Node) -> Value:
    return _permuted(ctx, node, 8)


def _bits_reversed(ctx: Context, node: cl.Node) -> Value:
    return _permuted(ctx, node, 1)


def _rotated(left: bool) -> Lowering:
    def lower(ctx: Context, node: cl.Node) -> Value:
        value, by = (ctx.scalar(argument) for argument in arguments(node))
        width = value.width
        amount = op("and", width, resize(by, width), const(width - 1, width))
        back = op("and", width, op("neg", width, amount), const(width - 1, width))
        one, other = (amount, back) if left else (back, amount)
        return op("or", width, op("shl", width, value, one), op("lshr", width, value, other))

    return lower


def _bit(value: Expr, bit: int) -> Expr:
    return op("trunc", 1, op("lshr", value.width, value, const(bit, value.width)))


def _nonzero(ctx: Context, node: cl.Node) -> Expr:
    value = ctx.scalar(arguments(node)[0])
    ctx.builder.emit(Assert(truth(value), "undefined", "counting the zero bits of 0", ctx.source(node)))
    return value


# ------------------------------------------------------------------ overflow


def _overflowing(operator: str) -> Lowering:
    """__builtin_add_overflow() and its kin: the exact result, cut to what the third argument points to, is stored
    there; gives whether it was cut. Those of one type (__builtin_uadd_overflow()) have their arguments converted to it
    before."""

    def lower(ctx: Context, node: cl.Node) -> Value:
        *operands, target = arguments(node)
        type_ = ctx.types.pointee(ctx.types.of(target))
        # In so many bits no sum, difference or product of numbers that wide, signed or not, is cut.
        enough = 2 * max(type_.width, *(ctx.types.of(each).width for each in operands)) + 2
        wide = [resize(ctx.scalar(each), enough, ctx.types.of(each).signed) for each in operands]
        address = ctx.scalar(target)
        exact = op(operator, enough, *wide)
        cut = resize(exact, type_.size * 8)
        ctx.builder.emit(Store(address, cut, type_.size, ONCE if type_.volatile else NONE, ctx.source(node)))
        return op("zext", ctx.types.of(node).width, op("ne", 1, resize(cut, enough, type_.signed), exact))

    return lower


def _overflows() -> Iterator[tuple[str, Lowering]]:
    for operator in ("add", "sub", "mul"):
        lower = _overflowing(operator)
        yield f"{operator}_overflow", lower
        for sign in "su":
            for length in ("", "l", "ll"):
                yield f"{sign}{operator}{length}_overflow", lower


def _of_each_length(name: str, lower: Lowering) -> dict[str, Lowering]:
    return {f"{name}{length}": lower for length in ("", "l", "ll")}


COMPUTING: Final[dict[str, Lowering]] = {
    "abs": _absolute,
    "labs": _absolute,
    "llabs": _absolute,
    **_of_each_length("ffs", _bit_scan),
    **_of_each_length("ctz", _trailing),
    **_of_each_length("clz", _leading),
    **_of_each_length("clrsb", _redundant_signs),
    **_of_each_length("popcount", _population),
    **_of_each_length("parity", _parity),
    **{f"bswap{width}": _bytes_swapped for width in (16, 32, 64)},
    **{f"bitreverse{width}": _bits_reversed for width in (8, 16, 32, 64)},
    **{f"rotateleft{width}": _rotated(True) for width in (8, 16, 32, 64)},
    **{f"rotateright{width}": _rotated(False) for width in (8, 16, 32, 64)},
    **dict(_overflows()),
}
"""What lowers them, by name without ``__builtin_``."""
