"""What of an execution comes before a failure: its steps, and those that they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve

from modelcheck.solve.result import Condition, Execution
from modelcheck.trace.failing import Point, before


def prefix(execution: Execution, points: Iterable[Point]) -> Execution:
    """The part of ``execution`` that leads to ``points``.

    It holds each thread up to its point, and with every event those before it in its thread, the write that it reads
    from, and the other half of a read-modify-write: what is left out could as well not have happened yet. Initial
    writes stay where an event that is kept touches their cell; what ran at rest goes.
    """
    events = execution.events
    kept = before(execution, points)
    touched = {
        byte
        for number in kept
        if (address := events[number].address) is not None
        for byte in range(address, address + max(events[number].size, 1))
    }
    kept |= {
        e.id
        for e in events
        if e.thread < 0
        and e.address is not None
        and not touched.isdisjoint(range(e.address, e.address + max(e.size, 1)))
    }
    return evolve(restricted(execution, kept), partial=True)


def restricted(execution: Execution, kept: Iterable[int]) -> Execution:
    """``execution`` with no events but ``kept``, numbered anew, and no objects but those that they touch or point to.

    A condition of an event stays when the reads that it speaks of do.
    """
    numbers = {old: new for new, old in enumerate(sorted(kept))}
    told = sorted(numbers, key=lambda old: execution.events[old].order)
    place = {old: order for order, old in enumerate(told)}
    guards, conditions = _conditions(execution, numbers)
    events = tuple(
        evolve(execution.events[old], id=new, order=place[old], guard=guards[old]) for old, new in numbers.items()
    )

    met = {e.address for e in events} | {e.value for e in events if e.points}
    objects = tuple(
        o
        for o in execution.objects
        if any(isinstance(at, int) and o.base <= at < o.base + max(o.size, 1) for at in met)
    )
    return evolve(execution.renumbered(events, numbers), objects=objects, conditions=conditions)


def _conditions(
    execution: Execution, numbers: Mapping[int, int]
) -> tuple[Mapping[int, tuple[int, ...]], tuple[Condition, ...]]:
    """The guards of the events that stay, and the conditions that they speak of, events numbered anew."""
    found: dict[int, int] = {}
    guards: dict[int, tuple[int, ...]] = {}
    for old in numbers:
        guard = [g for g in execution.events[old].guard if all(r in numbers for r in execution.conditions[g].reads)]
        guards[old] = tuple(found.setdefault(g, len(found)) for g in guard)

    return guards, tuple(execution.conditions[g].renumbered(numbers) for g in found)
