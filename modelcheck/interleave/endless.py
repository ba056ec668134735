"""Executions that never end: states that no end can be reached from, where nothing changes any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from modelcheck.interleave.components import components

Edges = Sequence[Sequence[tuple[int, bool]]]
"""For each state by number its successors, each with whether memory or a buffer changed on the way."""


def endless(edges: Edges, ends: Iterable[int]) -> list[int]:
    """One state, by number, of each set of states that is never left and in which nothing but looking happens.

    Args:
        edges: the whole state graph.
        ends: states without successors.

    A loop that goes on for ever and has an effect each time round is no deadlock and is not given.
    """
    before: list[list[int]] = [[] for _ in edges]
    for number, successors in enumerate(edges):
        for after, _ in successors:
            before[after].append(number)
    ending = set(ends)
    todo = list(ending)
    while todo:
        for number in before[todo.pop()]:
            if number not in ending:
                ending.add(number)
                todo.append(number)
    lost = [number for number in range(len(edges)) if number not in ending and edges[number]]
    found = []
    for component in components(lost, lambda number: [after for after, _ in edges[number]]):
        inside = set(component)
        steps = [step for number in component for step in edges[number]]
        if steps and all(after in inside and not effect for after, effect in steps):
            found.append(min(component))
    return found
