"""Litmus tests by brute force, for judging models alone: no loops, no unrolling, no solver.

Every thread is run on guesses of what its reads give; every choice of sources and coherence that fits the guesses is a
candidate. What it cannot read it refuses with `UnsupportedError`; values out of thin air it does not find.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from modelcheck.cat import Candidate, Model
from tests.models.litmus_run import BlockedError, Event, Thread, Trace
from tests.models.litmus_text import Litmus, UnsupportedError, Value, parse

__all__ = ["Litmus", "UnsupportedError", "candidates", "observe", "parse", "traces"]


def traces(test: Litmus, most: int = 20_000) -> list[list[Trace]]:
    """Every run of every thread, reads giving any value that some run writes there."""
    values: dict[str, set[Value]] = {name: {value} for name, value in test.initial.items()}
    result: list[list[Trace]] = []
    # A value is passed on by each write at most once, but for values out of thin air, which are not looked for.
    for _ in range(1 + sum(_writes(body) for body in test.threads)):
        result = [
            list(_runs(body, names, values, most)) for body, names in zip(test.threads, test.parameters, strict=True)
        ]
        before = sum(map(len, values.values()))
        for trace in itertools.chain.from_iterable(result):
            for event in trace.events:
                if event.kind == "W" and event.location is not None and event.value is not None:
                    values.setdefault(event.location, {0}).add(event.value)
        if sum(map(len, values.values())) == before:
            break
    return result


def _writes(statements: list[Any]) -> int:
    """At least the number of writes that a thread can do."""
    return str(statements).count("'call'") + str(statements).count("'='")


def _runs(body: list[Any], parameters: list[str], values: Mapping[str, set[Value]], most: int) -> Iterator[Trace]:
    pending: list[list[Value]] = [[]]
    count = 0
    while pending:
        script = pending.pop()
        used = 0

        def guess(location: str, script: list[Value] = script) -> Value:
            nonlocal used
            options = sorted(values.get(location, {0}), key=str)
            if used == len(script):
                for other in options[1:]:
                    pending.append([*script, other])
                script.append(options[0])
            used += 1
            return script[used - 1]

        thread = Thread(parameters, guess)
        count += 1
        if count > most:
            raise UnsupportedError("too many runs")
        try:
            thread.run(body)
        except BlockedError:
            continue
        yield Trace(thread.events, {name: value for name, (value, _) in thread.registers.items()})


def candidates(test: Litmus, most: int = 200_000) -> Iterator[tuple[Candidate, dict[str, Value]]]:
    """Every candidate of the test with its final state."""
    count = 0
    for combination in itertools.product(*traces(test, most)):
        count += 1
        if count > most:
            raise UnsupportedError("too many combinations")
        for candidate in _of(test, combination):
            count += 1
            if count > most:
                raise UnsupportedError("too many candidates")
            yield candidate


def _of(test: Litmus, combination: tuple[Trace, ...]) -> Iterator[tuple[Candidate, dict[str, Value]]]:
    """The candidates in which every thread runs as in ``combination``."""
    events = [Event("W", frozenset({"IW"}), name, value) for name, value in test.initial.items()]
    threads, offsets = [-1] * len(events), []
    for thread, trace in enumerate(combination):
        offsets.append(len(events))
        events += trace.events
        threads += [thread] * len(trace.events)
    writes: dict[str, list[int]] = {}
    halves: dict[int, int] = {}
    for number, event in enumerate(events):
        if event.kind == "W" and event.location is not None:
            writes.setdefault(event.location, []).append(number)
        if event.rmw is not None:
            halves[number] = offsets[threads[number]] + event.rmw
    sources: dict[int, list[int]] = {}
    for number, event in enumerate(events):
        if event.kind == "R":
            fit = [w for w in writes.get(event.location or "", []) if events[w].value == event.value]
            sources[number] = [w for w in fit if threads[w] != threads[number] or w < number]
            if not sources[number]:
                return
    orders = [list(_coherence(numbers, events, threads, halves)) for numbers in writes.values()]
    if not all(orders):
        return
    sets, fixed = _static(events, threads, offsets)
    registers = {f"{t}:{name}": value for t, trace in enumerate(combination) for name, value in trace.registers.items()}
    for coherence in itertools.product(*orders):
        co = [0] * len(events)
        state = dict(registers)
        before: dict[int, int] = {}
        for order in coherence:
            after = 0
            for number in reversed(order):
                co[number] = after
                after |= 1 << number
            before.update(zip(order[1:], order, strict=False))
            state[str(events[order[-1]].location)] = events[order[-1]].value or 0
        if not test.filter(state):
            continue
        chosen = {**sources, **{read: [before[write]] for write, read in halves.items()}}
        for choice in itertools.product(*chosen.values()):
            rf = [0] * len(events)
            for read, write in zip(chosen, choice, strict=True):
                rf[write] |= 1 << read
            yield Candidate(len(events), sets, {**fixed, "rf": tuple(rf), "co": tuple(co)}), state


def _static(
    events: list[Event], threads: list[int], offsets: list[int]
) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """The sets, and the relations other than rf and co."""
    size = len(events)
    relations = {
        name: [0] * size for name in ("po", "addr", "data", "ctrl", "rmw", "loc", "int", "ext", "values-differ")
    }
    sets: dict[str, int] = {}
    for a, event in enumerate(events):
        for name in (event.kind, *event.tags):
            sets[name] = sets.get(name, 0) | 1 << a
        for b in range(size):
            same = threads[a] == threads[b] >= 0
            relations["int" if same else "ext"][a] |= 1 << b
            if same and a < b:
                relations["po"][a] |= 1 << b
            if event.location is not None and event.location == events[b].location:
                relations["loc"][a] |= 1 << b
            if event.value is not None and events[b].value is not None and event.value != events[b].value:
                relations["values-differ"][a] |= 1 << b
        if threads[a] >= 0:
            offset = offsets[threads[a]]
            for name in ("addr", "data", "ctrl"):
                for read in getattr(event, name):
                    relations[name][offset + read] |= 1 << a
            if event.rmw is not None:
                relations["rmw"][offset + event.rmw] |= 1 << a
    return sets, {name: tuple(rows) for name, rows in relations.items()}


def _coherence(
    numbers: list[int], events: list[Event], threads: list[int], halves: Mapping[int, int]
) -> Iterator[list[int]]:
    """Orders of the writes of one location: the initial one first, each thread's own order kept, and a
    read-modify-write next to a write of the value that it read."""
    queues = [list(group) for _, group in itertools.groupby(numbers[1:], key=threads.__getitem__)]
    order = numbers[:1]

    def extend() -> Iterator[list[int]]:
        if len(order) == len(numbers):
            yield list(order)
        for queue in queues:
            if not queue or (queue[0] in halves and events[halves[queue[0]]].value != events[order[-1]].value):
                continue
            order.append(queue.pop(0))
            yield from extend()
            queue.insert(0, order.pop())

    return extend()


def observe(test: Litmus, model: Model, most: int = 200_000) -> tuple[str, int, int, set[str]]:
    """(Never, Sometimes or Always; executions that satisfy the condition; those that do not; flags raised)."""
    positive = negative = 0
    flags: set[str] = set()
    for candidate, state in candidates(test, most):
        if not model.check(candidate, 1).consistent:
            continue
        flags.update(model.flags(candidate))
        if test.condition(state):
            positive += 1
        else:
            negative += 1
    return ("Never" if not positive else "Sometimes" if negative else "Always"), positive, negative, flags
