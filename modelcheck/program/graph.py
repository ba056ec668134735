"""The event graph: what unrolling makes of a program, and what every engine but the oracle reads.

Everything is symbolic over the values of read events (`expr.read`) and of choices (`expr.choice`). A guard
is a conjunction (a tuple of width-1 expressions); an event belongs to an execution when its guard holds.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from modelcheck.program.expr import Expr
from modelcheck.program.ir import MemoryObject, Source, Tags

Guard = tuple[Expr, ...]

Dependencies = tuple[tuple[int, Guard], ...]
"""Read events that a value, address or branch rests on syntactically, each under a further condition."""


@frozen
class Event:
    """One atomic step of one thread in the unrolled program.

    Attributes:
        id: index in `EventGraph.events`.
        thread: index in `EventGraph.threads`; -1 for initial writes.
        kind: ``R``, ``W``, ``F``, or ``poison`` (a write that ends the life of the object it lies in: free).
        position: place in its thread: po is (same thread, smaller position).
        tags: as in the memory model.
        guard: when it is executed.
        address: 64-bit, None for a fence without one.
        size: bytes.
        value: what a write writes; for a read `expr.read(id)`.
        addr, data, ctrl: syntactic dependencies.
        rmw: the read that a write is the other half of, or None.
        source: where in the C.
        stack: call sites around it, outermost first.
        copy: a read in a struct copy.
        final: belongs to the function run at rest: not an event of the memory model.
    """

    id: int
    thread: int
    kind: str
    position: int
    tags: Tags
    guard: Guard
    address: Expr | None
    size: int
    value: Expr | None
    addr: Dependencies
    data: Dependencies
    ctrl: Dependencies
    rmw: int | None
    source: Source
    stack: tuple[Source, ...]
    copy: bool = False
    final: bool = False


@frozen
class Check:
    """A finding of ``property`` when ``guard`` holds and ``condition`` does not."""

    guard: Guard
    condition: Expr
    property: str
    message: str
    source: Source
    stack: tuple[Source, ...]
    thread: int
    position: int


@frozen
class Blocked:
    """Thread ``thread`` waits for ever here when ``guard`` holds; ``reads`` are what its last failing look read."""

    guard: Guard
    reads: tuple[int, ...]
    what: str
    source: Source
    stack: tuple[Source, ...]
    thread: int
    position: int


@frozen
class Cut:
    """The bounds (or something that cannot be modelled) cut the program short here when ``guard`` holds."""

    guard: Guard
    reason: str
    source: Source
    thread: int


@frozen
class EventGraph:
    """The unrolled program. ``objects`` holds static objects and those that unrolling made (frames, heap)."""

    threads: tuple[str, ...]
    events: tuple[Event, ...]
    checks: tuple[Check, ...]
    blocked: tuple[Blocked, ...]
    cuts: tuple[Cut, ...]
    completed: tuple[Guard, ...]
    choices: tuple[int, ...]
    objects: tuple[MemoryObject, ...]
    allocated: Mapping[int, Guard] = field(factory=dict)
