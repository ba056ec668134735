"""Control flow: blocks, branches, loops and calls of one thread, paths merged where they meet."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence

from modelcheck.program.expr import FALSE, UNDEFINED, Expr, Undefined, choice, conj, const, negate, op
from modelcheck.program.flow import EXIT, Element, Loop, flow_of, registers, successors
from modelcheck.program.graph import Blocked, Guard
from modelcheck.program.guards import NO_DEPS, Deps, Val, chosen, controlling, extend, join, merge_values
from modelcheck.program.ir import Branch, Exit, Function, Halt, Instruction, Jump, Return, Source, Switch
from modelcheck.program.unroll.looks import Look, Looks, Mark
from modelcheck.program.unroll.record import MOST_EVENTS
from modelcheck.program.unroll.state import CallFrame, CtrlKey, State, around, mentions_undefined, merge_ctrl


class Paths(Looks):
    """Runs the functions of a thread block by block; what an instruction does is for `Steps` to say."""

    @abstractmethod
    def _instruction(self, frame: CallFrame, instruction: Instruction, state: State) -> State | None:
        """Carry out one instruction; None when no execution goes on behind it."""

    def _frame(self, function: Function) -> CallFrame:
        flow = self.flows.get(function.name)
        if flow is None:
            flow = self.flows[function.name] = flow_of(function)
        self.serial += 1
        return CallFrame(function, flow, self.serial)

    def _run(self, function: Function, args: Sequence[Val], state: State) -> list[tuple[State, Val | None]]:
        """Run one call; gives the states at its returns with the values returned."""
        frame = self._frame(function)
        regs: list[Val | None] = [None] * len(function.widths)
        for number, value in zip(function.params, args, strict=False):
            regs[number] = value
        frame.pending[0] = [State(state.guard, regs, state.ctrl)]
        self.active.append((function.name, state.guard))
        self.frames.append(frame)
        self._elements(frame, frame.flow.order)
        self.active.pop()
        self.frames.pop()
        return frame.returns

    def _elements(self, frame: CallFrame, elements: Sequence[Element]) -> None:
        for element in elements:
            if isinstance(element, Loop):
                self._loop(frame, element)
            else:
                self._visit(frame, element)

    def _visit(self, frame: CallFrame, block: int) -> None:
        states = frame.pending.pop(block, None)
        if states:
            self._block(frame, block, self._merge(frame, block, states), 0)

    def _loop(self, frame: CallFrame, loop: Loop) -> None:
        counted = 0
        rounds = 0
        first = frame.function.blocks[loop.head].terminator
        promised = first.rounds if isinstance(first, Branch) else 0
        most, longest = max(self.bounds.unroll, promised), MOST_EVENTS if promised else self.bounds.rounds
        raced = not self.bounds.looks
        renewed = FALSE
        earlier = len(self.events)
        while True:
            if not any(block in frame.pending for block in loop.blocks):
                return
            states = frame.pending.pop(loop.head, None)
            entry = None
            if states:
                entry = self._merge(frame, loop.head, states)
                if counted > most or rounds >= longest or len(self.events) > MOST_EVENTS:
                    self._cut_loop(frame, loop, entry, rounds)
                    return
            mark = Mark(len(self.events), len(self.allocations), len(self.choices), len(self.cuts), self.next_base)
            threads, exits = len(self.threads), frame.exits.get(loop.head, 0)
            fixed = frame.fixed.get(loop.head, 0)
            frame.leaves.pop(loop.head, None)
            if entry is not None:
                before = list(entry.regs)
                guard = entry.guard
                self._block(frame, loop.head, entry, 0)
            self._elements(frame, loop.body)
            rounds += 1
            back = frame.pending.get(loop.head)
            definite = frame.fixed.get(loop.head, 0) > fixed and (
                entry is None or self._moves_on(frame, loop, before, back or [], mark.events)
            )
            undecided = frame.exits.get(loop.head, 0) > exits and not definite
            if undecided or entry is None:
                counted += 1
            if back and entry is not None and threads == len(self.threads):
                looks = [(state, self._look(frame, loop, before, guard, state, mark, earlier)) for state in back]
                if all(look is not None for _, look in looks):
                    self._depend_on_end(frame, loop, mark.events)
                kept = [look for _, look in looks if look is not None and not raced and self._races(look)]
                again = [look for _, look in looks if look is not None and look.renews and renewed is FALSE]
                if kept or again:
                    raced = raced or bool(kept)
                    counted -= undecided
                left: list[State] = []
                for state, look in looks:
                    if look is None or look in kept or look in again:
                        left.append(state)
                    else:
                        left += self._wait_there(frame, loop, state, look, renewed, mark.choices)
                every = [look for _, look in looks if look is not None and look.renews]
                renewed = every[0].idle if len(looks) == len(every) == 1 else FALSE
                if left:
                    frame.pending[loop.head] = left
                else:
                    del frame.pending[loop.head]
            else:
                renewed = FALSE
            earlier = mark.events

    def _races(self, look: Look) -> bool:
        """Whether a failed look may race with something: it reads plainly, or writes."""
        return bool(look.writes) or any(not self.events[read].tags for read in look.reads)

    def _moves_on(
        self, frame: CallFrame, loop: Loop, before: list[Val | None], back: Sequence[State], events: int
    ) -> bool:
        """Whether an iteration has changed a constant, so that an exit that constants decide may be taken some time."""
        for state in back:
            for number in frame.flow.live[loop.head]:
                was, now = before[number], state.regs[number]
                if now is not None and now[0].kind == "const" and (was is None or was[0] is not now[0]):
                    return True
        return any(event.kind == "W" and self.private.keeps(event) for event in self.events[events:])

    def _depend_on_end(self, frame: CallFrame, loop: Loop, events: int) -> None:
        """What is behind a loop whose rounds change nothing depends for control on what ends it: it may go on for ever.

        That is weak control dependence (Podgurski and Clarke 1990). A compiler keeps to it only where each end is
        decided by marked reads of the same round: what else is read it may read once, before the loop. herd's
        dependencies end where the ways meet, and so do those of a litmus test.

        Args:
            events: how many there were before the round.
        """
        ends = _exits(frame, loop)
        leaves = frame.leaves.get(loop.head, {})
        if self.program.syntactic or not ends or not ends <= leaves.keys():
            return
        if not all(any(read >= events and self.events[read].tags for read, _ in leaves[block]) for block in ends):
            return
        for block, states in frame.pending.items():
            if block in loop.blocks:
                continue
            for state in states:
                state.ctrl = tuple(
                    ((0, min(read for read, _ in deps)), deps)
                    if key[0] == frame.serial and any(read >= events for read, _ in deps)
                    else (key, deps)
                    for key, deps in state.ctrl
                )

    def _wait_there(
        self, frame: CallFrame, loop: Loop, state: State, look: Look, renewed: Expr, choices: int
    ) -> list[State]:
        """Record that the thread may look for ever as it did on the way to ``state``; gives the state in which it has
        not but looked, if there is one."""
        # What is chosen on the way round may be chosen otherwise next time, except where what was read decides.
        free = not self.decided.issuperset(range(choices, len(self.choices)))
        thread = self.thread
        source, what = self._loop_source(frame, loop), "waits in a loop for a condition"
        idle = conj(look.idle, renewed) if look.renews else look.idle
        guard = extend(state.guard, idle)
        if guard is not None:
            self.blocked.append(
                Blocked(
                    guard,
                    look.reads,
                    what,
                    source,
                    thread.stack,
                    thread.number,
                    thread.position,
                    free=free,
                    writes=look.writes,
                )
            )
        rest = extend(state.guard, negate(idle))
        return [] if rest is None else [State(rest, state.regs, state.ctrl)]

    def _cut_loop(self, frame: CallFrame, loop: Loop, state: State, rounds: int) -> None:
        source = self._loop_source(frame, loop)
        what = "the program grew too large" if len(self.events) > MOST_EVENTS else f"unrolled {rounds} times"
        reason = f"the loop at {source} in {frame.function.name}() was {what}, and can go on"
        if len(self.events) > MOST_EVENTS:
            reason = f"more than {MOST_EVENTS} events; the loop at {source} was unrolled {rounds} times"
        self._cut(state.guard, reason, source)

    def _loop_source(self, frame: CallFrame, loop: Loop) -> Source:
        for number in (loop.head, *sorted(loop.blocks)):
            block = frame.function.blocks[number]
            if isinstance(block.terminator, Branch | Switch):
                return block.terminator.source
        for number in sorted(loop.blocks):
            for instruction in frame.function.blocks[number].instructions:
                return instruction.source
        return frame.function.source

    def _merge(self, frame: CallFrame, block: int, states: list[State]) -> State:
        key = (frame.serial, block)
        tests = [self._meets(state, lambda open_: open_ == key) for state in states]
        if len(states) == 1:
            return states[0]
        guard, rests = join([state.guard for state in states])
        regs: list[Val | None] = []
        for values in zip(*(state.regs for state in states), strict=True):
            first = values[0]
            if all(value is first for value in values):
                regs.append(first)
            else:
                regs.append(self._merge_register(values, rests, tests))
        return State(guard, regs, merge_ctrl([state.ctrl for state in states], rests))

    def _meets(self, state: State, where: Callable[[CtrlKey], bool]) -> Deps:
        """What was tested by the branches whose ways meet here, which are open no longer."""
        here = [deps for key, deps in state.ctrl if where(key)]
        if not here:
            return NO_DEPS
        state.ctrl = tuple(entry for entry in state.ctrl if not where(entry[0]))
        return NO_DEPS.union(*here)

    def _merge_register(self, values: Sequence[Val | None], rests: Sequence[Guard], tests: Sequence[Deps]) -> Val:
        width = next(value[0].width for value in values if value is not None)
        full = [(const(UNDEFINED, width), NO_DEPS) if value is None else value for value in values]
        value, deps = merge_values(full, rests)
        return (value, deps) if self.program.syntactic else (value, deps | chosen(full, tests))

    def _goto(self, frame: CallFrame, block: int, state: State) -> None:
        frame.pending.setdefault(block, []).append(state)

    def _block(self, frame: CallFrame, number: int, state: State, index: int) -> None:
        self.tick()
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
                current.tested = self._meets(current, lambda open_: open_[0] == frame.serial)
                frame.returns.append((current, result))
            case Exit(value, source):
                result = None if value is None else self._value(current, value)
                self._leave_all(current, source or frame.function.source)
                self._exit(current, result)
            case Halt():
                pass

    def _exit(self, state: State, result: Val | None) -> None:
        """The thread leaves all its frames."""
        thread = self.thread
        thread.leaving = thread.leaving.union(*(deps for _, deps in state.ctrl))
        thread.exits.append((State(state.guard, [], ()), result))
        for frame in self.frames[:-1]:
            for loop in around(frame.flow.order, frame.block):
                frame.exits[loop.head] = frame.exits.get(loop.head, 0) + 1

    def _branch(
        self, frame: CallFrame, number: int, state: State, arms: Sequence[tuple[Expr | None, int]], source: Source
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
            unknown = isinstance(value.data, Undefined) or mentions_undefined(value)
            if unknown and self.bounds.undefined:
                value = self._either(state, value)
            elif unknown:
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
        if len(taken) == 1:
            tested = tuple(
                state.regs[r] for condition, _ in arms if condition is not None for r in registers(condition)
            )
            if tested and tested != frame.tested.get(number):
                # A counter, say, that stays below a constant: this test bounds the loops that it could leave.
                for loop in around(frame.flow.order, number):
                    if any(target not in loop.blocks for _, target in arms):
                        frame.fixed[loop.head] = frame.fixed.get(loop.head, 0) + 1
            frame.tested[number] = tested
        for loop in around(frame.flow.order, number):
            frame.leaves.setdefault(loop.head, {})[number] = controlling(deps)
        ctrl = state.ctrl
        if deps and len(taken) > 1:
            where = frame.flow.join.get(number, EXIT)
            ctrl = (*ctrl, ((frame.serial, where), controlling(deps)))
        for guard, target in taken:
            self._goto(frame, target, State(guard, list(state.regs), ctrl))
        if len(targets) > 1:
            for loop in around(frame.flow.order, number):
                if not targets <= loop.blocks:
                    frame.exits[loop.head] = frame.exits.get(loop.head, 0) + 1

    def _either(self, state: State, value: Expr) -> Expr:
        """``value``, of width 1, and what is chosen for it where it is undefined."""
        chosen = op("eq", 1, choice(self._choice(2, state.guard), 8), const(1, 8))
        self.choosers[-1] = -1
        return op("ite", 1, op("defined", 1, value), value, chosen)


def _exits(frame: CallFrame, loop: Loop) -> set[int]:
    """The blocks of a loop that may end it."""
    return {
        block
        for block in loop.blocks
        if not loop.blocks.issuperset(successors(frame.function.blocks[block].terminator))
    }
