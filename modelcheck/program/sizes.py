"""Addresses that tell how large the heap object is that begins there, for programs that ask: realloc() and its kin do.

Each object made at run time then has `STRETCH` bytes of addresses to itself. A heap object begins as many times `UNIT`
bytes into its stretch as its size says, plus one; any other object at the start. So the size is an expression over the
address, which a memory model, a solver and a replay need not know of.
"""

from __future__ import annotations

from typing import Final

from modelcheck.program.expr import Expr, conj, const, op
from modelcheck.program.ir import HEAP_BASE

STRETCH: Final = 1 << 31
"""Addresses for one object."""

UNIT: Final = 64
"""Every object begins at a multiple of this."""

MOST: Final = 1 << 24
"""Bytes of the largest object whose address can tell its size."""

TOO_LARGE: Final = f"an allocation of more than {MOST} bytes in a program that asks for the sizes of objects"


def begin(after: int, kind: str, size: int) -> int:
    """The address of a new object of ``kind`` and ``size``, in the first stretch that begins at ``after`` or later."""
    start = -(-after // STRETCH) * STRETCH
    return start + UNIT * (size + 1) if kind == "heap" else start


def starts(address: Expr) -> Expr:
    """Whether ``address`` is one at which a heap object may begin."""
    return conj(
        op("ule", 1, const(HEAP_BASE, 64), address),
        op("ne", 1, _units(address), const(0, 64)),
        op("eq", 1, op("and", 64, address, const(UNIT - 1, 64)), const(0, 64)),
    )


def size_at(address: Expr) -> Expr:
    """The size of the heap object that begins at ``address``."""
    return op("sub", 64, _units(address), const(1, 64))


def _units(address: Expr) -> Expr:
    within = op("and", 64, address, const(STRETCH - 1, 64))
    return op("lshr", 64, within, const(UNIT.bit_length() - 1, 64))
