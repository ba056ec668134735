"""Jobs on the workers of a Dask scheduler: a worker that is lost loses no job, others do its work again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import chdir, closing
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

        def submitted(wanted: Sequence[int]) -> dict[Any, int]:
            return {client.submit(_alone, call, jobs[n], passed, here, pure=False): n for n in wanted}

        futures = submitted(range(len(jobs)))
        yield from map(Started, futures.values())
        suspects = []
        with closing(_ended(client, distributed, futures)) as several:
            for ended in several:
                if ended is not None and _killed(*ended[1:]):
                    suspects.append(ended[0])
                else:
                    yield Idle() if ended is None else _event(*ended)
        # Who waits behind a job that kills its worker is suspected with it: each of them is asked once more, alone.
        for number in suspects:
            with closing(_ended(client, distributed, submitted([number]))) as alone:
                for ended in alone:
                    yield Idle() if ended is None else _event(*ended)


def _ended(client: Any, distributed: Any, numbers: dict[Any, int]) -> Generator[tuple[int, Any, str] | None]:
    """The futures that end, with their numbers and how they end; None where nothing happens for a moment.

    Those that have not ended when the iterator is closed are cancelled.
    """
    pending = set(numbers)
    try:
        while pending:
            try:
                with client.as_current():
                    ended = distributed.wait(pending, timeout=_IDLE_SECONDS, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                yield None
                continue
            for future in sorted(ended, key=numbers.__getitem__):
                status = future.status
                if status in ("pending", "lost"):  # its result was lost with a worker, and it is done again
                    continue
                pending.discard(future)
                yield numbers[future], future, status
                future.release()
    finally:
        client.cancel(list(pending))


def _killed(future: Any, status: str) -> bool:
    """Whether it was on workers that were lost, more often than Dask allows."""
    return status == "error" and type(future.exception()).__name__ == "KilledWorker"


def _event(number: int, future: Any, status: str) -> Done[Any] | Lost:
    """What became of a job. Raises the exception that it passes on."""
    if status == "finished":
        event = heard(number, future.result())
        if isinstance(event, Exception):
            raise event
        return event
    if status == "error":
        what = "it was given to workers that were lost, again and again (out of memory?)"
        return Lost(number, what if _killed(future, status) else f"the cluster says: {future.exception()}")
    return Lost(number, "the cluster has gone")


_one_at_a_time = threading.Lock()


def _alone(call: Callable[[Any], Any], job: Any, passed: tuple[type[Exception], ...], folder: Path) -> Attempt:
    """A worker may have several threads, and be anywhere; jobs expect a process of their own, where they were made."""
    with _one_at_a_time:
        if not folder.is_dir():
            return "lost", (f"a worker of the cluster does not see the folder {folder}", "")
        with chdir(folder):
            return attempt(call, job, passed)
