"""What another thread did between the steps of the one that fails, in an execution that is an interleaving."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from modelcheck.solve.result import ExecutedEvent
from modelcheck.trace.failing import ENDS, failing, failing_threads
from modelcheck.trace.trace import Trace


@frozen
class Freed:
    """A use after free: the event that ended the object's life, the use, and the read that gave the pointer for it,
    None where that is not known."""

    free: int
    use: int
    pointer: int | None


@frozen
class Lost:
    """A lost update: ``write`` of another thread comes between ``read`` and ``update``, made of what was read."""

    write: int
    read: int
    update: int


@frozen
class Seen:
    """The last that the failing thread saw of another one: ``read`` reads what ``write`` wrote."""

    write: int
    read: int


def between(trace: Trace) -> Freed | Lost | Seen | None:
    """What the failure of ``trace`` turns on; None when its thread saw nothing of others."""
    ends = failing(trace)
    if trace.property in ENDS and len(ends) == 2:
        return _freed(trace, *ends)
    return _lost(trace, ends) or _seen(trace)


def _freed(trace: Trace, free: int, use: int) -> Freed:
    execution = trace.execution
    pointers = [read for read, other in execution.addr if other == use and execution.events[read].points]
    return Freed(free, use, max(pointers, key=lambda n: execution.events[n].position, default=None))


def _lost(trace: Trace, ends: tuple[int, ...]) -> Lost | None:
    """The lost update of a place that the failing check reads, if there is one."""
    execution = trace.execution
    events = execution.events
    order = set(execution.co)
    origin = {read: write for write, read in execution.rf}
    atomic = {write for _, write in execution.rmw}
    of_data = set(execution.data)
    for place in _looked_at(trace, ends):
        writes = [e for e in events if e.address == place and e.kind == "W" and e.thread >= 0 and not e.final]
        for update in sorted(writes, key=lambda e: -e.order):
            own = [e for e in events if e.thread == update.thread and e.position < update.position and not e.final]
            before = [e for e in own if e.address == place and e.kind in ("R", "W")]
            read = max(before, key=lambda e: e.position, default=None)
            if read is None or read.kind != "R" or update.id in atomic or read.id not in origin:
                continue
            if of_data and (read.id, update.id) not in of_data:
                continue
            for write in writes:
                inside = (origin[read.id], write.id) in order and (write.id, update.id) in order
                if write.thread != update.thread and inside:
                    return Lost(write.id, read.id, update.id)
    return None


def _looked_at(trace: Trace, ends: tuple[int, ...]) -> Iterable[int]:
    """The places that the failing check reads, the last first: at rest all, else that of the last read before it."""
    events = trace.execution.events
    reads = [e for e in events if e.kind == "R" and e.thread >= 0 and e.address is not None]
    if ends:
        last = events[ends[-1]]
        reads = [e for e in reads if e.thread == last.thread and e.position <= last.position and not _lock(e)]
        reads = sorted(reads, key=lambda e: e.position)[-1:]
    else:
        reads = [e for e in reads if e.final]
    return dict.fromkeys(e.address for e in sorted(reads, key=lambda e: -e.order) if e.address is not None)


def _seen(trace: Trace) -> Seen | None:
    events = trace.execution.events
    threads = failing_threads(trace)
    seen = [
        (events[read].order, write, read)
        for write, read in trace.execution.rf
        if events[read].thread in threads
        and not events[read].final
        and events[write].thread not in (-1, *threads)
        and not _lock(events[write])
    ]
    if len(threads) != 1 or not seen:
        return None
    _, write, read = max(seen)
    return Seen(write, read)


def _lock(event: ExecutedEvent) -> bool:
    return bool(event.tags & {"LKR", "LKW", "UL", "LF"})
