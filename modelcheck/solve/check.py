"""Guess with z3, judge with relations, learn from the cycle: the verdict on a program under a memory model."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain

from attrs import evolve

from modelcheck.cat import Model
from modelcheck.program.interrupted import REASON, interrupted, word
from modelcheck.program.ir import Program
from modelcheck.program.machine import Initial, Stuck
from modelcheck.program.thread import hidden
from modelcheck.program.touch import Touches, together
from modelcheck.program.unroll import Bounds
from modelcheck.run.alarm import OutOfTime
from modelcheck.solve.groundwork import Assumptions, Groundworks
from modelcheck.solve.result import Execution, Result
from modelcheck.solve.session import Progress, Session, until
from modelcheck.solve.touch import touching
from modelcheck.solve.wide import TooManyValues

LARGE = 1000
"""With more events than this, a program whose loops go round often is looked at with fewer rounds first."""


MANY = 400
"""With more events than this, though no loop goes round twice, a program is looked at so first."""

FEW_ROUNDS = (2, 8)


def check(
    program: Program,
    model: Model,
    properties: frozenset[str],
    *,
    unroll: int = 3,
    recursion: int = 4,
    timeout: float | None = None,
    progress: Progress | None = None,
    touches: bool = True,
    groundworks: Groundworks | None = None,
) -> Result:
    """Whether an execution of ``program`` that ``model`` allows breaks one of ``properties``.

    Args:
        program: what runs.
        model: the memory model.
        properties: names from `modelcheck.program.ir.PROPERTIES`. Other failures just stop the thread they happen in,
            unless it can go on: after a late write, a second free, an unlock of a lock that it does not hold. Where
            one hides what is asked for, the verdict is no PASS.
        unroll: iterations of a loop whose end is not fixed by constants.
        recursion: how often a function may be on the stack at once.
        timeout: seconds, or None.
        progress: told the number of refinements as it grows.
        touches: find out which threads touch one another.
        groundworks: those of ``program``, to be kept for its other models; None: none are kept.
    """
    started = time.monotonic()
    deadline = None if timeout is None else started + timeout
    looks = "race" in properties and "data-race" in model.flag_names
    undefined = "uninitialised" not in properties
    bounds = Bounds(unroll, recursion, looks, model.coherent, model.idempotent, undefined=undefined)
    total = Result("PASS")
    touching_ones: list[Touches | None] = []
    if groundworks is None:
        groundworks = Groundworks(program)
    outcomes = groundworks.outcomes
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, Initial):
            one = _check_from(groundworks, number, model, properties, bounds, deadline, progress, touches)
            if one.execution is not None and _interrupts(program, one.execution):
                one = Result("UNKNOWN", reason=f"{one.source}: {REASON}", source=one.source)
            if one.execution is not None:
                one = evolve(one, execution=evolve(one.execution, initial=outcome.choices))
        elif isinstance(outcome, Stuck):
            one = _stuck(outcome, properties)
        elif outcome.property in properties:
            one = Result("FAIL", outcome.property, outcome.message, outcome.source, outcome.stack)
        elif outcome.property == "warning":
            continue
        else:
            one = Result("UNKNOWN", reason=hidden(outcome.property, outcome.source), source=outcome.source)
        touching_ones.append(one.touches)
        total = _worse(total, one)
        if total.verdict == "FAIL" and total.property != "warning":
            if outcome is not outcomes[-1]:
                touching_ones.append(None)
            break
    return evolve(total, touches=together(touching_ones), seconds=time.monotonic() - started)


def _interrupts(program: Program, execution: Execution) -> bool:
    """Whether a failure rests on what comes in between an atomic section."""
    lock = word(program)
    if lock is None:
        return False
    events = {event.id: event for event in execution.events}
    return interrupted(events, execution.rf, execution.co, lock)


RANK = {"PASS": 0, "UNKNOWN": 1, "FAIL": 2}
"""Which verdict on a part is that on the whole."""


def _worse(total: Result, one: Result) -> Result:
    worst = max(total, one, key=lambda result: (RANK[result.verdict], result.property != "warning"))
    return evolve(worst, events=max(total.events, one.events), refinements=total.refinements + one.refinements)


def _stuck(outcome: Stuck, properties: frozenset[str]) -> Result:
    if outcome.deadlock:
        if "deadlock" not in properties:
            return Result("PASS")
        return Result("FAIL", "deadlock", f"before any thread starts: {outcome.reason}", outcome.source)
    return Result("UNKNOWN", reason=f"{outcome.source}: {outcome.reason}", source=outcome.source)


def _check_from(
    groundworks: Groundworks,
    outcome: int,
    model: Model,
    properties: frozenset[str],
    bounds: Bounds,
    deadline: float | None,
    progress: Progress | None,
    touches: bool,
) -> Result:
    session = None
    try:
        for fewer in chain(_few_rounds(groundworks, outcome, bounds, until(deadline)), (bounds,)):
            # Most accesses that seem to meet in parts never do.
            for pieces in (False, True):
                assumed = Assumptions.of(model, symmetry=True, pieces=pieces)
                groundwork = groundworks.of(outcome, fewer, assumed, until(deadline))
                session = Session(groundwork.graph, model, deadline, progress, groundwork=groundwork)
                result = session.decide(properties)
                if pieces and result.verdict == "UNKNOWN":
                    result = evolve(result, mixed=True)
                if not result.mixed:
                    break
            # Where no execution gets past fewer rounds, there are no others.
            if result.verdict != "UNKNOWN":
                break
    except TooManyValues as many:
        result = Result("UNKNOWN", reason=str(many), source=many.source)
    except OutOfTime:
        result = Result("UNKNOWN", reason="the time limit was reached")
    refinements = 0 if session is None else session.refinements
    # What lies behind a failure or a bound is not seen.
    if session is not None and touches and result.verdict == "PASS":
        with suppress(OutOfTime):
            result = evolve(result, touches=touching(session))
    events = 0 if session is None else session.live
    return evolve(result, events=events, refinements=refinements)


def _few_rounds(groundworks: Groundworks, outcome: int, bounds: Bounds, tick: Callable[[], None]) -> Iterator[Bounds]:
    """Bounds under which a large program is asked before it is taken whole: fewer rounds of its loops.

    A failure is one, and where no execution gets past them they are all that is needed. The smallest comes first:
    a loop that goes round a thousand times whatever happens is not made shorter by going round others once. The whole
    is unrolled only where what comes first cannot be told without it, or has not answered.
    """

    def size(asked: Bounds) -> int:
        return len(groundworks.graph(outcome, asked, tick).events)

    once, fewest = evolve(bounds, unroll=1), evolve(bounds, rounds=FEW_ROUNDS[0])
    asked = bounds.unroll > 1 and size(once) > MANY and bool(groundworks.graph(outcome, once, tick).cuts)
    asked = asked and (size(once) < LARGE or size(fewest) >= LARGE)
    if asked:
        yield once
    events, found = size(bounds), []
    if bounds.unroll > 1 and not asked:
        few = size(once)
        if few < events and (few > MANY or few < LARGE < events):
            found.append((few, once))
    for rounds in FEW_ROUNDS:
        fewer = evolve(bounds, rounds=rounds)
        if events <= LARGE or size(fewer) >= LARGE:
            break
        found.append((size(fewer), fewer))
    for _, fewer in sorted(found, key=lambda each: each[0]):
        yield fewer
