"""States of a whole program: memory, threads, store buffers. All parts are interned, so equal parts are identical."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from modelcheck.program.cells import WORD as LARGEST
from modelcheck.program.cells import Cells
from modelcheck.program.expr import Value
from modelcheck.program.ir import LockUse
from modelcheck.program.memory import AddressSpace

if TYPE_CHECKING:
    from modelcheck.interleave.local import Local


class Choice(NamedTuple):
    """One way for a state to go on: a replayable name for a transition.

    Attributes:
        thread: who.
        drain: the oldest store in its buffer reaches memory; else the thread takes its next step.
        way: outcome of a nondeterministic step, else 0.
    """

    thread: int
    drain: bool = False
    way: int = 0

    def __str__(self) -> str:
        return f"{self.thread}{'d' if self.drain else ''}{f'/{self.way}' if self.way else ''}"


class Entry(NamedTuple):
    """Something on its way to memory in a store buffer.

    Attributes:
        slots, values: what it writes where; none for the end of an RCU section.
        life: slot that says whether the object has been freed, or -1.
        frees: it ends the object's life instead of writing.
        mark: number of the kind of read-side section that ends here, or -1.
        section: its own number among those of its kind.
        place: number of (address, source, stack), for messages.
        lock: what it does to the lock at its address, which it gives back.
    """

    slots: tuple[int, ...]
    values: tuple[Value, ...]
    life: int
    frees: bool
    mark: int
    section: int
    place: int
    lock: LockUse | None = None


Buffer = tuple[Entry, ...]

Readers = tuple[tuple[int, tuple[int, ...]], ...]
"""Threads, each with the numbers of its sections of some kind whose ends are to come."""

Grace = tuple[tuple[int, Readers], ...]
"""For each thread in a grace period: its number, and the sections it waits for."""


class State(NamedTuple):
    """One state. Threads are numbered in the order in which they were started."""

    memory: Memory
    threads: tuple[Local, ...]
    buffers: tuple[Buffer, ...]
    grace: Grace


WORD = 8
"""What is split, is split in aligned stretches of so many bytes."""


class MixedSizes(Exception):  # noqa: N818 - a request to start again with finer slots
    """The aligned word at ``word`` is accessed with several sizes: it must be kept byte by byte."""

    def __init__(self, word: int) -> None:
        self.word = word
        super().__init__(hex(word))


class Slots:
    """Numbers for the cells that are accessed, as they turn up; each has a size and the value it has at first.

    Some slots are no memory: the life of an object (0, or 1 once freed; ``scopes`` are those of locals), and names for
    what threads wait for, so that all dependence between steps is by slot.

    Args:
        space: all objects.
        contents: initial memory, address -> (size, value).
        split: aligned words to be kept byte by byte.
        operated: addresses of words that a read-modify-write has changed that is nobody's taking of a lock.
    """

    def __init__(
        self,
        space: AddressSpace,
        contents: Mapping[int, tuple[int, Value]],
        freed: frozenset[int],
        split: frozenset[int],
        operated: frozenset[int] = frozenset(),
    ) -> None:
        self.operated = operated
        self.space = space
        self.initial = Cells(space, contents)
        self.freed = freed
        self.split = split
        self.defaults: list[Value] = []
        self.cells: dict[int, tuple[int, int]] = {}
        self.scopes: set[int] = set()
        self._others: dict[tuple[str, int], int] = {}

    def cell(self, address: int, size: int) -> tuple[int, ...]:
        """The slots of ``size`` bytes at ``address``: one, or one for each byte of a split word.

        Raises:
            MixedSizes: the bytes overlap a slot of another size.
        """
        found = self.cells.get(address)
        if found is not None and found[1] == size:
            return (found[0],)
        word = address & -WORD
        if size > 1 and any(part in self.split for part in range(word, address + size, WORD)):
            return tuple(self.cell(address + index, 1)[0] for index in range(size))
        for at in range(address & -LARGEST, address + size):
            other = self.cells.get(at)
            if other is not None and at < address + size and at + other[1] > address:
                raise MixedSizes(word)
        slot = len(self.defaults)
        self.defaults.append(self.initial.read(address, size))
        self.cells[address] = (slot, size)
        return (slot,)

    def life(self, base: int) -> int:
        """The slot that is 1 once the heap object at ``base`` has been freed, or the scope of the local there left."""
        slot = self.other("life", base, int(base in self.freed))
        thing = self.space.find(base)
        if thing is not None and thing.kind == "local":
            self.scopes.add(slot)
        return slot

    def late(self, slot: int) -> int:
        """The slot that is 1 once ``slot`` has been written to after the end of its object."""
        return self.other("late", slot)

    def other(self, what: str, number: int, first: int = 0) -> int:
        """A slot that is no memory: for ``what``, of which there are several by ``number``."""
        found = self._others.get((what, number))
        if found is None:
            found = self._others[what, number] = len(self.defaults)
            self.defaults.append(first)
        return found


class Memory:
    """Contents of all slots; slots past the end of ``values`` hold their default. Make with `Memories`."""

    __slots__ = ("_moves", "_owner", "values")

    def __init__(self, owner: Memories, values: tuple[Value, ...]) -> None:
        self.values = values
        self._owner = owner
        self._moves: dict[tuple[int, Value], Memory] = {}

    def get(self, slot: int) -> Value:
        """What ``slot`` holds."""
        return self.values[slot] if slot < len(self.values) else self._owner.slots.defaults[slot]

    def put(self, slot: int, value: Value) -> Memory:
        """The memory that differs in ``slot``."""
        key = (slot, value)
        found = self._moves.get(key)
        if found is None:
            found = self._moves[key] = self._owner.changed(self.values, slot, value)
        return found


class Memories:
    """All memories that have come up, each once."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self._table: dict[tuple[Value, ...], Memory] = {}
        self.first = self._intern(())

    def changed(self, values: tuple[Value, ...], slot: int, value: Value) -> Memory:
        """The memory of ``values`` with ``slot`` changed; trailing defaults are left out: equals are identical."""
        defaults = self.slots.defaults
        if slot >= len(values):
            values = (*values, *defaults[len(values) : slot], value)
        else:
            values = (*values[:slot], value, *values[slot + 1 :])
        end = len(values)
        while end and values[end - 1] == defaults[end - 1]:
            end -= 1
        return self._intern(values[:end])

    def _intern(self, values: tuple[Value, ...]) -> Memory:
        found = self._table.get(values)
        if found is None:
            found = self._table[values] = Memory(self, values)
        return found
