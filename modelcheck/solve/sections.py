"""Read-side critical sections of RCU and SRCU that a thread leaves open where it stops.

A thread that stops inside a section (a fault, a failed assertion, a wait without end) never leaves it, so a grace
period that ends began before that section, too. To a memory model only pairs of lock and unlock are sections, and they
come before or after a grace period. So each that is open at the end gets an unlock there, behind everything that
the thread did and, by way of a cell of their own, behind every grace period that ends.
"""

from __future__ import annotations

from attrs import evolve, frozen

from modelcheck.program.expr import Expr, const
from modelcheck.program.graph import Event
from modelcheck.solve.encode import Encoding, Finding
from modelcheck.solve.sat import NO, YES

LAST = 1 << 30
"""A position behind every other of a thread."""


@frozen
class OpenSection:
    """A read-side section that ``thread`` has not left where it ends or stops, when ``literal`` holds.

    ``address``: of the SRCU structure, None for RCU.
    """

    thread: int
    literal: int
    address: Expr | None


def close_sections(encoding: Encoding) -> list[OpenSection]:
    """Add the missing unlocks, and findings for sections that are left open, or left without being entered.

    Gives the sections that may be left open.
    """
    found: list[OpenSection] = []
    for thread in range(len(encoding.graph.threads)):
        events = [
            e
            for e in encoding.graph.events
            if e.thread == thread and not e.final and encoding.executed[e.id] != NO and e.tags & TAGS
        ]
        if events:
            events.sort(key=lambda e: e.position)
            found += _close_rcu(encoding, thread, [e for e in events if e.tags & {"Rcu-lock", "Rcu-unlock"}])
            found += _close_srcu(encoding, thread, events)
    for section in found:
        _outlast(encoding, section)
    return found


def _outlast(encoding: Encoding, section: OpenSection) -> None:
    """Let the end of ``section`` come behind all grace periods of other threads: each writes what is read there."""
    circuit = encoding.circuit
    kind = "Sync-rcu" if section.address is None else "Sync-srcu"
    for grace in encoding.graph.events:
        if grace.final or grace.thread == section.thread or kind not in grace.tags:
            continue
        both = [section.literal, encoding.executed[grace.id]]
        if section.address is not None and grace.address is not None:
            both.append(encoding.valuation.equals(section.address, grace.address))
        literal = circuit.all_of(both)
        if literal == NO:
            continue
        place = -1 - len(encoding.hidden)
        blank = evolve(grace, size=1, value=const(1, 8), tags=frozenset({"ONCE"}), addr=(), data=(), ctrl=())
        initial = evolve(blank, kind="W", thread=-1, position=-1, tags=frozenset({"IW"}))
        write = evolve(blank, kind="W")
        read = evolve(blank, kind="R", thread=section.thread, position=LAST - 1)
        numbers = []
        for event, executed in ((initial, YES), (write, literal), (read, literal)):
            numbers.append(len(encoding.events))
            _add(encoding, event, executed, None)
            encoding.at[numbers[-1]] = {place: YES}
        encoding.hidden.update(numbers)
        encoding.initial[place] = numbers[0]
        encoding.sources[numbers[2]] = [numbers[1]]
        encoding.rf[numbers[1], numbers[2]] = literal


TAGS = frozenset({"Rcu-lock", "Rcu-unlock", "Srcu-lock", "Srcu-unlock"})


def _close_rcu(encoding: Encoding, thread: int, events: list[Event]) -> list[OpenSection]:
    circuit = encoding.circuit
    # depth[d] says that more than d sections are open
    depth: list[int] = []
    for event in events:
        here = encoding.executed[event.id]
        if "Rcu-lock" in event.tags:
            inner = [circuit.if_else(here, outer, now) for outer, now in zip(depth, [*depth[1:], NO], strict=False)]
            depth = [circuit.any_of((here, *depth[:1])), *inner]
        else:
            outside = circuit.all_of((here, *(-open_ for open_ in depth[:1])))
            _report(encoding, outside, event, "rcu_read_unlock() outside of any read-side section")
            depth = [circuit.if_else(here, below, now) for now, below in zip(depth, [*depth[1:], NO], strict=False)]
    for index, open_ in enumerate(depth):
        if open_ == NO:
            continue
        model = next(e for e in events if "Rcu-lock" in e.tags)
        stopped = circuit.all_of((open_, -_ended(encoding, thread)))
        _add(encoding, evolve(model, tags=frozenset({"Rcu-unlock"}), position=LAST + index), stopped, None)
        if index == 0:
            _left_open(encoding, thread, open_, model)
    return [OpenSection(thread, depth[0], None)] if depth and depth[0] != NO else []


def _close_srcu(encoding: Encoding, thread: int, events: list[Event]) -> list[OpenSection]:
    circuit = encoding.circuit
    found: list[OpenSection] = []
    for index, lock in enumerate(e for e in events if "Srcu-lock" in e.tags):
        left = [
            encoding.executed[e.id]
            for e in events
            if "Srcu-unlock" in e.tags and any(read == lock.id for read, _ in e.data)
        ]
        open_ = circuit.all_of((encoding.executed[lock.id], -circuit.any_of(left)))
        if open_ == NO:
            continue
        unlock = evolve(
            lock,
            kind="W",
            tags=frozenset({"Srcu-unlock"}),
            position=LAST + 1000 + index,
            data=((lock.id, ()),),
            addr=(),
            rmw=None,
        )
        _add(encoding, unlock, circuit.all_of((open_, -_ended(encoding, thread))), lock)
        if _handed_on(encoding, lock):
            continue
        _left_open(encoding, thread, open_, lock)
        found.append(OpenSection(thread, open_, lock.address))
    return found


def _add(encoding: Encoding, event: Event, executed: int, at: Event | None) -> None:
    number = len(encoding.events)
    encoding.events.append(evolve(event, id=number))
    encoding.executed.append(executed)
    if at is not None:
        encoding.at[number] = encoding.at[at.id]
        for place in encoding.at[number]:
            encoding.writers.setdefault(place, []).append(number)


def _ended(encoding: Encoding, thread: int) -> int:
    """The literal that a thread has run to its end; a section open there is the program's own doing."""
    ended = encoding.valuation.all(encoding.graph.completed[thread])
    return encoding.circuit.all_of((ended, *(-fault for fault in encoding.faults(thread))))


def _handed_on(encoding: Encoding, lock: Event) -> bool:
    """Whether the cookie of a section is stored, so that anybody may end it."""
    return any(
        event.kind == "W" and "Srcu-unlock" not in event.tags and any(read == lock.id for read, _ in event.data)
        for event in encoding.graph.events
    )


def _left_open(encoding: Encoding, thread: int, open_: int, lock: Event) -> None:
    literal = encoding.circuit.all_of((open_, _ended(encoding, thread)))
    _report(encoding, literal, lock, "a read-side section is still open where its thread ends")


def _report(encoding: Encoding, literal: int, event: Event, message: str) -> None:
    if literal != NO:
        place = event.source, event.stack, event.thread, event.position
        encoding.findings.append(Finding(literal, "lock-misuse", message, *place))
