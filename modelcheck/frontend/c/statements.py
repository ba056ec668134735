"""Statements: control flow as basic blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.assembly import assembly
from modelcheck.frontend.c.attributes import is_attribute, names, strange
from modelcheck.frontend.c.calls import give
from modelcheck.frontend.c.context import (
    Cases,
    Context,
    Refused,
    Value,
)
from modelcheck.frontend.c.declarations import declarations, open_scope
from modelcheck.frontend.c.expressions import branch, converted, discard, value
from modelcheck.frontend.c.scopes import close_scope, cross, enter, leave
from modelcheck.program.expr import const, mask, op
from modelcheck.program.ir import (
    Branch,
    Jump,
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
    open_scope(ctx, node)
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
    open_scope(ctx, node)
    for child in node.children:
        statement(ctx, child)
    close_scope(ctx, outside, node)


def _attributed(ctx: Context, node: cl.Node) -> None:
    reason = strange(names(node.cursor))
    if reason:
        ctx.refuse(reason, node)
    for child in node.children:
        if not is_attribute(child.kind):
            statement(ctx, child)


def _null(_ctx: Context, _node: cl.Node) -> None:
    return None


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
    leave(ctx, ctx.cleanups[outside:], ctx.source(node))
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
    enter(ctx, entered)
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
        cross(ctx, cleanups, here, source)
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
        cross(ctx, ctx.cleanups, ctx.labelled[target.d1], ctx.source(node))
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
    leave(ctx, ctx.cleanups, ctx.source(node))
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
    cl.DECL_STMT: declarations,
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
