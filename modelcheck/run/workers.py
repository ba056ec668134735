"""Where jobs run: in this process, on processes of this machine, or on a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Hashable, Sequence
from typing import TypeVar

from attrs import frozen

from modelcheck.run.event import Event
from modelcheck.run.here import run_here
from modelcheck.run.pool import run_pool
from modelcheck.run.unreachable import ClusterError

__all__ = ["ClusterError", "Workers", "cores", "run_jobs"]

J = TypeVar("J")
R = TypeVar("R")


@frozen
class Workers:
    """Who does the work.

    Attributes:
        processes: how many; None: one for each core that this process may use; 0: this process itself.
        cluster: address of a Dask scheduler (``tcp://host:8786``) whose workers do it instead; None: this machine.
    """

    processes: int | None = None
    cluster: str | None = None


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_jobs(
    call: Callable[[J], R],
    jobs: Sequence[J],
    workers: Workers,
    limits: Sequence[float | None] = (),
    passed: tuple[type[Exception], ...] = (),
    groups: Sequence[Hashable] = (),
) -> Generator[Event[R]]:
    """Run ``call`` on each of ``jobs``; arguments and events as of `run_pool`.

    On a cluster jobs of a group may part. Raises `ClusterError` when it cannot
    be reached.
    """
    if workers.cluster is not None:
        from modelcheck.run.cluster import run_cluster

        return run_cluster(call, jobs, workers.cluster, passed, limits)
    if workers.processes == 0:
        return run_here(call, jobs, limits)
    return run_pool(call, jobs, workers.processes or cores(), limits, passed, groups)
