"""What a choice does in a state, in terms of the program: for schedules that people read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import frozen

from modelcheck.interleave import local as kinds
from modelcheck.interleave.state import Choice, State
from modelcheck.interleave.system import System, joined
from modelcheck.program.expr import Value
from modelcheck.program.ir import Source

NAMES: Final = {
    kinds.LOAD: "load",
    kinds.STORE: "store",
    kinds.RMW: "rmw",
    kinds.WAIT: "wait",
    kinds.FENCE: "fence",
    kinds.ENTER: "rcu_read_lock",
    kinds.LEAVE: "rcu_read_unlock",
    kinds.SYNC: "synchronize",
    kinds.FREE: "free",
    kinds.SPAWN: "spawn",
    kinds.JOIN: "join",
    kinds.CHOOSE: "choose",
}


@frozen
class Step:
    """One transition of a schedule.

    Attributes:
        choice: which.
        kind: what the thread does (a value of `NAMES`), or ``drain`` when its oldest store reaches memory.
        source: where in the program.
        stack: call sites around it, outermost first.
        address: what it accesses, or 0.
        name: the same as a reader knows it, or an empty text.
        read: the value that a load, wait or rmw reads, else None.
        written: the value that a store, drain or rmw writes, else None.
        state: the state after it.
    """

    choice: Choice
    kind: str
    source: Source
    stack: tuple[Source, ...]
    address: int
    name: str
    read: Value | None
    written: Value | None
    state: State


def describe(system: System, state: State, choice: Choice) -> Step:
    """What ``choice`` does in ``state``. Raises ValueError when it is not enabled."""
    after = system.take(state, choice)
    if choice.drain:
        entry = state.buffers[choice.thread][0]
        address, source, stack = system.origin(entry)
        written = joined(entry.values) if entry.values else None
        return Step(choice, "drain", source, stack, address, _name(system, address), None, written, after)
    local = state.threads[choice.thread]
    read: Value | None = None
    written = None
    if local.kind in (kinds.LOAD, kinds.WAIT, kinds.RMW):
        read = system.look(state, choice.thread)
        if local.kind == kinds.RMW and read is not None:
            holds, new = local.outcome(read)
            written = new if holds else None
    elif local.kind == kinds.STORE:
        written = local.value
    place = (local.place, local.stack, local.address, _name(system, local.address))
    return Step(choice, NAMES[local.kind], *place, read, written, after)


def replay(system: System, schedule: Iterable[Choice]) -> list[Step]:
    """The steps of ``schedule`` from the first state on. Raises ValueError where it cannot be followed."""
    state = system.first
    steps = []
    for choice in schedule:
        steps.append(describe(system, state, choice))
        state = steps[-1].state
    return steps


def _name(system: System, address: int) -> str:
    return system.objects.space.name(address) if address else ""
