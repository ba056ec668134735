"""One round of exploration: states stored so far, how each was reached, and what was found.

Steps that need no interleaving are taken at once, so that only states with a real choice are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from modelcheck.interleave import local as kinds
from modelcheck.interleave.endless import endless
from modelcheck.interleave.hidden import hides
from modelcheck.interleave.leak import leaks
from modelcheck.interleave.local import Local
from modelcheck.interleave.reduction import broken, entry_touch, futures
from modelcheck.interleave.state import Buffer, Choice, Entry, State
from modelcheck.interleave.system import System, looked_at, ways
from modelcheck.program.ir import EVERY
from modelcheck.program.places import told
from modelcheck.program.thread import Finding, hidden

LONGEST_CHAIN: Final = 50_000
"""Steps taken at once before a state is stored after all."""

CHECK_EVERY: Final = 256
"""States between two looks at the clock."""

SECTION: Final = "__mc_atomic_word"
"""The object that holds 1 + the number of the thread that is in an atomic section, 0 for none."""

Tick = Callable[[int], None]


class Again(Exception):  # noqa: N818 - a signal, not an error
    """The round relies on what is wrong by now."""


class _Failed(Exception):  # noqa: N818
    """A finding that counts, after ``tail`` more choices from the state at hand."""

    def __init__(self, finding: Finding, tail: Sequence[Choice]) -> None:
        self.finding = finding
        self.tail = tuple(tail)
        super().__init__(finding.message)


class Space:
    """One round: the states stored so far, and how each was reached.

    Args:
        system: what to explore; what earlier rounds learned about its threads is in it.
        properties: findings that count.
        reduce: whether to reduce.
        tick: called now and then with the number of states stored; may raise to give up.
    """

    def __init__(self, system: System, properties: frozenset[str], reduce: bool, tick: Tick) -> None:
        self.system = system
        self.properties = properties
        self.reduce = reduce
        self.states: list[State] = []
        self.edges: list[list[tuple[int, bool]]] = []
        self.ends: list[int] = []
        self.executions = 0
        self.blocked = 0
        self.reason = ""
        self.hidden = ""
        self.schedule: tuple[Choice, ...] = ()
        self.finals: set[State] = set()
        self._number: dict[State, int] = {}
        self._parents: list[tuple[int, tuple[Choice, ...]]] = []
        self._tick = tick
        self._known = 0
        self._entry_bits: dict[Entry, tuple[int, int]] = {}
        self._buffer_bits: dict[Buffer, int] = {}

    def explore(self) -> Finding | None:
        """Explore everything; gives the first finding that counts, with `schedule` leading to it.

        Raises:
            Again: the round has to be repeated.
        """
        system = self.system
        if self.reduce:
            system.locals.guesses = futures(system.locals.every)
        for local in system.locals.every:
            local.relied = 0
        self._known = max(len(system.locals.every), 8)
        at = -1
        try:
            self._check(system.first, 0, ())
            todo = []
            if self._store(system.first, -1, (), False):
                todo.append(0)
            while todo:
                at = todo.pop()
                if not at % CHECK_EVERY:
                    self._tick(len(self.states))
                if len(system.locals.every) > 2 * self._known:
                    self._review()
                todo += self._expand(at)
            at = -1
            self._review()
            return self._deadlocks()
        except _Failed as failed:
            self.schedule = (*self._path(at), *failed.tail)
            return failed.finding

    def _review(self) -> None:
        """See whether what the round relied on still stands."""
        self._known = len(self.system.locals.every)
        if self.reduce:
            self.system.locals.guesses = futures(self.system.locals.every)
            if broken(self.system.locals.every):
                raise Again

    def _store(self, state: State, parent: int, path: tuple[Choice, ...], effect: bool) -> bool:
        """Give ``state`` a number if it is new, and note the edge; gives whether it is new."""
        number = self._number.get(state)
        new = number is None
        if number is None:
            number = self._number[state] = len(self.states)
            self.states.append(state)
            self.edges.append([])
            self._parents.append((parent, path))
        if parent >= 0:
            self.edges[parent].append((number, effect))
        return new

    def _path(self, number: int) -> tuple[Choice, ...]:
        parts = []
        while number >= 0:
            number, path = self._parents[number]
            parts.append(path)
        return tuple(choice for path in reversed(parts) for choice in path)

    def _expand(self, number: int) -> list[int]:
        """Store the successors of a state; gives those that are new."""
        state = self.states[number]
        chosen, others = self._persistent(state)
        new: list[int] = []
        found = False
        for threads in (chosen, others):
            for choice, after in self._successors(state, threads):
                found = True
                self._check(after, choice.thread, (choice,))
                path, end = self._settle(after, choice)
                if self._store(end, number, path, end.memory is not state.memory or end.buffers != state.buffers):
                    new.append(len(self.states) - 1)
            if new:
                # At least one successor was not known: following such ones ends at a state all of whose
                # threads are taken, so no step is put off for ever.
                break
        if not found:
            self._end(state, number)
        new.reverse()
        return new

    def _successors(self, state: State, threads: Sequence[int]) -> Iterator[tuple[Choice, State]]:
        system = self.system
        for thread in threads:
            local = state.threads[thread]
            outcomes = looked_at(local)
            if outcomes < ways(local):
                self.reason = self.reason or f"{local.place}: a choice among {ways(local)} values"
            for way in range(outcomes):
                after = system.step(state, thread, way)
                if after is not None:
                    yield Choice(thread, False, way), after
            if state.buffers[thread]:
                yield Choice(thread, True), system.drain(state, thread)

    def _check(self, state: State, moved: int, tail: Sequence[Choice]) -> None:
        """Look at the threads that a step has changed."""
        for thread in (moved, len(state.threads) - 1):
            local = state.threads[thread]
            if local.kind >= kinds.FAULTY:
                if local.kind == kinds.STUCK:
                    self.reason = self.reason or f"{local.place}: {local.reason}"
                elif self._within_section(state, thread):
                    where = local.finding.source if local.finding else ""
                    self.reason = self.reason or f"{where}: a failure beside an atomic section that may not end"
                else:
                    self._fail(state, local, tail)

    def _within_section(self, state: State, thread: int) -> bool:
        """Whether another thread is in an atomic section (of SV-COMP), which an assumption may yet take back: then this
        state is none that the program gets to, or another one with the same failure is found before the section."""
        for thing in self.system.objects.space:
            if thing.name == SECTION and thing.base in self.system.slots.cells:
                slot, _ = self.system.slots.cells[thing.base]
                return state.memory.get(slot) not in (0, None, thread + 1)
        return False

    def _fail(self, state: State, local: Local, tail: Sequence[Choice]) -> None:
        if local.finding is not None and local.finding.property in self.properties:
            raise _Failed(local.finding, tail)
        if local.finding is not None and not self.hidden and hides(state, local, self.properties):
            self.hidden = hidden(local.finding.property, local.finding.source)

    def _settle(self, state: State, first: Choice) -> tuple[tuple[Choice, ...], State]:
        """Take all steps that need no interleaving; gives the path, ``first`` in front, and the state at its end."""
        path = [first]
        if not self.reduce:
            return tuple(path), state
        seen: set[State] = set()
        while True:
            choice = self._free_choice(state)
            if choice is None:
                break
            if len(path) > 8:
                if state in seen or len(path) > LONGEST_CHAIN:
                    break
                seen.add(state)
            state = (self.system.drain if choice.drain else self.system.step)(state, choice.thread)  # type: ignore[assignment]
            path.append(choice)
            self._check(state, choice.thread, path)
        return tuple(path), state

    def _free_choice(self, state: State) -> Choice | None:
        """A deterministic transition that nothing the other threads may ever do has to do with."""
        threads, buffers = state.threads, state.buffers
        coming = [local.future for local in threads]
        for index, buffer in enumerate(buffers):
            if buffer:
                coming[index] |= self._in_buffer(index, buffer)
        for thread, local in enumerate(threads):
            others = 0
            for index, bits in enumerate(coming):
                if index != thread:
                    others |= bits
            buffer = buffers[thread]
            if buffer:
                clash = self._entry(buffer[0])[1]
                if not clash & others:
                    self._rely(threads, thread, clash)
                    return Choice(thread, True)
            if (
                local.kind < kinds.ENDED
                and local.kind != kinds.CHOOSE
                and not local.clash & others
                and self.system.step(state, thread) not in (None, state)
            ):
                self._rely(threads, thread, local.clash)
                return Choice(thread)
        return None

    def _rely(self, threads: tuple[Local, ...], thread: int, clash: int) -> None:
        for index, local in enumerate(threads):
            if index != thread:
                local.relied |= clash

    def _persistent(self, state: State) -> tuple[list[int], list[int]]:
        """The smallest set of threads found whose steps are enough, and the other threads."""
        every = list(range(len(state.threads)))
        if not self.reduce:
            return every, []
        coming, clash = [], []
        for thread, local in enumerate(state.threads):
            buffer = state.buffers[thread]
            coming.append(local.future | (self._in_buffer(thread, buffer) if buffer else 0))
            clash.append(local.clash | (self._entry(buffer[0])[1] if buffer else 0))
        best: set[int] | None = None
        for first in every:
            if not any(True for _ in self._successors(state, [first])):
                continue
            group, todo = {first}, [first]
            while todo:
                member = todo.pop()
                for other in every:
                    if other not in group and coming[other] & clash[member]:
                        group.add(other)
                        todo.append(other)
            if best is None or len(group) < len(best):
                best = group
        if best is None or len(best) == len(every):
            return every, []
        total = 0
        for member in best:
            total |= clash[member]
        others = [thread for thread in every if thread not in best]
        for thread in others:
            state.threads[thread].relied |= total
        return sorted(best), others

    def _entry(self, entry: Entry) -> tuple[int, int]:
        found = self._entry_bits.get(entry)
        if found is None:
            touch = entry_touch(entry)
            found = self._entry_bits[entry] = (touch.bits, touch.clash)
        return found

    def _in_buffer(self, thread: int, buffer: Buffer) -> int:
        """What the entries of ``buffer`` will touch, and the end of the thread, which a join waits for."""
        found = self._buffer_bits.get(buffer)
        if found is None:
            found = 0
            for entry in buffer:
                found |= self._entry(entry)[0]
            self._buffer_bits[buffer] = found
        return found | self.system.locals.end_bit(thread)

    def _end(self, state: State, number: int) -> None:
        """No thread can go on."""
        self.ends.append(number)
        for thread, local in enumerate(state.threads):
            if local.kind >= kinds.FAULTY and self._within_section(state, thread):
                return
            self._fail(state, local, ())
        waiting = [local for local in state.threads if local.kind < kinds.ENDED]
        stopped = any(local.kind > kinds.ENDED for local in state.threads)
        if waiting:
            self.blocked += 1
            if self.system.waits_for_nobody(state):
                return
            if self._unsure(state, waiting):
                return
            if not stopped and not state.threads[0].quits and "deadlock" in self.properties:
                raise _Failed(deadlock(self.system, waiting), ())
        elif not stopped:
            self.executions += 1
            self.finals.add(state)
            if "leak" in self.properties:
                for finding in leaks(self.system, state):
                    raise _Failed(finding, ())

    def _unsure(self, state: State, waiting: Sequence[Local]) -> bool:
        """Whether a grace period waits for a section that another thread might end: that is not modelled."""
        for local in waiting:
            for other in state.threads if local.kind == kinds.SYNC else ():
                source = self.system.locals.reads.endable(other, local.mark)
                if source is not None:
                    what = "a grace period waits for this section, whose end is handed on"
                    self.reason = self.reason or f"{source}: {what}"
                    return True
        return False

    def _deadlocks(self) -> Finding | None:
        """A state from which no end can be reached, with nothing but fruitless looks left to do."""
        if "deadlock" not in self.properties and not self.system.locals.reads.cookies.handed_on:
            return None
        for number in endless(self.edges, self.ends):
            state = self.states[number]
            waiting = [local for local in state.threads if local.kind < kinds.ENDED]
            if self.system.waits_for_nobody(state) or self._unsure(state, waiting):
                continue
            over = state.threads[0].quits or any(local.kind > kinds.ENDED for local in state.threads)
            if "deadlock" in self.properties and not over:
                self.schedule = self._path(number)
                return deadlock(self.system, waiting)
        return None


def deadlock(system: System, waiting: Sequence[Local]) -> Finding:
    """The finding for threads that wait for ever."""
    space = system.objects.space
    parts = []
    for local in waiting:
        where = f"thread {local.thread} waits at {told(local.place, local.stack)}"
        if local.kind == kinds.JOIN:
            where += f" for the end of {'every other thread' if local.value == EVERY else f'thread {local.value}'}"
        elif local.kind == kinds.SYNC:
            where += " for the end of a read-side section"
        elif local.slots:
            where += f" on {space.name(local.address)}"
        parts.append(where)
    # Main waits for the others: what they wait for is the news.
    first = next((local for local in waiting if local.kind != kinds.JOIN), waiting[0])
    return Finding("deadlock", "; ".join(parts), first.place, first.stack, first.thread)
