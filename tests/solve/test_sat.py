"""z3 over numbered literals: what is added between checks counts in the next one."""

from __future__ import annotations

import pytest

from modelcheck.solve.sat import NO, YES, Circuit, Solver


def test_a_literal_may_be_asked_for_before_any_clause_has_it() -> None:
    circuit = Circuit()
    solver = Solver(circuit)
    one = circuit.fresh()
    assert solver.check([one])
    assert solver.check([-one])
    circuit.add(-one)
    assert not solver.check([one])
    assert solver.core() == [one]


def test_an_empty_clause_cannot_hold() -> None:
    circuit = Circuit()
    solver = Solver(circuit)
    assert solver.check()
    circuit.add(NO)
    assert not solver.check()


@pytest.mark.parametrize("held", range(8))
def test_gates_say_what_they_are_made_of(held: int) -> None:
    circuit = Circuit()
    solver = Solver(circuit)
    bits = [circuit.fresh() for _ in range(3)]
    every, some = circuit.all_of(bits), circuit.any_of(bits)
    chosen = circuit.if_else(bits[0], bits[1], bits[2])
    assert solver.check([bit if held >> number & 1 else -bit for number, bit in enumerate(bits)])
    values = [bool(held >> number & 1) for number in range(3)]
    assert [solver.holds(bit) for bit in bits] == values
    assert solver.holds(every) == all(values)
    assert solver.holds(some) == any(values)
    assert solver.holds(chosen) == (values[1] if values[0] else values[2])
    assert solver.holds(YES)
    made_since = circuit.all_of((bits[0], -bits[1]))
    assert solver.holds(made_since) == (values[0] and not values[1])


@pytest.mark.parametrize("count", [2, 5, 9])
def test_at_most_one(count: int) -> None:
    circuit = Circuit()
    solver = Solver(circuit)
    bits = [circuit.fresh() for _ in range(count)]
    circuit.at_most_one(bits)
    for number, bit in enumerate(bits):
        assert solver.check([bit])
        assert not solver.check([bit, bits[number - 1]])
