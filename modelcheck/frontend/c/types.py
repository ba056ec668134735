"""C types as the front end needs them: sizes, signs, fields, and the scalars (leaves) a type is made of."""

from __future__ import annotations

import re

from attrs import evolve, field, frozen

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.attributes import names, strange
from modelcheck.frontend.c.decay import decayed
from modelcheck.frontend.c.libclang import lib
from modelcheck.frontend.c.offsets import difference
from modelcheck.program.ir import Layout
from modelcheck.program.ir import Leaf as NamedLeaf

VOID, INTEGER, BOOL, POINTER, ARRAY, VARIABLE, RECORD, FUNCTION, FLOAT, UNKNOWN = (
    "void",
    "integer",
    "bool",
    "pointer",
    "array",
    "array of variable length",
    "record",
    "function",
    "float",
    "unknown",
)

MOST_LEAVES = 8192
"""An object of more scalars than this gets no layout and is not copied as a value."""


@frozen(eq=False)
class CType:
    """A canonical C type; the same type of one translation unit is the same object.

    Attributes:
        kind: one of the constants above; an enum is an ``integer``, of ``_Atomic(T)`` it is that of T.
        size: bytes; 0 when incomplete (and for void and functions).
        signed: of integers.
        volatile, const, atomic: its own qualifiers.
        name: as clang spells it, without qualifiers for records.
        handle: the canonical type in libclang.
        value: the handle to ask for fields and the like: that of T for ``_Atomic(T)``, else `handle`.
    """

    kind: str
    size: int
    signed: bool
    volatile: bool
    const: bool
    atomic: bool
    name: str
    handle: cl.Type
    value: cl.Type

    @property
    def width(self) -> int:
        """Bits of the register that holds a scalar of this type."""
        return self.size * 8

    @property
    def scalar(self) -> bool:
        """Whether a value of it fits one register."""
        return self.kind in (INTEGER, BOOL, POINTER)


@frozen
class Bits:
    """Where a bitfield lies in its storage unit: bits from the least significant one. ``scattered``: the unit is just
    the bytes that it lies in, each accessed by itself."""

    shift: int
    width: int
    scattered: bool = False


@frozen(eq=False)
class Field:
    """A member: byte ``offset`` (of the storage unit, for a bitfield, and then ``unit`` bytes), type, ``bits``."""

    name: str
    type: CType
    offset: int
    bits: Bits | None = None
    unit: int = 0


@frozen(eq=False)
class Record:
    """A struct or union: its members in order, and by name with those of anonymous members.

    Attributes:
        fields: its own members, in order.
        named: those with a name, and those of its anonymous members however deep, with their offset in this record.
        unnamed: byte offsets of its anonymous members however deep, by their declaration.
        union: whether it is one.
        problem: why it cannot be modelled: it then is without any member.
    """

    fields: tuple[Field, ...]
    named: dict[str, Field]
    unnamed: dict[int, int]
    union: bool
    problem: str = ""


@frozen(eq=False)
class Leaf:
    """A scalar of a type: path from the whole (``.lru.next``, ``[1].flags``), byte offset, bytes."""

    path: str
    offset: int
    size: int
    type: CType
    bitfields: bool = False


@frozen(eq=False)
class Signature:
    """A function type. ``prototype`` is False for ``f()`` with unknown parameters."""

    result: CType
    params: tuple[CType, ...]
    variadic: bool
    prototype: bool


_KINDS = {
    2: VOID,
    3: BOOL,
    **dict.fromkeys((4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 106), INTEGER),
    **dict.fromkeys((21, 22, 23, 30, 31, 32, 39), FLOAT),
    101: POINTER,
    105: RECORD,
    110: FUNCTION,
    111: FUNCTION,
    112: ARRAY,
    114: ARRAY,
    115: VARIABLE,
}
_SIGNED = frozenset((13, 14, 15, 16, 17, 18, 19, 20))
_ENUM, _ATOMIC, _NO_PROTOTYPE = 106, 177, 110


_FOLDER = re.compile(r" at [^()]*/")
"""Where clang says that an unnamed struct is: the folder is of no interest, and differs between machines."""


@frozen(eq=False)
class Types:
    """The types of one translation unit, each looked at once."""

    _known: dict[int, CType] = field(factory=dict)
    _sugar: dict[int, CType] = field(factory=dict)
    _inner: dict[CType, CType] = field(factory=dict)
    _records: dict[CType, Record] = field(factory=dict)
    _leaves: dict[CType, tuple[Leaf, ...] | None] = field(factory=dict)
    _signatures: dict[CType, Signature] = field(factory=dict)
    _layouts: dict[CType, Layout | None] = field(factory=dict)
    with_const: dict[CType, bool] = field(factory=dict)

    def of(self, node: cl.Node) -> CType:
        """The type of an expression or declaration."""
        found: CType | None = node.type
        if found is None:
            found = self.get(lib.clang_getCursorType(node.cursor))
            if found.kind in (ARRAY, FUNCTION):
                found = decayed(self, node) or found
            node.type = found
        return found

    def get(self, handle: cl.Type) -> CType:
        """The `CType` of a libclang type."""
        found = self._sugar.get(handle.d0)
        if found is None:
            canonical = lib.clang_getCanonicalType(handle)
            found = self._known.get(canonical.d0)
            if found is None:
                found = self._make(canonical)
                self._known[canonical.d0] = found
            if handle.d0:
                self._sugar[handle.d0] = found
        return found

    def _make(self, handle: cl.Type) -> CType:
        atomic = handle.kind == _ATOMIC
        value = lib.clang_getCanonicalType(lib.clang_Type_getValueType(handle)) if atomic else handle
        kind = _KINDS.get(value.kind, UNKNOWN)
        if lib.clang_getAddressSpace(value):  # of another segment, such as the kernel's per-cpu data in __seg_gs
            kind = UNKNOWN
        size = lib.clang_Type_getSizeOf(handle) if kind not in (VOID, FUNCTION, VARIABLE, UNKNOWN) else 0
        signed = value.kind in _SIGNED
        if value.kind == _ENUM:
            # What is declared before it is defined has its integer type where it is defined.
            declared = lib.clang_getCursorDefinition(lib.clang_getTypeDeclaration(value))
            known = size > 0 and not lib.clang_Cursor_isNull(declared)
            signed = known and self.get(lib.clang_getEnumDeclIntegerType(declared)).signed
        name = _FOLDER.sub(" at ", cl.text(lib.clang_getTypeSpelling(handle)))
        const = bool(lib.clang_isConstQualifiedType(handle))
        volatile = bool(lib.clang_isVolatileQualifiedType(handle))
        if kind == RECORD:
            name = " ".join(word for word in name.split(" ") if word not in ("const", "volatile"))
        return CType(
            kind=kind,
            size=max(size, 0),
            signed=signed,
            volatile=volatile,
            const=const,
            atomic=atomic,
            name=name,
            handle=handle,
            value=value,
        )

    def unknown(self, handle: cl.Type) -> CType:
        """A type that cannot be modelled, under the name of a libclang type."""
        return evolve(self.get(handle), kind=UNKNOWN, size=0)

    def alignment(self, type_: CType) -> int:
        """Bytes that objects of a complete object type are aligned to."""
        return max(int(lib.clang_Type_getAlignOf(type_.handle)), 1) if type_.size else 1

    def pointee(self, pointer: CType) -> CType:
        """What a pointer points to."""
        found = self._inner.get(pointer)
        if found is None:
            found = self._inner[pointer] = self.get(lib.clang_getPointeeType(pointer.value))
        return found

    def element(self, array: CType) -> CType:
        """The element type of an array."""
        found = self._inner.get(array)
        if found is None:
            found = self.get(lib.clang_getArrayElementType(array.value))
            if array.const or array.volatile:  # a canonical array type has the qualifiers of its elements
                found = evolve(found, const=found.const or array.const, volatile=found.volatile or array.volatile)
            self._inner[array] = found
        return found

    def varies(self, type_: CType) -> bool:
        """Whether it is an array of variable length, or is made of one."""
        while type_.kind in (POINTER, ARRAY):
            type_ = self.pointee(type_) if type_.kind == POINTER else self.element(type_)
        return type_.kind == VARIABLE

    def count(self, array: CType) -> int | None:
        """Number of elements, None for ``[]``."""
        count: int = lib.clang_getArraySize(array.value)
        return None if count < 0 else count

    def signature(self, function: CType) -> Signature:
        """Result and parameters of a function type."""
        found = self._signatures.get(function)
        if found is None:
            handle = function.value
            count = max(lib.clang_getNumArgTypes(handle), 0)
            found = self._signatures[function] = Signature(
                result=self.get(lib.clang_getResultType(handle)),
                params=tuple(self.get(lib.clang_getArgType(handle, number)) for number in range(count)),
                variadic=bool(lib.clang_isFunctionTypeVariadic(handle)),
                prototype=handle.kind != _NO_PROTOTYPE,
            )
        return found

    def record(self, type_: CType) -> Record:
        """The members of a struct or union."""
        found = self._records.get(type_)
        if found is None:
            found = self._records[type_] = self._make_record(type_)
        return found

    def _make_record(self, type_: CType) -> Record:
        cursors = cl.fields(type_.value)
        union = lib.clang_getTypeDeclaration(type_.value).kind == 3
        plain: list[Field] = []
        raw: list[tuple[str, CType, int, int]] = []
        order: list[tuple[bool, int]] = []
        anonymous: list[tuple[int, Field]] = []
        for cursor in cursors:
            member = self.get(lib.clang_getCursorType(cursor))
            offset = lib.clang_Cursor_getOffsetOfField(cursor)
            name = cl.text(lib.clang_getCursorSpelling(cursor))
            if "(" in name:  # clang's description of a member without a name
                name = ""
            if lib.clang_Cursor_isBitField(cursor):
                width = lib.clang_getFieldDeclBitWidth(cursor)
                if width and name:
                    order.append((True, len(raw)))
                    raw.append((name, member, offset, width))
            else:
                order.append((False, len(plain)))
                plain.append(Field(name, member, offset // 8))
                if not name:
                    anonymous.append((cursor.d0, plain[-1]))
        declarations = (lib.clang_getTypeDeclaration(type_.value), *cursors)
        problem = strange(name for declaration in declarations for name in names(declaration))
        if problem:
            return Record((), {}, {}, union, f"{type_.name}: {problem}")
        packed = _storage(type_, [] if union else plain, raw)
        ordered = tuple(packed[number] if bits else plain[number] for bits, number in order)
        named: dict[str, Field] = {}
        for member_field in ordered:
            if member_field.name:
                named[member_field.name] = member_field
            elif member_field.type.kind == RECORD:
                for name, inner in self.record(member_field.type).named.items():
                    named[name] = Field(name, inner.type, member_field.offset + inner.offset, inner.bits, inner.unit)
            problem = problem or self.record(member_field.type).problem if member_field.type.kind == RECORD else problem
        unnamed: dict[int, int] = {}
        for declaration, member_field in anonymous:
            unnamed[declaration] = member_field.offset
            if member_field.type.kind == RECORD:
                inside = self.record(member_field.type).unnamed
                unnamed.update({inner: member_field.offset + offset for inner, offset in inside.items()})
        made = Record(ordered, named, unnamed, union, problem)
        wrong = difference(self, type_, made)
        return Record((), {}, {}, union, wrong) if wrong else made

    def leaves(self, type_: CType) -> tuple[Leaf, ...] | None:
        """The scalars of a type in order of offset.

        None when there are too many, or one is no integer or pointer. In a packed struct they need not be aligned.

        Of a union, those of its first largest member. A storage unit of bitfields is one leaf, or one for each byte
        where they are scattered.
        """
        if type_ not in self._leaves:
            found: list[Leaf] = []
            fits = self._collect(type_, "", 0, found)
            self._leaves[type_] = tuple(found) if fits else None
        return self._leaves[type_]

    def _collect(self, type_: CType, path: str, offset: int, into: list[Leaf]) -> bool:
        if type_.scalar:
            into.append(Leaf(path, offset, type_.size, type_))
            return len(into) <= MOST_LEAVES
        if type_.kind == ARRAY:
            element = self.element(type_)
            count = self.count(type_) or 0
            if element.size and count * element.size > 8 * MOST_LEAVES:
                return False
            return all(
                self._collect(element, f"{path}[{index}]", offset + index * element.size, into)
                for index in range(count)
            )
        if type_.kind != RECORD:
            return False
        record = self.record(type_)
        if record.problem:
            return False
        members = record.fields
        if record.union and members:
            largest = max(member.type.size for member in members)
            members = tuple(member for member in members if member.type.size == largest)[:1]
        last: tuple[int, int] | None = None
        for member in members:
            if member.bits is not None and member.bits.scattered:
                first = offset + member.offset
                covered = into[-1].offset + 1 if into and into[-1].bitfields else first
                into.extend(
                    Leaf(f"{path}.{member.name}+{at - first}", at, 1, member.type, True)
                    for at in range(max(first, covered), first + member.unit)
                )
                continue
            if member.bits is not None:
                unit = (member.offset, member.unit)
                if unit != last:
                    names = [m.name for m in members if m.bits and (m.offset, m.unit) == unit]
                    into.append(
                        Leaf(f"{path}.{'|'.join(names)}", offset + member.offset, member.unit, member.type, True)
                    )
                last = unit
                continue
            inner = f"{path}.{member.name}" if member.name else path
            if not self._collect(member.type, inner, offset + member.offset, into):
                return False
        return True

    def layout(self, type_: CType) -> Layout | None:
        """The `Layout` that names the parts of an object of this type, None where there is none."""
        if type_ not in self._layouts:
            leaves = self.leaves(type_)
            self._layouts[type_] = None if leaves is None else _named(type_, leaves)
        return self._layouts[type_]


def _named(type_: CType, leaves: tuple[Leaf, ...]) -> Layout:
    named = (NamedLeaf(leaf.path.lstrip("."), leaf.offset, leaf.size, leaf.type.name) for leaf in leaves)
    return Layout(type_.name, type_.size, tuple(named))


def _storage(owner: CType, plain: list[Field], raw: list[tuple[str, CType, int, int]]) -> list[Field]:
    """Give each bitfield a naturally aligned storage unit that overlaps no other member and no other unit in part.

    Where one has none, as it may be in a packed struct, all are scattered.
    """
    taken = [(member.offset, member.offset + member.type.size) for member in plain]
    units: list[tuple[int, int]] = []
    for _, member, offset, width in raw:
        size = member.size
        while True:
            start = offset // (8 * size) * size
            whole = offset + width <= 8 * (start + size)
            clear = start + size <= owner.size and all(end <= start or start + size <= begin for begin, end in taken)
            if whole and (clear or size == 1):
                break
            if size == 1 or not whole:
                return [
                    Field(name, of, at // 8, Bits(at % 8, bits, scattered=True), (at % 8 + bits + 7) // 8)
                    for name, of, at, bits in raw
                ]
            size //= 2
        units.append((start, size))
    # A unit that lies within another is widened to it, so that one byte is always accessed in one size.
    for number, (start, size) in enumerate(units):
        for other, other_size in units:
            if other <= start and start + size <= other + other_size:
                units[number] = start, size = other, other_size
    return [
        Field(name, member, start, Bits(offset - 8 * start, width), size)
        for (name, member, offset, width), (start, size) in zip(raw, units, strict=True)
    ]
