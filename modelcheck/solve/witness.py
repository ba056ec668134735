"""The solver's consistent proposal as an `Execution`: concrete values, names, and an order in which to tell it."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from modelcheck.program.concrete import Concrete, Missing
from modelcheck.program.expr import UNDEFINED, Value
from modelcheck.program.graph import Dependencies, EventGraph
from modelcheck.program.memory import AddressSpace
from modelcheck.solve.conditions import Conditions
from modelcheck.solve.origins import Place
from modelcheck.solve.proposal import Proposal
from modelcheck.solve.result import ExecutedEvent, Execution, Pair, TouchedObject
from modelcheck.solve.sat import NO
from modelcheck.solve.whole import one_by_one, whole


def execution_of(proposal: Proposal) -> Execution:
    """The execution that ``proposal`` stands for."""
    return whole(_in_pieces(proposal), _pieces(proposal))


def torn(proposal: Proposal) -> bool:
    """Whether some access of ``proposal`` may have been torn: with each at once, no order explains it."""
    return not one_by_one(_in_pieces(proposal), _pieces(proposal))


def _pieces(proposal: Proposal) -> list[list[int]]:
    """The events that are pieces of one access, in order of address."""
    several: dict[int, list[int]] = {}
    for position, number in enumerate(_told(proposal)):
        piece = proposal.encoding.events[number].piece
        if piece is not None:
            several.setdefault(piece, []).append(position)
    return [sorted(each) for each in several.values()]


def _in_pieces(proposal: Proposal) -> Execution:
    encoding = proposal.encoding
    numbers = _told(proposal)
    index = {number: position for position, number in enumerate(numbers)}
    rf = sorted((index[w], index[r]) for r, w in proposal.rf.items() if w in index and r in index)
    rows = proposal.candidate().relations["co"]
    count = len(numbers) - len(proposal.resting)
    at = [proposal.number[number] for number in numbers[:count]]
    co = [(a, b) for a in range(count) for b in range(count) if rows[at[a]] >> at[b] & 1]
    order = _order(proposal, rf, co, count)
    reads = _read(proposal, numbers)
    choices = _choices(proposal, reads)
    conditions = Conditions(encoding.space, Concrete(reads, choices, _switches(proposal)), index)
    events: list[ExecutedEvent] = []
    for position, number in enumerate(numbers):
        event = encoding.events[number]
        place = proposal.place.get(number)
        if event.kind == "F" and event.address is not None:
            # A grace period of SRCU is one of the structure there.
            where = proposal.value(event.address)
            place = where if isinstance(where, int) else None
        value = None if event.value is None else proposal.value(event.value)
        if _garbage(proposal, event.rmw if event.rmw is not None else number):
            value = UNDEFINED
        events.append(
            ExecutedEvent(
                id=position,
                thread=event.thread,
                position=event.position,
                kind="poison" if number in encoding.poison else event.kind,
                tags=proposal.tags(event),
                address=place,
                size=event.size if place is not None else 0,
                value=value,
                source=event.source,
                stack=event.stack,
                name="" if place is None else encoding.space.name(place),
                order=order[position],
                final=event.final,
                points=_points(encoding.space, place, value),
                guard=conditions.of(event.guard),
            )
        )

    def pairs(which: str) -> tuple[Pair, ...]:
        found: set[Pair] = set()
        for number in numbers:
            deps: Dependencies = getattr(encoding.events[number], which)
            for read, guard in deps:
                if read in index and proposal.solver.holds(encoding.valuation.all(guard)):
                    found.add((index[read], index[number]))
        return tuple(sorted(found))

    rmw = [(index[r], index[n]) for n in numbers if (r := encoding.events[n].rmw) is not None and r in index]
    return Execution(
        threads=encoding.graph.threads,
        events=tuple(events),
        rf=tuple(rf),
        co=tuple(co),
        addr=pairs("addr"),
        data=pairs("data"),
        ctrl=pairs("ctrl"),
        rmw=tuple(sorted(rmw)),
        objects=_objects(encoding.space, events),
        choices=_made(encoding.graph, choices),
        conditions=conditions.every,
    )


def _read(proposal: Proposal, numbers: list[int]) -> dict[int, Value]:
    """What each executed read got."""
    events = proposal.encoding.events
    return {n: proposal.value(got) for n in numbers if events[n].kind == "R" and (got := events[n].value) is not None}


def _garbage(proposal: Proposal, read: int) -> bool:
    """Whether ``read`` is one that reads from the end of an object, or what nobody has written, or a store of that."""
    source = proposal.rf.get(read)
    if any(
        proposal.solver.holds(proposal.encoding.garbled.get(number, NO))
        for number in (read, source)
        if number is not None
    ):
        return True
    if source is None:
        return False
    written = proposal.encoding.events[source].value
    return source in proposal.encoding.poison or (written is not None and proposal.value(written) is UNDEFINED)


def _choices(proposal: Proposal, reads: dict[int, Value]) -> dict[int, Value]:
    """The outcomes of the choices that were made; where an outcome is of no account, it is the first."""
    encoding = proposal.encoding
    holds = proposal.solver.holds
    made: dict[int, Value] = {}
    concrete = Concrete(reads, made, _switches(proposal))
    for number, guard in enumerate(encoding.graph.chosen):
        try:
            if not concrete.all(guard):
                continue
        except Missing:
            continue  # it rests on what was not executed
        outcome = encoding.valuation.choice(number)
        made[number] = 0 if outcome is None else encoding.valuation.concrete(outcome, holds)
    return made


def _made(graph: EventGraph, choices: dict[int, Value]) -> tuple[Pair, ...]:
    """Those that the program's threads make, by thread."""
    made = [(graph.choosers[number], value) for number, value in choices.items() if isinstance(value, int)]
    return tuple(sorted((pair for pair in made if pair[0] >= 0), key=lambda pair: pair[0]))


def _switches(proposal: Proposal) -> frozenset[int]:
    """Those that are on."""
    switches = proposal.encoding.valuation.switches
    return frozenset(number for number, literal in switches.items() if proposal.solver.holds(literal))


def _told(proposal: Proposal) -> list[int]:
    """The events of the execution: those of the memory model, then those at rest. An access that has gone astray is
    none."""
    encoding = proposal.encoding

    def told(number: int) -> bool:
        astray = number in encoding.at and number not in proposal.place
        return not astray and number not in encoding.hidden

    return [number for number in (*proposal.chosen, *proposal.resting) if told(number)]


def _points(space: AddressSpace, place: Place | None, value: Value | None) -> str:
    return space.pointed(place, value) if place is not None and isinstance(value, int) else ""


def _objects(space: AddressSpace, events: list[ExecutedEvent]) -> tuple[TouchedObject, ...]:
    addresses = {event.address for event in events if event.address is not None}
    addresses |= {event.value for event in events if event.points and isinstance(event.value, int)}
    found = {thing.base: thing for address in addresses if (thing := space.find(address)) is not None}
    return tuple(TouchedObject(o.name, o.base, o.size, o.kind) for _, o in sorted(found.items()))


def _order(proposal: Proposal, rf: list[Pair], co: list[Pair], count: int) -> list[int]:
    """Places in a total order that respects program order, and rf, co, fr as far as they allow one.

    An execution that SC allows is told in an order that explains it; another one first gives up fr, then co, then rf.
    """
    events = proposal.encoding.events
    numbers = _told(proposal)
    source = {r: w for w, r in rf}
    later: dict[int, list[int]] = {}
    for one, other in co:
        later.setdefault(one, []).append(other)
    fr = [(r, w) for r, s in source.items() for w in later.get(s, ()) if r != w]
    po: list[Pair] = []
    last: dict[int, int] = {}
    for position in range(count):
        thread = events[numbers[position]].thread
        if thread >= 0:
            if thread in last:
                po.append((last[thread], position))
            last[thread] = position
    ordered = list(range(count))
    for edges in ([*rf, *co, *fr], [*rf, *co], rf, []):
        found = _sorted(count, [*po, *((a, b) for a, b in edges if a < count and b < count)])
        if found is not None:
            ordered = found
            break
    at_rest = sorted(range(count, len(numbers)), key=lambda p: events[numbers[p]].position)
    place = {position: index for index, position in enumerate([*ordered, *at_rest])}
    return [place[position] for position in range(len(numbers))]


def _sorted(count: int, edges: list[Pair]) -> list[int] | None:
    """0 … ``count`` - 1 in the first order that ``edges`` allow; None when they allow none."""
    before: dict[int, set[int]] = {number: set() for number in range(count)}
    for one, other in edges:
        before[other].add(one)
    sorter = TopologicalSorter(before)
    try:
        sorter.prepare()
    except CycleError:
        return None
    ready = list(sorter.get_ready())
    ordered: list[int] = []
    while ready:
        ready.sort(reverse=True)
        number = ready.pop()
        ordered.append(number)
        sorter.done(number)
        ready.extend(sorter.get_ready())
    return ordered
