"""Values that rest on themselves, as herd7 counts them: copies stand for any value, branches decide, computing is none.

Each expected line is reasoned out: four ways for two reads to read from, less what does not count.
"""

from __future__ import annotations

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.solve.litmus import observe
from modelcheck.verdicts.herd import herd_lines

RING = """C ring

{{ }}

P0(int *x, int *y)
{{
	int r0;
	{first}
}}

P1(int *x, int *y)
{{
	int r0;
	{second}
}}

exists (1:r0={value})
"""


def lines(first: str, second: str, value: int = 1) -> list[str]:
    test = parse_litmus(RING.format(first=first, second=second, value=value), "ring.litmus")
    return list(herd_lines(test, observe(test, load_model("lkmm"))))


def test_a_ring_of_copies_counts_once_with_a_symbol() -> None:
    found = lines("r0 = *x; *y = r0;", "r0 = *y; *x = r0;")
    assert found[1:4] == ["States 2", "1:r0=S0;", "1:r0=0;"]
    assert "Positive: 0 Negative: 4" in found


@pytest.mark.parametrize("computed", ["r0 + 1", "r0 - r0", "r0 & 1", "2 * r0"])
def test_a_ring_that_computes_does_not_count(computed: str) -> None:
    found = lines(f"r0 = *x; *y = {computed};", "r0 = *y; *x = r0;", 7)
    assert "Positive: 0 Negative: 3" in found


def test_a_ring_whose_value_is_computed_with_elsewhere_does_not_count() -> None:
    assert "Positive: 0 Negative: 3" in lines("r0 = *x; *y = r0;", "r0 = *y; *x = r0; r0 = r0 + 1;", 7)


def test_a_ring_whose_value_is_branched_upon_does_not_count() -> None:
    assert "Positive: 0 Negative: 1" in lines("r0 = *x; if (r0) *y = r0;", "r0 = *y; if (r0) *x = r0;", 7)


def test_branches_on_plain_reads_may_justify_one_another() -> None:
    found = lines("r0 = *x; if (r0) *y = 1;", "r0 = *y; if (r0) *x = 1;")
    assert "Positive: 1 Negative: 1" in found
    assert "Flag data-race" in found


def test_a_branch_may_justify_the_value_that_a_store_behind_it_writes() -> None:
    # Read 0 from the start or from the other's 0, or 1 from the other's 1: by ways of the two reads 1, 1, 1 and 2.
    found = lines("r0 = 1; if (*x == 0) r0 = 0; *y = r0;", "r0 = *y; *x = r0;")
    assert "Positive: 1 Negative: 4" in found


def test_branches_on_marked_reads_do_not() -> None:
    ring = "r0 = READ_ONCE({}); if (r0) WRITE_ONCE({}, 1);"
    assert "Positive: 0 Negative: 1" in lines(ring.format("*x", "*y"), ring.format("*y", "*x"))


def test_a_decision_without_counting_knows_them_too() -> None:
    text = RING.format(first="r0 = *x; if (r0) *y = 1;", second="r0 = *y; if (r0) *x = 1;", value=1)
    found = observe(parse_litmus(text, "ring.litmus"), load_model("lkmm"), count=False)
    assert (found.verdict, found.flags) == ("Sometimes", ("data-race",))
