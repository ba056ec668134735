"""Lvalues: the place that an expression designates, from its syntax."""

from __future__ import annotations

from collections.abc import Callable

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.attributes import names, strange
from modelcheck.frontend.c.constant import const_bytes
from modelcheck.frontend.c.context import Aggregate, Cleanup, Context, Held, Memory, Place, Refused, resize, unquote
from modelcheck.frontend.c.escape import undone
from modelcheck.frontend.c.generic import association
from modelcheck.frontend.c.initialise import store_initialiser
from modelcheck.frontend.c.objects import MOST_THREADS, stride
from modelcheck.frontend.c.places import member, part
from modelcheck.frontend.c.types import ARRAY, FUNCTION, POINTER, RECORD, VARIABLE, CType
from modelcheck.program.expr import FALSE, Expr, const, op
from modelcheck.program.ir import Assert, Branch, Local, Self


def place(ctx: Context, node: cl.Node, inclusive: bool = False) -> Place:
    """What an lvalue designates. ``inclusive``: only its address is wanted, which may lie just past an array's end."""
    lower = _PLACES.get(node.kind)
    if node.kind == cl.SUBSCRIPT:
        return _element(ctx, node, inclusive)
    if lower is not None:
        return lower(ctx, node)
    inner = node.expressions()
    type_ = ctx.types.of(node)
    if node.kind == cl.PAREN or (node.kind == cl.UNARY and _operator(node) == cl.EXTENSION):
        return place(ctx, inner[0], inclusive)
    if node.kind == cl.UNARY and _operator(node) == cl.DEREF:
        direct = undone(inner[0])
        return Memory(ctx.scalar(inner[0]), type_) if direct is None else place(ctx, direct, inclusive)
    if node.kind == cl.UNEXPOSED_EXPR:
        choice = chosen(ctx, node)
        if choice is not None:
            return place(ctx, choice, inclusive)
        if len(inner) == 1 and type_.kind in (ARRAY, RECORD) and _is_place(inner[0]):
            return place(ctx, inner[0], inclusive)
    if node.kind == cl.GENERIC:
        return place(ctx, selected(ctx, node), inclusive)
    result = ctx.evaluate(ctx, node)
    if isinstance(result, Aggregate):
        return Held(result, 0, type_)
    ctx.refuse("this expression does not designate an object", node)


def _operator(node: cl.Node) -> int:
    found: int = cl.lib.clang_getCursorUnaryOperatorKind(node.cursor)
    return found


def _is_place(node: cl.Node) -> bool:
    if node.kind in (cl.PAREN, cl.UNEXPOSED_EXPR) and len(node.expressions()) == 1:
        return _is_place(node.expressions()[0])
    return node.kind in _PLACES or (node.kind == cl.UNARY and _operator(node) == cl.DEREF)


def _variable(ctx: Context, node: cl.Node) -> Place:
    target = cl.lib.clang_getCursorReferenced(node.cursor)
    found = ctx.places.get(target.d0)
    if found is not None:
        return found
    if target.kind == cl.VAR_DECL and cl.lib.clang_Cursor_hasVarDeclGlobalStorage(target) == 1:
        reason = strange(names(target))
        if reason:
            ctx.refuse(f"{node.spelling}: {reason}", node)
        base = ctx.linker.variable(ctx.unit, target, ctx.name)
        if base is None:
            ctx.refuse(f"no definition of {node.spelling}", node)
        type_ = ctx.types.get(cl.lib.clang_getCursorType(target))
        if cl.lib.clang_getCursorTLSKind(target):
            if target.d0 in ctx.in_memory:
                ctx.linker.lend(base)
            return _own_copy(ctx, base, type_, node)
        found = Memory(const(base, 64), type_)
        ctx.places[target.d0] = found
        return found
    ctx.refuse(f"{node.spelling} is no variable that is known here", node)


def _own_copy(ctx: Context, base: int, type_: CType, node: cl.Node) -> Place:
    """The copy of a thread-local variable that the thread has which gets here."""
    builder, source = ctx.builder, ctx.source(node)
    register = builder.register(64)
    builder.emit(Self(register, source))
    thread = builder.value(register)
    yes, no = builder.block(), builder.block()
    builder.end(Branch(op("ult", 1, thread, const(MOST_THREADS, 64)), yes, no, source))
    builder.current = no
    reason = f"{node.spelling} is thread-local, and used by more than {MOST_THREADS} threads"
    ctx.stop(Refused(reason, source))
    builder.current = yes
    offset = op("mul", 64, thread, const(stride(max(type_.size, 1)), 64))
    return Memory(op("add", 64, offset, const(base, 64)), type_)


def _member(ctx: Context, node: cl.Node) -> Place:
    inner = node.expressions()[0]
    old = ctx.types.of(inner)
    if old.kind == POINTER:
        base: Place = Memory(ctx.scalar(inner), ctx.types.pointee(old))
    else:
        base = place(ctx, inner)
    name = node.spelling
    if "(" in name or not name:
        # libclang shows not each of the anonymous members on the way: this one may lie deep in what it shows before it.
        record = ctx.types.record(base.type)
        offset = record.unnamed.get(cl.lib.clang_getCursorReferenced(node.cursor).d0)
        if offset is None:
            ctx.refuse(record.problem or f"an anonymous member that is not in {base.type.name}", node)
        return part(ctx, base, offset, ctx.types.of(node))
    return member(ctx, base, name, node)


def _element(ctx: Context, node: cl.Node, inclusive: bool) -> Place:
    left, right = node.expressions()
    pointer, index = (left, right) if ctx.types.of(left).kind == POINTER else (right, left)
    type_ = ctx.types.of(node)
    array = pointer
    while array.kind in (cl.PAREN, cl.UNEXPOSED_EXPR) and ctx.types.of(array).kind == POINTER and array.expressions():
        array = array.expressions()[0]
    whole = ctx.types.of(array)
    if whole.kind == VARIABLE:
        base: Place = place(ctx, array)
        count = None
    elif whole.kind != ARRAY:
        base = Memory(ctx.scalar(pointer), type_)
        count = None
    else:
        base = place(ctx, array)
        count = ctx.types.count(whole)
    number = resize(ctx.scalar(index), 64, ctx.types.of(index).signed)
    if number.kind == "const" and isinstance(number.data, int):
        if count is not None and number.data >= count + inclusive and not _flexible(array, count):
            _check_index(ctx, FALSE, whole, node)
        if not isinstance(base, Memory) and (count is None or number.data >= count):
            ctx.refuse("an index out of bounds", node)
        return part(ctx, base, number.data * type_.size, type_)
    if count is not None and not _flexible(array, count) and not _below(number, count):
        within = op("ule" if inclusive else "ult", 1, number, const(count, 64))
        _check_index(ctx, within, whole, node)
    if not isinstance(base, Memory):
        ctx.refuse("an element of an array that is a value and no object", node)
    distance = op("mul", 64, number, const(type_.size, 64))
    return Memory(op("add", 64, base.address, distance), type_, loose=base.loose)


def _flexible(array: cl.Node, count: int) -> bool:
    """Arrays of at most one element at the end of a struct were the old way to write flexible ones."""
    return count <= 1 and array.kind == cl.MEMBER_REF


def _below(number: Expr, count: int) -> bool:
    """Whether ``number`` is below ``count`` by its form: a remainder or a mask."""
    while number.kind == "op" and number.data == "zext":
        number = number.args[0]
    if number.kind != "op" or len(number.args) != 2 or number.args[1].kind != "const":
        return False
    limit = number.args[1].data
    if not isinstance(limit, int):
        return False
    return (number.data == "and" and limit < count) or (number.data == "urem" and 0 < limit <= count)


def _check_index(ctx: Context, within: Expr, array: CType, node: cl.Node) -> None:
    message = f"index outside of {array.name}"
    ctx.builder.emit(Assert(within, "out-of-bounds", message, ctx.source(node)))


def _literal_place(ctx: Context, node: cl.Node) -> Place:
    """A compound literal that is used as an object."""
    type_ = ctx.types.of(node)
    if ctx.static:
        return Memory(const(ctx.linker.literal(ctx.unit, node, type_, ctx.name), 64), type_)
    source = ctx.source(node)
    register = ctx.builder.register(64)
    readonly = const_bytes(ctx.types, type_)
    ctx.builder.emit(Local(register, "literal", type_.size, source, ctx.types.layout(type_), readonly))
    found = Memory(ctx.builder.value(register), type_)
    ctx.cleanups.append(Cleanup(None, found, node))
    store_initialiser(ctx, found, node.expressions()[-1], node)
    return found


def _string(ctx: Context, node: cl.Node) -> Place:
    type_ = ctx.types.of(node)
    if ctx.types.element(type_).size != 1:
        ctx.refuse("wide strings are not supported", node)
    return Memory(const(ctx.linker.string(ctx.unit, unquote(node.spelling)), 64), type_)


def starts_together(node: cl.Node, inner: cl.Node) -> bool:
    """Whether ``node`` is a conversion of ``inner`` that the compiler added: it has no text of its own."""
    outer_range = cl.lib.clang_getCursorExtent(node.cursor)
    inner_range = cl.lib.clang_getCursorExtent(inner.cursor)
    return bool(outer_range.begin == inner_range.begin)


def chosen(ctx: Context, node: cl.Node) -> cl.Node | None:
    """The operand that __builtin_choose_expr takes, None when ``node`` is something else."""
    inner = node.expressions()
    offset = any(child.kind == cl.MEMBER_NAME for child in node.children)  # an offsetof() with three indices
    if len(inner) != 3 or starts_together(node, inner[0]) or offset:
        return None
    test = cl.evaluate(inner[0].cursor)
    return None if test is None else inner[1 if test else 2]


def selected(ctx: Context, node: cl.Node) -> cl.Node:
    """The operand that a _Generic takes."""
    type_ = ctx.types.of(node)
    choices = node.expressions()[1:]
    fitting = [choice for choice in choices if ctx.types.of(choice) is type_]
    if len(fitting) == 1:
        return fitting[0]
    number = association(ctx.body, node, ctx.unit.typedefs())
    if number is None or number >= len(choices):
        ctx.refuse("this _Generic is not supported: its choices cannot be told apart by their types", node)
    return choices[number]


def designates(ctx: Context, node: cl.Node) -> bool:
    """Whether ``node`` is by its form an lvalue of an object (and no constant or function)."""
    if node.kind not in _PLACES or ctx.types.of(node).kind == FUNCTION:
        return False
    return node.kind != cl.DECL_REF or cl.lib.clang_getCursorReferenced(node.cursor).kind != cl.ENUM_CONSTANT


_PLACES: dict[int, Callable[[Context, cl.Node], Place]] = {
    cl.DECL_REF: _variable,
    cl.MEMBER_REF: _member,
    cl.SUBSCRIPT: lambda ctx, node: _element(ctx, node, False),
    cl.COMPOUND_LITERAL: _literal_place,
    cl.STRING: _string,
}
