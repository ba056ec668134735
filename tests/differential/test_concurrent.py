"""A small part of the comparison of the two engines, and of the laws that verdicts keep."""

from __future__ import annotations

from collections import Counter

from tests.differential.concurrent import differences
from tests.differential.laws import broken


def test_the_engines_say_the_same_of_random_threads() -> None:
    tally: Counter[str] = Counter()
    assert [line for seed in range(20) for line in differences(seed, 2_000, 60, tally)] == []
    assert {key.split()[2] for key in tally} >= {"PASS", "FAIL"}


def test_verdicts_on_random_threads_keep_the_laws() -> None:
    tally: Counter[str] = Counter()
    assert [line for seed in range(5) for line in broken(seed, 60, tally)] == []
    assert tally
