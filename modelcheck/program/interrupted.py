"""Whether an execution needs an access to come in between those of an atomic section by SV-COMP's rules.

Sections exclude one another by a lock; what is outside of any may come in between, so that there are more executions
than there should be. One is right where its sections can be told each at once: where its steps, with those of a section
taken as one, stand in an order that agrees with the order in each thread, and with who reads and overwrites what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Final, Protocol

from modelcheck.program.expr import Value
from modelcheck.program.ir import Program

WORD: Final = "__mc_atomic_word"
"""The lock of all sections, in our C library."""

REASON: Final = "a failure was found in which an access outside of any comes in between those of an atomic section"


class Told(Protocol):
    """One event of an execution, as `modelcheck.solve.result.ExecutedEvent` has it."""

    @property
    def thread(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def address(self) -> int | None: ...
    @property
    def value(self) -> Value | None: ...


def word(program: Program) -> int | None:
    """The address of the lock of sections; None where ``program`` has none."""
    return next((thing.base for thing in program.objects if thing.name == WORD), None)


def interrupted(
    events: Mapping[int, Told], rf: Iterable[tuple[int, int]], co: Iterable[tuple[int, int]], lock: int
) -> bool:
    """Whether the sections of an execution, its events by number, cannot each be told at once.

    ``rf`` and ``co`` are as in `modelcheck.solve.result.Execution`, ``lock`` as `word` gives it.
    """
    node: dict[int, tuple[int, int]] = {}
    edges: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    for thread in {event.thread for event in events.values() if event.thread >= 0}:
        own = sorted((e.position, n) for n, e in events.items() if e.thread == thread)
        node.update(_steps(thread, [n for _, n in own], events, lock))
        edges.update((node[one], node[other]) for (_, one), (_, other) in pairwise(own))
    from_, before = list(rf), list(co)
    later: dict[int, list[int]] = {}
    for one, other in before:
        later.setdefault(one, []).append(other)
    overwritten = [(reading, write) for source, reading in from_ for write in later.get(source, ())]
    edges.update((node[a], node[b]) for a, b in (*from_, *before, *overwritten) if a in node and b in node)
    order: TopologicalSorter[tuple[int, int]] = TopologicalSorter()
    for one_step, next_step in edges:
        if one_step != next_step:
            order.add(next_step, one_step)
    try:
        order.prepare()
    except CycleError:
        return True
    return False


def _steps(thread: int, own: Sequence[int], events: Mapping[int, Told], lock: int) -> dict[int, tuple[int, int]]:
    """The step that each event of a thread belongs to: its own, or that of the section around it."""
    found: dict[int, tuple[int, int]] = {}
    inside: int | None = None
    for number in own:
        event = events[number]
        locks = event.kind == "W" and event.address == lock
        if locks and event.value != 0:
            inside = number
        found[number] = (thread, number if inside is None else inside)
        if locks and event.value == 0:
            inside = None
    return found
