"""Memory that one thread alone touches so far: a load from there has its value already while unrolling.

That are locals and objects of the heap whose addresses were not given away, and globals that main alone has used
(every thread that runs beside a load of main's is unrolled before it). The value is what the thread stored last, in
every coherent memory model. Knowing it at once lets a program keep thread handles in memory, say, and bounds loops
that count there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from modelcheck.program.expr import UNDEFINED, Expr, Undefined, const, op
from modelcheck.program.graph import Event, Guard
from modelcheck.program.guards import contradict
from modelcheck.program.machine import Initial

REACH = 32
"""A constant this near to an object counts as a pointer to it, in bytes; objects lie further apart than twice that."""


class PrivateMemory:
    """What threads have stored where nobody else looks.

    Args:
        initial: where main stands before it starts the first thread; its locals and the globals may be private too.
    """

    def __init__(self, initial: Initial) -> None:
        self._bases: list[int] = []
        self._objects: dict[int, tuple[int, int]] = {}
        self._stores: dict[int, list[Event]] = {}
        self._ends: dict[int, list[tuple[Guard, Callable[[], None]]]] = {}
        self._initial = initial.memory
        self._zeroed: set[int] = set()
        self._tables = sorted(
            (thing.base, thing.base + thing.size)
            for thing in initial.objects
            if thing.readonly == ((0, thing.size),) and thing.zeroed and not thing.problem
        )
        for thing in sorted(initial.objects, key=lambda o: o.base):
            if thing.kind in ("local", "global", "heap") and thing.base not in initial.freed and not thing.problem:
                self.add(thing.base, thing.size, thing.thread or 0)
                if thing.zeroed:
                    self._zeroed.add(thing.base)
        for _, value in initial.memory.values():
            self.publish(const(value, 64))

    def add(self, base: int, size: int, thread: int, zeroed: bool = False) -> None:
        """A fresh local, or object of the heap, of ``thread`` at ``base``, above all others."""
        self._bases.append(base)
        if zeroed:
            self._zeroed.add(base)
        self._objects[base] = (size, thread)

    def holds(self, base: int, thread: int) -> bool:
        """Whether there is a private object of ``thread`` at ``base``."""
        return base in self._objects and self._objects[base][1] == thread

    def end(self, base: int, guard: Guard, show: Callable[[], None]) -> None:
        """The scope of the private object at ``base`` is left where ``guard`` holds; ``show`` is called as soon as
        that may matter to anybody."""
        self._ends.setdefault(base, []).append((guard, show))

    def _reveal(self, base: int) -> None:
        """The object at ``base`` is private no more."""
        del self._objects[base]
        for _, show in self._ends.pop(base, ()):
            show()

    def note(self, event: Event) -> None:
        """Take an event into account; those of a thread come in program order."""
        if event.kind == "W" and event.value is not None:
            self.publish(event.value)
        if event.address is None:
            return
        if event.address.kind != "const":
            # It may hit any cell of what it may point to: that is followed no further.
            self.publish(event.address)
        elif not self._private(event) or self._after_its_end(event):
            base = self._near(event.address.data) if isinstance(event.address.data, int) else None
            if base is not None and event.address.data <= base + self._objects[base][0] + REACH:
                self._reveal(base)
        elif event.kind == "W":
            self._stores.setdefault(event.address.data, []).append(event)

    def load(self, event: Event) -> Expr | None:
        """What ``event`` reads, where its own thread's last store to just these bytes, or that nobody may write there,
        decides it; else None."""
        if event.address is None or event.address.kind != "const":
            return None
        if not self._private(event):
            place = event.address.data
            constant = isinstance(place, int) and self._constant(place, event.size)
            if not constant:
                return None
            first = self._at_first(place, event.size)
            return self._in_bytes(event, place) if first is None else first
        address = event.address.data
        for near in range(address - 15, address + event.size):
            if near != address and any(near + write.size > address for write in self._stores.get(near, ())):
                return self._in_bytes(event, address)
        for write in reversed(self._stores.get(address, ())):
            if contradict(write.guard, event.guard):
                continue
            if write.size != event.size:
                return self._in_bytes(event, address)
            return write.value if set(write.guard) <= set(event.guard) else None
        first = self._at_first(address, event.size)
        return self._in_bytes(event, address) if first is None else first

    def _in_bytes(self, event: Event, address: int) -> Expr | None:
        """What ``event`` reads where stores of other sizes meet its bytes; None where one byte is not decided."""
        end, width = address + event.size, event.size * 8
        known = set(event.guard)
        stores = [
            (write.id, near, write)
            for near in range(address - 15, end)
            for write in self._stores.get(near, ())
            if near + write.size > address and not contradict(write.guard, event.guard)
        ]
        missing = set(range(address, end))
        value = const(0, width)
        for _, start, write in sorted(stores, key=lambda found: found[0], reverse=True):
            meets = missing.intersection(range(start, start + write.size))
            if not meets:
                continue
            if not set(write.guard) <= known or write.value is None:
                return None
            for byte in sorted(meets):
                value = op("or", width, value, _byte(write.value, byte - start, byte - address, width))
            missing -= meets
        for byte in sorted(missing):
            first = self._at_first(byte, 1)
            if first is None:
                return None
            value = op("or", width, value, _byte(first, 0, byte - address, width))
        return value if value.kind == "const" and isinstance(value.data, int) else None

    def keeps(self, event: Event) -> bool:
        """Whether an access is to memory that its thread alone touches so far, at a known place."""
        return event.address is not None and event.address.kind == "const" and self._private(event)

    def _at_first(self, address: int, size: int) -> Expr | None:
        """What initialisation left in a cell, where that is one value of just this size, or the cell is a byte."""
        found, value = self._initial.get(address, (0, UNDEFINED))
        if found == size:
            return None if isinstance(value, Undefined) else const(value, size * 8)
        near = [place for place in range(address - 15, address + size) if place in self._initial]
        around = [place for place in near if place + self._initial[place][0] > address]
        if size == 1 and around:
            _, value = self._initial[around[0]]
            return None if isinstance(value, Undefined) else const(value >> 8 * (address - around[0]), 8)
        untouched = not around
        zeroed = self._near(address) in self._zeroed or self._constant(address, size)
        return const(0, size * 8) if untouched and zeroed else None

    def _constant(self, address: int, size: int) -> bool:
        """Whether these bytes lie in a string literal or a table that is const."""
        index = bisect_right(self._tables, (address, 1 << 64)) - 1
        return index >= 0 and address + size <= self._tables[index][1]

    def publish(self, value: Expr) -> None:
        """``value`` goes where others may see it: what it may point to is private no more."""
        seen: set[Expr] = set()
        stack = [value]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            stack.extend(node.args)
            if node.kind == "const" and isinstance(node.data, int):
                base = self._near(node.data + REACH)
                if base is not None and node.data <= base + self._objects[base][0] + REACH:
                    self._reveal(base)

    def _after_its_end(self, event: Event) -> bool:
        """Whether ``event``, an access to a private object, may come when its scope has been left."""
        assert event.address is not None
        base = self._near(event.address.data)
        ends = self._ends.get(base, ()) if base is not None and event.kind != "free" else ()
        return any(not contradict(guard, event.guard) for guard, _ in ends)

    def _near(self, address: int) -> int | None:
        """The last private object that begins at ``address`` or before."""
        index = bisect_right(self._bases, address) - 1
        if index < 0 or self._bases[index] not in self._objects:
            return None
        return self._bases[index]

    def _private(self, event: Event) -> bool:
        assert event.address is not None
        base = self._near(event.address.data) if isinstance(event.address.data, int) else None
        if base is None:
            return False
        size, thread = self._objects[base]
        return thread == event.thread and event.address.data + event.size <= base + size


def _byte(value: Expr, index: int, place: int, width: int) -> Expr:
    """Byte ``index`` of ``value`` as byte ``place`` of a value of ``width`` bits."""
    byte = op("trunc", 8, op("lshr", value.width, value, const(8 * index, value.width)))
    return op("shl", width, op("zext", width, byte), const(8 * place, width))
