"""Initialisers: which expression goes where in an object, by C's rules for designators and left-out braces."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Aggregate, Context, Memory, Place, Refused, Value, convert, plus, unquote
from modelcheck.frontend.c.objects import Cell
from modelcheck.frontend.c.places import Cells, combine, held_cells, insert, write
from modelcheck.frontend.c.types import ARRAY, INTEGER, RECORD, Bits, CType, Field, Types
from modelcheck.frontend.c.unaligned import byte_of, scatter
from modelcheck.program.expr import Expr, const, op
from modelcheck.program.ir import NONE, Store

MOST_ELEMENTS = 65536


@frozen(eq=False)
class Item:
    """Initialise the ``type`` at ``offset`` (a bitfield: those bits of the ``unit`` bytes there) with ``node``."""

    offset: int
    type: CType
    node: cl.Node
    bits: Bits | None = None
    unit: int = 0


@frozen(eq=False)
class _Planner:
    """Walks an initialiser list beside a type; ``furthest`` holds the highest offset met."""

    types: Types
    items: list[Item] = field(factory=list)
    furthest: list[int] = field(factory=lambda: [-1])

    def object(self, type_: CType, node: cl.Node, offset: int, bits: Bits | None = None, unit: int = 0) -> None:
        node = _unwrap(node, type_)
        if node.kind == cl.INIT_LIST and type_.kind in (ARRAY, RECORD):
            text = node.children[0] if len(node.children) == 1 else None
            characters = type_.kind == ARRAY and self.types.element(type_).kind == INTEGER
            if text is not None and characters and _unwrap(text, type_).kind == cl.STRING:
                self.object(type_, text, offset)
                return
            self._overrule(offset, type_.size)
            self.fill(type_, list(node.children), offset, 0, 0, None, True)
        elif node.kind == cl.INIT_LIST:
            if node.children:
                self.object(type_, node.children[0], offset, bits, unit)
        else:
            self.items.append(Item(offset, type_, node, bits, unit))
            self.furthest[0] = max(self.furthest[0], offset)

    def _overrule(self, offset: int, size: int) -> None:
        """A list in braces stands for all of its object: what came before for a part of it no longer counts."""
        if offset <= self.furthest[0]:
            self.items[:] = [item for item in self.items if not offset <= item.offset < offset + size]

    def fill(
        self,
        type_: CType,
        rest: list[cl.Node],
        offset: int,
        start: int,
        last: int,
        designated: tuple[Sequence[cl.Node], cl.Node] | None,
        braced: bool,
    ) -> None:
        """Initialise the parts of ``type_`` from part ``start`` on, taking what is used off ``rest``.

        ``designated``: further designators and the initialiser for parts ``start`` to ``last``, which come first.
        Without braces of its own (``braced``) a part ends where it is full or a designator comes.
        """
        index = start
        count = self._count(type_)
        while True:
            if designated is None:
                if not rest:
                    return
                if _is_designation(rest[0]):
                    if not braced:
                        return
                    index, last, deeper, node = self._designation(type_, rest.pop(0))
                    designated = (deeper, node)
                else:
                    last = index
            if count is not None and index >= count:
                return
            for number in range(index, last + 1):
                part = self._part(type_, index if type_.kind == RECORD else number)
                place = offset + part.offset
                if designated is None:
                    self._next(part, rest, place)
                elif designated[0]:
                    inner_index, inner_last, deeper, node = self._resolve(part.type, designated[0], designated[1])
                    follow = rest if number == last else []
                    self.fill(part.type, follow, place, inner_index, inner_last, (deeper, node), False)
                else:
                    self.object(part.type, designated[1], place, part.bits, part.unit)
            designated = None
            index = last + 1
            union = type_.kind == RECORD and self.types.record(type_).union
            if union and not (braced and rest and _is_designation(rest[0])):
                return

    def _next(self, part: Field, rest: list[cl.Node], place: int) -> None:
        node = _unwrap(rest[0], part.type)
        whole = (
            part.type.kind not in (ARRAY, RECORD)
            or node.kind == cl.INIT_LIST
            or (node.kind == cl.STRING and part.type.kind == ARRAY and self.types.element(part.type).size == 1)
            or (part.type.kind == RECORD and self.types.of(node).kind == RECORD)
        )
        if whole:
            self.object(part.type, rest.pop(0), place, part.bits, part.unit)
        else:
            self.fill(part.type, rest, place, 0, 0, None, False)

    def _count(self, type_: CType) -> int | None:
        if type_.kind == RECORD and self.types.record(type_).problem:
            raise ValueError(self.types.record(type_).problem)
        if type_.kind == ARRAY and not self.types.element(type_).size:
            raise ValueError(f"initialisers for {type_.name}, whose elements have no size")
        return self.types.count(type_) if type_.kind == ARRAY else len(self.types.record(type_).fields)

    def _part(self, type_: CType, index: int) -> Field:
        if type_.kind == ARRAY:
            element = self.types.element(type_)
            return Field("", element, index * element.size)
        return self.types.record(type_).fields[index]

    def _designation(self, type_: CType, node: cl.Node) -> tuple[int, int, Sequence[cl.Node], cl.Node]:
        designators = [child for child in node.children[:-1] if child.kind != cl.TYPE_REF]
        named = [child for child in designators if child.kind != cl.MEMBER_NAME or "(" not in child.spelling]
        return self._resolve(
            type_, [child for child in named if child.spelling or child.kind != cl.MEMBER_NAME], node.children[-1]
        )

    def _resolve(
        self, type_: CType, designators: Sequence[cl.Node], node: cl.Node
    ) -> tuple[int, int, Sequence[cl.Node], cl.Node]:
        """First and last part that the first designator names, the designators that go deeper, the initialiser."""
        first = designators[0]
        if type_.kind == RECORD:
            fields = self.types.record(type_).fields
            for index, member in enumerate(fields):
                if member.name == first.spelling:
                    return index, index, designators[1:], node
                inner = self.types.record(member.type) if member.type.kind == RECORD and not member.name else None
                if inner is not None and first.spelling in inner.named:
                    return index, index, designators, node
            raise ValueError(f"no member {first.spelling} in {type_.name}")
        start = cl.evaluate(first.cursor)
        if start is None:
            raise ValueError("an array designator that is not constant")
        element = self.types.element(type_)
        second = designators[1] if len(designators) > 1 else None
        if second is not None and second.kind != cl.MEMBER_NAME and (element.kind != ARRAY or _is_range(first, second)):
            last = cl.evaluate(second.cursor)
            if last is None or last - start > MOST_ELEMENTS:
                raise ValueError("a range of array elements that is not constant or too large")
            return start, last, designators[2:], node
        return start, start, designators[1:], node


def _is_range(first: cl.Node, second: cl.Node) -> bool:
    """``[1 ... 3]`` has more room between its numbers than ``[1][3]``."""
    begin = cl.expansion(cl.lib.clang_getRangeEnd(cl.lib.clang_getCursorExtent(first.cursor)))
    end = cl.expansion(cl.lib.clang_getRangeStart(cl.lib.clang_getCursorExtent(second.cursor)))
    return begin[1] != end[1] or end[2] - begin[2] >= 3


def _is_designation(node: cl.Node) -> bool:
    return (
        node.kind == cl.UNEXPOSED_EXPR and cl.lib.clang_getCursorType(node.cursor).kind == 2 and len(node.children) > 1
    )


def _unwrap(node: cl.Node, type_: CType) -> cl.Node:
    """The list or string under parentheses, conversions and the compound literal that an array is initialised with."""
    inner = node
    while True:
        below = inner.expressions()
        if inner.kind in (cl.PAREN, cl.UNEXPOSED_EXPR) and len(below) == 1:
            inner = below[0]
        elif inner.kind == cl.COMPOUND_LITERAL and type_.kind == ARRAY:
            inner = below[-1]
        else:
            break
    if inner.kind == cl.INIT_LIST or (inner.kind == cl.STRING and type_.kind == ARRAY):
        return inner
    return node


def plan(types: Types, type_: CType, node: cl.Node) -> list[Item]:
    """What initialises which part of an object; later items overrule earlier ones.

    Raises:
        ValueError: a designator cannot be followed.
    """
    planner = _Planner(types)
    planner.object(type_, node, 0)
    return planner.items


def extent(types: Types, type_: CType, node: cl.Node) -> int:
    """The bytes that an initialiser sets: more than the type has when it ends in a flexible array."""
    try:
        items = plan(types, type_, node)
    except ValueError:
        return 0  # refused where the initialiser is evaluated
    return max((item.offset + (item.unit or item.type.size) for item in items), default=0)


def cells(ctx: Context, type_: CType, node: cl.Node) -> dict[int, tuple[int, Expr]]:
    """The scalars that an initialiser sets, by offset, evaluated in order."""
    try:
        items = plan(ctx.types, type_, node)
    except ValueError as error:
        ctx.refuse(str(error), node)
    found: dict[int, tuple[int, Expr]] = {}
    for item in items:
        _forget(found, item)
        if item.node.kind == cl.STRING and item.type.kind == ARRAY:
            if ctx.types.element(item.type).size != 1:
                ctx.refuse("wide strings are not supported", item.node)
            content = unquote(item.node.spelling)
            size = item.type.size or len(content) + 1
            found.update((item.offset + n, (1, const(byte, 8))) for n, byte in enumerate(content[:size]))
            found.update((item.offset + n, (1, const(0, 8))) for n in range(len(content), size))
            continue
        value = ctx.evaluate(ctx, item.node)
        if isinstance(value, Aggregate):
            for offset, cell in held_cells(ctx, value).items():
                found[item.offset + offset] = cell
        elif isinstance(value, Expr):
            old = ctx.types.of(item.node)
            if old.scalar and item.type.scalar:
                value = convert(value, old, item.type)
            if item.bits is None:
                found[item.offset] = (item.type.size, value)
            elif item.bits.scattered:
                _spread(found, item, item.bits, value)
            else:
                unit = found.get(item.offset, (item.unit, const(0, item.unit * 8)))[1]
                found[item.offset] = (item.unit, insert(unit, item.bits, value))
        else:
            ctx.refuse("this initialiser is not supported", item.node)
    for offset, (_, value) in found.items():
        if not (value.kind == "const" and value.data == 0) and _in_mutex(ctx.types, type_, offset):
            # Where the layout is another library's, its kind is not where ours is.
            ctx.refuse("a mutex initialised by hand as one of another kind is not supported", node)
    return found


def _in_mutex(types: Types, type_: CType, offset: int) -> int:
    """How many bytes behind the start of a mutex of POSIX in ``type_`` byte ``offset`` is; 0 where it is in none."""
    while type_.name != "pthread_mutex_t":
        if type_.kind == ARRAY:
            type_ = types.element(type_)
            offset %= type_.size or 1
        elif type_.kind == RECORD:
            fields = types.record(type_).fields
            inside = [
                f for f in fields if f.type.kind in (ARRAY, RECORD) and f.offset <= offset < f.offset + f.type.size
            ]
            if not inside:
                return 0
            type_, offset = inside[0].type, offset - inside[0].offset
        else:
            return 0
    return offset


def _spread(found: dict[int, tuple[int, Expr]], item: Item, bits: Bits, value: Expr) -> None:
    """Put a scattered bitfield into its bytes."""
    unit, mine = (insert(const(0, 8 * item.unit), bits, content) for content in (value, const(-1, bits.width)))
    for number in range(item.unit):
        before = found.get(item.offset + number, (1, const(0, 8)))[1]
        kept = op("and", 8, before, op("not", 8, byte_of(mine, number)))
        found[item.offset + number] = (1, op("or", 8, kept, byte_of(unit, number)))


def _forget(found: dict[int, tuple[int, Expr]], item: Item) -> None:
    """An initialiser overrules what earlier ones gave for the same bytes."""
    if item.bits is None and any(item.offset <= offset < item.offset + item.type.size for offset in found):
        for offset in [offset for offset in found if item.offset <= offset < item.offset + item.type.size]:
            del found[offset]


def aggregate(ctx: Context, type_: CType, node: cl.Node) -> Aggregate:
    """The value of an initialiser list for a struct, union or array."""
    leaves = ctx.types.leaves(type_)
    if leaves is None:
        ctx.refuse(f"values of type {type_.name} are not supported", node)
    found = cells(ctx, type_, node)
    return Aggregate(type_, tuple(combine(found, leaf.offset, leaf.size) for leaf in leaves))


def store_initialiser(ctx: Context, place: Place, initialiser: cl.Node, node: cl.Node) -> None:
    """Initialise a local variable; the parts that its list leaves out become 0."""
    type_ = place.type
    list_ = _unwrap(initialiser, type_)
    if list_.kind not in (cl.INIT_LIST, cl.STRING):
        _write(ctx, place, ctx.evaluate(ctx, initialiser), node)
        return
    if type_.kind not in (ARRAY, RECORD):
        if list_.kind == cl.STRING or not list_.children:
            value = const(0, type_.width) if list_.kind == cl.INIT_LIST else ctx.evaluate(ctx, initialiser)
        else:
            value = ctx.evaluate(ctx, list_.children[0])
        _write(ctx, place, value, node)
        return
    if not isinstance(place, Memory):
        write(ctx, place, aggregate(ctx, type_, list_), node)
        return
    found = cells(ctx, type_, list_)
    leaves = ctx.types.leaves(type_)
    if leaves is None:
        ctx.refuse(f"an object of type {type_.name} cannot be initialised here", node)
    source = ctx.source(node)
    for leaf in leaves:
        for offset, size in _uncovered(leaf.offset, leaf.size, found):
            found[offset] = (size, const(0, size * 8))
    with ctx.builder.initialising():
        for offset, (size, value) in sorted(found.items()):
            if offset % size:
                scatter(ctx, plus(place.address, offset), size, value, NONE, source)
            else:
                ctx.builder.emit(Store(plus(place.address, offset), value, size, NONE, source))


def _write(ctx: Context, place: Place, value: Value, node: cl.Node) -> None:
    with ctx.builder.initialising():
        write(ctx, place, value, node)


def _uncovered(offset: int, size: int, found: Cells) -> list[tuple[int, int]]:
    """The aligned pieces of a scalar that no cell covers."""
    covered = any(start <= offset and offset + size <= start + length for start, (length, _) in found.items())
    if covered:
        return []
    overlapping = any(start < offset + size and offset < start + length for start, (length, _) in found.items())
    if not overlapping:
        return [(offset, size)]
    if size == 1:
        return []
    half = size // 2
    return _uncovered(offset, half, found) + _uncovered(offset + half, half, found)


def static_cells(ctx: Context, type_: CType, node: cl.Node) -> list[Cell]:
    """The contents of a static object that are not 0.

    Raises:
        InputError: the initialiser cannot be computed before the program runs.
    """
    try:
        if type_.kind in (ARRAY, RECORD):
            found = cells(ctx, type_, node)
        else:
            planned = plan(ctx.types, type_, node)
            value = ctx.scalar(planned[0].node) if planned else const(0, type_.width)
            if planned:
                value = convert(value, ctx.types.of(planned[0].node), type_)
            found = {0: (type_.size, value)}
    except Refused as refused:
        place = refused.source
        raise InputError(refused.reason, place.file, place.line, place.column) from refused
    builder = ctx.builder
    constant = len(builder.blocks) == 1 and not builder.blocks[0]
    if not constant or any(value.kind != "const" for _, value in found.values()):
        ctx.wrong("this initialiser is not supported: it is not a constant", node)
    for offset, (size, value) in sorted(found.items()):
        if offset % size:  # of a packed struct
            del found[offset]
            found.update((offset + number, (1, byte_of(value, number))) for number in range(size))
    return [(offset, size, value.data) for offset, (size, value) in sorted(found.items()) if value.data]
