"""Chains of releases and acquires: what one thread passes on to another, and that one to a third.

A release that is acquired orders what lies before the one ahead of what lies behind the other. If the acquiring thread
releases afterwards, what it acquired goes along. Taken step by step, that is an order of points of threads. It is
transitive; what holds for a point of a thread holds for earlier releases and for later acquires; it never leads back
to where it began. With a literal for each two such points, the solver need not find out chain by chain what the model
would refuse. And an access is told only of the next release behind it and the last acquire before it, not of all
sections.

The model is asked about each kind of step, and about each two in a row. What it does not order so is left out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from modelcheck.program.graph import Event
from modelcheck.solve.around import Around, Step
from modelcheck.solve.origins import Place
from modelcheck.solve.shapes import Passage, follow_on, orders

MOST_CLAUSES = 300_000
"""Where transitivity takes more clauses than this, each step is left by itself."""

FEWEST_THREADS = 3
"""Where fewer threads release, there are no chains."""


def add_chains(around: Around, steps: Sequence[Step]) -> list[Step]:
    """Add the order of points that ``steps`` make up; gives the steps that have no part in it."""
    if len({around.encoding.events[step.release].thread for step in steps}) < FEWEST_THREADS:
        return list(steps)
    kinds: list[tuple[Passage, ...]] = []
    for kind in dict.fromkeys(step.passages for step in steps):
        if _fits(around, kind, kinds):
            kinds.append(kind)
    chosen = [step for step in steps if step.passages in kinds]
    points = _Points(around, chosen)
    if points.size > MOST_CLAUSES:
        return list(steps)
    _Chains(around, points, tuple(dict.fromkeys(passage for kind in kinds for passage in kind))).add(chosen)
    return [step for step in steps if step.passages not in kinds]


def _fits(around: Around, kind: Sequence[Passage], others: Sequence[Sequence[Passage]]) -> bool:
    """Whether the model orders what lies around steps of ``kind``, and all chains of those and ``others``."""
    model = around.model
    if not all(orders(model, passage) for passage in kind):
        return False
    every = [passage for several in (*others, kind) for passage in several]
    return all(follow_on(model, one, two) and follow_on(model, two, one) for one in kind for two in every)


class _Points:
    """The releases and acquires of each thread, in program order.

    Attributes:
        releases, acquires: of each thread, ids of its releasing writes and acquiring reads.
        size: how many clauses transitivity takes, at most.
    """

    def __init__(self, around: Around, steps: Sequence[Step]) -> None:
        self._place = {e.id: index for several in around.threads.values() for index, e in enumerate(several)}
        self._events = around.encoding.events
        self.releases = self._sorted({step.release for step in steps})
        self.acquires = self._sorted({step.acquire for step in steps})
        self._behind = {t: [self._place[n] for n in several] for t, several in self.releases.items()}
        self._before = {t: [self._place[n] for n in several] for t, several in self.acquires.items()}
        into = {t: len(several) for t, several in self.acquires.items()}
        out = sum(map(len, self.releases.values()))
        self.size = sum(out * into[t] for t in into if t in self.releases) * sum(into.values())

    def _sorted(self, numbers: set[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number in sorted(numbers, key=self._place.__getitem__):
            found.setdefault(self._events[number].thread, []).append(number)
        return found

    def release_behind(self, event: Event, own: bool = False) -> int | None:
        """The next release of the thread behind ``event``; ``own``: the other half of it counts too."""
        several = self.releases.get(event.thread, ())
        index = bisect_right(self._behind.get(event.thread, ()), self._place[event.id])
        while index < len(several) and not own and self._events[several[index]].rmw == event.id:
            index += 1
        return several[index] if index < len(several) else None

    def acquire_before(self, event: Event) -> int | None:
        """The last acquire of the thread before ``event``, the other half of it left out."""
        several = self.acquires.get(event.thread, ())
        index = bisect_left(self._before.get(event.thread, ()), self._place[event.id]) - 1
        while index >= 0 and several[index] == event.rmw:
            index -= 1
        return several[index] if index >= 0 else None


class _Chains:
    """The order of points: a literal for each release and each acquire of another thread.

    It says that whatever the one thread does before the release is ahead of whatever the other does behind the acquire.
    """

    def __init__(self, around: Around, points: _Points, passages: tuple[Passage, ...]) -> None:
        self.around = around
        self.circuit = around.encoding.circuit
        self.points = points
        self.passages = passages
        self.literals = {
            (release, acquire): self.circuit.fresh()
            for one, releases in points.releases.items()
            for other, acquires in points.acquires.items()
            if one != other
            for release in releases
            for acquire in acquires
        }

    def add(self, steps: Sequence[Step]) -> None:
        """Add the clauses."""
        for step in steps:
            self.circuit.add(-step.literal, self.literals[step.release, step.acquire])
        for one in self.points.releases:
            for other in self.points.acquires:
                if one != other:
                    self._between(one, other)
        self._accesses()

    def _between(self, one: int, other: int) -> None:
        """What an order of points of the threads ``one`` and ``other`` implies for other points."""
        events, add, literals = self.around.encoding.events, self.circuit.add, self.literals
        releases, acquires = self.points.releases[one], self.points.acquires[other]
        for index, release in enumerate(releases):
            for number, acquire in enumerate(acquires):
                order = literals[release, acquire]
                if index > 0:
                    add(-order, literals[releases[index - 1], acquire])
                if number + 1 < len(acquires):
                    add(-order, literals[release, acquires[number + 1]])
                passed_on = self.points.release_behind(events[acquire], own=True)
                for third, several in self.points.acquires.items():
                    if passed_on is not None and third not in (one, other):
                        for last in several:
                            add(-order, -literals[passed_on, last], literals[release, last])
                back = self.points.acquire_before(events[release])
                passed_back = self.points.release_behind(events[acquire])
                if back is not None and passed_back is not None:
                    add(-order, -literals[passed_back, back])

    def _accesses(self) -> None:
        """Nothing leads back from what is behind to what is ahead."""
        cells: dict[Place, dict[int, list[Event]]] = {}
        for thread, several in self.around.threads.items():
            for event in several:
                for place in self.around.encoding.at[event.id]:
                    cells.setdefault(place, {}).setdefault(thread, []).append(event)
        release = {e.id: self.points.release_behind(e) for several in self.around.threads.values() for e in several}
        acquire = {e.id: self.points.acquire_before(e) for several in self.around.threads.values() for e in several}
        met: set[tuple[int, int]] = set()
        for there in cells.values():
            for thread, several in there.items():
                for one in several:
                    behind = release[one.id]
                    if behind is None:
                        continue
                    for other in (e for t, others in there.items() if t != thread for e in others):
                        before = acquire[other.id]
                        if before is not None and (one.id, other.id) not in met and "W" in (one.kind, other.kind):
                            met.add((one.id, other.id))
                            self.around.forbid(one, other, self.literals[behind, before], self.passages)
