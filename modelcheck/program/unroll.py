"""Unrolling: a program, from an initial state on, to its event graph.

Every function is taken apart along a weak topological order of its blocks, calls inline, loops as often as
the bound says. Paths that meet are merged, so that the graph grows with the program and not with its number of paths.

A loop iteration without side effect that goes round again is no unrolling but a wait: an execution with it is
the same as one without, unless the thread stays in the loop for ever (`Blocked`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from attrs import evolve, frozen

from modelcheck.program.expr import FALSE, TRUE, UNDEFINED, Expr, Undefined, choice, conj, const, disj, negate, op, read
from modelcheck.program.flow import EXIT, Element, Flow, Loop, flow_of
from modelcheck.program.graph import (
    ASSUMED,
    Allocation,
    Blocked,
    Check,
    Cut,
    Dependencies,
    Event,
    EventGraph,
    Guard,
)
from modelcheck.program.guards import NO_DEPS, Deps, Val, contradict, extend, join, merge_deps, merge_values
from modelcheck.program.ir import (
    HEAP_BASE,
    Alloc,
    Assert,
    Assign,
    Assume,
    Branch,
    Call,
    Choose,
    Exit,
    Fence,
    Free,
    Function,
    Halt,
    Instruction,
    Join,
    Jump,
    Load,
    Local,
    MemoryObject,
    Program,
    Return,
    Rmw,
    Self,
    Source,
    Spawn,
    Store,
    Switch,
    Tags,
    Unsupported,
    Wait,
)
from modelcheck.program.machine import Frame, Initial
from modelcheck.program.places import heap_name
from modelcheck.program.private import PrivateMemory

DEFINITE = 256
"""A loop that certainly goes on (its exit conditions are all constant) may go round this often."""

MOST_EVENTS = 20_000
"""Beyond this many events a program is cut."""

SLOT = 64
"""Alignment of objects, and the gap between them, in bytes."""

RELEASING: Tags = frozenset({"RELEASE", "REL"})
ACQUIRING: Tags = frozenset({"ACQUIRE", "ACQ"})
SECTION: Tags = frozenset({"Rcu-lock", "Rcu-unlock", "Sync-rcu", "Srcu-lock", "Srcu-unlock", "Sync-srcu"})
"""Fences that are an effect: a wait loop that holds one is unrolled."""

GRACE: Tags = frozenset({"Sync-rcu", "Sync-srcu"})
"""Fences that wait for the read-side sections of other threads."""


@frozen
class Bounds:
    """How far to unroll.

    Attributes:
        unroll: iterations of a loop whose end is not fixed by constants; the test that ends it may come once more.
        recursion: how often a function may be on the stack at once.
    """

    unroll: int = 3
    recursion: int = 4


class _Restart(Exception):  # noqa: N818 (no error: the way to begin again)
    """Main does more than to join every thread and then go on alone: nothing of it runs at rest."""


CtrlKey = tuple[int, int]
"""A frame's serial number, and the block where the paths of one of its branches meet again."""


class _State:
    """A point in one thread: its guard, the registers of the frame at hand, open control dependencies."""

    __slots__ = ("ctrl", "guard", "regs")

    def __init__(self, guard: Guard, regs: list[Val | None], ctrl: tuple[tuple[CtrlKey, Deps], ...]) -> None:
        self.guard = guard
        self.regs = regs
        self.ctrl = ctrl


class _Frame:
    """One call of one function in one thread."""

    __slots__ = ("block", "exits", "fixed", "flow", "function", "pending", "returns", "serial")

    def __init__(self, function: Function, flow: Flow, serial: int) -> None:
        self.function = function
        self.flow = flow
        self.serial = serial
        self.block = 0
        self.pending: dict[int, list[_State]] = {}
        self.returns: list[tuple[_State, Val | None]] = []
        self.exits: dict[int, int] = {}
        self.fixed: dict[int, int] = {}


class _Thread:
    """What a thread has come to.

    ``exits`` are the states where it ended inside its calls, with its result; ``leaving`` is what decided about
    these ends, and so about everything behind.
    """

    __slots__ = (
        "completed",
        "exits",
        "final",
        "leaving",
        "name",
        "number",
        "position",
        "result",
        "stack",
        "started",
    )

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self.position = 0
        self.stack: tuple[Source, ...] = ()
        self.final = False
        self.started: Guard = ()
        self.completed: Guard = (FALSE,)
        self.exits: list[tuple[_State, Val | None]] = []
        self.leaving: Deps = NO_DEPS
        self.result: Val | None = None


def unroll(program: Program, initial: Initial, bounds: Bounds) -> EventGraph:
    """The event graph of ``program`` from ``initial`` on.

    Args:
        program: what to unroll.
        initial: memory and main's stack right before it starts the first thread.
        bounds: where to cut; each cut is in `EventGraph.cuts`.
    """
    try:
        return _Unroller(program, initial, bounds, at_rest=True).graph()
    except _Restart:
        return _Unroller(program, initial, bounds, at_rest=False).graph()


class _Unroller:
    def __init__(self, program: Program, initial: Initial, bounds: Bounds, at_rest: bool) -> None:
        self.program = program
        self.initial = initial
        self.bounds = bounds
        self.at_rest = at_rest
        self.flows: dict[str, Flow] = {}
        self.by_address = {o.base: o.name for o in program.objects if o.kind == "function"}
        self.address_of = {name: base for base, name in self.by_address.items()}
        self.threads: list[_Thread] = []
        self.events: list[Event] = []
        self.checks: list[Check] = []
        self.blocked: list[Blocked] = []
        self.cuts: list[Cut] = []
        self.choices: list[int] = []
        self.chosen: list[Guard] = []
        self.objects: list[MemoryObject] = list(initial.objects)
        self.allocations: list[Allocation] = []
        self.private = PrivateMemory(initial)
        self.registers: dict[tuple[int, str], Expr] = {}
        self.joined: set[int] = set()
        self.serial = 0
        self.active: list[str] = []
        self.frames: list[_Frame] = []
        self.forks = 0
        self.assumed: set[Expr] = set()
        self.decided: set[int] = set()
        self.unordered = False
        top = max([HEAP_BASE, *(o.base + o.size for o in self.objects)])
        self.next_base = -(-top // SLOT) * SLOT + SLOT
        self.thread = _Thread(0, "main")

    # ------------------------------------------------------------ the whole

    def graph(self) -> EventGraph:
        self.threads.append(self.thread)
        if self.initial.frames:
            returns = self._resume(0, _State((), [], ()))
            self._complete(returns, None)
        else:
            self.thread.completed = ()
        return EventGraph(
            threads=tuple(t.name for t in self.threads),
            events=tuple(self.events),
            checks=tuple(self.checks),
            blocked=tuple(self.blocked),
            cuts=tuple(self.cuts),
            completed=tuple(t.completed for t in self.threads),
            started=tuple(t.started for t in self.threads),
            choices=tuple(self.choices),
            chosen=tuple(self.chosen),
            objects=tuple(self.objects),
            memory=self.initial.memory,
            freed=self.initial.freed,
            allocations=tuple(self.allocations),
            registers=self.registers,
        )

    def _complete(self, returns: Sequence[tuple[_State, Val | None]], function: Function | None) -> None:
        ends = [*returns, *self.thread.exits]
        if not ends:
            return
        guard, rests = join([state.guard for state, _ in ends])
        self.thread.completed = guard
        if any(value is not None for _, value in ends):
            self.thread.result = self._merge_register([_whole(value) for _, value in ends], rests)
        for number, name in (function.names if function is not None else {}).items():
            found = [*(state.regs[number] for state, _ in returns), *(None for _ in self.thread.exits)]
            if any(value is not None for value in found):
                self.registers[self.thread.number, name] = self._merge_register(found, rests)[0]

    def _resume(self, depth: int, state: _State) -> list[tuple[_State, Val | None]]:
        """Go on with the concrete stack that initialisation left, from its frame ``depth`` inward."""
        saved: Frame = self.initial.frames[depth]
        function = self.program.functions[saved.function]
        frame = self._frame(function)
        self.active.append(function.name)
        self.frames.append(frame)
        state.regs = [
            (const(value, width), NO_DEPS) for value, width in zip(saved.registers, function.widths, strict=True)
        ]
        outer = self.thread.stack
        results: list[tuple[_State, Val | None]] | None = None
        block = function.blocks[saved.block]
        index = saved.index
        if depth + 1 < len(self.initial.frames):
            call = block.instructions[index]
            self.thread.stack = (*outer, call.source)
            caller = state.regs
            results = self._resume(depth + 1, _State((), [], ()))
            self.thread.stack = outer
            merged = self._after_call(call, _State((), caller, ()), results)
            if merged is None:
                self.active.pop()
                self.frames.pop()
                return []
            state, index = merged, index + 1
        self._block(frame, saved.block, state, index)
        self._elements(frame, frame.flow.order)
        self.active.pop()
        self.frames.pop()
        return frame.returns

    def _frame(self, function: Function) -> _Frame:
        flow = self.flows.get(function.name)
        if flow is None:
            flow = self.flows[function.name] = flow_of(function)
        self.serial += 1
        return _Frame(function, flow, self.serial)

    # ------------------------------------------------------------ control flow

    def _run(self, function: Function, args: Sequence[Val], state: _State) -> list[tuple[_State, Val | None]]:
        """Run one call; gives the states at its returns with the values returned."""
        frame = self._frame(function)
        regs: list[Val | None] = [None] * len(function.widths)
        for number, value in zip(function.params, args, strict=False):
            regs[number] = value
        frame.pending[0] = [_State(state.guard, regs, state.ctrl)]
        self.active.append(function.name)
        self.frames.append(frame)
        self._elements(frame, frame.flow.order)
        self.active.pop()
        self.frames.pop()
        return frame.returns

    def _elements(self, frame: _Frame, elements: Sequence[Element]) -> None:
        for element in elements:
            if isinstance(element, Loop):
                self._loop(frame, element)
            else:
                self._visit(frame, element)

    def _visit(self, frame: _Frame, block: int) -> None:
        states = frame.pending.pop(block, None)
        if states:
            self._block(frame, block, self._merge(frame, block, states), 0)

    def _loop(self, frame: _Frame, loop: Loop) -> None:
        counted = 0
        rounds = 0
        while True:
            if not any(block in frame.pending for block in loop.blocks):
                return
            states = frame.pending.pop(loop.head, None)
            entry = None
            if states:
                entry = self._merge(frame, loop.head, states)
                if counted > self.bounds.unroll or rounds >= DEFINITE or len(self.events) > MOST_EVENTS:
                    self._cut_loop(frame, loop, entry, rounds)
                    return
            mark = (len(self.events), len(self.allocations), len(self.choices), len(self.cuts))
            threads, exits = len(self.threads), frame.exits.get(loop.head, 0)
            fixed = frame.fixed.get(loop.head, 0)
            if entry is not None:
                before = list(entry.regs)
                self._block(frame, loop.head, entry, 0)
            self._elements(frame, loop.body)
            rounds += 1
            undecided = frame.exits.get(loop.head, 0) > exits and frame.fixed.get(loop.head, 0) == fixed
            if undecided or entry is None:
                counted += 1
            back = frame.pending.get(loop.head)
            if back and entry is not None and threads == len(self.threads):
                frame.pending[loop.head] = [s for s in back if not self._waits(frame, loop, before, s, mark)]
                if not frame.pending[loop.head]:
                    del frame.pending[loop.head]

    def _waits(
        self, frame: _Frame, loop: Loop, before: list[Val | None], state: _State, mark: tuple[int, int, int, int]
    ) -> bool:
        """Whether the iteration that led to ``state`` was a look that failed; records the wait if so."""
        events, allocations, choices, cuts = mark
        if len(self.allocations) > allocations or len(self.cuts) > cuts:
            return False
        for number in frame.flow.live[loop.head]:
            was, now = before[number], state.regs[number]
            if was is not now and (was is None or now is None or was[0] is not now[0]):
                return False
        reads: list[int] = []
        # What is chosen on the way round may be chosen otherwise next time, except where what was read decides.
        free = not self.decided.issuperset(range(choices, len(self.choices)))
        for event in self.events[events:]:
            if event.kind == "R":
                if not contradict(event.guard, state.guard):
                    reads.append(event.id)
            elif (event.kind != "F" or event.tags & SECTION) and not contradict(event.guard, state.guard):
                return False
        thread = self.thread
        source, what = self._loop_source(frame, loop), "the loop waits for a condition"
        self.blocked.append(
            Blocked(state.guard, tuple(reads), what, source, thread.stack, thread.number, thread.position, free=free)
        )
        return True

    def _cut_loop(self, frame: _Frame, loop: Loop, state: _State, rounds: int) -> None:
        source = self._loop_source(frame, loop)
        what = "the program grew too large" if len(self.events) > MOST_EVENTS else f"unrolled {rounds} times"
        reason = f"the loop at {source} in {frame.function.name}() was {what}, and can go on"
        if len(self.events) > MOST_EVENTS:
            reason = f"more than {MOST_EVENTS} events; the loop at {source} was unrolled {rounds} times"
        self.cuts.append(Cut(state.guard, reason, source, self.thread.number))

    def _loop_source(self, frame: _Frame, loop: Loop) -> Source:
        for number in (loop.head, *sorted(loop.blocks)):
            block = frame.function.blocks[number]
            if isinstance(block.terminator, Branch | Switch):
                return block.terminator.source
        for number in sorted(loop.blocks):
            for instruction in frame.function.blocks[number].instructions:
                return instruction.source
        return frame.function.source

    def _merge(self, frame: _Frame, block: int, states: list[_State]) -> _State:
        key = (frame.serial, block)
        for state in states:
            if any(k == key for k, _ in state.ctrl):
                state.ctrl = tuple(entry for entry in state.ctrl if entry[0] != key)
        if len(states) == 1:
            return states[0]
        guard, rests = join([state.guard for state in states])
        regs: list[Val | None] = []
        for values in zip(*(state.regs for state in states), strict=True):
            first = values[0]
            if all(value is first for value in values):
                regs.append(first)
            else:
                regs.append(self._merge_register(values, rests))
        return _State(guard, regs, _merge_ctrl([state.ctrl for state in states], rests))

    def _merge_register(self, values: Sequence[Val | None], rests: Sequence[Guard]) -> Val:
        width = next(value[0].width for value in values if value is not None)
        full = [(const(UNDEFINED, width), NO_DEPS) if value is None else value for value in values]
        return merge_values(full, rests)

    def _goto(self, frame: _Frame, block: int, state: _State) -> None:
        frame.pending.setdefault(block, []).append(state)

    def _block(self, frame: _Frame, number: int, state: _State, index: int) -> None:
        block = frame.function.blocks[number]
        frame.block = number
        current = state
        for instruction in block.instructions[index:]:
            after = self._instruction(frame, instruction, current)
            if after is None:
                return
            current = after
        match block.terminator:
            case Jump(target):
                self._goto(frame, target, current)
            case Branch(condition, then, otherwise, source):
                self._branch(frame, number, current, [(condition, then), (None, otherwise)], source)
            case Switch(value, cases, default, source):
                arms: list[tuple[Expr | None, int]] = [
                    (op("eq", 1, value, const(label, value.width)), target) for label, target in cases
                ]
                self._branch(frame, number, current, [*arms, (None, default)], source)
            case Return(value):
                result = None if value is None else self._value(current, value)
                current.ctrl = tuple(entry for entry in current.ctrl if entry[0][0] != frame.serial)
                frame.returns.append((current, result))
            case Exit(value):
                self._exit(current, None if value is None else self._value(current, value))
            case Halt():
                pass

    def _exit(self, state: _State, result: Val | None) -> None:
        """The thread leaves all its frames."""
        thread = self.thread
        thread.leaving = thread.leaving.union(*(deps for _, deps in state.ctrl))
        thread.exits.append((_State(state.guard, [], ()), result))
        for frame in self.frames[:-1]:
            for loop in _around(frame.flow.order, frame.block):
                frame.exits[loop.head] = frame.exits.get(loop.head, 0) + 1

    def _branch(
        self, frame: _Frame, number: int, state: _State, arms: Sequence[tuple[Expr | None, int]], source: Source
    ) -> None:
        """Take the first arm whose condition holds; None always does."""
        left: Guard | None = state.guard
        taken: list[tuple[Guard, int]] = []
        deps: Deps = NO_DEPS
        for condition, target in arms:
            if left is None:
                break
            if condition is None:
                taken.append((left, target))
                break
            value, rests_on = self._value(state, condition)
            if isinstance(value.data, Undefined) or _mentions_undefined(value):
                self._check(
                    state, op("defined", 1, value), "uninitialised", "a branch on an uninitialised local", source
                )
                if value.kind == "const":
                    return
            deps |= rests_on
            here = extend(left, value)
            if here is not None:
                taken.append((here, target))
            left = extend(left, negate(value))
        targets = {target for _, target in taken}
        if len(taken) == 1 and any(condition is not None and _mentions(condition, "reg") for condition, _ in arms):
            # A counter, say, that stays below a constant: this test bounds the loops that it could leave.
            for loop in _around(frame.flow.order, number):
                if any(target not in loop.blocks for _, target in arms):
                    frame.fixed[loop.head] = frame.fixed.get(loop.head, 0) + 1
        ctrl = state.ctrl
        if deps and len(taken) > 1:
            where = frame.flow.join.get(number, EXIT)
            ctrl = (*ctrl, ((frame.serial, where), deps))
        for guard, target in taken:
            self._goto(frame, target, _State(guard, list(state.regs), ctrl))
        if len(targets) > 1:
            for loop in _around(frame.flow.order, number):
                if not targets <= loop.blocks:
                    frame.exits[loop.head] = frame.exits.get(loop.head, 0) + 1

    # ------------------------------------------------------------ values

    def _value(self, state: _State, expression: Expr, got: Expr | None = None) -> Val:
        """``expression`` over registers as one over reads, with its dependencies; ``got`` stands for `expr.old`."""
        if expression.kind == "const":
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

    # ------------------------------------------------------------ instructions

    def _instruction(self, frame: _Frame, instruction: Instruction, state: _State) -> _State | None:
        """Carry out one instruction; None when no execution goes on behind it."""
        match instruction:
            case Assign(dst, value):
                state.regs[dst] = self._value(state, value)
            case Load():
                address = self._value(state, instruction.address)
                event = self._event(
                    "R",
                    instruction.tags,
                    state,
                    instruction.source,
                    address,
                    instruction.size,
                    copy=instruction.copy,
                )
                private = self.private.load(event)
                state.regs[instruction.dst] = (private or _value_of(event), frozenset({(event.id, ())}))
            case Store():
                address, written = self._value(state, instruction.address), self._value(state, instruction.value)
                self._event(
                    "W",
                    instruction.tags,
                    state,
                    instruction.source,
                    address,
                    instruction.size,
                    written,
                    unlock=instruction.unlock,
                )
            case Rmw():
                return self._rmw(instruction, state)
            case Wait():
                return self._wait(instruction, state)
            case Fence(tags, source):
                place = None if instruction.address is None else self._value(state, instruction.address)
                if tags & GRACE:
                    self._await_readers(state, source, place)
                self._event("F", tags, state, source, place)
            case Call():
                return self._call(instruction, state)
            case Local(dst, name, size, source, layout):
                base = self._object(name, "local", size, layout)
                self.private.add(base, size, self.thread.number)
                state.regs[dst] = (const(base, 64), NO_DEPS)
            case Alloc():
                return self._alloc(instruction, state)
            case Free(address, source):
                self._event("free", frozenset(), state, source, self._value(state, address), 1)
            case Assert(condition, which, message, source):
                value, _ = self._value(state, condition)
                return self._check(state, value, which, message, source)
            case Assume(condition, source):
                value, _ = self._value(state, condition)
                self._decide(state.guard)
                return self._check(state, value, ASSUMED, "an assumption", source)
            case Choose(dst, count):
                state.regs[dst] = (choice(self._choice(count, state.guard), frame.function.widths[dst]), NO_DEPS)
            case Self(dst):
                state.regs[dst] = (const(self.thread.number, 64), NO_DEPS)
            case Spawn():
                return self._spawn(instruction, state)
            case Join():
                return self._join(instruction, state)
            case Unsupported(reason, source):
                self.cuts.append(Cut(state.guard, f"{source}: {reason}", source, self.thread.number))
                return None
        return state

    def _event(
        self,
        kind: str,
        tags: Tags,
        state: _State,
        source: Source,
        address: Val | None = None,
        size: int = 0,
        value: Val | None = None,
        *,
        rmw: int | None = None,
        unlock: bool = False,
        copy: bool = False,
    ) -> Event:
        if self.unordered and self.thread.number == 0 and not self.thread.final:
            raise _Restart
        number = len(self.events)
        ctrl = self.thread.leaving.union(*(deps for _, deps in state.ctrl))
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
            addr=_ordered(NO_DEPS if address is None else address[1]),
            data=_ordered(NO_DEPS if value is None else value[1]),
            ctrl=_ordered(ctrl),
            rmw=rmw,
            source=source,
            stack=self.thread.stack,
            unlock=unlock,
            copy=copy,
            final=self.thread.final,
        )
        self.thread.position += 1
        self.events.append(event)
        self.private.note(event)
        return event

    def _check(self, state: _State, condition: Expr, which: str, message: str, source: Source) -> _State | None:
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
        if guard is None:
            return None
        state.guard = guard
        return state

    def _choice(self, count: int, guard: Guard) -> int:
        """A new nondeterministic choice among ``count`` outcomes; gives its number."""
        self.choices.append(count)
        self.chosen.append(guard)
        return len(self.choices) - 1

    def _decide(self, guard: Guard) -> None:
        """Note the choices whose every outcome is followed by an assumption: they are no choices, but guesses."""
        for condition in guard:
            if negate(condition) in self.assumed:
                self.decided.update(_choices(condition))
            self.assumed.add(condition)

    def _blocked(self, state: _State, stays: Expr, reads: tuple[int, ...], what: str, source: Source) -> None:
        guard = extend(state.guard, stays)
        if guard is not None:
            thread = self.thread
            self.blocked.append(Blocked(guard, reads, what, source, thread.stack, thread.number, thread.position))

    def _await_readers(self, state: _State, source: Source, place: Val | None) -> None:
        """A grace period ends, or never does: that is chosen here, and what it takes is for the deadlock to judge."""
        stays = op("eq", 1, choice(self._choice(2, state.guard), 8), const(1, 8))
        thread, grace = self.thread, const(0, 64) if place is None else place[0]
        what = "waits for the end of read-side sections"
        self.blocked.append(
            Blocked((*state.guard, stays), (), what, source, thread.stack, thread.number, thread.position, grace=grace)
        )
        state.guard = (*state.guard, negate(stays))

    def _rmw(self, step: Rmw, state: _State) -> _State | None:
        address = self._value(state, step.address)
        reading = self._event("R", step.read_tags | {"RMW"}, state, step.source, address, step.size)
        got = _value_of(reading)
        condition, rests_on = TRUE, NO_DEPS
        if step.condition is not None:
            condition, rests_on = self._value(state, step.condition, got)
        new, new_deps = self._value(state, step.new, got)
        if _mentions(step.new, "old"):
            new_deps |= {(reading.id, ())}
        reading = evolve(reading, data=_ordered(rests_on))
        before = state.guard
        succeeds = extend(before, condition)
        if condition is not TRUE:
            if step.waits:
                self._blocked(state, negate(condition), (reading.id,), "waits for a lock or condition", step.source)
            else:
                failed = step.failed_tags if "LF" in step.failed_tags else step.failed_tags | {"RMW"}
                reading = evolve(reading, success=condition, failed=failed)
        self.events[reading.id] = reading
        if succeeds is not None:
            state.guard = succeeds
            self._event(
                "W", step.write_tags | {"RMW"}, state, step.source, address, step.size, (new, new_deps), rmw=reading.id
            )
        if step.waits:
            if succeeds is None:
                return None
        else:
            state.guard = before
        state.regs[step.dst] = (got, frozenset({(reading.id, ())}))
        return state

    def _wait(self, step: Wait, state: _State) -> _State | None:
        event = self._event("R", step.tags, state, step.source, self._value(state, step.address), step.size)
        condition, _ = self._value(state, step.condition, _value_of(event))
        self._blocked(state, negate(condition), (event.id,), "waits for a condition", step.source)
        guard = extend(state.guard, condition)
        if guard is None:
            return None
        state.guard = guard
        state.regs[step.dst] = (_value_of(event), frozenset({(event.id, ())}))
        # Nothing behind a wait happens unless it ends: a control dependency that no join resolves.
        state.ctrl = (*state.ctrl, ((0, event.id), frozenset({(event.id, ())})))
        return state

    def _call(self, call: Call, state: _State) -> _State | None:
        args = [self._value(state, argument) for argument in call.args]
        chosen = self._targets(call, state)
        if not chosen:
            return None
        results: list[tuple[_State, Val | None]] = []
        outer = self.thread.stack
        self.forks += len(chosen) > 1
        for name, guard in chosen:
            function = self.program.functions[name]
            if self.active.count(name) >= self.bounds.recursion:
                reason = f"{name}() calls itself more than {self.bounds.recursion} deep"
                self.cuts.append(Cut(guard, reason, call.source, self.thread.number))
                continue
            self.thread.stack = (*outer, call.source)
            results.extend(self._run(function, _fit(function, args), _State(guard, [], state.ctrl)))
        self.thread.stack = outer
        self.forks -= len(chosen) > 1
        return self._after_call(call, state, results)

    def _after_call(
        self, call: Instruction, state: _State, results: Sequence[tuple[_State, Val | None]]
    ) -> _State | None:
        if not results:
            return None
        guard, rests = join([after.guard for after, _ in results])
        merged = _State(guard, state.regs, _merge_ctrl([after.ctrl for after, _ in results], rests))
        dst = call.dst if isinstance(call, Call) else None
        if dst is not None:
            merged.regs[dst] = self._merge_register([value for _, value in results], rests)
        return merged

    def _targets(self, call: Call | Spawn, state: _State) -> list[tuple[str, Guard]]:
        """The functions that a call may enter, each with the guard of doing so; other values are findings."""
        if isinstance(call.callee, str):
            return [(call.callee, state.guard)]
        callee, _ = self._value(state, call.callee)
        if callee.kind == "const" and callee.data in self.by_address:
            return [(self.by_address[callee.data], state.guard)]
        matches = [
            (name, op("eq", 1, callee, const(self.address_of[name], 64)))
            for name in call.targets
            if name in self.address_of
        ]
        self._check_pointer(state, callee, [condition for _, condition in matches], call.source)
        chosen = [(name, extend(state.guard, condition)) for name, condition in matches]
        return [(name, guard) for name, guard in chosen if guard is not None]

    def _check_pointer(self, state: _State, callee: Expr, matches: Sequence[Expr], source: Source) -> None:
        guard = state.guard
        null = op("ult", 1, callee, const(4096, 64))
        probe = _State(guard, state.regs, state.ctrl)
        after = self._check(probe, negate(null), "null-dereference", "call through a null function pointer", source)
        if after is not None:
            message = "call through a pointer to no function of this type"
            self._check(after, disj(*matches), "wild-pointer", message, source)

    def _object(self, name: str, kind: str, size: int, layout: object, zeroed: bool = False) -> int:
        base = self.next_base
        thing = MemoryObject(name, base, max(size, 1), kind, layout, zeroed=zeroed)  # type: ignore[arg-type]
        self.objects.append(thing)
        self.next_base = -(-(base + max(size, 1)) // SLOT) * SLOT + SLOT
        return base

    def _alloc(self, step: Alloc, state: _State) -> _State | None:
        size, _ = self._value(state, step.size)
        if size.kind != "const" or isinstance(size.data, Undefined):
            self.cuts.append(
                Cut(
                    state.guard,
                    f"{step.source}: an allocation whose size is not known",
                    step.source,
                    self.thread.number,
                )
            )
            return None
        name = heap_name(step.layout, step.source, self.thread.stack)
        base = self._object(name, "heap", size.data, step.layout)
        guard: Guard = state.guard
        value = const(base, 64)
        if step.may_fail:
            works = op("eq", 1, choice(self._choice(2, state.guard), 8), const(0, 8))
            value = op("ite", 64, works, value, const(0, 64))
            guard = (*guard, works)
        thread = self.thread
        self.allocations.append(
            Allocation(self.objects[-1], guard, step.zeroed, step.source, thread.stack, thread.number, thread.position)
        )
        thread.position += 1
        state.regs[step.dst] = (value, NO_DEPS)
        return state

    # ------------------------------------------------------------ threads

    def _spawn(self, step: Spawn, state: _State) -> _State | None:
        if self.thread.final or self.unordered:
            raise _Restart
        args = [self._value(state, argument) for argument in step.args]
        for argument, _ in args:
            self.private.publish(argument)
        chosen = self._targets(step, state)
        if len(chosen) != 1:
            self.cuts.append(
                Cut(state.guard, f"{step.source}: the thread's function is not known", step.source, self.thread.number)
            )
            return None
        name, guard = chosen[0]
        number = len(self.threads)
        child = _Thread(number, step.name or name)
        self.threads.append(child)
        state.regs[step.dst] = (const(number, 64), NO_DEPS)
        flag = None
        if self.thread.position or self.thread.number:
            flag = self._object(f"start of thread {number}", "global", 8, None, zeroed=True)
            self._event("W", RELEASING, state, step.source, (const(flag, 64), NO_DEPS), 8, (const(1, 64), NO_DEPS))
        child.started = guard
        parent, active, frames, forks = self.thread, self.active, self.frames, self.forks
        self.thread, self.active, self.frames = child, [], []
        self._child(step, self.program.functions[name], args, guard, flag)
        self.thread, self.active, self.frames, self.forks = parent, active, frames, forks
        return state

    def _child(self, step: Spawn, function: Function, args: list[Val], guard: Guard, flag: int | None) -> None:
        state = _State(guard, [], ())
        if flag is not None:
            event = self._event("R", ACQUIRING, state, step.source, (const(flag, 64), NO_DEPS), 8)
            state.guard = (*guard, op("eq", 1, _value_of(event), const(1, 64)))
        returns = self._run(function, _fit(function, args), state)
        self._complete(returns, function)

    def _join(self, step: Join, state: _State) -> _State | None:
        number, _ = self._value(state, step.thread)
        if number.kind != "const" or not isinstance(number.data, int) or not 0 < number.data < len(self.threads):
            reason = f"{step.source}: a join of a thread that is not known"
            self.cuts.append(Cut(state.guard, reason, step.source, self.thread.number))
            return None
        child = self.threads[number.data]
        ends = conj(*child.completed)
        self._blocked(state, negate(ends), (), f"waits for the end of {child.name}", step.source)
        guard = extend(state.guard, ends)
        if guard is None:
            return None
        state.guard = guard
        if step.dst is not None:
            width = 64
            state.regs[step.dst] = child.result or (const(UNDEFINED, width), NO_DEPS)
        self.joined.add(number.data)
        if self.at_rest and self.thread.number == 0 and len(self.joined) == len(self.threads) - 1:
            if not self._at_rest(state):
                raise _Restart
            self.thread.final = True
            self.unordered = False
        elif not self.at_rest or self.thread.number or any(e.thread == 0 for e in self.events):
            self._join_order(step, state, child)
        else:
            self.unordered = True  # of no account when only joins follow
        return state

    def _at_rest(self, state: _State) -> bool:
        """Whether main goes on only here, and only when every thread has ended."""
        if self.forks or any(frame.pending for frame in self.frames) or any(f.returns for f in self.frames[1:]):
            return False
        known = set(_atoms(state.guard))
        return all(known.issuperset(_atoms(thread.completed)) for thread in self.threads[1:])

    def _join_order(self, step: Join, state: _State, child: _Thread) -> None:
        """What the joined thread did is before what its joiner does next: a flag set at its end, read here."""
        flag = self._object(f"end of {child.name}", "global", 8, None, zeroed=True)
        joiner, self.thread = self.thread, child
        done = _State(child.completed, [], ())
        self._event("W", RELEASING, done, step.source, (const(flag, 64), NO_DEPS), 8, (const(1, 64), NO_DEPS))
        self.thread = joiner
        event = self._event("R", ACQUIRING, state, step.source, (const(flag, 64), NO_DEPS), 8)
        state.guard = (*state.guard, op("eq", 1, _value_of(event), const(1, 64)))


def _value_of(event: Event) -> Expr:
    assert event.value is not None
    return event.value


def _ordered(deps: Deps) -> Dependencies:
    return tuple(sorted(deps, key=lambda pair: (pair[0], len(pair[1])))) if deps else ()


def _fit(function: Function, args: Sequence[Val]) -> list[Val]:
    """Arguments cut or widened to the parameters' widths, as a call through another type does."""
    fitted: list[Val] = []
    for number, (value, deps) in zip(function.params, args, strict=False):
        width = function.widths[number]
        if value.width != width:
            value = op("trunc" if value.width > width else "zext", width, value)
        fitted.append((value, deps))
    return fitted


def _whole(result: Val | None) -> Val | None:
    """A thread's result as 64 bits, which is what a join gives."""
    if result is None or result[0].width == 64:
        return result
    return op("zext", 64, result[0]), result[1]


def _merge_ctrl(
    several: Sequence[tuple[tuple[CtrlKey, Deps], ...]], rests: Sequence[Guard]
) -> tuple[tuple[CtrlKey, Deps], ...]:
    if all(ctrl == several[0] for ctrl in several):
        return several[0]
    keys = dict.fromkeys(key for ctrl in several for key, _ in ctrl)
    merged: list[tuple[CtrlKey, Deps]] = []
    for key in keys:
        each = [frozenset().union(*(deps for k, deps in ctrl if k == key)) for ctrl in several]
        merged.append((key, merge_deps(each, rests)))
    return tuple(merged)


def _atoms(guard: Guard) -> Iterator[Expr]:
    """The conditions of ``guard``, conjunctions taken apart."""
    for condition in guard:
        if condition.kind == "op" and condition.data == "and":
            yield from _atoms(condition.args)
        else:
            yield condition


def _choices(expression: Expr) -> Iterator[int]:
    """Numbers of the choices that ``expression`` rests on."""
    if expression.kind == "choice":
        yield expression.data
    for argument in expression.args:
        yield from _choices(argument)


def _mentions(expression: Expr, kind: str) -> bool:
    return expression.kind == kind or any(_mentions(argument, kind) for argument in expression.args)


@lru_cache(maxsize=100_000)
def _mentions_undefined(expression: Expr) -> bool:
    if expression.kind == "const":
        return isinstance(expression.data, Undefined)
    return any(_mentions_undefined(argument) for argument in expression.args)


def _around(elements: Sequence[Element], block: int) -> Iterator[Loop]:
    """The loops that hold ``block``, outermost first."""
    for element in elements:
        if isinstance(element, Loop) and block in element.blocks:
            yield element
            yield from _around(element.body, block)
