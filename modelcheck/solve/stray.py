"""Unlocks of a lock that their thread does not hold, as litmus tests have them.

The kernel's lock.cat puts an unlock into the coherence order behind the lock operation that it ends. One that ends
none is in no order: no lock operation reads from it, it frees nobody, and only ``spin_is_locked()`` may see it. Whether
an unlock is such a one rests on the branches taken and on which trylock succeeded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelcheck.program.graph import Event, EventGraph
from modelcheck.program.guards import contradict
from modelcheck.solve.sat import NO, YES

if TYPE_CHECKING:
    from modelcheck.solve.encode import Encoding

TAKING = "LKW"
ENDING = "UL"
LOOKS_FREE = "RU"
LOCK_READS = frozenset({"LKR", "LF", "RL", LOOKS_FREE})
LOCK_WRITES = frozenset({TAKING, ENDING})


def perhaps_stray(graph: EventGraph) -> frozenset[int]:
    """Ids of the unlocks that may end nothing, by the look of the program."""
    found: set[int] = set()
    before: dict[int, list[Event]] = {}
    for event in graph.events:
        if event.kind == "W" and event.tags & LOCK_WRITES and not event.final:
            earlier = before.setdefault(event.thread, [])
            if ENDING in event.tags and not _ends(event, earlier):
                found.add(event.id)
            earlier.append(event)
    return frozenset(found)


def _ends(unlock: Event, earlier: Sequence[Event]) -> bool:
    """Whether the last lock operation before ``unlock`` certainly takes the same lock."""
    last = next((e for e in reversed(earlier) if e.address is not unlock.address or not _excluded(e, unlock)), None)
    return (
        last is not None
        and TAKING in last.tags
        and last.address is unlock.address
        and set(last.guard) <= set(unlock.guard)
    )


def _excluded(one: Event, other: Event) -> bool:
    return False if set(one.guard) <= set(other.guard) else contradict(one.guard, other.guard)


def ends_a_section(encoding: Encoding, unlocks: frozenset[int]) -> dict[int, int]:
    """For each of ``unlocks`` the literal that it ends a section of its thread."""
    found: dict[int, int] = {}
    circuit = encoding.circuit
    for unlock in sorted(unlocks):
        event = encoding.events[unlock]
        earlier = [
            other
            for other in encoding.graph.events
            if other.thread == event.thread
            and other.kind == "W"
            and other.tags & LOCK_WRITES
            and other.position < event.position
            and other.id in encoding.at
        ]
        ways, rest = [], YES
        for other in sorted(earlier, key=lambda e: e.position, reverse=True):
            if unlock not in encoding.at:
                break
            here = circuit.all_of((encoding.executed[other.id], encoding.same_place(other.id, unlock)))
            if TAKING in other.tags:
                ways.append(circuit.all_of((rest, here)))
            rest = circuit.all_of((rest, -here))
            if rest == NO:
                break
        found[unlock] = circuit.any_of(ways)
    return found
