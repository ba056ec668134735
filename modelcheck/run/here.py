"""Jobs one after another in this process: for profilers and debuggers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

from modelcheck.run.alarm import OutOfTime, alarm
from modelcheck.run.attempt import given_up, politely
from modelcheck.run.event import Done, Event, Lost, Started
from modelcheck.run.room import make_room

J = TypeVar("J")
R = TypeVar("R")


def run_here(call: Callable[[J], R], jobs: Sequence[J], limits: Sequence[float | None] = ()) -> Generator[Event[R]]:
    """Run ``call`` on each of ``jobs``; what it raises is raised, but for what says that a job is too large.

    ``limits``: seconds after which a job is broken off, by number; None or missing: never. One that is in a call into C
    then ends when that does.
    """
    make_room()
    for number, job in enumerate(jobs):
        yield Started(number)
        limit = limits[number] if number < len(limits) else None
        try:
            with alarm(None if limit is None else politely(limit)):
                value = call(job)
        except (OutOfTime, RecursionError, MemoryError) as error:
            error.__traceback__ = None
            yield Lost(number, given_up(error))
        else:
            yield Done(number, value)
