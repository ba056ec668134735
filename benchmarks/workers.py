"""How much several processes, a cluster and kept answers save: seconds by the clock and of the processor."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from attrs import frozen

CHECK = ("check", "specs/balloon", "--scenario", "clear*", "--scenario", "isolate*")
LITMUS = ("litmus", "tests/litmus", "--verdict-only")
AUDIT = ("audit", "specs/balloon", *CHECK[2:], "--kind", "barrier", "--kind", "lock")
REGRESS = ("regress", "specs/balloon", "--patch", "specs/balloon/patches/fill-unlocks.patch", *CHECK[2:])
TIMES = 3
"""Each is run so often; the quickest counts."""


@frozen
class Spent:
    """Seconds of one run; ``cpu``: of all its processes together."""

    clock: float
    cpu: float


def spend(arguments: Sequence[str], folder: Path) -> Spent:
    """Run ``modelcheck`` with ``arguments``."""
    traces = () if arguments[0] in ("litmus", "audit") else ("--traces", str(folder / "traces"))
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([sys.executable, "-m", "modelcheck.cli", *arguments, *traces], check=False, capture_output=True)
    clock, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def quickest(arguments: Sequence[str], folder: Path) -> Spent:
    """The best of several runs."""
    return min((spend(arguments, folder) for _ in range(TIMES)), key=lambda spent: spent.clock)


def main() -> None:
    """Print a table in Markdown."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
        print("| | seconds by the clock | of the processor |")
        print("| --- | ---: | ---: |")
        for name, command in (("check", CHECK), ("litmus", LITMUS), ("audit", AUDIT), ("regress", REGRESS)):
            uncached = ("--no-cache",) if name == "regress" else ()
            for jobs in ("1", "2"):
                show(f"`{name} -j {jobs}`", quickest((*command, *uncached, "-j", jobs), folder))
        cache = ("--cache", str(folder / "cache"), "-j", "1")
        spend((*REGRESS, *cache), folder)
        show("`regress -j 1`, all answers kept", quickest((*REGRESS, *cache), folder))
        try:
            distributed: Any = import_module("distributed")
        except ImportError:
            return
        settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
        cluster = stack.enter_context(distributed.LocalCluster(**settings))
        for name, command in (("check", CHECK), ("audit", AUDIT)):
            spent = quickest((*command, "--engine-cluster", cluster.scheduler_address), folder)
            print(f"| `{name}` on a cluster of 2 workers | {spent.clock:.1f} | |")


def show(what: str, spent: Spent) -> None:
    """Print a row."""
    print(f"| {what} | {spent.clock:.1f} | {spent.cpu:.1f} |", flush=True)


if __name__ == "__main__":
    main()
