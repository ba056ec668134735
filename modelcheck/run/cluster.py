"""Jobs on the workers of a Dask scheduler: a worker that is lost loses no job, others do its work again.

Jobs and answers travel as pickles, which whoever can reach the scheduler may replace by code: it is for networks whose
members trust each other, or for links that Dask's own settings (``distributed.comm.tls``) encrypt and authenticate.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import chdir, closing, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar

from modelcheck.run.attempt import Attempt, attempt, heard
from modelcheck.run.event import Done, Event, Idle, Lost, Started
from modelcheck.run.unreachable import ClusterError

J = TypeVar("J")
R = TypeVar("R")

_IDLE_SECONDS: Final = 0.25
_PATIENCE: Final = 60.0
"""Seconds to wait for the scheduler to answer, and for a first worker of it."""

_ALONE_SECONDS: Final = 60.0
"""So long a cluster may be without any worker, or without its scheduler, before its jobs are given up."""

_LATE_SECONDS: Final = 60.0
"""So long after the time limit of all jobs one of them must have ended."""


def run_cluster(
    call: Callable[[J], R],
    jobs: Sequence[J],
    address: str,
    passed: tuple[type[Exception], ...] = (),
    limits: Sequence[float | None] = (),
) -> Generator[Event[R]]:
    """Run ``call`` on each of ``jobs`` on the workers of the Dask scheduler at ``address``.

    Args:
        call: a function at the top of a module that the workers have; jobs and results must pickle. It is called in
            the folder that this process is in, which the workers must have.
        passed: exceptions of ``call`` that are raised here, which ends all jobs; any other loses its job.
        limits: seconds after which a job is broken off, by number; None or missing: never.

    Gives events as they happen, each job `Started` (given to the scheduler) and then `Done` or `Lost` once. When the
    iterator is closed, what has not ended is cancelled. Jobs of a cluster that has lost its scheduler, or all workers
    and gets no other, are `Lost`. Raises `ClusterError` where there is no such scheduler.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise ClusterError("a cluster needs the package 'distributed': pip install 'modelcheck[cluster]'") from None
    with _quiet():
        yield from _run(distributed, call, jobs, address, passed, limits)


@contextmanager
def _quiet() -> Generator[None]:
    """What Dask logs of a scheduler that goes is told in events."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _run(
    distributed: Any,
    call: Callable[[J], R],
    jobs: Sequence[J],
    address: str,
    passed: tuple[type[Exception], ...],
    limits: Sequence[float | None],
) -> Generator[Event[R]]:
    try:
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except AssertionError:
        # It gives its own loop ten seconds to start, and asserts that it has.
        raise ClusterError(f"no Dask scheduler answers at {address}: this machine is too busy to ask one") from None
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address}: {_first_line(error)}") from None
    try:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise ClusterError(f"the Dask scheduler at {address} has no workers") from None
        here = Path.cwd()
        limit = {n: limits[n] if n < len(limits) else None for n in range(len(jobs))}

        def submitted(wanted: Sequence[int]) -> _Asked:
            futures = {client.submit(_alone, call, jobs[n], passed, here, limit[n], pure=False): n for n in wanted}
            each = [limit[n] for n in wanted]
            return _Asked(
                client, distributed, futures, None if None in each else max((n or 0 for n in each), default=0)
            )

        asked = submitted(range(len(jobs)))
        yield from map(Started, asked.numbers.values())
        suspects = []
        with closing(asked.ended()) as several:
            for ended in several:
                if ended is not None and _killed(*ended[1:]):
                    suspects.append(ended[0])
                else:
                    yield Idle() if ended is None else _event(*ended)
        # Who waits behind a job that kills its worker is suspected with it: each of them is asked once more, alone.
        for number in suspects:
            with closing(submitted([number]).ended()) as alone:
                for ended in alone:
                    yield Idle() if ended is None else _event(*ended)
    finally:
        with suppress(OSError, TimeoutError):
            client.close(timeout=_IDLE_SECONDS if client.status != "running" else _PATIENCE)


class _Asked:
    """Futures of jobs, with their numbers; ``limit``: of the one that may take longest, None where one may for ever."""

    def __init__(self, client: Any, distributed: Any, numbers: dict[Any, int], limit: float | None) -> None:
        self.numbers = numbers
        self._client = client
        self._distributed = distributed
        self._limit = limit

    def ended(self) -> Generator[tuple[int, Any, str] | None]:
        """The futures that end, with their numbers and how they end; None where nothing happens for a moment.

        Those that have not ended when the iterator is closed are cancelled, or when nobody is there to do them, for
        which the second is a reason.
        """
        pending = set(self.numbers)
        alive = moved = time.monotonic()
        try:
            while pending:
                now = time.monotonic()
                reason = self._trouble()
                alive = alive if reason else now
                if reason and now - alive > _ALONE_SECONDS:
                    break
                if self._limit is not None and now - moved > self._limit + _LATE_SECONDS:
                    reason = "the time limit was reached"
                    break
                ended = self._wait(pending)
                if ended is None:
                    yield None
                    continue
                for future in sorted(ended, key=self.numbers.__getitem__):
                    status = future.status
                    if status in ("pending", "lost"):  # its result was lost with a worker, and it is done again
                        continue
                    pending.discard(future)
                    moved = time.monotonic()
                    yield self.numbers[future], future, status
                    future.release()
            for future in sorted(pending, key=self.numbers.__getitem__):
                yield self.numbers[future], reason, "given up"
        finally:
            if self._client.status == "running":
                with suppress(OSError, TimeoutError):
                    self._client.cancel(list(pending))

    def _wait(self, pending: set[Any]) -> set[Any] | None:
        """Those that have ended; None after a moment without."""
        try:
            with self._client.as_current():
                found: set[Any] = self._distributed.wait(
                    pending, timeout=_IDLE_SECONDS, return_when="FIRST_COMPLETED"
                ).done
                return found
        except TimeoutError:
            return None
        except (OSError, self._distributed.CancelledError):  # the scheduler has gone
            ended = {future for future in pending if future.status != "pending"}
            if not ended:
                time.sleep(_IDLE_SECONDS)
            return ended or None

    def _trouble(self) -> str:
        """Why no job can end now; empty: one can."""
        if self._client.status != "running":
            return "the cluster has gone"
        return "" if self._client.scheduler_info().get("workers") else "the cluster has no workers any more"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _killed(future: Any, status: str) -> bool:
    """Whether it was on workers that were lost, more often than Dask allows."""
    return status == "error" and type(future.exception()).__name__ == "KilledWorker"


def _event(number: int, future: Any, status: str) -> Done[Any] | Lost:
    """What became of a job. Raises the exception that it passes on."""
    if status == "finished":
        try:
            found = future.result(timeout=_ALONE_SECONDS)
        except (OSError, TimeoutError) as error:
            return Lost(number, f"the cluster has gone with its answer ({_first_line(error)})")
        event = heard(number, found)
        if isinstance(event, Exception):
            raise event
        return event
    if status == "error":
        what = "it was given to workers that were lost, again and again (out of memory?)"
        return Lost(number, what if _killed(future, status) else f"the cluster says: {future.exception()}")
    return Lost(number, future if status == "given up" else "the cluster has gone")


_one_at_a_time = threading.Lock()


def _alone(
    call: Callable[[Any], Any], job: Any, passed: tuple[type[Exception], ...], folder: Path, limit: float | None
) -> Attempt:
    """A worker may have several threads, and be anywhere; jobs expect a process of their own, where they were made."""
    with _one_at_a_time:
        if not folder.is_dir():
            return "lost", (f"a worker of the cluster does not see the folder {folder}", "")
        with chdir(folder):
            return attempt(call, job, passed, limit)
