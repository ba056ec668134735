"""Threads: main, those that it starts, and how all that they leave becomes an event graph."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from attrs import evolve

from modelcheck.program.expr import FALSE, TRUE, UNDEFINED, Expr, conj, const, disj, negate, op
from modelcheck.program.graph import Cut, EventGraph, Guard
from modelcheck.program.guards import NO_DEPS, Val, extend, join
from modelcheck.program.ir import EVERY, NONE, Function, Join, Layout, Leaf, Program, Source, Spawn
from modelcheck.program.machine import JOINED_BEFORE, Frame, Initial
from modelcheck.program.places import start
from modelcheck.program.unroll.record import ACQUIRING, NEVER, RELEASING, Bounds, Contested, Restart, Tick
from modelcheck.program.unroll.state import State, Thread, atoms, fit, value_of, whole
from modelcheck.program.unroll.steps import Steps


def unroll(program: Program, initial: Initial, bounds: Bounds, tick: Tick = lambda: None) -> EventGraph:
    """The event graph of ``program`` from ``initial`` on.

    Args:
        program: what to unroll.
        initial: memory and main's stack right before it starts the first thread.
        bounds: where to cut; each cut is in `EventGraph.cuts`.
        tick: called with each block; may raise to leave the unrolling.
    """
    try:
        return _Unroller(program, initial, bounds, at_rest=True, tick=tick).graph()
    except Contested:
        pass
    except Restart:
        with suppress(Contested):
            return _Unroller(program, initial, bounds, at_rest=False, tick=tick).graph()
    return _Unroller(program, initial, bounds, at_rest=False, tick=tick, contested=True).graph()


ENDS = "end of thread"
"""The object in which `Join` looks for the ends of threads that are known by number only while running."""

MARKING = frozenset({"ONCE", "RLX", "RMW"})
"""Tags of looking whether a thread was joined before, and saying so."""

END_SIZE = 16
"""Bytes of it for each thread: its flag, and its result."""

MOST_JOINED = 4096
"""A thread with a number from here on is not joined through it."""


class _Unroller(Steps):
    """Main and the threads that it starts."""

    def __init__(
        self, program: Program, initial: Initial, bounds: Bounds, at_rest: bool, tick: Tick, contested: bool = False
    ) -> None:
        super().__init__(program, initial, bounds, at_rest, tick)
        self.contested = contested
        self.marks: int | None = None
        self.once: list[tuple[int | None, int, Guard]] = []
        self.ends: tuple[int, int] | None = None
        self.joins: list[tuple[Guard, Expr, str, Source, int, int]] = []

    def graph(self) -> EventGraph:
        self.threads.append(self.thread)
        if self.initial.frames:
            self._enter()
            returns = self._resume(0, State((), [], ()))
            self._complete(returns, None)
            quits = join([state.guard for state, _ in returns])[0] if returns else (FALSE,)
        else:
            self.thread.completed = quits = ()
        self._tell_ends()
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
            choosers=tuple(self.choosers),
            objects=tuple(self.objects),
            memory=self.initial.memory,
            freed=self.initial.freed,
            allocations=tuple(self.allocations),
            registers=self.registers,
            quits=quits if self.program.process else (FALSE,),
            held=self.initial.held,
            operated=self.initial.operated,
            entry=self.program.functions[self.program.entry].source,
        )

    def _enter(self) -> None:
        """Main is in the read-side sections that initialisation has entered: as if it entered them here."""
        state = State((), [], ())
        for section in self.initial.reading:
            self.thread.stack = section.stack
            if section.address is None:
                self._event("F", frozenset({"Rcu-lock"}), state, section.source, lock=section.lock)
            else:
                place = const(section.address, 64), NO_DEPS
                tags = frozenset({"Srcu-lock"})
                own = section.own
                lock = self._event("R", tags, state, section.source, place, section.size, own=own, early=True)
                self.entered.append((lock, []))
        self.thread.stack = ()

    def _complete(self, returns: Sequence[tuple[State, Val | None]], function: Function | None) -> None:
        ends = [*returns, *self.thread.exits]
        if not ends:
            return
        guard, rests = join([state.guard for state, _ in ends])
        self.thread.completed = guard
        if any(value is not None for _, value in ends):
            self.thread.result = self._merge_register([whole(value) for _, value in ends], rests, [NO_DEPS] * len(ends))
        for number, name in (function.names if function is not None else {}).items():
            found = [*(state.regs[number] for state, _ in returns), *(None for _ in self.thread.exits)]
            if any(value is not None for value in found):
                self.registers[self.thread.number, name] = self._merge_register(found, rests, [NO_DEPS] * len(found))[0]

    def _resume(self, depth: int, state: State) -> list[tuple[State, Val | None]]:
        """Go on with the concrete stack that initialisation left, from its frame ``depth`` inward."""
        saved: Frame = self.initial.frames[depth]
        function = self.program.functions[saved.function]
        frame = self._frame(function)
        self.active.append((function.name, ()))
        self.frames.append(frame)
        state.regs = [
            (const(value, width), NO_DEPS) for value, width in zip(saved.registers, function.widths, strict=True)
        ]
        outer = self.thread.stack
        results: list[tuple[State, Val | None]] | None = None
        block = function.blocks[saved.block]
        index = saved.index
        if depth + 1 < len(self.initial.frames):
            call = block.instructions[index]
            self.thread.stack = (*outer, call.source)
            caller = state.regs
            results = self._resume(depth + 1, State((), [], ()))
            self.thread.stack = outer
            merged = self._after_call(call, State((), caller, ()), results)
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

    def _spawn(self, step: Spawn, state: State) -> State | None:
        if self.thread.final or self.unordered:
            raise Restart
        args = [self._value(state, argument) for argument in step.args]
        for argument, _ in args:
            self.private.publish(argument)
        chosen = self._targets(step, state)
        if len(chosen) != 1:
            self._cut(state.guard, f"{step.source}: the thread's function is not known", step.source)
            return None
        name, guard = chosen[0]
        if self.thread.kinds.count(name) >= self.bounds.recursion:
            reason = f"{name}() starts a thread of its own kind more than {self.bounds.recursion} deep"
            self._cut(state.guard, f"{step.source}: {reason}", step.source)
            return None
        number = len(self.threads)
        child = Thread(number, step.name or name)
        child.kinds = (*self.thread.kinds, name)
        child.locals = [(o.base, ()) for o in self.objects if o.thread == number and o.kind == "local"]
        child.stack = start(self.program.functions[name], step.source, self.thread.stack)
        self.threads.append(child)
        state.regs[step.dst] = (const(number, 64), NO_DEPS)
        flag = None
        if self.thread.position > self.thread.quiet or self.thread.number:
            flag = self._object(f"start of thread {number}", "global", 8, None, zeroed=True)
            self._event("W", RELEASING, state, step.source, (const(flag, 64), NO_DEPS), 8, (const(1, 64), NO_DEPS))
        child.started = guard
        parent, active, frames, forks = self.thread, self.active, self.frames, self.forks
        self.thread, self.active, self.frames = child, [], []
        self._child(step, self.program.functions[name], args, guard, flag)
        self.thread, self.active, self.frames, self.forks = parent, active, frames, forks
        return state

    def _child(self, step: Spawn, function: Function, args: list[Val], guard: Guard, flag: int | None) -> None:
        state = State(guard, [], ())
        if flag is not None:
            event = self._event("R", ACQUIRING, state, step.source, (const(flag, 64), NO_DEPS), 8)
            state.guard = (*guard, op("eq", 1, value_of(event), const(1, 64)))
        copies = [base for base, _ in self.thread.locals]
        returns = self._run(function, fit(function, args), state)
        for after, _ in returns:
            for base in copies:
                self._leave_scope(after, (const(base, 64), NO_DEPS), function.source)
        self._complete(returns, function)

    def _join(self, step: Join, state: State) -> State | None:
        which = self._value(state, step.thread)
        number = which[0]
        if not step.waits:
            return self._only_once(step, state, which)
        if number.kind == "const" and number.data == EVERY:
            return self._join_every(step, state)
        if number.kind == "const" and number.data == self.thread.number:
            self._blocked(state, TRUE, (), "waits for its own end", step.source)
            return None
        if number.kind != "const" or not isinstance(number.data, int) or not 0 < number.data < len(self.threads):
            after = self._join_some(step, state, which)
            return self._only_once(step, after, which) if step.once and after is not None else after
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
                raise Restart
            self.thread.final = True
            self.unordered = False
        elif not self.at_rest or self.thread.number or any(e.thread == 0 and e.guard is not NEVER for e in self.events):
            self._join_order(step, state, child)
        else:
            self.unordered = True  # of no account when only joins follow
        return self._only_once(step, state, which) if step.once else state

    def _join_every(self, step: Join, state: State) -> State | None:
        """Wait for every thread there is but main, whose last step this thread is; those not started have no end."""
        for child in self.threads[1:]:
            if child is self.thread:
                continue
            started = conj(*child.started)
            ends = disj(negate(started), conj(*child.completed))
            self._blocked(state, negate(ends), (), f"waits for the end of {child.name}", step.source)
            guard = extend(state.guard, ends)
            if guard is None:
                return None
            state.guard = guard
            there = extend(state.guard, started)
            if there is not None:
                flag = self._end_flag(step, child)
                event = self._event("R", ACQUIRING, State(there, [], ()), step.source, (const(flag, 64), NO_DEPS), 8)
                state.guard = (*state.guard, disj(negate(started), op("eq", 1, value_of(event), const(1, 64))))
        return state

    def _only_once(self, step: Join, state: State, which: Val) -> State | None:
        """A thread is joined or detached: by nobody before.

        What one thread does alone follows from what it has done. Where several may, each looks whether it is the first
        in a word of memory.
        """
        number = which[0].data if which[0].kind == "const" else None
        if not self.contested:
            rivals = [one for one in self.once if number is None or one[0] in (None, number)]
            if any(thread != self.thread.number or other is None or number is None for other, thread, _ in rivals):
                raise Contested
            for _, _, before in rivals:
                after = self._check(state, negate(conj(*before)), "undefined", JOINED_BEFORE, step.source)
                if after is None:
                    return None
                state = after
            self.once.append((number, self.thread.number, state.guard))
            return state
        if self.marks is None:
            self.marks = self._object("end of thread, joined", "global", MOST_JOINED * 8, None, zeroed=True)
        address = op("add", 64, const(self.marks, 64), op("mul", 64, which[0], const(8, 64))), which[1]
        near = extend(state.guard, op("ult", 1, which[0], const(MOST_JOINED, 64)))
        if near is None:
            return None
        state.guard = near
        reading = self._event("R", MARKING, state, step.source, address, 8)
        self._event("W", MARKING, state, step.source, address, 8, (const(1, 64), NO_DEPS), rmw=reading.id)
        first = op("eq", 1, value_of(reading), const(0, 64))
        return self._check(state, first, "undefined", JOINED_BEFORE, step.source)

    def _join_some(self, step: Join, state: State, which: Val) -> State | None:
        """Wait for a thread whose number is not known here: for a flag of its own, which its end sets."""
        number, deps = which
        if self.ends is None:
            self.ends = (self._object(ENDS, "global", MOST_JOINED * END_SIZE, None, zeroed=True), len(self.objects) - 1)
        reason = f"{step.source}: a join of a thread that is not known"
        near = op("ult", 1, number, const(MOST_JOINED, 64))
        far = extend(state.guard, negate(near))
        if far is not None:
            self._cut(far, reason, step.source)
        guard = extend(state.guard, near)
        if guard is None:
            return None
        state.guard = guard
        place = op("add", 64, const(self.ends[0], 64), op("mul", 64, number, const(END_SIZE, 64)))
        event = self._event("R", ACQUIRING, state, step.source, (place, deps), 8)
        ended = op("eq", 1, value_of(event), const(1, 64))
        self._blocked(state, negate(ended), (event.id,), "waits for the end of a thread", step.source)
        self.joins.append((state.guard, number, reason, step.source, self.thread.number, len(self.blocked) - 1))
        state.guard = (*state.guard, ended)
        if step.dst is not None:
            result = op("add", 64, place, const(8, 64))
            event = self._event("R", NONE, state, step.source, (result, deps), 8, copy=True)
            state.regs[step.dst] = value_of(event), frozenset({(event.id, ())})
        return state

    def _tell_ends(self) -> None:
        """Let each thread set its flag, and leave its result, where `_join_some` looks; other numbers are of none."""
        if self.ends is None:
            return
        base, index = self.ends
        source = self.joins[0][3]
        leaves: list[Leaf] = []
        for child in self.threads[1:]:
            at = child.number * END_SIZE
            leaves += (Leaf(f"[{child.name}]", at, 8, ""), Leaf(f"[{child.name}].result", at + 8, 8, ""))
            if child.completed != NEVER:
                self.thread = child
                done = State(child.completed, [], ())
                result = child.result or (const(UNDEFINED, 64), NO_DEPS)
                self._event("W", NONE, done, source, (const(base + at + 8, 64), NO_DEPS), 8, result)
                self._event("W", RELEASING, done, source, (const(base + at, 64), NO_DEPS), 8, (const(1, 64), NO_DEPS))
        thing = self.objects[index]
        self.objects[index] = evolve(thing, layout=Layout("", thing.size, tuple(leaves)))
        for guard, number, reason, place, thread, wait in self.joins:
            known = op("ult", 1, op("sub", 64, number, const(1, 64)), const(len(self.threads) - 1, 64))
            unknown = extend(guard, negate(known))
            if unknown is not None:
                self.cuts.append(Cut(unknown, reason, place, thread))
                self.blocked[wait] = evolve(self.blocked[wait], guard=(*self.blocked[wait].guard, known))

    def _at_rest(self, state: State) -> bool:
        """Whether main goes on only here, and only when every thread has ended."""
        if self.forks or any(frame.pending for frame in self.frames) or any(f.returns for f in self.frames[1:]):
            return False
        known = set(atoms(state.guard))
        return all(known.issuperset(atoms(thread.completed)) for thread in self.threads[1:])

    def _join_order(self, step: Join, state: State, child: Thread) -> None:
        """What the joined thread did is before what its joiner does next: a flag set at its end, read here."""
        flag = self._end_flag(step, child)
        event = self._event("R", ACQUIRING, state, step.source, (const(flag, 64), NO_DEPS), 8)
        state.guard = (*state.guard, op("eq", 1, value_of(event), const(1, 64)))

    def _end_flag(self, step: Join, child: Thread) -> int:
        """The address of a new flag that ``child`` sets at its end."""
        flag = self._object(f"end of {child.name}", "global", 8, None, zeroed=True)
        joiner, self.thread = self.thread, child
        done = State(child.completed, [], ())
        self._event("W", RELEASING, done, step.source, (const(flag, 64), NO_DEPS), 8, (const(1, 64), NO_DEPS))
        self.thread = joiner
        return flag
