"""The step at which a trace fails, and the part of its execution that comes before that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from attrs import evolve

from modelcheck.program.expr import Undefined
from modelcheck.program.ir import Source
from modelcheck.program.places import within_thread
from modelcheck.solve.result import ExecutedEvent, Execution, Pair
from modelcheck.trace.steps import tell
from modelcheck.trace.trace import Trace

Point = tuple[int, int]
"""A thread, and a position in its program order."""

WHOLE: Final = frozenset({"leak", "deadlock"})
"""Properties that are about all of an execution."""


ENDS: Final = ("use-after-free", "use-after-scope")
"""Properties about what is used after its end."""


AT_THE_END = "where its thread ends"
"""So ends what is said of a lock or section that was taken at the place named and is kept: all its thread counts."""


def failing_threads(trace: Trace) -> set[int]:
    """The threads that run what fails: mostly one; none when that is not known."""
    if trace.source is None:
        return set()
    root = _root_of(trace.source, trace.stack)
    return {e.thread for e in trace.execution.events if _root(e) == root}


def failing(trace: Trace) -> tuple[int, ...]:
    """The events that the failure is made of, the one that fails last.

    Of a use after free these are the free and the use, of a race the two accesses; else it is the event at which its
    thread fails, or behind which it does: it goes no further. None for what fails at rest, or is about the whole.
    """
    events = trace.execution.events
    if trace.property in WHOLE or trace.source is None or trace.message.endswith(AT_THE_END):
        return ()
    if trace.property == "race":
        return _racing(trace)
    here = [e for e in events if e.thread >= 0 and (e.source, e.stack) == (trace.source, trace.stack)]
    here.sort(key=lambda e: e.order)
    if any(e.final for e in here):
        return ()
    if trace.property in ENDS:
        ended = {b: a for a, b in (*trace.execution.co, *trace.execution.rf) if events[a].kind == "poison"}
        used = next((e.id for e in here if e.id in ended and e.kind != "poison"), None)
        return () if used is None else tuple(n for n in (ended[used], used) if events[n].thread >= 0)
    wrong: Callable[[ExecutedEvent], bool]
    match trace.property:
        case "uninitialised":
            wrong = _unwritten(trace)
        case "double-free":
            wrong = _freeing
        case "lock-misuse":
            wrong = _unlocking
        case _:
            return _last(trace)
    return next(((e.id,) for e in reversed(here) if wrong(e)), ())


def at_once(trace: Trace, number: int) -> bool:
    """Whether what fails is event ``number`` itself, and not a check that comes behind it."""
    event = trace.execution.events[number]
    accesses = (*ENDS, "uninitialised", "double-free", "lock-misuse", "race")
    return trace.property in accesses and (event.source, event.stack) == (trace.source, trace.stack)


def leading(trace: Trace) -> Execution:
    """The part of the execution that ends with the failure.

    It holds what is told before the failing step, and with every event those before it in its thread, the write that it
    reads from and the other half of a read-modify-write: what is left out could as well not have happened yet. Events
    keep their numbers; those left out are of no thread, and at rest. All where the failing step is not known.
    """
    execution = trace.execution
    ends = failing(trace)
    if not ends:
        return execution
    events = execution.events
    number = tell(execution, trace.model, ends[-1]).number
    if not all(end in number for end in ends):
        return execution
    last = number[ends[-1]]
    points = [(e.thread, e.position) for e in events if number.get(e.id, last + 1) <= last]
    kept = before(execution, [*points, *((events[end].thread, events[end].position) for end in ends)])
    if all(e.id in kept or e.thread < 0 for e in events):
        return execution
    parked = tuple(e if e.id in kept or e.thread < 0 else evolve(e, thread=-1, position=-1, final=True) for e in events)

    return execution.renumbered(parked, {e.id: e.id for e in parked if not e.final})


def before(execution: Execution, points: Iterable[Point]) -> set[int]:
    """The events of threads that come before ``points`` in any case, those at them included: each thread up to its
    point, and with every event the write that it reads from and the other half of a read-modify-write."""
    events = execution.events
    ends: dict[int, int] = {}
    sources = {read: write for write, read in execution.rf}
    halves = {a: b for pair in execution.rmw for a, b in (pair, pair[::-1])}
    threads: dict[int, list[ExecutedEvent]] = {}
    for event in events:
        if event.thread >= 0 and not event.final:
            threads.setdefault(event.thread, []).append(event)
    left = list(points)
    while left:
        thread, position = left.pop()
        reached = ends.get(thread, -1)
        if position <= reached:
            continue
        ends[thread] = position
        for event in threads.get(thread, ()):
            if reached < event.position <= position:
                for needed in (sources.get(event.id), halves.get(event.id)):
                    if needed is not None and events[needed].thread >= 0:
                        left.append((events[needed].thread, events[needed].position))
    return {e.id for t, several in threads.items() for e in several if e.position <= ends.get(t, -1)}


def _racing(trace: Trace) -> tuple[int, ...]:
    """The two accesses of the race that the trace is about."""
    events = trace.execution.events
    raised = [pair for flag in trace.judged.flags if flag.name == "data-race" for pair in flag.pairs]

    def elsewhere(pair: Pair) -> tuple[bool, int]:
        about = trace.source in {events[n].source for n in pair} and events[pair[0]].name in trace.message
        return not about, max(events[n].order for n in pair)

    pair = min(raised, key=elsewhere, default=())
    return tuple(sorted(pair, key=lambda n: events[n].order))


def _last(trace: Trace) -> tuple[int, ...]:
    """The last event of the thread that fails, which goes no further; none when it fails at rest."""
    events = trace.execution.events
    threads = failing_threads(trace)
    source, stack = trace.source, trace.stack
    assert source is not None
    if any(e.final and e.thread in threads and _root(e) == _root_of(source, stack) for e in events):
        return ()
    ends = {}
    for event in sorted((e for e in events if e.thread in threads and not e.final), key=lambda e: (e.position, e.id)):
        ends[event.thread] = event

    def near(event: ExecutedEvent) -> tuple[bool, bool, int]:
        return (event.source, event.stack) == (source, stack), event.stack == stack, event.order

    if not ends:
        return ()
    return (max(ends.values(), key=near).id,)


def _unwritten(trace: Trace) -> Callable[[ExecutedEvent], bool]:
    events = trace.execution.events
    blank = {
        read
        for write, read in trace.execution.rf
        if isinstance(events[write].value, Undefined) and events[write].kind != "poison"
    }
    return lambda event: event.id in blank


def _freeing(event: ExecutedEvent) -> bool:
    return event.kind == "poison"


def _unlocking(event: ExecutedEvent) -> bool:
    return event.kind == "W"


def _root(event: ExecutedEvent) -> tuple[str, str]:
    return _root_of(event.source, event.stack)


def _root_of(source: Source, stack: tuple[Source, ...]) -> tuple[str, str]:
    place = within_thread(source, stack)[0]
    return place.file, place.function
