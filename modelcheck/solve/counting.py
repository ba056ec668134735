"""Cells that count up and down, such as reference counts.

Every write is half of a read-modify-write that adds a constant. Nothing comes between what such a read reads from and
its write, so a read gets the start and the steps of all writes up to the one it reads from. In a coherent model these
are, of each other thread, the first few that it takes, and of its own all that it took before. So what a read gets lies
between the start with its own steps and the least, or the most, that the others' steps ever sum up to. The solver would
find this out by going through the orders of the writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from modelcheck.program.expr import Undefined, Value
from modelcheck.program.graph import Event
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
from modelcheck.solve.origins import Place
from modelcheck.solve.rising import start_of, step_of
from modelcheck.solve.sat import NO, YES, Circuit

FEW = 3
"""Where fewer writes follow one another than this, the solver needs no help."""

MOST = 24
"""Where one thread has more writes than this, sums are left to the solver."""

Number = Mapping[int, int]
"""For each of some numbers, the literal that what is meant is no less."""


def add_counting(encoding: Encoding, coherence: Coherence) -> int:
    """Add the bounds of cells that count up and down, in a coherent model that keeps read-modify-writes whole.

    Gives the number of such cells.
    """
    found = 0
    for place in sorted(coherence.shared):
        steps = _steps(encoding, coherence, place)
        if steps is not None:
            _Counting(encoding, place, steps).add()
            found += 1
    return found


def _steps(encoding: Encoding, coherence: Coherence, place: Place) -> dict[int, int] | None:
    """What each write to ``place`` adds; None where they do not count, or count upwards only."""
    writes = coherence.shared[place]
    if len(writes) < FEW or isinstance(start_of(encoding, place), Undefined):
        return None
    steps: dict[int, int] = {}
    for write in writes:
        step = step_of(encoding.events[write])
        if step is None:
            return None
        steps[write] = step
    threads = [encoding.events[write].thread for write in writes]
    if any(encoding.valuation.is_wide(value) for read in _reads(encoding, place) if (value := read.value) is not None):
        return None
    few = len(set(threads)) > 1 and max(map(threads.count, threads)) <= MOST
    return steps if few and min(steps.values()) < 0 else None


def _reads(encoding: Encoding, place: Place) -> list[Event]:
    """The reads of the threads that may be at ``place``."""
    events = [encoding.events[r] for r in encoding.sources if encoding.executed[r] != NO]
    return [event for event in events if not event.final and encoding.at[event.id].get(place, NO) != NO]


@frozen
class _Sums:
    """What one thread adds to the cell.

    Attributes:
        before: ``(position, sums)`` for each of its writes, then one behind all: the sum of what it has written before,
            as literals by number, exactly one of which holds.
        least, most: of the sums that it ever comes to, nothing included: no less, no more (the negative of `most`).
    """

    before: Sequence[tuple[int, Mapping[int, int]]]
    least: Number
    most: Number


class _Counting:
    def __init__(self, encoding: Encoding, place: Place, steps: Mapping[int, int]) -> None:
        self.encoding = encoding
        self.circuit = encoding.circuit
        self.place = place
        self.steps = steps
        self.width = encoding.domains.sizes[place] * 8
        start = start_of(encoding, place)
        assert not isinstance(start, Undefined)
        self.start = signed(start, self.width)

    def add(self) -> None:
        """Add the clauses."""
        encoding = self.encoding
        by_thread: dict[int, list[Event]] = {}
        for write in self.steps:
            by_thread.setdefault(encoding.events[write].thread, []).append(encoding.events[write])
        sums = {thread: self._sums(writes) for thread, writes in by_thread.items()}
        if self.start + sum(map(abs, self.steps.values())) >= 1 << (self.width - 1):
            return  # it may wrap round
        if self.start - sum(map(abs, self.steps.values())) < -(1 << (self.width - 1)):
            return
        others: dict[int, tuple[Number, Number]] = {}
        for event in _reads(encoding, self.place):
            if event.thread not in others:
                rest = [found for thread, found in sums.items() if thread != event.thread]
                others[event.thread] = (
                    added(self.circuit, [found.least for found in rest]),
                    added(self.circuit, [found.most for found in rest]),
                )
            own: Mapping[int, int] = {0: YES}
            if event.thread in sums:
                own = next(found for position, found in sums[event.thread].before if position >= event.position)
            self._bounded(event, own, *others[event.thread])

    def _sums(self, writes: list[Event]) -> _Sums:
        circuit, encoding = self.circuit, self.encoding
        writes.sort(key=lambda e: e.position)
        now: dict[int, int] = {0: YES}
        before: list[tuple[int, Mapping[int, int]]] = []
        ever: dict[int, list[int]] = {0: [YES]}
        for write in writes:
            before.append((write.position, now))
            hit = circuit.all_of((encoding.executed[write.id], encoding.at[write.id][self.place]))
            step = self.steps[write.id]
            numbers = sorted({*now, *(number + step for number in now)})
            then = {n: circuit.if_else(hit, now.get(n - step, NO), now.get(n, NO)) for n in numbers}
            now = {number: literal for number, literal in then.items() if literal != NO}
            for number, literal in now.items():
                ever.setdefault(number, []).append(literal)
        before.append((1 << 62, now))
        return _Sums(before, self._least(ever, 1), self._least(ever, -1))

    def _least(self, ever: Mapping[int, list[int]], sign: int) -> Number:
        """The least of all sums, times ``sign``."""
        found: dict[int, int] = {}
        none_below = YES
        for number in sorted(ever, key=lambda n: sign * n):
            if sign * number > 0:
                break
            found[sign * number] = none_below
            none_below = self.circuit.all_of((none_below, *(-literal for literal in ever[number])))
        return found

    def _bounded(self, read: Event, own: Mapping[int, int], least: Number, most: Number) -> None:
        encoding, circuit = self.encoding, self.circuit
        assert read.value is not None
        values: dict[int, int] = {
            signed(value, self.width): literal
            for value, literal in encoding.valuation.values(read.value).items()
            if not isinstance(value, Undefined)
        }
        here = -encoding.executed[read.id], -encoding.at[read.id][self.place]
        for sum_, says in own.items():
            for number, literal in least.items():
                bound = self.start + sum_ + number
                for value, gets in values.items():
                    if value < bound:
                        circuit.add(*here, -says, -literal, -gets)
            for number, literal in most.items():
                bound = self.start + sum_ - number
                for value, gets in values.items():
                    if value > bound:
                        circuit.add(*here, -says, -literal, -gets)


def added(circuit: Circuit, several: Sequence[Number]) -> Number:
    """The sum of numbers."""
    total: dict[int, int] = {0: YES}
    for number in several:
        ways: dict[int, list[int]] = {}
        for one, first in total.items():
            for other, second in number.items():
                ways.setdefault(one + other, []).append(circuit.all_of((first, second)))
        total = {value: circuit.any_of(literals) for value, literals in ways.items()}
    return total


def signed(value: Value, width: int) -> int:
    """``value`` as a number that may be negative."""
    assert not isinstance(value, Undefined)
    return value - (1 << width) if value >> (width - 1) else value
