"""Arithmetic in bits against arithmetic on numbers."""

from __future__ import annotations

import random

import pytest

from modelcheck.program.expr import OPERATORS, apply
from modelcheck.solve.bits import BY_VALUE, COMPARISONS, Arithmetic, constant
from modelcheck.solve.sat import Circuit, Solver

EDGES = (0, 1, 2, 3, 5, 7, 8, 9, 16, 31, 32, 33, 127, 128, 255, 1 << 31, (1 << 31) - 1, (1 << 32) - 1)
UNARY = ("neg", "not")


@pytest.mark.parametrize("operator", sorted(set(OPERATORS) - BY_VALUE - {"ite", "zext", "sext", "trunc", "defined"}))
@pytest.mark.parametrize("width", [8, 24, 32])
def test_every_operator_in_bits_is_the_one_on_numbers(operator: str, width: int) -> None:
    chance = random.Random(f"{operator}{width}")
    circuit = Circuit()
    arithmetic = Arithmetic(circuit)
    count = 1 if operator in UNARY else 2
    inputs = [[circuit.fresh() for _ in range(width)] for _ in range(count)]
    bits = arithmetic.apply(operator, width, inputs)
    solver = Solver(circuit)
    for _ in range(12):
        numbers = [chance.choice((chance.choice(EDGES), chance.getrandbits(width))) % (1 << width) for _ in inputs]
        given = [
            bit if number >> index & 1 else -bit
            for bits_, number in zip(inputs, numbers, strict=True)
            for index, bit in enumerate(bits_)
        ]
        expected = apply(operator, 1 if operator in COMPARISONS else width, numbers, width)
        assert solver.check(given)
        assert sum(1 << index for index, bit in enumerate(bits) if solver.holds(bit)) == expected, numbers
        folded = arithmetic.apply(operator, width, [constant(number, width) for number in numbers])
        assert folded == constant(int(str(expected)), len(bits)), numbers


@pytest.mark.parametrize("operator", ["zext", "sext", "trunc"])
def test_changes_of_width(operator: str) -> None:
    arithmetic = Arithmetic(Circuit())
    for width in (8, 16, 32, 64):
        for number in (0, 1, 0x7FFF, 0x8000, 0x8080, 0xFFFF):
            found = arithmetic.apply(operator, width, [constant(number, 16)])
            assert found == constant(int(str(apply(operator, width, [number], 16))), width)


def test_between_two_numbers() -> None:
    arithmetic = Arithmetic(Circuit())
    for number in range(16):
        for first in range(16):
            for last in range(first, 18):
                inside = arithmetic.within(constant(number, 4), first, last)
                assert (inside > 0) == (first <= number <= last)
