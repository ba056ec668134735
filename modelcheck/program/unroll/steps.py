"""Instructions: the events, checks and waits that each leaves behind."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from attrs import evolve

from modelcheck.program.expr import FALSE, TRUE, Expr, choice, const, disj, negate, op
from modelcheck.program.graph import ASSUMED, Allocation, Guard, late
from modelcheck.program.guards import NO_DEPS, Deps, Val, contradict, extend, flowing, join
from modelcheck.program.ir import (
    LIFE_END,
    Alloc,
    Assert,
    Assign,
    Assume,
    Call,
    Choose,
    Fence,
    Free,
    Instruction,
    Join,
    Load,
    Local,
    Operand,
    Rmw,
    Self,
    Source,
    Spawn,
    Store,
    Unsupported,
    Wait,
)
from modelcheck.program.outlived import asks_only
from modelcheck.program.places import heap_name
from modelcheck.program.sizes import MOST, TOO_LARGE
from modelcheck.program.unroll.paths import Paths
from modelcheck.program.unroll.record import GRACE
from modelcheck.program.unroll.state import (
    CallFrame,
    State,
    fit,
    mentions,
    mentions_undefined,
    merge_ctrl,
    ordered,
    value_of,
)

MOST_SIZES: Final = 16
"""An allocation whose size is a value read may be of so many bytes, or elements; above that it is unknown."""

MOST_WRITTEN: Final = 32
"""As many sizes are looked at that a cache may have; where it has another, it is unknown."""

DEEPEST: Final = 150
"""A function is called no deeper in itself than so, however certain the calls are."""


class Steps(Paths):
    """Carries out instructions; starting and joining threads is for the unroller to say."""

    @abstractmethod
    def _spawn(self, step: Spawn, state: State) -> State | None:
        """Start a thread."""

    @abstractmethod
    def _join(self, step: Join, state: State) -> State | None:
        """Wait for the end of a thread."""

    def _instruction(self, frame: CallFrame, instruction: Instruction, state: State) -> State | None:
        """Carry out one instruction; None when no execution goes on behind it."""
        match instruction:
            case Assign(dst, value):
                state.regs[dst] = self._value(state, value)
            case Load():
                address = self._value(state, instruction.address)
                if asks_only(instruction) and self._stays(address[0]):
                    state.regs[instruction.dst] = (const(0, 8 * instruction.size), NO_DEPS)
                    return state
                event = self._event(
                    "R",
                    instruction.tags,
                    state,
                    instruction.source,
                    address,
                    instruction.size,
                    copy=instruction.copy,
                    own=instruction.own,
                )
                private = self.private.load(event) if self.bounds.coherent else None
                state.regs[instruction.dst] = (private or value_of(event), frozenset({(event.id, ())}))
            case Store():
                address, written = self._value(state, instruction.address), self._value(state, instruction.value)
                if self.entered and "Srcu-unlock" in instruction.tags:
                    written = self._leaves_entered(state, instruction, address, written)
                self._event(
                    "W",
                    instruction.tags,
                    state,
                    instruction.source,
                    address,
                    instruction.size,
                    written,
                    unlock=instruction.unlock,
                    lock=instruction.lock,
                    initial=instruction.initial,
                    own=instruction.own,
                )
            case Rmw():
                return self._rmw(instruction, state)
            case Wait():
                return self._wait(instruction, state)
            case Fence(tags, source, lock=lock):
                place, cookie = (
                    None if e is None else self._value(state, e) for e in (instruction.address, instruction.value)
                )
                if tags & GRACE:
                    self._await_readers(state, source, place)
                self._event("F", tags, state, source, place, value=cookie, lock=lock)
            case Call():
                return self._call(instruction, state)
            case Local(dst, name, size, source, layout, readonly):
                base = self._object(name, "local", size, layout, readonly=readonly)
                self.private.add(base, size, self.thread.number)
                self.thread.locals.append((base, state.guard))
                state.regs[dst] = (const(base, 64), NO_DEPS)
            case Alloc():
                return self._alloc(instruction, state)
            case Free(address, source, scope, cache, families):
                if scope:
                    self._leave_scope(state, self._value(state, address), source)
                else:
                    into = None if cache is None else (self._value(state, cache)[0], NO_DEPS)
                    place = self._value(state, address)
                    self._event("free", LIFE_END, state, source, place, 1, into, families=families)
            case Assert(condition, which, message, source):
                value, _ = self._value(state, condition)
                # An assertion is a branch; what only observes may fail late.
                observes = which != "assertion" and not self.thread.final
                goes_on = TRUE if which == "warning" else late(which) if observes else FALSE
                return self._check(state, value, which, message, source, goes_on)
            case Assume():
                return self._assume(instruction, state)
            case Operand(mark):
                self._operand(mark)
            case Choose(dst, count):
                state.regs[dst] = (choice(self._choice(count, state.guard), frame.function.widths[dst]), NO_DEPS)
            case Self(dst):
                state.regs[dst] = (const(self.thread.number, 64), NO_DEPS)
            case Spawn():
                return self._spawn(instruction, state)
            case Join():
                return self._join(instruction, state)
            case Unsupported(reason, source):
                self._cut(state.guard, f"{source}: {reason}", source)
                return None
        return state

    def _assume(self, step: Assume, state: State) -> State | None:
        value, _ = self._value(state, step.condition)
        self._decide(state.guard)
        if step.guess:
            return self._check(state, value, ASSUMED, "a guess", step.source)
        if mentions_undefined(value):
            message = "an assumption rests on an undefined value"
            self._check(state, op("defined", 1, value), "uninitialised", message, step.source)
        guard = extend(state.guard, value)
        if guard is None:
            return None
        state.guard = guard
        return state

    def _leaves_entered(self, state: State, step: Store, address: Val, cookie: Val) -> Val:
        """``cookie`` as the one of a section that initialisation has entered, where it is that of no other."""
        value, deps = cookie
        if any("Srcu-lock" in self.events[read].tags for read, _ in flowing(deps)):
            return cookie
        entered = [(lock, left) for lock, left in self.entered if lock.own == step.own]
        if self.thread.number:
            if entered and not step.own and self._awaits_sections():
                reason = "this may leave a read-side section that was entered before the first thread started"
                self._cut(state.guard, f"{step.source}: {reason}", step.source)
            return cookie
        # Of several open ones of a structure any may be meant: all began before what can be seen of them.
        for lock, left in entered:
            if lock.address == address[0] and all(contradict(state.guard, other) for other in left):
                left.append(state.guard)
                return value, deps | {(lock.id, ())}
        return cookie

    def _rmw(self, step: Rmw, state: State) -> State | None:
        address = self._value(state, step.address)
        reading = self._event("R", step.read_tags | {"RMW"}, state, step.source, address, step.size)
        got = value_of(reading)
        condition, rests_on = TRUE, NO_DEPS
        if step.condition is not None:
            condition, rests_on = self._value(state, step.condition, got)
        new, new_deps = self._value(state, step.new, got)
        if mentions(step.new, "old"):
            new_deps |= {(reading.id, ())}
        reading = evolve(reading, data=ordered(flowing(rests_on)))
        before = state.guard
        succeeds = extend(before, condition)
        if condition is not TRUE:
            if step.waits:
                what = "waits for a lock or condition"
                stays = negate(condition)
                self._blocked(state, stays, (reading.id,), what, step.source, step.lock, address[0])
                if step.lock is not None and step.lock.queued and step.lock.shared:
                    self._behind(state, step.lock, address[0], reading, condition)
                    succeeds = extend(state.guard, condition)
            else:
                failed = step.failed_tags if "LF" in step.failed_tags else step.failed_tags | {"RMW"}
                reading = evolve(reading, success=condition, failed=failed)
        self.events[reading.id] = reading
        if succeeds is not None:
            state.guard = succeeds
            self._event(
                "W",
                step.write_tags | {"RMW"},
                state,
                step.source,
                address,
                step.size,
                (new, new_deps),
                rmw=reading.id,
                lock=step.lock,
            )
        if step.waits:
            if succeeds is None:
                return None
        else:
            state.guard = before
        state.regs[step.dst] = (got, frozenset({(reading.id, ())}))
        return state

    def _wait(self, step: Wait, state: State) -> State | None:
        event = self._event("R", step.tags, state, step.source, self._value(state, step.address), step.size)
        condition, _ = self._value(state, step.condition, value_of(event))
        self._blocked(state, negate(condition), (event.id,), "waits for a condition", step.source)
        guard = extend(state.guard, condition)
        if guard is None:
            return None
        state.guard = guard
        state.regs[step.dst] = (value_of(event), frozenset({(event.id, ())}))
        # Nothing behind a wait happens unless it ends: a control dependency that no join resolves.
        state.ctrl = (*state.ctrl, ((0, event.id), frozenset({(event.id, ())})))
        return state

    def _call(self, call: Call, state: State) -> State | None:
        args = [self._value(state, argument) for argument in call.args]
        chosen = self._targets(call, state)
        if not chosen:
            return None
        results: list[tuple[State, Val | None]] = []
        outer = self.thread.stack
        self.forks += len(chosen) > 1
        for name, guard in chosen:
            function = self.program.functions[name]
            if self._depth(name, guard) > self.bounds.recursion:
                self._cut(guard, f"{name}() calls itself more than {self.bounds.recursion} deep", call.source)
                continue
            self.thread.stack = (*outer, call.source)
            results.extend(self._run(function, fit(function, args), State(guard, [], state.ctrl)))
        self.thread.stack = outer
        self.forks -= len(chosen) > 1
        return self._after_call(call, state, results)

    def _depth(self, name: str, guard: Guard) -> int:
        """How deep a function is in itself when it is called now. What certainly happens, once the call around it does,
        counts for nothing, as the rounds of a loop with a constant bound do."""
        entered = [before for active, before in self.active if active == name]
        if len(entered) >= DEEPEST:
            return len(entered)
        return sum(one != two for one, two in pairwise((*entered, guard))) + 1

    def _after_call(self, call: Instruction, state: State, results: Sequence[tuple[State, Val | None]]) -> State | None:
        if not results:
            return None
        guard, rests = join([after.guard for after, _ in results])
        merged = State(guard, state.regs, merge_ctrl([after.ctrl for after, _ in results], rests))
        dst = call.dst if isinstance(call, Call) else None
        if dst is not None:
            tests = [after.tested for after, _ in results]
            merged.regs[dst] = self._merge_register([value for _, value in results], rests, tests)
        return merged

    def _targets(self, call: Call | Spawn, state: State) -> list[tuple[str, Guard]]:
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

    def _check_pointer(self, state: State, callee: Expr, matches: Sequence[Expr], source: Source) -> None:
        guard = state.guard
        null = op("ult", 1, callee, const(4096, 64))
        probe = State(guard, state.regs, state.ctrl)
        after = self._check(probe, negate(null), "null-dereference", "call through a null function pointer", source)
        if after is not None:
            message = "call through a pointer to no function of this type"
            self._check(after, disj(*matches), "wild-pointer", message, source)

    def _stays(self, address: Expr) -> bool:
        """Whether what is at ``address`` is always there."""
        place = address.data if address.kind == "const" else None
        return isinstance(place, int) and any(
            thing.kind == "global" and thing.base <= place < thing.base + thing.size for thing in self.objects
        )

    def _alloc(self, step: Alloc, state: State) -> State | None:
        size, deps = self._value(state, step.size)
        owner = None if step.owner is None else self._value(state, step.owner)[0]
        if mentions_undefined(size):
            self._cut(state.guard, f"{step.source}: an allocation whose size is not known", step.source)
            return None
        if size.kind != "const":
            return self._alloc_any(step, state, size, deps, owner)
        if size.data > step.most:
            state.regs[step.dst] = (const(0, 64), NO_DEPS)
            return state
        if self.program.sized and size.data > MOST:
            self._cut(state.guard, f"{step.source}: {TOO_LARGE}", step.source)
            return None
        guard: Guard = state.guard
        works = TRUE
        if step.may_fail:
            works = op("eq", 1, choice(self._choice(2, state.guard), 8), const(0, 8))
            guard = (*guard, works)
        base = self._allocated(step, size.data, guard, owner)
        state.regs[step.dst] = (op("ite", 64, works, const(base, 64), const(0, 64)), NO_DEPS)
        return state

    def _alloc_any(self, step: Alloc, state: State, size: Expr, deps: Deps, owner: Expr | None) -> State | None:
        """An allocation of a size that a value read says: an object of each of the first sizes there may be."""
        unit = _factor(size)
        works = TRUE
        if step.may_fail:
            works = op("eq", 1, choice(self._choice(2, state.guard), 8), const(0, 8))
        value = const(0, 64)
        # What a cache says has been written as it is; other sizes are worked out.
        listed: Sequence[int] = range(0, unit * (MOST_SIZES + 1), unit) if owner is None else self._written()
        if self.program.sized:
            listed = [number for number in listed if number <= MOST]
        sizes = [op("eq", 1, size, const(number, size.width)) for number in listed]
        for number, this in zip(listed, sizes, strict=True):
            there = op("and", 1, works, this)
            guard = extend(state.guard, there)
            if guard is not None:
                value = op("ite", 64, there, const(self._allocated(step, number, guard, owner), 64), value)
        nothing = op("ult", 1, const(step.most, size.width), size)
        if nothing is not FALSE:
            sizes.append(nothing)
        other = extend(state.guard, negate(disj(*sizes)))
        if other is not None:
            above = f", and may be above {unit * MOST_SIZES}" if owner is None else ""
            reason = f"an allocation whose size is not known{above}"
            self._cut(other, f"{step.source}: {reason}", step.source)
        left = extend(state.guard, disj(*sizes))
        if left is None:
            return None
        state.guard = left
        state.regs[step.dst] = (value, deps)
        return state

    def _written(self) -> Sequence[int]:
        """The smallest numbers that have been written somewhere before this."""
        written = [e.value for e in self.events if e.kind == "W" and e.value is not None]
        later = [value.data for value in written if value.kind == "const"]
        known = {value for value in (*(v for _, v in self.initial.memory.values()), *later) if isinstance(value, int)}
        return sorted(value for value in known if value > 0)[:MOST_WRITTEN]

    def _allocated(self, step: Alloc, size: int, guard: Guard, owner: Expr | None) -> int:
        """The address of a new object, which is there where ``guard`` holds, of cache ``owner``."""
        name = heap_name(step.layout, step.source, self.thread.stack)
        base = self._object(name, "heap", size, step.layout, family=step.family)
        self.private.add(base, size, self.thread.number, step.zeroed)
        thread = self.thread
        where = step.source, thread.stack, thread.number, thread.position
        self.allocations.append(Allocation(self.objects[-1], guard, step.zeroed, *where, owner))
        thread.position += 1
        return base


def _factor(size: Expr) -> int:
    """What every value of ``size`` is a multiple of, by its form; of one of two, constants left out."""
    inner = size
    while inner.kind == "op" and inner.data in ("zext", "sext"):
        inner = inner.args[0]
    if inner.kind == "op" and inner.data == "ite":
        return math.gcd(*(_factor(arm) for arm in inner.args[1:] if arm.kind != "const")) or 1
    if inner.kind == "op" and inner.data == "mul":
        return next(
            (arg.data for arg in inner.args if arg.kind == "const" and isinstance(arg.data, int) and arg.data), 1
        )
    return 1
