"""The order in which an execution is told: one that explains it, with as few switches of thread as can be found."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from attrs import evolve

from modelcheck.solve.result import Execution, Pair

MOST_STATES: Final = 50_000
"""Beyond so many ways to be half done, the order is a good one and not surely a best one."""

Unit = tuple[int, ...]
"""Events of one thread that are one step: an access, or both halves of a read-modify-write."""

Needs = list[list[list[int]]]
"""By thread and step: of each thread, how many steps come before it in any case."""

State = tuple[tuple[int, ...], int]
"""How many steps of each thread are told, and which thread was the last."""


def reordered(execution: Execution, last: int | None = None) -> tuple[Execution, bool]:
    """``execution`` told with few switches, and whether there is no order with fewer.

    The order respects program order, and rf, co and fr as far as they allow one, as the engines' own does: an execution
    that SC allows is told in an order that explains it. Of the best orders, one that ends in thread ``last``.
    Grace periods stay where they are told among the bounds of read-side sections.
    """
    units, need = _constraints(execution)
    if not units:
        return execution, True
    blocks, exact = _fewest(units, need, last)
    initial = [e.id for e in execution.events if e.thread < 0]
    at_rest = sorted((e for e in execution.events if e.final), key=lambda e: e.position)
    told = [*initial, *blocks, *(e.id for e in at_rest)]
    place = {number: order for order, number in enumerate(told)}
    events = tuple(evolve(e, order=place[e.id]) for e in execution.events)
    return evolve(execution, events=events), exact


def switches(execution: Execution) -> int:
    """How often, as it is told, a step is another thread's than the step before it."""
    told = [e.thread for e in sorted(execution.events, key=lambda e: e.order) if e.thread >= 0 and not e.final]
    return sum(one != other for one, other in pairwise(told))


def _constraints(execution: Execution) -> tuple[list[list[Unit]], Needs]:
    """The steps of each thread; and for each step, how many steps of each thread must have been told before it."""
    for edges in _choices(execution):
        for joined in (True, False):
            found = _steps(execution, edges, joined)
            if found is not None:
                return found
    raise AssertionError("program order alone has no cycle")


def _choices(execution: Execution) -> list[list[Pair]]:
    """What to respect besides program order: as much as is possible comes first."""
    rf, co = list(execution.rf), list(execution.co)
    later: dict[int, list[int]] = {}
    for one, other in co:
        later.setdefault(one, []).append(other)
    fr = [(r, w) for w0, r in rf for w in later.get(w0, ()) if r != w]
    graces = _graces(execution)
    return [[*rf, *co, *fr, *graces], [*rf, *co, *fr], [*rf, *co], rf, []]


def _graces(execution: Execution) -> list[Pair]:
    """Grace periods and the bounds of read-side sections, in the order in which they are told."""
    sync = [e for e in execution.events if e.tags & {"Sync-rcu", "Sync-srcu"}]
    marks = [e for e in execution.events if e.tags & {"Rcu-lock", "Rcu-unlock", "Srcu-lock", "Srcu-unlock"}]
    return [(a.id, b.id) if a.order < b.order else (b.id, a.id) for a in sync for b in marks]


def _steps(execution: Execution, edges: list[Pair], joined: bool) -> tuple[list[list[Unit]], Needs] | None:
    """The steps under ``edges``, both halves of a read-modify-write one step where ``joined``; None for a cycle."""
    own = sorted(
        (e for e in execution.events if e.thread >= 0 and not e.final), key=lambda e: (e.thread, e.position, e.id)
    )
    write_of = dict(execution.rmw) if joined else {}
    written = set(write_of.values())
    units: list[list[Unit]] = [[] for _ in execution.threads]
    unit_of: dict[int, tuple[int, int]] = {}
    for event in own:
        if event.id in written:
            continue
        several = (event.id, write_of[event.id]) if event.id in write_of else (event.id,)
        for number in several:
            unit_of[number] = event.thread, len(units[event.thread])
        units[event.thread].append(several)
    count = len(units)
    need = [[[0] * count for _ in several] for several in units]
    for a, b in edges:
        if a in unit_of and b in unit_of and unit_of[a] != unit_of[b]:
            (thread, index), (other, at) = unit_of[a], unit_of[b]
            if thread == other:
                if index > at:
                    return None
                continue
            need[other][at][thread] = max(need[other][at][thread], index + 1)
    return (units, need) if _can_end(units, need) else None


def _can_end(units: list[list[Unit]], need: Needs) -> bool:
    done = [0] * len(units)
    while True:
        moved = False
        for thread in range(len(units)):
            reached = _run(need, tuple(done), thread)
            moved |= reached != done[thread]
            done[thread] = reached
        if not moved:
            return all(n == len(several) for n, several in zip(done, units, strict=True))


def _run(need: Needs, done: tuple[int, ...], thread: int) -> int:
    """How far ``thread`` gets when only it goes on."""
    at = done[thread]
    while at < len(need[thread]) and all(
        have >= wanted for i, (have, wanted) in enumerate(zip(done, need[thread][at], strict=True)) if i != thread
    ):
        at += 1
    return at


def _fewest(units: list[list[Unit]], need: Needs, last: int | None) -> tuple[list[int], bool]:
    """The events in an order with the fewest blocks, and whether it is surely one.

    A thread that has its turn goes on as far as it can: what it has done then can only let others do more.
    """
    start = (0,) * len(units)
    end = tuple(len(several) for several in units)
    came: dict[State, State | None] = {(start, -1): None}
    frontier: list[State] = [(start, -1)]
    exact = True
    while True:
        ended = [state for state in frontier if state[0] == end]
        if ended:
            chosen = next((state for state in ended if state[1] == last), ended[0])
            return _told(units, came, chosen), exact
        following: list[State] = []
        for state in frontier:
            done, current = state
            for thread in range(len(units)):
                reached = done[thread] if thread == current else _run(need, done, thread)
                if reached == done[thread]:
                    continue
                after = (*done[:thread], reached, *done[thread + 1 :]), thread
                if after not in came:
                    came[after] = state
                elif exact:
                    continue
                following.append(after)
        if len(came) > MOST_STATES:
            exact = False
            following = [max(following, key=lambda state: (sum(state[0]), state))]
        frontier = following


def _told(
    units: list[list[Unit]],
    came: dict[State, State | None],
    state: State,
) -> list[int]:
    blocks: list[list[int]] = []
    while (before := came[state]) is not None:
        thread = state[1]
        blocks.append([n for unit in units[thread][before[0][thread] : state[0][thread]] for n in unit])
        state = before
    return [number for block in reversed(blocks) for number in block]
