"""One scenario under one model with every switch in it: encoded once, asked about any set of changes."""

from __future__ import annotations

import time
from collections.abc import Iterable

from attrs import define, evolve, field, frozen

from modelcheck.auditing.rewrite import settle
from modelcheck.cat import Model
from modelcheck.program.ir import Program
from modelcheck.program.machine import Initial, Stuck, initialise
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.run import OutOfTime, alarm, given_up, politely
from modelcheck.solve.result import Result
from modelcheck.solve.session import Session, until
from modelcheck.solve.wide import TooManyValues


@frozen
class Question:
    """What is asked of a scenario: the properties, within the bounds. ``seconds``: for one set of changes."""

    properties: frozenset[str]
    unroll: int
    recursion: int
    seconds: float | None = None


@define
class Switchboard:
    """Answers whether a program with switches holds with some of them on.

    Args:
        program: with switches.
        model: the memory model.
        question: what is asked.

    Attributes:
        asked: how many sets of changes were asked about and not known already.
        reaching: numbers of the switches that make a difference to some execution here.
    """

    program: Program
    model: Model
    question: Question
    asked: int = 0
    _sessions: list[Session] = field(factory=list)
    _settled: Result | None = None
    _known: dict[frozenset[int], Result] = field(factory=dict)
    _ready: bool = False

    def ask(self, on: Iterable[int] = ()) -> Result:
        """The verdict with the switches ``on`` on and all others off."""
        limit = None if self.question.seconds is None else politely(self.question.seconds)
        clock = None
        try:
            with alarm(limit) as clock:
                self._start()
                chosen = frozenset(on) & self.reaching
                found = self._known.get(chosen)
                if found is None:
                    self.asked += 1
                    found = self._known[chosen] = self._answer(chosen)
                return found
        except (OutOfTime, RecursionError, MemoryError) as error:
            error.__traceback__ = None
            return self._give_up(given_up(error))
        finally:
            if clock is not None and clock.rang:
                self._give_up(given_up(OutOfTime()))

    def _give_up(self, reason: str) -> Result:
        """What is at hand may be half made: nothing is known of any set of changes any more."""
        self._ready = True
        self._sessions.clear()
        self._known.clear()
        self._settled = Result("UNKNOWN", reason=reason)
        return self._settled

    @property
    def reaching(self) -> frozenset[int]:
        self._start()
        return frozenset(number for session in self._sessions for number in _switches(session))

    def _start(self) -> None:
        """Unroll and encode; what happens before the first thread starts does so with every switch off."""
        if self._ready:
            return
        self._ready = True
        question = self.question
        looks = "race" in question.properties and "data-race" in self.model.flag_names
        undefined = "uninitialised" not in question.properties
        coherent, idempotent = self.model.coherent, self.model.idempotent
        bounds = Bounds(question.unroll, question.recursion, looks, coherent, idempotent, undefined=undefined)
        for outcome in initialise(settle(self.program, frozenset())):
            if isinstance(outcome, Initial):
                deadline = None if question.seconds is None else time.monotonic() + question.seconds
                try:
                    graph = unroll(self.program, outcome, bounds, until(deadline))
                    self._sessions.append(Session(graph, self.model, deadline, symmetry=True))
                except TooManyValues as many:
                    self._settle(Result("UNKNOWN", reason=str(many), source=many.source))
                except OutOfTime:
                    self._settle(Result("UNKNOWN", reason="the time limit was reached"))
            elif isinstance(outcome, Stuck):
                if not outcome.deadlock:
                    self._settle(Result("UNKNOWN", reason=f"{outcome.source}: {outcome.reason}", source=outcome.source))
                elif "deadlock" in question.properties:
                    self._settle(Result("FAIL", "deadlock", outcome.reason, outcome.source))
            elif outcome.property in question.properties:
                self._settle(Result("FAIL", outcome.property, outcome.message, outcome.source, outcome.stack))

    def _settle(self, result: Result) -> None:
        if self._settled is None or result.verdict == "FAIL":
            self._settled = result

    def _answer(self, on: frozenset[int]) -> Result:
        started = time.monotonic()
        total = self._settled or Result("PASS")
        for session in self._sessions:
            if total.verdict == "FAIL":
                break
            one = self._ask(session, on)
            if one.verdict != "PASS" and (one.verdict == "FAIL" or total.verdict == "PASS"):
                total = one
        return evolve(total, seconds=time.monotonic() - started)

    def _ask(self, session: Session, on: frozenset[int]) -> Result:
        if self.question.seconds is not None:
            session.deadline = time.monotonic() + self.question.seconds
        among = session.encoding.circuit.all_of(
            literal if number in on else -literal for number, literal in sorted(_switches(session).items())
        )
        try:
            return session.decide(self.question.properties, among)
        except OutOfTime:
            return Result("UNKNOWN", reason="the time limit was reached")


def _switches(session: Session) -> dict[int, int]:
    """The literal of each of the program's own switches."""
    return {number: literal for number, literal in session.encoding.valuation.switches.items() if number >= 0}
