"""What the explorer says of one cell, in the terms of the other engine."""

from __future__ import annotations

from typing import Final

import attrs

from modelcheck.interleave.explore import WARNING, Exploration, Limits, explore, start
from modelcheck.interleave.local import CHOOSE
from modelcheck.interleave.state import Choice
from modelcheck.interleave.system import System
from modelcheck.interleave.witness import WitnessEvent, witness
from modelcheck.program.ir import Program
from modelcheck.program.memory import AddressSpace
from modelcheck.solve.result import ExecutedEvent, Execution, Pair, Result, TouchedObject
from modelcheck.verdicts.cells import Cell

KNOWN: Final = ("sc", "tso")
"""The memory models of the explorer."""


def explored(program: Program, cell: Cell, busy: float | None = None) -> Result:
    """The explorer's verdict: ``events`` are the states it stored, and so are ``refinements``, its effort.

    ``busy``: seconds of the processor after which it gives up.
    """
    if cell.load not in KNOWN:
        return Result("UNKNOWN", reason=f"the interleaving engine knows sc and tso, not {cell.model}")
    found = explore(program, cell.load, cell.scenario.properties, Limits(cell.scenario.patience, busy=busy))
    result = Result(
        found.verdict,
        events=found.states,
        refinements=found.states,
        seconds=found.seconds,
        reason=found.reason,
        # What a main() does between its threads is not told from what it does before and after them.
        touches=found.touches if cell.scenario.threads else None,
    )
    if found.finding is None:
        return result
    return attrs.evolve(
        result,
        property=found.finding.property,
        message=found.finding.message,
        source=found.finding.source,
        stack=found.finding.stack,
        execution=_execution(program, cell, found),
    )


def _execution(program: Program, cell: Cell, found: Exploration) -> Execution | None:
    """The schedule found as an execution, without dependencies; None when no thread had started."""
    if not found.schedule:
        return None
    assert found.finding is not None
    asked = cell.scenario.properties if found.finding.property == "warning" else cell.scenario.properties - WARNING
    system = start(program, cell.load, found.choices, found.split, asked)
    told = witness(system, found.schedule)
    space = system.objects.space
    events = tuple(
        ExecutedEvent(**attrs.asdict(event, recurse=False), points=_points(space, event)) for event in told.events
    )
    objects = _objects(space, events)
    made = _choices(system, found.schedule)
    none: tuple[Pair, ...] = ()
    return Execution(
        told.threads, events, told.rf, told.co, none, none, none, told.rmw, objects, found.choices, made
    )  # fmt: skip


def _choices(system: System, schedule: tuple[Choice, ...]) -> tuple[Pair, ...]:
    """The outcomes of the choices made on the way, by thread."""
    made: list[Pair] = []
    state = system.first
    for choice in schedule:
        if not choice.drain and state.threads[choice.thread].kind == CHOOSE:
            made.append((choice.thread, choice.way))
        state = system.take(state, choice)
    return tuple(sorted(made, key=lambda pair: pair[0]))


def _points(space: AddressSpace, event: WitnessEvent) -> str:
    if event.address is None or not isinstance(event.value, int):
        return ""
    return space.pointed(event.address, event.value)


def _objects(space: AddressSpace, events: tuple[ExecutedEvent, ...]) -> tuple[TouchedObject, ...]:
    addresses = {event.address for event in events if event.address is not None}
    addresses |= {event.value for event in events if event.points and isinstance(event.value, int)}
    found = {thing.base: thing for address in addresses if (thing := space.find(address)) is not None}
    return tuple(TouchedObject(o.name, o.base, o.size, o.kind) for _, o in sorted(found.items()))
