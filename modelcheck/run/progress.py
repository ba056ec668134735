"""How far a run of jobs is, and how long the rest may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from attrs import define, field

_FEWEST: Final = 3
"""Nothing is said about the rest before so many jobs have ended."""


@define
class Progress:
    """Counts the jobs of a run that have ended.

    Attributes:
        total: how many jobs there are.
        done: how many have ended.
        clock: gives seconds.
    """

    total: int
    done: int = 0
    clock: Callable[[], float] = time.monotonic
    _begun: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._begun = self.clock()

    def left(self) -> float | None:
        """Seconds that the rest may take, at the pace up to now; None when that cannot be said yet."""
        if self.done < _FEWEST or self.done >= self.total:
            return None
        return (self.clock() - self._begun) / self.done * (self.total - self.done)

    def __str__(self) -> str:
        """``12 of 100, about 20 s left``."""
        left = self.left()
        return f"{self.done} of {self.total}" + ("" if left is None else f", about {_told(left)} left")


def _told(seconds: float) -> str:
    """Seconds as a guess is told: rounded, and in minutes where there are many."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min"
