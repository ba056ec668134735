"""Calls: direct, through pointers, with structs by value, and of the functions that are known by name."""

from __future__ import annotations

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.builder import Shape
from modelcheck.frontend.c.builtins import SILENT, builtin
from modelcheck.frontend.c.context import Aggregate, Context, Hint, Memory, Value, arguments, convert, resize
from modelcheck.frontend.c.intrinsics import INTRINSICS
from modelcheck.frontend.c.places import combine, held_cells, read_aggregate, write
from modelcheck.frontend.c.printed import PRINTING, read_strings, silent
from modelcheck.frontend.c.types import FUNCTION, POINTER, RECORD, VOID, CType, Signature
from modelcheck.program.expr import UNDEFINED, Expr, const
from modelcheck.program.ir import Call, Local, Return


def call(ctx: Context, node: cl.Node, hint: Hint | None) -> Value:
    """The value of a call; ``hint`` is the type that a pointer result is converted to, for allocations."""
    callee = node.expressions()[0]
    name = called(callee)
    intrinsic = ctx.primitives.get(name or "") or INTRINSICS.get(name or "")
    if intrinsic is not None:
        result = intrinsic(ctx, node, hint or ctx.hint)
        return None if result is None else _as(ctx, result, ctx.types.of(node))
    if name is not None:
        known = builtin(
            name,
            lambda: ctx.linker.function(ctx.unit, name) is not None,
            lambda: ctx.linker.has_own(ctx.unit, name),
        )
        if known is not None:
            return known(ctx, node)
    type_ = ctx.types.of(callee)
    function = ctx.types.pointee(type_) if type_.kind == POINTER else type_
    if function.kind != FUNCTION:
        ctx.refuse("a call of something that is no function", node)
    signature = ctx.types.signature(function)
    if name is not None:
        wanted = _hinted(ctx, name, signature, hint)
        definition = ctx.linker.function(ctx.unit, name, wanted)
        if definition is not None:
            return _emit(ctx, node, definition.program_name, signature, ctx.linker.signature(definition))
        if name.removeprefix("__builtin_") in SILENT:
            return silent(ctx, node, name.removeprefix("__builtin_"), signature.result)
        if name.startswith("__mc_"):
            ctx.wrong(f"there is no intrinsic {name}()", node)
        ctx.refuse(f"no body for {name}(){ctx.linker.misfit(name)}", node)
    target = ctx.scalar(callee)
    return _emit(ctx, node, target, signature, signature)


def called(callee: cl.Node) -> str | None:
    """The name of the function that is called directly."""
    while callee.kind in (cl.PAREN, cl.UNEXPOSED_EXPR, cl.UNARY) and len(callee.expressions()) == 1:
        if callee.kind == cl.UNARY and cl.lib.clang_getCursorUnaryOperatorKind(callee.cursor) not in (
            cl.DEREF,
            cl.ADDRESS_OF,
        ):
            return None
        callee = callee.expressions()[0]
    if callee.kind == cl.DECL_REF and cl.lib.clang_getCursorReferenced(callee.cursor).kind == cl.FUNCTION_DECL:
        return callee.spelling
    return None


def _emit(ctx: Context, node: cl.Node, target: str | Expr, signature: Signature, real: Signature) -> Value:
    source = ctx.source(node)
    nodes = arguments(node)
    passed: list[Expr] = []
    values = [ctx.evaluate(ctx, argument) for argument in nodes]
    for number, (argument, value) in enumerate(zip(nodes, values, strict=True)):
        if number >= len(real.params) and (real.prototype or isinstance(target, str)):
            break  # variable arguments: nothing can look at them
        if isinstance(value, Aggregate):
            passed.extend(value.values)
        elif isinstance(value, Expr):
            new = real.params[number] if number < len(real.params) else ctx.types.of(argument)
            passed.append(convert(value, ctx.types.of(argument), new) if new.scalar else value)
        else:
            ctx.refuse("a void argument", argument)
    if target in PRINTING:
        read_strings(ctx, node, nodes, values)
    if isinstance(target, str) and len(values) < len(real.params):
        ctx.refuse(f"too few arguments for {target}()", node)
    result = signature.result
    into: Expr | None = None
    if through_memory(result):
        register = ctx.builder.register(64)
        ctx.builder.emit(Local(register, "result", result.size, source, ctx.types.layout(result)))
        into = ctx.builder.value(register)
        passed.insert(0, into)
    width = own_width(real.result) if isinstance(target, str) else own_width(result)
    dst = ctx.builder.register(width) if width else None
    instruction = Call(dst, target, tuple(passed), source)
    if isinstance(target, str):
        ctx.builder.emit(instruction)
    else:
        shape: Shape = (width or None, tuple(argument.width for argument in passed))
        ctx.builder.emit_indirect(instruction, shape)
    if into is not None:
        return read_aggregate(ctx, Memory(into, result), node)
    if dst is None:
        return None
    if result.kind == VOID:
        return None
    value = ctx.builder.value(dst)
    if result.kind == RECORD:
        return unpack(ctx, value, result)
    return resize(value, result.width, real.result.signed)


def own_width(result: CType) -> int:
    """Bits of a function's result: 0 for void and for structs of more than 8 bytes, which go through memory."""
    if result.scalar:
        return result.width
    if result.kind == RECORD and 0 < result.size <= 8:
        return 8 << (result.size - 1).bit_length()
    return 0


def through_memory(result: CType) -> bool:
    """Whether a function's result is a struct that it writes to where its caller says, in a first, hidden argument."""
    return result.kind == RECORD and result.size > 8


def pack(ctx: Context, value: Aggregate, width: int) -> Expr:
    """A small struct as one integer."""
    return combine(held_cells(ctx, value), 0, width // 8)


def unpack(ctx: Context, value: Expr, type_: CType) -> Aggregate:
    """The struct that `pack` made an integer of."""
    leaves = ctx.types.leaves(type_) or ()
    cells = {0: (value.width // 8, value)}
    return Aggregate(type_, tuple(combine(cells, leaf.offset, leaf.size) for leaf in leaves))


def _as(ctx: Context, value: Expr, type_: CType) -> Value:
    return None if type_.kind == VOID else resize(value, type_.width)


def _hinted(ctx: Context, name: str, signature: Signature, hint: Hint | None) -> Hint | None:
    """The hint to hand down, where ``name`` is a function that allocates and gives a ``void *``."""
    result = signature.result
    if result.kind != POINTER or ctx.types.pointee(result).kind != VOID:
        return None
    wanted = hint or ctx.hint
    return wanted if wanted is not None and ctx.linker.allocates(ctx.unit, name) else None


def give(ctx: Context, result: Value, node: cl.Node) -> None:
    """Leave the function with ``result``."""
    if isinstance(result, Aggregate):
        width = own_width(result.type)
        if width:
            ctx.builder.end(Return(pack(ctx, result, width)))
        else:
            if ctx.result is not None:
                write(ctx, Memory(ctx.result, result.type), result, node)
            ctx.builder.end(Return(None))
    else:
        width = own_width(ctx.result_type)
        ctx.builder.end(Return(const(UNDEFINED, width) if result is None and width else result))
