"""What unrolling has made so far: events, checks, waits, cuts, choices, objects."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve, frozen

from modelcheck.program import sizes
from modelcheck.program.expr import FALSE, UNDEFINED, Expr, Undefined, choice, conj, const, disj, negate, op, read
from modelcheck.program.flow import Flow
from modelcheck.program.graph import Allocation, Blocked, Check, Cut, Event, Guard
from modelcheck.program.guards import NO_DEPS, Val, choosing, contradict, extend, flowing
from modelcheck.program.ir import (
    HEAP_BASE,
    LIFE_END,
    Fence,
    Layout,
    LockUse,
    MemoryObject,
    Program,
    Ranges,
    Rmw,
    Source,
    Tags,
)
from modelcheck.program.machine import Initial
from modelcheck.program.private import PrivateMemory
from modelcheck.program.unroll.state import CallFrame, State, Thread, choices_in, ordered

MOST_EVENTS = 20_000
"""Beyond this many events a program is cut."""

SLOT = 64
"""Alignment of objects, and the gap between them, in bytes."""

RELEASING: Tags = frozenset({"RELEASE", "REL"})
"""What starting a thread, and ending one, does to those who see it."""

ACQUIRING: Tags = frozenset({"ACQUIRE", "ACQ"})
"""The other side of `RELEASING`."""

SECTION: Tags = frozenset({"Rcu-lock", "Rcu-unlock", "Sync-rcu", "Srcu-lock", "Srcu-unlock", "Sync-srcu"})
"""Fences that are an effect: a wait loop that holds one is unrolled."""

GRACE: Tags = frozenset({"Sync-rcu", "Sync-srcu"})
"""Fences that wait for the read-side sections of other threads."""


NEVER: Guard = (FALSE,)
"""The guard of an event that does not happen."""

Tick = Callable[[], None]


@frozen
class Bounds:
    """How far to unroll.

    Attributes:
        unroll: iterations of a loop whose end is not fixed by constants; the test that ends it may come once more.
        recursion: how often a function may be on the stack at once.
        looks: keep one failed look of each wait loop, where it reads plainly: such a read may race with what the end
            of the loop lets others do. Of several failed looks the others do nothing to that but order it.
        coherent: the model forbids cycles of po-loc, rf, co and fr: then what one thread alone touches has the value
            that it stored last, and need not wait for the solver to be known.
        rounds: a loop that certainly goes on (its exit conditions are all constant) may go round this often.
        undefined: a branch on what is undefined goes on either way, as `uninitialised` is not asked for; otherwise its
            thread stops there.
        idempotent: the model lets a read-modify-write that puts back what it read be left out of an execution.
    """

    unroll: int = 3
    recursion: int = 4
    looks: bool = False
    coherent: bool = True
    idempotent: bool = False
    rounds: int = 256
    undefined: bool = False


class Restart(Exception):  # noqa: N818 (no error: the way to begin again)
    """Main does more than to join every thread and then go on alone: nothing of it runs at rest."""


class Contested(Restart):
    """Several threads join one or detach it: that each is only once is looked at in memory."""


class Record:
    """The parts of an event graph in the making, and the thread that is being unrolled."""

    def __init__(self, program: Program, initial: Initial, bounds: Bounds, at_rest: bool, tick: Tick) -> None:
        self.tick = tick
        self.program = program
        self.initial = initial
        self.bounds = bounds
        self.at_rest = at_rest
        self.flows: dict[str, Flow] = {}
        self.by_address = {o.base: o.name for o in program.objects if o.kind == "function"}
        self.address_of = {name: base for base, name in self.by_address.items()}
        self.threads: list[Thread] = []
        self.events: list[Event] = []
        self.checks: list[Check] = []
        self.blocked: list[Blocked] = []
        self.cuts: list[Cut] = []
        self.choices: list[int] = []
        self.chosen: list[Guard] = []
        self.choosers: list[int] = []
        self.objects: list[MemoryObject] = list(initial.objects)
        self.allocations: list[Allocation] = []
        self.private = PrivateMemory(initial)
        self.registers: dict[tuple[int, str], Expr] = {}
        self.joined: set[int] = set()
        self.serial = 0
        self.active: list[tuple[str, Guard]] = []
        self.frames: list[CallFrame] = []
        self.forks = 0
        self.assumed: set[Expr] = set()
        self.decided: set[int] = set()
        self.expressions = 0
        self.unordered = False
        self.awaited: frozenset[str] | None = None
        self.entered: list[tuple[Event, list[Guard]]] = []
        top = max([HEAP_BASE, *(o.base + o.size for o in self.objects)])
        self.next_base = -(-top // SLOT) * SLOT + SLOT
        self.thread = Thread(0, "main")
        self.thread.locals = [
            (o.base, ()) for o in self.objects if o.kind == "local" and not o.thread and o.base not in initial.freed
        ]
        self.left: dict[int, list[Guard]] = {}

    def _event(
        self,
        kind: str,
        tags: Tags,
        state: State,
        source: Source,
        address: Val | None = None,
        size: int = 0,
        value: Val | None = None,
        *,
        rmw: int | None = None,
        unlock: bool = False,
        copy: bool = False,
        lock: LockUse | None = None,
        scope: bool = False,
        quiet: bool = False,
        families: tuple[str, ...] = (),
        initial: bool = False,
        own: bool = False,
        early: bool = False,
    ) -> Event:
        if not quiet:
            self._orderly()
        number = len(self.events)
        ctrl = self.thread.leaving.union(*(deps for _, deps in state.ctrl))
        into_address = NO_DEPS if address is None else address[1]
        into_value = NO_DEPS if value is None else value[1]
        ctrl |= choosing(into_address | into_value)
        event = Event(
            id=number,
            thread=self.thread.number,
            kind=kind,
            position=self.thread.position,
            tags=tags,
            guard=state.guard,
            address=None if address is None else address[0],
            size=size,
            value=read(number, size * 8) if kind == "R" else None if value is None else value[0],
            addr=ordered(flowing(into_address)),
            data=ordered(flowing(into_value)),
            ctrl=ordered(ctrl),
            rmw=rmw,
            source=source,
            stack=self.thread.stack,
            unlock=unlock,
            copy=copy,
            final=self.thread.final,
            lock=lock,
            scope=scope,
            operands=self.thread.operands,
            families=families,
            initial=initial,
            own=own,
            early=early,
        )
        self.thread.position += 1
        self.events.append(event)
        self.private.note(event)
        return event

    def _orderly(self) -> None:
        """Raises `Restart` where main takes a step whose order behind its joins nothing says."""
        if self.unordered and self.thread.number == 0 and not self.thread.final:
            raise Restart

    def _leave_scope(self, state: State, address: Val, source: Source) -> None:
        """The scope of a local is left.

        As long as its thread alone knows the local, and does not use it any more, the event is there in name only.
        """
        base: int | Undefined = address[0].data if address[0].kind == "const" else 0
        if isinstance(base, Undefined):
            return
        quiet = self.private.holds(base, self.thread.number)
        event = self._event("free", LIFE_END, state, source, address, 1, scope=True, quiet=quiet)
        self.left.setdefault(base, []).append(state.guard)
        if quiet:
            self.events[event.id] = evolve(event, guard=NEVER)
            self.thread.quiet += 1
            self.private.end(base, event.guard, lambda: self._show(event))

    def _show(self, event: Event) -> None:
        """The end of a local's life, quiet until now, is an event after all."""
        if event.thread == 0 and not event.final and self.unordered:
            raise Restart
        self.events[event.id] = event

    def _leave_all(self, state: State, source: Source) -> None:
        """The thread ends inside its calls: the scopes of all its locals are left."""
        for base, made in self.thread.locals:
            over = any(set(guard) <= set(state.guard) for guard in self.left.get(base, ()))
            if not over and not contradict(made, state.guard):
                self._leave_scope(state, (const(base, 64), NO_DEPS), source)

    def _check(
        self, state: State, condition: Expr, which: str, message: str, source: Source, goes_on: Expr = FALSE
    ) -> State | None:
        """Note a check, and let the thread stop where it fails, but when ``goes_on`` holds."""
        guard = extend(state.guard, condition)
        if guard == state.guard:
            return state
        self.checks.append(
            Check(
                state.guard,
                condition if guard is not None else FALSE,
                which,
                message,
                source,
                self.thread.stack,
                self.thread.number,
                self.thread.position,
                self.thread.final,
            )
        )
        self.thread.position += 1
        if goes_on is not FALSE:
            guard = extend(state.guard, disj(condition, goes_on))
        if guard is None:
            return None
        state.guard = guard
        return state

    def _cut(self, guard: Guard, reason: str, source: Source) -> None:
        self.cuts.append(Cut(guard, reason, source, self.thread.number, self.thread.final))

    def _operand(self, mark: str) -> None:
        """Begin, go on with or leave operands that nothing orders."""
        around = self.thread.operands
        if mark == "first":
            self.expressions += 1
            self.thread.operands = (*around, (self.expressions, 0))
        elif mark == "next":
            number, operand = around[-1]
            self.thread.operands = (*around[:-1], (number, operand + 1))
        else:
            self.thread.operands = around[:-1]

    def _choice(self, count: int, guard: Guard) -> int:
        """A new nondeterministic choice among ``count`` outcomes; gives its number."""
        self.choices.append(count)
        self.chosen.append(guard)
        self.choosers.append(self.thread.number)
        return len(self.choices) - 1

    def _decide(self, guard: Guard) -> None:
        """Note the choices whose every outcome is followed by an assumption: they are no choices, but guesses."""
        for condition in guard:
            if negate(condition) in self.assumed:
                self.decided.update(choices_in(condition))
            self.assumed.add(condition)

    def _blocked(
        self,
        state: State,
        stays: Expr,
        reads: tuple[int, ...],
        what: str,
        source: Source,
        lock: LockUse | None = None,
        address: Expr | None = None,
    ) -> None:
        guard = extend(state.guard, stays)
        if guard is not None:
            thread = self.thread
            self.blocked.append(
                Blocked(
                    guard, reads, what, source, thread.stack, thread.number, thread.position, lock=lock, address=address
                )
            )

    def _behind(self, state: State, lock: LockUse, address: Expr, reading: Event, free: Expr) -> None:
        """A reader gets a lock that readers have, or waits behind a writer: that is chosen here, and whether a writer
        waits is for the deadlock to judge. Until then it may as well not have come this far."""
        if lock.kind not in self._awaited():
            return
        value = read(reading.id, reading.size * 8)
        stays = op("eq", 1, choice(self._choice(2, state.guard), 8), const(1, 8))
        self.choosers[-1] = -1
        thread = self.thread
        guard = extend((*state.guard, stays), conj(free, op("ne", 1, value, const(0, reading.size * 8))))
        if guard is not None:
            what = f"waits for a {lock.kind} behind a writer"
            place = reading.source, thread.stack, thread.number, thread.position
            self.blocked.append(Blocked(guard, (reading.id,), what, *place, lock=lock, address=address, behind=True))
        state.guard = (*state.guard, negate(stays))

    def _awaited(self) -> frozenset[str]:
        """The kinds of locks that writers of the program wait for."""
        if self.awaited is None:
            self.awaited = frozenset(
                step.lock.kind
                for function in self.program.functions.values()
                for block in function.blocks
                for step in block.instructions
                if isinstance(step, Rmw) and step.waits and step.lock is not None and not step.lock.shared
            )
        return self.awaited

    def _awaits_sections(self) -> bool:
        """Whether the program waits for the end of sections of SRCU."""
        return any(
            isinstance(step, Fence) and "Sync-srcu" in step.tags
            for function in self.program.functions.values()
            for block in function.blocks
            for step in block.instructions
        )

    def _await_readers(self, state: State, source: Source, place: Val | None) -> None:
        """A grace period ends, or never does: that is chosen here, and what it takes is for the deadlock to judge."""
        stays = op("eq", 1, choice(self._choice(2, state.guard), 8), const(1, 8))
        self.choosers[-1] = -1
        thread, grace = self.thread, const(0, 64) if place is None else place[0]
        what = "waits for the end of read-side sections"
        self.blocked.append(
            Blocked((*state.guard, stays), (), what, source, thread.stack, thread.number, thread.position, grace=grace)
        )
        state.guard = (*state.guard, negate(stays))

    def _object(
        self,
        name: str,
        kind: str,
        size: int,
        layout: Layout | None,
        zeroed: bool = False,
        *,
        readonly: Ranges = (),
        family: str = "",
    ) -> int:
        base = sizes.begin(self.next_base, kind, size) if self.program.sized else self.next_base
        thing = MemoryObject(name, base, size, kind, layout, zeroed=zeroed, readonly=readonly, family=family)
        self.objects.append(thing)
        self.next_base = -(-(base + max(size, 1)) // SLOT) * SLOT + SLOT
        return base

    def _value(self, state: State, expression: Expr, got: Expr | None = None) -> Val:
        """``expression`` over registers as one over reads, with its dependencies; ``got`` stands for `expr.old`."""
        if expression.kind in ("const", "switch"):
            return expression, NO_DEPS
        if expression.kind == "reg":
            found = state.regs[expression.data]
            return (const(UNDEFINED, expression.width), NO_DEPS) if found is None else found
        if expression.kind == "old":
            assert got is not None
            return got, NO_DEPS
        parts = [self._value(state, argument, got) for argument in expression.args]
        deps = frozenset().union(*(d for _, d in parts))
        return op(expression.data, expression.width, *(e for e, _ in parts)), deps
