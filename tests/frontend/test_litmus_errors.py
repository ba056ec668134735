"""Wrong litmus tests: each is refused in one line, with the place."""

from __future__ import annotations

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.litmus import parse_litmus

GOOD = """C good
{ x = 1; }
P0(int *x)
{
	int r0;
	r0 = READ_ONCE(*x);
}
exists (0:r0=1)
"""


def refused(text: str) -> str:
    with pytest.raises(InputError) as error:
        parse_litmus(text, "t.litmus")
    assert error.value.line is not None
    assert error.value.column is not None
    return str(error.value)


def test_the_good_one_is_good() -> None:
    assert parse_litmus(GOOD, "t.litmus").name == "good"


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("READ_ONCE", "READ_ONCCE", "6:7", "no primitive READ_ONCCE(); did you mean READ_ONCE"),
        ("READ_ONCE(*x)", "READ_ONCE(*x) + r7", "6:23", "r7 is neither declared nor assigned in P0"),
        ("READ_ONCE(*x)", "READ_ONCE(*x, 1)", "6:7", "takes 1 argument, and not 2"),
        ("READ_ONCE(*x)", "READ_ONCE(x)", "6:17", "dereference a pointer"),
        ("READ_ONCE(*x)", "READ_ONCE(*x) +", "6:22", "expected expression"),
        ("READ_ONCE(*x)", "*x + READ_ONCE(*x) * * ;", "6:30", "expected expression"),
        ("READ_ONCE(*x)", "smp_mb()", "6:5", "void"),
        ("READ_ONCE(*x)", "x->next", "6:8", "members of structures"),
        ("READ_ONCE(*x)", "(READ_ONCE(*x)", "6:7", "not closed"),
        ("READ_ONCE(*x)", "READ_ONCE(*x))", "6:20", "closes nothing"),
        ("int r0", "int @ r0", "5:6", "'@'"),
        ("int r0", "int x", "5:6", "x is a parameter of P0"),
        ("int r0", "int r0, a[2]", "5:10", "an array cannot be a variable"),
        ("int r0", "int r0; goto away", "5:15", "undeclared label"),
        ("int *x)", "int *x, int *x)", "3:17", "two parameters x"),
        ("int *x)", "int *)", "3:4", "needs a name"),
        ("int *x)", "int *x", "3:3", "not closed"),
        ("x = 1", "x = ", "2:7", "a name is expected"),
        ("x = 1", "x = 1 2", "2:9", "2 is not expected"),
        ("x = 1", "4:r1 = 1", "2:5", "no thread P4"),
        ("x = 1", "x = 0x10000000000000000", "2:7", "64 bits"),
        ("0:r0=1", "0:r9=1", "8:9", "no register r9 in P0"),
        ("0:r0=1", "3:r0=1", "8:9", "no thread P3"),
        ("0:r0=1", "xx=1", "8:9", "no location xx; did you mean x"),
        ("0:r0=1", "0:r0=y", "8:14", "no location y"),
        ("0:r0=1", "x[4]=1", "8:9", "no x[4]"),
        ("0:r0=1", "0:r0", "8:13", "comparison"),
        ("0:r0=1)", "0:r0=1", "9:1", "the end of the file"),
        ("0:r0=1)", "0:", "9:1", "the name of a register is expected here, and not the end of the file"),
        ("0:r0=1)", "x=1 /\\ *", "9:1", "a location is expected here, and not the end of the file"),
        ("exists", "exist", "8:1", "exist is not expected"),
        ("exists", "filter (0:r5=1) exists", "8:9", "no register r5"),
        ("exists", "P0(int *y) { }\nexists", "8:1", "thread P0 is there twice"),
        ("exists", "P2(int *y) { }\nexists", "8:1", "no thread P1"),
        ("exists", "(* exists", "8:1", "not closed"),
        ("r0 = READ", "/* r0 = READ", "6:2", "not closed"),
        ("C good", "X86 good", "1:1", "C name"),
    ],
)
def test_an_error_names_its_place(old: str, new: str, place: str, says: str) -> None:
    message = refused(GOOD.replace(old, new))
    assert message.startswith(f"t.litmus:{place}: ")
    assert says in message


@pytest.mark.parametrize("text", ["", "\n \n", "\0\1\2abc", "\x7fELF\2", "C foo\n", "(* only a comment *)", "C"])
def test_what_is_no_litmus_test_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize("length", range(1, GOOD.index("}\nexists"), 7))
def test_a_truncated_test_is_refused(length: int) -> None:
    refused(GOOD[:length])


@pytest.mark.parametrize(
    "statement",
    ["r0 = " + "(" * 3000 + "1" + ")" * 3000, "r0 = " + "(int)" * 3000 + "1", "r0 = " + "!" * 3000 + "1", "{" * 3000],
)
def test_deep_nesting_is_refused(statement: str) -> None:
    refused(GOOD.replace("r0 = READ_ONCE(*x)", statement))


def test_a_deep_condition_is_refused() -> None:
    refused(GOOD.replace("0:r0=1", "(" * 5000 + "0:r0=1" + ")" * 5000))
    refused(GOOD.replace("0:r0=1", "~" * 5000 + "0:r0=1"))
