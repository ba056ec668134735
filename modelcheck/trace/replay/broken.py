"""What is wrong with an execution of today's code: each property as its definition says, on concrete values.

The definitions are those at the top of `modelcheck.solve.properties`.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Final

from modelcheck.cat import Model
from modelcheck.program import holding
from modelcheck.program.graph import Blocked, Held
from modelcheck.program.ir import WATCHED, LockUse, MemoryObject
from modelcheck.program.machine import LEFT_OPEN, OUTSIDE
from modelcheck.program.places import told
from modelcheck.solve.racing import WATCHED_ACCESS, frees_race, unordered_free, watched_access
from modelcheck.solve.result import ExecutedEvent
from modelcheck.trace.candidate import candidate, modelled
from modelcheck.trace.replay.follow import LAST, Follower, Found, Step
from modelcheck.trace.replay.observed import Observed

_TAG_BITS: Final = 3
"""Low bits of a pointer that may hold a tag."""


def broken(follower: Follower, observed: Observed, model: Model, races: bool) -> Iterator[Found]:
    """Every property that the execution breaks, with the place; ``races``: data races too."""
    yield from follower.found
    yield from _freed_twice(follower)
    yield from _late_writes(observed)
    if frees_race(model):
        yield from _unordered_frees(observed, model)
    yield from _concurrent(observed, model)
    yield from _misused_locks(follower, observed)
    yield from _sections(follower, observed)
    yield from _deadlock(follower, observed)
    yield from _leaks(follower, observed)
    if races:
        yield from _races(observed, model)


def _freed_twice(follower: Follower) -> Iterator[Found]:
    for base, frees in follower.freed.items():
        thing = follower.space.find(base)
        assert thing is not None
        for after, step in sorted(frees, key=lambda f: -1 if f[1].event is None else f[1].event.id)[1:]:
            message = f"{thing.name} is freed twice"
            yield Found("double-free", message, step.source, step.stack, step.thread, after, step.final)


def _late_writes(observed: Observed) -> Iterator[Found]:
    events = observed.execution.events
    for one, other in observed.execution.co:
        late = events[other]
        if events[one].kind == "poison" and late.kind == "W":
            scope = observed.execution.scope_left(events[one])
            message = f"write to {late.name} after {'its scope was left' if scope else 'it was freed'}"
            which = "use-after-scope" if scope else "use-after-free"
            yield Found(which, message, late.source, late.stack, late.thread, -1)


def _misused_locks(follower: Follower, observed: Observed) -> Iterator[Found]:
    for thread in range(len(follower.graph.threads)):
        ways = (follower.ways[thread], *((follower.rest,) if thread == 0 and follower.rest is not None else ()))
        held = follower.graph.held if thread == 0 else ()
        for step in (step for way in ways for step in way.done):
            if step.kind not in ("R", "W", "free", "poison") or step.address is None or step.event is None:
                continue
            if step.kind == "R":
                tag = holding.assertion(step.event.tags)
                if tag is not None and not holding.asserted(held, tag, step.address):
                    yield Found("warning", holding.ASSERTIONS[tag], step.source, step.stack, thread, -1, step.final)
                continue
            if step.kind != "W":
                thing = follower.space.find(step.address)
                lock = None if thing is None else holding.within(held, thing.base, thing.size)
                if lock is not None:
                    message = holding.freed(lock.lock)
                    yield Found("lock-misuse", message, step.source, step.stack, thread, -1, step.final)
                continue
            use = step.event.lock
            if use is None and (step.event.unlock or follower.graph.events[step.event.id].rmw is not None):
                use = LockUse("give" if step.event.unlock else "take", False, "")
            if use is None:
                if (lost := holding.overwritten(held, step.event, step.address)) is not None:
                    message = holding.overwrites(lost.lock)
                    yield Found("lock-misuse", message, step.source, step.stack, thread, -1, step.final)
                continue
            if use.resets and _in_use(follower, observed, step, use):
                yield Found("lock-misuse", holding.reset(use), step.source, step.stack, thread, -1, step.final)
            after = holding.changed(held, use, step.address, step.source, step.stack)
            if after is None:
                message = holding.not_held(step.event.lock)
                yield Found("lock-misuse", message, step.source, step.stack, step.thread, -1)
            elif step.event.lock is not None or any(e.unlock and e.lock is None for e in follower.graph.events):
                held = after
        left = next((one for one in held if one.lock.kind and holding.counts(one.lock, thread)), None)
        if left is not None and _ended(follower, thread):
            yield Found("lock-misuse", holding.still_held(left.lock), left.source, left.stack, thread, -1)


def _in_use(follower: Follower, observed: Observed, step: Step, reset: LockUse) -> bool:
    """Whether what ``step`` initialises or destroys is held, or what an operation on its word says is in use."""
    earlier = _earlier(observed, step)
    threads = range(len(follower.graph.threads)) if reset.owned else range(0)
    if any(holding.holds(_held(follower, observed, thread, earlier), step.address or 0) for thread in threads):
        return True
    last = next(
        (n for n in earlier if n not in {one for one, other in observed.execution.co if other in earlier}), None
    )
    if last is None:
        return False
    events, graph = observed.execution.events, follower.graph
    changed = {other for _, other in observed.execution.rmw}
    taking = {observed.number(event.id) for event in graph.events if event.lock is not None}
    operated = step.address in graph.operated or any(n in earlier and n not in taking for n in changed)
    assigned = last not in changed and last not in taking and events[last].thread >= 0
    value = events[last].value
    return operated and not assigned and value is not None and not holding.idle(value)


def _earlier(observed: Observed, step: Step) -> set[int]:
    """The writes that come before that of ``step`` to its cell."""
    events = observed.execution.events
    number = observed.number(step.event.id) if step.event is not None else None
    if number is not None and not step.final:
        return {one for one, other in observed.execution.co if other == number}
    cell = [e for e in events if e.kind in ("W", "poison") and e.address == step.address]
    return {e.id for e in cell if not e.final or e.position < step.position}


def _held(follower: Follower, observed: Observed, thread: int, within: Container[int]) -> tuple[Held, ...]:
    """The locks that ``thread`` holds after those of its writes that are ``within``."""
    held = follower.graph.held if thread == 0 else ()
    ways = (follower.ways[thread], *((follower.rest,) if thread == 0 and follower.rest is not None else ()))
    for one in (one for way in ways for one in way.done):
        lock = None if one.event is None or observed.number(one.event.id) not in within else one.event.lock
        if one.kind == "W" and one.address is not None and lock is not None:
            after = holding.changed(held, lock, one.address, one.source, one.stack)
            held = held if after is None else after
    return held


def _sections(follower: Follower, observed: Observed) -> Iterator[Found]:
    events = observed.execution.events
    switching = {observed.number(e.id): e.lock.kind for e in follower.graph.events if e.lock is not None}
    for thread in range(len(follower.graph.threads)):
        own = [e for e in events if e.thread == thread and e.position < LAST]
        kinds: list[str | None] = []
        first: ExecutedEvent | None = None
        for event in own:
            kind = switching.get(event.id)
            if "Rcu-lock" in event.tags:
                kinds.append(kind)
                first = event if kind is None and first is None else first
            elif "Rcu-unlock" in event.tags:
                if kind is None and None not in kinds:
                    yield Found("lock-misuse", OUTSIDE, event.source, event.stack, thread, -1)
                left = kind if kind in kinds else kinds[-1] if kinds else None
                if kinds:
                    del kinds[len(kinds) - 1 - kinds[::-1].index(left)]
        if None in kinds and first is not None and _ended(follower, thread):
            yield Found("lock-misuse", LEFT_OPEN, first.source, first.stack, thread, -1)
        for lock in _open_srcu(follower, observed, thread):
            if _ended(follower, thread):
                yield Found("lock-misuse", LEFT_OPEN, lock.source, lock.stack, thread, -1)


def _open_srcu(follower: Follower, observed: Observed, thread: int) -> list[ExecutedEvent]:
    """Locks of SRCU that the thread has not ended, and nobody else may."""
    events = observed.execution.events
    own = {observed.number(e.id) for e in follower.graph.events if e.own}
    early = {observed.number(e.id) for e in follower.graph.events if e.early}
    mine = [e for e in events if e.thread == thread and e.position < LAST]
    locks = [e for e in mine if "Srcu-lock" in e.tags]
    given = [(events[one], events[other]) for one, other in observed.execution.data if events[other].position < LAST]
    shown = [(lock, end) for lock, end in given if "Srcu-lock" in lock.tags and "Srcu-unlock" in end.tags]
    ended = {lock.id for lock, end in shown if lock.address == end.address}
    # A cookie that is stored may come back from there: to anybody, or to its own thread.
    stored = {one.id for one, other in given if "Srcu-unlock" not in other.tags} | (early - own)
    kept = [e for e in locks if e.id in stored and e.id in own and e.id not in ended]
    unseen = [e for e in mine if e.id in own and "Srcu-unlock" in e.tags and e.id not in {end.id for _, end in shown}]
    return [e for e in locks if e.id not in ended | stored] + kept[: max(len(kept) - len(unseen), 0)]


def _ended(follower: Follower, thread: int) -> bool:
    """Whether a thread has run to its end; the first one also through what runs at rest."""
    stopped = any(
        found.thread == thread for found in follower.found if found.property not in ("double-free", "warning")
    )
    if stopped or follower.ways[thread].broken:
        return False
    return follower.holds(follower.graph.completed[thread])


def _not_started(follower: Follower, thread: int) -> bool:
    started = follower.graph.started
    return bool(started) and not follower.holds(started[thread])


# ---------------------------------------------------------------- at the end


def _last(observed: Observed, idle: Container[int] = ()) -> Mapping[int, ExecutedEvent]:
    """The coherence-last write of each cell that was accessed while threads ran, of those not in ``idle``."""
    events = observed.execution.events
    followed = {one for one, other in observed.execution.co if other not in idle}
    return {
        e.address: e
        for e in events
        if e.address is not None
        and e.kind in ("W", "poison")
        and not e.final
        and e.id not in followed
        and e.id not in idle
    }


def _deadlock(follower: Follower, observed: Observed) -> Iterator[Found]:
    events = observed.execution.events
    sources = {read: write for write, read in observed.execution.rf}
    blocked_ones = follower.blocked()
    # What a thread puts back on each round of its waiting changes nothing.
    idle = {n for blocked in blocked_ones for write in blocked.writes if (n := observed.number(write)) is not None}
    halves = {write: read for read, write in observed.execution.rmw}
    last = _last(observed, idle)

    def reads_last(read: int) -> bool:
        write = sources[read]
        while write in idle:
            write = sources[halves[write]]
        return last[_place(events[read])].id == write

    waits: dict[int, Blocked] = {}
    for blocked in sorted(blocked_ones, key=lambda blocked: blocked.behind):
        if blocked.free or (blocked.grace is not None and not _read_side(follower, observed, blocked)):
            continue
        if blocked.behind and not any(_holds_off(follower, other, blocked) for other in waits.values()):
            continue
        reads = [observed.number(read) for read in blocked.reads]
        if all(n is not None and (events[n].final or reads_last(n)) for n in reads):
            waits.setdefault(blocked.thread, blocked)
    threads = range(len(follower.graph.threads))
    resting = all(t in waits or _ended(follower, t) or _not_started(follower, t) for t in threads)
    if waits and resting and not follower.holds(follower.graph.quits):
        names = follower.graph.threads
        message = "; ".join(f"{names[b.thread]} {b.what} at {told(b.source, b.stack)}" for b in waits.values())
        first = next(iter(waits.values()))
        yield Found("deadlock", message, first.source, first.stack, first.thread, -1)


def _holds_off(follower: Follower, writer: Blocked, reader: Blocked) -> bool:
    """Whether ``writer`` waits for the lock that ``reader`` waits for behind a writer."""
    if writer.lock is None or writer.lock.shared or writer.address is None or reader.address is None:
        return False
    value = follower.concrete.value
    return writer.thread != reader.thread and value(writer.address) == value(reader.address)


def _place(event: ExecutedEvent) -> int:
    assert event.address is not None
    return event.address


def _read_side(follower: Follower, observed: Observed, blocked: Blocked) -> bool:
    """Whether a thread has left a read-side section open that a grace period waits for."""
    grace = follower.concrete.value(blocked.grace) if blocked.grace is not None else 0
    for thread in range(len(follower.graph.threads)):
        if grace == 0:
            tags = [e.tags for e in observed.execution.events if e.thread == thread and e.position < LAST]
            if sum("Rcu-lock" in t for t in tags) > sum("Rcu-unlock" in t for t in tags):
                return True
        elif any(lock.address == grace for lock in _open_srcu(follower, observed, thread)):
            return True
    return False


def _leaks(follower: Follower, observed: Observed) -> Iterator[Found]:
    """Objects that nothing leads to at rest, when every thread has ended."""
    if not all(_ended(follower, t) or _not_started(follower, t) for t in range(len(follower.graph.threads))):
        return
    for thing, unit in _Rest(follower, observed).lost():
        made = next((a for a in follower.graph.allocations if a.object.base == thing.base), None)
        message = f"{follower.space.owner(unit)} is still allocated at rest, and nothing leads to it"
        last = [e for e in observed.execution.events if e.address is not None and e.kind == "W" and e.thread >= 0]
        place = made or max(last, key=lambda e: e.order, default=None)
        if place is not None:
            yield Found("leak", message, place.source, place.stack, place.thread, -1, True)
        elif thing.made is not None:
            yield Found("leak", message, *thing.made, 0, -1, True)
        elif follower.graph.entry is not None:
            yield Found("leak", message, follower.graph.entry, (), 0, -1, True)


class _Rest:
    """Memory when everything has ended."""

    def __init__(self, follower: Follower, observed: Observed) -> None:
        self.follower = follower
        self.cells = {place: (e.size, e.value) for place, e in _last(observed).items()}
        for event in observed.execution.events:
            if event.final and event.kind in ("W", "poison") and event.address is not None:
                self.cells[event.address] = (event.size, event.value)
        self.given = follower.graph.freed | set(follower.freed)
        made = {a.object.base for a in follower.graph.allocations}
        self.made = {a.object.base for a in follower.graph.allocations if follower.holds(a.guard)}
        self.absent = made - self.made

    def lost(self) -> list[tuple[MemoryObject, int]]:
        reached: set[int] = set()
        todo = [unit for thing, unit in self._units() if thing.kind == "global" and not thing.units]
        reached.update(todo)
        while todo:
            for value in self._held(todo.pop()):
                unit = self._unit(value & ~_TAG_BITS)
                if unit is not None and unit not in reached:
                    reached.add(unit)
                    todo.append(unit)
        return [(thing, unit) for thing, unit in self._units() if unit not in reached and self._in_use(thing, unit)]

    def _units(self) -> Iterator[tuple[MemoryObject, int]]:
        for thing in self.follower.space:
            if thing.kind != "function" and thing.base not in self.absent:
                step = thing.units or max(thing.size, 1)
                for unit in range(thing.base, thing.base + max(thing.size, 1), step):
                    yield thing, unit

    def _unit(self, address: int) -> int | None:
        thing = self.follower.space.find(address)
        if thing is None or thing.kind == "function" or thing.base in self.absent:
            return None
        return thing.base + (address - thing.base) // thing.units * thing.units if thing.units else thing.base

    def _held(self, unit: int) -> Iterator[int]:
        """Values that an object holds; one that was given back holds none, but for what was written after that."""
        thing = self.follower.space.find(unit)
        assert thing is not None
        size = thing.units or max(thing.size, 1)
        gone = thing.kind == "heap" and thing.base in self.given
        for place, (width, value) in self.cells.items():
            if unit <= place < unit + size and width == 8 and isinstance(value, int) and value:
                yield value
        if not gone:
            for place, value in self.follower.memory.within(unit, size):
                if place not in self.cells:
                    yield value

    def _in_use(self, thing: MemoryObject, unit: int) -> bool:
        if not thing.units:
            return thing.kind == "heap" and thing.base not in self.given
        for leaf in thing.layout.leaves if thing.layout else ():
            name = leaf.path.replace(".counter", "").rpartition(".")[2]
            place = thing.base + leaf.offset
            if unit <= place < unit + thing.units and name in ("_count", "_refcount"):
                value = self.cells[place][1] if place in self.cells else self.follower.memory[place, leaf.size]
                return value != 0
        return False


def _unordered_frees(observed: Observed, model: Model) -> Iterator[Found]:
    """Accesses that race with the end of the object's life."""
    numbers = modelled(observed.execution)
    for one, other in model.flags(candidate(observed.execution)).get("data-race", ()):
        access, end = (observed.execution.events[numbers[n]] for n in (one, other))
        if end.kind == "poison" != access.kind:
            scope = observed.execution.scope_left(end)
            message = unordered_free(access.kind, access.name, end.source, end.stack, scope)
            which = "use-after-scope" if scope else "use-after-free"
            yield Found(which, message, access.source, access.stack, access.thread, -1)


def _concurrent(observed: Observed, model: Model) -> Iterator[Found]:
    """Accesses that are concurrent with what is watched."""
    if WATCHED_ACCESS not in model.flag_names or all(e.tags.isdisjoint(WATCHED) for e in observed.execution.events):
        return
    numbers = modelled(observed.execution)
    for one, other in model.flags(candidate(observed.execution)).get(WATCHED_ACCESS, ()):
        watched, access = (observed.execution.events[numbers[n]] for n in (one, other))
        message = watched_access(watched.name, access.kind, access.source, access.stack)
        yield Found("warning", message, watched.source, watched.stack, watched.thread, -1)


def _races(observed: Observed, model: Model) -> Iterator[Found]:
    numbers = modelled(observed.execution)
    names = observed.execution.threads
    for one, other in model.flags(candidate(observed.execution)).get("data-race", ()):
        both = [observed.execution.events[numbers[n]] for n in (one, other)]
        places = " and ".join(f"{names[e.thread]} at {told(e.source, e.stack)}" for e in both)
        message = f"data race on {both[0].name}: {places}"
        yield Found("race", message, both[1].source, both[1].stack, both[1].thread, -1)
