"""What a memory model says of an execution: each of its axioms, flags, and the cycle that a stronger model forbids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from modelcheck.cat import Model
from modelcheck.solve.result import ExecutedEvent, Execution, Pair
from modelcheck.trace.candidate import candidate, modelled

_MOST: Final = 4
"""So many shortest cycles are kept."""


@frozen
class HeldAxiom:
    """An axiom of a model: its name, its kind (``acyclic``, ``irreflexive``, ``empty``, with ``~`` in front where it is
    negated), and whether the execution satisfies it."""

    name: str
    kind: str
    holds: bool


@frozen
class RaisedFlag:
    """A flag that an execution raises, with the pairs of events that raise it ((e, e) for one event)."""

    name: str
    pairs: tuple[Pair, ...]


@frozen
class Edge:
    """An edge of a cycle between two events: ``relation`` is ``po``, ``rf``, ``co`` or ``fr``."""

    source: int
    target: int
    relation: str


@frozen
class Judged:
    """The judgement on one execution; events are named by their ids in it.

    Attributes:
        axioms: those of the model, in its order.
        flags: those raised.
        cycles: when sequential consistency forbids the execution, the shortest cycles for which it does; of each
            the edges in order, the first event the one that is told first.
    """

    axioms: tuple[HeldAxiom, ...] = ()
    flags: tuple[RaisedFlag, ...] = ()
    cycles: tuple[tuple[Edge, ...], ...] = ()


def judge(execution: Execution, model: Model) -> Judged:
    """What ``model`` says of ``execution``."""
    made = candidate(execution)
    numbers = modelled(execution)
    violated = set(model.violated(made))
    axioms = tuple(
        HeldAxiom(axiom.name, f"{'~' if axiom.negated else ''}{axiom.test}", axiom.name not in violated)
        for axiom in model.axioms
    )
    flags = tuple(
        RaisedFlag(name, tuple((numbers[one], numbers[other]) for one, other in pairs))
        for name, pairs in sorted(model.flags(made).items())
    )
    return Judged(axioms, flags, tuple(cycles(execution)))


def cycles(execution: Execution) -> list[tuple[Edge, ...]]:
    """The shortest cycles of po, rf, co and fr in ``execution``, `_MOST` at most; none when SC allows it."""
    edges = _edges(execution)
    found: dict[frozenset[int], tuple[Edge, ...]] = {}
    shortest = len(edges) + 1
    for start in sorted(edges, key=lambda number: execution.events[number].order):
        for cycle in _from(start, edges, shortest):
            if len(cycle) < shortest:
                shortest = len(cycle)
                found.clear()
            found.setdefault(frozenset(edge.source for edge in cycle), cycle)
    return [_turned(cycle, execution.events) for cycle in list(found.values())[:_MOST]]


def _edges(execution: Execution) -> dict[int, dict[int, str]]:
    """For each event those it is ordered before, each by one relation: the one that says most."""
    events = [event for event in execution.events if not event.final and event.kind != "F"]
    ids = {event.id for event in events}
    edges: dict[int, dict[int, str]] = {number: {} for number in ids}
    later: dict[int, list[int]] = {}
    for one, other in execution.co:
        later.setdefault(one, []).append(other)
    fr = [(read, other) for write, read in execution.rf for other in later.get(write, ())]
    for name, pairs in (("rf", execution.rf), ("co", execution.co), ("fr", fr)):
        for one, other in pairs:
            if one in ids and other in ids and one != other:
                edges[one].setdefault(other, name)
    threads: dict[int, list[ExecutedEvent]] = {}
    for event in events:
        if event.thread >= 0:
            threads.setdefault(event.thread, []).append(event)
    for several in threads.values():
        several.sort(key=lambda event: (event.position, event.id))
        for index, event in enumerate(several):
            for behind in several[index + 1 :]:
                edges[event.id][behind.id] = "po"
    return edges


def _from(start: int, edges: dict[int, dict[int, str]], limit: int) -> Iterator[tuple[Edge, ...]]:
    """The shortest cycle through ``start``, if it has one of ``limit`` edges or fewer."""
    reached: dict[int, tuple[int, int]] = {start: (start, 0)}
    todo = [start]
    for one in todo:
        steps = reached[one][1] + 1
        if steps > limit:
            return
        for other in sorted(edges[one]):
            if other == start:
                path = [Edge(one, start, edges[one][start])]
                while one != start:
                    before = reached[one][0]
                    path.append(Edge(before, one, edges[before][one]))
                    one = before
                yield tuple(reversed(path))
                return
            if other not in reached:
                reached[other] = (one, steps)
                todo.append(other)


def _turned(cycle: tuple[Edge, ...], events: tuple[ExecutedEvent, ...]) -> tuple[Edge, ...]:
    first = min(range(len(cycle)), key=lambda index: events[cycle[index].source].order)
    return (*cycle[first:], *cycle[:first])
