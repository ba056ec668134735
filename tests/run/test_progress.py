"""How far a run is, told with an estimate that is arithmetic."""

from __future__ import annotations

from modelcheck.run import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_said_of_the_rest_before_three_jobs_have_ended() -> None:
    clock = Clock()
    progress = Progress(10, clock=clock)
    clock.now += 30
    progress.done = 2
    assert str(progress) == "2 of 10"


def test_the_rest_takes_as_long_for_each_job_as_what_is_done() -> None:
    clock = Clock()
    progress = Progress(10, clock=clock)
    clock.now += 8
    progress.done = 4
    assert progress.left() == 12
    assert str(progress) == "4 of 10, about 10 s left"


def test_long_times_are_told_in_minutes_and_the_end_without_any() -> None:
    clock = Clock()
    progress = Progress(100, clock=clock)
    clock.now += 600
    progress.done = 50
    assert str(progress) == "50 of 100, about 10 min left"
    progress.done = 100
    assert str(progress) == "100 of 100"
