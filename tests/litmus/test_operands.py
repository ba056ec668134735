"""Operands of one expression: nothing orders the accesses of one against those of another, as herd7 has it.

The counts are those of the ways in which the reads may read, less the ones that coherence forbids among ordered reads.
"""

from __future__ import annotations

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.solve.litmus import Observation, observe
from tests.litmus.explored import states

TEXT = """C operands
{{ }}
P0(int *x, int *y) {{ int r0; int r1; {first} }}
P1(int *x, int *y) {{ int r0; {second} }}
exists ({asked})
"""


def found(first: str, second: str, asked: str, model: str = "lkmm") -> Observation:
    text = TEXT.format(first=first, second=second, asked=asked)
    return observe(parse_litmus(text, "operands.litmus"), load_model(model))


@pytest.mark.parametrize(
    ("expression", "positive", "negative"),
    [
        ("READ_ONCE(*x) - READ_ONCE(*x)", 1, 3),
        ("smp_load_acquire(x) - smp_load_acquire(x)", 1, 3),
        ("(READ_ONCE(*x) + 0) - (0 + READ_ONCE(*x))", 1, 3),
        ("1 & (READ_ONCE(*x) - READ_ONCE(*x))", 2, 2),
    ],
)
def test_two_reads_of_one_cell_may_see_its_writes_in_either_order(
    expression: str, positive: int, negative: int
) -> None:
    seen = found(f"r0 = {expression};", "WRITE_ONCE(*x, 1);", "0:r0=1")
    assert (seen.positive, seen.negative) == (positive, negative)


def test_statements_stay_in_order() -> None:
    seen = found("r0 = READ_ONCE(*x); r1 = READ_ONCE(*x);", "WRITE_ONCE(*x, 1);", "0:r0=1 /\\ 0:r1=0")
    assert (seen.positive, seen.negative) == (0, 3)


def test_what_an_operand_reads_through_what_it_read_stays_in_order() -> None:
    text = """C nested
{ int *p = &x; }
P0(int *x, int **p) { int r0; r0 = *READ_ONCE(*p) + READ_ONCE(*x); }
P1(int *x) { WRITE_ONCE(*x, 1); }
exists (0:r0=1)
"""
    seen = observe(parse_litmus(text, "nested.litmus"), load_model("lkmm"))
    assert (seen.positive, seen.negative) == (2, 2)


def test_a_write_in_one_operand_may_be_seen_in_another() -> None:
    # The read sees 0, or what the exchange beside it wrote.
    seen = found("r0 = xchg(x, 1) + 2 * READ_ONCE(*x);", "WRITE_ONCE(*y, 1);", "0:r0=2")
    assert (seen.positive, seen.negative) == (1, 1)


def test_both_operands_come_before_what_rests_on_them() -> None:
    # Load buffering with a data dependency on each side.
    first = "WRITE_ONCE(*y, READ_ONCE(*x) + READ_ONCE(*x));"
    second = "r0 = READ_ONCE(*y); WRITE_ONCE(*x, r0 + 1);"
    assert found(first, second, "1:r0=2").verdict == "Never"


def test_arguments_of_a_call_are_operands() -> None:
    seen = found("r0 = atomic_add_return(READ_ONCE(*x), y) - READ_ONCE(*x);", "WRITE_ONCE(*x, 1);", "0:r0=-1")
    assert (seen.positive, seen.negative) == (1, 3)


def test_a_round_of_a_loop_comes_before_the_next() -> None:
    loop = "r1 = 0; r0 = 0; while (r1 < 2) { r0 = 4 * r0 + READ_ONCE(*x) + 2 * READ_ONCE(*x); r1 = r1 + 1; }"
    # Each of the two reads of the first round may see either, and what one saw stays seen in the second.
    seen = found(loop, "WRITE_ONCE(*x, 1);", "0:r0=12")
    assert (seen.positive, seen.negative) == (0, 7)


def test_under_sc_too_an_expression_takes_its_operands_in_any_order() -> None:
    assert found("r0 = READ_ONCE(*x) - READ_ONCE(*x);", "WRITE_ONCE(*x, 1);", "0:r0=1", "sc").verdict == "Sometimes"


def test_the_other_engine_says_that_it_does_not_mix_operands() -> None:
    text = TEXT.format(first="r0 = READ_ONCE(*x) - READ_ONCE(*x);", second="WRITE_ONCE(*x, 1);", asked="0:r0=1")
    _, reason = states(parse_litmus(text, "operands.litmus"), "sc")
    assert "in any order" in reason
