"""Who is told of cells as they are worked on, and the one who shows nothing."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from modelcheck.verdicts.row import Row


class View(Protocol):
    """Something that shows cells as they are started and answered; a context manager around the run."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None: ...

    def started(self, number: int) -> None:
        """Cell ``number`` is being worked on."""

    def answered(self, number: int, row: Row) -> None:
        """Cell ``number`` has its row."""

    def tick(self) -> None:
        """Time has passed."""


class Silent:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def started(self, number: int) -> None:
        """Nothing."""

    def answered(self, number: int, row: Row) -> None:
        """Nothing."""

    def tick(self) -> None:
        """Nothing."""
