"""Which bytes of an object are const: all of what is defined so, and members that are (C11 6.7.3 p6)."""

from __future__ import annotations

from modelcheck.frontend.c.types import ARRAY, RECORD, CType, Types
from modelcheck.program.ir import Ranges


def const_bytes(types: Types, type_: CType, size: int = 0) -> Ranges:
    """The bytes that are const of an object of this type, of ``size`` bytes where it is larger than its type.

    What is in a union may have another name there that is not const, and a bitfield shares its unit with others:
    neither counts.
    """
    found: list[tuple[int, int]] = []
    _collect(types, type_, 0, max(size, type_.size), found)
    return tuple(found)


def _collect(types: Types, type_: CType, offset: int, size: int, into: list[tuple[int, int]]) -> None:
    element = _element(types, type_)
    if element.const:
        into.append((offset, size))
    elif _has_const(types, element):
        for start in range(offset, offset + type_.size, element.size):
            for member in types.record(element).fields:
                if member.bits is None:
                    _collect(types, member.type, start + member.offset, member.type.size, into)


def _has_const(types: Types, type_: CType) -> bool:
    """Whether it is a record with members that are const, however deep."""
    if type_.kind != RECORD:
        return False
    if type_ not in types.with_const:
        record = types.record(type_)
        parts = [_element(types, member.type) for member in record.fields if member.bits is None]
        proper = not record.union and not record.problem and type_.size > 0
        types.with_const[type_] = proper and any(part.const or _has_const(types, part) for part in parts)
    return types.with_const[type_]


def _element(types: Types, type_: CType) -> CType:
    """What an array is made of, of however many dimensions; what is none, itself."""
    while type_.kind == ARRAY:
        type_ = types.element(type_)
    return type_
