"""Minimal sets, against all sets tried out."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelcheck.auditing.sets import minimal_sets

COUNT = 5

losses = st.lists(st.frozensets(st.integers(0, COUNT - 1), min_size=1, max_size=3), max_size=4)


def subsets(count: int) -> list[frozenset[int]]:
    return [frozenset(c) for c in chain.from_iterable(combinations(range(count), n) for n in range(count + 1))]


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(losses)
def test_minimal_sets_are_those_found_by_trying_all(breaking: list[frozenset[int]]) -> None:
    def holds(gone: frozenset[int]) -> bool:
        return not any(loss <= gone for loss in breaking)

    found = minimal_sets(COUNT, holds, most=64)
    bad = [gone for gone in subsets(COUNT) if not holds(gone)]
    enough = [kept for kept in subsets(COUNT) if holds(frozenset(range(COUNT)) - kept)]
    assert found.exhaustive
    assert set(found.losses) == {gone for gone in bad if not any(other < gone for other in bad)}
    assert set(found.suffice) == {kept for kept in enough if not any(other < kept for other in enough)}


def test_what_cannot_be_decided_is_not_called_exhaustive() -> None:
    found = minimal_sets(2, lambda gone: None if len(gone) == 2 else True, most=64)
    assert not found.exhaustive
    assert found.reason == "some sets could not be decided"


def test_a_limit_is_told() -> None:
    found = minimal_sets(4, lambda gone: len(gone) < 2, most=2)
    assert not found.exhaustive
    assert found.reason == "stopped after 2 sets"
