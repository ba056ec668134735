"""A schedule as an execution of the axiomatic kind: events, who reads from whom, and the order of writes in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from attrs import evolve, frozen

from modelcheck.interleave import local as kinds
from modelcheck.interleave.local import Local
from modelcheck.interleave.state import Choice, State
from modelcheck.interleave.system import System
from modelcheck.program.expr import UNDEFINED, Value, join_bytes
from modelcheck.program.ir import LIFE_END, Source, Tags

Pair = tuple[int, int]

ENDS = ("use-after-free", "use-after-scope")
"""What is wrong with an access after the end of its object's life."""

NOWHERE = Source("", 0, 0, 0, 0)


@frozen
class WitnessEvent:
    """One event; the fields mean what those of an event of a solver's execution mean.

    Attributes:
        id: index in `Witness.events`.
        thread: -1 for initial writes.
        position: place in its thread's program order.
        kind: ``R``, ``W``, ``F``, or ``poison`` for a free.
        tags: as in the memory model.
        address: None for a fence without one.
        size: bytes; 0 for a fence.
        value: read or written; None for a fence.
        source, stack: where in the program, and the call sites around it.
        name: what a reader calls the address.
        order: place in the schedule; initial writes come first.
        final: happened after all other threads had ended, and none was started any more.
    """

    id: int
    thread: int
    position: int
    kind: str
    tags: Tags
    address: int | None
    size: int
    value: Value | None
    source: Source
    stack: tuple[Source, ...]
    name: str
    order: int
    final: bool


@frozen
class Witness:
    """An execution. ``rf``: (write, read); ``co``: (earlier, later write) of running threads, transitive; ``rmw``:
    (read, write)."""

    threads: tuple[str, ...]
    events: tuple[WitnessEvent, ...]
    rf: tuple[Pair, ...]
    co: tuple[Pair, ...]
    rmw: tuple[Pair, ...]


def witness(system: System, schedule: Iterable[Choice]) -> Witness:
    """The execution that ``schedule`` performs from the first state of ``system`` on.

    Stores still in a buffer at its end reach memory then, thread by thread. Fences without effect under the
    system's model, and accesses to locals that no other thread can know, are not among the events.

    Raises:
        ValueError: the schedule cannot be followed.
    """
    recorder = _Recorder(system)
    state = system.first
    for choice in schedule:
        after = system.take(state, choice)
        if choice.drain:
            recorder.drained(choice.thread)
        else:
            recorder.stepped(state, after, choice.thread)
        state = after
    for thread, buffer in enumerate(state.buffers):
        for _ in buffer:
            recorder.drained(thread)
    return recorder.result()


class _Recorder:
    def __init__(self, system: System) -> None:
        self.system = system
        self.threads = ["main"]
        self.events: list[WitnessEvent] = []
        self.rf: list[Pair] = []
        self.rmw: list[Pair] = []
        self.written: dict[int, list[int]] = {}
        self.bytes: dict[int, int] = {}
        """The last write that has reached each byte."""
        self.reached: list[int] = []
        self.starts: dict[tuple[int, int], int] = {}
        self.freed: dict[int, int] = {}
        self.buffers: dict[int, list[int]] = {}
        self.positions: dict[int, int] = {}
        self.running = 0
        """So many events come before the last thread is started."""

    def stepped(self, state: State, after: State, thread: int) -> None:
        """A thread took a step."""
        local, now = state.threads[thread], after.threads[thread]
        if now is local:
            return
        if now.own.queued and not local.own.queued:
            self._read(state, thread, local, dead=False, queues=True)
            return
        # What is wrong may also lie behind the step, in the code up to the next one.
        done = any(now is move for move in local.moves.values())
        fault = "" if done or now.finding is None else now.finding.property
        match local.kind:
            case kinds.LOAD | kinds.WAIT | kinds.RMW if local.slots:
                self._read(state, thread, local, fault in ENDS)
            case kinds.STORE if fault in ENDS:
                self._reach(self._event(state, local, "W", local.point.instruction.tags, local.value))
            case kinds.STORE if not fault:
                number = self._event(state, local, "W", local.point.instruction.tags, local.value)
                self._put(after, thread, local, number)
            case kinds.FREE if local.address and not fault:
                self._put(after, thread, local, self._event(state, local, "poison", LIFE_END, UNDEFINED))
            case kinds.FENCE | kinds.ENTER | kinds.LEAVE | kinds.SYNC:
                number = self._event(state, local, "F", local.point.instruction.tags, None)
                if len(after.buffers[thread]) > len(state.buffers[thread]):
                    self.buffers.setdefault(thread, []).append(number)
            case kinds.SPAWN:
                self.threads.append(local.point.instruction.name or local.callee)
                self.running = len(self.events)

    def drained(self, thread: int) -> None:
        """The oldest entry of a thread's buffer reaches memory."""
        self._reach(self.buffers[thread].pop(0))

    def result(self) -> Witness:
        """What was recorded."""
        told = sorted((event.order, event.id) for event in self.events if event.thread >= 0)
        place = {number: order for order, (_, number) in enumerate(told)}
        events = [
            evolve(event, order=place.get(event.id, -1), final=event.final and event.id >= self.running)
            for event in self.events
        ]
        co = [
            pair
            for several in self.written.values()
            for pair in combinations([number for number in several if not events[number].final], 2)
        ]
        co += [pair for pair in self._across() if not events[pair[0]].final and not events[pair[1]].final]
        return Witness(tuple(self.threads), tuple(events), tuple(self.rf), tuple(dict.fromkeys(co)), tuple(self.rmw))

    def _across(self) -> Iterator[Pair]:
        """The order of writes of different size that share bytes, and what they were before."""
        ends: dict[int, range] = {}
        for number in self.reached:
            address = self.events[number].address
            assert address is not None
            ends[number] = range(address, address + self.events[number].size)
        for index, one in enumerate(self.reached):
            for other in self.reached[index + 1 :]:
                if ends[one] != ends[other] and _meet(ends[one], ends[other]):
                    yield one, other
        for (first, size), start in self.starts.items():
            for write in self.reached:
                if _meet(ends[write], range(first, first + size)):
                    yield start, write

    def _read(self, state: State, thread: int, local: Local, dead: bool, queues: bool = False) -> None:
        """``queues``: it looks at a lock, and waits behind a writer."""
        what = local.point.instruction
        value = self.system.look(state, thread)
        assert value is not None
        holds, new = local.outcome(value) if local.kind == kinds.RMW and not queues else (False, None)
        tags = what.tags if local.kind != kinds.RMW else (what.read_tags if holds else what.failed_tags) | {"RMW"}
        if dead:
            sources = [self._freed(thread, local)]
        elif len(local.slots) == 1 and self._whole(thread, local):
            sources = [self._visible(state, thread, local)]
        else:
            sources = self._byte_by_byte(thread, local)
        number = self._event(state, local, "R", tags, UNDEFINED if dead else value)
        self.rf += [(source, number) for source in sources]
        if holds and not dead and new is not None:
            write = self._event(state, local, "W", what.write_tags | {"RMW"}, new)
            self.rmw.append((number, write))
            self._reach(write)

    def _put(self, after: State, thread: int, local: Local, number: int) -> None:
        if self.system.buffered and not local.full:
            self.buffers.setdefault(thread, []).append(number)
        else:
            self._reach(number)

    def _reach(self, number: int) -> None:
        event = self.events[number]
        if event.address is None or event.kind == "F":
            return
        if event.kind == "poison":
            self.freed[event.address] = number
        else:
            self._initial(event.address, event.size)
            self._end(event.address)
            self.written[event.address].append(number)
            self.reached.append(number)
            self.bytes.update(dict.fromkeys(range(event.address, event.address + event.size), number))

    def _end(self, address: int) -> None:
        """The free of what was there before somebody writes it comes before that: an event for this cell."""
        thing = self.system.objects.space.find(address)
        free = None if thing is None else self.freed.get(thing.base)
        if free is None or any(self.events[number].kind == "poison" for number in self.written[address]):
            return
        made = self.events[free]
        if made.address != address:
            name = self.system.objects.space.name(address)
            self.events.append(evolve(made, id=len(self.events), address=address, name=name))
            free = len(self.events) - 1
        self.written[address].append(free)

    def _visible(self, state: State, thread: int, local: Local) -> int:
        """The write that a read of ``local`` sees."""
        for number in reversed(self.buffers.get(thread, [])):
            if self.events[number].kind == "W" and self.events[number].address == local.address:
                return number
        self._initial(local.address, local.point.instruction.size)
        return self.written[local.address][-1]

    def _whole(self, thread: int, local: Local) -> bool:
        """Whether what was written to the bytes that ``local`` reads was written to just these."""
        size = local.point.instruction.size
        bytes_ = range(local.address, local.address + size)
        several = {*self.buffers.get(thread, ()), *(self.bytes[byte] for byte in bytes_ if byte in self.bytes)}
        writes = [self.events[number] for number in several if self.events[number].kind == "W"]
        return all(
            w.address is None or (w.address, w.size) == (local.address, size) or not _meet(bytes_, _bytes(w))
            for w in writes
        )

    def _byte_by_byte(self, thread: int, local: Local) -> list[int]:
        """The writes that a read sees which takes its bytes from several cells."""
        size = local.point.instruction.size
        waiting = [self.events[number] for number in reversed(self.buffers.get(thread, []))]
        found: list[int] = []
        for byte in range(local.address, local.address + size):
            own = (w.id for w in waiting if w.kind == "W" and w.address is not None and 0 <= byte - w.address < w.size)
            number = next(own, self.bytes.get(byte))
            found.append(self._start(local.address, size) if number is None else number)
        return list(dict.fromkeys(found))

    def _start(self, address: int, size: int) -> int:
        """The initial write of what is read byte by byte."""
        known = self.starts.get((address, size))
        if known is None:
            first = self.system.memories.first
            value = join_bytes([first.get(slot) for slot in self.system.slots.cell(address, size)])
            name = self.system.objects.space.name(address)
            known = self._add(-1, "W", frozenset({"IW"}), address, size, value, name)
            self.starts[address, size] = known
        return known

    def _freed(self, thread: int, local: Local) -> int:
        thing = self.system.objects.space.find(local.address)
        assert thing is not None
        for number in self.buffers.get(thread, []):
            if self.events[number].kind == "poison" and self.events[number].address == thing.base:
                return number
        if thing.base not in self.freed:
            self.freed[thing.base] = self._add(-1, "poison", frozenset({"IW"}), thing.base, 1, UNDEFINED, thing.name)
        return self.freed[thing.base]

    def _initial(self, address: int, size: int) -> None:
        if address not in self.written:
            slots = self.system.slots.cell(address, size)
            value = self.system.memories.first.get(slots[0]) if len(slots) == 1 else UNDEFINED
            name = self.system.objects.space.name(address)
            self.written[address] = [self._add(-1, "W", frozenset({"IW"}), address, size, value, name)]

    def _event(self, state: State, local: Local, kind: str, tags: Tags, value: Value | None) -> int:
        others = [other for number, other in enumerate(state.threads) if number != local.thread]
        final = local.thread == 0 and all(other.kind == kinds.ENDED for other in others) and not any(state.buffers[1:])
        address = local.address or None
        size = 1 if kind == "poison" else getattr(local.point.instruction, "size", 0)
        name = self.system.objects.space.name(local.address) if address is not None else ""
        where = (local.place, local.stack)
        return self._add(local.thread, kind, tags, address, size, value, name, where, final)

    def _add(
        self,
        thread: int,
        kind: str,
        tags: Tags,
        address: int | None,
        size: int,
        value: Value | None,
        name: str,
        where: tuple[Source, tuple[Source, ...]] = (NOWHERE, ()),
        final: bool = False,
    ) -> int:
        number = len(self.events)
        position = self.positions.get(thread, 0)
        self.positions[thread] = position + 1
        order = number if thread >= 0 else -1
        self.events.append(
            WitnessEvent(
                number,
                thread,
                position if thread >= 0 else -1,
                kind,
                tags,
                address,
                size,
                value,
                *where,
                name,
                order,
                final,
            )
        )
        return number


def _bytes(event: WitnessEvent) -> range:
    assert event.address is not None
    return range(event.address, event.address + event.size)


def _meet(one: range, other: range) -> bool:
    """Whether two stretches share a byte."""
    return one.start < other.stop and other.start < one.stop
