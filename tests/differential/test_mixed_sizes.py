"""A small part of the comparison of the engines on memory that is accessed whole and in parts."""

from __future__ import annotations

from collections import Counter

from tests.differential.mixed_sizes import differences


def test_the_engines_say_the_same_of_what_is_accessed_whole_and_in_parts() -> None:
    tally: Counter[str] = Counter()
    assert [line for seed in range(20) for line in differences(seed, tally)] == []
    assert {"sc PASS", "sc FAIL", "lkmm PASS", "lkmm FAIL"} <= tally.keys()
