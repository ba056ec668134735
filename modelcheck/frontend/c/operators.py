"""Arithmetic: binary operators, assignments and increments on values and places.

What overflows wraps, signed or not: the kernel is compiled with -fno-strict-overflow, which makes it so by definition.
What the hardware or every compiler is free to do anything about stays undefined, and is a failure where it is reached:
a division by zero, the least number divided by -1, and a shift by a negative number or by as many bits as there are.
"""

from __future__ import annotations

from typing import Final

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, Memory, Place, Value, resize
from modelcheck.frontend.c.places import ATOMIC_RMW, read, scalar_size, step_value, write
from modelcheck.frontend.c.types import BOOL, FUNCTION, POINTER, CType
from modelcheck.program.expr import TRUE, Expr, const, old, op
from modelcheck.program.ir import NONE, Assert, Rmw

Operand = tuple[Expr, CType]

_ARITHMETIC: Final = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor"}
_UNSIGNED: Final = {"/": "udiv", "%": "urem", ">>": "lshr", "<": "ult", "<=": "ule"}
_SIGNED: Final = {"/": "sdiv", "%": "srem", ">>": "ashr", "<": "slt", "<=": "sle"}


def binary(ctx: Context, name: str, left: Operand, right: Operand, result: CType, node: cl.Node) -> Expr:
    """``left name right``, with the operands as C's conversions left them.

    Args:
        ctx: where a check of a divisor, shift or index goes.
        name: the operator as it is written.
        left, right: values with their types.
        result: the type of the whole.
        node: the whole.
    """
    (a, one), (b, two) = left, right
    if one.kind == POINTER or two.kind == POINTER:
        return _pointers(ctx, name, left, right, result, node)
    if name in ("==", "!=", "<", "<=", ">", ">="):
        return resize(_compare(name, a, b, one.signed), result.width)
    return arithmetic(ctx, name, a, b, one.signed, node)


def arithmetic(ctx: Context, name: str, a: Expr, b: Expr, signed: bool, node: cl.Node) -> Expr:
    """An operator on two integers of one width (of a shift, the count may have another)."""
    width = a.width
    if name in _ARITHMETIC:
        result = op(_ARITHMETIC[name], width, a, b)
        return _depending(result, a, b) if ctx.syntactic and result.kind == "const" else result
    if name in ("<<", ">>"):
        _check_shift(ctx, b, width, node)
        b = resize(b, width)
        return op("shl" if name == "<<" else (_SIGNED if signed else _UNSIGNED)[name], width, a, b)
    nonzero = op("ne", 1, b, const(0, width))
    if nonzero is not TRUE:
        ctx.builder.emit(Assert(nonzero, "undefined", "division by zero", ctx.source(node)))
    if signed:
        _check_quotient(ctx, a, b, node)
    return op((_SIGNED if signed else _UNSIGNED)[name], width, a, b)


def _check_quotient(ctx: Context, a: Expr, b: Expr, node: cl.Node) -> None:
    """The least number divided by -1 is a trap, and no number, however signed overflow is compiled."""
    width = a.width
    fits = op("or", 1, op("ne", 1, a, const(1 << width - 1, width)), op("ne", 1, b, const(-1, width)))
    extended = a.kind == "op" and a.data in ("zext", "sext")
    if fits is not TRUE and not extended:
        message = f"division of the least {width}-bit number by -1"
        ctx.builder.emit(Assert(fits, "undefined", message, ctx.source(node)))


def _depending(constant: Expr, *operands: Expr) -> Expr:
    """``constant``, as an expression that still depends on the operands that are not constant."""
    for operand in operands:
        if operand.kind != "const":
            constant = op("or", constant.width, op("xor", constant.width, operand, operand), constant)
    return constant


def _check_shift(ctx: Context, count: Expr, width: int, node: cl.Node) -> None:
    """A shift by as many bits as there are, or more, is undefined; a count masked below that needs no check."""
    inner = count
    while inner.kind == "op" and inner.data in ("zext", "sext", "trunc"):
        inner = inner.args[0]
    if inner.kind == "op" and inner.data == "and" and inner.args[1].kind == "const" and inner.args[1].data < width:
        return
    small = op("ult", 1, count, const(width, count.width))
    if small is not TRUE:
        message = f"shift of a {width}-bit value by {width} or more"
        ctx.builder.emit(Assert(small, "undefined", message, ctx.source(node)))


def _compare(name: str, a: Expr, b: Expr, signed: bool) -> Expr:
    if name == "==":
        return op("eq", 1, a, b)
    if name == "!=":
        return op("ne", 1, a, b)
    if name in (">", ">="):
        a, b = b, a
        name = "<" if name == ">" else "<="
    return op((_SIGNED if signed else _UNSIGNED)[name], 1, a, b)


def _pointers(ctx: Context, name: str, left: Operand, right: Operand, result: CType, node: cl.Node) -> Expr:
    (a, one), (b, two) = left, right
    if name in ("==", "!=", "<", "<=", ">", ">="):
        return resize(_compare(name, resize(a, 64), resize(b, 64), False), result.width)
    if one.kind == POINTER and two.kind == POINTER and name == "-":
        size = _step(ctx, one, node)
        distance = op("sub", 64, a, b)
        if size & (size - 1) == 0:
            return op("ashr", 64, distance, const(size.bit_length() - 1, 64))
        return op("sdiv", 64, distance, const(size, 64))
    if name not in ("+", "-"):
        ctx.refuse(f"pointers have no operator {name}", node)
    pointer, (amount, integer) = ((a, one), (b, two)) if one.kind == POINTER else ((b, two), (a, one))
    size = _step(ctx, pointer[1], node)
    distance = op("mul", 64, resize(amount, 64, integer.signed), const(size, 64))
    if distance.kind == "const" and isinstance(distance.data, int):
        base = pointer[0]
        if name == "-":
            distance = op("neg", 64, distance)
        return op("add", 64, base, distance)
    return op("add" if name == "+" else "sub", 64, pointer[0], distance)


def _step(ctx: Context, pointer: CType, node: cl.Node) -> int:
    pointed = ctx.types.pointee(pointer)
    if pointed.kind in ("void", FUNCTION):
        return 1
    if not pointed.size:
        ctx.refuse(f"arithmetic on pointers to {pointed.name}, which has no size", node)
    return pointed.size


def assign(ctx: Context, place: Place, value: Value, node: cl.Node) -> Value:
    """``place = value``; the value is already of the place's type."""
    return write(ctx, place, value, node)


def increment(ctx: Context, place: Place, operator: int, node: cl.Node) -> Value:
    """``++`` and ``--`` before or after ``place``."""
    sign = "add" if operator in (cl.PRE_INC, cl.POST_INC) else "sub"
    before = operator in (cl.PRE_INC, cl.PRE_DEC)
    type_ = place.type
    if type_.atomic and isinstance(place, Memory):
        current = old(type_.width)
        first = _atomic(ctx, place, step_value(ctx, current, type_, sign, None), node)
        return step_value(ctx, first, type_, sign, None) if before else first
    current = _scalar(ctx, read(ctx, place, node), place, node)
    if not before and not isinstance(place, Memory):
        current = ctx.builder.copy(current, ctx.source(node))
    after = write(ctx, place, step_value(ctx, current, type_, sign, None), node)
    return after if before else current


def compound_assign(ctx: Context, name: str, place: Place, operand: Expr, operand_type: CType, node: cl.Node) -> Value:
    """``place name= operand``, computed in the type that C's conversions give and cut to the place's type."""
    type_ = place.type

    def compute(current: Expr) -> Expr:
        if type_.kind == POINTER:
            amount = resize(operand, 64, operand_type.signed)
            return step_value(ctx, current, type_, "add" if name == "+" else "sub", amount)
        if name in ("<<", ">>"):
            width, signed = max(type_.width, 32), type_.signed or type_.width < 32
            right = operand
        else:
            # The operand has the common type already, unless that is the place's own, wider one.
            width = max(type_.width, operand.width, 32)
            signed = operand_type.signed if operand.width == width else type_.signed
            right = resize(operand, width, operand_type.signed)
        result = arithmetic(ctx, name, resize(current, width, type_.signed), right, signed, node)
        if type_.kind == BOOL:
            return op("zext", 8, op("ne", 1, result, const(0, width)))
        return resize(result, type_.width)

    if type_.atomic and isinstance(place, Memory):
        first = _atomic(ctx, place, compute(old(type_.width)), node)
        return compute(first)
    return write(ctx, place, compute(_scalar(ctx, read(ctx, place, node), place, node)), node)


def _scalar(ctx: Context, value: Value, place: Place, node: cl.Node) -> Expr:
    if not isinstance(value, Expr):
        ctx.refuse(f"arithmetic on a value of type {place.type.name}", node)
    return value


def _atomic(ctx: Context, place: Memory, new: Expr, node: cl.Node) -> Expr:
    """One sequentially consistent read-modify-write; gives the old value."""
    size = scalar_size(ctx, place.type, node)
    register = ctx.builder.register(size * 8)
    ctx.builder.emit(Rmw(register, place.address, size, None, new, ATOMIC_RMW, ATOMIC_RMW, NONE, ctx.source(node)))
    return ctx.builder.value(register)
