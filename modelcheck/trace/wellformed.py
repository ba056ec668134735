"""What every execution is, whatever its program and memory model: a trace that is not has been damaged or edited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from modelcheck.program.expr import Undefined, Value, byte_of
from modelcheck.solve.result import ExecutedEvent, Execution

MOST_EVENTS = 20_000
"""More events than that no execution of ours has."""


def complaints(execution: Execution) -> Iterator[str]:
    """What is wrong with ``execution``: with reads and their sources, with the order of writes, with program order."""
    if len(execution.events) > MOST_EVENTS:
        yield f"it holds more than {MOST_EVENTS} events"
        return
    yield from _events(execution)
    yield from _reads(execution)
    yield from _coherence(execution)
    yield from _halves(execution)


def _events(execution: Execution) -> Iterator[str]:
    places: set[tuple[int, int, bool, int | None]] = set()
    if sorted(event.order for event in execution.events if event.thread >= 0) != sorted(
        {event.order for event in execution.events if event.thread >= 0}
    ):
        yield "two events have the same place in the order in which it is told"
    for event in execution.events:
        if event.kind not in ("R", "W", "F", "poison"):
            yield f"event {event.id} has the unknown kind '{event.kind[:20]}'"
        if event.kind in ("R", "W") and (event.address is None or event.size not in (1, 2, 4, 8, 16)):
            yield f"event {event.id} is no access of 1, 2, 4, 8 or 16 bytes"
        if event.kind in ("R", "W") and isinstance(event.value, int) and not 0 <= event.value < 1 << 8 * event.size:
            yield f"the value of event {event.id} does not fit into {event.size} bytes"
        if event.kind in ("R", "W") and event.value is None:
            yield f"event {event.id} has no value"
        if event.thread >= 0 and event.position < 0:
            yield f"event {event.id} has no place in its thread"
        key = (event.thread, event.position, event.final, event.address if _made(event) else None)
        if event.thread >= 0 and key in places:
            yield f"event {event.id} has the place of another in its thread"
        places.add(key)


def _made(event: ExecutedEvent) -> bool:
    """Whether one step may have left several such events: zeroing, and the ends of lives."""
    return event.kind == "poison" or (event.kind == "W" and not event.tags)


def _reads(execution: Execution) -> Iterator[str]:
    events = execution.events
    sources: dict[int, int] = {}
    apart: dict[int, list[ExecutedEvent]] = {}
    pieced = {r for w, r in execution.rf if not _same(events[w], events[r]) and _overlap(events[w], events[r])}
    for write, read in execution.rf:
        if events[read].kind != "R" or not _writes(events[write]):
            yield f"rf leads from event {write} to event {read}, which are no write and read"
            return
        one, other = events[write], events[read]
        if read in pieced:
            apart.setdefault(read, []).append(one)
            continue
        if read in sources:
            yield f"event {read} reads from two writes"
        sources[read] = write
        if one.kind == "poison":
            if not isinstance(other.value, Undefined):
                yield f"event {read} reads a value that was freed"
            continue
        if not _same(one, other):
            yield f"event {read} reads from event {write}, which writes elsewhere"
        if not isinstance(one.value, Undefined) and one.value != other.value:
            yield f"event {read} does not read what event {write} writes"
    for read, several in apart.items():
        yield from _bytes(events[read], several)
    for event in events:
        if event.kind == "R" and event.id not in sources and event.id not in apart:
            yield f"event {event.id} reads from no write"


def _same(one: ExecutedEvent, other: ExecutedEvent) -> bool:
    return (one.address, one.size) == (other.address, other.size)


def _overlap(one: ExecutedEvent, other: ExecutedEvent) -> bool:
    """Whether both access some byte."""
    if one.address is None or other.address is None or one.kind == "poison":
        return False
    return one.address < other.address + other.size and other.address < one.address + one.size


def _bytes(read: ExecutedEvent, sources: list[ExecutedEvent]) -> Iterator[str]:
    """What is wrong with a read that gets its bytes from several writes, or a part of what one writes."""
    assert read.address is not None
    for index in range(read.size):
        told: list[Value] = []
        for write in sources:
            offset = -1 if write.address is None else read.address + index - write.address
            if 0 <= offset < write.size and write.value is not None:
                told.append(byte_of(write.size, write.value, offset))
        if isinstance(read.value, int) and byte_of(read.size, read.value, index) not in told:
            yield f"byte {index} of event {read.id} is what none of its writes writes"
            return


def _writes(event: ExecutedEvent) -> bool:
    return event.kind in ("W", "poison")


def _coherence(execution: Execution) -> Iterator[str]:
    events = execution.events
    order = set(execution.co)
    for one, other in order:
        if not (_writes(events[one]) and _writes(events[other])) or not (
            events[one].address == events[other].address or _overlap(events[one], events[other])
        ):
            yield f"co orders events {one} and {other}, which are no writes to one place"
            return
    if _mixed(events):
        if any((other, one) in order for one, other in order):
            yield "co orders two writes both ways"
        return
    places: dict[int, list[int]] = {}
    for event in events:
        if event.kind == "W" and not event.final and event.address is not None:
            places.setdefault(event.address, []).append(event.id)
        if event.kind == "poison" and any(event.id in pair for pair in order) and event.address is not None:
            places.setdefault(event.address, []).append(event.id)
    told = Counter(events[one].address for one, _ in order)
    pairs = 0
    for address, several in places.items():
        # Before anything that takes quadratic time: so many pairs a total order has.
        if told[address] != len(several) * (len(several) - 1) // 2:
            yield f"co is no order of the writes to {events[several[0]].name}"
            return
        rank = {number: sum((other, number) in order for other in several) for number in several}
        if sorted(rank.values()) != list(range(len(several))):
            yield f"co is no order of the writes to {events[several[0]].name}"
            return
        for one in several:
            later = [other for other in several if (one, other) in order]
            pairs += len(later)
            if any(rank[other] <= rank[one] for other in later):
                yield f"co is no order of the writes to {events[one].name}"
                return
            if events[one].thread == -1 and rank[one]:
                yield f"co orders something before the start of {events[one].name}"
    if pairs != len(order):
        yield "co orders what is no write of a running thread"


def _mixed(events: Sequence[ExecutedEvent]) -> bool:
    """Whether some bytes are accessed in several sizes: then writes to one place are not all in one order."""
    cells = {(e.address, e.size) for e in events if e.kind in ("R", "W") and e.address is not None}
    taken: set[int] = set()
    for address, size in cells:
        mine = range(address, address + size)
        if not taken.isdisjoint(mine):
            return True
        taken.update(mine)
    return False


def _halves(execution: Execution) -> Iterator[str]:
    events = execution.events
    for read, write in execution.rmw:
        one, other = events[read], events[write]
        fits = one.kind == "R" and other.kind == "W" and one.thread == other.thread and one.address == other.address
        if not fits or one.position >= other.position:
            yield f"events {read} and {write} are no halves of one step"
