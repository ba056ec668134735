"""Jobs that ask for verdicts, on whichever workers: what is wrong with the input, or the cluster, is raised here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Sequence
from typing import TypeVar

from modelcheck.errors import InputError
from modelcheck.run import ClusterError, Event, Workers, run_jobs

J = TypeVar("J")
R = TypeVar("R")


def work(
    call: Callable[[J], R],
    jobs: Sequence[J],
    workers: Workers,
    timeouts: Sequence[float | None] = (),
    groups: Sequence[Hashable] = (),
) -> Generator[Event[R]]:
    """Run ``call`` on each of ``jobs``.

    Args:
        call, jobs, groups: as of `run_jobs`.
        workers: who does it.
        timeouts: seconds within which each job ends by itself; one that does not is broken off a little later.

    Raises `InputError` that a job raises, and where a cluster cannot be reached.
    """
    try:
        yield from run_jobs(call, jobs, workers, timeouts, (InputError,), groups)
    except ClusterError as error:
        raise InputError(str(error)) from None
