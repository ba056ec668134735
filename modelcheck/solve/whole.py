"""Accesses of an execution put together again from their pieces (`modelcheck.solve.pieces`)."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from attrs import evolve

from modelcheck.program.expr import UNDEFINED, Undefined, Value, join_bytes
from modelcheck.solve.result import ExecutedEvent, Execution


def whole(execution: Execution, several: Sequence[Sequence[int]]) -> Execution:
    """``execution`` with each of ``several`` events made one; their numbers in order of address."""
    if not several:
        return execution
    first = {piece: pieces[0] for pieces in several for piece in pieces}
    left = [event for event in execution.events if first.get(event.id, event.id) == event.id]
    number = {event.id: index for index, event in enumerate(left)}
    to = {event.id: number[first.get(event.id, event.id)] for event in execution.events}
    order = {old: place for place, old in enumerate(sorted(number, key=lambda n: execution.events[n].order))}
    pieces = {each[0]: [execution.events[n] for n in each] for each in several}
    events = tuple(
        evolve(_joined(event, pieces.get(event.id, [event])), id=number[event.id], order=order[event.id])
        for event in left
    )
    conditions = tuple(condition.renumbered(to) for condition in execution.conditions)
    return evolve(execution.renumbered(events, to), conditions=conditions)


def _joined(event: ExecutedEvent, pieces: Sequence[ExecutedEvent]) -> ExecutedEvent:
    if len(pieces) == 1:
        return event
    values: list[Value] = []
    for piece in pieces:
        known = piece.value
        numbers = (
            [UNDEFINED] * piece.size if known is None or isinstance(known, Undefined) else _bytes(known, piece.size)
        )
        values += numbers
    return evolve(event, size=len(values), value=join_bytes(values), points="")


def _bytes(value: int, size: int) -> list[int]:
    return list(value.to_bytes(size, "little"))


def one_by_one(execution: Execution, several: Sequence[Sequence[int]]) -> bool:
    """Whether, with each of ``several`` events of ``execution`` one step, and each read-modify-write too, its steps can
    be taken one by one: then it is one of every memory model."""
    group = {piece: pieces[0] for pieces in several for piece in pieces}
    for reading, write in execution.rmw:
        mine, other = group.get(reading, reading), group.get(write, write)
        for event, now in list(group.items()):
            if now == other:
                group[event] = mine
        group.setdefault(reading, mine)
        group[write] = mine
    source = {reading: write for write, reading in execution.rf}
    edges = [*execution.rf, *execution.co]
    edges += [(reading, later) for reading, write in source.items() for one, later in execution.co if one == write]
    for thread in range(len(execution.threads)):
        own = sorted((e.position, e.id) for e in execution.events if e.thread == thread and not e.final)
        edges += pairwise(number for _, number in own)
    before: dict[int, set[int]] = {}
    for one, other in edges:
        a, b = group.get(one, one), group.get(other, other)
        if a != b and not execution.events[one].final and not execution.events[other].final:
            before.setdefault(b, set()).add(a)
    try:
        TopologicalSorter(before).prepare()
    except CycleError:
        return False
    return True
