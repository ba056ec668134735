"""The cycle for which SC forbids an execution, and which orders within it would make its own model forbid it too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice, pairwise
from typing import Final, TypeVar

import attrs
from attrs import frozen

from modelcheck.cat import Model, load_model
from modelcheck.errors import InputError
from modelcheck.solve.result import ExecutedEvent, Execution, Pair
from modelcheck.trace.candidate import candidate
from modelcheck.trace.steps import Telling, from_reads, next_writes, program_order
from modelcheck.trace.trace import Trace, model_place

_Item = TypeVar("_Item")

_LOOKED_AT: Final = 20_000
"""Events of all the shortest cycles' executions that are compared; there may be very many cycles."""


@frozen
class Link:
    """One step of a cycle to the next: ``relation`` is po, rf, co or fr."""

    source: int
    target: int
    relation: str


@frozen
class Missing:
    """A pair of accesses of one thread that nothing orders, and the weakest barrier (a tag) between them that does."""

    before: int
    after: int
    barrier: str


@frozen
class Cycle:
    """A cycle of program order and communication.

    Attributes:
        links: from event to event, the last one back to the first.
        missing: pairs of it which, ordered together, make the model forbid the execution; empty where that is not
            known (no such orders within the cycle, or a model that cannot be read).
        marked: plain accesses that must also be marked for that.
        leads_to_failure: whether the cycle is among the events that can have a part in the failure; if not, these
            alone are in an order that SC allows.
    """

    links: tuple[Link, ...]
    missing: tuple[Missing, ...]
    marked: tuple[int, ...]
    leads_to_failure: bool


def forbidden_by_sc(trace: Trace, telling: Telling) -> Cycle | None:
    """The cycle for which SC forbids ``trace``; None for an execution that SC allows.

    Of several, one among the events that lead to the failure, and that the fewest orders break.
    """
    whole = trace.execution
    if not (closing := _against_order(whole)):
        return None
    part = _restricted(whole, _leading_to_failure(trace))
    in_part = _against_order(part)
    model = _model(trace)
    shortest = (links for edge in in_part or closing for links in _cycles(part if in_part else whole, *edge))
    most = 1 + _LOOKED_AT // len(whole.events)
    found = [_broken(trace, model, links, bool(in_part)) for links in islice(shortest, most)]

    def cost(cycle: Cycle) -> tuple[object, ...]:
        steps = sorted(telling.number[link.source] for link in cycle.links)
        known = bool(cycle.missing)
        return not known, len(cycle.marked), len(cycle.links), len(cycle.missing), steps

    best = min(found, key=cost)
    ordered = sorted(best.missing, key=lambda pair: telling.number[pair.before])
    first = min(range(len(best.links)), key=lambda index: telling.number[best.links[index].source])
    return attrs.evolve(best, links=best.links[first:] + best.links[:first], missing=tuple(ordered))


def _model(trace: Trace) -> Model | None:
    try:
        return load_model(model_place(trace))
    except InputError:
        return None


def _against_order(execution: Execution) -> list[Pair]:
    """The communication edges that lie on a cycle with program order, those of fr alone where there are such."""
    after = _successors(execution)
    reach = _reach(len(execution.events), after)
    communication = [
        (kind, one, other)
        for one, several in after.items()
        for other, kind in several.items()
        if kind != "po" and reach[other] >> one & 1
    ]
    return sorted((a, b) for kind, a, b in communication if kind == "fr") or sorted((a, b) for _, a, b in communication)


def _successors(execution: Execution) -> dict[int, dict[int, str]]:
    """Each event's next ones: all later of its thread, and those it communicates with."""
    events = execution.events
    after: dict[int, dict[int, str]] = {}
    for own in program_order(execution):
        for index, event in enumerate(own):
            after[event] = dict.fromkeys(own[index + 1 :], "po")
    edges = (("rf", execution.rf), ("co", next_writes(execution).items()), ("fr", from_reads(execution)))
    for kind, pairs in edges:
        for one, other in pairs:
            if one in after and other in after and events[one].address is not None and one != other:
                after[one].setdefault(other, kind)
    return after


def _reach(size: int, after: dict[int, dict[int, str]]) -> list[int]:
    rows = [0] * size
    for one, several in after.items():
        for other in several:
            rows[one] |= 1 << other
    for middle in after:
        row, bit = rows[middle], 1 << middle
        for one in after:
            if rows[one] & bit:
                rows[one] |= row
                row = rows[middle]
    return rows


def _cycles(execution: Execution, source: int, target: int) -> Iterator[tuple[Link, ...]]:
    """All shortest ways from ``target`` back to ``source``, closed by the edge from ``source`` to ``target``."""
    after = _successors(execution)
    distance = {target: 0}
    layer = [target]
    while layer and source not in distance:
        following = []
        for one in layer:
            for other in after[one]:
                if other not in distance:
                    distance[other] = distance[one] + 1
                    following.append(other)
        layer = following
    if source not in distance:
        return
    before: dict[int, list[int]] = {}
    for one, steps in distance.items():
        for other in after[one]:
            if distance.get(other) == steps + 1:
                before.setdefault(other, []).append(one)
    stack: list[tuple[int, ...]] = [(source,)]
    while stack:
        path = stack.pop()
        if path[0] == target:
            turn = (*path, target)
            yield tuple(Link(a, b, after[a][b]) for a, b in pairwise(turn))
            continue
        stack += [(one, *path) for one in sorted(before.get(path[0], ()), reverse=True)]


# ---------------------------------------------------------------- what would forbid it


def _broken(trace: Trace, model: Model | None, links: tuple[Link, ...], relevant: bool) -> Cycle:
    """The cycle with the fewest of its program-order pairs which, ordered, make ``model`` forbid the execution."""
    if model is not None:
        execution = trace.execution
        pairs = [link for link in links if link.relation == "po"]
        touched = {event for link in links for event in (link.source, link.target)}
        plain = sorted(e for e in touched if trace.model == "lkmm" and not execution.events[e].tags)
        for marked in _subsets(plain):
            for chosen in _subsets(pairs):
                if (chosen or marked) and (barriers := _weakest(execution, model, chosen, marked)) is not None:
                    missing = (
                        Missing(link.source, link.target, tag) for link, tag in zip(chosen, barriers, strict=True)
                    )
                    return Cycle(links, tuple(missing), marked, relevant)
    return Cycle(links, (), (), relevant)


def _subsets(several: Sequence[_Item]) -> Iterator[tuple[_Item, ...]]:
    for size in range(min(len(several), 4) + 1):
        yield from combinations(several, size)


def _weakest(
    execution: Execution, model: Model, chosen: Sequence[Link], marked: Sequence[int]
) -> tuple[str, ...] | None:
    """A barrier for each of ``chosen`` with which ``model`` forbids ``execution``; None where full ones do not."""
    events = execution.events

    def forbidden(tags: Sequence[str]) -> bool:
        fences = [(link.source, tag) for link, tag in zip(chosen, tags, strict=True)]
        return not model.allows(candidate(_with(execution, fences, marked)))

    for full in ("Mb", "SC"):
        barriers = [full] * len(chosen)
        if not forbidden(barriers):
            continue
        for index, link in enumerate(chosen):
            kinds = events[link.source].kind + events[link.target].kind
            weaker = {"WW": "Wmb", "RR": "Rmb"}.get(kinds)
            if weaker is not None and forbidden([*barriers[:index], weaker, *barriers[index + 1 :]]):
                barriers[index] = weaker
        return tuple(barriers)
    return None


def _with(execution: Execution, fences: Iterable[tuple[int, str]], marked: Iterable[int]) -> Execution:
    """``execution`` with a fence directly behind each of some events, and some accesses marked."""
    events: list[ExecutedEvent] = list(execution.events)
    for number in marked:
        events[number] = attrs.evolve(events[number], tags=events[number].tags | {"ONCE"})
    for number, tag in fences:
        fence = attrs.evolve(
            execution.events[number],
            id=len(events),
            kind="F",
            tags=frozenset({tag}),
            address=None,
            size=0,
            value=None,
            name="",
            points="",
        )
        events.append(fence)
    return attrs.evolve(execution, events=tuple(events))


# ---------------------------------------------------------------- what the failure rests on


def failing_threads(trace: Trace) -> set[int]:
    """The threads that run what fails: mostly one; none when that is not known."""
    root = trace.stack[0] if trace.stack else trace.source
    return {e.thread for e in trace.execution.events if root is not None and _root(e) == (root.file, root.function)}


def _leading_to_failure(trace: Trace) -> set[int]:
    """All events that can have a part in the failure: those of the failing thread, those that any of them depends on,
    all writes to what any of them reads, and so on. Where the failing thread is not known: all."""
    execution = trace.execution
    thread = failing_threads(trace)
    if not thread:
        return {event.id for event in execution.events}
    open_ = [e.id for e in execution.events if e.thread in thread]
    before: dict[int, list[int]] = {}
    writes: dict[int | None, list[int]] = {}
    for event in execution.events:
        if event.kind in ("W", "poison"):
            writes.setdefault(event.address, []).append(event.id)
    for pairs in (execution.rf, execution.addr, execution.data, execution.ctrl, execution.rmw):
        for one, other in pairs:
            before.setdefault(other, []).append(one)
    for event in execution.events:
        for condition in event.guard:
            before.setdefault(event.id, []).extend(execution.conditions[condition].reads)
    if not execution.conditions:
        # Waiting is no ctrl dependency; without guards, all that a thread did before may have led it here.
        for own in program_order(execution):
            for one, other in pairwise(own):
                before.setdefault(other, []).append(one)
    for event in execution.events:
        if event.kind == "R":
            before.setdefault(event.id, []).extend(writes.get(event.address, ()))
    found = set(open_)
    while open_:
        for one in before.get(open_.pop(), ()):
            if one not in found:
                found.add(one)
                open_.append(one)
    return found


def _restricted(execution: Execution, kept: set[int]) -> Execution:
    """The part of ``execution`` among ``kept``, as if the other events of threads were none."""
    events = tuple(e if e.id in kept or e.thread < 0 else attrs.evolve(e, final=True) for e in execution.events)

    def among(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
        return tuple((a, b) for a, b in pairs if not events[a].final and not events[b].final)

    return attrs.evolve(execution, events=events, rf=among(execution.rf), co=among(execution.co))


def _root(event: ExecutedEvent) -> tuple[str, str]:
    place = event.stack[0] if event.stack else event.source
    return place.file, place.function
