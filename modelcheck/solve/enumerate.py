"""All executions of a program: how many come to rest, how many wait for ever, and what memory holds at rest."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from modelcheck.cat import Model
from modelcheck.program.expr import Undefined, Value, signed
from modelcheck.program.ir import PROPERTIES, Program
from modelcheck.program.machine import Initial, Stuck, initialise
from modelcheck.program.thread import Finding
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.run import OutOfTime
from modelcheck.solve.outcomes import Cell, Outcomes
from modelcheck.solve.result import Result
from modelcheck.solve.sat import NO, YES
from modelcheck.solve.session import Session, until
from modelcheck.solve.wide import TooManyValues

ALL: Final = frozenset(PROPERTIES)

_SIGNED: Final = frozenset(("char", "signed char", "short", "int", "long", "long long"))
_QUALIFIERS: Final = re.compile(r"\b(_Atomic|volatile|const)\b|[()]")

State = tuple[tuple[str, Value], ...]
"""Name and value of each scalar of a global, by address."""


@frozen
class Enumeration:
    """What there is.

    Attributes:
        executions: complete executions, in which every thread and what runs at rest come to their ends without a
            finding. Two are distinct when a read reads from another write, two writes are ordered otherwise, or a
            choice falls otherwise.
        blocked: executions in which some threads wait for ever and all others end; what a wait looked at last is the
            final value.
        states: the distinct final values of the globals that some thread accesses, each with the number of its
            executions, ordered.
        findings: what goes wrong in some execution, one for each property: FAIL results.
        reason: why there may be more than this; empty when this is all.
        seconds: wall time.
    """

    executions: int
    blocked: int
    states: Mapping[State, int]
    findings: tuple[Result, ...]
    reason: str = ""
    seconds: float = 0.0


@frozen(eq=False)
class _Found:
    """What is found so far, over all outcomes of initialisation."""

    states: dict[State, int] = field(factory=dict)
    blocked: list[int] = field(factory=list)
    findings: dict[str, Result] = field(factory=dict)
    reasons: dict[str, None] = field(factory=dict)


def enumerate_executions(
    program: Program,
    model: Model,
    properties: frozenset[str] = ALL,
    *,
    bound: int = 3,
    recursion: int = 4,
    timeout: float | None = None,
) -> Enumeration:
    """All executions of ``program`` that ``model`` allows.

    Args:
        properties: which findings to look for.
        bound: iterations of a loop whose end is not fixed by constants.
        recursion: how often a function may be on the stack at once.
        timeout: seconds, or None.
    """
    started = time.monotonic()
    deadline = None if timeout is None else started + timeout
    found = _Found()
    for outcome in initialise(program):
        if isinstance(outcome, Finding):
            result = Result("FAIL", outcome.property, outcome.message, outcome.source, outcome.stack)
            _note(found, properties, result)
        elif isinstance(outcome, Stuck):
            if outcome.deadlock:
                found.blocked.append(1)
                _note(found, properties, Result("FAIL", "deadlock", outcome.reason, outcome.source))
            else:
                found.reasons[f"{outcome.source}: {outcome.reason}"] = None
        else:
            try:
                _from(
                    program,
                    outcome,
                    model,
                    properties,
                    Bounds(bound, recursion, coherent=model.coherent, idempotent=model.idempotent),
                    deadline,
                    found,
                )
            except TooManyValues as many:
                found.reasons[str(many)] = None
            except OutOfTime:
                found.reasons["the time limit was reached"] = None
                break
    return Enumeration(
        sum(found.states.values()),
        sum(found.blocked),
        dict(sorted(found.states.items(), key=lambda item: [_sortable(value) for _, value in item[0]])),
        tuple(found.findings.values()),
        "; ".join(found.reasons),
        time.monotonic() - started,
    )


def _note(found: _Found, properties: frozenset[str], result: Result) -> None:
    if result.property in properties:
        found.findings.setdefault(str(result.property), result)


def _sortable(value: Value) -> tuple[bool, int]:
    return (True, 0) if isinstance(value, Undefined) else (False, value)


def _from(
    program: Program,
    initial: Initial,
    model: Model,
    properties: frozenset[str],
    bounds: Bounds,
    deadline: float | None,
    found: _Found,
) -> None:
    session = Session(unroll(program, initial, bounds, until(deadline)), model, deadline)
    # Findings and bounds first: what is counted is forbidden to this session afterwards.
    for name in PROPERTIES:
        if name in properties:
            result = session.decide(frozenset((name,)))
            if result.verdict == "FAIL":
                _note(found, properties, result)
    session.decide(frozenset(("deadlock",)))
    reason = session.reaches_bound()
    if reason is not None:
        found.reasons[reason] = None
    outcomes = Outcomes(session)
    waiting = NO if session.deadlock is None else session.deadlock.literal
    found.blocked.append(sum(1 for _ in outcomes.each(waiting, ())))
    cells = _globals(program, session)
    signs = {name: _signed_bits(session, cell) for name, cell in cells.items()}
    for _, values in outcomes.all(YES, list(cells.values())):
        state = tuple((name, _read(value, signs[name])) for name, value in zip(cells, values, strict=True))
        found.states[state] = found.states.get(state, 0) + 1


def _globals(program: Program, session: Session) -> dict[str, Cell]:
    """The scalars of the program's globals that are accessed, by name."""
    space, sizes = session.space, session.encoding.domains.sizes
    own = {thing.base for thing in program.objects if thing.kind == "global" and thing.readonly != ((0, thing.size),)}
    return {
        space.name(place): Cell(place, sizes[place])
        for place in sorted(session.encoding.initial)
        if (thing := space.find(place)) is not None and thing.base in own
    }


def _signed_bits(session: Session, cell: Cell) -> int:
    """The width of a cell whose C type is a signed integer; 0 for another."""
    thing = session.space.find(cell.address)
    leaves = thing.layout.leaves if thing is not None and thing.layout is not None else ()
    for leaf in leaves:
        if thing is not None and leaf.offset == cell.address - thing.base and leaf.size == cell.size:
            bare = _QUALIFIERS.sub(" ", leaf.type).strip()
            return 8 * cell.size if bare in _SIGNED else 0
    return 0


def _read(value: Value, bits: int) -> Value:
    return signed(value, bits) if bits and not isinstance(value, Undefined) else value
