"""Read-side critical sections of RCU and SRCU that a thread leaves open where it stops.

A thread that stops inside a section (its end, a fault, a failed assertion, a wait without end) never leaves it, so a
grace period that ends began before that section, too. To a memory model only pairs of lock and unlock are sections, and
they come before or after a grace period. So each that is open at the end gets an unlock there, behind everything that
the thread did and, by way of a cell of their own, behind every grace period that ends.
"""

from __future__ import annotations

from attrs import evolve, frozen

from modelcheck.program.expr import Expr, const
from modelcheck.program.graph import Event
from modelcheck.program.machine import LEFT_OPEN, OUTSIDE
from modelcheck.solve.encode import Encoding, Finding
from modelcheck.solve.sat import NO, YES, Circuit

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


def ended(encoding: Encoding, thread: int) -> int:
    """The literal that a thread has run to its end; what is left open there is the program's own doing."""
    over = encoding.valuation.all(encoding.graph.completed[thread])
    return encoding.circuit.all_of((over, *(-fault for fault in encoding.faults(thread))))


def close_sections(encoding: Encoding, paired: bool = False) -> list[OpenSection]:
    """Add the missing unlocks, and findings for sections that are left open, or left without being entered.

    Args:
        encoding: what to add to.
        paired: a thread that ends in a section has been in none, as herd has it.

    Gives the sections that may be left open.
    """
    found: list[OpenSection] = []
    for thread in range(len(encoding.graph.threads)):
        events = [
            e for e in encoding.graph.events if e.thread == thread and encoding.executed[e.id] != NO and e.tags & TAGS
        ]
        if events:
            events.sort(key=lambda e: e.position)
            stopped = -ended(encoding, thread) if paired else YES
            rcu = [e for e in events if e.tags & {"Rcu-lock", "Rcu-unlock", "Sync-rcu"}]
            found += _close_rcu(encoding, thread, rcu, stopped)
            found += _close_srcu(encoding, thread, events, stopped)
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


TAGS = frozenset({"Rcu-lock", "Rcu-unlock", "Sync-rcu", "Srcu-lock", "Srcu-unlock", "Sync-srcu"})


class _Kinds:
    """How deep a thread is in sections of RCU of each kind: None for rcu_read_lock(), or what is switched off."""

    def __init__(self, circuit: Circuit) -> None:
        self._circuit = circuit
        self._depths: dict[str | None, list[int]] = {}

    def inside(self, kind: str | None) -> int:
        """The literal that one of ``kind`` is open."""
        return self._depths.get(kind, [NO])[0]

    def enter(self, kind: str | None, here: int) -> None:
        """Begin one of ``kind`` if ``here`` holds."""
        self._depths[kind] = _deeper(self._circuit, self._depths.get(kind, []), here)

    def leave(self, kind: str | None, here: int) -> None:
        """End one of ``kind``, or where there is none one of another, if ``here`` holds."""
        for other in (kind, *(one for one in self._depths if one != kind)):
            depth = self._depths.get(other)
            if depth is not None:
                self._depths[other] = _shallower(self._circuit, depth, here)
                here = self._circuit.all_of((here, -depth[0]))


def _close_rcu(encoding: Encoding, thread: int, events: list[Event], stopped: int) -> list[OpenSection]:
    circuit = encoding.circuit
    # depth[d] says that more than d sections are open; asked: of those that rcu_read_lock() has begun.
    depth: list[int] = []
    asked = _Kinds(circuit)
    running: list[int] | None = None
    for event in events:
        if event.final and running is None:
            running = depth
        here = encoding.executed[event.id]
        kind = None if event.lock is None else event.lock.kind
        if "Rcu-lock" in event.tags:
            depth = _deeper(circuit, depth, here)
            asked.enter(kind, here)
        elif "Sync-rcu" in event.tags:
            if stopped == YES and depth:
                circuit.add(-here, -depth[0])  # a grace period waits for its own thread's section, too
        else:
            if kind is None:
                _report(encoding, circuit.all_of((here, -asked.inside(None))), event, OUTSIDE)
            asked.leave(kind, here)
            depth = _shallower(circuit, depth, here)
    first = next((e for e in events if "Rcu-lock" in e.tags), None)
    if first is None:
        return []
    explicit = next((e for e in events if "Rcu-lock" in e.tags and e.lock is None), None)
    if explicit is not None:
        _left_open(encoding, thread, asked.inside(None), explicit)
    # What is left only at rest is open as long as other threads run.
    running = depth if running is None else running
    for index, open_ in enumerate(running):
        if open_ != NO:
            unlock = evolve(first, tags=frozenset({"Rcu-unlock"}), position=LAST + index)
            _add(encoding, unlock, circuit.all_of((open_, stopped)), None)
    ever = circuit.any_of((*running[:1], depth[0]))
    return [OpenSection(thread, ever, None)] if ever != NO else []


def _close_srcu(encoding: Encoding, thread: int, events: list[Event], stopped: int) -> list[OpenSection]:
    circuit = encoding.circuit
    found: list[OpenSection] = []
    # Whoever ends one that it is in none of has gone wrong there: so their numbers say what cookies from memory do not.
    counted = [e for e in events if e.own and encoding.executed[e.id] != NO]
    kept = [e for e in counted if "Srcu-lock" in e.tags and _handed_on(encoding, events, e)]
    if kept:
        _left_open(encoding, thread, _inside(encoding, counted, None), kept[0])
    for grace in events if kept and stopped == YES else ():
        if "Sync-srcu" in grace.tags:
            before = [e for e in counted if e.position < grace.position]
            circuit.add(-encoding.executed[grace.id], -_inside(encoding, before, grace.address))
    for index, lock in enumerate(e for e in events if "Srcu-lock" in e.tags and e.kind == "R"):
        unlocks = [(e.final, _unlocks(encoding, e, lock)) for e in events if "Srcu-unlock" in e.tags]
        handed_on = _handed_on(encoding, events, lock) and not lock.own
        if not handed_on and lock not in kept:
            if stopped == YES:
                _outlasts_own(encoding, events, lock)
            left = circuit.any_of([literal for _, literal in unlocks])
            open_ = circuit.all_of((encoding.executed[lock.id], -left))
            _left_open(encoding, thread, open_, lock)
            if lock.final and open_ != NO:
                found.append(OpenSection(thread, open_, lock.address))
        left = circuit.any_of([literal for final, literal in unlocks if not final])
        open_ = circuit.all_of((encoding.executed[lock.id], -left))
        if lock in kept:
            open_ = circuit.all_of((open_, _inside(encoding, [e for e in counted if not e.final], lock.address)))
        if lock.final or open_ == NO:
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
        _add(encoding, unlock, circuit.all_of((open_, -ended(encoding, thread) if handed_on else stopped)), lock)
        if not handed_on:
            found.append(OpenSection(thread, open_, lock.address))
    return found


def _inside(encoding: Encoding, events: list[Event], address: Expr | None) -> int:
    """The literal that more sections of the structure at ``address``, or of any, are begun than ended by ``events``."""
    circuit = encoding.circuit
    depth: list[int] = []
    for event in events:
        here = encoding.executed[event.id]
        if address is not None and event.address is not None:
            here = circuit.all_of((here, encoding.valuation.equals(event.address, address)))
        depth = _deeper(circuit, depth, here) if "Srcu-lock" in event.tags else _shallower(circuit, depth, here)
    return depth[0] if depth else NO


def _deeper(circuit: Circuit, depth: list[int], here: int) -> list[int]:
    """``depth`` (more than so many sections are open: a literal each) behind a start of one if ``here`` holds."""
    inner = [circuit.if_else(here, outer, now) for outer, now in zip(depth, [*depth[1:], NO], strict=False)]
    return [circuit.any_of((here, *depth[:1])), *inner]


def _shallower(circuit: Circuit, depth: list[int], here: int) -> list[int]:
    """``depth`` behind an end of a section if ``here`` holds."""
    return [circuit.if_else(here, below, now) for now, below in zip(depth, [*depth[1:], NO], strict=False)]


def _outlasts_own(encoding: Encoding, events: list[Event], lock: Event) -> None:
    """Let no grace period of the thread of ``lock`` end in the section."""
    circuit = encoding.circuit
    for grace in events:
        if "Sync-srcu" in grace.tags and grace.position > lock.position:
            left = [
                _unlocks(encoding, e, lock)
                for e in events
                if "Srcu-unlock" in e.tags and lock.position < e.position < grace.position
            ]
            assert lock.address is not None
            assert grace.address is not None
            same = encoding.valuation.equals(lock.address, grace.address)
            circuit.add(-encoding.executed[grace.id], -encoding.executed[lock.id], -same, circuit.any_of(left))


def _unlocks(encoding: Encoding, unlock: Event, lock: Event) -> int:
    """The literal that ``unlock`` is executed with the cookie that ``lock`` gave, and of the same structure."""
    cookie = [encoding.valuation.all(guard) for read, guard in unlock.data if read == lock.id]
    if not cookie:
        return NO
    assert unlock.address is not None
    assert lock.address is not None
    same = encoding.valuation.equals(unlock.address, lock.address)
    return encoding.circuit.all_of((encoding.executed[unlock.id], encoding.circuit.any_of(cookie), same))


def _add(encoding: Encoding, event: Event, executed: int, at: Event | None) -> None:
    number = len(encoding.events)
    encoding.events.append(evolve(event, id=number))
    encoding.executed.append(executed)
    if at is not None:
        encoding.at[number] = encoding.at[at.id]
        for place in encoding.at[number]:
            encoding.writers.setdefault(place, []).append(number)


def _handed_on(encoding: Encoding, events: list[Event], lock: Event) -> bool:
    """Whether the cookie of a section is stored, so that what ends it may not show it: anybody may, or its own thread,
    whose ``events`` these are."""
    if lock.own:
        locks = {e.id for e in events if "Srcu-lock" in e.tags}
        if all(any(read in locks for read, _ in e.data) for e in events if "Srcu-unlock" in e.tags):
            return False
    elif lock.early:
        return True
    return any(
        event.kind == "W" and "Srcu-unlock" not in event.tags and any(read == lock.id for read, _ in event.data)
        for event in encoding.graph.events
    )


def _left_open(encoding: Encoding, thread: int, open_: int, lock: Event) -> None:
    literal = encoding.circuit.all_of((open_, ended(encoding, thread)))
    _report(encoding, literal, lock, LEFT_OPEN)


def _report(encoding: Encoding, literal: int, event: Event, message: str) -> None:
    if literal != NO:
        place = event.source, event.stack, event.thread, event.position
        encoding.findings.append(Finding(literal, "lock-misuse", message, *place))
