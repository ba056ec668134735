"""An execution as the cat evaluator sees it, made from its events and pairs alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from modelcheck.cat.candidate import Candidate, Relation
from modelcheck.solve.result import ExecutedEvent, Execution, Pair


def modelled(execution: Execution) -> tuple[int, ...]:
    """The events of ``execution`` that a memory model is about, by candidate number: all but those at rest."""
    return tuple(event.id for event in execution.events if not event.final)


def candidate(execution: Execution) -> Candidate:
    """The candidate execution that ``execution`` is; its event ``n`` is ``modelled(execution)[n]``.

    A write that ends an object's life is a plain write. Sets and relations are those of `Candidate`.
    """
    events = [execution.events[number] for number in modelled(execution)]
    number = {event.id: index for index, event in enumerate(events)}
    threads = _threads(events)
    everything = (1 << len(events)) - 1
    same = tuple(sum(1 << n for n in threads.get(event.thread, ())) for event in events)

    def rows(pairs: Iterable[Pair]) -> Relation:
        found = [0] * len(events)
        for one, other in pairs:
            if one in number and other in number:
                found[number[one]] |= 1 << number[other]
        return tuple(found)

    relations: dict[str, Relation] = {
        name: rows(getattr(execution, name)) for name in ("rf", "co", "addr", "data", "ctrl", "rmw")
    }
    relations["po"] = _program_order(threads, len(events))
    relations["loc"] = _same_location(events)
    relations["int"] = same
    relations["ext"] = tuple(everything & ~row for row in same)
    return Candidate(len(events), _sets(events), relations)


def _sets(events: list[ExecutedEvent]) -> Mapping[str, int]:
    sets: dict[str, int] = {"R": 0, "W": 0, "F": 0, "M": 0, "IW": 0}
    for index, event in enumerate(events):
        kind = "W" if event.kind == "poison" else event.kind
        for name in {kind, *event.tags, *(() if kind == "F" else ("M",))}:
            sets[name] = sets.get(name, 0) | 1 << index
    return sets


def _threads(events: list[ExecutedEvent]) -> Mapping[int, list[int]]:
    """The events of each thread in program order; initial writes are of none."""
    threads: dict[int, list[int]] = {}
    for index, event in enumerate(events):
        if event.thread >= 0:
            threads.setdefault(event.thread, []).append(index)
    for several in threads.values():
        several.sort(key=lambda index: (events[index].position, index))
    return threads


def _program_order(threads: Mapping[int, list[int]], size: int) -> Relation:
    rows = [0] * size
    for several in threads.values():
        behind = 0
        for index in reversed(several):
            rows[index] = behind
            behind |= 1 << index
    return tuple(rows)


def _same_location(events: list[ExecutedEvent]) -> Relation:
    places: dict[int, int] = {}
    for index, event in enumerate(events):
        if event.address is not None:
            places[event.address] = places.get(event.address, 0) | 1 << index
    return tuple(0 if event.address is None else places[event.address] for event in events)
