"""Locks that a thread gives back without holding them so, ends with, or frees: literals that say so.

What a thread holds follows from its own lock operations, in program order, whatever the memory model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modelcheck.program import holding
from modelcheck.program.expr import Undefined
from modelcheck.program.graph import Event, Held
from modelcheck.program.ir import LockUse
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding, Finding
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO, YES
from modelcheck.solve.sections import ended


def misused_locks(encoding: Encoding, coherence: Coherence) -> list[Finding]:
    """Every finding about what threads hold, but for what they assert."""
    found = list(_reset(encoding, coherence))
    for thread in range(len(encoding.graph.threads)):
        events, uses = _operations(encoding, thread)
        one = _Thread(encoding, thread, uses)
        found += one.findings([event for event in events if event.kind == "free"])
        found += one.overwritten(events)
    return found


def unfounded(encoding: Encoding) -> list[Finding]:
    """Warnings where a thread asserts of a lock what is not so (lockdep_assert_held() and the like)."""
    found: list[Finding] = []
    for thread in range(len(encoding.graph.threads)):
        asserting = [
            (event, tag)
            for event in encoding.graph.events
            if event.thread == thread and event.kind == "R" and (tag := holding.assertion(event.tags)) is not None
        ]
        if asserting:
            _, uses = _operations(encoding, thread)
            found += _Thread(encoding, thread, uses).unfounded(asserting)
    return found


def _operations(encoding: Encoding, thread: int) -> tuple[list[Event], list[Event]]:
    """The writes and frees of a thread, and those of them that do something to locks, in program order."""
    events = [
        event
        for event in encoding.graph.events
        if event.thread == thread and event.kind in ("W", "free") and encoding.executed[event.id] != NO
    ]
    events.sort(key=lambda event: event.position)
    locks = [event for event in events if event.lock is not None or event.unlock]
    uses = [event for event in locks if event.kind == "W" and not (event.lock is not None and event.lock.resets)]
    if any(event.lock is None for event in uses):
        # No kind is said: whatever the thread changes in one step is taken to be a lock.
        uses = [event for event in events if event.kind == "W" and (event.unlock or event.rmw is not None)]
    return events, uses


def _reset(encoding: Encoding, coherence: Coherence) -> Iterator[Finding]:
    """Locks that are initialised or destroyed while some thread holds them; and words that nobody holds as his own,
    while the write before that in coherence order says that they are in use.
    """
    circuit = encoding.circuit
    threads: list[_Thread] = []
    for event in encoding.graph.events:
        if event.lock is None or not event.lock.resets or event.kind != "W" or encoding.executed[event.id] == NO:
            continue
        ways: list[int] = []
        if event.lock.owned:
            numbers = range(len(encoding.graph.threads))
            threads = threads or [_Thread(encoding, number, _operations(encoding, number)[1]) for number in numbers]
            ways += [thread.holds_before(event, coherence) for thread in threads]
        for place, here in encoding.at[event.id].items():
            if event.lock.owned and not _operated(encoding, coherence, place):
                continue
            ways += [circuit.all_of((here, held)) for held in _held_before(encoding, coherence, event, place)]
        literal = circuit.all_of((encoding.executed[event.id], circuit.any_of(ways)))
        if literal != NO:
            where = event.source, event.stack, event.thread, event.position
            yield Finding(literal, "lock-misuse", holding.reset(event.lock), *where)


def _held_before(encoding: Encoding, coherence: Coherence, event: Event, place: Place) -> Iterator[int]:
    """For each write of what is not 0 to ``place``: the literal that it is the last before ``event``."""
    circuit = encoding.circuit
    start = (encoding.initial[place],) if place in encoding.initial else ()
    writes = [write for write in (*start, *coherence.shared.get(place, ())) if write != event.id]
    rested = [w for w in coherence.resting.get(place, ()) if encoding.events[w].position < event.position]
    for write in (*writes, *rested) if event.final else writes:
        held = _in_use(encoding, write, place)
        if held == NO:
            continue
        position = encoding.events[write].position if write in rested else -1
        later = [
            circuit.all_of((encoding.executed[w], encoding.at[w][place]))
            for w in rested
            if event.final and encoding.events[w].position > position
        ]
        if write in rested:
            yield circuit.all_of((held, encoding.executed[write], encoding.at[write][place], *(-one for one in later)))
            continue
        for other in writes:
            behind = coherence.before(write, other)
            later.append(behind if event.final else circuit.all_of((behind, coherence.before(other, event.id))))
        here = encoding.executed[write], encoding.at[write][place]
        before = circuit.all_of(here) if event.final else coherence.before(write, event.id)
        yield circuit.all_of((held, before, *(-one for one in later)))


def _operated(encoding: Encoding, coherence: Coherence, place: Place) -> bool:
    """Whether a read-modify-write may change ``place`` that is nobody's taking of a lock."""
    writes = (*coherence.shared.get(place, ()), *coherence.resting.get(place, ()))
    changes = (event for event in map(encoding.events.__getitem__, writes) if event.rmw is not None)
    return place in encoding.graph.operated or any(event.lock is None for event in changes)


def _in_use(encoding: Encoding, write: int, place: Place) -> int:
    """The literal that ``write``, no mere assignment, leaves what is not idle (`modelcheck.program.holding.idle`)."""
    event = encoding.events[write]
    operates = event.rmw is not None or event.lock is not None or event.unlock
    value = event.value
    if not (place in encoding.graph.operated if event.thread == -1 else operates) or value is None:
        return NO
    gone = value.kind == "const" and value.data == holding.GONE
    return NO if gone else encoding.valuation.not_zero(value)


class _Thread:
    """What one thread holds; ``uses`` are its lock operations in program order."""

    def __init__(self, encoding: Encoding, thread: int, uses: Sequence[Event]) -> None:
        self.encoding = encoding
        self.circuit = encoding.circuit
        self.thread = thread
        self.uses = uses
        self.held = encoding.graph.held if thread == 0 else ()

    def findings(self, frees: Sequence[Event]) -> Iterator[Finding]:
        for index, event in enumerate(self.uses):
            if event.unlock or (event.lock is not None and event.lock.act != "take"):
                depth = self._depth(index, event, _shared(event))
                misused = self.circuit.all_of((self.encoding.executed[event.id], -depth))
                yield from self._finding(misused, holding.not_held(event.lock), event)
        if self.uses or self.held:
            yield from self._at_end()
            yield from self._freed(frees)

    def holds_before(self, reset: Event, coherence: Coherence) -> int:
        """The literal that the thread holds the lock of ``reset`` by what it did before that in coherence order."""
        return self.circuit.any_of(
            [
                self._depth_of([(use, self._reset_after(use, reset, coherence)) for use in self.uses], reset, shared)
                for shared in (False, True)
            ]
        )

    def _reset_after(self, use: Event, reset: Event, coherence: Coherence) -> int:
        if use.final and (not reset.final or use.position > reset.position):
            return NO
        return self._hits(use, reset) if reset.final else coherence.before(use.id, reset.id)

    def overwritten(self, events: Sequence[Event]) -> Iterator[Finding]:
        """Plain stores to locks that the thread holds."""
        uses = [use for use in self.uses if use.lock is not None]
        words = {place for use in uses for place in self.encoding.at[use.id]} | {one.address for one in self.held}
        for store in events:
            if not _plain(store) or len(uses) < len(self.uses) or words.isdisjoint(self.encoding.at[store.id]):
                continue
            until = next((i for i, use in enumerate(self.uses) if use.position > store.position), len(self.uses))
            held = self.circuit.any_of([self._depth(until, store, shared) for shared in (False, True)])
            kinds = sorted({lock.kind for lock in (*(u.lock for u in uses), *(h.lock for h in self.held)) if lock})
            literal = self.circuit.all_of((self.encoding.executed[store.id], held))
            yield from self._finding(literal, holding.overwrites(LockUse("take", False, " or ".join(kinds))), store)

    def unfounded(self, asserting: Sequence[tuple[Event, str]]) -> Iterator[Finding]:
        for event, tag in asserting:
            executed = self.encoding.executed[event.id]
            if executed == NO:
                continue
            until = next((i for i, use in enumerate(self.uses) if use.position > event.position), len(self.uses))
            modes = {"Held-write": (False,), "Held-read": (True,)}.get(tag, (False, True))
            held = self.circuit.any_of([self._depth(until, event, shared) for shared in modes])
            literal = self.circuit.all_of((executed, held if tag == "Held-not" else -held))
            if literal != NO:
                where = event.source, event.stack, event.thread, event.position
                yield Finding(literal, "warning", holding.ASSERTIONS[tag], *where)

    def _at_end(self) -> Iterator[Finding]:
        over = ended(self.encoding, self.thread)
        for index, event in enumerate(self.uses):
            if event.lock is not None and event.lock.act != "give" and holding.counts(event.lock, self.thread):
                literal = self.circuit.all_of((over, self._kept(index, event, len(self.uses))))
                if literal != NO:
                    message = holding.still_held(event.lock)
                    yield Finding(literal, "lock-misuse", message, event.source, event.stack, self.thread)
        for one in self.held:
            if holding.counts(one.lock, self.thread):
                literal = self.circuit.all_of((over, self._kept_from_start(one, len(self.uses))))
                if literal != NO:
                    message = holding.still_held(one.lock)
                    yield Finding(literal, "lock-misuse", message, one.source, one.stack, self.thread)

    def _freed(self, frees: Sequence[Event]) -> Iterator[Finding]:
        """Objects that are freed with a lock in them that the thread holds."""
        for free in frees:
            assert free.address is not None
            until = next((i for i, event in enumerate(self.uses) if event.position > free.position), len(self.uses))
            for address, chosen in self.encoding.valuation.values(free.address).items():
                thing = None if isinstance(address, Undefined) else self.encoding.space.find(address)
                if thing is None or thing.base != address or thing.kind != "heap":
                    continue
                now = self.circuit.all_of((self.encoding.executed[free.id], chosen))
                for index, event in enumerate(self.uses[:until]):
                    if event.lock is None or event.lock.act == "give":
                        continue
                    inside = [
                        literal
                        for place, literal in self.encoding.at[event.id].items()
                        if thing.base <= place < thing.base + thing.size
                    ]
                    held = (now, self.circuit.any_of(inside), self._kept(index, event, until)) if inside else (NO,)
                    yield from self._finding(self.circuit.all_of(held), holding.freed(event.lock), free)
                for one in self.held:
                    if thing.base <= one.address < thing.base + thing.size:
                        literal = self.circuit.all_of((now, self._kept_from_start(one, until)))
                        yield from self._finding(literal, holding.freed(one.lock), free)

    def _kept(self, index: int, take: Event, until: int) -> int:
        """The literal that ``take``, number ``index``, is the last of its lock, and not given back before ``until``."""
        here = self.encoding.executed[take.id]
        again = [
            self._hits(later, take)
            for later in self.uses[index + 1 : until]
            if later.lock is not None and later.lock.act != "give" and _taken(later) == _taken(take)
        ]
        depth = self._depth(until, take, _taken(take))
        return self.circuit.all_of((here, depth, *(-literal for literal in again)))

    def _kept_from_start(self, one: Held, until: int) -> int:
        """The literal that a lock that was held at the start is not given back before ``until``."""
        kept = [YES]
        for event in self.uses[:until]:
            if event.lock is not None and event.lock.act != "take" and _shared(event) == one.lock.shared:
                hit = self.circuit.all_of((self.encoding.executed[event.id], self._at(event, one.address)))
                kept.append(-hit)
        return self.circuit.all_of(kept)

    def _depth(self, until: int, event: Event, shared: bool) -> int:
        """The literal that before lock operation ``until`` the lock of ``event`` is held, as a reader or not."""
        return self._depth_of([(use, self._hits(use, event)) for use in self.uses[:until]], event, shared)

    def _depth_of(self, hits: Sequence[tuple[Event, int]], event: Event, shared: bool) -> int:
        """The literal that the lock of ``event`` is held after ``hits``: lock operations, in program order, with the
        literal that each counts."""
        # depth[d] says that it is held more than d times; a writer once at most.
        depth: list[int] = []
        for one in self.held:
            if one.lock.shared == shared:
                depth = self._more(depth, self._at(event, one.address), shared)
        for earlier, hit in hits:
            if hit == NO:
                continue
            if _gives(earlier, shared):
                pairs = zip(depth, [*depth[1:], NO], strict=False)
                depth = [self.circuit.if_else(hit, more, now) for now, more in pairs]
            if _takes(earlier, shared):
                depth = self._more(depth, hit, shared)
        return depth[0] if depth else NO

    def _more(self, depth: list[int], hit: int, shared: bool) -> list[int]:
        if not shared:
            return [self.circuit.any_of((hit, *depth))]
        pairs = zip([YES, *depth], [*depth, NO], strict=True)
        return [self.circuit.if_else(hit, less, now) for less, now in pairs]

    def _hits(self, one: Event, other: Event) -> int:
        """The literal that ``one`` is executed, at the lock of ``other``."""
        return self.circuit.all_of((self.encoding.executed[one.id], self.encoding.same_place(one.id, other.id)))

    def _at(self, event: Event, address: int) -> int:
        return self.encoding.at[event.id].get(address, NO)

    def _finding(self, literal: int, message: str, event: Event) -> Iterator[Finding]:
        if literal != NO:
            where = event.source, event.stack, event.thread, event.position
            yield Finding(literal, "lock-misuse", message, *where)


def _plain(event: Event) -> bool:
    """Whether it writes as any assignment does, and is no lock operation."""
    operation = event.unlock or event.lock is not None or event.rmw is not None
    return event.kind == "W" and not event.tags and not operation


def _shared(event: Event) -> bool:
    """Whether it gives back what is held as a reader."""
    return event.lock is not None and event.lock.shared and event.lock.act == "give"


def _taken(event: Event) -> bool:
    """Whether it leaves the lock held as a reader."""
    return event.lock is not None and (event.lock.shared or event.lock.act == "downgrade")


def _takes(event: Event, shared: bool) -> bool:
    use = _use(event)
    return use.act != "give" and (use.shared or use.act == "downgrade") == shared


def _gives(event: Event, shared: bool) -> bool:
    use = _use(event)
    return use.act != "take" and (use.shared and use.act == "give") == shared


def _use(event: Event) -> LockUse:
    return event.lock or LockUse("give" if event.unlock else "take", False, "")
