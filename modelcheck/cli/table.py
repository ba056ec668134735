"""The table of verdicts while it fills: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Self, TextIO

from modelcheck.program.ir import PROPERTIES
from modelcheck.run import Progress
from modelcheck.verdicts.cells import Cell
from modelcheck.verdicts.row import Row
from modelcheck.verdicts.view import Silent, View

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

_HEADINGS: Final = ("scenario", "variant", "model", "verdict", "expected")
"""Before the effort (what the engine counts) and the seconds."""


def view(cells: Sequence[Cell], engine: str, format: str, stream: TextIO) -> View:  # noqa: A002 (the option's name)
    """The way to show ``cells`` on ``stream``: nothing before the end but for the table."""
    if format != "table":
        return Silent()
    effort = "states" if engine == "interleave" else "refinements"
    return LiveTable(cells, effort, stream) if stream.isatty() else Lines(cells, effort, stream)


class Lines(Silent):
    """One line for each cell, in the order of the cells whatever the order of the answers."""

    def __init__(self, cells: Sequence[Cell], effort: str, stream: TextIO) -> None:
        self._stream = stream
        self._headings = (*_HEADINGS, effort, "seconds")
        self._waiting: dict[int, Row] = {}
        self._next = 0
        names = [(cell.scenario.name, cell.variant.name, cell.model) for cell in cells]
        widths = [max(map(len, column)) for column in zip(_HEADINGS[:3], *names, strict=True)]
        found = max(len(f"FAIL:{name}") for name in PROPERTIES)
        self._form = "  ".join(f"{{:<{width}}}" for width in (*widths, found, found)) + "  {:>11}  {:>7}"

    def answered(self, number: int, row: Row) -> None:
        """Write the row, and those after it that were waiting for it."""
        if not self._waiting and not self._next:
            self._write(*self._headings)
        self._waiting[number] = row
        while self._next in self._waiting:
            self._write(*_texts(self._waiting.pop(self._next)))
            self._next += 1

    def __exit__(self, *_: object) -> None:
        for _number, row in sorted(self._waiting.items()):
            self._write(*_texts(row))

    def _write(self, *texts: str) -> None:
        print(self._form.format(*texts).rstrip(), file=self._stream, flush=True)


class LiveTable:
    """A table that is redrawn as cells are answered, and stays when all are."""

    def __init__(self, cells: Sequence[Cell], effort: str, stream: TextIO) -> None:
        from rich.console import Console

        self._cells = cells
        self._headings = (*_HEADINGS, effort, "seconds")
        self._console = Console(file=stream)
        self._rows: dict[int, Row] = {}
        self._begun: dict[int, float] = {}
        self._progress = Progress(len(cells))
        self._live: Live | None = None

    def __enter__(self) -> Self:
        from rich.live import Live

        # No thread of its own: worker processes are forked while it is shown.
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            vertical_overflow="crop",
            get_renderable=self._recent,
        )
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        assert self._live is not None
        self._live.stop()
        if kind is None:
            self._console.print(self._table(self._known()))

    def _known(self) -> Sequence[int]:
        """The cells to show at the end: all, or after an interruption as many as there is room for, those that are not
        as expected before others."""
        if len(self._rows) == len(self._cells):
            return range(len(self._cells))
        ranked = sorted(self._rows, key=lambda number: (self._rows[number].as_expected, number))
        return sorted(ranked[: max(self._console.height - 12, 5)])

    def started(self, number: int) -> None:
        """Show it as running."""
        self._begun[number] = time.monotonic()
        self.tick()

    def answered(self, number: int, row: Row) -> None:
        """Show its row."""
        self._rows[number] = row
        self._progress.done += 1
        self.tick()

    def tick(self) -> None:
        """Redraw."""
        assert self._live is not None
        self._live.refresh()

    def _recent(self) -> Table:
        """As many cells as the terminal has lines for, those at work last."""
        last = max([0, *self._begun]) + 1
        return self._table(range(max(0, last - max(self._console.height - 6, 5)), last))

    def _table(self, numbers: Sequence[int]) -> Table:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        done = str(self._progress) if len(self._rows) < len(self._cells) else None
        table = Table(box=box.SIMPLE_HEAD, caption=done, caption_justify="left", pad_edge=False)
        for number, heading in enumerate(self._headings):
            table.add_column(heading, justify="left" if number < len(_HEADINGS) else "right")
        for number in numbers:
            row = self._rows.get(number)
            if row is not None:
                texts = list(_texts(row))
                table.add_row(*texts[:3], Text(texts[3], _style(row)), *texts[4:])
            else:
                cell = self._cells[number]
                begun = self._begun.get(number)
                seconds = f"{time.monotonic() - begun:.0f}" if begun is not None else ""
                running = Text("…" if begun is not None else "", "dim")
                names = (cell.scenario.name, cell.variant.name, cell.model)
                table.add_row(*names, running, str(cell.expected), "", seconds)
        return table


def _texts(row: Row) -> tuple[str, ...]:
    expected = str(row.expected) if row.as_expected else f"{row.expected} !"
    names = (row.scenario, row.variant, row.model)
    return *names, row.found, expected, str(row.refinements), f"{row.seconds:.2f}"


def _style(row: Row) -> str:
    if row.verdict == "UNKNOWN":
        return "yellow"
    return ("green" if row.verdict == "PASS" else "magenta") if row.as_expected else "bold red"
