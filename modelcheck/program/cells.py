"""Memory of a single-threaded run, exact to the byte whatever sizes it is accessed with."""

from __future__ import annotations

from collections.abc import Mapping

from modelcheck.program.expr import UNDEFINED, Partial, Value, byte_of, join_bytes
from modelcheck.program.ir import MemoryObject
from modelcheck.program.memory import AddressSpace

WORD = 16
"""No access is larger, and all are naturally aligned: what overlaps lies in the same aligned 16 bytes."""


def initial_cells(thing: MemoryObject) -> dict[int, tuple[int, Value]]:
    """What ``thing`` starts with, as address -> (size, value): its cells."""
    return {thing.base + offset: (size, value) for offset, size, value in thing.cells}


class Cells:
    """Cells at addresses; where there is none, an object holds zeroes or nothing, as it says.

    Args:
        space: the objects, for the contents of what was never written.
        contents: cells to start from, address -> (size, value).
    """

    def __init__(self, space: AddressSpace, contents: Mapping[int, tuple[int, Value]]) -> None:
        self._space = space
        self.contents = dict(contents)

    def plain(self) -> dict[int, tuple[int, Value]]:
        """The contents, address -> (size, value), with a cell for each byte of what is partly undefined."""
        found = {}
        for address, (size, value) in self.contents.items():
            parts = range(size) if isinstance(value, Partial) else ()
            found.update(
                {address + index: (1, byte_of(size, value, index)) for index in parts} or {address: (size, value)}
            )
        return found

    def copy(self, space: AddressSpace) -> Cells:
        """Another memory with the same contents, over ``space``."""
        return Cells(space, self.contents)

    def read(self, address: int, size: int) -> Value:
        """The value of ``size`` bytes at ``address``, an access without fault."""
        cell = self.contents.get(address)
        if cell is not None and cell[0] == size:
            return cell[1]
        around = self._around(address, size)
        if not around:
            return self._untouched(address)
        return join_bytes([self._byte(at, around) for at in range(address, address + size)])

    def write(self, address: int, size: int, value: Value) -> None:
        """Write ``value`` to ``size`` bytes at ``address``; cells that it covers in part are split."""
        cell = self.contents.get(address)
        if cell is None or cell[0] != size:
            for at, (width, held) in self._around(address, size).items():
                del self.contents[at]
                for index in range(width):
                    if not address <= at + index < address + size:
                        self.contents[at + index] = (1, byte_of(width, held, index))
        self.contents[address] = (size, value)

    def _around(self, address: int, size: int) -> dict[int, tuple[int, Value]]:
        """The cells that share a byte with ``size`` bytes at ``address``."""
        first = address & -WORD
        found = {}
        for at in range(first, address + size):
            cell = self.contents.get(at)
            if cell is not None and at + cell[0] > address:
                found[at] = cell
        return found

    def _byte(self, address: int, around: Mapping[int, tuple[int, Value]]) -> Value:
        for at, (size, value) in around.items():
            if at <= address < at + size:
                return byte_of(size, value, address - at)
        return self._untouched(address)

    def _untouched(self, address: int) -> Value:
        thing = self._space.find(address)
        assert thing is not None
        return 0 if thing.zeroed else UNDEFINED
