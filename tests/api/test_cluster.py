"""On a cluster each command says what it says on this machine, whichever of the workers is lost."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

import modelcheck
from modelcheck.cli.app import cli
from modelcheck.run import Event
from modelcheck.run import cluster as room

distributed = pytest.importorskip("distributed")

ROOT = Path(__file__).parents[2]
SEQLOCK = ROOT / "specs" / "seqlock"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two workers, each a process, which are begun anew when they are lost."""
    settings = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**settings, silence_logs=50) as cluster:
        yield cluster.scheduler_address


def checked(folder: Path, **where: Any) -> object:
    found = modelcheck.check(SEQLOCK, models=["pso", "lkmm"], traces=folder, **where)
    return [(row.scenario, row.variant, row.model, row.found) for row in found.rows]


def judged(folder: Path, **where: Any) -> object:
    found = modelcheck.litmus([ROOT / "tests" / "litmus"], count=False, **where)
    return [(one.test, one.verdict) for one in found]


def regressed(folder: Path, **where: Any) -> object:
    patch = SEQLOCK / "patches" / "no-wmb-before-even.patch"
    found = modelcheck.regress(SEQLOCK, patches=[patch], variants=["base", "no-rmb*"], traces=folder, **where)
    return [(one.name, one.status, one.why) for one in found.differences]


def audited(folder: Path, **where: Any) -> object:
    found = modelcheck.audit(SEQLOCK, variant="no-wmb-before-even", models=["tso", "lkmm"], repair=True, **where)
    judgements = [
        (a.model, str(j.element), j.verdict, j.weaker, j.place, [(f.scenario, f.property) for f in j.failures])
        for a in found.audits
        for j in a.judgements
    ]
    return judgements, [repair.patch for one in found.repairs for repair in one.repairs]


def reported(folder: Path, **where: Any) -> object:
    on = ("--engine-cluster", where["cluster"]) if "cluster" in where else ("-j", "0")
    arguments = ["report", str(SEQLOCK), "--html", str(folder), "--traces", str(folder), "--model", "lkmm", *on]
    code = cli.main(arguments, standalone_mode=False)
    return code, sorted(path.name for path in folder.glob("*.html"))


COMMANDS = [checked, judged, regressed, audited, reported]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_cluster_says_what_this_machine_says(
    command: Callable[..., object], address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []
    whole = room.run_cluster

    def losing(*arguments: Any) -> Generator[Event[Any]]:
        """The events of the jobs, with a worker lost once all of them are given to the scheduler."""
        with distributed.Client(address, set_as_default=False) as client:
            pids = client.run(os.getpid)
        events = whole(*arguments)
        for event in events:
            if not killed:
                killed.append(next(iter(pids.values())))
                os.kill(killed[0], signal.SIGKILL)
            yield event

    monkeypatch.setattr(room, "run_cluster", losing)
    assert command(tmp_path / "there", cluster=address) == command(tmp_path / "here")
    assert killed


def test_workers_work_where_the_command_does(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of files are relative to here, wherever the workers were begun."""
    shutil.copytree(SEQLOCK, tmp_path / "mine")
    source = tmp_path / "mine" / "seqlock.c"
    text = source.read_text()
    line = text[: text.index("BUG_ON(one != other)")].count("\n") + 1
    source.write_text(text.replace("BUG_ON(one != other)", "BUG_ON(one == other)"))
    monkeypatch.chdir(tmp_path)
    (row,) = modelcheck.check("mine", variants=["base"], models=["sc"], cluster=address).rows
    assert (row.found, row.source) == ("FAIL:assertion", f"seqlock.c:{line}")
