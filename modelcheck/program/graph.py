"""The event graph: what unrolling makes of a program, and what every engine but the oracle reads.

Everything is symbolic over the values of read events (`expr.read`) and of choices (`expr.choice`). A guard
is a conjunction (a tuple of width-1 expressions); an event belongs to an execution when its guard holds.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from modelcheck.program.expr import FALSE, Expr, Value, switch
from modelcheck.program.ir import PROPERTIES, LockUse, MemoryObject, Source, Tags

Guard = tuple[Expr, ...]

Dependencies = tuple[tuple[int, Guard], ...]
"""Read events that a value, address or branch rests on syntactically, each under a further condition."""


@frozen
class Event:
    """One atomic step of one thread in the unrolled program.

    Attributes:
        id: index in `EventGraph.events`.
        thread: index in `EventGraph.threads`; -1 for initial writes.
        kind: ``R``, ``W``, ``F``, or ``free`` (ends the life of the object at ``address``).
        position: place in its thread: po is (same thread, smaller position).
        tags: as in the memory model.
        guard: when it is executed.
        address: 64-bit, None for a fence without one.
        size: bytes.
        value: what a write writes; for a read `expr.read(id)`; of a fence the cookie that it bears, of a free the
            cache that it frees into, mostly None.
        addr, data, ctrl: syntactic dependencies.
        rmw: the read that a write is the other half of, or None.
        source: where in the C.
        stack: call sites around it, outermost first.
        success: for the read of a read-modify-write that may fail: when it succeeds; otherwise it bears
            ``failed`` as its tags.
        failed: see ``success``.
        unlock: a write that is a ``lock-misuse`` unless its thread holds the lock there.
        lock: what it does to the lock there, or a fence to a state of its thread.
        copy: a read in a struct copy.
        final: belongs to the function run at rest: not an event of the memory model.
        scope: a ``free`` of a local, whose scope is left; an undefined address is ignored.
        operands: the expressions that it is evaluated within whose operands nothing orders, outermost first: a number
            for the expression, and which of its operands it belongs to.
        initial: a write that initialises a variable.
        own: of the ends of a section of SRCU, that they must be of one thread.
        early: it stands for what initialisation has begun.
        families: of a free, those that the object must be of; none: of any.
        piece: of which access it is a piece: the number of its first one. Those of one access have the same position.
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
    success: Expr | None = None
    failed: Tags = frozenset()
    unlock: bool = False
    copy: bool = False
    final: bool = False
    operands: tuple[tuple[int, int], ...] = ()
    lock: LockUse | None = None
    scope: bool = False
    piece: int | None = None
    families: tuple[str, ...] = ()
    initial: bool = False
    own: bool = False
    early: bool = False

    @property
    def changes(self) -> bool:
        """Whether it writes to what must not be read-only."""
        return self.kind == "W" and not self.initial


@frozen
class Held:
    """A lock that a thread holds: the address of its word, and where it took it."""

    address: int
    lock: LockUse
    source: Source
    stack: tuple[Source, ...] = ()


@frozen
class Reading:
    """A read-side section that a thread is in: of RCU, or of the SRCU structure whose word of ``size`` bytes is at
    ``address``; where it entered it. ``lock`` as in `modelcheck.program.ir.Fence`, ``own`` as in its `Load`."""

    address: int | None
    source: Source
    stack: tuple[Source, ...] = ()
    lock: LockUse | None = None
    size: int = 0
    own: bool = False


def unordered(one: Event, other: Event) -> bool:
    """Whether two events of a thread are of different operands of one expression: then po does not relate them."""
    if not one.operands or not other.operands:
        return False
    for (first, left), (second, right) in zip(one.operands, other.operands, strict=False):
        if first != second or left != right:
            return first == second
    return False


ASSUMED = "assumed"
"""Stands for a property in the `Check` of a guess (`ir.Assume`): executions in which it fails are none."""


@frozen
class Check:
    """A finding of ``property`` when ``guard`` holds and ``condition`` does not; ``final``: it is made at rest."""

    guard: Guard
    condition: Expr
    property: str
    message: str
    source: Source
    stack: tuple[Source, ...]
    thread: int
    position: int
    final: bool = False


def late(which: str) -> Expr:
    """What breaks property ``which`` does so late: it does not stop its thread. The same throughout an execution.

    Only under models that let a write be seen before a read ahead of it in program order is done: there what a thread
    does behind a failure may be why it fails. What is broken is still broken.
    """
    return switch(-1 - PROPERTIES.index(which))


@frozen
class Blocked:
    """Thread ``thread`` waits for ever here when ``guard`` holds; ``reads`` are what its last failing look read.

    ``free``: another choice might end the wait, so it may or may not last. ``grace``: it waits for read-side sections:
    of RCU when it is 0, else of the SRCU structure at that address; it lasts when a thread leaves one open. ``lock``:
    it waits for the lock at ``address``; ``behind``: as a reader behind a writer who waits for it, and as long as he.
    ``writes``: what the look wrote, which put back what was there.
    """

    guard: Guard
    reads: tuple[int, ...]
    what: str
    source: Source
    stack: tuple[Source, ...]
    thread: int
    position: int
    free: bool = False
    grace: Expr | None = None
    lock: LockUse | None = None
    address: Expr | None = None
    behind: bool = False
    writes: tuple[int, ...] = ()


@frozen
class Cut:
    """The bounds (or something that cannot be modelled) cut the program short here when ``guard`` holds; ``final``: at
    rest."""

    guard: Guard
    reason: str
    source: Source
    thread: int
    final: bool = False


@frozen
class Allocation:
    """A heap object that one allocation makes when ``guard`` holds; zeroed ones are written with zeros by that step.
    ``owner``: the cache that it is of."""

    object: MemoryObject
    guard: Guard
    zeroed: bool
    source: Source
    stack: tuple[Source, ...]
    thread: int
    position: int
    owner: Expr | None = None


@frozen
class EventGraph:
    """The unrolled program.

    Attributes:
        threads: names, by thread number.
        events: by id; within a thread in an order that program order refines.
        checks, blocked, cuts: what may go wrong, wait for ever, or be cut off.
        completed: for each thread, when it runs to its end.
        choices: number of outcomes of each nondeterministic choice, by choice id.
        objects: static objects, and those that initialisation and unrolling made.
        memory: initial contents, address -> (size, value); what is not listed is as its object says.
        freed: bases of objects that initialisation has freed.
        allocations: heap objects made by the threads.
        started: for each thread, when its parent starts it; empty: always.
        quits: when main returns, and the process ends with it; never, where main's return is no such end.
        chosen: when each nondeterministic choice is made, by choice id.
        choosers: the thread that makes it, by choice id; -1 for one that the program does not make, but whether a grace
            period ends.
        registers: value of each named variable of a thread's function where it returns, by thread number and C name.
        held: the locks that main holds from initialisation on.
        operated: addresses of words that initialisation has changed by a read-modify-write that is nobody's taking of a
            lock, and not assigned since.
        entry: where the function that runs first is; None: not known.
    """

    threads: tuple[str, ...]
    events: tuple[Event, ...]
    checks: tuple[Check, ...]
    blocked: tuple[Blocked, ...]
    cuts: tuple[Cut, ...]
    completed: tuple[Guard, ...]
    choices: tuple[int, ...]
    objects: tuple[MemoryObject, ...]
    memory: Mapping[int, tuple[int, Value]]
    freed: frozenset[int]
    allocations: tuple[Allocation, ...]
    chosen: tuple[Guard, ...] = ()
    choosers: tuple[int, ...] = ()
    registers: Mapping[tuple[int, str], Expr] = field(factory=dict)
    started: tuple[Guard, ...] = ()
    quits: Guard = (FALSE,)
    held: tuple[Held, ...] = ()
    operated: frozenset[int] = frozenset()
    entry: Source | None = None
