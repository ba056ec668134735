"""Expressions: each operator as C has it, and building that folds without changing a value."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcheck.program.expr import (
    FALSE,
    OPERATORS,
    TRUE,
    UNDEFINED,
    Expr,
    Undefined,
    Value,
    apply,
    conj,
    const,
    disj,
    mask,
    negate,
    op,
    reg,
    signed,
)

WIDTHS = (8, 16, 32, 64)

IN_C = [
    # operator, width, operands, width of the operands, result as C and two's complement give it
    ("add", 8, (255, 1), 8, 0),
    ("sub", 32, (0, 1), 32, 0xFFFFFFFF),
    ("mul", 16, (0x8000, 2), 16, 0),
    ("udiv", 8, (250, 7), 8, 35),
    ("urem", 8, (250, 7), 8, 5),
    ("sdiv", 8, (0xF9, 2), 8, 0xFD),  # -7 / 2 == -3
    ("srem", 8, (0xF9, 2), 8, 0xFF),  # -7 % 2 == -1
    ("sdiv", 8, (7, 0xFE), 8, 0xFD),  # 7 / -2 == -3
    ("srem", 8, (7, 0xFE), 8, 1),
    ("sdiv", 8, (0x80, 0xFF), 8, 0x80),  # -128 / -1 wraps
    ("and", 8, (0b1100, 0b1010), 8, 0b1000),
    ("or", 8, (0b1100, 0b1010), 8, 0b1110),
    ("xor", 8, (0b1100, 0b1010), 8, 0b0110),
    ("not", 8, (0x0F,), 8, 0xF0),
    ("neg", 8, (1,), 8, 255),
    ("shl", 8, (0x81, 1), 8, 2),
    ("lshr", 8, (0x81, 1), 8, 0x40),
    ("ashr", 8, (0x81, 1), 8, 0xC0),
    ("eq", 1, (3, 3), 8, 1),
    ("ne", 1, (3, 3), 8, 0),
    ("ult", 1, (0xFF, 1), 8, 0),
    ("slt", 1, (0xFF, 1), 8, 1),
    ("ule", 1, (1, 1), 8, 1),
    ("sle", 1, (0x80, 0x7F), 8, 1),
    ("zext", 32, (0xFF,), 8, 0xFF),
    ("sext", 32, (0xFF,), 8, 0xFFFFFFFF),
    ("trunc", 8, (0x1234,), 16, 0x34),
]


@pytest.mark.parametrize(("operator", "width", "operands", "operand_width", "expected"), IN_C)
def test_operators_compute_as_in_c(
    operator: str, width: int, operands: tuple[int, ...], operand_width: int, expected: int
) -> None:
    assert apply(operator, width, operands, operand_width) == expected


def test_signed_reads_twos_complement() -> None:
    assert [signed(value, 8) for value in (0, 127, 128, 255)] == [0, 127, -128, -1]


def test_equal_expressions_are_one_object_also_when_they_come_from_a_file() -> None:
    one = op("add", 32, reg(1, 32), const(7, 32))
    assert one is op("add", 32, reg(1, 32), const(7, 32))
    assert pickle.loads(pickle.dumps(one)) is one
    assert pickle.loads(pickle.dumps(UNDEFINED)) is UNDEFINED


def test_what_nobody_wrote_spreads_except_where_it_does_not_matter() -> None:
    assert apply("add", 8, (UNDEFINED, 1), 8) is UNDEFINED
    assert apply("ite", 8, (1, 5, UNDEFINED), 1) == 5
    assert apply("ite", 8, (0, 5, UNDEFINED), 1) is UNDEFINED
    assert apply("ite", 8, (UNDEFINED, 5, 5), 1) is UNDEFINED
    assert apply("defined", 1, (UNDEFINED,), 8) == 0
    assert apply("defined", 1, (3,), 8) == 1


Tree = tuple[Expr, Expr]
"""An expression built with `op`, and what it is built from without folding: nested (operator, width, parts)."""


def plain(tree: object, values: dict[int, Value]) -> tuple[Value, int]:
    """Value and width of a tree of (operator, width, parts), ("reg", number, width) and ("const", value, width)."""
    assert isinstance(tree, tuple)
    if tree[0] == "reg":
        return values[tree[1]], tree[2]
    if tree[0] == "const":
        return tree[1], tree[2]
    operator, width, parts = tree
    found = [plain(part, values) for part in parts]
    return apply(operator, width, [value for value, _ in found], found[0][1]), width


def built(tree: object) -> Expr:
    assert isinstance(tree, tuple)
    if tree[0] == "reg":
        return reg(tree[1], tree[2])
    if tree[0] == "const":
        return const(tree[1], tree[2])
    operator, width, parts = tree
    return op(operator, width, *(built(part) for part in parts))


def evaluate(expression: Expr, values: dict[int, Value]) -> Value:
    if expression.kind == "reg":
        return values[expression.data]
    if expression.kind == "const":
        found: Value = expression.data
        return found
    parts = [evaluate(argument, values) for argument in expression.args]
    return apply(expression.data, expression.width, parts, expression.args[0].width)


BINARY = ("add", "sub", "mul", "udiv", "urem", "sdiv", "srem", "and", "or", "xor", "shl", "lshr", "ashr")
COMPARISONS = ("eq", "ne", "ult", "ule", "slt", "sle")


@st.composite
def trees(draw: st.DrawFn, width: int, depth: int) -> object:
    """A random tree over three registers of each width."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        if draw(st.booleans()):
            return ("reg", 10 * width + draw(st.integers(0, 2)), width)
        return ("const", draw(st.sampled_from((0, 1, 2, mask(width), mask(width) >> 1))) & mask(width), width)

    def part(of: int) -> object:
        return draw(trees(of, depth - 1))

    if width == 1:
        kind = draw(st.sampled_from(("compare", "logic", "not", "ite")))
        if kind == "compare":
            of = draw(st.sampled_from((1, *WIDTHS)))
            which = ("eq", "ne") if of == 1 else COMPARISONS
            return (draw(st.sampled_from(which)), 1, (part(of), part(of)))
        if kind == "logic":
            return (draw(st.sampled_from(("and", "or", "xor"))), 1, (part(1), part(1)))
        if kind == "not":
            return ("not", 1, (part(1),))
        return ("ite", 1, (part(1), part(1), part(1)))
    kind = draw(st.sampled_from(("binary", "unary", "ite", "extend", "trunc")))
    narrower = [w for w in (1, *WIDTHS) if w < width]
    wider = [w for w in WIDTHS if w > width]
    if kind == "extend":
        return (draw(st.sampled_from(("zext", "sext"))), width, (part(draw(st.sampled_from(narrower))),))
    if kind == "trunc" and wider:
        return ("trunc", width, (part(draw(st.sampled_from(wider))),))
    if kind == "ite":
        return ("ite", width, (part(1), part(width), part(width)))
    if kind == "unary":
        return (draw(st.sampled_from(("neg", "not"))), width, (part(width),))
    return (draw(st.sampled_from(BINARY)), width, (part(width), part(width)))


@settings(max_examples=400)
@given(st.sampled_from((1, *WIDTHS)).flatmap(lambda width: trees(width, 4)), st.randoms(use_true_random=False))
def test_folding_changes_no_value(tree: object, choose: object) -> None:
    values: dict[int, Value] = {}
    for width in (1, *WIDTHS):
        for number in range(3):
            interesting = (0, 1, 2, mask(width), mask(width) >> 1, (mask(width) >> 1) + 1)
            values[10 * width + number] = choose.choice(interesting) & mask(width)  # type: ignore[attr-defined]
    expected, width = plain(tree, values)
    expression = built(tree)
    assert expression.width == width
    assert evaluate(expression, values) == expected
    assert isinstance(expected, Undefined) or 0 <= expected <= mask(width)


def test_every_operator_is_covered_by_a_case_or_by_the_undefined_ones() -> None:
    assert {case[0] for case in IN_C} | {"ite", "defined", *IN_LINE} == set(OPERATORS)


LINES = [(), (1,), (1, 2), (2, 1), (7, 3, 255), tuple(range(1, 9))]
IN_LINE: dict[str, Callable[[tuple[int, ...], int], bool | tuple[int, ...]]] = {
    "joined": lambda line, one: (*line, one) if one not in line and len(line) < 8 else line,
    "left": lambda line, one: tuple(other for other in line if other != one),
    "within": lambda line, one: one in line,
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("one", [1, 2, 3, 9])
@pytest.mark.parametrize("operator", IN_LINE)
def test_a_line_is_the_bytes_that_are_not_0(operator: str, line: tuple[int, ...], one: int) -> None:
    number = sum(byte << 8 * place for place, byte in enumerate(line))
    after = IN_LINE[operator](line, one)
    expected = int(after) if isinstance(after, bool) else sum(byte << 8 * place for place, byte in enumerate(after))
    assert apply(operator, 64, [number, one], 64) == expected


def test_connectives_fold_constants_and_negation_is_its_own_inverse() -> None:
    a, b = op("ult", 1, reg(1, 8), reg(2, 8)), reg(3, 1)
    assert conj() is TRUE
    assert disj() is FALSE
    assert conj(TRUE, a, TRUE) is a
    assert conj(a, FALSE, b) is FALSE
    assert disj(FALSE, a) is a
    assert disj(a, TRUE) is TRUE
    assert negate(negate(a)) is a
    equal = op("eq", 1, reg(1, 8), reg(2, 8))
    assert negate(equal) is op("ne", 1, reg(1, 8), reg(2, 8))
