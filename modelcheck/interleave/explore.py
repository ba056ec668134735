"""The explorer: every reachable state, or as many as partial-order reduction leaves, depth first; and its verdict.

The exploration works in rounds: see `reduction` for why a round may have to be done again.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from time import monotonic, process_time
from typing import Final

from attrs import frozen

from modelcheck.interleave.leak import contents
from modelcheck.interleave.space import Again, Space, Tick
from modelcheck.interleave.state import Choice, MixedSizes
from modelcheck.interleave.system import System
from modelcheck.interleave.touch import touching
from modelcheck.interleave.witness import witness
from modelcheck.program import ir
from modelcheck.program.compile import compiled
from modelcheck.program.expr import Value
from modelcheck.program.interrupted import REASON, interrupted, word
from modelcheck.program.ir import Program
from modelcheck.program.machine import Initial, Stuck, initialise
from modelcheck.program.thread import Finding, hidden
from modelcheck.program.touch import Touches, together

ALL: Final = frozenset(ir.PROPERTIES)

MakeSpace = Callable[[System, frozenset[str], bool, Tick], Space]
"""Takes what `Space` takes."""


@frozen
class Limits:
    """Where to give up: seconds by the clock, seconds of the processor, and states stored. None: never."""

    seconds: float | None = None
    states: int | None = None
    busy: float | None = None


@frozen
class Exploration:
    """What came out.

    Attributes:
        verdict: ``PASS``, ``FAIL`` or ``UNKNOWN``.
        finding: what is wrong, when FAIL.
        choices: of the initialisation that leads to the finding (`Initial.choices`).
        schedule: from there on, transition by transition.
        split: words accessed with several sizes; with `choices`, what `start` needs to replay the schedule.
        states: stored, in all rounds.
        executions: ways to end that were met (all threads have returned).
        blocked: ends that were met in which some thread waits for ever.
        reason: why UNKNOWN.
        seconds: time taken.
        touches: which threads touch one another; None where not everything was explored.
    """

    verdict: str
    finding: Finding | None
    choices: tuple[int, ...]
    schedule: tuple[Choice, ...]
    split: frozenset[int]
    states: int
    executions: int
    blocked: int
    reason: str
    seconds: float
    touches: Touches | None = None


def explore(
    program: Program,
    model: str,
    properties: frozenset[str] = ALL,
    limits: Limits = Limits(),
    reduce: bool = True,
    make: MakeSpace = Space,
) -> Exploration:
    """Look for an execution of ``program`` that breaks one of ``properties``.

    Args:
        program: what to check.
        model: ``sc`` or ``tso``.
        properties: findings of others are no failure; they stop the thread that makes them if it cannot go on.
        limits: where to give up.
        reduce: whether to leave out interleavings that make no difference.
        make: what makes each round's `Space`, for those who look at more than the verdict.

    Raises:
        ValueError: for another model.
    """
    return _Search(program, model, properties, limits, reduce, make).run()


def start(
    program: Program,
    model: str,
    choices: tuple[int, ...] = (),
    split: frozenset[int] = frozenset(),
    properties: frozenset[str] = ALL,
) -> System:
    """The system that a schedule belongs to: from `System.first` on, `System.take` replays it.

    Args:
        program, model, properties: as given to `explore`; without `WARNING` for a finding that is none.
        choices, split: from its result.

    Raises:
        ValueError: initialisation has no outcome for ``choices``.
    """
    for outcome in initialise(program):
        if isinstance(outcome, Initial) and outcome.choices == choices:
            return System(compiled(program), outcome, model, split, properties)
    raise ValueError(f"initialisation does not come to a state by the choices {choices}")


WARNING: Final = frozenset({"warning"})


class _GaveUp(Exception):  # noqa: N818
    """A limit was passed."""


class _Search:
    """One call of `explore`."""

    def __init__(
        self,
        program: Program,
        model: str,
        properties: frozenset[str],
        limits: Limits,
        reduce: bool,
        make: MakeSpace = Space,
    ) -> None:
        self.program = program
        self.code = compiled(program)
        self.model = model
        self.properties = properties
        self.limits = limits
        self.reduce = reduce
        self.make = make
        self.began = monotonic()
        self.busy = process_time()
        self.states = 0
        self.executions = 0
        self.blocked = 0
        self.reason = ""
        self.finals: set[tuple[tuple[str, Value], ...]] = set()
        self.touches: list[Touches] = []

    def run(self) -> Exploration:
        warned: Exploration | None = None
        for outcome in initialise(self.program):
            if isinstance(outcome, Finding):
                failed = self._result("FAIL", outcome) if outcome.property in self.properties else None
                if failed is None and self.properties and outcome.property != "warning":
                    self.reason = self.reason or hidden(outcome.property, outcome.source)
            elif isinstance(outcome, Stuck):
                failed = None
                if outcome.deadlock and "deadlock" in self.properties:
                    failed = self._result("FAIL", Finding("deadlock", outcome.reason, outcome.source, (), 0))
                elif not outcome.deadlock:
                    self.reason = self.reason or f"{outcome.source}: {outcome.reason}"
            else:
                failed = self._from(outcome)
            if failed is not None and failed.finding is not None and failed.finding.property == "warning":
                warned = warned or failed
            elif failed is not None:
                return warned or failed if failed.verdict == "UNKNOWN" else failed
        return warned or self._result("UNKNOWN" if self.reason else "PASS", None)

    def _from(self, initial: Initial) -> Exploration | None:
        """Explore from one outcome of initialisation; gives a result only when that settles it.

        A warning stops nothing. Only where nothing worse was found and somebody was warned is there another look, in
        which who is warned stops.
        """
        heeded = self.properties & WARNING
        if self.properties == heeded != frozenset():
            return self._look(initial, heeded)[0]
        failed, warned = self._look(initial, self.properties - WARNING)
        return self._look(initial, heeded)[0] if failed is None and warned and heeded else failed

    def _look(self, initial: Initial, properties: frozenset[str]) -> tuple[Exploration | None, bool]:
        """The result for ``properties`` if it settles the matter; and whether somebody went past a warning."""
        split: frozenset[int] = frozenset()
        while True:
            system = System(self.code, initial, self.model, split, properties)
            try:
                while True:
                    space = self.make(system, properties, self.reduce, self._tick)
                    try:
                        finding = space.explore()
                    except Again:
                        self.states += len(space.states)
                        continue
                    break
            except MixedSizes as mixed:
                split |= {mixed.word}
                continue
            except _GaveUp as limit:
                self.states += len(space.states)
                self.reason = str(limit)
                return self._result("UNKNOWN", None), False
            self.states += len(space.states)
            self.executions += space.executions
            self.blocked += space.blocked
            if not self.properties:
                self.finals |= _finals(space)
            if finding is not None and self._interrupts(initial, properties, split, space.schedule):
                self.reason = REASON
                return self._result("UNKNOWN", None), False
            if finding is not None:
                return self._result("FAIL", finding, initial.choices, space.schedule, split), False
            unseen = space.hidden if self.properties else ""
            self.reason = self.reason or space.reason or system.cut or unseen
            if system.locals.watched is not None and self.properties & WARNING:
                self.reason = (
                    self.reason or f"{system.locals.watched}: which accesses are concurrent is not looked at here"
                )
            self.touches.append(touching(system))
            return None, system.locals.warned

    def _interrupts(
        self, initial: Initial, properties: frozenset[str], split: frozenset[int], schedule: tuple[Choice, ...]
    ) -> bool:
        """Whether a failure rests on what comes in between an atomic section."""
        lock = word(self.program)
        if lock is None:
            return False
        told = witness(System(self.code, initial, self.model, split, properties), schedule)
        return interrupted({event.id: event for event in told.events}, told.rf, told.co, lock)

    def _tick(self, stored: int) -> None:
        if self.limits.seconds is not None and monotonic() - self.began > self.limits.seconds:
            raise _GaveUp(f"time limit of {self.limits.seconds:g} s reached after {self.states + stored} states")
        if self.limits.busy is not None and process_time() - self.busy > self.limits.busy:
            raise _GaveUp(f"limit of {self.limits.busy:g} s reached after {self.states + stored} states")
        if self.limits.states is not None and self.states + stored > self.limits.states:
            raise _GaveUp(f"limit of {self.limits.states} states reached")

    def _result(
        self,
        verdict: str,
        finding: Finding | None,
        choices: tuple[int, ...] = (),
        schedule: tuple[Choice, ...] = (),
        split: frozenset[int] = frozenset(),
    ) -> Exploration:
        return Exploration(
            verdict,
            finding,
            choices,
            schedule,
            split,
            self.states,
            self.executions,
            self.blocked,
            self.reason if verdict == "UNKNOWN" else "",
            monotonic() - self.began,
            together(self.touches) if verdict == "PASS" else None,
        )


@frozen
class Outcomes:
    """How executions in which every thread returns may end.

    Attributes:
        finals: contents of global memory: (name of a cell, value) in order of address, for cells that were accessed or
            initialised.
        reason: why there may be others; empty when these are all.
    """

    finals: frozenset[tuple[tuple[str, Value], ...]]
    reason: str


def outcomes(program: Program, model: str, reduce: bool = True) -> Outcomes:
    """All contents of global memory at the ends of executions in which every thread returns.

    Findings that stop the thread that makes them leave an execution without an outcome.
    """
    search = _Search(program, model, frozenset(), Limits(), reduce)
    reason = search.run().reason
    return Outcomes(frozenset(search.finals), reason)


def _finals(space: Space) -> set[tuple[tuple[str, Value], ...]]:
    found = set()
    objects = space.system.objects.space
    for state in space.finals:
        cells = contents(space.system, state)
        row: list[tuple[str, Value]] = []
        for address, (_, value) in sorted(cells.items(), key=itemgetter(0)):
            thing = objects.find(address)
            if thing is not None and thing.kind == "global":
                row.append((objects.name(address), value))
        found.add(tuple(row))
    return found
