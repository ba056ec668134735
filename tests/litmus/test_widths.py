"""Final values are cut to the type that is written for them: the sizes are those of C for the kernel's machines."""

from __future__ import annotations

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.litmus import parse_litmus
from modelcheck.solve.litmus import observe
from modelcheck.verdicts.herd import herd_lines

COUNT = """C count

{{ {initial} }}

P0({parameter} *x)
{{
	{local} r0;
	r0 = READ_ONCE(*x);
	r0 = r0 + 1;
	WRITE_ONCE(*x, r0);
}}

locations [0:r0; x]
exists (x={asked})
"""


@pytest.mark.parametrize(
    ("initial", "local", "register", "shown"),
    [
        ("x = 2147483647;", "int", -2147483648, -2147483648),
        ("int x = 2147483647;", "long", 2147483648, -2147483648),
        ("long x = 2147483647;", "int", -2147483648, 2147483648),
        ("unsigned int x = 4294967295;", "int", 0, 0),
        ("unsigned x = -3;", "int", -2, 4294967294),
        ("atomic_t x = ATOMIC_INIT(-3);", "int", -2, 4294967294),
        ("short x = 32767;", "int", 32768, -32768),
        ("char x = 127;", "int", 128, -128),
        ("uint8_t x = 255;", "u16", 256, 0),
        ("s16 x = -32769;", "int", -32768, -32768),
    ],
)
def test_a_value_is_cut_to_its_type(initial: str, local: str, register: int, shown: int) -> None:
    text = COUNT.format(initial=initial, parameter="int", local=local, asked=shown)
    test = parse_litmus(text, "count.litmus")
    found = observe(test, load_model("lkmm"))
    assert list(herd_lines(test, found))[2] == f"0:r0={register}; [x]={shown};"
    assert found.verdict == "Always"
    assert observe(test, load_model("lkmm"), count=False).verdict == "Always"


def test_the_type_of_a_parameter_says_nothing() -> None:
    text = COUNT.format(initial="x = -3;", parameter="atomic_t", local="int", asked=-2)
    assert observe(parse_litmus(text, "count.litmus"), load_model("lkmm")).verdict == "Always"


def test_a_number_in_the_condition_is_cut_likewise() -> None:
    text = COUNT.format(initial="atomic_t x = ATOMIC_INIT(-3);", parameter="atomic_t", local="int", asked=-2)
    assert observe(parse_litmus(text, "count.litmus"), load_model("lkmm")).verdict == "Always"


def test_threads_may_be_void_and_locations_typed() -> None:
    text = """C typed
{ }
void P0(int *x, int **p) { WRITE_ONCE(*x, 1); }
static void P1(int *x) { int r0; r0 = READ_ONCE(*x); }
locations [x int; p int*; 1:r0 int;]
exists (1:r0=1)
"""
    test = parse_litmus(text, "typed.litmus")
    assert "1:r0=1; [p]=0; [x]=1;" in list(herd_lines(test, observe(test, load_model("lkmm"))))
