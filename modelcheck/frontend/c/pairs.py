"""The functions of mc/intrinsics.h that access 16 bytes at once: what C has for that is a structure, which no value is.

The 16 bytes are one access of memory; in the program's own object, which nobody else sees, they are two of 8.
"""

from __future__ import annotations

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, Hint, arguments, literal, plus, resize
from modelcheck.program.expr import Expr, const, old, op
from modelcheck.program.ir import NONE, Branch, Jump, Load, Rmw, Source, Store, Tags

SIZE = 16
WIDTH = 8 * SIZE


def _tags(ctx: Context, node: cl.Node) -> Tags:
    found = literal(node)
    if found is None:
        ctx.wrong("the tags of an access must be a string literal", node)
    return frozenset(filter(None, found.split(",")))


def _own(ctx: Context, address: Expr, source: Source) -> Expr:
    """What is in the program's own object at ``address``."""
    halves = []
    for offset in (0, 8):
        register = ctx.builder.register(64)
        ctx.builder.emit(Load(register, plus(address, offset), 8, NONE, source, copy=True))
        halves.append(op("zext", WIDTH, ctx.builder.value(register)))
    return op("or", WIDTH, halves[0], op("shl", WIDTH, halves[1], const(64, WIDTH)))


def _keep(ctx: Context, address: Expr, value: Expr, source: Source) -> None:
    """Put ``value`` into the program's own object at ``address``."""
    for offset in (0, 8):
        half = op("trunc", 64, op("lshr", WIDTH, value, const(8 * offset, WIDTH)))
        ctx.builder.emit(Store(plus(address, offset), half, 8, NONE, source))


def load(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    address, to, tags = arguments(node)
    source, place = ctx.source(node), ctx.scalar(address)
    register = ctx.builder.register(WIDTH)
    ctx.builder.emit(Load(register, place, SIZE, _tags(ctx, tags), source))
    _keep(ctx, ctx.scalar(to), ctx.builder.value(register), source)


def store(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    address, of, tags = arguments(node)
    source, place = ctx.source(node), ctx.scalar(address)
    ctx.builder.emit(Store(place, _own(ctx, ctx.scalar(of), source), SIZE, _tags(ctx, tags), source))


def swap(ctx: Context, node: cl.Node, _: Hint | None) -> None:
    address, to, of, *tags = arguments(node)
    source, place = ctx.source(node), ctx.scalar(address)
    seen = _rmw(ctx, place, _own(ctx, ctx.scalar(of), source), None, tags, source)
    _keep(ctx, ctx.scalar(to), seen, source)


def try_(ctx: Context, node: cl.Node, _: Hint | None) -> Expr:
    address, expected, of, *tags = arguments(node)
    source, place, kept = ctx.source(node), ctx.scalar(address), ctx.scalar(expected)
    was = _own(ctx, kept, source)
    seen = _rmw(ctx, place, _own(ctx, ctx.scalar(of), source), was, tags, source)
    builder = ctx.builder
    done = builder.copy(op("eq", 1, seen, was), source)
    failed, after = builder.block(), builder.block()
    builder.end(Branch(done, after, failed, source))
    builder.current = failed
    _keep(ctx, kept, seen, source)
    builder.end(Jump(after))
    builder.current = after
    return resize(done, 32)


def _rmw(ctx: Context, place: Expr, new: Expr, expected: Expr | None, tags: list[cl.Node], source: Source) -> Expr:
    read, write, *failed = (_tags(ctx, tag) for tag in tags)
    condition = None if expected is None else op("eq", 1, old(WIDTH), expected)
    register = ctx.builder.register(WIDTH)
    ctx.builder.emit(Rmw(register, place, SIZE, condition, new, read, write, failed[0] if failed else NONE, source))
    return ctx.builder.value(register)
