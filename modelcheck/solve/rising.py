"""Cells that only count up: every write is half of a read-modify-write that adds a positive constant to what it read.

Nothing comes between what such a read reads from and its write, so each write adds to the one before it in coherence
order: values rise along that order, and the last is the sum. The solver could find this out, but only by going through
the orders of the writes; with a counter of n threads that is exponential. Here values are compared as numbers instead:
``at least v`` of one implies ``at least v`` (or more) of what comes behind it.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from modelcheck.program.expr import Expr, Undefined, Value, op
from modelcheck.program.graph import Event
from modelcheck.program.guards import contradict
from modelcheck.solve.circles import most_executed
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO, YES, Circuit

FEW = 3
"""Where fewer writes follow one another than this, the solver needs no help."""


def add_rising(encoding: Encoding, coherence: Coherence) -> int:
    """Add what follows for cells that only count up, in a coherent model that keeps read-modify-writes whole.

    Gives the number of such cells.
    """
    found = 0
    for place in sorted(coherence.shared):
        steps = _steps(encoding, coherence, place)
        if steps is not None:
            _Rising(encoding, coherence, place, steps).add()
            found += 1
    return found


def _steps(encoding: Encoding, coherence: Coherence, place: Place) -> dict[int, int] | None:
    """What each write to ``place`` adds; None where one of them is none that counts up."""
    if len(coherence.rounds[place]) < FEW or isinstance(start_of(encoding, place), Undefined):
        return None
    steps: dict[int, int] = {}
    for write in coherence.shared[place]:
        step = step_of(encoding.events[write])
        if step is None or step < 0 or encoding.at[write] != {place: YES}:
            return None
        if encoding.valuation.is_wide(_value(encoding, write)):
            return None
        values = encoding.valuation.values(_value(encoding, write))
        if any(isinstance(value, Undefined) or value < step for value in values):
            return None  # it may wrap round
        steps[write] = step
    return steps


def step_of(write: Event) -> int | None:
    """The constant that ``write`` adds to what its read got, if that is what it does; negative where it counts down."""
    value = write.value
    if write.rmw is None or value is None or value.kind != "op" or value.data not in ("add", "sub"):
        return None
    base, step = value.args
    if base.kind == "const" and value.data == "add":
        base, step = step, base
    if step.kind != "const" or isinstance(step.data, Undefined) or step.data == 0 or not _is_read(base, write):
        return None
    half = 1 << (value.width - 1)
    number = (int(step.data) if value.data == "add" else -int(step.data)) % (2 * half)
    return number if number < half else number - 2 * half


def _is_read(base: Expr, write: Event) -> bool:
    """Whether ``base`` is what the read half of ``write`` got: itself, or by comparison, where the write happens."""
    if base.kind == "read" and base.data == write.rmw:
        return True
    for condition in write.guard:
        if condition.kind == "op" and condition.data == "eq" and base in condition.args:
            other = condition.args[condition.args[0] is base]
            if other.kind == "read" and other.data == write.rmw:
                return True
    return False


def _value(encoding: Encoding, event: int) -> Expr:
    value = encoding.events[event].value
    assert value is not None
    return value


def start_of(encoding: Encoding, place: Place) -> Value:
    """What a cell holds before any thread runs."""
    data: Value = _value(encoding, encoding.initial[place]).data
    return data


@frozen
class _Number:
    """A value as an ascending list of numbers, each with the literal that the value is no less."""

    steps: tuple[tuple[int, int], ...]

    @staticmethod
    def of(circuit: Circuit, values: Mapping[Value, int]) -> _Number:
        found: list[tuple[int, int]] = []
        reached = NO
        for value in sorted((v for v in values if not isinstance(v, Undefined)), reverse=True):
            reached = circuit.any_of((values[value], reached))
            found.append((value, reached))
        return _Number(tuple(reversed(found)))

    def least(self, value: int) -> int:
        """The literal that it is ``value`` or more."""
        return next((literal for number, literal in self.steps if number >= value), NO)


class _Rising:
    def __init__(self, encoding: Encoding, coherence: Coherence, place: Place, steps: dict[int, int]) -> None:
        self.encoding = encoding
        self.circuit = encoding.circuit
        self.coherence = coherence
        self.place = place
        self.steps = steps
        self.reads = [
            encoding.events[read]
            for read in encoding.sources
            if encoding.executed[read] != NO and encoding.at[read] == {place: YES}
        ]
        self.numbers = {
            r.id: _Number.of(self.circuit, encoding.valuation.values(_value(encoding, r.id))) for r in self.reads
        }

    def add(self) -> None:
        """Add the clauses."""
        by_thread: dict[int, list[Event]] = {}
        for read in self.reads:
            if not read.final:
                by_thread.setdefault(read.thread, []).append(read)
                self._no_more_than(read)
        for several in by_thread.values():
            several.sort(key=lambda r: r.position)
            for index, later in enumerate(several):
                earlier = next((r for r in reversed(several[:index]) if set(r.guard) <= set(later.guard)), None)
                if earlier is not None:
                    self._in_a_row(earlier, later)
        self._in_order()
        if not self.coherence.resting.get(self.place):
            for read in self.reads:
                if read.final:
                    self._sum(read)

    def _no_more_than(self, read: Event) -> None:
        """A read gets the start and what the writes before it add, and none of its thread's later ones is before it."""
        events = self.encoding.events
        before = [
            write
            for write in self.steps
            if not (
                events[write].thread == read.thread
                and (events[write].position > read.position or contradict(events[write].guard, read.guard))
            )
        ]
        start = start_of(self.encoding, self.place)
        assert not isinstance(start, Undefined)
        most = start + most_executed([events[w] for w in before]) * max((self.steps[w] for w in before), default=0)
        self.circuit.add(-self.encoding.executed[read.id], -self.numbers[read.id].least(most + 1))

    def _in_a_row(self, earlier: Event, later: Event) -> None:
        """Of two reads in a row the later gets no less, and more where the two are found to differ."""
        encoding, circuit = self.encoding, self.circuit
        both = -encoding.executed[earlier.id], -encoding.executed[later.id]
        first, second = _value(encoding, earlier.id), _value(encoding, later.id)
        same = [
            encoding.valuation.truth(equal)
            for equal in (op("eq", 1, first, second), op("eq", 1, second, first))
            if equal in encoding.domains.values
        ]
        for number, literal in self.numbers[earlier.id].steps:
            circuit.add(*both, -literal, self.numbers[later.id].least(number))
            if same:
                circuit.add(*both, -literal, same[0], self.numbers[later.id].least(number + 1))

    def _in_order(self) -> None:
        """Of two writes the later one in coherence order writes more."""
        several = self.coherence.rounds[self.place]
        hits = {one: self.circuit.any_of([self.encoding.executed[w] for w in one]) for one in several}
        numbers = {one: _Number.of(self.circuit, self.coherence.written(one)) for one in several}
        for one in several:
            for other in several:
                order = NO if one == other else self.coherence.order(one, other)
                if order != NO:
                    for number, literal in numbers[one].steps:
                        more = numbers[other].least(number + 1)
                        self.circuit.add(-hits[one], -hits[other], -order, -literal, more)

    def _sum(self, read: Event) -> None:
        """What is read at rest is no less than the start and what is added, the least step for each that writes."""
        least = min(self.steps.values())
        start = start_of(self.encoding, self.place)
        assert not isinstance(start, Undefined)
        counts: list[int] = []
        for several in self.coherence.rounds[self.place]:
            hit = self.circuit.any_of([self.encoding.executed[w] for w in several])
            more = [self.circuit.all_of((hit, count)) for count in (YES, *counts)]
            counts = [self.circuit.any_of(pair) for pair in zip([*counts, NO], more, strict=True)]
        for index, literal in enumerate(counts):
            bound = self.numbers[read.id].least(start + (index + 1) * least)
            self.circuit.add(-self.encoding.executed[read.id], -literal, bound)
