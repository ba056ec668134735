"""The failing core of an execution: the few events on which it turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

from modelcheck.cat import Model, load_model
from modelcheck.minimise.prefix import prefix, restricted
from modelcheck.program.ir import Source
from modelcheck.program.places import within_thread
from modelcheck.solve.result import ExecutedEvent, Execution
from modelcheck.trace.candidate import candidate, modelled
from modelcheck.trace.failing import ENDS

LARGEST: Final = 60
"""Events that a core may have."""

_ENTER = frozenset({"Rcu-lock", "Srcu-lock"})
_LEAVE = frozenset({"Rcu-unlock", "Srcu-unlock"})


@frozen
class Core:
    """Part of an execution.

    Attributes:
        execution: the part.
        weak: it has a cycle that SC forbids.
        race: it ends in a data race.
        ends: locations whose last value is part of the failure.
    """

    execution: Execution
    weak: bool = False
    race: bool = False
    ends: frozenset[int] = frozenset()


def cores(
    execution: Execution, which: str, source: Source | None, stack: tuple[Source, ...], model: Model
) -> Iterator[Core]:
    """Cores of a failing execution, smallest first.

    Of one that SC forbids, the events of a cycle that it forbids; of another one, the accesses of the locations that
    the failing read, and the last read of another thread's write before it, are about. Fences between the events of
    a thread belong to it, and at first other accesses there that order; then come the locks around them, then
    everything else that touches the locations.

    Args:
        execution: the whole.
        which, source, stack: the property that fails, and where.
        model: that allows it, for the race that it shows.
    """
    if which == "race":
        for roots in _race(execution, source, stack, model):
            for kept in _widened(execution, roots):
                yield Core(restricted(execution, kept), race=True)
        return
    about = [_locations(execution, source, stack)]
    if which in ENDS:
        # What else it may be about is for a use that litmus tests have no word for.
        about.insert(0, _used(execution, source, stack))
    execution = _before(execution, source, stack)
    weak = load_model("sc").check(candidate(execution))
    if not weak.consistent:
        number = modelled(execution)
        for violation in weak.violations:
            roots = {number[n] for step in violation.cycle for n in (step.source, step.target)}
            roots = {n for n in roots if execution.events[n].thread >= 0}
            for kept in _widened(execution, roots | set(_barriers(execution, roots)), roots):
                yield Core(restricted(execution, kept), weak=True)
        return
    for places, ends in about:
        roots = {e.id for e in execution.events if e.address in places and e.thread >= 0 and not e.final}
        for kept in _widened(execution, roots) if roots else ():
            yield Core(restricted(execution, kept), ends=ends)


def _widened(execution: Execution, *first: set[int]) -> Iterator[set[int]]:
    """Each of ``first`` with what makes whole steps of it; then the last one with more and more of what is around."""
    roots = first[-1]
    events = execution.events
    places = {events[n].address for n in roots}
    threads = {events[n].thread for n in roots}
    near = {e.id for e in events if e.address in places and e.thread in threads and not e.final}
    seen: list[set[int]] = []
    for several in (*first, _with_locks(execution, roots), near, _with_locks(execution, near)):
        kept = _whole(execution, several)
        if kept not in seen and len(kept) <= LARGEST:
            seen.append(kept)
            yield kept


def _whole(execution: Execution, roots: set[int]) -> set[int]:
    """``roots`` closed: both halves of a read-modify-write, the unlock of a lock, fences between two events of a
    thread, whole read-side sections, the writes that are read unless they can be taken for the start, and initial
    writes."""
    events = execution.events
    halves = {a: b for pair in execution.rmw for a, b in (pair, pair[::-1])}
    kept = set(roots)
    while True:
        before = len(kept)
        kept |= {halves[n] for n in kept if n in halves}
        kept |= set(_unlocks(execution, kept))
        kept |= set(_between(execution, kept))
        kept |= set(_sources(execution, kept))
        if len(kept) == before:
            break
    touched = {events[n].address for n in kept}
    return kept | {e.id for e in events if e.thread < 0 and e.address in touched}


def _thread(execution: Execution, thread: int) -> list[ExecutedEvent]:
    return sorted((e for e in execution.events if e.thread == thread and not e.final), key=lambda e: (e.position, e.id))


def _unlocks(execution: Execution, kept: set[int]) -> Iterator[int]:
    """The unlock behind a lock operation that is kept, and the lock operation before an unlock that is."""
    for thread in range(len(execution.threads)):
        held: dict[int | None, int] = {}
        for event in _thread(execution, thread):
            if "LKW" in event.tags:
                held[event.address] = event.id
            elif "UL" in event.tags:
                lock = held.pop(event.address, None)
                if event.id in kept and lock is not None:
                    yield lock
                elif lock in kept:
                    yield event.id


def _between(execution: Execution, kept: set[int]) -> Iterator[int]:
    for thread in range(len(execution.threads)):
        several = _thread(execution, thread)
        indexes = [i for i, e in enumerate(several) if e.id in kept]
        if not indexes:
            continue
        open_: list[int] = []
        for index, event in enumerate(several):
            inside = indexes[0] < index < indexes[-1]
            if event.tags & _ENTER:
                open_.append(index)
            elif event.tags & _LEAVE:
                start = open_.pop() if open_ else index
                if any(start < i < index for i in indexes) or inside or event.id in kept:
                    yield several[start].id
                    yield event.id
            elif event.kind == "F" and inside:
                yield event.id


def _barriers(execution: Execution, kept: set[int]) -> Iterator[int]:
    """Accesses that order others, between two events of their thread that are kept; locks are none of them."""
    for thread in range(len(execution.threads)):
        several = _thread(execution, thread)
        indexes = [i for i, e in enumerate(several) if e.id in kept]
        if indexes:
            for event in several[indexes[0] : indexes[-1]]:
                if event.tags & {"MB", "ACQUIRE", "RELEASE"}:
                    yield event.id


def _sources(execution: Execution, kept: set[int]) -> Iterator[int]:
    """The writes that reads in ``kept`` read from, where the initial state cannot stand for them."""
    events = execution.events
    order = set(execution.co)
    reads: dict[int | None, list[tuple[int, int]]] = {}
    for write, read in execution.rf:
        if read in kept and write not in kept:
            reads.setdefault(events[read].address, []).append((write, read))
    for address, pairs in reads.items():
        several = {write for write, _ in pairs}
        writes = {e.id for e in events if e.id in kept and e.address == address and e.kind in ("W", "poison")}
        first = len(several) == 1 and all((write, other) in order for write in several for other in writes)
        if not first:
            yield from (write for write in several if events[write].thread >= 0)


def _with_locks(execution: Execution, kept: set[int]) -> set[int]:
    """``kept`` and the lock operations of the sections that they lie in, of locks that several threads of them take."""
    found: dict[int | None, dict[int, set[int]]] = {}
    for thread in {execution.events[n].thread for n in kept}:
        held: dict[int | None, list[int]] = {}
        for event in _thread(execution, thread):
            if "LKW" in event.tags:
                held[event.address] = [event.id]
            elif event.id in kept:
                for address, inside in held.items():
                    if address != event.address:
                        found.setdefault(address, {}).setdefault(thread, set()).add(inside[0])
            if "UL" in event.tags:
                held.pop(event.address, None)
    shared = [locks for locks in found.values() if len(locks) > 1]
    return kept.union(*(several for locks in shared for several in locks.values()))


# ---------------------------------------------------------------- where it fails


def _ending(execution: Execution, source: Source | None, stack: tuple[Source, ...]) -> ExecutedEvent | None:
    """The last event before the failure: the last one at its place, or else within the same call of its function."""
    told = sorted((e for e in execution.events if e.thread >= 0), key=lambda e: e.order)
    if source is None:
        return None
    here = [e for e in told if (e.source, e.stack) == (source, stack)]
    there = [e for e in told if e.stack == stack and e.source.function == source.function]
    way = within_thread(source, stack)
    around = [e for e in told if within_thread(e.source, e.stack)[:1] == way[:1]] if len(way) > 1 else []
    last = next((several[-1] for several in (here, there, around) if several), told[-1] if told else None)
    if last is None:
        return None
    # A check comes behind the reads that it rests on, of which calls within its line may have made some.
    behind = [e for e in told if e.thread == last.thread and e.final == last.final and e.position >= last.position]
    return max(behind, key=lambda e: e.position) if not last.final else last


def _before(execution: Execution, source: Source | None, stack: tuple[Source, ...]) -> Execution:
    """What comes before a failure inside a thread, which goes no further, and every free; all if it fails at rest."""
    ending = _ending(execution, source, stack)
    if ending is None or ending.final or any(e.final for e in execution.events):
        return execution
    frees = [(e.thread, e.position) for e in execution.events if e.kind == "poison"]
    return prefix(execution, [(ending.thread, ending.position), *frees])


def _used(
    execution: Execution, source: Source | None, stack: tuple[Source, ...]
) -> tuple[frozenset[int], frozenset[int]]:
    """The location that is used at the place after its end, and with a write there its last value."""
    events = execution.events
    late = {b for a, b in (*execution.rf, *execution.co) if events[a].kind == "poison"}
    here = [e for e in events if e.id in late and (e.source, e.stack) == (source, stack) and e.kind in ("R", "W")]
    used = min(here, key=lambda e: e.order, default=None)
    if used is None or used.address is None:
        return frozenset(), frozenset()
    places = frozenset({used.address})
    return places, places if used.kind == "W" else frozenset()


def _locations(
    execution: Execution, source: Source | None, stack: tuple[Source, ...]
) -> tuple[frozenset[int], frozenset[int]]:
    """The locations that a failure is about, and those of them whose last value is."""
    ending = _ending(execution, source, stack)
    if ending is None:
        return frozenset(), frozenset()
    events = execution.events
    own = [e for e in events if e.thread == ending.thread and e.final == ending.final and e.position <= ending.position]
    reads = sorted((e for e in own if e.kind == "R"), key=lambda e: e.position)
    origin = {r: events[w] for w, r in execution.rf}
    if ending.final:
        of_threads = [e for e in reads if e.id in origin and origin[e.id].thread >= 0 and not origin[e.id].final]
        last = {e.address for e in of_threads[-1:] if e.address is not None}
        return frozenset(last), frozenset(last)
    if any(e.final for e in events):  # it fails at rest: what was written last
        last = {ending.address} if ending.address is not None else set()
        return frozenset(last), frozenset(last)
    met = [e for e in reads if e.id in origin and 0 <= origin[e.id].thread != e.thread and not _lock(e)]
    turning = {e.id for e in (*[e for e in reads if not _lock(e)][-1:], *met[-1:])}
    while more := {r for r, e in execution.addr if e in turning} - turning:
        turning |= more
    return frozenset(a for n in turning if (a := events[n].address) is not None), frozenset()


def _lock(event: ExecutedEvent) -> bool:
    return bool(event.tags & {"LKR", "LKW", "UL", "LF"})


def _race(execution: Execution, source: Source | None, stack: tuple[Source, ...], model: Model) -> Iterable[set[int]]:
    """The accesses that race, those at the place first."""
    number = modelled(execution)
    racing = [{number[a], number[b]} for a, b in model.flags(candidate(execution)).get("data-race", ())]

    def elsewhere(pair: set[int]) -> bool:
        return not any((e.source, e.stack) == (source, stack) for e in (execution.events[n] for n in pair))

    return sorted(racing, key=lambda pair: (elsewhere(pair), sorted(pair)))
