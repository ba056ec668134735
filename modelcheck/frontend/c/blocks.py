"""memset(), memcpy(), memmove() and memcmp(): step by step over the scalars of what the memory holds.

What it holds is read off the types of the arguments, before they became ``void *``. Where these do not tell, or a
scalar would not be aligned, or an end cuts through one, each byte is a step: nothing more is promised of such a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from attrs import frozen

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, Value, arguments, plus, resize, strip
from modelcheck.frontend.c.places import MOST_COPIED, ONCE
from modelcheck.frontend.c.types import ARRAY, POINTER, RECORD, VARIABLE, CType
from modelcheck.frontend.c.unaligned import byte_of
from modelcheck.program.expr import FALSE, TRUE, Expr, const, op
from modelcheck.program.ir import NONE, Assign, Branch, Jump, Load, Source, Store, Tags

MOST_BYTES: Final = 4096
"""So many bytes, one by one, are set, copied or compared at once."""

ROUNDS: Final = 64
"""How often a loop over memory goes round whose end only other threads tell, before the verdict is no longer PASS."""


@frozen
class Cell:
    """A scalar of memory: where it begins, its bytes, and the tags of accesses to it."""

    offset: int
    size: int
    tags: Tags


@frozen
class Held:
    """What memory at an address is an array of: cells, all within ``size`` bytes, aligned to ``alignment`` there."""

    size: int
    cells: tuple[Cell, ...]
    alignment: int

    @property
    def natural(self) -> int:
        """The bytes that its cells must be aligned to."""
        return max(cell.size for cell in self.cells)


BYTES: Final = Held(1, (Cell(0, 1, NONE),), 1)
"""Nothing is known of it."""


# ------------------------------------------------------------------ what the types tell


def _pointed(ctx: Context, node: cl.Node) -> CType | None:
    """The type of what a pointer argument points to before it became a ``void *``; None where that is not known."""
    inner = node
    while True:
        below = inner.expressions()
        type_ = ctx.types.of(inner)
        if type_.kind in (ARRAY, VARIABLE):
            break
        pointed = ctx.types.pointee(type_) if type_.kind == POINTER else None
        if pointed is not None and pointed.size and (pointed.kind != "integer" or pointed.size > 1):
            break
        if inner.kind in (cl.PAREN, cl.UNEXPOSED_EXPR, cl.CAST) and below:
            inner = below[-1]
            continue
        break
    type_ = ctx.types.of(inner)
    if type_.kind == VARIABLE:
        return ctx.types.element(type_)
    if type_.kind == ARRAY:
        return type_
    return ctx.types.pointee(type_) if type_.kind == POINTER else None


def _held(ctx: Context, type_: CType | None, alignment: int, padded: bool = True) -> Held:
    """What memory of a type is an array of, at an address aligned as it asks for, or to ``alignment``; ``padded``: with
    the bytes that are between its scalars."""
    while type_ is not None and type_.kind == ARRAY:
        type_ = ctx.types.element(type_)
    leaves = ctx.types.leaves(type_) if type_ is not None and type_.size else None
    if type_ is None or not leaves or len(leaves) > MOST_COPIED:
        return BYTES
    cells: list[Cell] = []
    for leaf in leaves:
        tags = ONCE if type_.volatile or leaf.type.volatile else NONE
        if leaf.offset % leaf.size or type_.size % leaf.size:  # in a packed struct
            cells += [Cell(leaf.offset + number, 1, tags) for number in range(leaf.size)]
        else:
            cells.append(Cell(leaf.offset, leaf.size, tags))
    if padded:
        cells = sorted([*cells, *_between(cells, type_.size)], key=lambda cell: cell.offset)
    return Held(type_.size, tuple(cells), min(alignment, ctx.types.alignment(type_)))


def _between(cells: Sequence[Cell], size: int) -> Iterator[Cell]:
    """The bytes of ``size`` that no cell covers, in pieces as large as their places allow."""
    at = 0
    for cell in [*sorted(cells, key=lambda cell: cell.offset), Cell(size, 0, NONE)]:
        while at < cell.offset:
            piece = next(n for n in (8, 4, 2, 1) if at % n == 0 and at + n <= cell.offset)
            yield Cell(at, piece, NONE)
            at += piece
        at = max(at, cell.offset + cell.size)


def _alignment(ctx: Context, pointer: cl.Node) -> int:
    """What the address is a multiple of that a pointer argument is: by its type, but for a part of a packed struct."""
    type_ = _pointed(ctx, pointer)
    while type_ is not None and type_.kind == ARRAY:
        type_ = ctx.types.element(type_)
    found = 1 if type_ is None or not type_.size else ctx.types.alignment(type_)
    node = strip(pointer)
    if node.kind == cl.UNARY and cl.lib.clang_getCursorUnaryOperatorKind(node.cursor) == cl.ADDRESS_OF:
        node = node.expressions()[0]
    while node.kind in (cl.PAREN, cl.UNEXPOSED_EXPR, cl.SUBSCRIPT, cl.MEMBER_REF) and node.expressions():
        of = ctx.types.of(node.expressions()[0])
        if node.kind == cl.MEMBER_REF:
            found = min(found, ctx.types.alignment(ctx.types.pointee(of) if of.kind == POINTER else of))
        node = node.expressions()[0]
    return found


def _of_both(ctx: Context, first: cl.Node, second: cl.Node, padded: bool = True) -> Held:
    """What two pieces of memory hold of which one is to be like the other; either type may say more."""
    told = [
        type_
        for type_ in (_pointed(ctx, first), _pointed(ctx, second))
        if type_ is not None and _held(ctx, type_, 1) is not BYTES
    ]
    known = next((type_ for type_ in told if type_.kind in (RECORD, ARRAY)), None)
    best = known or (told[0] if told else None)
    return _held(ctx, best, min(_alignment(ctx, first), _alignment(ctx, second)), padded)


# ------------------------------------------------------------------ going through memory

Step = Callable[[Expr, Sequence[Cell]], None]
"""Takes cells in turn, their offsets counted from one that only running tells (or is 0)."""


def _each(ctx: Context, held: Held, addresses: Sequence[Expr], length: Expr, node: cl.Node, step: Step) -> None:
    """Run ``step`` for the cells of the first ``length`` bytes at ``addresses``, in order."""
    source = ctx.source(node)
    if held.natural <= held.alignment:
        _cells(ctx, held, length, node, step)
        return
    odd = const(0, 64)
    for address in addresses:
        odd = op("or", 64, odd, op("and", 64, address, const(held.natural - 1, 64)))
    _either(
        ctx,
        op("eq", 1, odd, const(0, 64)),
        source,
        lambda: _cells(ctx, held, length, node, step),
        lambda: _cells(ctx, BYTES, length, node, step),
    )


def _cells(ctx: Context, held: Held, length: Expr, node: cl.Node, step: Step) -> None:
    source = ctx.source(node)
    if length.kind == "const" and isinstance(length.data, int):
        count, rest = divmod(length.data, held.size)
        if count * len(held.cells) <= MOST_COPIED:
            cells = [_at(cell, number * held.size) for number in range(count) for cell in held.cells]
            step(const(0, 64), [*cells, *(_at(cell, count * held.size) for cell in _first(held, rest))])
            return
        if length.data // held.size * len(held.cells) > MOST_BYTES:
            ctx.refuse("this memory is too large to be set, copied or compared at once", node)
    size = const(held.size, 64)
    whole = op("mul", 64, op("udiv", 64, length, size), size)
    _rounds(ctx, const(0, 64), whole, held.size, source, lambda offset: step(offset, held.cells))
    if held.size > 1:  # where the end cuts through the last one
        _rounds(ctx, whole, length, 1, source, lambda offset: step(offset, BYTES.cells))


def _first(held: Held, length: int) -> list[Cell]:
    """The cells of the first bytes of an element; of one that the end cuts through the bytes."""
    found: list[Cell] = []
    for cell in held.cells:
        if cell.offset + cell.size <= length:
            found.append(cell)
        else:
            found += [Cell(at, 1, cell.tags) for at in range(cell.offset, length)]
    return found


def _at(cell: Cell, offset: int) -> Cell:
    return Cell(cell.offset + offset, cell.size, cell.tags)


def _rounds(
    ctx: Context, start: Expr, end: Expr, step: int, source: Source, body: Callable[[Expr], None], down: bool = False
) -> None:
    """A loop that runs ``body`` for each offset from ``start`` to ``end``, in steps; ``down``: the last one first."""
    builder = ctx.builder
    start, end = builder.copy(start, source), builder.copy(end, source)
    if op("ult", 1, start, end) is FALSE:
        return
    done = builder.register(64)
    builder.emit(Assign(done, start, source))
    head, inside, after = builder.block(), builder.block(), builder.block()
    builder.start(head)
    builder.end(Branch(op("ult", 1, builder.value(done), end), inside, after, source, ROUNDS))
    builder.current = inside
    if down:
        rest = op("sub", 64, op("sub", 64, op("add", 64, start, end), builder.value(done)), const(step, 64))
        body(builder.copy(rest, source))
    else:
        body(builder.value(done))
    builder.emit(Assign(done, op("add", 64, builder.value(done), const(step, 64)), source))
    builder.end(Jump(head))
    builder.current = after


def _either(ctx: Context, test: Expr, source: Source, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
    if test is TRUE or test is FALSE:
        (then if test is TRUE else otherwise)()
        return
    builder = ctx.builder
    builder.open()
    yes, no, after = builder.block(), builder.block(), builder.block()
    builder.end(Branch(test, yes, no, source))
    for block, arm in ((yes, then), (no, otherwise)):
        builder.current = block
        arm()
        builder.end(Jump(after))
    builder.current = after


def _kept(ctx: Context, source: Source, length: cl.Node, *pointers: cl.Node) -> tuple[list[Expr], Expr]:
    """The values of the arguments, as they are before anything is written."""
    addresses = [ctx.scalar(pointer) for pointer in pointers]
    size = resize(ctx.scalar(length), 64)
    return [ctx.builder.copy(address, source) for address in addresses], ctx.builder.copy(size, source)


# ------------------------------------------------------------------ the functions


def _memset(ctx: Context, node: cl.Node) -> Value:
    target, byte, length = arguments(node)
    source = ctx.source(node)
    given = ctx.scalar(target)
    value = ctx.builder.copy(resize(ctx.scalar(byte), 8), source)
    size = ctx.builder.copy(resize(ctx.scalar(length), 64), source)
    address = ctx.builder.copy(given, source)

    def fill(offset: Expr, cells: Sequence[Cell]) -> None:
        for cell in cells:
            width = 8 * cell.size
            filled = op("mul", width, op("zext", width, value), const(0x0101010101010101, width))
            at = plus(op("add", 64, address, offset), cell.offset)
            ctx.builder.emit(Store(at, filled, cell.size, cell.tags, source))

    held = _held(ctx, _pointed(ctx, target), _alignment(ctx, target))
    _each(ctx, held, [address], size, node, fill)
    return address


def _copying(ctx: Context, to: Expr, of: Expr, source: Source) -> Step:
    """Copies cells: all are read before any is written."""

    def copy(offset: Expr, cells: Sequence[Cell]) -> None:
        values = []
        for cell in cells:
            register = ctx.builder.register(8 * cell.size)
            at = plus(op("add", 64, of, offset), cell.offset)
            ctx.builder.emit(Load(register, at, cell.size, cell.tags, source, copy=True))
            values.append(ctx.builder.value(register))
        for cell, value in zip(cells, values, strict=True):
            at = plus(op("add", 64, to, offset), cell.offset)
            ctx.builder.emit(Store(at, value, cell.size, cell.tags, source))

    return copy


def _memcpy(ctx: Context, node: cl.Node) -> Value:
    target, origin, length = arguments(node)
    source = ctx.source(node)
    (to, of), size = _kept(ctx, source, length, target, origin)
    held = _of_both(ctx, target, origin)
    _each(ctx, held, [to, of], size, node, _copying(ctx, to, of, source))
    return to


def _memmove(ctx: Context, node: cl.Node) -> Value:
    target, origin, length = arguments(node)
    source = ctx.source(node)
    (to, of), size = _kept(ctx, source, length, target, origin)
    held = _of_both(ctx, target, origin)
    copy = _copying(ctx, to, of, source)

    def backward(held: Held) -> None:
        whole = op("mul", 64, op("udiv", 64, size, const(held.size, 64)), const(held.size, 64))
        if held.size > 1:
            _rounds(ctx, whole, size, 1, source, lambda offset: copy(offset, BYTES.cells), down=True)
        _rounds(ctx, const(0, 64), whole, held.size, source, lambda offset: copy(offset, held.cells), down=True)

    def down() -> None:
        if held.natural <= held.alignment:
            backward(held)
            return
        odd = op("and", 64, op("or", 64, to, of), const(held.natural - 1, 64))
        _either(ctx, op("eq", 1, odd, const(0, 64)), source, lambda: backward(held), lambda: backward(BYTES))

    if size.kind == "const" and isinstance(size.data, int) and size.data <= MOST_COPIED:
        _each(ctx, held, [to, of], size, node, copy)  # all at once
        return to
    # Where the target lies behind the origin and before its end, the end goes first.
    over = op("ult", 1, op("sub", 64, to, of), size)
    _either(ctx, over, source, down, lambda: _each(ctx, held, [to, of], size, node, copy))
    return to


def _memcmp(ctx: Context, node: cl.Node) -> Value:
    """0 when equal; else the sign of the first byte that differs (the lowest, on a little-endian machine).

    What is between the scalars of a struct is not looked at: C leaves it open.
    """
    first, second, length = arguments(node)
    source = ctx.source(node)
    builder = ctx.builder
    (one, two), size = _kept(ctx, source, length, first, second)
    held = _of_both(ctx, first, second, padded=False)
    found = builder.register(32)
    builder.emit(Assign(found, const(0, 32), source))

    def compare(offset: Expr, cells: Sequence[Cell]) -> None:
        pairs: list[tuple[Expr, Expr]] = []
        for cell in cells:
            values = []
            for address in (one, two):
                register = builder.register(8 * cell.size)
                at = plus(op("add", 64, address, offset), cell.offset)
                builder.emit(Load(register, at, cell.size, cell.tags, source))
                values.append(builder.value(register))
            pairs += [(byte_of(values[0], byte), byte_of(values[1], byte)) for byte in range(cell.size)]
        result = const(0, 32)
        for a, b in reversed(pairs):
            sign = op("ite", 32, op("ult", 1, a, b), const(-1, 32), const(1, 32))
            result = op("ite", 32, op("eq", 1, a, b), result, sign)
        before = builder.value(found)
        builder.emit(Assign(found, op("ite", 32, op("eq", 1, before, const(0, 32)), result, before), source))

    _each(ctx, held, [one, two], size, node, compare)
    return builder.value(found)


BLOCKS: Final[dict[str, Callable[[Context, cl.Node], Value]]] = {
    "memset": _memset,
    "memcpy": _memcpy,
    "memmove": _memmove,
    "memcmp": _memcmp,
    "bcmp": _memcmp,
}
"""What lowers them, by name without ``__builtin_``."""
