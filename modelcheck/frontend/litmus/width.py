"""How a final value is told: cut to the type that is written for its location or variable.

A test computes with words of 64 bits. What it shows at the end, and what its condition compares, is the low part that
the type has room for, with a sign where the type's name says so, as herd7 has it: ``atomic_t`` in the initial state
is told without one. Where no type is written it is ``int``.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from modelcheck.program.expr import mask, signed


@frozen
class Width:
    """``bits`` of a value count, with a sign or without."""

    bits: int = 32
    signed: bool = True

    def told(self, value: int) -> int:
        """``value``, of 64 bits with a sign, as it is told."""
        if self.bits >= 64:
            return value
        low = value & mask(self.bits)
        return signed(low, self.bits) if self.signed else low


INT = Width()
WHOLE = Width(64)

_SIZES = {
    **dict.fromkeys(("char", "int8_t", "uint8_t", "s8", "u8", "__s8", "__u8", "bool", "_Bool"), 8),
    **dict.fromkeys(("short", "int16_t", "uint16_t", "s16", "u16", "__s16", "__u16"), 16),
    **dict.fromkeys(("int", "int32_t", "uint32_t", "s32", "u32", "__s32", "__u32", "uint", "atomic_t"), 32),
    **dict.fromkeys(("atomic_int", "atomic_uint", "unsigned", "signed"), 32),
    **dict.fromkeys(("atomic_char", "atomic_schar", "atomic_uchar", "atomic_bool"), 8),
    **dict.fromkeys(("atomic_short", "atomic_ushort"), 16),
}
_UNSIGNED = frozenset(
    ("unsigned", "uint", "atomic_t", "bool", "_Bool", "atomic_uint", "atomic_uchar", "atomic_ushort", "atomic_bool")
)
_QUALIFIERS = frozenset(("volatile", "const", "_Atomic", "__user", "__rcu"))


def width_of(words: Sequence[str]) -> Width:
    """The width of a type written as ``words``, stars included; none is ``int``."""
    names = [word for word in words if word not in _QUALIFIERS]
    if not names:
        return INT
    sizes = [_SIZES.get(name, 64) for name in names]
    if "*" in names or any(size == 64 for size in sizes):
        return WHOLE
    without = any(name in _UNSIGNED or name.lstrip("_").startswith("u") for name in names)
    return Width(min(sizes), not without)


def bytes_of(words: Sequence[str]) -> int:
    """The size in bytes of an object of that type."""
    return width_of(words).bits // 8
