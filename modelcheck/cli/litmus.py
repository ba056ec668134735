"""``modelcheck litmus``: litmus tests under a memory model, with herd7's output lines."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from modelcheck.errors import InputError

BATCH = 16
"""Tests that one job reads and judges: clang parses them together."""


@frozen
class Batch:
    """Some litmus tests, and how to judge them."""

    paths: tuple[Path, ...]
    model: str
    count: bool
    bound: int
    timeout: float | None


@frozen
class Judged:
    """One test's outcome: its fields for JSON and CSV, and its lines as herd7 prints them; or what is wrong with it."""

    fields: dict[str, Any]
    lines: tuple[str, ...]
    error: str | None = None


def judge(batch: Batch) -> list[Judged]:
    """Read and judge the tests of ``batch``, in order. Raises `InputError` for a model that does not exist."""
    from modelcheck.cat import load_model
    from modelcheck.cli.herd import herd_lines
    from modelcheck.frontend.litmus import read_litmus
    from modelcheck.solve.litmus import observe

    model = load_model(batch.model)
    found: list[Judged] = []
    for path, test in read_litmus(batch.paths):
        if isinstance(test, InputError):
            fields: dict[str, Any] = {"file": str(path), "test": None, "verdict": "Error", "error": str(test)}
            found.append(Judged(fields, (), str(test)))
            continue
        seen = observe(test, model, count=batch.count, bound=batch.bound, timeout=batch.timeout)
        fields = {
            "file": str(path),
            "test": test.name,
            "verdict": seen.verdict,
            "positive": seen.positive,
            "negative": seen.negative,
            "states": len(seen.states) if seen.positive is not None else None,
            "flags": list(seen.flags),
            "seconds": round(seen.seconds, 4),
        }
        if seen.reason:
            fields["reason"] = seen.reason
        found.append(Judged(fields, tuple(herd_lines(test, seen))))
    return found


@click.command(
    short_help="Judge litmus tests, as herd7 does.",
    epilog="\b\nExample:\n  modelcheck litmus tests/litmus --model lkmm --verdict-only",
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--model", default="lkmm", show_default=True, help="sc, tso, pso, lkmm, rc11 or a .cat file")
@click.option("-j", "--jobs", type=click.IntRange(min=0), default=None, help="processes; all cores by default")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="seconds for each test")
@click.option("--format", "shape", type=click.Choice(["herd", "json", "csv"]), default="herd", show_default=True)
@click.option("--verdict-only", is_flag=True, help="decide without counting states and executions")
@click.option("--unroll", type=click.IntRange(min=1), default=4, show_default=True, help="iterations of a loop")
def litmus(
    paths: tuple[str, ...],
    model: str,
    jobs: int | None,
    timeout: float | None,
    shape: str,
    verdict_only: bool,
    unroll: int,
) -> int:
    """Judge litmus tests: PATH is a .litmus file, a folder, or @list (a file with a path on each line).

    Prints what herd7 prints. The exit code is 0, 3 when a test is Unknown, 2 when one cannot be read.
    """
    files = list(_files(paths))
    batches = [
        Batch(tuple(files[i : i + BATCH]), model, not verdict_only, unroll, timeout)
        for i in range(0, len(files), BATCH)
    ]
    printer = _Printer(shape)
    for results in _results(batches, jobs):
        for result in results:
            printer.show(result)
    return printer.code


def _files(paths: Sequence[str]) -> Iterator[Path]:
    for name in paths:
        if name.startswith("@"):
            listed = Path(name[1:])
            try:
                lines = listed.read_text().splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise InputError(f"this list cannot be read: {error}", name) from None
            yield from _files([line.strip() for line in lines if line.strip() and not line.startswith("#")])
            continue
        path = Path(name)
        if path.is_dir():
            found = sorted(path.rglob("*.litmus"))
            if not found:
                raise InputError("there is no .litmus file in this folder", name)
            yield from found
        elif path.exists():
            yield path
        else:
            raise InputError("no such file or folder", name)


def _results(batches: Sequence[Batch], jobs: int | None) -> Iterable[list[Judged]]:
    if len(batches) < 2 or jobs in (0, 1):
        for batch in batches:
            yield judge(batch)
        return
    import os

    from modelcheck.run.event import Done, Lost
    from modelcheck.run.pool import run_pool

    waiting: dict[int, list[Judged]] = {}
    turn = 0
    for event in run_pool(judge, batches, jobs or os.cpu_count() or 1, passed=(InputError,)):
        if isinstance(event, Done):
            waiting[event.number] = event.value
        elif isinstance(event, Lost):
            waiting[event.number] = [_lost(path, event.reason) for path in batches[event.number].paths]
        while turn in waiting:
            yield waiting.pop(turn)
            turn += 1


def _lost(path: Path, reason: str) -> Judged:
    fields = {"file": str(path), "test": path.stem, "verdict": "Unknown", "flags": [], "reason": reason}
    return Judged(fields, (f"Test {path.stem}", f"Observation {path.stem} Unknown", f"Reason {reason}", ""))


class _Printer:
    """Prints each outcome as it comes, in the shape asked for, and keeps the exit code."""

    def __init__(self, shape: str) -> None:
        self.shape = shape
        self.code = 0
        self.csv = csv.writer(sys.stdout, lineterminator="\n") if shape == "csv" else None
        if self.csv is not None:
            self.csv.writerow(["file", "test", "verdict", "positive", "negative", "states", "flags", "seconds"])

    def show(self, result: Judged) -> None:
        if result.error is not None:
            print(f"modelcheck: {result.error}", file=sys.stderr)
            self.code = 2
        elif result.fields["verdict"] == "Unknown" and self.code == 0:
            self.code = 3
        if self.shape == "json":
            print(json.dumps(result.fields), flush=True)
        elif self.csv is not None:
            row = {**result.fields, "flags": " ".join(result.fields.get("flags", ()))}
            names = ("file", "test", "verdict", "positive", "negative", "states", "flags", "seconds")
            self.csv.writerow(["" if row.get(name) is None else row[name] for name in names])
        else:
            for line in result.lines:
                print(line)
            sys.stdout.flush()
