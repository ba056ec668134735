"""What was followed on today's code, as an execution of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from modelcheck.program.ir import Source
from modelcheck.solve.result import ExecutedEvent, Execution, Pair, TouchedObject
from modelcheck.trace.replay.follow import LAST, Follower, Step

_NOWHERE = Source("", 0, 0, 0, 0)


class Observed:
    """The execution that ``follower`` came to.

    Attributes:
        execution: with dependencies, tags, values and places of today's code; rf and co are those of the trace.
        told: of each event its id in the trace, None for one that is new.
    """

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._events: list[ExecutedEvent] = []
        self.told: list[int | None] = []
        self._id_of: dict[int, int] = {}
        self._of_event: dict[int, int] = {}
        self._initial: dict[int, int] = {}
        self._number: dict[int, int] = {}
        steps = [step for step in follower.all_steps() if step.kind != "free"]
        self._initial_writes(steps)
        running = [step for step in steps if not step.final]
        for thread in range(len(follower.graph.threads)):
            for step in (s for s in running if s.thread == thread):
                self._step(step)
            self._close(thread)
        for step in (s for s in steps if s.final):
            self._step(step)
        self._order()
        self.execution = self._made(steps)

    def number(self, event: int) -> int | None:
        """The id of an event of the graph; None when it was not executed."""
        return self._of_event.get(event)

    # ------------------------------------------------------------ events

    def _add(self, event: ExecutedEvent, told: int | None) -> int:
        self._events.append(event)
        self.told.append(told)
        if told is not None:
            self._id_of[told] = event.id
        return event.id

    def _initial_writes(self, steps: list[Step]) -> None:
        follower = self._follower
        told = {e.id: e for e in follower.execution.events if e.thread == -1 and e.kind != "poison"}
        of_read = {read: write for write, read in follower.execution.rf}
        then: dict[int, int] = {}
        for step in steps:
            if step.address is not None and step.told is not None and step.kind != "F":
                old = follower.execution.events[step.told]
                for initial in told.values():
                    offset = -1 if initial.address is None or old.address is None else initial.address - old.address
                    if 0 <= offset < max(step.size, 1):
                        then[step.address + offset] = initial.id
                if step.kind == "R" and of_read.get(step.told) in told and len(follower.several[step.told]) == 1:
                    then[step.address] = of_read[step.told]
        for address, size in _cells(steps, then):
            value = follower.at_first(address, size)
            number = len(self._events)
            name = follower.space.name(address)
            points = follower.space.pointed(address, value) if isinstance(value, int) else ""
            event = ExecutedEvent(
                number, -1, -1, "W", frozenset({"IW"}), address, size, value, _NOWHERE, (), name, number, False, points
            )  # fmt: skip
            self._initial[address] = self._add(event, then.get(address))

    def _step(self, step: Step) -> None:
        space = self._follower.space
        number = len(self._events)
        name = "" if step.address is None else space.name(step.address)
        points = space.pointed(step.address, step.value) if step.address and isinstance(step.value, int) else ""
        event = ExecutedEvent(
            number, step.thread, step.position, step.kind, step.tags, step.address, step.size, step.value, step.source,
            step.stack, name, 0, step.final, points,
        )  # fmt: skip
        self._add(event, step.told)
        self._number[id(step)] = number
        if step.event is not None and step.kind != "poison":
            self._of_event[step.event.id] = number

    def _close(self, thread: int) -> None:
        """The ends of read-side sections that the thread has not left: behind everything that it does."""
        told = [e for e in self._follower.closing if e.thread == thread]
        own = [e for e in self._events if e.thread == thread]
        depth: list[ExecutedEvent] = []
        for event in own:
            if "Rcu-lock" in event.tags:
                depth.append(event)
            elif "Rcu-unlock" in event.tags and depth:
                depth.pop()
        spare = [e.id for e in told if "Rcu-unlock" in e.tags]
        for index, lock in enumerate(depth):
            self._closing(lock, LAST + index, "F", "Rcu-unlock", spare[index] if index < len(spare) else None)
        graph = self._follower.graph
        cookies = {
            read
            for event in graph.events
            if event.id in self._of_event and "Srcu-unlock" in event.tags
            for read, guard in event.data
            if self._follower.holds(guard)
        }
        locks = [n for n, number in self._of_event.items() if "Srcu-lock" in self._events[number].tags]
        spare = [e.id for e in told if "Srcu-unlock" in e.tags]
        for index, lock_id in enumerate(n for n in sorted(locks) if graph.events[n].thread == thread):
            if lock_id not in cookies:
                lock = self._events[self._of_event[lock_id]]
                match = next(
                    (n for n in spare if self._follower.execution.events[n].position == LAST + 1000 + index), None
                )
                if match is not None:
                    self._closing(lock, LAST + 1000 + index, "W", "Srcu-unlock", match)

    def _closing(self, lock: ExecutedEvent, position: int, kind: str, tag: str, told: int | None) -> None:
        number = len(self._events)
        write = kind == "W"
        event = ExecutedEvent(
            number, lock.thread, position, kind, frozenset({tag}), lock.address if write else None,
            lock.size if write else 0, lock.value if write else None, lock.source, lock.stack,
            lock.name if write else "", 0, False, lock.points if write else "",
        )  # fmt: skip
        self._add(event, told)

    def _order(self) -> None:
        """The trace's order; what is new comes right behind what its thread did before."""
        keys: dict[int, tuple[float, int]] = {}
        last: dict[tuple[int, bool], float] = {}
        for event, told in zip(self._events, self.told, strict=True):
            place = float(self._follower.execution.events[told].order) if told is not None else None
            if event.thread < 0:
                keys[event.id] = (-1.0, event.id)
                continue
            way = (event.thread, event.final)
            if place is None:
                place = last.get(way, float(len(self._follower.execution.events)) if event.final else 0.0)
            last[way] = place
            keys[event.id] = (place, event.id)
        ranked = sorted(keys, key=lambda number: keys[number])
        for rank, number in enumerate(ranked):
            event = self._events[number]
            self._events[number] = ExecutedEvent(
                event.id, event.thread, event.position, event.kind, event.tags, event.address, event.size, event.value,
                event.source, event.stack, event.name, rank, event.final, event.points,
            )  # fmt: skip

    # ------------------------------------------------------------ relations

    def _made(self, steps: list[Step]) -> Execution:
        follower = self._follower
        events = tuple(self._events)
        return Execution(
            threads=follower.graph.threads,
            events=events,
            rf=self._reads_from(steps),
            co=self._coherence(),
            addr=self._dependencies("addr"),
            data=self._dependencies("data"),
            ctrl=self._dependencies("ctrl"),
            rmw=tuple(
                (self._of_event[read], number)
                for n, number in sorted(self._of_event.items())
                if (read := follower.graph.events[n].rmw) is not None and read in self._of_event
            ),
            objects=_objects(follower, events),
            initial=follower.initial,
            choices=self._choices(),
        )

    def _choices(self) -> tuple[Pair, ...]:
        """The outcomes of the program's choices, by thread; one that decides nothing has its first."""
        follower = self._follower
        made = [
            (follower.graph.choosers[number], outcome)
            for number, guard in enumerate(follower.graph.chosen)
            if follower.graph.choosers[number] >= 0 and follower.holds(guard)
            for outcome in (follower.choices.get(number, 0),)
            if isinstance(outcome, int)
        ]
        return tuple(sorted(made, key=lambda pair: pair[0]))

    def _reads_from(self, steps: list[Step]) -> tuple[Pair, ...]:
        follower = self._follower
        found: list[Pair] = []
        own: dict[tuple[int, int], int] = {}
        for step in steps:
            number = self._number[id(step)]
            if step.address is None:
                continue
            if step.kind == "R":
                if step.told is not None and len(several := follower.several[step.told]) > 1:
                    found += dict.fromkeys((self._source(one, step), number) for one in several)
                    continue
                told = None if step.told is None else follower.sources[step.told]
                source = None if told is None else self._id_of.get(told)
                if source is None and told is not None and follower.execution.events[told].thread == -1:
                    source = self._initial[step.address]
                if source is None:
                    source = own.get((step.thread, step.address), self._initial[step.address])
                found.append((source, number))
            elif step.kind in ("W", "poison"):
                own[step.thread, step.address] = number
        return tuple(sorted(found))

    def _source(self, told: int, step: Step) -> int:
        """The write that is write ``told`` of the trace, from which ``step`` reads some of its bytes."""
        assert step.address is not None
        return self._id_of.get(told, self._initial[step.address])

    def _coherence(self) -> tuple[Pair, ...]:
        """The trace's order of writes; what is new writes an own local, and in program order."""
        before = {(one, other) for one, other in self._follower.execution.co}
        writes = [e for e in self._events if e.kind in ("W", "poison") and not e.final and e.address is not None]
        at: dict[int, list[int]] = {}
        for index, event in enumerate(writes):
            for byte in _bytes(event):
                at.setdefault(byte, []).append(index)
        found: list[Pair] = []
        for index, one in enumerate(writes):
            for later in sorted({n for byte in _bytes(one) for n in at[byte] if n > index}):
                other = writes[later]
                first, second = self.told[one.id], self.told[other.id]
                turned = first is not None and second is not None and (second, first) in before
                found.append((other.id, one.id) if turned and one.thread >= 0 else (one.id, other.id))
        return tuple(sorted(found))

    def _dependencies(self, which: str) -> tuple[Pair, ...]:
        follower = self._follower
        return tuple(
            sorted(
                {
                    (self._of_event[read], number)
                    for n, number in self._of_event.items()
                    for read, guard in getattr(follower.graph.events[n], which)
                    if read in self._of_event and follower.holds(guard)
                }
            )
        )


def _cells(steps: Iterable[Step], bounds: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Address and size of each cell that ``steps`` access, cut where another access, or one of ``bounds``, begins or
    another one ends; in ascending order."""
    accesses = {(s.address, s.size) for s in steps if s.address is not None and s.kind != "F" and s.size}
    cuts = {*bounds, *(at for start, size in accesses for at in (start, start + size))}
    cells: set[tuple[int, int]] = set()
    for start, size in accesses:
        ends = [at for at in range(start, start + size + 1) if at in cuts]
        for one, other in pairwise(ends):
            while one < other:
                width = min(one & -one, 1 << (other - one).bit_length() - 1) if one else 1
                cells.add((one, width))
                one += width
    yield from sorted(cells)


def _bytes(event: ExecutedEvent) -> range:
    """The addresses of the bytes that an access is to; of what ends a life that of its first one."""
    assert event.address is not None
    return range(event.address, event.address + (event.size if event.kind == "W" else 1))


def _objects(follower: Follower, events: Iterable[ExecutedEvent]) -> tuple[TouchedObject, ...]:
    addresses = [event.address for event in events if event.address is not None]
    addresses += [event.value for event in events if event.points and isinstance(event.value, int)]
    found = {thing.base: thing for address in addresses if (thing := follower.space.find(address)) is not None}
    return tuple(TouchedObject(o.name, o.base, o.size, o.kind) for _, o in sorted(found.items()))
