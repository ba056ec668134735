"""Cheapest way from one event to another along a chain of relations: search on whole sets of events at a time."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from attrs import frozen

from modelcheck.cat import bitsets
from modelcheck.cat.bitsets import Rows


@frozen
class Link:
    """One link of a chain: a relation as cheaper and dearer parts, perhaps skipped, perhaps repeated.

    Attributes:
        rows: all pairs. A test on a set is the identity on it.
        parts: the same pairs as (cost of a step, rows); a pair may be in several. Only a link that does not
            repeat may cost 0.
        skippable: no step at all is a way too.
        repeats: any number of steps is a way.
    """

    rows: Rows
    parts: tuple[tuple[int, Rows], ...]
    skippable: bool = False
    repeats: bool = False


Step = tuple[int, int, int]
"""(position of the link, source, target)."""


def cheapest(links: Sequence[Link], source: int, target: int) -> list[Step] | None:
    """The steps of a cheapest way through all ``links`` from ``source`` to ``target``, None if there is none.

    A link that `repeats` and is not `skippable` takes at least one step.
    """
    # State i: links 0 … i-1 are behind. A link with at least one step gets a state for "one step taken".
    states: list[tuple[int, bool]] = []  # (link, may leave without another step)
    for position, link in enumerate(links):
        states.append((position, link.skippable))
        if link.repeats and not link.skippable:
            states.append((position, True))
    states.append((len(links), False))
    allowed = _between(links, states, source, target)
    if allowed is None:
        return None
    return _Search(links, states, allowed, source, target).run()


def _targets(links: Sequence[Link], states: Sequence[tuple[int, bool]], state: int) -> tuple[bool, int | None, bool]:
    """Of a state: whether a free move to the next is there, the state that a step leads to, whether that is itself."""
    position, leave = states[state]
    link = links[position]
    if link.repeats:
        return leave, (state if leave else state + 1), leave
    return leave, state + 1, False


def _between(links: Sequence[Link], states: Sequence[tuple[int, bool]], source: int, target: int) -> list[int] | None:
    """For each state the events that lie on some way; None when there is no way."""
    forward = [0] * len(states)
    forward[0] = 1 << source
    for state in range(len(states) - 1):
        leave, _, loops = _targets(links, states, state)
        rows = links[states[state][0]].rows
        if loops:
            forward[state] = bitsets.reach(rows, forward[state])
        else:
            forward[state + 1] |= bitsets.image(rows, forward[state])
        if leave:
            forward[state + 1] |= forward[state]
    goal = 1 << target
    if not forward[-1] & goal:
        return None
    back = [0] * len(states)
    back[-1] = goal
    for state in range(len(states) - 2, -1, -1):
        leave, _, loops = _targets(links, states, state)
        rows = links[states[state][0]].rows
        found = forward[state] & back[state + 1] if leave else 0
        aims = found if loops else back[state + 1]
        growing = True
        while growing:
            growing = False
            for event in bitsets.bits(forward[state] & ~found):
                if rows.get(event, 0) & aims:
                    found |= 1 << event
                    growing = loops
            if loops:
                aims = found
        back[state] = found
    return back if back[0] >> source & 1 else None


class _Search:
    """Dijkstra's search whose frontier, for each state and cost, is a set of events."""

    def __init__(
        self,
        links: Sequence[Link],
        states: Sequence[tuple[int, bool]],
        allowed: Sequence[int],
        source: int,
        target: int,
    ) -> None:
        self.links = links
        self.states = states
        self.allowed = allowed
        self.source = source
        self.target = target
        self.settled = [0] * len(states)
        self.levels: dict[tuple[int, int], int] = {}  # (state, cost) -> events settled then

    def run(self) -> list[Step] | None:
        last = len(self.states) - 1
        pending: dict[tuple[int, int], int] = {(0, 0): 1 << self.source}
        heap = [(0, 0)]
        while heap:
            cost, state = heapq.heappop(heap)
            new = pending.pop((cost, state)) & self.allowed[state] & ~self.settled[state]
            if not new:
                continue
            self.settled[state] |= new
            self.levels[state, cost] = self.levels.get((state, cost), 0) | new
            if state == last:
                return self._trace(cost)
            leave, aim, _ = _targets(self.links, self.states, state)
            moves = [(0, state + 1, new)] if leave else []
            assert aim is not None
            wanted = self.allowed[aim] & ~self.settled[aim]
            for price, rows in self.links[self.states[state][0]].parts:
                moves.append((price, aim, bitsets.image(rows, new) & wanted))
            for price, to, events in moves:
                if not events:
                    continue
                key = (cost + price, to)
                if key in pending:
                    pending[key] |= events
                else:
                    pending[key] = events
                    heapq.heappush(heap, key)
        return None

    def _trace(self, cost: int) -> list[Step]:
        """Back from the target, at each event to one that was settled by the price of a step earlier."""
        state, event = len(self.states) - 1, self.target
        steps: list[Step] = []
        while (state, event, cost) != (0, self.source, 0):
            before = self._before(state, event, cost)
            if before[2] is not None:
                steps.append((before[2], before[1], event))
            state, event, cost = before[0], before[1], before[3]
        return steps[::-1]

    def _before(self, state: int, event: int, cost: int) -> tuple[int, int, int | None, int]:
        """(state, event, link of the step or None, cost) from which ``event`` was reached in ``state``."""
        for earlier in (state, state - 1):
            if earlier < 0 or earlier == len(self.states) - 1:
                continue
            leave, aim, _ = _targets(self.links, self.states, earlier)
            if leave and earlier + 1 == state and self.levels.get((earlier, cost), 0) >> event & 1:
                return earlier, event, None, cost
            if aim != state:
                continue
            position = self.states[earlier][0]
            for price, rows in self.links[position].parts:
                for x in bitsets.bits(self.levels.get((earlier, cost - price), 0)):
                    if rows.get(x, 0) >> event & 1:
                        return earlier, x, position, cost - price
        raise AssertionError("a settled event has a predecessor")
