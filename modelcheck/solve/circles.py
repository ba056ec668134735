"""Cells whose values may go round in a circle: through reads and writes from a cell back to itself.

Only there can an analysis of values go on for ever: ``x = x + 1``, or ``y = x`` here and ``x = y + 1`` elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from modelcheck.program.graph import Event
from modelcheck.program.guards import contradict

Place = int


@frozen
class Circle:
    """Cells that lead to one another.

    Attributes:
        places: the cells.
        writes: ids of the writes that go round: they write to one of the cells what rests on a read of one of them.
    """

    places: frozenset[Place]
    writes: tuple[int, ...]


def circles(
    places: Mapping[int, Iterable[Place]], supports: Mapping[int, Iterable[int]], writes: Iterable[int]
) -> list[Circle]:
    """The circles, each behind those that its values may come from.

    Args:
        places: cells that each access may touch.
        supports: for each write, the reads that its value rests on.
        writes: ids of the writes to look at.
    """
    flow: dict[Place, set[Place]] = {}
    moves: list[tuple[int, set[Place], set[Place]]] = []
    for write in writes:
        origins: set[Place] = set()
        for read in supports[write]:
            origins.update(places.get(read, ()))
        targets = set(places.get(write, ()))
        if origins and targets:
            moves.append((write, origins, targets))
            for origin in origins:
                flow.setdefault(origin, set()).update(targets)
    component: dict[Place, int] = {}
    members = _components(flow)
    for number, several in enumerate(members):
        for place in several:
            component[place] = number
    inside: dict[int, list[int]] = {}
    for write, origins, targets in moves:
        for number in {component[place] for place in origins} & {component[place] for place in targets}:
            inside.setdefault(number, []).append(write)
    return [Circle(frozenset(members[number]), tuple(inside[number])) for number in sorted(inside)]


def most_executed(writes: Iterable[Event]) -> int:
    """No execution has more of ``writes`` than this: of those in a thread that exclude one another it has one."""
    groups: dict[int, list[list[Event]]] = {}
    for write in writes:
        here = groups.setdefault(write.thread, [])
        fits = (group for group in here if all(contradict(write.guard, other.guard) for other in group))
        group = next(fits, None)
        if group is None:
            here.append([write])
        else:
            group.append(write)
    return sum(map(len, groups.values()))


def _components(flow: Mapping[Place, set[Place]]) -> list[list[Place]]:
    """Strongly connected components, each behind those that lead to it (Tarjan, without recursion)."""
    index: dict[Place, int] = {}
    low: dict[Place, int] = {}
    stack: list[Place] = []
    on_stack: set[Place] = set()
    found: list[list[Place]] = []
    for root in flow:
        if root in index:
            continue
        work = [(root, iter(sorted(flow.get(root, ()))))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            place, after = work[-1]
            for target in after:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(sorted(flow.get(target, ())))))
                    break
                if target in on_stack:
                    low[place] = min(low[place], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[place])
                if low[place] == index[place]:
                    several: list[Place] = []
                    while True:
                        top = stack.pop()
                        on_stack.discard(top)
                        several.append(top)
                        if top == place:
                            break
                    found.append(several)
    found.reverse()
    return found
