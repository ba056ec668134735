"""From one step of a thread to its next: runs its code once for each value that the step can give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from modelcheck.interleave import local as kinds
from modelcheck.interleave.inuse import COPIED, InUse
from modelcheck.interleave.local import Frames, Local, Own, Private, Sections
from modelcheck.interleave.objects import Objects
from modelcheck.interleave.readsides import NOT_KNOWN, RCU, ReadSides, open_sections
from modelcheck.interleave.reduction import control
from modelcheck.interleave.state import Slots
from modelcheck.program import holding, ir
from modelcheck.program.compile import Code, Point, Registers
from modelcheck.program.expr import UNDEFINED, Expr, Undefined, Value
from modelcheck.program.ir import Source
from modelcheck.program.liveness import registers_of
from modelcheck.program.machine import (
    LEFT_OPEN,
    OUTSIDE,
    Initial,
    after_its_end,
    allocation_size,
    bad_free,
    changes,
    check_fault,
    holds,
    lock_misuse,
    owner,
    place,
    uninitialised,
)
from modelcheck.program.outlived import asks_only
from modelcheck.program.places import start
from modelcheck.program.thread import Discard, Fault, Finding, Halting, Thread

Annotate = Callable[[Local, Slots, bool], None]

FULL: Final = frozenset({"Mb", "MB", "SC"})
"""A fence or store with one of these waits until the thread's buffer is empty (an x86 mfence or xchg)."""

GRACE: Final = frozenset({"Sync-rcu", "Sync-rcu-expedited", "Sync-srcu"})

MOST_OF_A_KIND: Final = 4
"""A thread may start another that begins in the same function, and that one another, so many deep."""


class Locals:
    """All states of single threads that have come up, each once.

    Args:
        code: the compiled program.
        objects: what there is, and what threads make.
        slots: numbers for what they access.
        buffered: whether stores wait in a buffer (TSO) or reach memory at once (SC).
        annotate: called with each new Local that stands before a step.
        strict: whether a thread stops that unlocks what it does not hold, or ends inside a read-side section.
        heeds: whether a thread stops at a warning. Else it goes on, and ``warned`` says that one did.

    ``watched`` is where other threads' accesses are to be watched for, which is not done here.
    """

    def __init__(
        self,
        code: Code,
        objects: Objects,
        slots: Slots,
        buffered: bool,
        annotate: Annotate,
        strict: bool,
        heeds: bool = False,
    ) -> None:
        self.code = code
        self.objects = objects
        self.slots = slots
        self.buffered = buffered
        self.strict = strict
        self.heeds = heeds
        self.warned = False
        self.watched: Source | None = None
        self.in_use = InUse(slots)
        self.reads = ReadSides(code.program, slots, strict)
        self.guesses: dict[tuple[int, ...], int] = {}
        self._annotate = annotate
        self._own_storage = [
            thing for thing in code.program.objects if thing.thread is not None and thing.kind == "local"
        ]
        self.every: list[Local] = []
        self._table: dict[object, Local] = {}
        self._starts: dict[object, Local] = {}

    def resume(self, initial: Initial) -> Local:
        """Thread 0 where initialisation left it."""
        points: list[tuple[Point, Registers]] = [
            (self.code.at(frame.function, frame.block, frame.index), list(frame.registers)) for frame in initial.frames
        ]
        sections: Sections = ()
        for section in initial.reading:
            mark = self.reads.mark(RCU if section.address is None else section.address)
            sections = self.reads.entered(sections, mark, (section.source, section.stack, section.lock))
        here = (t for t in self.objects.space if t.kind == "local" and not t.thread)
        alive = frozenset(t.base for t in here if t.base not in self.slots.freed)
        own = Own(sections, held=initial.held, alive=alive)
        return self._settle(Thread(self.code, 0, points, self.heeds), Private(own, self.objects), own)

    def finished(self) -> Local:
        """Thread 0 when it ended without starting another."""
        return self._make(0, (), Own(), kinds.ENDED, ("ended", UNDEFINED))

    def start(self, number: int, parent: Local) -> Local:
        """A new thread ``number`` before its first step, started by that of ``parent``."""
        callee, args = parent.callee, parent.args
        lineage = (*parent.own.lineage, callee)
        base = start(self.code.program.functions[callee], parent.place, parent.stack)
        key = (number, lineage, args, base)
        found = self._starts.get(key)
        if found is None:
            thread = Thread.start(self.code, number, callee, args, self.heeds, base)
            own = Own(lineage=lineage, base=base, alive=self._copies(number))
            found = self._starts[key] = self._settle(thread, Private(own, self.objects), own)
        return found

    def after(self, local: Local, value: Value) -> Local:
        """The thread of ``local`` after its step gave ``value``."""
        found = local.moves.get(value)
        if found is None:
            found = local.moves[value] = self._after(local, value)
        return found

    def wrong(self, local: Local, which: str, message: str, source: Source, stack: tuple[Source, ...]) -> Local:
        """The thread of ``local`` stopped for good by a finding."""
        return self._faulty(local.frames, local.own, Finding(which, message, source, stack, local.thread))

    def stuck(self, local: Local, reason: str) -> Local:
        """The thread of ``local`` stopped because it cannot be modelled further."""
        return self._stuck(local.thread, local.frames, local.own, reason, local.place)

    def _after(self, local: Local, value: Value) -> Local:
        thread = Thread(
            self.code,
            local.thread,
            [(point, list(registers)) for point, registers in local.frames],
            self.heeds,
            local.own.base,
        )
        own = local.own
        private = Private(own, self.objects)
        private.drop(set(local.publish[1]))
        private.gone |= set(local.publish[1])
        private.alive |= set(local.publish[1]) - own.dead
        if local.kind == kinds.FREE and local.scope:
            private.alive.discard(local.address)
        sections = own.sections
        if value == kinds.QUEUED:
            private.queued = True
            return self._settle(thread, private, own)
        match local.kind:
            case kinds.ENTER | kinds.LOAD if local.mark >= 0:
                sections = self.reads.entered(sections, local.mark, (local.place, local.stack, local.lock))
            case kinds.LEAVE if local.mark >= 0:
                sections = self.reads.without(sections, local.lock)
            case kinds.STORE if local.ends:
                sections = self.reads.left(sections, local.mark, local.section)
                if local.unsure:
                    sections = self.reads.doubted(sections, local.place)
        point, registers = thread.frames[-1]
        stores = local.kind == kinds.STORE or (local.kind == kinds.RMW and local.outcome(value)[0])
        if local.lock is not None and stores:
            self._hold(private, local.lock, local.address, local.place, local.stack)
        if point.kind == "alloc":
            size = allocation_size(thread, point, registers)
            try:
                value = 0 if value else private.allocate(local.thread, point, size, owner(point, thread.registers))
            except Halting as end:
                return self._stuck(local.thread, local.frames, own, end.reason, end.source)
        if point.kind not in ("exit", "return"):  # there it goes on to leave its next scope
            thread.resume(value)
        return self._settle(thread, private, Own(sections))

    def _hold(
        self, private: Private, lock: ir.LockUse, address: int, source: Source, stack: tuple[Source, ...]
    ) -> bool:
        """Note what an access does to a lock; false where the thread does not hold it so."""
        held = holding.changed(private.held, lock, address, source, stack)
        private.held = private.held if held is None else held
        return held is not None

    def _settle(self, thread: Thread, private: Private, own: Own) -> Local:
        """Run ``thread`` to its next step, doing what nobody else can notice on the way."""
        settled = self._run(thread, private, own)
        self.warned |= thread.warned is not None
        return settled

    def _run(self, thread: Thread, private: Private, own: Own) -> Local:
        number = thread.number
        try:
            while (point := thread.go()) is not None:
                if not self._inside(thread, point, private):
                    break
        except Fault as fault:
            return self._faulty(_frozen(thread), private.freeze(own.sections), fault.finding)
        except Halting as end:
            kept = private.freeze(own.sections)
            return self._stuck(number, _frozen(thread), kept, end.reason, end.source)
        except Discard:
            # A section that it is in holds grace periods back for ever.
            kept = Own(own.sections, private.freeze(()).counts, held=private.held)
            return self._make(number, (), kept, kinds.DISCARDED, ("discarded", kept.key))
        if point is None:
            point = thread.point
            if not (private.alive if point.kind == "exit" else private.alive & self._copies(number)):
                return self._ended(thread, private, own)
        registers = thread.registers
        for dead in point.dead:
            registers[dead] = UNDEFINED
        self._forget(thread, private)
        kept = private.freeze(own.sections)
        frames = _frozen(thread)
        key = (number, frames, kept.key)
        found = self._table.get(key)
        if found is None:
            found = Local(len(self.every), number, frames, kept, kinds.HALTED)
            try:
                self._fill(found, thread, point, private)
            except Fault as fault:
                return self._faulty(frames, kept, fault.finding)
            except Halting as end:
                return self._stuck(number, frames, kept, end.reason, end.source)
            self._annotate(found, self.slots, self.buffered)
            found.future |= self.guesses.get(control(found), 0)
            self._table[key] = found
            self.every.append(found)
        return found

    def _copies(self, thread: int) -> frozenset[int]:
        """The bases of a thread's own thread-local variables with lives that end where it returns."""
        return frozenset(t.base for t in self._own_storage if t.thread == thread) if thread else frozenset()

    def _forget(self, thread: Thread, private: Private) -> None:
        """Drop the locals that nothing leads to any more."""
        if private.bases or private.dead:
            values = tuple(value for _, registers in thread.frames for value in registers)
            private.drop((private.bases | private.dead) - private.behind(values))

    def _inside(self, thread: Thread, point: Point, private: Private) -> bool:
        """Do what ``point`` wants if nobody else can notice; gives whether it did."""
        registers = thread.registers
        match point.kind:
            case "local":
                for dead in point.dead:
                    registers[dead] = UNDEFINED
                self._forget(thread, private)
                thread.resume(private.make(thread.number, point))
            case "alloc":
                if point.instruction.may_fail:
                    return False
                size, cache = allocation_size(thread, point, registers), owner(point, registers)
                thread.resume(private.allocate(thread.number, point, size, cache))
            case "fence":
                tags = point.instruction.tags
                if tags & GRACE or tags & {"Rcu-lock", "Rcu-unlock"} or (self.buffered and tags & FULL):
                    return False
                thread.resume(0)
            case "free" if point.instruction.scope:
                assert point.address is not None
                base = point.address(registers, 0)
                if base in private.alive:
                    return False
                if not isinstance(base, Undefined) and private.holds(base):
                    private.leave(base)
                thread.resume(0)
            case "load" | "store" | "rmw" | "wait":
                address = place(thread, point, registers)
                if private.ended(address):
                    write = not isinstance(point.instruction, (ir.Load, ir.Wait))
                    raise Fault(thread.finding(*after_its_end(self.objects.space, address, write)))
                if not private.holds(address):
                    if asks_only(point.instruction) and self._stays(address):
                        thread.resume(0)
                        return True
                    return False
                return self._alone(thread, point, address, private)
            case _:
                return False
        return True

    def _stays(self, address: int) -> bool:
        """Whether what is at ``address`` is always there."""
        thing = self.objects.space.find(address)
        return thing is not None and thing.kind == "global"

    def _alone(self, thread: Thread, point: Point, address: int, private: Private) -> bool:
        """An access to one of the thread's own locals; false for a wait that will never end."""
        what = point.instruction
        registers = thread.registers
        cells = private.memory
        check_fault(thread, self.objects.space, address, what.size, changes(what))
        if isinstance(what, ir.Store):
            self._hold_alone(thread, what, address, private)
            if (
                what.lock is None
                and what.unlock
                and self.strict
                and cells.read(address, what.size) != thread.number + 1
            ):
                raise Fault(thread.finding("lock-misuse", lock_misuse(self.objects.space, address)))
            assert point.value is not None
            value = point.value(registers, 0)
            self.in_use.changes(what, address, value)
            cells.write(address, what.size, value)
            thread.resume(0)
            return True
        self._asserts(thread, what, address, private)
        value = cells.read(address, what.size)
        if isinstance(value, Undefined) and not (isinstance(what, ir.Load) and what.copy):
            raise Fault(thread.finding("uninitialised", uninitialised(self.objects.space, address)))
        if isinstance(what, (ir.Rmw, ir.Wait)) and not holds(thread, point, registers, value):
            if isinstance(what, ir.Wait) or what.waits:
                return False
        elif isinstance(what, ir.Rmw):
            assert point.new is not None
            self._hold_alone(thread, what, address, private)
            self.in_use.changes(what, address)
            cells.write(address, what.size, point.new(registers, value))
        thread.resume(value)
        return True

    def _hold_alone(self, thread: Thread, what: ir.Rmw | ir.Store, address: int, private: Private) -> None:
        if what.lock is not None:
            lock = what.lock
            if lock.resets and self.strict:
                value = private.memory.read(address, what.size)
                used = self.in_use.tells(lock, address, holding.holds(private.held, address), value)
                if used is None:
                    raise Halting(COPIED.format(holding.reset(lock)), what.source)
                if used:
                    raise Fault(thread.finding("lock-misuse", holding.reset(lock)))
            self._release(thread, what.lock, address, private)
            self._hold(private, what.lock, address, what.source, thread.stack)

    def _asserts(self, thread: Thread, what: ir.Instruction, address: int, private: Private) -> None:
        """A warning where the step at hand asserts of a lock what is not so."""
        tag = holding.assertion(what.tags) if isinstance(what, ir.Load) else None
        if tag is not None and not holding.asserted(private.held, tag, address):
            if self.heeds:
                raise Fault(thread.finding("warning", holding.ASSERTIONS[tag]))
            self.warned = True

    def _release(self, thread: Thread, lock: ir.LockUse, address: int, private: Private) -> None:
        """Raises Fault where the step at hand gives back a lock that its thread does not hold so."""
        source = thread.point.instruction.source
        if self.strict and holding.changed(private.held, lock, address, source, ()) is None:
            raise Fault(thread.finding("lock-misuse", holding.not_held(lock)))

    def _fill(self, local: Local, thread: Thread, point: Point, private: Private) -> None:
        """Work out the step that ``local`` is about to take."""
        what = point.instruction
        registers = thread.registers
        space = self.objects.space
        match what:
            case ir.Load() | ir.Store() | ir.Rmw() | ir.Wait():
                local.address = place(thread, point, registers)
                if private.holds(local.address):
                    # It waits for one of its own locals, which nobody else can change.
                    local.kind = kinds.WAIT
                    return
                check_fault(thread, space, local.address, what.size, changes(what))
                self._target(local)
                local.slots = self.slots.cell(local.address, what.size)
                self._asserts(thread, what, local.address, private)
                if isinstance(what, ir.Load) and not what.tags.isdisjoint(ir.WATCHED):
                    self.watched = what.source
                if isinstance(what, (ir.Rmw, ir.Store)) and what.lock is not None:
                    local.lock = what.lock
                    self._release(thread, what.lock, local.address, private)
                lock = holding.overwritten(private.held, what, local.address) if isinstance(what, ir.Store) else None
                if lock is not None and self.strict:
                    raise Fault(thread.finding("lock-misuse", holding.overwrites(lock.lock)))
                self._access(local, what, point, registers, private)
            case ir.Fence():
                local.kind = kinds.FENCE
                if what.tags & GRACE:
                    local.kind = kinds.SYNC
                    local.mark = RCU if point.address is None else place(thread, point, registers)
                    local.mark = self.reads.mark(local.mark)
                elif "Rcu-lock" in what.tags:
                    local.kind, local.mark, local.lock = kinds.ENTER, self.reads.mark(RCU), what.lock
                elif "Rcu-unlock" in what.tags:
                    sections = local.own.sections
                    if self.strict and what.lock is None and self.reads.outside(sections):
                        raise Fault(thread.finding("lock-misuse", OUTSIDE))
                    local.kind, local.mark, local.lock = kinds.LEAVE, self.reads.mark(RCU), what.lock
                    local.ends = open_sections(sections) == 1
            case ir.Exit():
                self._leave(local, min(private.alive))
            case ir.Return():
                self._leave(local, min(private.alive & self._copies(local.thread)))
            case ir.Free(scope=True):
                self._leave(local, place(thread, point, registers))
            case ir.Free():
                self._free(local, thread, point, registers, private)
            case ir.Spawn():
                local.kind = kinds.SPAWN
                local.callee = thread.callee(point, registers)
                if private.lineage.count(local.callee) >= MOST_OF_A_KIND:
                    reason = f"{local.callee}() starts a thread of its own kind more than {MOST_OF_A_KIND} deep"
                    raise Halting(reason, what.source)
                local.args = tuple(argument(registers, 0) for argument in point.args)
                self._publish(local, private, local.args)
            case ir.Join():
                local.kind = kinds.JOIN
                assert point.value is not None
                local.value = point.value(registers, 0)
                if isinstance(local.value, Undefined):
                    raise Fault(thread.finding("uninitialised", "a join with an undefined thread number"))
            case ir.Operand():
                raise Halting(
                    "operands are taken here in any order, and mixed, which this engine does not do", what.source
                )
            case ir.Choose():
                local.kind, local.value = kinds.CHOOSE, what.count
            case ir.Alloc():
                allocation_size(thread, point, registers)
                local.kind, local.value = kinds.CHOOSE, 2
            case ir.Halt():
                local.kind = kinds.HALTED
            case _:
                raise AssertionError(f"no step: {what}")

    def _target(self, local: Local) -> None:
        """The slots that say whether the object accessed may be accessed at all."""
        thing = self.objects.space.find(local.address)
        assert thing is not None
        if thing.kind in ("heap", "local"):
            local.life = self.slots.life(thing.base)
        if thing.kind == "local" and self.objects.maker(thing.base) not in (None, local.thread):
            local.guard = self.slots.other("published", thing.base)

    def _access(
        self,
        local: Local,
        what: ir.Load | ir.Store | ir.Rmw | ir.Wait,
        point: Point,
        registers: Registers,
        private: Private,
    ) -> None:
        match what:
            case ir.Load():
                local.kind, local.copy = kinds.LOAD, what.copy
                if "Srcu-lock" in what.tags:
                    local.mark = self.reads.mark(local.address)
            case ir.Store():
                assert point.value is not None
                local.kind, local.value = kinds.STORE, point.value(registers, 0)
                self.in_use.changes(what, local.address, local.value)
                local.unlock, local.full = what.unlock and what.lock is None, self.buffered and bool(what.tags & FULL)
                if "Srcu-unlock" in what.tags:
                    local.mark = self.reads.mark(local.address)
                    ended, local.unsure = self.reads.ended_by(local, what.source)
                    local.ends, local.section = ended is not None, ended or 0
                self._publish(local, private, (local.value,))
            case ir.Rmw():
                local.kind, local.plain = kinds.RMW, "LF" in what.failed_tags
                local.value = int(what.waits)
                self.in_use.changes(what, local.address)
                self._publish(local, private, tuple(registers[number] for number in _inputs(what.new)))
            case ir.Wait():
                local.kind = kinds.WAIT

    def _leave(self, local: Local, base: int) -> None:
        """The scope of the local at ``base`` is left."""
        local.kind, local.scope = kinds.FREE, True
        local.address, local.life = base, self.slots.life(base)

    def _free(self, local: Local, thread: Thread, point: Point, registers: Registers, private: Private) -> None:
        local.kind = kinds.FREE
        local.address = place(thread, point, registers)
        if local.address:
            bad = bad_free(self.objects.space, local.address, owner(point, registers), point.instruction.families)
            if bad is not None:
                raise Fault(thread.finding("bad-free", bad))
            local.life = self.slots.life(local.address)
            thing = self.objects.space.find(local.address)
            lock = holding.within(private.held, local.address, thing.size if thing is not None else 0)
            if lock is not None and self.strict:
                raise Fault(thread.finding("lock-misuse", holding.freed(lock.lock)))

    def end_bit(self, thread: int) -> int:
        """The bits for writes to the slots that stand for the end of ``thread``, and of any."""
        return 2 << 2 * self.slots.other("end", thread) | 2 << 2 * self.slots.other("end", ir.EVERY)

    def _publish(self, local: Local, private: Private, values: tuple[Value, ...]) -> None:
        bases = private.behind(values)
        if bases:
            local.publish = (tuple(private.contents(bases)), tuple(sorted(bases)))

    def _ended(self, thread: Thread, private: Private, own: Own) -> Local:
        result = thread.result
        bases = private.behind((result,))
        cells = tuple(private.contents(bases))
        if self.strict and (opener := self.reads.left_open(own.sections)) is not None:
            return self._faulty((), own, Finding("lock-misuse", LEFT_OPEN, opener[0], opener[1], thread.number))
        if self.strict and (unsure := self.reads.doubtful(own.sections)) is not None:
            return self._stuck(thread.number, (), own, f"{unsure}: {NOT_KNOWN}", unsure)
        kept_lock = holding.left(private.held, thread.number) if self.strict else None
        if kept_lock is not None:
            message = holding.still_held(kept_lock.lock)
            finding = Finding("lock-misuse", message, kept_lock.source, kept_lock.stack, thread.number)
            return self._faulty((), own, finding)
        # A section that it leaves open holds grace periods back for ever.
        kept = Own(own.sections, private.freeze(()).counts, held=private.held)
        local = self._make(thread.number, (), kept, kinds.ENDED, ("ended", result, cells, kept.key, thread.quit))
        local.value, local.quits = result, thread.quit
        local.publish = (cells, tuple(sorted(bases)))
        return local

    def _faulty(self, frames: Frames, own: Own, finding: Finding) -> Local:
        local = self._make(finding.thread, frames, own, kinds.FAULTY, ("faulty", finding, own.sections))
        local.finding, local.source = finding, finding.source
        return local

    def _stuck(self, number: int, frames: Frames, own: Own, reason: str, source: Source) -> Local:
        local = self._make(number, frames, own, kinds.STUCK, ("stuck", reason, source))
        local.reason, local.source = reason, source
        return local

    def _make(self, number: int, frames: Frames, own: Own, kind: int, key: object) -> Local:
        whole = (number, key)
        found = self._table.get(whole)
        if found is None:
            found = self._table[whole] = Local(len(self.every), number, frames, own, kind)
            self.every.append(found)
        return found


def _frozen(thread: Thread) -> Frames:
    return tuple((point, tuple(registers)) for point, registers in thread.frames)


def _inputs(e: Expr) -> tuple[int, ...]:
    return tuple(sorted(registers_of(e)))
