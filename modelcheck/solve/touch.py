"""Which threads touch one another: both access one memory location, one of them writing (a lock is a location too), or
one waits for a grace period that the other's sections hold up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from modelcheck.program.graph import Event
from modelcheck.program.touch import Groups, Touches
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO, YES

if TYPE_CHECKING:
    from modelcheck.solve.session import Session


def touching(session: Session) -> Touches:
    """The threads that touch in some execution that the model allows.

    Mostly nothing has to be searched for: two accesses that every execution has, to one cell, are enough. What runs
    before and after all threads does not count, nor what starts and ends them. Raises `OutOfTime`.
    """
    encoding = session.encoding
    groups = Groups()
    found: set[tuple[int, int]] = set()

    def link(one: int, other: int) -> None:
        # Identical threads stand for one another: each touches what one of them touches.
        pairs = [(one, other)]
        for mates in session.identical:
            if one in mates:
                pairs += [(mate, other) for mate in mates]
            if other in mates:
                pairs += [(one, mate) for mate in mates]
        for a, b in pairs:
            if a != b and not groups.linked(a, b):
                groups.link(a, b)
                found.add((min(a, b), max(a, b)))

    open_pairs: dict[tuple[int, int], dict[tuple[int, int, int], int]] = {}
    waits: dict[tuple[int, int], list[int]] = {}
    for grace, section, literal in _grace_periods(session):
        waits.setdefault((min(grace, section), max(grace, section)), []).append(literal)
    for place, one, other in _meetings(session):
        pair = min(one.thread, other.thread), max(one.thread, other.thread)
        if groups.linked(*pair):
            continue
        needed = encoding.executed[one.id], encoding.executed[other.id]
        if set(needed) == {YES} and encoding.at[one.id].get(place) == encoding.at[other.id].get(place) == YES:
            link(*pair)
        else:
            open_pairs.setdefault(pair, {})[one.id, other.id, place] = NO
    while True:
        wanted = {
            pair: encoding.circuit.any_of(
                [*(_meet(session, *where) for where in open_pairs.get(pair, ())), *waits.get(pair, ())]
            )
            for pair in sorted(open_pairs.keys() | waits.keys())
            if not groups.linked(*pair)
        }
        if not wanted or session.search(encoding.circuit.any_of(list(wanted.values()))) is None:
            return Touches(frozenset(found), session.graph.threads)
        for pair, literal in wanted.items():
            if session.solver.holds(literal) and not groups.linked(*pair):
                link(*pair)


def _meet(session: Session, one: int, other: int, place: Place) -> int:
    encoding = session.encoding
    return encoding.circuit.all_of(
        (encoding.executed[one], encoding.executed[other], encoding.at[one][place], encoding.at[other][place])
    )


def _meetings(session: Session) -> Iterator[tuple[Place, Event, Event]]:
    """Accesses of two threads that may meet in a cell, one a write."""
    encoding = session.encoding
    there: dict[Place, list[Event]] = {}
    for number, places in encoding.at.items():
        event = encoding.events[number]
        if encoding.executed[number] == NO or event.thread < 0 or event.final or number in encoding.hidden:
            continue
        for place, literal in places.items():
            if literal != NO and not (event.thread == 0 and _starts_or_ends(session, place)):
                there.setdefault(place, []).append(event)
    for place, events in there.items():
        for one, other in combinations(events, 2):
            if one.thread != other.thread and "W" in (one.kind, other.kind):
                yield place, one, other


def _grace_periods(session: Session) -> Iterator[tuple[int, int, int]]:
    """Threads of which one waits for a grace period, and the other is in a section that it would wait for; with the
    literal that both come to that."""
    encoding = session.encoding
    events = [e for e in encoding.graph.events if e.thread >= 0 and not e.final and encoding.executed[e.id] != NO]
    for grace in events:
        for tag, opens in (("Sync-rcu", "Rcu-lock"), ("Sync-srcu", "Srcu-lock")):
            for section in events if tag in grace.tags else ():
                if opens in section.tags and section.thread != grace.thread:
                    both = [encoding.executed[grace.id], encoding.executed[section.id]]
                    if grace.address is not None and section.address is not None:
                        both.append(encoding.valuation.equals(grace.address, section.address))
                    yield grace.thread, section.thread, encoding.circuit.all_of(both)


def _starts_or_ends(session: Session, place: Place) -> bool:
    """Whether ``place`` is no memory of the program's but the order of a start or a join (no name in C has a space)."""
    thing = session.space.find(place)
    return thing is not None and thing.name.startswith(("start of ", "end of "))
