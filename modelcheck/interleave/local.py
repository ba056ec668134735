"""What a thread is about to do: its own state, stopped before a step, with everything about that step worked out once.

A thread's way from one step to the next depends on nothing but its own state and the value that the step
gave, so it is computed once for each such pair and then looked up. Locals whose address is taken live here too, and no
access to them is a step, until a pointer to them gets out (is stored, passed to a thread, or returned by one):
then they are *published*, i.e. moved to memory together with that step.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Final

from modelcheck.interleave.objects import Kind, Objects
from modelcheck.program import ir
from modelcheck.program.cells import Cells
from modelcheck.program.compile import Point, Registers
from modelcheck.program.expr import UNDEFINED, Undefined, Value
from modelcheck.program.graph import Held
from modelcheck.program.ir import Source
from modelcheck.program.places import heap_name
from modelcheck.program.thread import Finding

LOAD: Final = 0
STORE: Final = 1
RMW: Final = 2
WAIT: Final = 3
FENCE: Final = 4  # waits for an empty buffer
ENTER: Final = 5  # rcu_read_lock
LEAVE: Final = 6  # rcu_read_unlock
SYNC: Final = 7  # a grace period
FREE: Final = 8
SPAWN: Final = 9
JOIN: Final = 10
CHOOSE: Final = 11  # also an allocation that may fail
ENDED: Final = 12  # its function has returned
HALTED: Final = 13
FAULTY: Final = 14  # it did something wrong
STUCK: Final = 15  # it cannot be modelled further
DISCARDED: Final = 16  # an assumption does not hold: neither ended nor waiting

QUEUED: Final = -1
"""In `Local.moves`, where the thread goes that waits as a reader behind a writer; no value of a step is below 0."""

Frames = tuple[tuple[Point, tuple[Value, ...]], ...]
Cell = tuple[int, tuple[int, Value]]


Sections = tuple[tuple[int, int, int], ...]
"""Read-side sections: the kind of each, the number of the place that opened it, and its own among those of its kind."""


class Own:
    """What belongs to a thread beside its frames.

    Attributes:
        sections: the read-side sections that are open, in order.
        counts: for each kind of object, how often it has; sorted.
        private: bases of its locals that nobody else can know; sorted.
        dead: bases of those whose scope is left, while something in the thread still leads to them.
        lineage: the functions that it and those who started it began in, but for the first thread.
        base: the call sites around its start, as `modelcheck.program.places.start` gives them.
        alive: bases of its locals that have got out, or are in memory from the start, until their scopes are left.
        cells: contents of those: (address, (size, value)), sorted.
        gone: bases of its locals that have been published.
        held: the locks that it holds, in the order in which it took them.
        queued: it waits for a lock as a reader behind a writer.
    """

    __slots__ = (
        "alive",
        "base",
        "cells",
        "counts",
        "dead",
        "gone",
        "held",
        "key",
        "lineage",
        "private",
        "queued",
        "sections",
    )

    def __init__(
        self,
        sections: Sections = (),
        counts: tuple[tuple[Kind, int], ...] = (),
        private: tuple[int, ...] = (),
        cells: tuple[Cell, ...] = (),
        gone: frozenset[int] = frozenset(),
        held: tuple[Held, ...] = (),
        queued: bool = False,
        dead: frozenset[int] = frozenset(),
        alive: frozenset[int] = frozenset(),
        lineage: tuple[str, ...] = (),
        base: tuple[Source, ...] = (),
    ) -> None:
        self.held = held
        self.queued = queued
        self.sections = sections
        self.counts = counts
        self.private = private
        self.cells = cells
        self.gone = gone
        self.dead = dead
        self.alive = alive
        self.lineage = lineage
        self.base = base
        self.key = (sections, counts, private, cells, gone, held, queued, dead, alive, lineage, base)


class Local:
    """A thread stopped before a step, or for good. Interned by `Locals`: compare with ``is``.

    Attributes:
        number: in order of making.
        thread: thread number.
        frames: (point, registers) from outermost to innermost.
        own: what belongs to the thread beside them.
        kind: one of the constants of this module.
        address, slots, life: of an access: where; its slots (none for a Wait that nobody can end); the slot of the
            object's life, or -1.
        guard: slot that must be 1 because the object is somebody's published local, or -1.
        value: what a Store writes, 1 for an Rmw that waits, the thread number of a Join, the number of ways of a
            Choose, the result at the end.
        outcomes: see `outcome`.
        copy, plain, full, unlock: a Load that may read undefined values; an Rmw that is a plain read when it
            fails; a Store that waits for an empty buffer and goes to memory at once; one that gives a lock back, where
            no more is said of it than that.
        lock: what an Rmw or Store does to the lock at its address.
        mark: number of the kind of read-side section that the step opens or ends, or that it waits for; -1 for none.
        ends: the step ends a section of that kind; of RCU, the outermost.
        section: the number of that section among those of its kind.
        unsure: it may be another one.
        publish: cells to be written to memory with the step, and bases of locals that get out with it, living or dead.
        scope: a Free is the end of a local's scope.
        callee, args: what a Spawn starts.
        quits: it has ended, and the process with it.
        finding, reason, source: why it is FAULTY or STUCK, and where.
        moves: value that the step gave -> the Local after it.
        children: threads that its step starts.
        touched, clash, future, relied: see `reduction`; touched and clash are of this step.
    """

    __slots__ = (
        "address",
        "args",
        "callee",
        "children",
        "clash",
        "copy",
        "ends",
        "finding",
        "frames",
        "full",
        "future",
        "guard",
        "kind",
        "life",
        "lock",
        "mark",
        "moves",
        "number",
        "outcomes",
        "own",
        "plain",
        "publish",
        "quits",
        "reason",
        "relied",
        "scope",
        "section",
        "slots",
        "source",
        "thread",
        "touched",
        "unlock",
        "unsure",
        "value",
    )

    def __init__(self, number: int, thread: int, frames: Frames, own: Own, kind: int) -> None:
        self.number = number
        self.thread = thread
        self.frames = frames
        self.own = own
        self.kind = kind
        self.address = 0
        self.slots: tuple[int, ...] = ()
        self.life = -1
        self.guard = -1
        self.value: Value = 0
        self.copy = False
        self.plain = False
        self.full = False
        self.unlock = False
        self.quits = False
        self.lock: ir.LockUse | None = None
        self.scope = False
        self.mark = -1
        self.ends = False
        self.section = 0
        self.unsure = False
        self.publish: tuple[tuple[Cell, ...], tuple[int, ...]] = ((), ())
        self.callee = ""
        self.args: tuple[Value, ...] = ()
        self.finding: Finding | None = None
        self.reason = ""
        self.source: Source | None = None
        self.moves: dict[Value, Local] = {}
        self.outcomes: dict[Value, tuple[bool, Value]] = {}
        self.children: list[Local] = []
        self.touched = 0
        self.clash = 0
        self.future = 0
        self.relied = 0

    @property
    def queues(self) -> bool:
        """Whether it waits for a lock as a reader who may have to wait behind a writer."""
        lock = self.lock
        return self.kind == RMW and bool(self.value) and lock is not None and lock.shared and lock.queued

    @property
    def point(self) -> Point:
        """Where the innermost frame stands."""
        return self.frames[-1][0]

    @property
    def stack(self) -> tuple[Source, ...]:
        """Call sites around the innermost frame, outermost first."""
        return (*self.own.base, *(point.instruction.source for point, _ in self.frames[:-1]))

    @property
    def place(self) -> Source:
        """Where in the source it stands, or stopped."""
        if self.source is not None:
            return self.source
        point = self.point
        source = getattr(point.instruction, "source", None)
        return source if isinstance(source, Source) else point.function.source

    def outcome(self, old: Value) -> tuple[bool, Value]:
        """For a Wait or Rmw that reads ``old``: whether its condition holds, and what an Rmw then writes.

        The value is UNDEFINED for a condition that is undefined.
        """
        found = self.outcomes.get(old)
        if found is None:
            point, values = self.frames[-1]
            registers: Registers = list(values)
            holds: Value = 1 if point.condition is None else point.condition(registers, old)
            if self.own.queued and holds:
                holds = int(old == 0)  # the writer is let in first, and has left again
            if isinstance(holds, Undefined):
                found = (False, UNDEFINED)
            elif self.kind == RMW and holds:
                assert point.new is not None
                found = (True, point.new(registers, old))
            else:
                found = (bool(holds), 0)
            self.outcomes[old] = found
        return found


class Private:
    """The unpublished locals of a thread while it runs.

    Args:
        own: what to start from.
        objects: where new ones get their addresses.
    """

    def __init__(self, own: Own, objects: Objects) -> None:
        self.bases = set(own.private)
        self.gone = set(own.gone)
        self.dead = set(own.dead)
        self.alive = set(own.alive)
        self.lineage = own.lineage
        self.base = own.base
        self.counts = dict(own.counts)
        self.memory = Cells(objects.space, dict(own.cells))
        self.held = own.held
        self.queued = False
        self._objects = objects

    def holds(self, address: int) -> bool:
        """Whether ``address`` lies in one of them."""
        if not self.bases or address < self._objects.start:
            return False
        thing = self._objects.space.find(address)
        return thing is not None and thing.base in self.bases

    def behind(self, values: tuple[Value, ...]) -> set[int]:
        """Bases of those, living and dead, that ``values`` lead to, directly or through others of them."""
        found: set[int] = set()
        if not self.bases and not self.dead:
            return found
        todo = list(values)
        while todo:
            value = todo.pop()
            if isinstance(value, Undefined) or value < self._objects.start:
                continue
            for address in {value, value & ~3}:
                thing = self._objects.space.find(address)
                known = thing is not None and (thing.base in self.bases or thing.base in self.dead)
                if thing is not None and known and thing.base not in found:
                    found.add(thing.base)
                    todo += [held for _, (_, held) in self.contents({thing.base})]
        return found

    def contents(self, bases: set[int]) -> list[Cell]:
        """The cells of the objects at ``bases``, in order of address."""
        found = []
        for address, cell in sorted(self.memory.contents.items(), key=itemgetter(0)):
            thing = self._objects.space.find(address)
            if thing is not None and thing.base in bases:
                found.append((address, cell))
        return found

    def drop(self, bases: set[int]) -> None:
        """Forget the objects at ``bases``."""
        for address, _ in self.contents(bases):
            del self.memory.contents[address]
        self.bases -= bases
        self.dead -= bases

    def leave(self, base: int) -> None:
        """The scope of the object at ``base``, one of them, is left."""
        self.drop({base})
        self.dead.add(base)

    def ended(self, address: int) -> bool:
        """Whether ``address`` lies in one of them whose scope is left."""
        thing = self._objects.space.find(address) if self.dead else None
        return thing is not None and thing.base in self.dead

    def make(self, thread: int, point: Point) -> int:
        """A new local for the Local instruction at ``point``; gives its address."""
        what: ir.Local = point.instruction
        instance = 0
        while True:
            how = what.layout, False, None, "", what.readonly
            thing = self._objects.make(thread, point, instance, what.name, what.size, "local", *how)
            if thing.base not in self.bases and thing.base not in self.gone and thing.base not in self.dead:
                self.bases.add(thing.base)
                return thing.base
            instance += 1

    def allocate(self, thread: int, point: Point, size: int, owner: Value | None) -> int:
        """A new heap object for the Alloc at ``point``, of cache ``owner``; gives its address, 0 where it asks for too
        much."""
        what: ir.Alloc = point.instruction
        if size > what.most:
            return 0
        kind = self._objects.site(point), size, owner if isinstance(owner, int) else -1
        instance = self.counts.get(kind, 0)
        self.counts[kind] = instance + 1
        name = heap_name(what.layout, what.source)
        how = what.layout, what.zeroed, owner, what.family
        return self._objects.make(thread, point, instance, name, size, "heap", *how).base

    def freeze(self, sections: Sections) -> Own:
        """What to keep of them, and of what else belongs to the thread."""
        return Own(
            sections,
            tuple(sorted(self.counts.items())),
            tuple(sorted(self.bases)),
            tuple(sorted(self.memory.contents.items(), key=itemgetter(0))),
            frozenset(self.gone),
            self.held,
            self.queued,
            frozenset(self.dead),
            frozenset(self.alive),
            self.lineage,
            self.base,
        )
