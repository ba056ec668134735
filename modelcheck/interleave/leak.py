"""Leaks at rest: heap objects and counted units that nobody can reach any more and nobody has given back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from modelcheck.interleave.state import State
from modelcheck.interleave.system import System
from modelcheck.program.expr import Undefined, Value
from modelcheck.program.ir import MemoryObject
from modelcheck.program.thread import Finding

COUNTS: Final = ("_count", "_refcount")
"""Members that count the references to a unit: zero means that it is free."""

Part = tuple[int, int]
"""Base of an object, and the number of its unit (0 when it has none)."""


def leaks(system: System, state: State) -> Iterator[Finding]:
    """A finding for each object leaked in ``state``, in order of address.

    Roots are the globals, but not those made of units: each unit is an object of its own, in use while its count is
    not zero. A pointer is any value that lies inside an object once its two low bits are cleared, for tags live there.
    """
    cells = contents(system, state)
    space = system.objects.space
    held: dict[Part, list[Value]] = {}
    for address, (_, value) in cells.items():
        thing = space.find(address)
        part = _part(thing, address)
        if thing is not None and part is not None and not _gone(system, state, thing, address):
            held.setdefault(part, []).append(value)
    reached: set[Part] = set()
    todo: list[Part] = [(thing.base, 0) for thing in space if _root(thing)]
    while todo:
        for value in held.get(todo.pop(), ()):
            if isinstance(value, Undefined):
                continue
            address = value & ~3
            part = _part(space.find(address), address)
            if part is not None and part not in reached:
                reached.add(part)
                todo.append(part)
    for thing in space:
        for unit in range(max(thing.size // thing.units, 1) if thing.units else 1):
            if (thing.base, unit) not in reached and _in_use(system, state, thing, unit, cells):
                made = system.objects.instance(thing.base)
                program = system.locals.code.program
                source = made.source if made is not None else program.functions[program.entry].source
                maker = made.thread if made is not None else 0
                name = space.owner(thing.base + unit * thing.units)
                message = f"{name} is still allocated at rest, and nothing leads to it"
                yield Finding("leak", message, source, (), maker)


def _root(thing: MemoryObject) -> bool:
    return (thing.kind == "global" or thing.thread is not None) and not thing.units and not thing.thread


def contents(system: System, state: State) -> dict[int, tuple[int, Value]]:
    """All of memory in ``state``: address -> (size, value)."""
    merged = system.slots.initial.copy(system.objects.space)
    for address, (slot, size) in system.slots.cells.items():
        merged.write(address, size, state.memory.get(slot))
    return merged.contents


def _part(thing: MemoryObject | None, address: int) -> Part | None:
    if thing is None or thing.kind == "function":
        return None
    return thing.base, (address - thing.base) // thing.units if thing.units else 0


def _gone(system: System, state: State, thing: MemoryObject, address: int) -> bool:
    """Whether what was at ``address`` has been given back with its object."""
    if thing.kind not in ("heap", "local") or thing.thread == 0 or not state.memory.get(system.slots.life(thing.base)):
        return False
    slot = system.slots.cells.get(address)
    return slot is None or not state.memory.get(system.slots.late(slot[0]))


def _in_use(system: System, state: State, thing: MemoryObject, unit: int, cells: dict[int, tuple[int, Value]]) -> bool:
    if thing.units:
        for leaf in thing.layout.leaves if thing.layout is not None else ():
            names = leaf.path.replace("]", ".").split(".")
            if leaf.offset // thing.units == unit and any(name in COUNTS for name in names):
                return cells.get(thing.base + leaf.offset, (0, 0))[1] != 0
        return False
    return thing.kind == "heap" and system.allocated(state, thing)
