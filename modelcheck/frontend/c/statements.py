"""Statements: control flow as basic blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from attrs import evolve

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.assembly import assembly
from modelcheck.frontend.c.attributes import cleanup_of, is_attribute, names, strange
from modelcheck.frontend.c.calls import give
from modelcheck.frontend.c.context import (
    Cases,
    Cleanup,
    Context,
    Memory,
    Parts,
    Place,
    Refused,
    Register,
    Value,
    plus,
    resize,
)
from modelcheck.frontend.c.escape import in_parts
from modelcheck.frontend.c.expressions import branch, converted, discard, value
from modelcheck.frontend.c.initialise import store_initialiser
from modelcheck.frontend.c.objects import is_const
from modelcheck.frontend.c.places import address_of, undefined
from modelcheck.frontend.c.types import ARRAY, VARIABLE, CType
from modelcheck.program.expr import UNDEFINED, const, mask, op
from modelcheck.program.ir import (
    NONE,
    Alloc,
    Assert,
    Assign,
    Branch,
    Call,
    Free,
    Jump,
    Local,
    Source,
    Store,
    Switch,
)

MOST_CASES = 512
"""A case range of more values becomes a comparison."""


def statement(ctx: Context, node: cl.Node) -> Value:
    """Lower a statement or expression statement; gives the value if it is an expression.

    What cannot be modelled becomes an `Unsupported` instruction, and the thread ends there.
    """
    ctx.builder.open()
    depths = ctx.depths()
    try:
        lower = _STATEMENTS.get(node.kind)
        if lower is not None:
            lower(ctx, node)
            return None
        if cl.UNEXPOSED_EXPR <= node.kind <= cl.LAST_EXPR:
            discard(ctx, node)
            return None
        ctx.refuse("this kind of statement is not supported", node)
    except Refused as refused:
        ctx.stop(refused)
        ctx.leave_scopes(depths)
    return None


def block(ctx: Context, node: cl.Node) -> Value:
    """A compound statement; gives the value of its last expression, which a statement expression has."""
    if node.kind != cl.COMPOUND:
        return statement(ctx, node)
    result: Value = None
    outside = len(ctx.cleanups)
    _open_scope(ctx, node)
    for number, child in enumerate(node.children):
        last = number == len(node.children) - 1
        while last and child.kind == cl.LABEL_STMT:
            _enter_label(ctx, child)
            child = child.children[-1]
        if last and cl.UNEXPOSED_EXPR <= child.kind <= cl.LAST_EXPR:
            if ctx.types.of(child).kind == "void":
                statement(ctx, child)
            else:
                result = value(ctx, child)
        else:
            statement(ctx, child)
    close_scope(ctx, outside, node)
    return result


def _compound(ctx: Context, node: cl.Node) -> None:
    outside = len(ctx.cleanups)
    _open_scope(ctx, node)
    for child in node.children:
        statement(ctx, child)
    close_scope(ctx, outside, node)


def _open_scope(ctx: Context, node: cl.Node) -> None:
    """Where jumps may go past declarations, the objects of a block are made as it is entered."""
    if not ctx.hoist:
        return
    for child in node.children:
        while child.kind in (cl.LABEL_STMT, cl.CASE, cl.DEFAULT):
            child = child.children[-1]
        for declared in child.children if child.kind == cl.DECL_STMT else ():
            type_ = ctx.types.of(declared) if declared.kind == cl.VAR_DECL else None
            if type_ is None or _refused(type_) or cl.lib.clang_Cursor_hasVarDeclGlobalStorage(declared.cursor) == 1:
                continue
            with suppress(Refused):  # it is refused where the declaration stands
                place = variable(ctx, declared.cursor.d0, declared.spelling, type_, declared)
                if isinstance(place, Memory):
                    begin(ctx, place, declared.spelling, declared)


def begin(ctx: Context, place: Memory, name: str, node: cl.Node) -> None:
    """The object of a variable is made here, and ends with the scope at hand."""
    register: int = place.address.data
    layout, readonly = ctx.types.layout(place.type), is_const(ctx.types, place.type)
    made = Local(register, name, place.type.size, ctx.source(node), layout, readonly)
    ctx.builder.emit(made)
    ctx.cleanups.append(Cleanup(None, place, node, made))
    for cleanup in _members_ending(ctx, place, node):
        ctx.cleanups.append(cleanup)
        _on_nothing(ctx, cleanup)


def _members_ending(ctx: Context, place: Memory, node: cl.Node) -> Iterator[Cleanup]:
    """What is called where the scope of the variable at ``place`` is left, for its members that are named so."""
    for leaf in ctx.types.leaves(place.type) or ():
        if (function := leaf.path.rpartition(".")[2]).startswith(ENDS):
            yield Cleanup(function, Memory(plus(place.address, leaf.offset), place.type), node)


def _on_nothing(ctx: Context, cleanup: Cleanup) -> None:
    """The member of such a cleanup is NULL."""
    assert isinstance(cleanup.place, Memory)
    ctx.builder.emit(Store(cleanup.place.address, const(0, 64), 8, NONE, ctx.source(cleanup.node), initial=True))


ENDS = "__mc_ends_"
"""How the names of members begin that are NULL from the start of a local, and of the functions that are called with
their addresses where its scope is left."""


def close_scope(ctx: Context, outside: int, node: cl.Node) -> None:
    """Control leaves ``node``, a scope that began when there were ``outside`` cleanups, at its end."""
    whole = ctx.source(node)
    end = evolve(whole, line=whole.end_line, column=max(whole.end_column - 1, 1))
    _leave(ctx, ctx.cleanups[outside:], end)
    del ctx.cleanups[outside:]


def _leave(ctx: Context, cleanups: Sequence[Cleanup], source: Source) -> None:
    """Do what is to be done where control leaves the scopes of ``cleanups`` at ``source``, last first."""
    if ctx.builder.ended:
        return
    for cleanup in reversed(cleanups):
        address = None if cleanup.place is None else address_of(ctx, cleanup.place, cleanup.node)
        if cleanup.function is None:
            assert address is not None
            ctx.builder.emit(Free(address, source, scope=True))
            if cleanup.made is None:  # it may not be made the next time
                ctx.builder.emit(Assign(address.data, const(UNDEFINED, 64), source))
            continue
        if cleanup.function == FREE:
            assert address is not None
            ctx.builder.emit(Free(address, source))
            continue
        definition = ctx.linker.function(ctx.unit, cleanup.function)
        if definition is None:
            reason = f"no body for {cleanup.function}(), which cleans {cleanup.node.spelling} up"
            ctx.stop(Refused(reason, ctx.source(cleanup.node)))
            return
        ctx.builder.emit(
            Call(None, definition.program_name, () if address is None else (address,), ctx.source(cleanup.node))
        )


def _cross(ctx: Context, here: Sequence[Cleanup], there: Sequence[Cleanup], source: Source) -> None:
    """Control jumps at ``source`` from where ``here`` are in scope to where ``there`` are."""
    common = 0
    while common < min(len(here), len(there)) and here[common] is there[common]:
        common += 1
    _leave(ctx, here[common:], source)
    _enter(ctx, there[common:])


def _enter(ctx: Context, cleanups: Sequence[Cleanup]) -> None:
    """Control jumps into the scopes of ``cleanups``: their objects are there from the start of their blocks."""
    if ctx.builder.ended:
        return
    for cleanup in cleanups:
        if cleanup.made is not None:
            ctx.builder.emit(cleanup.made)
        if cleanup.function is not None and cleanup.function.startswith(ENDS):
            _on_nothing(ctx, cleanup)


def _attributed(ctx: Context, node: cl.Node) -> None:
    reason = strange(names(node.cursor))
    if reason:
        ctx.refuse(reason, node)
    for child in node.children:
        if not is_attribute(child.kind):
            statement(ctx, child)


def _null(_ctx: Context, _node: cl.Node) -> None:
    return None


# ------------------------------------------------------------------ declarations


def _declarations(ctx: Context, node: cl.Node) -> None:
    for child in node.children:
        if child.kind == cl.TYPEDEF_DECL and ctx.types.varies(ctx.types.of(child)):
            reason = f"{child.spelling} is a type whose size is computed here, which is not supported"
            ctx.stop(Refused(reason, ctx.source(child)))
        if child.kind == cl.VAR_DECL:
            try:
                _declare(ctx, child)
            except Refused as refused:
                ctx.stop(refused)


def _declare(ctx: Context, node: cl.Node) -> None:
    if cl.lib.clang_Cursor_hasVarDeclGlobalStorage(node.cursor) == 1:
        return  # static or extern: an object that is there from the start
    type_ = ctx.types.of(node)
    reason = strange(names(node.cursor))
    if reason:
        ctx.refuse(f"{node.spelling}: {reason}", node)
    if type_.kind == VARIABLE:
        _declare_variable_array(ctx, node, type_)
        return
    if _refused(type_) or ctx.types.varies(type_):
        ctx.refuse(f"variables of type {type_.name} are not supported", node)
    place = variable(ctx, node.cursor.d0, node.spelling, type_, node)
    fresh = isinstance(place, Memory) and all(place is not cleanup.place for cleanup in ctx.cleanups)
    if isinstance(place, Memory) and fresh:
        begin(ctx, place, node.spelling, node)
    if cl.has_initialiser(node.cursor):
        store_initialiser(ctx, place, node.expressions()[-1], node)
    elif not fresh:
        with ctx.builder.initialising():
            undefined(ctx, place, node)
        for ending in _members_ending(ctx, place, node) if isinstance(place, Memory) else ():
            _on_nothing(ctx, ending)
    cleanup = cleanup_of(node)
    if cleanup is not None:
        ctx.cleanups.append(Cleanup(cleanup, place, node))


def _refused(type_: CType) -> bool:
    return type_.kind == "unknown" or not (type_.size or type_.kind in (ARRAY, "record"))


def _declare_variable_array(ctx: Context, node: cl.Node, type_: CType) -> None:
    """An array whose length is computed here: an object that is freed where its scope is left.

    The lengths of its elements, which are constant, stand before its own; an initialiser, which is empty, behind it.
    """
    element = ctx.types.element(type_)
    zeroed = cl.has_initialiser(node.cursor)
    lengths = node.expressions()[: -1 if zeroed else None]
    if not element.size or ctx.types.varies(element) or not lengths:
        ctx.refuse(f"variables of type {type_.name} are not supported", node)
    source, builder = ctx.source(node), ctx.builder
    length = resize(ctx.scalar(lengths[-1]), 64, ctx.types.of(lengths[-1]).signed)
    builder.emit(Assert(op("slt", 1, const(0, 64), length), "undefined", "an array without elements", source))
    known = ctx.places.get(node.cursor.d0)
    base = known.address.data if isinstance(known, Memory) else builder.register(64)
    size = ctx.lengths.setdefault(node.cursor.d0, builder.register(64))
    builder.emit(Assign(size, op("mul", 64, length, const(element.size, 64)), source))
    builder.emit(Alloc(base, builder.value(size), zeroed, False, source))
    place = ctx.places[node.cursor.d0] = Memory(builder.value(base), type_)
    ctx.cleanups.append(Cleanup(FREE, place, node))


FREE = "(free)"
"""The cleanup of an array of variable length."""


def variable(ctx: Context, declaration: int, name: str, type_: CType, node: cl.Node) -> Place:
    """Where a local variable or parameter lives from now on: in registers, or in an object whose address a register
    holds: see `begin`."""
    known = ctx.places.get(declaration)
    in_registers = declaration not in ctx.in_memory and not type_.atomic
    if in_registers and type_.scalar:
        place: Place = known or Register(ctx.builder.register(type_.width, name), type_)
    elif in_registers and in_parts(ctx.types, type_):
        leaves = ctx.types.leaves(type_) or ()
        place = known or Parts(
            {leaf.offset: ctx.builder.register(leaf.size * 8, name + leaf.path) for leaf in leaves}, 0, type_
        )
    else:
        place = known or Memory(ctx.builder.value(ctx.builder.register(64)), type_)
    ctx.places[declaration] = place
    return place


# ------------------------------------------------------------------ branches and loops


def _if(ctx: Context, node: cl.Node) -> None:
    test, then, *rest = node.children
    yes, after = ctx.builder.block(), ctx.builder.block()
    no = ctx.builder.block() if rest else after
    branch(ctx, test, yes, no)
    ctx.builder.current = yes
    statement(ctx, then)
    ctx.builder.end(Jump(after))
    if rest:
        ctx.builder.current = no
        statement(ctx, rest[0])
        ctx.builder.end(Jump(after))
    ctx.builder.current = after


def _loop_body(ctx: Context, body: cl.Node, after: int, again: int) -> None:
    ctx.breaks.append((after, len(ctx.cleanups)))
    ctx.continues.append((again, len(ctx.cleanups)))
    outside = len(ctx.cleanups)
    statement(ctx, body)
    close_scope(ctx, outside, body)
    ctx.breaks.pop()
    ctx.continues.pop()


def _while(ctx: Context, node: cl.Node) -> None:
    test, body = node.children[-2:]
    head, inside, again, after = (ctx.builder.block() for _ in range(4))
    ctx.builder.start(head)
    branch(ctx, test, inside, after)
    ctx.builder.current = inside
    _loop_body(ctx, body, after, again)
    ctx.builder.start(again)
    again_test = ctx.builder.terminators[head]
    if isinstance(again_test, Branch) and not ctx.builder.blocks[head] and _renewed(test, body):
        # What the test looks at is then dead where the loop starts: while (r == 0) r = READ_ONCE(*x); is a wait.
        ctx.builder.end(again_test)
    ctx.builder.end(Jump(head))
    ctx.builder.current = after


def _renewed(test: cl.Node, body: cl.Node) -> bool:
    """Whether each round assigns to a variable that the loop's test looks at."""
    tested = {_declaration(node) for node in test.walk() if node.kind == cl.DECL_REF}
    return any(
        node.kind == cl.BINARY
        and cl.BINARY_NAMES[cl.lib.clang_getCursorBinaryOperatorKind(node.cursor)] == "="
        and node.children[0].kind == cl.DECL_REF
        and _declaration(node.children[0]) in tested
        for node in (body.children if body.kind == cl.COMPOUND else (body,))
    )


def _declaration(reference: cl.Node) -> int:
    declaration: int = cl.lib.clang_getCursorReferenced(reference.cursor).d0
    return declaration


def _do(ctx: Context, node: cl.Node) -> None:
    body, test = node.children
    inside, again, after = ctx.builder.block(), ctx.builder.block(), ctx.builder.block()
    ctx.builder.start(inside)
    _loop_body(ctx, body, after, again)
    ctx.builder.start(again)
    branch(ctx, test, inside, after)
    ctx.builder.current = after


def _for(ctx: Context, node: cl.Node) -> None:
    outside = len(ctx.cleanups)
    start, test, step = ctx.loop_parts(node)
    head, inside, again, after = (ctx.builder.block() for _ in range(4))
    if start is not None:
        statement(ctx, start)
    ctx.builder.start(head)
    if test is None:
        ctx.builder.end(Jump(inside))
    else:
        branch(ctx, test, inside, after)
    ctx.builder.current = inside
    _loop_body(ctx, node.children[-1], after, again)
    ctx.builder.start(again)
    if step is not None:
        statement(ctx, step)
    ctx.builder.end(Jump(head))
    ctx.builder.current = after
    close_scope(ctx, outside, node)


def _break(ctx: Context, node: cl.Node) -> None:
    _leave_to(ctx, node, *ctx.breaks[-1])


def _continue(ctx: Context, node: cl.Node) -> None:
    _leave_to(ctx, node, *ctx.continues[-1])


def _leave_to(ctx: Context, node: cl.Node, target: int, outside: int) -> None:
    _leave(ctx, ctx.cleanups[outside:], ctx.source(node))
    ctx.builder.end(Jump(target))


def _switch(ctx: Context, node: cl.Node) -> None:
    test, body = node.children[-2:]
    chosen = ctx.scalar(test)
    type_ = ctx.types.of(test)
    builder = ctx.builder
    source = ctx.source(test)
    builder.open()
    head, after = builder.current, builder.block()
    cases = Cases(type_.width, len(ctx.cleanups))
    ctx.switches.append(cases)
    ctx.breaks.append((after, len(ctx.cleanups)))
    builder.current = builder.block()  # what stands before the first case is reached by jumps only
    statement(ctx, body)
    builder.end(Jump(after))
    ctx.switches.pop()
    ctx.breaks.pop()
    builder.current = head
    for label in _labels_of_switch(body):
        if label.cursor.d1 not in cases.labels:
            ctx.stop(Refused("this label of a switch is not supported", ctx.source(label)))
            builder.current = after
            return
    default = cases.default[0] if cases.default else after
    exact: list[tuple[int, int]] = []
    for first, last, target in cases.found:
        if 0 <= last - first < MOST_CASES:
            exact.extend((number & mask(type_.width), target) for number in range(first, last + 1))
        elif last > first:
            distance = op("sub", type_.width, chosen, const(first, type_.width))
            within = op("ule", 1, distance, const(last - first, type_.width))
            other = builder.block()
            builder.end(Branch(within, target, other, source))
            builder.current = other
    if exact:
        builder.end(Switch(chosen, tuple(exact), default, source))
    else:
        builder.end(Jump(default))
    builder.current = after


def _labels_of_switch(body: cl.Node) -> Iterator[cl.Node]:
    """The case and default labels of a switch, without those of switches in it."""
    if body.kind in (cl.CASE, cl.DEFAULT):
        yield body
    for child in body.children:
        if child.kind != cl.SWITCH:
            yield from _labels_of_switch(child)


def _case(ctx: Context, node: cl.Node) -> None:
    *bounds, body = node.children
    values = [cl.evaluate(bound.cursor) for bound in bounds if bound.kind != cl.TYPE_REF]
    if not values or any(number is None for number in values) or not ctx.switches:
        ctx.refuse("this case label is not supported", node)
    first, last = values[0], values[-1]
    assert first is not None
    assert last is not None
    target = ctx.builder.block()
    ctx.builder.start(target)
    ctx.switches[-1].labels.add(node.cursor.d1)
    ctx.switches[-1].found.append((first, last, _dispatched(ctx, target)))
    statement(ctx, body)


def _dispatched(ctx: Context, target: int) -> int:
    """Where the switch jumps to, for the label at ``target``: past the starts of the blocks in it around the label."""
    entered = ctx.cleanups[ctx.switches[-1].outside :]
    if not entered:
        return target
    way = ctx.builder.current = ctx.builder.block()
    _enter(ctx, entered)
    ctx.builder.end(Jump(target))
    ctx.builder.current = target
    return way


def _default(ctx: Context, node: cl.Node) -> None:
    target = ctx.builder.block()
    ctx.builder.start(target)
    ctx.switches[-1].labels.add(node.cursor.d1)
    ctx.switches[-1].default.append(_dispatched(ctx, target))
    statement(ctx, node.children[-1])


# ------------------------------------------------------------------ jumps


def _enter_label(ctx: Context, node: cl.Node) -> None:
    here = ctx.labelled[node.cursor.d1] = tuple(ctx.cleanups)
    label = _label(ctx, node.cursor)
    ctx.builder.start(label)
    for leaving, cleanups, source in ctx.gotos.pop(node.cursor.d1, []):
        ctx.builder.current = leaving
        _cross(ctx, cleanups, here, source)
        ctx.builder.end(Jump(label))
    ctx.builder.current = label


def _label(ctx: Context, statement: cl.Cursor) -> int:
    """The block of a label, by its statement: macros may declare one name many times."""
    if statement.d1 not in ctx.labels:
        ctx.labels[statement.d1] = ctx.builder.block()
    return ctx.labels[statement.d1]


def _labelled(ctx: Context, node: cl.Node) -> None:
    _enter_label(ctx, node)
    statement(ctx, node.children[-1])


def _goto(ctx: Context, node: cl.Node) -> None:
    target = cl.lib.clang_getCursorReferenced(node.children[0].cursor)
    label = _label(ctx, target)
    if target.d1 in ctx.labelled:
        _cross(ctx, ctx.cleanups, ctx.labelled[target.d1], ctx.source(node))
        ctx.builder.end(Jump(label))
    else:
        leaving = ctx.builder.block()
        ctx.builder.end(Jump(leaving))
        ctx.gotos.setdefault(target.d1, []).append((leaving, tuple(ctx.cleanups), ctx.source(node)))


def _computed_goto(ctx: Context, node: cl.Node) -> None:
    ctx.refuse("a computed goto is not supported", node)


def _return(ctx: Context, node: cl.Node) -> None:
    inner = node.expressions()
    result: Value = None
    if inner:
        result = converted(ctx, inner[0], ctx.result_type) if ctx.result_type.kind != "void" else None
        if ctx.result_type.kind == "void":
            discard(ctx, inner[0])
    _leave(ctx, ctx.cleanups, ctx.source(node))
    give(ctx, result, node)


def missing_labels(ctx: Context, node: cl.Node) -> None:
    """Labels inside of statements that were refused lead to `Unsupported` too."""
    missing = [target for label, target in ctx.labels.items() if label not in ctx.labelled]
    leaving = [block for jumps in ctx.gotos.values() for block, _, _ in jumps]
    for target in (*missing, *leaving):
        ctx.builder.current = target
        ctx.stop(Refused("this jumps into a statement that is not supported", ctx.source(node)))


_STATEMENTS: dict[int, Callable[[Context, cl.Node], None]] = {
    cl.UNEXPOSED_STMT: _attributed,
    cl.COMPOUND: _compound,
    cl.DECL_STMT: _declarations,
    cl.NULL: _null,
    cl.IF: _if,
    cl.WHILE: _while,
    cl.DO: _do,
    cl.FOR: _for,
    cl.BREAK: _break,
    cl.CONTINUE: _continue,
    cl.SWITCH: _switch,
    cl.CASE: _case,
    cl.DEFAULT: _default,
    cl.LABEL_STMT: _labelled,
    cl.GOTO: _goto,
    cl.RETURN: _return,
    cl.ASM: assembly,
    cl.INDIRECT_GOTO: _computed_goto,
}
