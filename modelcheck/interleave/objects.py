"""Objects made while threads run, at addresses that depend on their maker alone and not on the interleaving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from modelcheck.program import ir, sizes
from modelcheck.program.compile import Point
from modelcheck.program.expr import Value
from modelcheck.program.ir import Layout, MemoryObject, Ranges, Source
from modelcheck.program.memory import AddressSpace
from modelcheck.program.thread import Halting

SPACING: Final = 1 << 31
"""From one object made at run time to the next, in bytes; larger than the largest object."""

INSTANCES: Final = 1 << 12
"""Objects that one place in the program may make in one thread, with all their sizes and owners."""


Kind = tuple[int, int, int]
"""The place in the program that makes an object, its size, and the address of the cache it is of, -1 for none."""


class Made(NamedTuple):
    """Where an object comes from: a thread, what kind it is of, and how many such that had made before."""

    thread: int
    kind: Kind
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
        self._sized = program.sized
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
        family: str = "",
        readonly: Ranges = (),
    ) -> MemoryObject:
        """Object number ``instance`` of its kind that ``thread`` makes at ``point``: the same for the same arguments.

        Raises:
            Halting: there are too many.
        """
        made = Made(
            thread,
            (self.site(point), size, owner if isinstance(owner, int) else -1),
            instance,
            point.instruction.source,
        )
        sites = len(self._sites)
        while True:
            if instance >= INSTANCES:
                source = point.instruction.source
                raise Halting(f"more than {INSTANCES} objects made at one place", source)
            slot = self.start + ((thread * INSTANCES + instance) * sites + self.site(point)) * SPACING
            found = self._made.get(slot)
            if found is None:
                base = sizes.begin(slot, kind, size) if self._sized else slot
                found = MemoryObject(
                    name, base, size, kind, layout, zeroed=zeroed, readonly=readonly, owner=owner, family=family
                )
                self._made[slot] = found
                self._makers[base] = made
                self.space.add(found)
                return found
            if self._makers[found.base] == made:
                return found
            instance += INSTANCES // 4
