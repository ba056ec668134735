"""Outcomes of litmus tests on stdout as they come, and a bar on stderr while it lasts."""

from __future__ import annotations

import csv
import json
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from modelcheck.verdicts.litmus import Judged

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE: Final = 2.0
"""Seconds after which a bar tells how far it is."""

COLUMNS: Final = ("file", "test", "verdict", "positive", "negative", "states", "flags", "seconds")


class Printer:
    """Prints outcomes in the shape asked for (``herd``, ``json``, ``csv``); a context manager around the run.

    Attributes:
        code: the exit code, of what has been shown so far.
    """

    def __init__(self, shape: str, tests: int) -> None:
        self.shape = shape
        self.tests = tests
        self.code = 0
        self._shown = 0
        self._started = time.monotonic()
        self._bar: tuple[Progress, TaskID] | None = None
        self._csv = csv.writer(sys.stdout, lineterminator="\n") if shape == "csv" else None
        if self._csv is not None:
            self._csv.writerow(COLUMNS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()

    def show(self, result: Judged) -> None:
        """Print one outcome."""
        self._advance()
        self._judge(result)
        if self.shape == "json":
            print(json.dumps(result.fields, ensure_ascii=False))
        elif self._csv is not None:
            row = {**result.fields, "flags": " ".join(result.fields.get("flags", ()))}
            self._csv.writerow(["" if row.get(name) is None else row[name] for name in COLUMNS])
        else:
            for line in result.lines:
                print(line)
        sys.stdout.flush()

    def _judge(self, result: Judged) -> None:
        if result.error is not None:
            print(f"modelcheck: {result.error}", file=sys.stderr)
            self.code = 2
        elif result.fields["verdict"] == "Unknown":
            self.code = self.code if self.code == 2 else 3
        elif result.warning is not None:
            print(f"modelcheck: {result.warning}", file=sys.stderr)
            self.code = self.code or 1

    def _advance(self) -> None:
        self._shown += 1
        if self._bar is None and sys.stderr.isatty() and time.monotonic() - self._started > PATIENCE:
            from rich.console import Console
            from rich.progress import Progress

            # What goes to stdout must pass through the bar only where both are one terminal.
            both = sys.stdout.isatty()
            bar = Progress(console=Console(stderr=True), transient=True, redirect_stdout=both, redirect_stderr=True)
            bar.start()
            self._bar = bar, bar.add_task("litmus tests", total=self.tests)
        if self._bar is not None:
            progress, task = self._bar
            progress.update(task, completed=self._shown)
