"""Initialisation: the entry function run for real up to its first Spawn, for every choice made on the way.

Choices of which there would be too many ways end it before: then the threads' engine goes on from the choice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from modelcheck.program import holding, ir, sizes
from modelcheck.program.cells import Cells, initial_cells
from modelcheck.program.compile import Code, Evaluator, Point, Registers, compiled
from modelcheck.program.expr import UNDEFINED, Undefined, Value
from modelcheck.program.graph import Held, Reading
from modelcheck.program.ir import MemoryObject, Program, Source
from modelcheck.program.memory import NEAR, UNSUPPORTED, AddressSpace
from modelcheck.program.places import heap_name
from modelcheck.program.thread import Discard, Fault, Finding, Halting, Thread

__all__ = ["Finding", "Frame", "Initial", "Outcome", "Stuck", "initialise"]

MOST_STEPS: Final = 1_000_000
"""Initialisation may take this many steps for one sequence of choices."""

MOST_OUTCOMES: Final = 10_000
"""Initialisation may end in this many ways."""

LARGEST: Final = 1 << 30
"""No object may be larger, in bytes."""

MOST_WAYS: Final = 1024
"""A choice that makes for more ways than this, with those before it, is left to the engine."""

SPACING: Final = 64
"""Alignment of objects made at run time, and the least gap between them."""


@frozen
class Frame:
    """One call on a thread's stack.

    Attributes:
        function: its name.
        block, index: the instruction it stands at; for all but the innermost frame the Call being executed.
        registers: values by register number; UNDEFINED for those never set or never read again.
    """

    function: str
    block: int
    index: int
    registers: tuple[Value, ...]


@frozen
class Initial:
    """Where the entry function stands when it is about to start the first thread, or to choose among many values.

    Attributes:
        memory: address -> (size, value) of every cell written, or initialised to something not its object's default.
        objects: static ones and those made on the way.
        freed: bases of objects whose life has ended.
        frames: the stack, outermost first; empty when the entry function returned before.
        choices: outcome of each nondeterministic choice so far (an allocation that may fail: 0 works, 1 fails).
        held, reading: the locks that it holds, and the read-side sections that it is in, in order.
        operated: addresses of words changed by a read-modify-write that is nobody's taking of a lock, and not assigned
            since.
    """

    memory: Mapping[int, tuple[int, Value]]
    objects: tuple[MemoryObject, ...]
    freed: frozenset[int]
    frames: tuple[Frame, ...]
    choices: tuple[int, ...]
    held: tuple[Held, ...] = ()
    reading: tuple[Reading, ...] = ()
    operated: frozenset[int] = frozenset()


@frozen
class Stuck:
    """Initialisation does not get to its end: it waits for ever (``deadlock``), or it cannot be modelled further."""

    reason: str
    source: Source
    deadlock: bool = False


Outcome = Initial | Finding | Stuck


def initialise(program: Program) -> tuple[Outcome, ...]:
    """Every way in which the entry function of ``program`` gets to its first Spawn, in order of the choices made.

    Executions in which an assumption ends it give no outcome; neither do those that end with Halt. The warnings that
    they have gone past come last.
    """
    code = compiled(program)
    statics = {}
    for thing in program.objects:
        statics.update(initial_cells(thing))
    space = AddressSpace(program.objects)
    first = _Run(code, Thread.start(code, 0, program.entry, ()), space, Cells(space, statics), frozenset(), ())
    pending = [first]
    outcomes: list[Outcome] = []
    warnings: dict[Finding, None] = {}
    while pending:
        run = pending.pop()
        try:
            ways = run.go()
        except Fault as fault:
            outcomes.append(fault.finding)
        except Halting as end:
            outcomes.append(Stuck(end.reason, end.source))
        except _Waits as wait:
            outcomes.append(Stuck("waits for something that nobody can do", wait.source, deadlock=True))
        except (Discard, _Ended):
            pass
        else:
            if ways:
                pending += [run.branch(way) for way in reversed(range(ways))]
            else:
                outcomes += run.left_open()
                outcomes.append(run.outcome())
        if run.thread.warned is not None:
            warnings[run.thread.warned] = None
        if len(outcomes) + len(pending) > MOST_OUTCOMES:
            source = program.functions[program.entry].source
            return (*outcomes, Stuck(f"more than {MOST_OUTCOMES} ways through initialisation", source), *warnings)
    return (*outcomes, *warnings)


def call(
    program: Program,
    name: str,
    space: AddressSpace,
    contents: Mapping[int, tuple[int, Value]],
    freed: frozenset[int] = frozenset(),
) -> Value:
    """What function ``name`` of ``program``, which takes nothing, returns when it is called alone.

    Args:
        program: with the function; it is compiled for this call.
        name: the function.
        space: all objects.
        contents: of memory: address -> (size, value). What the call writes is forgotten.
        freed: bases of objects whose life has ended.

    Raises:
        Fault: the function does something wrong.
        Halting: it cannot be modelled, or takes too long.
    """
    code = compiled(program)
    thread = Thread.start(code, 0, name, ())
    run = _Run(code, thread, space, Cells(space, contents), freed, ())
    source = program.functions[name].source
    try:
        if run.go() or thread.point.kind in ("spawn", "choose"):
            raise Halting("it starts a thread, or makes a choice", source)
    except (_Waits, _Ended):
        raise Halting("it would wait, or end its thread", source) from None
    except Discard:
        raise Halting("an assumption does not hold", source) from None
    return thread.result


class _Waits(Exception):  # noqa: N818
    """The step at hand waits, and there is no other thread."""

    def __init__(self, source: Source) -> None:
        self.source = source
        super().__init__(str(source))


class _Ended(Exception):  # noqa: N818
    """The entry function halted."""


class _Run:
    """The entry function on its way, alone."""

    def __init__(
        self,
        code: Code,
        thread: Thread,
        space: AddressSpace,
        cells: Cells,
        freed: Iterable[int],
        choices: tuple[int, ...],
    ) -> None:
        self.code = code
        self.thread = thread
        self.space = space
        self.cells = cells
        self.freed = set(freed)
        self.choices = choices
        self.held: tuple[Held, ...] = ()
        self.reading: tuple[Reading, ...] = ()
        self.operated: set[int] = set()
        self.steps = 0
        self.ways = 1

    def branch(self, way: int) -> _Run:
        """A copy that takes ``way`` at the choice at hand."""
        space = AddressSpace(self.space)
        thread = Thread(self.code, 0, self.thread.snapshot())
        thread.warned = self.thread.warned
        other = _Run(self.code, thread, space, self.cells.copy(space), self.freed, (*self.choices, way))
        other.steps, other.ways, other.held, other.reading = self.steps, self.ways, self.held, self.reading
        other.operated |= self.operated
        point = thread.point
        if point.kind == "alloc":
            thread.resume(0 if way else other._alloc(point, thread.registers))
        else:
            thread.resume(way)
        return other

    def outcome(self) -> Initial:
        """Where the run has got to."""
        frames = []
        if self.thread.point.kind in ("spawn", "choose"):
            frames = [
                Frame(point.function.name, point.block, point.index, tuple(registers))
                for point, registers in self.thread.frames
            ]
        lost = self._lost(frames)
        objects = tuple(thing for thing in self.space if thing.base not in lost)
        memory, freed = self.cells.plain(), frozenset(self.freed - lost)
        operated = frozenset(self.operated)
        return Initial(memory, objects, freed, tuple(frames), self.choices, self.held, self.reading, operated)

    def _lost(self, frames: Iterable[Frame]) -> set[int]:
        """Locals whose scopes are left, and that nothing leads to: nobody can come by them any more."""
        dead = sorted(t.base for t in self.space if t.kind == "local" and t.base in self.freed)
        lost = set(dead)
        values = {value for _, value in self.cells.contents.values()}
        values.update(value for frame in frames for value in frame.registers)
        for value in values if dead else ():
            if isinstance(value, Undefined):
                continue
            # A pointer may also be one past the end, or in front of the start, and come back.
            for near in dead[max(bisect_right(dead, value + NEAR) - 2, 0) : bisect_right(dead, value + NEAR)]:
                thing = self.space.find(near)
                if thing is not None and value <= near + thing.size + NEAR:
                    lost.discard(near)
        return lost

    def go(self) -> int:
        """Run to the next choice (gives its number of ways), or to the first Spawn, a choice that makes for too many
        ways, or the end (gives 0)."""
        thread = self.thread
        while (point := thread.go()) is not None:
            self.steps += 1
            if self.steps > MOST_STEPS:
                reason = f"initialisation takes more than {MOST_STEPS} steps"
                raise Halting(reason, getattr(point.instruction, "source", point.function.source))
            registers = thread.registers
            match point.kind:
                case "spawn":
                    for number in point.dead:
                        registers[number] = UNDEFINED
                    return 0
                case "choose":
                    self.ways *= point.instruction.count
                    return 0 if self.ways > MOST_WAYS else int(point.instruction.count)
                case "halt":
                    raise _Ended
                case "alloc":
                    if point.instruction.may_fail:
                        self.ways *= 2
                        return 2
                    thread.resume(self._alloc(point, registers))
                case "local":
                    what = point.instruction
                    thread.resume(self._make(what.name, what.size, "local", what.layout, False, readonly=what.readonly))
                case "free":
                    self._free(point, registers)
                    thread.resume(0)
                case "fence":
                    self._fence(point, registers)
                    thread.resume(0)
                case "join":
                    raise _Waits(point.instruction.source)
                case _:
                    thread.resume(self._access(point, registers))
        return 0

    def _access(self, point: Point, registers: Registers) -> Value:
        what = point.instruction
        address = place(self.thread, point, registers)
        write = not isinstance(what, (ir.Load, ir.Wait))
        check_fault(self.thread, self.space, address, what.size, changes(what))
        thing = self.space.find(address)
        if thing is not None and thing.base in self.freed:
            raise Fault(self.thread.finding(*after_its_end(self.space, address, write)))
        if isinstance(what, ir.Store):
            if what.unlock and what.lock is None and self.cells.read(address, what.size) != self.thread.number + 1:
                raise Fault(self.thread.finding("lock-misuse", lock_misuse(self.space, address)))
            if what.lock is not None and what.lock.resets and self._in_use(what.lock, address, what.size):
                raise Fault(self.thread.finding("lock-misuse", holding.reset(what.lock)))
            if (lock := holding.overwritten(self.held, what, address)) is not None:
                raise Fault(self.thread.finding("lock-misuse", holding.overwrites(lock.lock)))
            self._hold(what.lock, address)
            if "Srcu-unlock" in what.tags:
                self._leave(address, own=what.own)
            self.cells.write(address, what.size, _given(point.value)(registers, 0))
            if what.lock is None or what.lock.resets:
                self.operated.difference_update(range(address, address + what.size))
            return 0
        tag = holding.assertion(what.tags) if isinstance(what, ir.Load) else None
        if tag is not None and not holding.asserted(self.held, tag, address):
            self.thread.warned = self.thread.warned or self.thread.finding("warning", holding.ASSERTIONS[tag])
        value = self.cells.read(address, what.size)
        if isinstance(value, Undefined) and not (isinstance(what, ir.Load) and what.copy):
            raise Fault(self.thread.finding("uninitialised", uninitialised(self.space, address)))
        if isinstance(what, (ir.Rmw, ir.Wait)) and not holds(self.thread, point, registers, value):
            if isinstance(what, ir.Wait) or what.waits:
                raise _Waits(what.source)
        elif isinstance(what, ir.Rmw):
            self._hold(what.lock, address)
            self.cells.write(address, what.size, _given(point.new)(registers, value))
            if what.lock is None:
                self.operated.add(address)
        elif isinstance(what, ir.Load) and "Srcu-lock" in what.tags:
            self.reading = (*self.reading, Reading(address, what.source, self.thread.stack, None, what.size, what.own))
        return value

    def _in_use(self, lock: ir.LockUse, address: int, size: int) -> bool:
        """Whether what is initialised or destroyed is held, or what an operation on its word says is in use."""
        if lock.owned and holding.holds(self.held, address):
            return True
        return address in self.operated and not holding.idle(self.cells.read(address, size))

    def _hold(self, lock: ir.LockUse | None, address: int) -> None:
        if lock is not None:
            held = holding.changed(self.held, lock, address, self.thread.point.instruction.source, self.thread.stack)
            if held is None:
                raise Fault(self.thread.finding("lock-misuse", holding.not_held(lock)))
            self.held = held

    def _fence(self, point: Point, registers: Registers) -> None:
        """Enter a read-side section of RCU, leave one, or wait for all to be left: for its own thread's for ever."""
        what = point.instruction
        if "Rcu-lock" in what.tags:
            self.reading = (*self.reading, Reading(None, what.source, self.thread.stack, what.lock))
        elif "Rcu-unlock" in what.tags:
            if not self._leave(None, what.lock):
                raise Fault(self.thread.finding("lock-misuse", OUTSIDE))
        elif "Sync-rcu" in what.tags or "Sync-srcu" in what.tags:
            place_ = None if point.address is None else place(self.thread, point, registers)
            if any(section.address == place_ for section in self.reading):
                raise _Waits(what.source)

    def _leave(self, address: int | None, lock: ir.LockUse | None = None, own: bool = False) -> bool:
        """Leave the innermost section of the SRCU structure at ``address``, or of RCU: one that switches off what
        ``lock`` says and is as ``own``, or else any. Gives whether the thread might do so: what it switches on need not
        have been off."""
        sort = (None if lock is None else lock.kind), own
        sorts = [(None if one.lock is None else one.lock.kind, one.own) for one in self.reading]
        found = [index for index, section in enumerate(self.reading) if section.address == address]
        like = [index for index in found if sorts[index] == sort]
        for index in (like or found)[-1:]:
            self.reading = (*self.reading[:index], *self.reading[index + 1 :])
        return bool(like) or lock is not None

    def left_open(self) -> Iterator[Finding]:
        """What is wrong with having returned here, where the entry function has without starting a thread."""
        if self.thread.point.kind in ("spawn", "choose"):
            return
        lock = holding.left(self.held, self.thread.number)
        if lock is not None:
            message = holding.still_held(lock.lock)
            yield Finding("lock-misuse", message, lock.source, lock.stack, self.thread.number)
        for section in self.reading:
            if section.lock is None:
                yield Finding("lock-misuse", LEFT_OPEN, section.source, section.stack, self.thread.number)

    def _alloc(self, point: Point, registers: Registers) -> int:
        what = point.instruction
        size = allocation_size(self.thread, point, registers)
        if size > what.most:
            return 0
        return self._make(
            heap_name(what.layout, what.source, self.thread.stack),
            size,
            "heap",
            what.layout,
            what.zeroed,
            owner(point, registers),
            what.family,
        )

    def _make(
        self,
        name: str,
        size: int,
        kind: str,
        layout: ir.Layout | None,
        zeroed: bool,
        cache: Value | None = None,
        family: str = "",
        readonly: ir.Ranges = (),
    ) -> int:
        base = -(-max(ir.HEAP_BASE, self.space.end) // SPACING) * SPACING + SPACING
        if self.code.program.sized:
            base = sizes.begin(base, kind, size)
        made = self.thread.point.instruction.source, tuple(self.thread.stack)
        thing = MemoryObject(
            name, base, size, kind, layout, zeroed=zeroed, readonly=readonly, made=made, owner=cache, family=family
        )
        self.space.add(thing)
        return base

    def _free(self, point: Point, registers: Registers) -> None:
        if point.instruction.scope:
            self._leave_scope(_given(point.address)(registers, 0))
            return
        address = place(self.thread, point, registers)
        if address == 0:
            return
        bad = bad_free(self.space, address, owner(point, registers), point.instruction.families)
        if bad is not None:
            raise Fault(self.thread.finding("bad-free", bad))
        if address in self.freed:
            raise Fault(self.thread.finding("double-free", f"{self.space.name(address)} is freed a second time"))
        thing = self.space.find(address)
        lock = holding.within(self.held, address, thing.size if thing is not None else 0)
        if lock is not None:
            raise Fault(self.thread.finding("lock-misuse", holding.freed(lock.lock)))
        self.freed.add(address)

    def _leave_scope(self, base: Value) -> None:
        """The scope of the local at ``base`` is left: what it holds counts no more."""
        thing = None if isinstance(base, Undefined) else self.space.find(base)
        if thing is not None:
            self.freed.add(thing.base)
            for address in range(thing.base, thing.base + thing.size):
                self.cells.contents.pop(address, None)


def _given(evaluator: Evaluator | None) -> Evaluator:
    assert evaluator is not None
    return evaluator


def place(thread: Thread, point: Point, registers: Registers) -> int:
    """The address that the step at hand uses. Raises Fault when it is undefined."""
    address = _given(point.address)(registers, 0)
    if isinstance(address, Undefined):
        raise Fault(thread.finding("uninitialised", "access through an undefined pointer"))
    return address


def changes(what: ir.Instruction) -> bool:
    """Whether an access writes to what must not be read-only."""
    return isinstance(what, ir.Rmw) or (isinstance(what, ir.Store) and not what.initial)


def check_fault(thread: Thread, space: AddressSpace, address: int, size: int, write: bool) -> None:
    """Raises Fault or Halting when an access is improper whatever memory holds."""
    fault = space.fault(address, size, write)
    if fault is not None:
        which, message = fault
        if which == UNSUPPORTED:
            raise Halting(message, thread.point.instruction.source)
        raise Fault(thread.finding(which, message))


def holds(thread: Thread, point: Point, registers: Registers, value: Value) -> bool:
    """Whether the condition of the Rmw or Wait at hand holds of ``value``. Raises Fault when it is undefined."""
    if point.condition is None:
        return True
    condition = point.condition(registers, value)
    if isinstance(condition, Undefined):
        raise Fault(thread.finding("uninitialised", "a condition rests on an undefined value"))
    return bool(condition)


def allocation_size(thread: Thread, point: Point, registers: Registers) -> int:
    """Bytes that the Alloc at hand asks for; above its ``most`` it gets nothing.

    Raises Fault when undefined, Halting when too large for us.
    """
    size = _given(point.value)(registers, 0)
    if isinstance(size, Undefined):
        raise Fault(thread.finding("uninitialised", "an allocation of undefined size"))
    if size > point.instruction.most:
        return size
    if size > LARGEST:
        raise Halting(f"an allocation of {size} bytes", point.instruction.source)
    if thread.code.program.sized and size > sizes.MOST:
        raise Halting(sizes.TOO_LARGE, point.instruction.source)
    return size


def owner(point: Point, registers: Registers) -> Value | None:
    """The cache of the Alloc or Free at hand; None where it is of none."""
    return None if point.new is None else point.new(registers, 0)


def bad_free(space: AddressSpace, address: int, cache: Value | None, families: tuple[str, ...]) -> str | None:
    """What is wrong with freeing ``address`` (into ``cache``; as one of ``families``), or None when a heap object of
    them starts there."""
    thing = space.find(address)
    if thing is None or thing.kind != "heap" or thing.base != address:
        return f"free of {space.name(address)}, which is no allocated object"
    if cache is not None and thing.owner != cache:
        return space.of_another(address)
    return space.of_another_family(address, families)


def after_its_end(space: AddressSpace, address: int, write: bool) -> tuple[str, str]:
    """The property and the message of a finding for an access to an object after the end of its life."""
    verb = "write to" if write else "read of"
    thing = space.find(address)
    if thing is not None and thing.kind == "local":
        return "use-after-scope", f"{verb} {space.name(address)} after its scope was left"
    return "use-after-free", f"{verb} {space.name(address)} after it was freed"


JOINED_BEFORE = "a thread is joined or detached that was joined or detached before"
"""The message of a finding for a `Join` that may be only once."""


def uninitialised(space: AddressSpace, address: int) -> str:
    """The message of a finding for a read of what nobody has written."""
    return f"read of {space.name(address)}, which nobody has written"


OUTSIDE: Final = "rcu_read_unlock() outside of any read-side section"

LEFT_OPEN: Final = "a read-side section is still open where its thread ends"


def lock_misuse(space: AddressSpace, address: int) -> str:
    """The message of a finding for an unlock by a thread that does not hold the lock."""
    return f"unlock of {space.name(address)}, which this thread does not hold"
