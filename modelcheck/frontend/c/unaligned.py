"""Accesses that may not be naturally aligned, as those to members of packed structs: one step where they are, else a
step for each byte, lowest first; and numbers of 16 bytes.

No machine promises more of an access that is not aligned than that it reads and writes its bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from modelcheck.frontend.c.context import Context, plus
from modelcheck.program.expr import FALSE, TRUE, Expr, const, op
from modelcheck.program.ir import Assign, Branch, Jump, Load, Source, Store, Tags

WORD: Final = 8
"""Bytes of the largest access that is one step; what has twice as many is two."""


def gather(ctx: Context, address: Expr, size: int, tags: Tags, source: Source, copy: bool = False) -> Expr:
    """The ``size`` bytes at ``address``, as one number; ``copy`` as in `Load`."""
    if size == 2 * WORD:
        low, high = (gather(ctx, plus(address, at), WORD, tags, source, copy) for at in (0, WORD))
        return op("or", 16 * WORD, op("zext", 16 * WORD, low), _up(op("zext", 16 * WORD, high), 8 * WORD))
    if size not in (1, 2, 4, WORD):
        return _joined(ctx, address, size, tags, source, copy)
    register = ctx.builder.register(8 * size)

    def whole() -> None:
        ctx.builder.emit(Load(register, address, size, tags, source, copy=copy))

    def apart() -> None:
        ctx.builder.emit(Assign(register, _joined(ctx, address, size, tags, source, copy), source))

    _where_aligned(ctx, address, size, source, whole, apart)
    return ctx.builder.value(register)


def _up(value: Expr, bits: int) -> Expr:
    return op("shl", value.width, value, const(bits, value.width))


def _joined(ctx: Context, address: Expr, size: int, tags: Tags, source: Source, copy: bool) -> Expr:
    width = 8 * size
    value = const(0, width)
    for number in range(size):
        byte = ctx.builder.register(8)
        ctx.builder.emit(Load(byte, plus(address, number), 1, tags, source, copy=copy))
        wide = op("zext", width, ctx.builder.value(byte))
        value = op("or", width, value, _up(wide, 8 * number))
    return value


def scatter(ctx: Context, address: Expr, size: int, value: Expr, tags: Tags, source: Source) -> None:
    """Store ``value`` to the ``size`` bytes at ``address``."""

    def whole() -> None:
        ctx.builder.emit(Store(address, value, size, tags, source))

    def apart() -> None:
        for number in range(size):
            ctx.builder.emit(Store(plus(address, number), byte_of(value, number), 1, tags, source))

    if size == 2 * WORD:
        for at in (0, WORD):
            half = op("trunc", 8 * WORD, op("lshr", value.width, value, const(8 * at, value.width)))
            scatter(ctx, plus(address, at), WORD, half, tags, source)
    elif size in (1, 2, 4, WORD):
        _where_aligned(ctx, address, size, source, whole, apart)
    else:
        apart()


def byte_of(value: Expr, number: int) -> Expr:
    """Byte ``number`` of ``value``, from the lowest one."""
    return op("trunc", 8, op("lshr", value.width, value, const(8 * number, value.width)))


def _where_aligned(
    ctx: Context, address: Expr, size: int, source: Source, whole: Callable[[], None], apart: Callable[[], None]
) -> None:
    fits = op("eq", 1, op("and", 64, address, const(size - 1, 64)), const(0, 64))
    if fits is TRUE:
        whole()
    elif fits is FALSE:
        apart()
    else:
        builder = ctx.builder
        builder.open()
        yes, no, after = builder.block(), builder.block(), builder.block()
        builder.end(Branch(fits, yes, no, source))
        for block, access in ((yes, whole), (no, apart)):
            builder.current = block
            access()
            builder.end(Jump(after))
        builder.current = after
