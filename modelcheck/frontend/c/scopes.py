"""Scopes: where the objects of a block begin and end, and what is cleaned up where control leaves one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.constant import const_bytes
from modelcheck.frontend.c.context import Cleanup, Context, Memory, Refused, plus
from modelcheck.frontend.c.places import address_of
from modelcheck.program.expr import UNDEFINED, const
from modelcheck.program.ir import NONE, Assign, Call, Free, Local, Source, Store

FREE = "(free)"
"""The cleanup of an array of variable length."""

ENDS = "__mc_ends_"
"""How the names of members begin that are NULL from the start of a local, and of the functions that are called with
their addresses where its scope is left."""


def begin(ctx: Context, place: Memory, name: str, node: cl.Node) -> None:
    """The object of a variable is made here, and ends with the scope at hand."""
    register: int = place.address.data
    layout, readonly = ctx.types.layout(place.type), const_bytes(ctx.types, place.type)
    made = Local(register, name, place.type.size, ctx.source(node), layout, readonly)
    ctx.builder.emit(made)
    ctx.cleanups.append(Cleanup(None, place, node, made))
    for cleanup in members_ending(ctx, place, node):
        ctx.cleanups.append(cleanup)
        on_nothing(ctx, cleanup)


def members_ending(ctx: Context, place: Memory, node: cl.Node) -> Iterator[Cleanup]:
    """What is called where the scope of the variable at ``place`` is left, for its members that are named so."""
    for leaf in ctx.types.leaves(place.type) or ():
        if (function := leaf.path.rpartition(".")[2]).startswith(ENDS):
            yield Cleanup(function, Memory(plus(place.address, leaf.offset), place.type), node)


def on_nothing(ctx: Context, cleanup: Cleanup) -> None:
    """The member of such a cleanup is NULL."""
    assert isinstance(cleanup.place, Memory)
    ctx.builder.emit(Store(cleanup.place.address, const(0, 64), 8, NONE, ctx.source(cleanup.node), initial=True))


def close_scope(ctx: Context, outside: int, node: cl.Node) -> None:
    """Control leaves ``node``, a scope that began when there were ``outside`` cleanups, at its end."""
    whole = ctx.source(node)
    end = evolve(whole, line=whole.end_line, column=max(whole.end_column - 1, 1))
    leave(ctx, ctx.cleanups[outside:], end)
    del ctx.cleanups[outside:]


def leave(ctx: Context, cleanups: Sequence[Cleanup], source: Source) -> None:
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


def cross(ctx: Context, here: Sequence[Cleanup], there: Sequence[Cleanup], source: Source) -> None:
    """Control jumps at ``source`` from where ``here`` are in scope to where ``there`` are."""
    common = 0
    while common < min(len(here), len(there)) and here[common] is there[common]:
        common += 1
    leave(ctx, here[common:], source)
    enter(ctx, there[common:])


def enter(ctx: Context, cleanups: Sequence[Cleanup]) -> None:
    """Control jumps into the scopes of ``cleanups``: their objects are there from the start of their blocks."""
    if ctx.builder.ended:
        return
    for cleanup in cleanups:
        if cleanup.made is not None:
            ctx.builder.emit(cleanup.made)
        if cleanup.function is not None and cleanup.function.startswith(ENDS):
            on_nothing(ctx, cleanup)
