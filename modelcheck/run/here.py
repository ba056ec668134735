"""Jobs one after another in this process: for profilers and debuggers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

from modelcheck.run.event import Done, Event, Started

J = TypeVar("J")
R = TypeVar("R")


def run_here(call: Callable[[J], R], jobs: Sequence[J]) -> Generator[Event[R]]:
    """Run ``call`` on each of ``jobs``; what it raises is raised."""
    for number, job in enumerate(jobs):
        yield Started(number)
        yield Done(number, call(job))
