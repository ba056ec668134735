"""Objects made while threads run, at addresses that depend on their maker alone and not on the interleaving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from modelcheck.program import ir
from modelcheck.program.compile import Point
from modelcheck.program.expr import Value
from modelcheck.program.ir import Layout, MemoryObject, Source
from modelcheck.program.memory import AddressSpace
from modelcheck.program.thread import Halting

SPACING: Final = 1 << 31
"""From one object made at run time to the next, in bytes; larger than the largest object."""

INSTANCES: Final = 1 << 12
"""Objects that one place in the program may make in one thread, with all their sizes and owners."""


class Made(NamedTuple):
    """Where an object comes from: a thread, a place in the program, and how many it had made there before."""

    thread: int
    site: int
    number: int
    source: Source


class Objects:
    """All objects: those there from the start, and those that threads make.

    Args:
        program: for the places that make objects.
        objects: those there from the start.
    """

    def __init__(self, program: ir.Program, objects: Iterable[MemoryObject]) -> None:
        self.space = AddressSpace(objects)
        self.start = (max(ir.HEAP_BASE, self.space.end) // SPACING + 2) * SPACING
        self._sites: dict[tuple[str, int, int], int] = {}
        for function in program.functions.values():
            for block, content in enumerate(function.blocks):
                for index, instruction in enumerate(content.instructions):
                    if isinstance(instruction, (ir.Local, ir.Alloc)):
                        self._sites[function.name, block, index] = len(self._sites)
        self._made: dict[int, MemoryObject] = {}
        self._makers: dict[int, Made] = {}

    def site(self, point: Point) -> int:
        """Number of the place in the program that makes objects at ``point``."""
        return self._sites[point.function.name, point.block, point.index]

    def maker(self, base: int) -> int | None:
        """The thread that made the object at ``base``; None for one there from the start."""
        made = self._makers.get(base)
        return None if made is None else made.thread

    def instance(self, base: int) -> Made | None:
        """Where the object at ``base`` comes from; None for one there from the start."""
        return self._makers.get(base)

    def make(
        self,
        thread: int,
        point: Point,
        instance: int,
        name: str,
        size: int,
        kind: str,
        layout: Layout | None,
        zeroed: bool,
        owner: Value | None = None,
    ) -> MemoryObject:
        """Object number ``instance`` that ``thread`` makes at ``point``: the same one for the same arguments.

        Raises:
            Halting: there are too many.
        """
        size = max(size, 1)
        made = Made(thread, self.site(point), instance, point.instruction.source)
        sites = len(self._sites)
        while True:
            if instance >= INSTANCES:
                source = point.instruction.source
                raise Halting(f"more than {INSTANCES} objects made at one place", source)
            base = self.start + ((thread * INSTANCES + instance) * sites + self.site(point)) * SPACING
            found = self._made.get(base)
            if found is None:
                found = self._made[base] = MemoryObject(name, base, size, kind, layout, zeroed=zeroed, owner=owner)
                self._makers[base] = made
                self.space.add(found)
                return found
            if found.size == size and found.owner == owner:
                return found
            instance += INSTANCES // 4
