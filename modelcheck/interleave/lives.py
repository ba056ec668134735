"""The lives of objects: what a free or the end of a scope does, and what may be done to an object after its end.

A thread stops at a mistake that leaves it nothing to go on with. Writing to an object after its end and ending it twice
do leave something: they stop it only where they are asked for. Such a late write is what reads get from then on.
"""

from __future__ import annotations

from modelcheck.interleave.local import Local
from modelcheck.interleave.state import Buffer, Memory, Slots
from modelcheck.program.expr import Value
from modelcheck.program.memory import AddressSpace


class Lives:
    """Who is alive, by the life slots of memory.

    Args:
        slots: numbers of what is accessed.
        space: all objects.
        properties: what is asked for.
    """

    def __init__(self, slots: Slots, space: AddressSpace, properties: frozenset[str]) -> None:
        self.slots = slots
        self.space = space
        self.properties = properties

    def goes_on(self, life: int, frees: bool) -> bool:
        """Whether a thread goes on that frees an object, or writes to it, after its end.

        Not when initialisation has ended it: such an object has no memory any more.
        """
        late = "use-after-scope" if life in self.slots.scopes else "use-after-free"
        return ("double-free" if frees else late) not in self.properties and not self.slots.defaults[life]

    def poisoned(self, memory: Memory, buffer: Buffer, local: Local) -> bool:
        """Whether ``local``, with ``buffer``, would read from an object after its end what nobody has written since."""
        for entry in reversed(buffer):
            if entry.frees and entry.life == local.life:
                return True
            if any(slot in entry.slots for slot in local.slots):
                return False
        return bool(memory.get(local.life)) and not all(memory.get(self.slots.late(slot)) for slot in local.slots)

    def freed(self, memory: Memory, life: int, base: int) -> Memory:
        """``memory`` when the object at ``base`` has come to its end."""
        if memory.get(life):
            thing = self.space.find(base)
            assert thing is not None
            for address, (slot, _) in list(self.slots.cells.items()):
                if thing.base <= address < thing.base + thing.size:
                    memory = memory.put(self.slots.late(slot), 0)
        return memory.put(life, 1)

    def written(self, memory: Memory, life: int, slots: tuple[int, ...], values: tuple[Value, ...]) -> Memory:
        """``memory`` with ``values`` in ``slots`` of an object, which may have come to its end."""
        late = life >= 0 and bool(memory.get(life))
        for slot, value in zip(slots, values, strict=True):
            memory = memory.put(slot, value)
            if late:
                memory = memory.put(self.slots.late(slot), 1)
        return memory
