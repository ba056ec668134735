"""Litmus tests: is the condition of a test met in some complete execution, in all, in none, and how often."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from attrs import evolve, frozen

from modelcheck.cat import Model
from modelcheck.cat.nodes import FINAL_WRITES, VALUES_DIFFER
from modelcheck.frontend.litmus import LitmusTest
from modelcheck.frontend.litmus.condition import (
    Address,
    And,
    Compare,
    Implies,
    Location,
    Not,
    Number,
    Observable,
    Operand,
    Or,
    Proposition,
    Register,
    Truth,
    holds,
    observables,
)
from modelcheck.program.expr import FALSE, Undefined, Value, signed
from modelcheck.program.graph import EventGraph
from modelcheck.program.machine import Initial, initialise
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.run import OutOfTime
from modelcheck.solve import outcomes
from modelcheck.solve.domains import THIN_AIR
from modelcheck.solve.proposal import Proposal
from modelcheck.solve.sat import NO, YES
from modelcheck.solve.session import Session, until
from modelcheck.solve.wide import TooManyValues

EVENTS = 4000
"""More events than that are not judged: what may be ordered grows with their square."""

Watch = Callable[[Proposal, bool], None]
"""Called with a complete execution, and whether the test's proposition holds in it."""

WORD = 8
"""Bytes of a location: every variable and location of a litmus test is a word of 64 bits."""


@frozen
class Observation:
    """What a model says about a litmus test.

    Attributes:
        verdict: ``Never``, ``Sometimes`` or ``Always`` (in how many of the complete executions the test's proposition
            holds), or ``Unknown``.
        positive, negative: number of complete executions in which it holds, and in which it does not; None when
            they were not counted.
        observed: the registers and locations that a state shows, in order.
        states: the distinct final values of ``observed`` (signed), each with the number of its executions;
            empty when not counted.
        flags: flags that the model raises in some execution (when not counted: data-race, and those of the
            executions looked at), by name.
        seconds: wall time.
        reason: why ``Unknown``.
        refinements: proposals of the solver that the model refused.
    """

    verdict: str
    positive: int | None
    negative: int | None
    observed: tuple[Observable, ...]
    states: tuple[tuple[tuple[int, ...], int], ...]
    flags: tuple[str, ...]
    seconds: float
    reason: str = ""
    refinements: int = 0


def observe(
    test: LitmusTest,
    model: Model,
    *,
    count: bool = True,
    bound: int = 4,
    timeout: float | None = None,
    watch: Watch | None = None,
) -> Observation:
    """Judge ``test`` under ``model``.

    Args:
        count: list all states and count all executions; otherwise only decide.
        bound: how often a loop is unrolled; a test that can go on beyond is ``Unknown``.
        timeout: seconds, or None.
        watch: shown every execution that is counted.
    """
    started = time.monotonic()
    shown = observed(test)
    session: Session | None = None
    try:
        (initial,) = initialise(test.program)
        if not isinstance(initial, Initial):
            return Observation("Unknown", None, None, shown, (), (), 0.0, "it does not get to its threads")
        deadline = None if timeout is None else started + timeout
        graph = unroll(test.program, initial, Bounds(bound, bound, coherent=model.coherent), until(deadline))
        if len(graph.events) > EVENTS:
            reason = f"it has {len(graph.events)} events, and no more than {EVENTS} are judged"
            return Observation("Unknown", None, None, shown, (), (), time.monotonic() - started, reason)
        absent = _in_memory(graph, shown)
        if absent is not None:
            reason = f"the address of {absent} is taken in its thread, so that it is no register to be asked for"
            return Observation("Unknown", None, None, shown, (), (), time.monotonic() - started, reason)
        session = Session(graph, model, deadline, thin_air=True)
        found = _Question(session, test, shown, watch).answer(count)
    except TooManyValues as many:
        found = Observation("Unknown", None, None, shown, (), (), 0.0, str(many))
    except OutOfTime:
        found = Observation("Unknown", None, None, shown, (), (), 0.0, "the time limit was reached")
    refinements = 0 if session is None else session.refinements
    return Observation(
        found.verdict,
        found.positive,
        found.negative,
        found.observed,
        found.states,
        found.flags,
        time.monotonic() - started,
        found.reason,
        refinements,
    )


def observed(test: LitmusTest) -> tuple[Observable, ...]:
    """What the states of ``test`` show: all that its condition and its ``locations`` name; registers first, in
    order."""
    found = dict.fromkeys([*observables(test.condition.proposition), *test.locations])
    registers = sorted((o for o in found if isinstance(o, Register)), key=lambda r: (r.thread, r.name))
    locations = sorted((o for o in found if isinstance(o, Location)), key=lambda o: o.name)
    return (*registers, *locations)


def _in_memory(graph: EventGraph, shown: tuple[Observable, ...]) -> Observable | None:
    """The first of ``shown`` that is a variable which its thread keeps in memory."""
    for what in shown:
        if not isinstance(what, Register) or FALSE in graph.completed[what.thread + 1]:
            continue
        if (what.thread + 1, what.name) not in graph.registers:
            return what
    return None


class _Question:
    def __init__(self, session: Session, test: LitmusTest, shown: tuple[Observable, ...], watch: Watch | None) -> None:
        self.session = session
        self.watch = watch
        self.test = test
        self.shown = shown
        self.outcomes = outcomes.Outcomes(session)
        self.circuit = session.encoding.circuit
        self.condition = self._cut(test.condition.proposition)
        self.met = self._literal(self.condition)
        self.counts = YES if test.filter is None else self._literal(self._cut(test.filter))
        self.flags: dict[str, None] = {}
        self.final_flags = session.model.final_flags(session.present)
        named = (*shown, *(() if test.filter is None else observables(test.filter)))
        self.asked = frozenset(what.address for what in named if isinstance(what, Location))
        # Flags that rest on nothing else that differs between executions of the same events need be looked at once.
        rests = (session.model.flag_axioms[name].node.support for name in self.final_flags)
        self.only_final = frozenset[str]().union(*rests).isdisjoint(("rf", "co", VALUES_DIFFER))
        self._told: tuple[object, frozenset[int]] | None = None

    def answer(self, count: bool) -> Observation:
        cut = self.session.reaches_bound() or self._stops()
        if cut is not None:
            return Observation("Unknown", None, None, self.shown, (), (), 0.0, cut)
        return self._count() if count else self._decide()

    def _stops(self) -> str | None:
        """Where a thread does what has no meaning (an access at address 0, a division by 0), in an execution that the
        model allows: what becomes of that execution nothing says. None where none does."""
        faults = [found for found in self.session.encoding.stopping if found.literal != NO]
        wanted = self.session.in_time(self.circuit.any_of([found.literal for found in faults]))
        if self.session.search(wanted) is None:
            return None
        first = next(found for found in faults if self.session.solver.holds(found.literal))
        return f"{first.source}: {first.message}"

    def _decide(self) -> Observation:
        some = self._look(self.met)
        others = self._look(-self.met)
        if "data-race" in self.session.model.flag_names and "data-race" not in self.flags:
            racing = self.session.race(self.circuit.all_of((self.outcomes.complete, self.counts)))
            if racing is not None:
                self.flags["data-race"] = None
        verdict = "Never" if not some else "Sometimes" if others else "Always"
        return Observation(verdict, None, None, self.shown, (), tuple(sorted(self.flags)), 0.0)

    def _look(self, literal: int) -> bool:
        found = self.outcomes.possible(self.circuit.all_of((self.counts, literal)))
        if found:
            self._note_flags()
        return found

    def _count(self) -> Observation:
        states: Counter[tuple[int, ...]] = Counter()
        variables = [self._variable(o) for o in self.shown]
        for proposal, state in self.outcomes.all(self.counts, variables):
            numbers = tuple(self._told_as(what, value) for what, value in zip(self.shown, state, strict=True))
            states[numbers] += self.session.model.ways(self.session.candidate)
            self._note_flags()
            if self.watch is not None:
                self.watch(proposal, self._meets(numbers))
        positive = negative = 0
        for numbers, executions in states.items():
            if self._meets(numbers):
                positive += executions
            else:
                negative += executions
        verdict = "Never" if not positive else "Sometimes" if negative else "Always"
        listed = tuple(sorted(states.items()))
        return Observation(verdict, positive, negative, self.shown, listed, tuple(sorted(self.flags)), 0.0)

    def _meets(self, numbers: tuple[int, ...]) -> bool:
        """Whether the proposition holds of a state."""
        values: dict[Operand, int] = dict(zip(self.shown, numbers, strict=True))
        return holds(self.condition, lambda operand: _operand(operand, values))

    def _told_as(self, what: Observable, value: Value) -> int:
        number = _number(value)
        return number if number == THIN_AIR else self.test.told(what, number)

    def _note_flags(self) -> None:
        model = self.session.model
        if model.flag_names and len(self.flags) < len(model.flag_names):
            self.flags.update(dict.fromkeys(model.flags(self.session.candidate)))
            if any(name not in self.flags for name in self.final_flags):
                self._note_final_flags()

    def _note_final_flags(self) -> None:
        """Those that rest on final writes: a model is told of these for flags only, where the test asks for them."""
        session = self.session
        candidate = session.candidate
        final = session.proposal.final_writes(candidate, self.asked)
        if self._told is not None and self._told[0] is candidate.sets and final in self._told[1]:
            return
        ending = evolve(candidate, sets={**candidate.sets, FINAL_WRITES: final})
        self.flags.update(dict.fromkeys(session.model.flags(ending, self.final_flags)))
        if self.only_final:
            told = self._told[1] if self._told is not None and self._told[0] is candidate.sets else frozenset()
            self._told = candidate.sets, told | {final}

    # ------------------------------------------------------------ the proposition as a literal

    def _cut(self, proposition: Proposition) -> Proposition:
        """``proposition`` with its numbers as what they are compared with tells them."""
        match proposition:
            case Compare(left, relation, Number(value)) if isinstance(left, Register | Location):
                return Compare(left, relation, Number(self.test.told(left, value)))
            case Not(part):
                return Not(self._cut(part))
            case And(parts):
                return And(tuple(self._cut(part) for part in parts))
            case Or(parts):
                return Or(tuple(self._cut(part) for part in parts))
            case Implies(left, right):
                return Implies(self._cut(left), self._cut(right))
        return proposition

    def _literal(self, proposition: Proposition) -> int:
        circuit = self.circuit
        match proposition:
            case Truth(value):
                return YES if value else NO
            case Compare():
                return self._compare(proposition)
            case Not(part):
                return -self._literal(part)
            case And(parts):
                return circuit.all_of([self._literal(part) for part in parts])
            case Or(parts):
                return circuit.any_of([self._literal(part) for part in parts])
            case Implies(left, right):
                return circuit.any_of((-self._literal(left), self._literal(right)))

    def _compare(self, comparison: Compare) -> int:
        ways: list[int] = []
        for one, left in self._values(comparison.left).items():
            for other, right in self._values(comparison.right).items():
                numbers = {
                    operand: _number(value) if isinstance(operand, Number | Address) else self._told_as(operand, value)
                    for operand, value in ((comparison.left, one), (comparison.right, other))
                }
                if holds(comparison, numbers.__getitem__):
                    ways.append(self.circuit.all_of((left, right)))
        return self.circuit.any_of(ways)

    def _values(self, operand: Operand) -> dict[Value, int]:
        if isinstance(operand, Number | Address):
            return {operand.value & (1 << 64) - 1: YES}
        return self.outcomes.values(self._variable(operand))

    def _variable(self, what: Observable) -> outcomes.Observable:
        if isinstance(what, Location):
            return outcomes.Cell(what.address, WORD)
        return outcomes.Register(what.thread + 1, what.name)


def _number(value: Value) -> int:
    return 0 if isinstance(value, Undefined) else signed(value, 64)


def _operand(operand: Operand, values: dict[Operand, int]) -> int:
    if isinstance(operand, Number | Address):
        return signed(operand.value & (1 << 64) - 1, 64)
    return values[operand]
