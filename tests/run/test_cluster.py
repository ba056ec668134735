"""Jobs on a Dask cluster: the same events as from a pool, whoever of the workers is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcheck.run import ClusterError, Done, Lost, Started, Workers, run_jobs
from tests.run import test_pool

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two workers, each a process, which are begun anew when they are lost."""
    settings = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**settings, silence_logs=50) as cluster:
        yield cluster.scheduler_address


def dies_once(path: str) -> str:
    """Kill the worker the first time, and answer the second."""
    mark = Path(path)
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "answered"


def dies(job: str) -> str:
    if job == "always":
        os.kill(os.getpid(), signal.SIGKILL)
    return job


def test_every_job_is_started_and_answered_once(address: str) -> None:
    events = list(run_jobs(test_pool.square, range(20), Workers(cluster=address)))
    assert sorted(event.number for event in events if isinstance(event, Started)) == list(range(20))
    assert sorted((e.number, e.value) for e in events if isinstance(e, Done)) == [(n, n * n) for n in range(20)]


def test_exceptions_lose_their_job_or_come_through(address: str) -> None:
    events = list(run_jobs(test_pool.odd_job, ["raise", "a"], Workers(cluster=address)))
    (lost,) = [event for event in events if isinstance(event, Lost)]
    assert lost.number == 0
    assert lost.reason.startswith("internal error: KeyError: 'nobody foresaw this' (test_pool.py:")
    assert [event.value for event in events if isinstance(event, Done)] == ["A"]
    with pytest.raises(FileNotFoundError, match="wrong input"):
        list(run_jobs(test_pool.odd_job, ["wrong"], Workers(cluster=address), passed=(FileNotFoundError,)))


def test_a_worker_that_is_lost_midway_loses_no_job(address: str, tmp_path: Path) -> None:
    jobs = [str(tmp_path / "mark"), *(str(Path(__file__)) for _ in range(6))]
    events = list(run_jobs(dies_once, jobs, Workers(cluster=address)))
    assert sorted((e.number, e.value) for e in events if isinstance(e, Done)) == [(n, "answered") for n in range(7)]


def test_a_job_that_kills_every_worker_is_lost_alone(address: str) -> None:
    """Whoever waits behind it on the same worker is lost with it each time, and is asked alone in the end."""
    jobs = ["a", "always", *"bcdefgh"]
    events = list(run_jobs(dies, jobs, Workers(cluster=address)))
    (lost,) = [event for event in events if isinstance(event, Lost)]
    assert (lost.number, lost.reason) == (1, "it was given to workers that were lost, again and again (out of memory?)")
    assert sorted(event.value for event in events if isinstance(event, Done)) == list("abcdefgh")


def test_no_jobs_are_no_events(address: str) -> None:
    assert list(run_jobs(test_pool.square, [], Workers(cluster=address))) == []


@pytest.mark.parametrize("wrong", ["tcp://127.0.0.1:1", "nonsense://x", "127.0.0.1:1"])
def test_a_scheduler_that_is_not_there_is_told(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelcheck.run.cluster._PATIENCE", 0.5)
    with pytest.raises(ClusterError, match="no Dask scheduler answers at"):
        list(run_jobs(test_pool.square, [1], Workers(cluster=wrong)))


def test_a_scheduler_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelcheck.run.cluster._PATIENCE", 5.0)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as cluster,
        pytest.raises(ClusterError, match="has no workers"),
    ):
        list(run_jobs(test_pool.square, [1], Workers(cluster=cluster.scheduler_address)))


_GOES_ON = threading.Event()


def first_ends(number: int) -> int:
    """Job 0 ends at once, any other when it is let go on."""
    if number:
        _GOES_ON.wait(3000)
    return number


def test_jobs_of_a_cluster_whose_workers_have_all_gone_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelcheck.run.cluster._ALONE_SECONDS", 1.0)
    settings = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**settings, silence_logs=50) as cluster:
        events = run_jobs(first_ends, [0, 1], Workers(cluster=cluster.scheduler_address))
        found = {}
        try:
            for event in events:
                if isinstance(event, Done):
                    cluster.scale(0)
                if isinstance(event, Done | Lost):
                    found[event.number] = event
        finally:
            _GOES_ON.set()
    assert found[0] == Done(0, 0)
    assert found[1] == Lost(1, "the cluster has no workers any more")


def test_jobs_of_a_cluster_whose_scheduler_has_gone_are_lost() -> None:
    script = (
        "import sys, time, distributed\n"
        "if __name__ == '__main__':\n"
        "    cluster = distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False,\n"
        "                                       protocol='tcp://', dashboard_address=None, silence_logs=50)\n"
        "    print(cluster.scheduler_address, flush=True)\n"
        "    time.sleep(3000)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as scheduler:
        assert scheduler.stdout is not None
        address = scheduler.stdout.readline().strip()
        lost = []
        try:
            for event in run_jobs(time.sleep, [0, 3000, 3000], Workers(cluster=address)):
                if isinstance(event, Done):
                    scheduler.kill()
                if isinstance(event, Lost):
                    lost.append(event)
        finally:
            scheduler.kill()
    assert lost == [Lost(1, "the cluster has gone"), Lost(2, "the cluster has gone")]


def test_a_job_over_its_limit_is_broken_off_on_a_cluster(address: str) -> None:
    found = [
        e for e in run_jobs(test_pool.spin, [3000, 0], Workers(cluster=address), [0.3, None]) if isinstance(e, Lost)
    ]
    assert found == [Lost(0, "the time limit was reached")]


def test_a_machine_too_busy_to_ask_a_scheduler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def client(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("distributed.Client", client)
    with pytest.raises(ClusterError, match="too busy to ask one"):
        list(run_jobs(test_pool.square, [1], Workers(cluster="127.0.0.1:1")))
