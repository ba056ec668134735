"""The transition system of a program under SC or TSO: from a state, by a choice, to the next state.

Under TSO each thread has a FIFO store buffer. A load takes the youngest store to its location from its own buffer,
else memory; read-modify-writes, full fences and grace periods wait until the buffer is empty (Owens, Sarkar
and Sewell, "A better x86 memory model: x86-TSO", 2009). A free and the end of an RCU section go through
the buffer too, behind the stores before them. Under SC every store reaches memory at once.
"""

from __future__ import annotations

from typing import Final, TypeVar

from modelcheck.interleave import local as kinds
from modelcheck.interleave.inuse import COPIED
from modelcheck.interleave.lives import Lives
from modelcheck.interleave.local import Local
from modelcheck.interleave.locals import Locals
from modelcheck.interleave.objects import Objects
from modelcheck.interleave.reduction import annotate
from modelcheck.interleave.state import Buffer, Choice, Entry, Grace, Memories, Memory, Slots, State
from modelcheck.program import holding
from modelcheck.program.compile import Code
from modelcheck.program.expr import Undefined, Value, byte_of, join_bytes
from modelcheck.program.ir import EVERY, PROPERTIES, MemoryObject, Source
from modelcheck.program.machine import JOINED_BEFORE, Initial, after_its_end, lock_misuse, uninitialised

Item = TypeVar("Item")

MODELS: Final = ("sc", "tso")

MOST_WAYS: Final = 4096
"""A choice may have this many outcomes."""

SOME: Final = 16
"""Of a choice that has more only so many are looked at, and the verdict is no PASS."""

LONGEST_BUFFER: Final = 24
"""Stores that a buffer holds; what a longer one would allow is not looked at, and the verdict is no PASS."""


class System:
    """What a program can do after its initialisation. States of different systems do not mix.

    Args:
        code: the compiled program.
        initial: where initialisation has left it.
        model: ``sc`` or ``tso``.
        split: aligned words that are accessed with several sizes (see `MixedSizes`).
        properties: what is asked for. Threads stop at a warning only where that is.
    """

    def __init__(
        self,
        code: Code,
        initial: Initial,
        model: str,
        split: frozenset[int] = frozenset(),
        properties: frozenset[str] = frozenset(PROPERTIES),
    ) -> None:
        if model not in MODELS:
            raise ValueError(f"unknown model {model!r}: the explorer knows {' and '.join(MODELS)}")
        self.buffered = model == "tso"
        self.properties = properties
        self.objects = Objects(code.program, initial.objects)
        self.slots = Slots(self.objects.space, initial.memory, initial.freed, split, initial.operated)
        self.memories = Memories(self.slots)
        self.lives = Lives(self.slots, self.objects.space, properties)
        strict, heeds = "lock-misuse" in properties, "warning" in properties
        self.locals = Locals(code, self.objects, self.slots, self.buffered, annotate, strict, heeds)
        self.cut: str | None = None
        self._places: list[tuple[int, Source, tuple[Source, ...]]] = []
        self._place_numbers: dict[tuple[int, Source, tuple[Source, ...]], int] = {}
        main = self.locals.resume(initial) if initial.frames else self.locals.finished()
        self.first = State(self.memories.first, (main,), ((),), ())

    def enabled(self, state: State) -> tuple[Choice, ...]:
        """Every way for ``state`` to go on; none when all threads have ended or are blocked.

        Of a choice among more than `MOST_WAYS` values only the first `SOME`.
        """
        found = []
        for thread, local in enumerate(state.threads):
            for way in range(looked_at(local)):
                if self.step(state, thread, way) is not None:
                    found.append(Choice(thread, False, way))
            if state.buffers[thread]:
                found.append(Choice(thread, True))
        return tuple(found)

    def take(self, state: State, choice: Choice) -> State:
        """The state after ``choice``. Raises ValueError when it is not enabled."""
        after = None
        if 0 <= choice.thread < len(state.threads):
            if choice.drain:
                after = self.drain(state, choice.thread) if state.buffers[choice.thread] else None
            elif choice.way < ways(state.threads[choice.thread]):
                after = self.step(state, choice.thread, choice.way)
        if after is None:
            raise ValueError(f"{choice} cannot be taken here")
        return after

    def step(self, state: State, thread: int, way: int = 0) -> State | None:
        """``thread`` takes its next step (``way``: the outcome, if it has several); None when it cannot."""
        local = state.threads[thread]
        match local.kind:
            case kinds.WAIT if not local.slots:
                return None
            case kinds.LOAD | kinds.WAIT:
                return self._read(state, thread, local)
            case kinds.STORE:
                return self._store(state, thread, local)
            case kinds.RMW:
                return self._queue(state, thread, local) if way else self._rmw(state, thread, local)
            case kinds.FREE:
                return self._free(state, thread, local)
            case kinds.ENTER:
                return self._moved(state, thread, local, 0)
            case kinds.LEAVE:
                return self._leave(state, thread, local)
            case kinds.CHOOSE:
                return self._moved(state, thread, local, way)
            case kinds.JOIN:
                return self._join(state, thread, local)
            case kinds.FENCE | kinds.SYNC | kinds.SPAWN if state.buffers[thread]:
                return None
            case kinds.FENCE:
                return self._moved(state, thread, local, 0)
            case kinds.SYNC:
                return self._sync(state, thread, local)
            case kinds.SPAWN:
                return self._spawn(state, thread, local)
        return None

    def drain(self, state: State, thread: int) -> State:
        """The oldest entry in the buffer of ``thread`` (there must be one) reaches memory."""
        buffer = state.buffers[thread]
        entry = buffer[0]
        memory, threads, grace = state.memory, state.threads, state.grace
        address, source, stack = self._places[entry.place]
        if entry.life >= 0 and memory.get(entry.life) and not self.lives.goes_on(entry.life, entry.frees):
            which, message = self._dead(address, entry.frees)
            threads = _replaced(threads, thread, self.locals.wrong(threads[thread], which, message, source, stack))
        else:
            if entry.frees:
                memory = self.lives.freed(memory, entry.life, address)
            memory = self.lives.written(memory, entry.life, entry.slots, entry.values)
            if entry.mark >= 0 and grace:
                grace = _closed(threads, grace, thread, entry.mark, entry.section)
        return State(memory, threads, _replaced(state.buffers, thread, buffer[1:]), grace)

    def allocated(self, state: State, thing: MemoryObject) -> bool:
        """Whether the heap object ``thing`` has been made, and not freed, on the way to ``state``."""
        if state.memory.get(self.slots.life(thing.base)):
            return False
        made = self.objects.instance(thing.base)
        if made is None:
            return True
        return (
            made.thread < len(state.threads)
            and dict(state.threads[made.thread].own.counts).get(made.kind, 0) > made.number
        )

    def look(self, state: State, thread: int) -> Value | None:
        """What the next step of ``thread``, an access, would read; None while it has to wait for its buffer."""
        return self._look(state, thread, state.threads[thread])

    def origin(self, entry: Entry) -> tuple[int, Source, tuple[Source, ...]]:
        """Address, source and call sites of what put ``entry`` into its buffer."""
        return self._places[entry.place]

    # What each kind of step does.

    def _read(self, state: State, thread: int, local: Local) -> State | None:
        trouble = self._trouble(state, thread, local)
        if trouble is not None:
            return trouble
        value = self._look(state, thread, local)
        if value is None:
            return None
        if isinstance(value, Undefined) and not local.copy:
            return self._uninitialised(state, thread, local)
        if local.kind == kinds.WAIT:
            holds, new = local.outcome(value)
            if isinstance(new, Undefined):
                return self._undefined_condition(state, thread, local)
            if not holds:
                return None
        return self._moved(state, thread, local, value)

    def _store(self, state: State, thread: int, local: Local) -> State | None:
        buffer = state.buffers[thread]
        if local.full and buffer:
            return None
        if local.unlock and "lock-misuse" in self.properties:
            held = self._look(state, thread, local)
            if held is None:
                return None
            if held != thread + 1:
                return self._wrong(state, thread, local, "lock-misuse", lock_misuse(self.objects.space, local.address))
        trouble = self._trouble(state, thread, local)
        if trouble is not None:
            return trouble
        if local.lock is not None and local.lock.resets and "lock-misuse" in self.properties:
            value = self._look(state, thread, local)
            if value is None:
                return None
            used = self.locals.in_use.tells(local.lock, local.address, self._held(state, thread, local), value)
            if used is None:
                reason = COPIED.format(holding.reset(local.lock))
                return state._replace(threads=_replaced(state.threads, thread, self.locals.stuck(local, reason)))
            if used:
                return self._wrong(state, thread, local, "lock-misuse", holding.reset(local.lock))
        if self.buffered and not local.full:
            return self._buffered(state, thread, local, False, local.mark if local.ends else -1)
        memory = self._published(state.memory, local)
        memory = self.lives.written(memory, local.life, local.slots, _parts(local.value, local.slots))
        grace = state.grace
        if local.ends:
            grace = _closed(state.threads, grace, thread, local.mark, local.section)
        return self._moved(state, thread, local, 0, memory, grace=grace)

    def _held(self, state: State, thread: int, local: Local) -> bool:
        """Whether some thread holds the lock at the address of ``local``, or its release is on its way to memory."""
        if any(holding.holds(other.own.held, local.address) for other in state.threads):
            return True
        others = (entry for number, buffer in enumerate(state.buffers) if number != thread for entry in buffer)
        return any(entry.lock is not None and self._places[entry.place][0] == local.address for entry in others)

    def _rmw(self, state: State, thread: int, local: Local) -> State | None:
        busy = bool(state.buffers[thread])
        if busy and not local.plain:
            return None
        trouble = self._trouble(state, thread, local)
        if trouble is not None:
            return trouble
        value = self._look(state, thread, local)
        if value is None:
            return None
        if isinstance(value, Undefined):
            return self._uninitialised(state, thread, local)
        holds, new = local.outcome(value)
        if not holds:
            if isinstance(new, Undefined):
                return self._undefined_condition(state, thread, local)
            return None if local.value else self._moved(state, thread, local, value)
        if busy:
            return None
        memory = self._published(state.memory, local)
        memory = self.lives.written(memory, local.life, local.slots, _parts(new, local.slots))
        return self._moved(state, thread, local, value, memory)

    def _queue(self, state: State, thread: int, local: Local) -> State | None:
        """A reader waits behind a writer for a lock that readers have. Whether a writer waits is seen at the end: until
        then the reader may as well not have come this far."""
        if state.buffers[thread] or self._trouble(state, thread, local) is not None:
            return None
        value = self._look(state, thread, local)
        if not isinstance(value, int) or not value or not local.outcome(value)[0]:
            return None
        return self._moved(state, thread, local, kinds.QUEUED)

    def waits_for_nobody(self, state: State) -> bool:
        """Whether a reader of ``state`` waits behind a writer where none waits: it has not come this far."""
        return any(local.own.queued and not self.writer_waits(state, local) for local in state.threads)

    def writer_waits(self, state: State, reader: Local) -> bool:
        """Whether a writer may be waiting for the lock that ``reader`` wants."""
        return any(
            other is not reader
            and other.kind == kinds.RMW
            and bool(other.value)
            and other.lock is not None
            and not other.lock.shared
            and other.address == reader.address
            for other in state.threads
        )

    def _free(self, state: State, thread: int, local: Local) -> State | None:
        if not local.address:
            return self._moved(state, thread, local, 0)
        trouble = None if local.scope else self._trouble(state, thread, local)
        if trouble is not None:
            return trouble
        if self.buffered:
            return self._buffered(state, thread, local, True, -1)
        return self._moved(state, thread, local, 0, self.lives.freed(state.memory, local.life, local.address))

    def _leave(self, state: State, thread: int, local: Local) -> State | None:
        if not local.ends:
            return self._moved(state, thread, local, 0)
        if state.buffers[thread]:
            return self._buffered(state, thread, local, False, local.mark)
        grace = _closed(state.threads, state.grace, thread, local.mark, local.section)
        return self._moved(state, thread, local, 0, grace=grace)

    def _sync(self, state: State, thread: int, local: Local) -> State | None:
        for index, (waiter, readers) in enumerate(state.grace):
            if waiter == thread:
                if readers:
                    return None
                return self._moved(state, thread, local, 0, grace=(*state.grace[:index], *state.grace[index + 1 :]))
        if self.locals.reads.inside(local, local.mark):
            return None
        inside = []
        for number, other in enumerate(state.threads):
            if number != thread:
                ends = [entry.section for entry in state.buffers[number] if entry.mark == local.mark]
                ends += self.locals.reads.inside(other, local.mark)
                if ends:
                    inside.append((number, tuple(sorted(ends))))
        if not inside:
            return self._moved(state, thread, local, 0)
        return state._replace(grace=tuple(sorted((*state.grace, (thread, tuple(inside))))))

    def _spawn(self, state: State, thread: int, local: Local) -> State:
        number = len(state.threads)
        child = self.locals.start(number, local)
        if child not in local.children:
            local.children.append(child)
        memory = self._published(self._published(state.memory, local), child)
        after = self._moved(state, thread, local, number, memory)
        return State(after.memory, (*after.threads, child), (*after.buffers, ()), after.grace)

    def _join(self, state: State, thread: int, local: Local) -> State | None:
        target = local.value
        assert isinstance(target, int)
        if target == EVERY:
            others = (n for n in range(1, len(state.threads)) if n != thread)
            if any(state.threads[n].kind != kinds.ENDED or state.buffers[n] for n in others):
                return None
            return self._moved(state, thread, local, 0)
        if target >= len(state.threads):
            stuck = self.locals.stuck(local, f"join of thread {target}, which has not been started")
            return state._replace(threads=_replaced(state.threads, thread, stuck))
        other, how = state.threads[target], local.point.instruction
        if how.waits and (other.kind != kinds.ENDED or state.buffers[target]):
            return None
        if not how.once:
            return self._moved(state, thread, local, other.value)
        joined = self.slots.other("joined", target)
        if state.memory.get(joined):
            return self._wrong(state, thread, local, "undefined", JOINED_BEFORE)
        return self._moved(state, thread, local, other.value if how.waits else 0, state.memory.put(joined, 1))

    # What the steps have in common.

    def _moved(
        self,
        state: State,
        thread: int,
        local: Local,
        value: Value,
        memory: Memory | None = None,
        buffers: tuple[Buffer, ...] | None = None,
        grace: Grace | None = None,
    ) -> State:
        after = local.moves.get(value)
        if after is None:
            after = self.locals.after(local, value)
        if memory is None:
            memory = state.memory
        if after.kind == kinds.ENDED:
            memory = self._published(memory, after)
        threads = state.threads
        return State(
            memory,
            (*threads[:thread], after, *threads[thread + 1 :]),
            state.buffers if buffers is None else buffers,
            state.grace if grace is None else grace,
        )

    def _buffered(self, state: State, thread: int, local: Local, frees: bool, mark: int) -> State | None:
        buffer = state.buffers[thread]
        if len(buffer) >= LONGEST_BUFFER:
            self.cut = f"more than {LONGEST_BUFFER} stores in a store buffer at {local.place}"
            return None
        values = () if frees or local.kind == kinds.LEAVE else _parts(local.value, local.slots)
        slots = local.slots if values else ()
        lock = local.lock if local.kind == kinds.STORE and local.lock is not None and not local.lock.resets else None
        entry = Entry(slots, values, local.life, frees, mark, local.section, self._place(local), lock)
        memory = self._published(state.memory, local)
        return self._moved(state, thread, local, 0, memory, _replaced(state.buffers, thread, (*buffer, entry)))

    def _look(self, state: State, thread: int, local: Local) -> Value | None:
        """What ``local`` reads; None while a store in the buffer covers it in part (x86 waits until it has drained)."""
        slots = local.slots
        if self.buffered:
            for entry in reversed(state.buffers[thread]):
                if entry.slots == slots:
                    return joined(entry.values)
                if any(slot in entry.slots for slot in slots):
                    if all(slot in entry.slots for slot in slots):
                        return joined(tuple(entry.values[entry.slots.index(slot)] for slot in slots))
                    return None
        memory = state.memory
        return memory.get(slots[0]) if len(slots) == 1 else joined(tuple(map(memory.get, slots)))

    def _trouble(self, state: State, thread: int, local: Local) -> State | None:
        """The state after an access to an object that may not be accessed; None when it may.

        A buffered store or free looks in its own buffer only: whether it comes too late shows when it reaches memory.
        """
        if local.guard >= 0 and not state.memory.get(local.guard):
            reason = f"access to {self.objects.space.name(local.address)} through a pointer that was taken apart"
            return state._replace(threads=_replaced(state.threads, thread, self.locals.stuck(local, reason)))
        if local.life < 0:
            return None
        if local.kind in (kinds.FREE, kinds.STORE):
            late = self.buffered and not local.full
            dead = any(entry.frees and entry.life == local.life for entry in state.buffers[thread])
            dead = dead or (not late and bool(state.memory.get(local.life)))
            if not dead or self.lives.goes_on(local.life, local.kind == kinds.FREE):
                return None
        elif not self.lives.poisoned(state.memory, state.buffers[thread], local):
            return None
        which, message = self._dead(local.address, local.kind == kinds.FREE, local.kind in (kinds.STORE, kinds.RMW))
        return self._wrong(state, thread, local, which, message)

    def _dead(self, address: int, frees: bool, write: bool = True) -> tuple[str, str]:
        if frees:
            return "double-free", f"{self.objects.space.name(address)} is freed a second time"
        return after_its_end(self.objects.space, address, write)

    def _uninitialised(self, state: State, thread: int, local: Local) -> State:
        message = uninitialised(self.objects.space, local.address)
        return self._wrong(state, thread, local, "uninitialised", message)

    def _undefined_condition(self, state: State, thread: int, local: Local) -> State:
        return self._wrong(state, thread, local, "uninitialised", "a condition rests on an undefined value")

    def _wrong(self, state: State, thread: int, local: Local, which: str, message: str) -> State:
        wrong = self.locals.wrong(local, which, message, local.place, local.stack)
        return state._replace(threads=_replaced(state.threads, thread, wrong))

    def _published(self, memory: Memory, local: Local) -> Memory:
        cells, bases = local.publish
        for base in bases:
            memory = memory.put(self.slots.other("published", base), 1)
            if local.kind == kinds.ENDED or base in local.own.dead:
                memory = memory.put(self.slots.life(base), 1)
        for address, (size, value) in cells:
            slots = self.slots.cell(address, size)
            for slot, part in zip(slots, _parts(value, slots), strict=True):
                memory = memory.put(slot, part)
        return memory

    def _place(self, local: Local) -> int:
        place = (local.address, local.place, local.stack)
        found = self._place_numbers.get(place)
        if found is None:
            found = self._place_numbers[place] = len(self._places)
            self._places.append(place)
        return found


def ways(local: Local) -> int:
    """How many outcomes the next step of ``local`` has, if it can be taken."""
    if local.kind == kinds.CHOOSE:
        assert isinstance(local.value, int)
        return local.value
    if local.kind == kinds.RMW and local.queues and not local.own.queued:
        return 2
    return int(local.kind < kinds.ENDED)


def looked_at(local: Local) -> int:
    """How many of them are gone through."""
    found = ways(local)
    return found if found <= MOST_WAYS else SOME


def _replaced(items: tuple[Item, ...], index: int, item: Item) -> tuple[Item, ...]:
    return (*items[:index], item, *items[index + 1 :])


def _parts(value: Value, slots: tuple[int, ...]) -> tuple[Value, ...]:
    size = len(slots)
    return (value,) if size == 1 else tuple(byte_of(size, value, index) for index in range(size))


def joined(parts: tuple[Value, ...]) -> Value:
    """The value that ``parts``, one for each slot of an access, make up."""
    return parts[0] if len(parts) == 1 else join_bytes(list(parts))


def _closed(threads: tuple[Local, ...], grace: Grace, thread: int, mark: int, section: int) -> Grace:
    """``grace`` after read-side section number ``section`` of kind ``mark`` in ``thread`` has ended.

    Of two ends with one number the first belongs to the older section: ends leave a buffer in order.
    """
    found = []
    for waiter, readers in grace:
        if threads[waiter].mark == mark:
            left = ((reader, _less(ends, section) if reader == thread else ends) for reader, ends in readers)
            readers = tuple((reader, ends) for reader, ends in left if ends)
        found.append((waiter, readers))
    return tuple(found)


def _less(numbers: tuple[int, ...], number: int) -> tuple[int, ...]:
    """``numbers`` without one ``number``, if it is there."""
    if number not in numbers:
        return numbers
    at = numbers.index(number)
    return (*numbers[:at], *numbers[at + 1 :])
