"""The order in which an execution is told: steps with numbers, and what becomes visible later than it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final

from attrs import frozen

from modelcheck.program.expr import Undefined
from modelcheck.solve.result import ExecutedEvent, Execution, Pair
from modelcheck.trace.grace import add_waits, waits

_BUFFERED: Final = ("tso", "pso")
"""Models that are told as machines with store buffers."""

_SYNCHRONISES: Final = {"Mb", "Sync-rcu", "Sync-srcu"}


@frozen
class Step:
    """One event, or the two of a read-modify-write or all of a free between which nothing comes; ``number`` counts
    from 1."""

    number: int
    events: tuple[ExecutedEvent, ...]

    @property
    def first(self) -> ExecutedEvent:
        """The event itself, or the read."""
        return self.events[0]

    @property
    def last(self) -> ExecutedEvent:
        """The event itself, or the write."""
        return self.events[-1]


@frozen
class Telling:
    """An execution as a sequence of steps.

    Attributes:
        steps: those of threads in an order that agrees with each thread's own, those at rest last.
        number: the step of each event of a thread, by event.
        visible: for stores that stay in a buffer for a while: the last step that is taken before they reach memory.
        stale: for reads of what an earlier step had overwritten already: the event that did.
        ahead: reads of what a later step writes.
        unwritten: reads of memory as it was before anybody wrote it: the values that they have are any.
    """

    steps: tuple[Step, ...]
    number: Mapping[int, int]
    visible: Mapping[int, int]
    stale: Mapping[int, int]
    ahead: frozenset[int]
    unwritten: frozenset[int]


def tell(execution: Execution, model: str, last: int | None = None) -> Telling:
    """Order the steps of ``execution``, which ``model`` allows, and event ``last`` behind all that can come before it.

    Under TSO and PSO each store is done and reaches memory later, and the order is one in which a machine with store
    buffers can take the steps. Otherwise the order keeps rf and co, and as much of fr as it can: an execution that
    SC allows is told as an interleaving. Among possible orders it is the one nearest to `ExecutedEvent.order`.
    """
    reached: Mapping[int, int] = {}
    ordered: list[int] | None = None
    if model in _BUFFERED and (done := _buffered(execution, one_queue=model == "tso", last=last)) is not None:
        ordered, reached = done
    if ordered is None:
        ordered = _interleaved(execution, last)
    steps = _steps(execution, ordered)
    number = {event.id: step.number for step in steps for event in step.events}
    after = next_writes(execution)
    stale: dict[int, int] = {}
    sources = set(execution.rf)
    ahead = set()
    for write, read in execution.rf:
        overwriting = after.get(write)
        if read not in number:
            continue
        if write in number and number[write] > number[read]:
            ahead.add(read)
        if overwriting in number and number[overwriting] < number[read] and (overwriting, read) not in sources:
            stale[read] = overwriting
    visible = {}
    for write, before in reached.items():
        last = max((number[event] for event in ordered[:before] if event in number), default=0)
        if last > number[write]:
            visible[write] = last
    starts = {e.id for e in execution.events if e.thread < 0 and e.kind == "W" and isinstance(e.value, Undefined)}
    unwritten = frozenset(read for write, read in execution.rf if write in starts)
    return Telling(steps, number, visible, stale, frozenset(ahead), unwritten)


def schedule(execution: Execution, model: str) -> list[tuple[int, bool]] | None:
    """What a machine that is ``sc`` or ``tso`` does in turn: (event, whether it is its reaching memory that is meant).

    Events at rest come last. Under SC every store reaches memory at once, and that is no item of its own. None when no
    such machine can do that.
    """
    rest = sorted((e for e in execution.events if e.final and e.thread >= 0), key=lambda e: (e.position, e.id))
    last = [(event.id, False) for event in rest]
    if model == "sc":
        ordered = _interleaved(execution)
        return [(number, False) for number in ordered if execution.events[number].thread >= 0] + last
    done = _buffered(execution, one_queue=True)
    if done is None:
        return None
    events, reached = done
    items: list[tuple[int, bool]] = []
    drains = list(reached.items())
    for index, number in enumerate([*events, None]):
        while drains and drains[0][1] <= index:
            items.append((drains.pop(0)[0], True))
        if number is not None and execution.events[number].thread >= 0:
            items.append((number, False))
    return items + last


def next_writes(execution: Execution) -> dict[int, int]:
    """The write that directly follows each write in coherence order."""
    later: dict[int, set[int]] = {}
    for one, other in execution.co:
        later.setdefault(one, set()).add(other)
    return {one: max(others, key=lambda other: len(later.get(other, ()))) for one, others in later.items()}


def program_order(execution: Execution) -> list[list[int]]:
    """The events of each thread that has some, in their order; those at rest are left out."""
    threads: dict[int, list[ExecutedEvent]] = {}
    for event in execution.events:
        if event.thread >= 0 and not event.final:
            threads.setdefault(event.thread, []).append(event)
    return [[e.id for e in sorted(own, key=lambda e: (e.position, e.id))] for _, own in sorted(threads.items())]


def from_reads(execution: Execution) -> Iterator[Pair]:
    """Each read with the write that directly overwrites what it read; a read-modify-write's own write is left out."""
    if mixed(execution):
        yield from _bytes_overwritten(execution)
        return
    after = next_writes(execution)
    halves = set(execution.rmw)
    sources = set(execution.rf)  # of a read that takes its bytes from several writes one may overwrite another in part
    for write, read in execution.rf:
        if write in after and (read, after[write]) not in halves and (after[write], read) not in sources:
            yield read, after[write]


def mixed(execution: Execution) -> bool:
    """Whether writes that are read from, or ordered, are of another size or place than what they meet."""
    events = execution.events
    cells = [(e.address, e.size) for e in events]
    pairs = (*execution.rf, *execution.co)
    return any(cells[a] != cells[b] and "poison" not in (events[a].kind, events[b].kind) for a, b in pairs)


def _bytes_overwritten(execution: Execution) -> Iterator[Pair]:
    """The same where memory is accessed in several sizes: each read with what overwrites one of the bytes it got."""
    events, order, halves = execution.events, set(execution.co), set(execution.rmw)
    covers = [frozenset(range(e.address, e.address + e.size)) if e.address is not None else frozenset() for e in events]
    sources: dict[int, list[int]] = {}
    for write, read in execution.rf:
        sources.setdefault(read, []).append(write)
    for read, several in sources.items():
        for byte in covers[read]:
            found = [w for w in several if byte in covers[w]]
            last = [w for w in found if not any((w, other) in order for other in found)]
            for one, other in order:
                if one in last and byte in covers[other] and (read, other) not in halves:
                    yield read, other


class Closure:
    """Events in an order that grows edge by edge."""

    def __init__(self, size: int) -> None:
        self._after = [0] * size
        self.edges: list[Pair] = []

    def add(self, edges: Iterable[Pair]) -> list[Pair]:
        """Add those of ``edges``, one after another, that close no cycle. Gives those that would."""
        refused = []
        after = self._after
        for one, other in edges:
            if after[other] >> one & 1 or one == other:
                refused.append((one, other))
                continue
            self.edges.append((one, other))
            if after[one] >> other & 1:
                continue
            gained = after[other] | 1 << other
            for event in range(len(after)):
                if event == one or after[event] >> one & 1:
                    after[event] |= gained
        return refused


def _interleaved(execution: Execution, end: int | None = None) -> list[int]:
    events = execution.events
    closure = Closure(len(events))
    for own in program_order(execution):
        closure.add(pairwise(own))
    read_half = {write: read for read, write in execution.rmw} | _frees(execution)
    after = execution.co if mixed(execution) else next_writes(execution).items()
    for edges in (execution.rf, after, from_reads(execution)):
        told = [(a, b) for a, b in edges if not events[a].final and not events[b].final]
        closure.add(told)
        # What comes before the write of a read-modify-write comes before its read, or it would come between them; and a
        # free ends the lives of all cells at once.
        closure.add((a, read_half[b]) for a, b in told if b in read_half and a != read_half[b])
    add_waits(waits(execution, program_order(execution)), closure.add)
    if end is not None:
        closure.add((event.id, end) for event in events if event.thread >= 0 and not event.final and event.id != end)
    found = _sorted(execution, closure.edges)
    assert found is not None, "edges that close no cycle have an order"
    return found[0]


def _buffered(
    execution: Execution, *, one_queue: bool, last: int | None = None
) -> tuple[list[int], dict[int, int]] | None:
    """An order for a machine with store buffers, and how many events precede the moment when a store reaches memory.

    Node ``n + event`` is that moment. ``one_queue``: stores leave a buffer in the order in which they were done;
    otherwise those to one place do, and all where a write barrier says so. ``last`` as in `tell`.
    """
    events = execution.events
    count = len(events)
    halves = dict(execution.rmw)
    locked = set(halves) | set(halves.values())
    stores = {e.id for e in events if e.kind in ("W", "poison") and e.thread >= 0 and e.id not in locked}

    def memory(event: int) -> int:
        return count + event if event in stores else event

    edges: list[Pair] = []
    for own in program_order(execution):
        edges += pairwise(own)
        waiting: list[int] = []
        gate: list[int] = []
        for index, event in enumerate(own):
            edges += [(memory(store), event) for store in waiting if _empties(events[event])]
            if "Wmb" in events[event].tags or "UL" in events[event].tags or "RELEASE" in events[event].tags:
                gate = list(waiting)
            if event not in stores:
                continue
            for store in waiting:
                if one_queue or store in gate or events[store].address == events[event].address:
                    edges.append((memory(store), memory(event)))
            edges.append((event, memory(event)))
            waiting.append(event)
            if _empties(events[event]) and index + 1 < len(own):
                edges.append((memory(event), own[index + 1]))
    shown = {event for own in program_order(execution) for event in own}
    edges += [
        (memory(write), read)
        for write, read in execution.rf
        if write in shown and read in shown and events[write].thread != events[read].thread
    ]
    after = execution.co if mixed(execution) else next_writes(execution).items()
    edges += [(memory(a), memory(b)) for a, b in after if a in shown and b in shown]
    edges += [(read, memory(write)) for read, write in from_reads(execution) if read in shown and write in shown]
    edges += [
        (before, read) for read, write in halves.items() for before, node in edges if node == write and before != read
    ]
    ends = _frees(execution)
    cells = {memory(event): memory(first) for event, first in ends.items()}
    together = {*cells, *cells.values(), *ends, *ends.values()}
    edges += [(before, cells[node]) for before, node in edges if node in cells and before not in together]
    if several := list(waits(execution, program_order(execution))):
        closure = Closure(2 * count)
        closure.add(edges)
        add_waits(several, closure.add)
        edges += closure.edges
    if last is not None:
        behind = [(event, last) for event in shown if event != last]
        if (done := _sorted(execution, edges + behind, stores)) is not None:
            return done
    return _sorted(execution, edges, stores)


def _siblings(execution: Execution) -> dict[int, int]:
    """Of each event by which a free ends the life of a cell the next one of that free."""
    last: dict[tuple[int, int], int] = {}
    found = {}
    for event in execution.events:
        if event.kind == "poison" and event.thread >= 0 and not event.final:
            key = event.thread, event.position
            if key in last:
                found[last[key]] = event.id
            last[key] = event.id
    return found


def _frees(execution: Execution) -> dict[int, int]:
    """Of each event by which a free ends the life of a cell the first one of that free; of the first ones none."""
    first: dict[tuple[int, int], int] = {}
    found = {}
    for event in execution.events:
        if event.kind == "poison" and event.thread >= 0 and not event.final:
            leader = first.setdefault((event.thread, event.position), event.id)
            if leader != event.id:
                found[event.id] = leader
    return found


def _empties(event: ExecutedEvent) -> bool:
    """Whether a buffer is empty before ``event`` and what follows it in its thread comes after all that was in it."""
    tags = event.tags
    return (
        bool(tags & _SYNCHRONISES)
        or ("RMW" in tags and "LF" not in tags)
        or (event.kind == "W" and bool(tags & {"MB", "SC"}))
        or (event.kind == "F" and "SC" in tags)
    )


def _sorted(
    execution: Execution, edges: list[Pair], stores: Iterable[int] = ()
) -> tuple[list[int], dict[int, int]] | None:
    """Events in the first order that ``edges`` allow, and at which place in it each of ``stores`` reaches memory.

    None where they allow none. A store reaches memory as soon as it may; the write of a read-modify-write follows its
    read where it may, and the ends of an object's cells one another.
    """
    events = execution.events
    count = len(events)
    after: dict[int, list[int]] = {}
    open_edges: dict[int, int] = {}
    for one, other in edges:
        after.setdefault(one, []).append(other)
        open_edges[other] = open_edges.get(other, 0) + 1
    write_half = dict(execution.rmw) | _siblings(execution)
    nodes = [e.id for e in events if not e.final] + [count + store for store in stores]
    ready: list[tuple[int, int]] = []
    preferred = -1

    def push(node: int) -> None:
        heappush(ready, (-1 if node >= count or node == preferred else events[node].order, node))

    for node in nodes:
        if not open_edges.get(node):
            push(node)
    ordered: list[int] = []
    reached: dict[int, int] = {}
    left = len(nodes)
    while ready:
        node = heappop(ready)[1]
        left -= 1
        if node >= count:
            reached[node - count] = len(ordered)
        else:
            ordered.append(node)
        preferred = write_half.get(node, -1)
        for other in after.get(node, ()):
            open_edges[other] -= 1
            if not open_edges[other]:
                push(other)
    if left:
        return None
    return ordered, reached


def _steps(execution: Execution, ordered: list[int]) -> tuple[Step, ...]:
    events = execution.events
    at_rest = sorted((e for e in events if e.final and e.thread >= 0), key=lambda e: e.order)
    halves = set(execution.rmw) | set(_siblings(execution).items())
    groups: list[tuple[ExecutedEvent, ...]] = []
    for event in (*(events[number] for number in ordered if events[number].thread >= 0), *at_rest):
        if groups and (groups[-1][-1].id, event.id) in halves:
            groups[-1] = (*groups[-1], event)
        else:
            groups.append((event,))
    return tuple(Step(number, group) for number, group in enumerate(groups, 1))
