"""Declarations: where the variables of a function live, and what they are to begin with."""

from __future__ import annotations

from contextlib import suppress

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.attributes import cleanup_of, names, strange
from modelcheck.frontend.c.context import Cleanup, Context, Memory, Parts, Place, Refused, Register, resize
from modelcheck.frontend.c.escape import in_parts
from modelcheck.frontend.c.initialise import store_initialiser
from modelcheck.frontend.c.places import undefined
from modelcheck.frontend.c.scopes import FREE, begin, members_ending, on_nothing
from modelcheck.frontend.c.types import ARRAY, VARIABLE, CType
from modelcheck.program.expr import const, op
from modelcheck.program.ir import Alloc, Assert, Assign


def open_scope(ctx: Context, node: cl.Node) -> None:
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


def declarations(ctx: Context, node: cl.Node) -> None:
    """Lower a declaration statement: each variable is made where it is declared."""
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
        for ending in members_ending(ctx, place, node) if isinstance(place, Memory) else ():
            on_nothing(ctx, ending)
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
