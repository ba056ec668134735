"""A litmus test for the explorer: its threads store what the condition asks for, and the ends are read from memory."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from modelcheck.frontend.litmus import LitmusTest
from modelcheck.frontend.litmus.condition import Address, Number, Observable, Operand, Register, holds, observables
from modelcheck.interleave.explore import outcomes
from modelcheck.program.expr import Undefined, Value, const, reg, signed
from modelcheck.program.ir import NONE, Block, Function, MemoryObject, Program, Return, Store
from modelcheck.solve.litmus import observed

STRIDE = 64


def states(test: LitmusTest, model: str) -> tuple[set[tuple[int, ...]], str]:
    """The final values of what ``test`` observes, in every execution under ``sc`` or ``tso`` that ends and counts.

    And why there may be others, empty when these are all.
    """
    asked = () if test.filter is None else tuple(observables(test.filter))
    shown = observed(test)
    names = {
        what: f"{what.thread}:{what.name}" if isinstance(what, Register) else what.name for what in (*shown, *asked)
    }
    found: set[tuple[int, ...]] = set()
    ended = outcomes(storing(test, {w: n for w, n in names.items() if isinstance(w, Register)}), model)
    for outcome in ended.finals:
        cells = dict(outcome)
        values = {what: _number(cells.get(name, 0)) for what, name in names.items()}
        if test.filter is None or holds(test.filter, lambda operand, v=values: _value(operand, v)):  # type: ignore[misc]
            found.add(tuple(values[what] for what in shown))
    return found, ended.reason


def _value(operand: Operand, values: Mapping[Observable, int]) -> int:
    return operand.value if isinstance(operand, Number | Address) else values[operand]


def _number(value: Value) -> int:
    return 0 if isinstance(value, Undefined) else signed(value, 64)


def storing(test: LitmusTest, registers: Mapping[Register, str]) -> Program:
    """The program of ``test`` with a location for each register, which its thread writes at its end."""
    program = test.program
    end = max((thing.base + thing.size for thing in program.objects), default=1 << 16)
    at = (end // STRIDE + 1) * STRIDE
    objects: list[MemoryObject] = list(program.objects)
    functions = dict(program.functions)
    for register, name in registers.items():
        objects.append(MemoryObject(name, at, 8, "global"))
        function = functions[f"P{register.thread}"]
        functions[function.name] = _stores(function, register.name, at)
        at += STRIDE
    return evolve(program, objects=tuple(objects), functions=functions)


def _stores(function: Function, name: str, address: int) -> Function:
    number = next(number for number, called in function.names.items() if called == name)
    store = Store(const(address, 64), reg(number, function.widths[number]), 8, NONE, function.source)
    blocks = tuple(
        Block((*block.instructions, store), block.terminator) if isinstance(block.terminator, Return) else block
        for block in function.blocks
    )
    return evolve(function, blocks=blocks)
