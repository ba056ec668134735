"""Initial memory, read cell by cell at any size."""

from __future__ import annotations

from bisect import bisect_left

from modelcheck.program.expr import UNDEFINED, Undefined, Value
from modelcheck.program.graph import EventGraph
from modelcheck.program.memory import AddressSpace


class InitialMemory:
    """Initial contents cell by cell, at any size."""

    def __init__(self, graph: EventGraph, space: AddressSpace) -> None:
        self._space = space
        self._cells = dict(graph.memory)
        self._fresh = {a.object.base: a.zeroed for a in graph.allocations}
        self._bytes: dict[int, int | None] = {}
        for thing in graph.objects:
            for offset, size, value in thing.cells:
                self._cells.setdefault(thing.base + offset, (size, value))
        for address, (size, value) in self._cells.items():
            for index in range(size):
                known = None if isinstance(value, Undefined) else value >> 8 * index & 0xFF
                self._bytes[address + index] = known

        self._sorted = sorted(self._cells)

    def __getitem__(self, cell: tuple[int, int]) -> Value:
        """What ``size`` bytes at ``address`` hold before any thread runs."""
        address, size = cell
        found = self._cells.get(address)
        if found is not None and found[0] == size:
            return found[1]
        thing = self._space.find(address)
        default = 0 if thing is None or self._fresh.get(thing.base, thing.zeroed) else None
        total = 0
        for index in range(size):
            byte = self._bytes.get(address + index, default)
            if byte is None:
                return UNDEFINED
            total |= byte << 8 * index
        return total

    def within(self, base: int, size: int) -> list[tuple[int, int]]:
        """Cells (address, value) with a known value other than 0 in the ``size`` bytes from ``base`` on."""
        first = bisect_left(self._sorted, base)
        found: list[tuple[int, int]] = []
        for address in self._sorted[first : bisect_left(self._sorted, base + size)]:
            value = self._cells[address][1]
            if isinstance(value, int) and value:
                found.append((address, value))
        return found
