"""Jobs on processes: each is answered or lost once, and nobody is left behind."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from modelcheck.run import Done, Event, Lost, Started, run_here, run_pool
from modelcheck.run.pool import _next, _Worker


def square(number: int) -> int:
    return number * number


def odd_job(job: str) -> str:
    if job == "exit":
        os._exit(3)
    if job == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "sleep":
        time.sleep(60)
    if job == "raise":
        raise KeyError("nobody foresaw this")
    if job == "wrong":
        raise FileNotFoundError("wrong input")
    return job.upper()


def pid(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)


def answers(events: list[Event[str]]) -> dict[int, str]:
    told = [event for event in events if isinstance(event, Done | Lost)]
    assert Counter(event.number for event in told).most_common(1)[0][1] == 1
    return {event.number: event.value if isinstance(event, Done) else event.reason for event in told}


def gone(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return False


def test_every_job_is_started_and_answered_once() -> None:
    events = list(run_pool(square, range(20), 3))
    assert sorted(event.number for event in events if isinstance(event, Started)) == list(range(20))
    assert sorted((e.number, e.value) for e in events if isinstance(e, Done)) == [(n, n * n) for n in range(20)]


def test_no_jobs_are_no_events() -> None:
    assert list(run_pool(square, [], 2)) == []


def test_in_this_process_jobs_run_one_after_another() -> None:
    assert list(run_here(square, [2, 3])) == [Started(0), Done(0, 4), Started(1), Done(1, 9)]


def test_a_worker_that_dies_loses_its_own_job_only() -> None:
    found = answers(list(run_pool(odd_job, ["a", "exit", "b", "kill", "c"], 1)))
    assert (found[0], found[2]) == ("A", "B")
    assert found[4] == "C"
    assert found[1] == "its process ended with exit code 3"
    assert found[3] == "its process was ended by SIGKILL (out of memory?)"


def test_an_unforeseen_exception_loses_its_job_and_tells_where() -> None:
    events = list(run_pool(odd_job, ["raise", "a"], 1))
    lost = next(event for event in events if isinstance(event, Lost))
    assert lost.reason.startswith("internal error: KeyError: 'nobody foresaw this' (test_pool.py:")
    assert "Traceback" in lost.trail
    assert answers(events)[1] == "A"


def test_a_job_over_its_limit_is_ended() -> None:
    start = time.monotonic()
    found = answers(list(run_pool(odd_job, ["sleep", "a", "b"], 1, [0.3, None])))
    assert found == {0: "ended: it ran over its time limit", 1: "A", 2: "B"}
    assert time.monotonic() - start < 50  # and it would have slept for 60


def test_exceptions_of_the_named_kind_come_through() -> None:
    with pytest.raises(FileNotFoundError, match="wrong input"):
        list(run_pool(odd_job, ["wrong", "sleep"], 2, passed=(FileNotFoundError,)))


def which(job: str) -> int:
    time.sleep(0.02)
    return os.getpid()


def test_jobs_of_one_group_stay_with_one_worker_where_they_can() -> None:
    groups = list("aaabbbcccddd")
    pids = {e.number: e.value for e in run_pool(which, groups, 2, groups=groups) if isinstance(e, Done)}
    moves = sum(len({pids[n] for n in range(12) if groups[n] == group}) - 1 for group in "abcd")
    assert len(pids) == 12
    assert moves <= 1
    assert pids[0] != pids[3]


def test_a_worker_begins_the_group_most_like_its_last_one_and_least_like_those_of_others() -> None:
    groups = [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("a", 3)]
    nobody: Any = None
    one, two = _Worker(nobody, nobody), _Worker(nobody, nobody)
    pending = list(range(5))
    taken = [_next(worker, (one, two), pending, groups) for worker in (one, two, two, one, one)]
    assert taken == [0, 2, 3, 1, 4]
    pending = [1]
    assert _next(two, (one, two), pending, groups) == 1
    assert pending == []


def test_closing_ends_the_workers(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in "ab"]
    events = run_pool(pid, paths, 2)
    for _ in events:
        if all(Path(path).exists() and Path(path).read_text() for path in paths):
            break
    events.close()
    assert all(gone(int(Path(path).read_text())) for path in paths)
