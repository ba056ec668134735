"""Jobs on processes: each is answered or lost once, and nobody is left behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from modelcheck.run import Done, Event, Lost, OutOfTime, Started, Workers, alarm, run_here, run_jobs, run_pool
from modelcheck.run.pool import _next, _Worker


def square(number: int) -> int:
    return number * number


def odd_job(job: str) -> str:
    if job == "exit":
        os._exit(3)
    if job == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "sleep":
        time.sleep(3000)
    if job == "raise":
        raise KeyError("nobody foresaw this")
    if job == "wrong":
        raise FileNotFoundError("wrong input")
    return job.upper()


def spin(seconds: float) -> float:
    """Work that never looks at the clock itself, but in calls that are soon over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1000))
    return seconds


def deep(levels: int) -> int:
    return 0 if levels == 0 else 1 + max(deep(levels - 1) for _ in range(1))


def hold(size: int) -> int:
    return sum(len(one) for one in [bytearray(1 << 20) for _ in range(size)])


def stuck(seconds: float) -> None:
    """A call into C that no signal ends."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    time.sleep(seconds)


def pid(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(3000)


def answers(events: list[Event[Any]]) -> dict[int, Any]:
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


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is late, as on a busy machine, is not ended."""
    monkeypatch.setattr("modelcheck.run.pool.LEAST_LATE", 3000.0)


@pytest.mark.usefixtures("patient")
def test_a_job_over_its_limit_is_broken_off_and_its_process_goes_on() -> None:
    found = answers(list(run_pool(odd_job, ["sleep", "a", "b"], 1, [0.3, None])))
    assert found == {0: "the time limit was reached", 1: "A", 2: "B"}


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("processes", [0, 1])
def test_a_job_that_does_not_look_at_the_clock_is_broken_off(processes: int) -> None:
    events = list(run_jobs(spin, [3000, 0], Workers(processes), [0.3, None]))
    assert answers(events) == {0: "the time limit was reached", 1: 0}


def test_a_job_that_cannot_be_broken_off_is_ended() -> None:
    found = answers(list(run_pool(stuck, [3000], 1, [0.1])))
    assert found == {0: "the time limit was reached, and its process was ended"}


@pytest.mark.parametrize("processes", [0, 1])
def test_recursion_goes_deep_and_what_is_deeper_is_lost(processes: int) -> None:
    events = list(run_jobs(deep, [10_000, 1_000_000, 1_000], Workers(processes)))
    assert answers(events) == {0: 10_000, 1: "the program is nested too deeply to be judged", 2: 1_000}


def test_a_job_that_takes_more_than_its_share_of_memory_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelcheck.run.pool.share", lambda processes: 64 << 20)
    events = list(run_pool(hold, [8, 200, 8], 1))
    assert answers(events) == {0: 8 << 20, 1: "it takes more than its share of memory", 2: 8 << 20}


def test_alarms_within_one_another_each_ring_for_their_own() -> None:
    with alarm(3000) as outer:
        with pytest.raises(OutOfTime), alarm(0.05) as inner:
            spin(3000)
        assert (outer.rang, inner.rang) == (False, True)
        spin(0.01)
    with pytest.raises(OutOfTime), alarm(0.05) as outer, alarm(3000) as inner:
        spin(3000)
    assert (outer.rang, inner.rang) == (True, False)
    spin(0.1)


def test_the_timer_of_somebody_else_goes_on_after_an_alarm() -> None:
    before = signal.setitimer(signal.ITIMER_REAL, 500, 7)
    try:
        with alarm(60):
            assert signal.getitimer(signal.ITIMER_REAL)[0] < 100
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        assert (400 < left <= 500, interval) == (True, 7)
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)


def test_an_alarm_rings_in_a_thread_too() -> None:
    def work() -> None:
        with pytest.raises(OutOfTime), alarm(0.05):
            spin(3000)
        rang.append(True)

    rang: list[bool] = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert rang == [True]


class Untidy:
    """Its end takes as long as it is let."""

    def __del__(self) -> None:
        spin(3000)


@pytest.mark.filterwarnings("error")
def test_what_comes_while_something_is_tidied_up_is_raised_behind_it_without_a_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def work() -> None:
        held = [Untidy()]
        del held
        spin(3000)

    with pytest.raises(OutOfTime), alarm(0.05) as one:
        work()
    assert one.rang
    assert capsys.readouterr().err == ""


def test_a_limit_of_processor_time_counts_nothing_else() -> None:
    with alarm(0.3, processor=True) as one:
        time.sleep(0.5)
        assert not one.rang
        with pytest.raises(OutOfTime):
            spin(3000)
    assert one.rang


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
