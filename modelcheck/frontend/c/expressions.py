"""Expressions: their values and conditions."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c import operands, operators
from modelcheck.frontend.c.builtins import CODE
from modelcheck.frontend.c.calls import call
from modelcheck.frontend.c.context import (
    Aggregate,
    Context,
    Hint,
    Refused,
    Value,
    convert,
    resize,
    strip,
    truth,
)
from modelcheck.frontend.c.initialise import aggregate
from modelcheck.frontend.c.lvalues import chosen, designates, place, selected, starts_together
from modelcheck.frontend.c.offsetof import offset_of
from modelcheck.frontend.c.places import address_of, combine, held_cells, read
from modelcheck.frontend.c.types import ARRAY, FLOAT, FUNCTION, POINTER, RECORD, VARIABLE, VOID, CType
from modelcheck.program.expr import FALSE, TRUE, Expr, const, op
from modelcheck.program.ir import Assign, Branch, Jump


def value(ctx: Context, node: cl.Node) -> Value:
    """The value of an expression; what it designates is read.

    Where it cannot be modelled, `Unsupported` stands in its place, and some value of its type is given for what
    follows it.

    Raises:
        Refused: there is no value of its type, or an initialiser at file scope is at hand.
    """
    lower = _VALUES.get(node.kind)
    depths = ctx.depths()
    try:
        if node.kind == cl.FLOATING:
            ctx.refuse("floating point is not supported", node)
        if lower is None:
            ctx.refuse("this kind of expression is not supported", node)
        return lower(ctx, node)
    except Refused as refused:
        ctx.stop(refused)
        ctx.leave_scopes(depths)
        type_ = ctx.types.of(node)
        if type_.scalar:
            return const(0, type_.width)
        leaves = ctx.types.leaves(type_) if type_.kind in (RECORD, ARRAY) else None
        if leaves is None and type_.kind != VOID:
            raise
        return None if leaves is None else Aggregate(type_, tuple(const(0, 8 * leaf.size) for leaf in leaves))


def condition(ctx: Context, node: cl.Node) -> Expr:
    """Whether the expression is true, as a width-1 expression."""
    return truth(ctx.scalar(node))


def discard(ctx: Context, node: cl.Node) -> None:
    """Evaluate for the effects only."""
    if node.kind == cl.PAREN:
        discard(ctx, node.expressions()[0])
    elif designates(ctx, node) and not (ctx.types.of(node).volatile or ctx.types.of(node).atomic):
        place(ctx, node)
    else:
        value(ctx, node)


def _constant(ctx: Context, node: cl.Node) -> Expr:
    type_ = ctx.types.of(node)
    found = cl.evaluate(node.cursor)
    if found is None and node.kind == cl.SIZEOF and node.expressions():
        variable = strip(node.expressions()[0])
        length = ctx.lengths.get(cl.lib.clang_getCursorReferenced(variable.cursor).d0)
        if length is not None and variable.kind == cl.DECL_REF:
            return ctx.builder.value(length)
    if found is None and (offset := offset_of(ctx, node)) is not None:
        return offset
    if found is None or not type_.scalar:
        ctx.refuse("this expression is not supported (its value is not constant)", node)
    return const(found, type_.width)


def _parenthesis(ctx: Context, node: cl.Node) -> Value:
    return value(ctx, node.expressions()[-1])


def _reference(ctx: Context, node: cl.Node) -> Value:
    target = cl.lib.clang_getCursorReferenced(node.cursor)
    if target.kind == cl.ENUM_CONSTANT:
        type_ = ctx.types.of(node)
        return const(cl.lib.clang_getEnumConstantDeclUnsignedValue(target), type_.width)
    if target.kind == cl.FUNCTION_DECL:
        return _function_address(ctx, node)
    return read(ctx, place(ctx, node), node)


def _function_address(ctx: Context, node: cl.Node) -> Expr:
    declaration = cl.lib.clang_getCursorReferenced(node.cursor)
    return const(ctx.linker.code_address(ctx.unit, node.spelling, declaration), 64)


def _read(ctx: Context, node: cl.Node) -> Value:
    if ctx.types.of(node).kind == FUNCTION:  # *pointer, about to be called or turned into a pointer again
        return value(ctx, node.expressions()[0])
    return read(ctx, place(ctx, node), node)


def _unexposed(ctx: Context, node: cl.Node) -> Value:
    inner = node.expressions()
    if len(inner) == 1 and starts_together(node, inner[0]):
        return converted(ctx, inner[0], ctx.types.of(node))
    choice = chosen(ctx, node)
    if choice is not None:
        return converted(ctx, choice, ctx.types.of(node))
    if len(inner) == 4 and starts_together(node, inner[0]):  # a ?: b
        first = ctx.builder.copy(ctx.scalar(inner[0]), ctx.source(inner[0]))
        old, new = ctx.types.of(inner[0]), ctx.types.of(node)
        return _choose(ctx, node, truth(first), lambda: convert(first, old, new), lambda: value(ctx, inner[3]))
    return _constant(ctx, node)


def converted(ctx: Context, inner: cl.Node, new: CType, hint: Hint | None = None) -> Value:
    """The value of ``inner`` converted to type ``new``, as by a cast.

    ``hint``: what the result will then be converted to, where that says more than ``new``.
    """
    old = ctx.types.of(inner)
    if new.kind == POINTER and ctx.types.varies(new) and not ctx.types.varies(old):
        ctx.refuse(f"a conversion to {new.name} is not supported", inner)
    if new.kind == VOID:
        discard(ctx, inner)
        return None
    if old.kind == FUNCTION:
        return value(ctx, inner)
    if old.kind in (ARRAY, VARIABLE) and new.kind == POINTER:
        return address_of(ctx, place(ctx, inner), inner)
    if FLOAT in (old.kind, new.kind):
        ctx.refuse("floating point is not supported", inner)
    if new.kind == POINTER:
        pointed = ctx.types.pointee(new)
        hint = Hint(ctx.unit, pointed) if pointed.kind == RECORD and pointed.size else hint
    result = _allocated(ctx, inner, hint) if hint else value(ctx, inner)
    if isinstance(result, Expr) and old.scalar and new.scalar:
        return convert(result, old, new)
    united = new.kind == RECORD and ctx.types.record(new).union and new.name != old.name
    if united and isinstance(result, Expr | Aggregate) and (leaves := ctx.types.leaves(new)) is not None:
        # A cast to a union is one of its members with this value.
        cells = held_cells(ctx, result) if isinstance(result, Aggregate) else {0: (old.size, result)}
        return Aggregate(new, tuple(combine(cells, leaf.offset, leaf.size) for leaf in leaves))
    if isinstance(result, Aggregate) and new.kind in (RECORD, ARRAY):
        return Aggregate(new, result.values)
    ctx.refuse(f"a conversion from {old.name} to {new.name} is not supported", inner)


def _allocated(ctx: Context, node: cl.Node, hint: Hint) -> Value:
    """The value of an expression in which an allocation, if it is one, makes an object of the type of ``hint``."""
    if node.kind == cl.PAREN:
        return _allocated(ctx, node.expressions()[0], hint)
    if node.kind == cl.CALL:
        return call(ctx, node, hint)
    if node.kind == cl.CONDITIONAL:
        return _conditional(ctx, node, hint)
    if node.kind == cl.UNEXPOSED_EXPR and len(node.expressions()) == 1:
        return converted(ctx, node.expressions()[0], ctx.types.of(node), hint)
    if node.kind == cl.BINARY and _operator_name(node) == ",":
        left, right = node.expressions()
        discard(ctx, left)
        return _allocated(ctx, right, hint)
    if node.kind == cl.STATEMENT_EXPR:
        return value(evolve(ctx, hint=hint), node)
    return value(ctx, node)


def _cast(ctx: Context, node: cl.Node) -> Value:
    return converted(ctx, node.expressions()[-1], ctx.types.of(node))


def _call(ctx: Context, node: cl.Node) -> Value:
    return call(ctx, node, None)


def _compound_literal(ctx: Context, node: cl.Node) -> Value:
    type_ = ctx.types.of(node)
    if type_.kind in (RECORD, ARRAY):
        return aggregate(ctx, type_, node.expressions()[-1])
    return ctx.scalar(node.expressions()[-1].expressions()[0])


def _label_address(ctx: Context, _node: cl.Node) -> Value:
    """Where a label is; what jumps there is refused."""
    ctx.builder.assumes.add("return-addresses")
    return const(CODE, 64)


def _statement_expression(ctx: Context, node: cl.Node) -> Value:
    return ctx.run(ctx, node.children[0])


def _generic(ctx: Context, node: cl.Node) -> Value:
    return value(ctx, selected(ctx, node))


def _conditional(ctx: Context, node: cl.Node, hint: Hint | None = None) -> Value:
    test, then, otherwise = node.expressions()
    new = ctx.types.of(node)

    def arm(choice: cl.Node) -> Callable[[], Value]:
        return lambda: converted(ctx, choice, new, hint)

    return _choose(ctx, node, condition(ctx, test), arm(then), arm(otherwise))


def _choose(
    ctx: Context, node: cl.Node, test: Expr, then: Callable[[], Value], otherwise: Callable[[], Value]
) -> Value:
    """``test ? then : otherwise`` with one of them evaluated: a branch, so that the choice is a control dependency."""
    if test.kind == "const" and isinstance(test.data, int):
        return then() if test.data else otherwise()
    builder = ctx.builder
    source = ctx.source(node)
    builder.open()
    yes, no, after = builder.block(), builder.block(), builder.block()
    builder.end(Branch(test, yes, no, source))
    refusals: list[Refused] = []
    results: list[Value] = []
    registers: list[int] = []
    for block, arm in ((yes, then), (no, otherwise)):
        builder.current = block
        depths = ctx.depths()
        try:
            results.append(arm())
        except Refused as refused:
            refusals.append(refused)
            ctx.stop(refused)
            ctx.leave_scopes(depths)
        else:
            pieces = _pieces(results[-1])
            registers = registers or [builder.register(piece.width) for piece in pieces]
            for register, piece in zip(registers, pieces, strict=True):
                builder.emit(Assign(register, piece, source))
        builder.open()
        builder.end(Jump(after))
    builder.current = after
    if not results:
        raise refusals[0]
    result = results[0]
    values = tuple(builder.value(register) for register in registers)
    return Aggregate(result.type, values) if isinstance(result, Aggregate) else values[0] if values else None


def _pieces(result: Value) -> tuple[Expr, ...]:
    if isinstance(result, Aggregate):
        return result.values
    return () if result is None else (result,)


def _unary(ctx: Context, node: cl.Node) -> Value:
    operator = cl.lib.clang_getCursorUnaryOperatorKind(node.cursor)
    inner = node.expressions()[0]
    if operator == cl.ADDRESS_OF:
        if ctx.types.of(inner).kind == FUNCTION:
            return value(ctx, inner)
        return address_of(ctx, place(ctx, inner, inclusive=True), inner)
    if operator == cl.DEREF:
        return _read(ctx, node)
    if operator in (cl.POST_INC, cl.POST_DEC, cl.PRE_INC, cl.PRE_DEC):
        return operators.increment(ctx, place(ctx, inner), operator, node)
    if operator == cl.EXTENSION:
        return value(ctx, inner)
    type_ = ctx.types.of(node)
    operand = ctx.scalar(inner)
    if operator == cl.LOGICAL_NOT:
        return resize(op("not", 1, truth(operand)), type_.width)
    if operator == cl.MINUS:
        return op("neg", type_.width, operand)
    if operator == cl.NOT:
        return op("not", type_.width, operand)
    if operator == cl.PLUS:
        return operand
    ctx.refuse("this operator is not supported", node)


def _binary(ctx: Context, node: cl.Node) -> Value:
    name = _operator_name(node)
    left, right = node.expressions()
    if name == "=":
        new, target = operands.pair(ctx, node, lambda: value(ctx, right), lambda: place(ctx, left))
        return operators.assign(ctx, target, new, node)
    if name == ",":
        discard(ctx, left)
        return value(ctx, right)
    if name in ("&&", "||"):
        return _logical(ctx, node, name)
    one, two = ctx.types.of(left), ctx.types.of(right)
    a, b = operands.each(ctx, node, [lambda: ctx.scalar(left), lambda: ctx.scalar(right)])
    return operators.binary(ctx, name, (a, one), (b, two), ctx.types.of(node), node)


def _logical(ctx: Context, node: cl.Node, name: str) -> Value:
    """``&&`` and ``||``: plain logic where the right side touches registers only, else a branch around it."""
    left, right = node.expressions()
    builder = ctx.builder
    width = ctx.types.of(node).width
    first = condition(ctx, left)
    known = FALSE if name == "&&" else TRUE
    if first.kind == "const":
        return resize(first if first is known else condition(ctx, right), width)
    builder.open()
    before = builder.current
    start = builder.block()
    builder.current = start
    second = condition(ctx, right)
    if builder.current == start and not builder.blocks[start] and not builder.ended:
        builder.current = before
        both = op("ite", 1, first, second, FALSE) if name == "&&" else op("ite", 1, first, TRUE, second)
        return resize(both, width)
    source = ctx.source(node)
    result, skip, after = builder.register(1), builder.block(), builder.block()
    builder.emit(Assign(result, second, source))
    builder.end(Jump(after))
    builder.blocks[skip].append(Assign(result, known, source))
    builder.terminators[skip] = Jump(after)
    arms = (start, skip) if name == "&&" else (skip, start)
    builder.terminators[before] = Branch(first, *arms, source)
    builder.current = after
    return resize(builder.value(result), width)


def _compound_assign(ctx: Context, node: cl.Node) -> Value:
    name = _operator_name(node)
    left, right = node.expressions()
    operand = ctx.scalar(right)
    return operators.compound_assign(ctx, name, place(ctx, left), operand, ctx.types.of(right), node)


def _operator_name(node: cl.Node) -> str:
    return cl.BINARY_NAMES[cl.lib.clang_getCursorBinaryOperatorKind(node.cursor)]


def branch(ctx: Context, node: cl.Node, then: int, otherwise: int) -> None:
    """End the current block: go on at ``then`` if the expression is true, else at ``otherwise``."""
    inner = node.expressions()
    builder = ctx.builder
    if node.kind == cl.PAREN or (node.kind == cl.UNEXPOSED_EXPR and len(inner) == 1 and _is_logic(inner[0])):
        branch(ctx, inner[0], then, otherwise)
        return
    if node.kind == cl.UNARY and cl.lib.clang_getCursorUnaryOperatorKind(node.cursor) == cl.LOGICAL_NOT:
        branch(ctx, inner[0], otherwise, then)
        return
    if node.kind == cl.CALL and inner[0].spelling in _EXPECTED:
        branch(ctx, inner[1], then, otherwise)
        return
    if node.kind == cl.BINARY:
        name = _operator_name(node)
        if name in ("&&", "||"):
            middle = builder.block()
            branch(ctx, inner[0], middle if name == "&&" else then, otherwise if name == "&&" else middle)
            builder.current = middle
            branch(ctx, inner[1], then, otherwise)
            return
    test = condition(ctx, node)
    builder.open()
    if test.kind == "const" and isinstance(test.data, int):
        builder.end(Jump(then if test.data else otherwise))
    else:
        builder.end(Branch(test, then, otherwise, ctx.source(node)))


_EXPECTED = ("__builtin_expect", "__builtin_expect_with_probability")


def _is_logic(node: cl.Node) -> bool:
    while node.kind in (cl.PAREN, cl.UNEXPOSED_EXPR) and len(node.expressions()) == 1:
        node = node.expressions()[0]
    if node.kind == cl.UNARY:
        return bool(cl.lib.clang_getCursorUnaryOperatorKind(node.cursor) == cl.LOGICAL_NOT)
    if node.kind == cl.CALL:
        return node.spelling in _EXPECTED
    if node.kind != cl.BINARY:
        return False
    name = _operator_name(node)
    return name in ("&&", "||", "==", "!=", "<", ">", "<=", ">=")


_VALUES: dict[int, Callable[[Context, cl.Node], Value]] = {
    cl.INTEGER: _constant,
    cl.CHARACTER: _constant,
    cl.SIZEOF: _constant,
    cl.PAREN: _parenthesis,
    cl.DECL_REF: _reference,
    cl.MEMBER_REF: _read,
    cl.SUBSCRIPT: _read,
    cl.STRING: _read,
    cl.UNEXPOSED_EXPR: _unexposed,
    cl.CAST: _cast,
    cl.CALL: _call,
    cl.COMPOUND_LITERAL: _compound_literal,
    cl.STATEMENT_EXPR: _statement_expression,
    cl.ADDRESS_OF_LABEL: _label_address,
    cl.GENERIC: _generic,
    cl.CONDITIONAL: _conditional,
    cl.UNARY: _unary,
    cl.BINARY: _binary,
    cl.COMPOUND_ASSIGN: _compound_assign,
}
