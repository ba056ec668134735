"""A line on a terminal that says how far it is, while something else waits to be printed."""

from __future__ import annotations

from typing import TextIO

from modelcheck.run.progress import Progress


class ProgressLine:
    """Shows ``12 of 100, about 20 s left`` on ``stream`` where that is a terminal; a context manager that wipes it."""

    def __init__(self, stream: TextIO, what: str) -> None:
        self._stream = stream if stream.isatty() else None
        self._what = what
        self._progress: Progress | None = None

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def begins(self, total: int) -> None:
        """There are so many jobs."""
        self._progress = Progress(total)
        self.tick()

    def ended(self) -> None:
        """One more has ended."""
        assert self._progress is not None
        self._progress.done += 1
        self.tick()

    def tick(self) -> None:
        """Time has passed."""
        if self._stream is not None and self._progress is not None:
            self._stream.write(f"\r\x1b[K{self._what}: {self._progress}")
            self._stream.flush()

    def wipe(self) -> None:
        """Leave the line empty."""
        if self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
