"""Arrays: ``t[i]`` is an element, and what is added to a pointer are bytes, as herd7 has it: ``*(t + 4)`` may be it."""

from __future__ import annotations

import pytest

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.solve.litmus import observe
from modelcheck.verdicts.herd import herd_lines

TEXT = """C arrays
{{ {initial} }}
P0({type} *t, int **p) {{ int r0; {body} }}
locations [0:r0;]
exists (0:r0=2)
"""


def shown(initial: str, body: str, type_: str = "int") -> str:
    test = parse_litmus(TEXT.format(initial=initial, body=body, type=type_), "arrays.litmus")
    return list(herd_lines(test, observe(test, load_model("lkmm"))))[2]


@pytest.mark.parametrize(
    ("initial", "body", "value"),
    [
        ("int t[2] = {1,2};", "r0 = t[1];", "2"),
        ("int t[2] = {1,2};", "r0 = READ_ONCE(*(t+4));", "2"),
        ("int t[2] = {1,2};", "WRITE_ONCE(*(t+7), 3); r0 = READ_ONCE(t[1]);", "2"),
        ("int t[2] = {1,2};", "WRITE_ONCE(*(t+7), 3); r0 = READ_ONCE(*(t+7));", "3"),
        ("int t[2] = {1,2};", "r0 = READ_ONCE(*(t+8));", "0"),
        ("int t[3] = {1,2,3};", "int *r1; r1 = t + 4; r0 = r1[1];", "3"),
        ("char t[3] = {1,2,3};", "r0 = *(t+2) + t[0];", "4"),
        ("long t[2] = {1,2};", "r0 = *(t+8);", "2"),
        ("int t[2] = {1,2}; int *p = &t[1];", "r0 = **p;", "2"),
        ("int t[2] = {1,2}; int *p = &t[1];", "r0 = READ_ONCE(*p);", "t[1]"),
        ("int t[2] = {1,2};", "r0 = t + 7;", "t+7"),
    ],
)
def test_what_is_read(initial: str, body: str, value: str) -> None:
    assert shown(initial, body) == f"0:r0={value};"


def test_the_initial_state_says_how_large_an_element_is() -> None:
    assert shown("char t[3] = {1,2,3};", "r0 = t[2];", "int") == "0:r0=3;"


def test_a_condition_may_not_ask_for_an_element_that_there_is_not() -> None:
    with pytest.raises(InputError, match="there is no t\\[2\\]"):
        parse_litmus("C a\n{ int t[2] = {1,2}; }\nP0(int *t) { }\nexists (t[2]=0)\n", "a.litmus")
