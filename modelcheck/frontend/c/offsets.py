"""Whether the front end lays a record out as clang does: what lowering rests on, compared for every record it meets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modelcheck.frontend.c.libclang import lib

if TYPE_CHECKING:
    from modelcheck.frontend.c.types import CType, Record, Types


def difference(types: Types, type_: CType, record: Record) -> str:
    """Where ``record`` departs from clang's layout of ``type_``, in words; empty when they are the same.

    Clang is asked by name for the offset of each member, those of anonymous members included, which is another way
    through its layout than the one that `Types` takes; and no member may go beyond the record's end or be less aligned
    than clang aligns it there. An incomplete type has no layout to compare.
    """
    if not type_.size:
        return ""
    return next(_differences(types, type_, record), "")


def _differences(types: Types, type_: CType, record: Record) -> Iterator[str]:
    for name, member in record.named.items():
        own = 8 * member.offset + (member.bits.shift if member.bits else 0)
        clang = lib.clang_Type_getOffsetOf(type_.value, name.encode())
        if own != clang:
            yield f"the member {name} of {type_.name} is taken to be at bit {own}, and is at {clang}"
    end = 0
    for member in record.fields:
        size = member.unit or member.type.size
        if member.offset + size > type_.size:
            yield f"the member {member.name or '(anonymous)'} of {type_.name} goes beyond its end"
        if record.union and member.offset:
            yield f"the member {member.name or '(anonymous)'} of {type_.name}, a union, is not at its start"
        if not record.union and not member.bits and member.offset < end:
            yield f"the member {member.name or '(anonymous)'} of {type_.name} lies over the one before it"
        end = member.offset + (0 if member.bits else size)
    alignment = types.alignment(type_)
    if type_.size % alignment:
        yield f"{type_.name} has {type_.size} bytes and is aligned to {alignment}"
