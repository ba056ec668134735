"""An execution in which memory is accessed whole and in parts, with each access taken apart where another one begins or
ends: so a memory model can be asked about it, which knows cells alone."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from modelcheck.cat.candidate import Candidate
from modelcheck.program.expr import byte_of
from modelcheck.solve.result import ExecutedEvent, Execution, Pair
from modelcheck.trace.candidate import candidate, modelled


def in_parts(execution: Execution) -> tuple[Execution, tuple[int, ...]]:
    """``execution`` in parts, and which event of it each one there is part of."""
    events = execution.events
    bounds = {
        at for e in events if e.address is not None and e.kind != "poison" for at in (e.address, e.address + e.size)
    }
    parts: list[ExecutedEvent] = []
    origin: list[int] = []
    of: dict[int, list[int]] = {}
    for event in events:
        for address, size in _ranges(event, bounds):
            value = event.value
            if isinstance(value, int) and address is not None and event.address is not None and size != event.size:
                whole, first = value, address - event.address
                value = sum(
                    byte << 8 * i for i in range(size) if isinstance(byte := byte_of(event.size, whole, first + i), int)
                )
            of.setdefault(event.id, []).append(len(parts))
            parts.append(evolve(event, id=len(parts), address=address, size=size, value=value, order=len(parts)))
            origin.append(event.id)

    def meeting(pairs: tuple[Pair, ...]) -> Iterator[Pair]:
        for one, other in pairs:
            for a in of[one]:
                for b in of[other]:
                    end = "poison" in (parts[a].kind, parts[b].kind)
                    if parts[a].address == parts[b].address or (end and len(of[one]) == len(of[other]) == 1):
                        yield a, b

    def every(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
        return tuple((a, b) for one, other in pairs for a in of[one] for b in of[other])

    order = set(execution.co)
    sources: dict[int, list[int]] = {}
    for write, read in meeting(execution.rf):
        sources.setdefault(read, []).append(write)
    rf = [
        (write, read)
        for read, several in sources.items()
        for write in several
        if not any((origin[write], origin[other]) in order for other in several)
    ]
    made = evolve(
        execution,
        events=tuple(parts),
        rf=tuple(rf),
        co=tuple(meeting(execution.co)),
        addr=every(execution.addr),
        data=every(execution.data),
        ctrl=every(execution.ctrl),
        rmw=tuple(meeting(execution.rmw)),
        conditions=(),
    )
    return evolve(made, events=tuple(evolve(event, guard=()) for event in made.events)), tuple(origin)


def candidate_in_parts(execution: Execution) -> tuple[Candidate, tuple[int, ...]]:
    """The candidate execution that ``execution`` is in parts, and which event of it each one there is part of.

    Its ``si`` relates the parts of one access, and po does not.
    """
    parts, origin = in_parts(execution)
    at = tuple(origin[number] for number in modelled(parts))
    same: dict[int, int] = {}
    for index, number in enumerate(at):
        same[number] = same.get(number, 0) | 1 << index
    made = candidate(parts)
    po = tuple(row & ~same[number] for row, number in zip(made.relations["po"], at, strict=True))
    si = tuple(same[number] for number in at)
    return evolve(made, relations={**made.relations, "po": po, "si": si}), at


def _ranges(event: ExecutedEvent, bounds: set[int]) -> list[tuple[int | None, int]]:
    if event.address is None or event.kind not in ("R", "W") or not event.size:
        return [(event.address, event.size)]
    starts = [at for at in range(event.address, event.address + event.size) if at == event.address or at in bounds]
    ends = [*starts[1:], event.address + event.size]
    return [(start, end - start) for start, end in zip(starts, ends, strict=True)]
