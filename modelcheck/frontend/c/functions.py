"""Lowers functions with bodies, and the initialisers of static objects."""

from __future__ import annotations

from attrs import evolve

from modelcheck.frontend.c import competition
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.attributes import names, strange
from modelcheck.frontend.c.builder import Builder
from modelcheck.frontend.c.calls import own_width, through_memory
from modelcheck.frontend.c.context import Cleanup, Context, Links, Memory, Parts, Refused, Register, plus
from modelcheck.frontend.c.declarations import variable
from modelcheck.frontend.c.escape import in_memory
from modelcheck.frontend.c.expressions import value
from modelcheck.frontend.c.initialise import static_cells
from modelcheck.frontend.c.link import Definition, Lowered
from modelcheck.frontend.c.mistakes import complaint
from modelcheck.frontend.c.objects import Cell
from modelcheck.frontend.c.scopes import begin, close_scope
from modelcheck.frontend.c.statements import block, missing_labels, statement
from modelcheck.frontend.c.types import RECORD, CType
from modelcheck.frontend.c.unit import Unit
from modelcheck.program.expr import UNDEFINED, const
from modelcheck.program.ir import NONE, Halt, Return, Source, Store, Unsupported


def lower(linker: Links, definition: Definition) -> Lowered:
    """The code of a function.

    Raises:
        InputError: clang finds an error in it, and it is no function of a kernel tree's, which is refused where it is
            reached.
    """
    unit = definition.unit
    node = cl.tree(definition.cursor)
    wrong = unit.broken.get(definition.name)
    if wrong and unit.files.build is None:
        raise complaint(wrong, unit.files.shown)
    body = next((child for child in node.children if child.kind == cl.COMPOUND and not wrong), None)
    types = unit.types
    signature = types.signature(types.of(node))
    builder = Builder()
    ctx = Context(
        unit=unit,
        linker=linker,
        builder=builder,
        name=definition.name,
        run=block,
        evaluate=value,
        body=node,
        result_type=signature.result,
        in_memory=in_memory(types, body) if body else frozenset(),
        hoist=body is not None and _jumps(body),
        hint=definition.hint,
        result=None,
    )
    source = ctx.source(node)
    result = signature.result
    params: list[int] = []
    width = own_width(result)
    if through_memory(result):
        params.append(builder.register(64))
        ctx = evolve(ctx, result=builder.value(params[0]))
    for parameter in cl.parameters(definition.cursor):
        params.extend(_parameter(ctx, cl.Node(parameter)))
    reason = strange(
        name for cursor in (definition.cursor, *cl.parameters(definition.cursor)) for name in names(cursor)
    )
    if reason:
        ctx.stop(Refused(f"{definition.name}(): {reason}", source))
    if not result.scalar and result.kind not in ("void", RECORD):
        builder.emit(Unsupported(f"a result of type {result.name} is not supported", source))
    if wrong:
        first, file = wrong[0], unit.files.shown(wrong[0].file)
        place = Source(file, first.line, first.column, first.line, first.column, definition.name)
        ctx.stop(Refused(f"{definition.name}() is no C here: {first.message}", place))
    elif body is None:
        builder.emit(Unsupported(f"no body for {definition.name}()", source))
        builder.end(Halt())
    else:
        if competition.is_section(definition.name):
            competition.begin(ctx, node)
            ctx.cleanups.append(Cleanup(competition.LEAVE, None, node))
        statement(ctx, body)
        close_scope(ctx, 0, body)
    if not builder.ended:
        undefined = const(0 if definition.name == "main" else UNDEFINED, width) if width else None
        builder.end(Return(undefined))
    missing_labels(ctx, node)
    return Lowered(builder, tuple(params), width, source)


def _jumps(body: cl.Node) -> bool:
    """Whether control may go past a declaration into its scope: by goto, or in a switch."""
    for node in body.walk():
        if node.kind == cl.LABEL_STMT:
            return True
        if node.kind == cl.SWITCH and any(child.kind == cl.DECL_STMT for child in node.children[-1].children):
            return True
    return False


def _parameter(ctx: Context, node: cl.Node) -> list[int]:
    """The registers in which a parameter comes; where its address is taken, it is stored to an object first."""
    type_ = ctx.types.of(node)
    name = node.spelling
    leaves = ctx.types.leaves(type_) if not type_.scalar else None
    if not type_.scalar and leaves is None:
        ctx.builder.emit(Unsupported(f"parameters of type {type_.name} are not supported", ctx.source(node)))
        return [ctx.builder.register(64)]
    if leaves is None:
        if node.cursor.d0 not in ctx.in_memory and not type_.atomic:
            place = variable(ctx, node.cursor.d0, name, type_, node)
            assert isinstance(place, Register)
            return [place.register]
        pieces = [(0, type_.size, ctx.builder.register(type_.width))]
    else:
        pieces = [(leaf.offset, leaf.size, ctx.builder.register(leaf.size * 8)) for leaf in leaves]
    place = variable(ctx, node.cursor.d0, name, type_, node)
    if isinstance(place, Parts):
        return list(place.registers.values())
    assert isinstance(place, Memory)
    begin(ctx, place, name, node)
    for offset, size, register in pieces:
        store = Store(plus(place.address, offset), ctx.builder.value(register), size, NONE, ctx.source(node))
        with ctx.builder.initialising():
            ctx.builder.emit(store)
    return [register for _, _, register in pieces]


def contents(linker: Links, unit: Unit, type_: CType, node: cl.Node, function: str) -> list[Cell]:
    """The contents of a static object; raises `InputError` when they are not constant."""
    ctx = Context(
        unit=unit,
        linker=linker,
        builder=Builder(),
        name=function,
        run=block,
        evaluate=value,
        body=node,
        result_type=type_,
        static=True,
    )
    return static_cells(ctx, type_, node)
