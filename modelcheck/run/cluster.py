"""Jobs on the workers of a Dask scheduler: a worker that is lost loses no job, others do its work again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import chdir
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar

from modelcheck.run.attempt import Attempt, attempt, heard
from modelcheck.run.event import Done, Event, Idle, Lost, Started
from modelcheck.run.unreachable import ClusterError

J = TypeVar("J")
R = TypeVar("R")

_IDLE_SECONDS: Final = 0.25
_PATIENCE: Final = 10.0
"""Seconds to wait for the scheduler to answer, and for a first worker of it."""


def run_cluster(
    call: Callable[[J], R], jobs: Sequence[J], address: str, passed: tuple[type[Exception], ...] = ()
) -> Generator[Event[R]]:
    """Run ``call`` on each of ``jobs`` on the workers of the Dask scheduler at ``address``.

    Args:
        call: a function at the top of a module that the workers have; jobs and results must pickle. It is called in
            the folder that this process is in, which the workers must have.
        passed: exceptions of ``call`` that are raised here, which ends all jobs; any other loses its job.

    Gives events as they happen, each job `Started` (given to the scheduler) and then `Done` or `Lost` once. When the
    iterator is closed, what has not ended is cancelled. Raises `ClusterError` where there is no such scheduler.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise ClusterError("a cluster needs the package 'distributed': pip install 'modelcheck[cluster]'") from None
    try:
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address}: {str(error).splitlines()[0]}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise ClusterError(f"the Dask scheduler at {address} has no workers") from None
        here = Path.cwd()
        numbers = {client.submit(_alone, call, job, passed, here, pure=False): n for n, job in enumerate(jobs)}
        yield from map(Started, numbers.values())
        pending = set(numbers)
        try:
            while pending:
                try:
                    with client.as_current():
                        ended = distributed.wait(pending, timeout=_IDLE_SECONDS, return_when="FIRST_COMPLETED").done
                except TimeoutError:
                    yield Idle()
                    continue
                for future in sorted(ended, key=numbers.__getitem__):
                    pending.discard(future)
                    event = _event(numbers[future], future)
                    if isinstance(event, Exception):
                        raise event
                    yield event
                    future.release()
        finally:
            client.cancel(list(pending))


def _event(number: int, future: Any) -> Done[Any] | Lost | Exception:
    if future.status == "finished":
        return heard(number, future.result())
    if future.status == "error":
        error = future.exception()
        what = "it was given to workers that were lost, again and again (out of memory?)"
        return Lost(number, what if type(error).__name__ == "KilledWorker" else f"the cluster says: {error}")
    return Lost(number, "the cluster has gone")


_one_at_a_time = threading.Lock()


def _alone(call: Callable[[Any], Any], job: Any, passed: tuple[type[Exception], ...], folder: Path) -> Attempt:
    """A worker may have several threads, and be anywhere; jobs expect a process of their own, where they were made."""
    with _one_at_a_time:
        if not folder.is_dir():
            return "lost", (f"a worker of the cluster does not see the folder {folder}", "")
        with chdir(folder):
            return attempt(call, job, passed)
