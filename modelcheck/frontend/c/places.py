"""Lvalues: where an expression designates an object, and reading and writing it step by step."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import (
    Aggregate,
    Context,
    Held,
    Memory,
    Parts,
    Place,
    Register,
    Value,
    convert,
    plus,
    resize,
)
from modelcheck.frontend.c.types import ARRAY, BOOL, FUNCTION, POINTER, RECORD, Bits, CType, Leaf
from modelcheck.frontend.c.unaligned import WORD, gather, scatter
from modelcheck.program.expr import UNDEFINED, Expr, const, mask, op
from modelcheck.program.ir import NONE, Assign, Fence, Load, Source, Store, Tags

ONCE: Tags = frozenset({"ONCE"})
# Plain use of an _Atomic object is sequentially consistent; the tags are those of <stdatomic.h>.
ATOMIC_LOAD: Tags = frozenset({"SC", "MB", "ACQUIRE"})
ATOMIC_STORE: Tags = frozenset({"SC", "MB", "RELEASE"})
ATOMIC_RMW: Tags = frozenset({"SC", "MB"})
MB: Tags = frozenset({"Mb"})

MOST_COPIED = 1024
"""A struct of more scalars is not copied."""


def part(ctx: Context, base: Place, offset: int, type_: CType, bits: Bits | None = None, unit: int = 0) -> Place:
    """The member or element of ``base`` at ``offset``."""
    match base:
        case Memory(address, loose=loose):
            return Memory(plus(address, offset), type_, bits, unit, loose)
        case Parts(registers, start):
            return Parts(registers, start + offset, type_)
        case Held(whole, start):
            return Held(whole, start + offset, type_, bits, unit)
    raise AssertionError(f"a scalar has no parts: {ctx.name}")


def scalar_size(ctx: Context, type_: CType, node: cl.Node) -> int:
    """Bytes of a scalar that one step can access, or two where it has 16; other types are refused."""
    if not type_.scalar or type_.size not in ((1, 2, 4, 8) if type_.atomic else (1, 2, 4, 8, 16)):
        ctx.refuse(f"values of type {type_.name} are not supported", node)
    return type_.size


def read(ctx: Context, place: Place, node: cl.Node) -> Value:
    """The value at ``place``; ``node`` says where in the source the access is."""
    type_ = place.type
    if type_.kind in (RECORD, ARRAY) and not type_.atomic:
        return read_aggregate(ctx, place, node)
    if type_.kind == "void":
        return None
    size = scalar_size(ctx, type_, node)
    match place:
        case Register(register):
            return ctx.builder.value(register)
        case Parts(registers, offset):
            return ctx.builder.value(registers[offset])
        case Held(whole, offset, _, bits, unit):
            cells = held_cells(ctx, whole)
            value = combine(cells, offset, unit if bits else size)
            return extract(value, bits, type_) if bits else value
        case Memory(address, _, bits, unit, loose):
            tags = ATOMIC_LOAD if type_.atomic else ONCE if type_.volatile else NONE
            source = ctx.source(node)
            if loose or (bits and bits.scattered) or size > WORD:
                _not_atomic(ctx, type_, node)
                value = gather(ctx, address, unit if bits else size, tags, source)
            else:
                register = ctx.builder.register(8 * (unit if bits else size))
                ctx.builder.emit(Load(register, address, unit if bits else size, tags, source))
                value = ctx.builder.value(register)
            return extract(value, bits, type_) if bits else value


def _not_atomic(ctx: Context, type_: CType, node: cl.Node) -> None:
    if type_.atomic:
        ctx.refuse(f"a value of type {type_.name} that is not naturally aligned is not supported", node)


def read_aggregate(ctx: Context, place: Place, node: cl.Node) -> Aggregate:
    """The value of a struct, scalar by scalar; reads of memory are marked as copies."""
    leaves = ctx.types.leaves(place.type)
    if leaves is None or len(leaves) > MOST_COPIED:
        ctx.refuse(f"{place.type.name} is too large or too strange to be copied", node)
    if isinstance(place, Held):
        cells = held_cells(ctx, place.whole)
        return Aggregate(place.type, tuple(combine(cells, place.offset + leaf.offset, leaf.size) for leaf in leaves))
    if isinstance(place, Parts):
        registers = place.registers
        offset = place.offset
        return Aggregate(place.type, tuple(ctx.builder.value(registers[offset + leaf.offset]) for leaf in leaves))
    assert isinstance(place, Memory)
    source = ctx.source(node)
    result = []
    for leaf in leaves:
        tags = ONCE if place.type.volatile or leaf.type.volatile else NONE
        address = plus(place.address, leaf.offset)
        if _loose(ctx, place, leaf):
            result.append(gather(ctx, address, leaf.size, tags, source, copy=True))
            continue
        register = ctx.builder.register(leaf.size * 8)
        ctx.builder.emit(Load(register, address, leaf.size, tags, source, copy=True))
        result.append(ctx.builder.value(register))
    return Aggregate(place.type, tuple(result))


def write(ctx: Context, place: Place, value: Value, node: cl.Node) -> Value:
    """Write ``value``, already of the place's type; gives the value that the place then has."""
    type_ = place.type
    source = ctx.source(node)
    match place:
        case Register(register) if isinstance(value, Expr):
            ctx.builder.emit(Assign(register, value, source))
            return ctx.builder.value(register)
        case Parts(registers, offset) if isinstance(value, Expr):
            ctx.builder.emit(Assign(registers[offset], value, source))
            return ctx.builder.value(registers[offset])
        case Parts(registers, offset) if isinstance(value, Aggregate):
            targets = [registers[offset + leaf.offset] for leaf in ctx.types.leaves(type_) or ()]
            # All of the value is computed before any of it is assigned: p = (struct point){ p.y, p.x }.
            pieces = [
                ctx.builder.copy(piece, source) if _reads(piece, set(targets) - {target}) else piece
                for target, piece in zip(targets, value.values, strict=True)
            ]
            for target, piece in zip(targets, pieces, strict=True):
                ctx.builder.emit(Assign(target, piece, source))
            return Aggregate(type_, tuple(map(ctx.builder.value, targets)))
        case Memory(address, _, bits, unit, loose) if isinstance(value, Expr):
            size = scalar_size(ctx, type_, node)
            if bits is not None:
                return _write_bits(ctx, place, bits, unit, value, source)
            tags = ATOMIC_STORE if type_.atomic else ONCE if type_.volatile else NONE
            if loose or size > WORD:
                _not_atomic(ctx, type_, node)
                scatter(ctx, address, size, value, tags, source)
                return value
            ctx.builder.emit(Store(address, value, size, tags, source))
            if type_.atomic:
                ctx.builder.emit(Fence(MB, source))
            return value
        case Memory(address) if isinstance(value, Aggregate):
            for leaf, piece in zip(ctx.types.leaves(type_) or (), value.values, strict=True):
                tags = ONCE if type_.volatile or leaf.type.volatile else NONE
                if _loose(ctx, place, leaf):
                    scatter(ctx, plus(address, leaf.offset), leaf.size, piece, tags, source)
                else:
                    ctx.builder.emit(Store(plus(address, leaf.offset), piece, leaf.size, tags, source))
            return value
    ctx.refuse(f"a value of type {type_.name} cannot be assigned here", node)


def _loose(ctx: Context, place: Memory, leaf: Leaf) -> bool:
    """Whether a scalar of the struct at ``place`` may be less aligned than others of its size."""
    return (
        place.loose or leaf.size > WORD or leaf.offset % leaf.size != 0 or leaf.size > ctx.types.alignment(place.type)
    )


def _reads(value: Expr, registers: set[int]) -> bool:
    """Whether ``value`` depends on one of the registers."""
    if value.kind == "reg":
        return value.data in registers
    return any(_reads(argument, registers) for argument in value.args)


def _write_bits(ctx: Context, place: Memory, bits: Bits, unit: int, value: Expr, source: Source) -> Expr:
    """A bitfield is written as its storage unit: read, change, write (two plain steps, for each byte of a scattered one
    or one that may not be aligned)."""
    tags = ONCE if place.type.volatile else NONE
    pieces = [(at, 1) for at in range(unit)] if place.loose or bits.scattered else [(0, unit)]
    field = insert(const(0, 8 * unit), bits, value)
    mine = insert(const(0, 8 * unit), bits, const(-1, bits.width))
    for at, size in pieces:
        width, address = 8 * size, plus(place.address, at)
        register = ctx.builder.register(width)
        ctx.builder.emit(Load(register, address, size, tags, source, copy=True))
        old = ctx.builder.value(register)
        ctx.builder.assumes.add("bit-fields-begin-together")
        # The neighbours of the first bitfield to be written may be undefined; the field itself is not, then.
        old = op("ite", width, op("defined", 1, old), old, const(0, width))
        new, kept = (resize(op("lshr", 8 * unit, whole, const(8 * at, 8 * unit)), width) for whole in (field, mine))
        changed = op("or", width, op("and", width, old, op("not", width, kept)), new)
        ctx.builder.emit(Store(address, changed, size, tags, source))
    return extract(field, bits, place.type)


def insert(old: Expr, bits: Bits, value: Expr) -> Expr:
    """The storage unit ``old`` with a bitfield set to ``value``."""
    width = old.width
    field = op("and", width, resize(value, width), const(mask(bits.width), width))
    rest = op("and", width, old, const(~(mask(bits.width) << bits.shift), width))
    return op("or", width, rest, op("shl", width, field, const(bits.shift, width)))


def extract(unit: Expr, bits: Bits, type_: CType) -> Expr:
    """The value of a bitfield in its storage unit."""
    width = unit.width
    if type_.signed:
        top = op("shl", width, unit, const(width - bits.width - bits.shift, width))
        value = op("ashr", width, top, const(width - bits.width, width))
    else:
        low = op("lshr", width, unit, const(bits.shift, width))
        value = op("and", width, low, const(mask(bits.width), width))
    return resize(value, type_.width, type_.signed)


Cells = Mapping[int, tuple[int, Expr]]
"""Values by byte offset: (bytes, value)."""


def held_cells(ctx: Context, whole: Aggregate) -> Cells:
    """The scalars of a struct value by offset."""
    leaves = ctx.types.leaves(whole.type) or ()
    return {leaf.offset: (leaf.size, value) for leaf, value in zip(leaves, whole.values, strict=True)}


def combine(cells: Cells, offset: int, size: int) -> Expr:
    """The ``size`` bytes at ``offset``, put together from what ``cells`` hold (0 where they hold nothing)."""
    exact = cells.get(offset)
    if exact is not None and exact[0] == size:
        return exact[1]
    width = size * 8
    result = const(0, width)
    for start, (length, value) in cells.items():
        if start + length <= offset or start >= offset + size:
            continue
        if start >= offset:
            piece = resize(value, width) if length <= size else op("trunc", width, value)
            piece = op("shl", width, piece, const(8 * (start - offset), width))
        else:
            down = op("lshr", value.width, value, const(8 * (offset - start), value.width))
            piece = resize(down, width)
        result = op("or", width, result, piece)
    return result


def undefined(ctx: Context, place: Place, node: cl.Node) -> None:
    """Forget what a variable holds: its declaration is executed (again)."""
    source = ctx.source(node)
    match place:
        case Register(register):
            ctx.builder.emit(Assign(register, const(UNDEFINED, ctx.builder.widths[register]), source))
        case Parts(registers):
            for register in registers.values():
                ctx.builder.emit(Assign(register, const(UNDEFINED, ctx.builder.widths[register]), source))
        case Memory(address, type_):
            leaves = ctx.types.leaves(type_)
            if leaves is None:
                ctx.refuse(f"a variable of type {type_.name} whose declaration may be come to again", node)
            for leaf in leaves:
                at = op("add", 64, address, const(leaf.offset, 64))
                ctx.builder.emit(Store(at, const(UNDEFINED, 8 * leaf.size), leaf.size, NONE, source))


def member(ctx: Context, base: Place, name: str, node: cl.Node) -> Place:
    """The member ``name`` of the struct at ``base``."""
    record = ctx.types.record(base.type)
    found = record.named.get(name)
    if found is None:
        ctx.refuse(record.problem or f"no member {name} in {base.type.name}", node)
    type_ = ctx.types.of(node)
    made = part(ctx, base, found.offset, type_, found.bits, found.unit)
    natural = found.unit or ctx.types.alignment(type_)
    if isinstance(made, Memory) and (natural > ctx.types.alignment(base.type) or found.offset % natural):
        return evolve(made, loose=True)
    return made


def address_of(ctx: Context, place: Place, node: cl.Node) -> Expr:
    """The address of a place in memory."""
    if not isinstance(place, Memory):
        ctx.refuse("the address of a value that is no object is taken", node)
    if place.bits is not None:
        ctx.refuse("the address of a bitfield is taken", node)
    return place.address


def step_value(ctx: Context, value: Expr, type_: CType, sign: str, amount: Expr | None) -> Expr:
    """``value`` ± 1 (or ``amount``) as C has it for ++, --, += and -= on type ``type_``."""
    if type_.kind == POINTER:
        inner = ctx.types.pointee(type_)
        size = 1 if inner.kind in ("void", FUNCTION) else inner.size
        scale = const(size, 64) if amount is None else op("mul", 64, amount, const(size, 64))
        return op(sign, 64, value, scale)
    width = max(type_.width, 32)
    wide = resize(value, width, type_.signed)
    result = op(sign, width, wide, const(1, width) if amount is None else resize(amount, width))
    if type_.kind == BOOL:
        return op("zext", 8, op("ne", 1, result, const(0, width)))
    return convert(result, type_, type_) if result.width == type_.width else resize(result, type_.width)
