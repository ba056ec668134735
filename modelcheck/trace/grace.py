"""Grace periods in the order in which an execution is told: none ends while a section goes on that it waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from attrs import frozen

from modelcheck.solve.result import ExecutedEvent, Execution, Pair

LAST: Final = 1 << 30
"""Positions from here on are those of ends that are added to sections which a thread stops in."""


@frozen
class Wait:
    """A grace period and a read-side section of another thread, by their events.

    Attributes:
        sync: where the grace period ends.
        begin: what its thread does before: right after that it may begin. None: nothing.
        lock, unlock: where the section begins and ends; None: it does not end.
    """

    sync: int
    begin: int | None
    lock: int
    unlock: int | None

    def orders(self) -> Iterator[Pair]:
        """What may be added to an order, the first where that is possible: the section ends before the grace period
        does, or begins after it, or at least after it has begun."""
        if self.unlock is not None:
            yield self.unlock, self.sync
        yield self.sync, self.lock
        if self.begin is not None:
            yield self.begin, self.lock


def waits(execution: Execution, threads: Iterable[Sequence[int]]) -> Iterator[Wait]:
    """Each grace period with each section that it may have to wait for; ``threads`` as of `program_order`."""
    events = execution.events
    # An end that is added to a section in which its thread stops is none.
    several = [[events[number] for number in own if events[number].position < LAST] for own in threads]
    sections = [section for own in several for section in (*_rcu(own), *_srcu(own))]
    for own in several:
        for index, event in enumerate(own):
            if event.tags.isdisjoint({"Sync-rcu", "Sync-srcu"}):
                continue
            begin = own[index - 1].id if index else None
            for lock, unlock in sections:
                same = ("Sync-srcu" in event.tags) == ("Srcu-lock" in lock.tags)
                if same and lock.thread != event.thread and (lock.kind == "F" or lock.address == event.address):
                    yield Wait(event.id, begin, lock.id, None if unlock is None else unlock.id)


def add_waits(several: Iterable[Wait], add: Callable[[Iterable[Pair]], list[Pair]]) -> None:
    """Add to an order, by `Closure.add`, what grace periods demand."""
    for wait in several:
        for edge in wait.orders():
            if not add((edge,)):
                break


def _rcu(own: Sequence[ExecutedEvent]) -> Iterator[tuple[ExecutedEvent, ExecutedEvent | None]]:
    """The outermost sections of a thread."""
    depth, outermost = 0, None
    for event in own:
        if "Rcu-lock" in event.tags:
            outermost = outermost if depth else event
            depth += 1
        elif "Rcu-unlock" in event.tags and depth:
            depth -= 1
            if not depth and outermost is not None:
                yield outermost, event
    if depth and outermost is not None:
        yield outermost, None


def _srcu(own: Sequence[ExecutedEvent]) -> Iterator[tuple[ExecutedEvent, ExecutedEvent | None]]:
    """Each section of a thread, up to where it gives back what it was given."""
    for index, event in enumerate(own):
        if "Srcu-lock" in event.tags:
            ends = (
                e
                for e in own[index:]
                if "Srcu-unlock" in e.tags and (e.address, e.value) == (event.address, event.value)
            )
            yield event, next(ends, None)
