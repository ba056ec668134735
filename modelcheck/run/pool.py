"""Jobs on a pool of processes: a worker that dies loses its own job only, and the others go on."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

from attrs import define

from modelcheck.run.alarm import watched_by
from modelcheck.run.attempt import attempt, given_up, heard
from modelcheck.run.event import Done, Event, Idle, Lost, Started
from modelcheck.run.orphans import end_with
from modelcheck.run.room import bound_memory, make_room, share

J = TypeVar("J")
R = TypeVar("R")

_IDLE_SECONDS: Final = 0.25

OVER: Final = "the time limit was reached, and its process was ended"
"""The reason of a job that could not be broken off in time."""

LATE: Final = 0.1
LEAST_LATE: Final = 1.0
"""So much later than its limit a job is ended with its process: part of the limit, and seconds at least."""

_GUESSED: Final = {
    "SIGKILL": " (out of memory?)",
    "SIGABRT": " (out of memory?)",
    "SIGSEGV": " (nested too deeply, or out of memory?)",
}


@define(eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    job: int | None = None
    group: Hashable = None
    deadline: float | None = None

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def run_pool(
    call: Callable[[J], R],
    jobs: Sequence[J],
    processes: int,
    limits: Sequence[float | None] = (),
    passed: tuple[type[Exception], ...] = (),
    groups: Sequence[Hashable] = (),
) -> Generator[Event[R]]:
    """Run ``call`` on each of ``jobs`` on up to ``processes`` processes, beginning in the order given.

    Args:
        call: a function at the top of a module; jobs and results must pickle.
        limits: seconds after which a job is broken off, by number, or a little later ended with its process; None or
            missing: never.
        groups: by number, what the work of a job has in common with that of others: a worker goes on with the
            group it has begun, where it can. Groups that are tuples have the more in common the more they begin alike.
        passed: exceptions of ``call`` that are raised here, which ends all jobs; any other loses its job.

    Gives events as they happen, each job `Started` and then `Done` or `Lost` once. When the iterator is closed,
    or an exception (such as KeyboardInterrupt) passes through it, every worker has ended.
    """
    context = _context()
    workers: list[_Worker] = []
    most = share(min(processes, len(jobs)))
    pending = list(range(len(jobs)))
    try:
        while pending or any(worker.job is not None for worker in workers):
            for worker in workers:
                if worker.job is None and pending:
                    yield _give(worker, _next(worker, workers, pending, groups), jobs, limits)
            while pending and len(workers) < processes:
                workers.append(_start(context, call, passed, most))
                yield _give(workers[-1], _next(workers[-1], workers, pending, groups), jobs, limits)
            busy = [worker for worker in workers if worker.job is not None]
            ready = set(wait([worker.connection for worker in busy], _patience(busy)))
            if not ready:
                yield Idle()
            now = time.monotonic()
            for worker in busy:
                if worker.connection in ready:
                    event = _hear(worker)
                elif worker.deadline is not None and now > worker.deadline:
                    event = Lost(_number(worker), OVER)
                else:
                    continue
                if isinstance(event, Exception):
                    raise event
                worker.job = None
                if isinstance(event, Lost) and not event.trail:
                    worker.end()
                    workers.remove(worker)
                yield event
    finally:
        for worker in workers:
            worker.end()


def _context() -> BaseContext:
    """Forking is quickest, and safe where this process has one thread and the system's libraries allow it."""
    fork = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if fork else "spawn")


def _start(context: BaseContext, call: Callable[..., Any], passed: tuple[type[Exception], ...], most: int) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, call, passed, most), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _next(worker: _Worker, workers: Sequence[_Worker], pending: list[int], groups: Sequence[Hashable]) -> int:
    """Take from ``pending`` the first job of the worker's group, else of the group that is best for it to begin: one
    that nobody is at, most like its last one, and least like what the others are at."""
    choice = pending[0]
    if groups:
        others = [other.group for other in workers if other is not worker and other.group is not None]

        def rank(number: int) -> tuple[bool, int, int]:
            group = groups[number]
            return group in others, -_alike(group, worker.group), max((_alike(group, one) for one in others), default=0)

        own = next((number for number in pending if groups[number] == worker.group), None)
        choice = min(pending, key=rank) if own is None else own
        worker.group = groups[choice]
    pending.remove(choice)
    return choice


def _alike(one: Hashable, other: Hashable) -> int:
    """With how many equal parts two groups begin."""
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return 0
    differ = (number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))


def _give(worker: _Worker, number: int, jobs: Sequence[Any], limits: Sequence[float | None]) -> Started:
    limit = limits[number] if number < len(limits) else None
    worker.job = number
    worker.deadline = None if limit is None else time.monotonic() + limit + max(LATE * limit, LEAST_LATE)
    with suppress(OSError):  # it is dead already, which `_hear` finds
        worker.connection.send((jobs[number], limit))
    return Started(number)


def _patience(busy: Sequence[_Worker]) -> float:
    now = time.monotonic()
    left = [worker.deadline - now for worker in busy if worker.deadline is not None]
    return max(0.0, min([_IDLE_SECONDS, *left]))


def _number(worker: _Worker) -> int:
    assert worker.job is not None
    return worker.job


def _hear(worker: _Worker) -> Done[Any] | Lost | Exception:
    number = _number(worker)
    try:
        found = worker.connection.recv()
    except (EOFError, OSError):
        worker.process.join()
        code = worker.process.exitcode or 0
        if code >= 0:
            return Lost(number, f"its process ended with exit code {code}")
        name = signal.Signals(-code).name
        return Lost(number, f"its process was ended by {name}{_GUESSED.get(name, '')}")
    return heard(number, found)


def _work(connection: Connection, call: Callable[[Any], Any], passed: tuple[type[Exception], ...], most: int) -> None:
    """The life of a worker: a job in, its answer out, until nobody is there any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    make_room()
    bound_memory(most)
    watched_by(None)
    parent = multiprocessing.parent_process()
    assert parent is not None
    assert parent.pid is not None
    end_with(parent.pid)
    while True:
        if parent.sentinel in wait([connection, parent.sentinel]):
            return
        try:
            job, limit = connection.recv()
        except EOFError:
            return
        try:
            connection.send(attempt(call, job, passed, limit))
        except MemoryError as error:  # the answer has no room
            connection.send(("lost", (given_up(error), "")))
