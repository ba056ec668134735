"""The cycle for which SC forbids an execution, and which orders within it would make its own model forbid it too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Final

import attrs
from attrs import frozen

from modelcheck.cat import Model, load_model
from modelcheck.errors import InputError
from modelcheck.solve.result import Execution, Pair
from modelcheck.trace.candidate import candidate
from modelcheck.trace.changes import ACQUIRE, FENCE, MARK, RELEASE, Change, candidates, changed, cheapest
from modelcheck.trace.failing import failing, failing_threads
from modelcheck.trace.steps import Telling, from_reads, next_writes, program_order
from modelcheck.trace.trace import Trace, model_place

_LOOKED_AT: Final = 20_000
"""Events of all the shortest cycles' executions that are compared; there may be very many cycles."""

_ASKED: Final = 600
"""So many changed executions are judged."""


@frozen
class Link:
    """One step of a cycle to the next: ``relation`` is po, rf, co or fr."""

    source: int
    target: int
    relation: str


@frozen
class Cycle:
    """A cycle of program order and communication.

    Attributes:
        links: from event to event, the last one back to the first.
        changes: the fewest and weakest with which the model forbids the execution; empty where that is not known (no
            such changes within the cycle, or a model that cannot be read).
        instead: where accesses that acquire or release are among those: barriers and marked accesses that do as well.
        leads_to_failure: whether the cycle is among the events that can have a part in the failure; if not, these
            alone are in an order that SC allows.
    """

    links: tuple[Link, ...]
    changes: tuple[Change, ...]
    instead: tuple[Change, ...]
    leads_to_failure: bool

    @property
    def missing(self) -> tuple[Change, ...]:
        """Those of the changes that order a pair of accesses of one thread, which nothing orders."""
        return tuple(change for change in self.changes if change.kind != MARK)

    @property
    def marked(self) -> tuple[int, ...]:
        """Plain accesses that must also be marked."""
        return tuple(change.event for change in self.changes if change.kind == MARK)


def forbidden_by_sc(trace: Trace, telling: Telling) -> Cycle | None:
    """The cycle for which SC forbids ``trace``; None for an execution that SC allows.

    Of several, one among the events that lead to the failure, and that takes the least to break.
    """
    whole = trace.execution
    if not (closing := _against_order(whole)):
        return None
    part = _restricted(whole, _leading_to_failure(trace))
    in_part = _against_order(part)
    shortest = (links for edge in in_part or closing for links in _cycles(part if in_part else whole, *edge))
    most = 1 + _LOOKED_AT // len(whole.events)
    ends = set(failing(trace))
    number = telling.number

    def rank(links: tuple[Link, ...]) -> tuple[object, ...]:
        steps = sorted(number[link.source] for link in links)
        return len(links), not ends & {link.source for link in links}, steps

    ranked = sorted(islice(shortest, most), key=rank)
    best = Cycle(ranked[0], (), (), bool(in_part))
    if (model := _model(trace)) is not None:
        best = _least(trace, model, ranked, best)
    changes = sorted(best.changes, key=lambda change: (number[change.before], number[change.after]))
    first = min(range(len(best.links)), key=lambda index: number[best.links[index].source])
    return attrs.evolve(best, links=best.links[first:] + best.links[:first], changes=tuple(changes))


def _least(trace: Trace, model: Model, several: Sequence[tuple[Link, ...]], unknown: Cycle) -> Cycle:
    """The one of several cycles that costs least to break, with how."""
    execution = trace.execution
    judged: dict[frozenset[Change], bool] = {}

    def forbidden(changes: Sequence[Change]) -> bool:
        key = frozenset(changes)
        if key not in judged:
            judged[key] = not model.allows(candidate(changed(execution, changes, trace.model)))
        return judged[key]

    if forbidden(()):
        return unknown  # only a whole execution may be allowed
    best, below = unknown, float("inf")
    left = [_ASKED]
    for links in several:
        several_changes = candidates(
            trace,
            [(link.source, link.target) for link in links if link.relation == "po"],
            sorted({event for link in links for event in (link.source, link.target)}),
        )
        found = cheapest(trace, several_changes, forbidden, below, left)
        if found is not None:
            changes, below = found
            best = attrs.evolve(unknown, links=links, changes=changes)
    if any(change.kind in (ACQUIRE, RELEASE) for change in best.changes):
        links = best.links
        fences = [
            change
            for change in candidates(
                trace,
                [(link.source, link.target) for link in links if link.relation == "po"],
                sorted({event for link in links for event in (link.source, link.target)}),
            )
            if change.kind in (FENCE, MARK)
        ]
        other = cheapest(trace, fences, forbidden, below + 2, [_ASKED])
        if other is not None and not any(change.tag == "Mb" for change in other[0]):
            best = attrs.evolve(best, instead=other[0])
    return best


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


# ---------------------------------------------------------------- what the failure rests on


def _leading_to_failure(trace: Trace) -> set[int]:
    """All events that can have a part in the failure: those of the failing thread, those that any of them depends on,
    all writes to what any of them reads, and so on. Where it fails behind the end of others, that these have done no
    more leads to it, too: then all, as where the failing thread is not known."""
    execution = trace.execution
    thread = failing_threads(trace)
    joins = any(e.name.startswith("end of ") for e in execution.events if e.thread in thread)
    if not thread or joins or not failing(trace):
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
