"""Choices that nothing rests on: left out, for they would be choices of nothing."""

from __future__ import annotations

from attrs import evolve

from modelcheck.program.flow import operands, registers
from modelcheck.program.ir import Branch, Choose, Exit, Function, Return, Switch


def without_idle_choices(function: Function) -> Function:
    """``function`` without choices whose result is not looked at: of what was printed, say."""
    chosen = {step.dst for block in function.blocks for step in block.instructions if isinstance(step, Choose)}
    if not chosen:
        return function
    looked_at: set[int] = set()
    for block in function.blocks:
        for step in block.instructions:
            looked_at.update(number for value in operands(step) for number in registers(value))
        end = block.terminator
        if isinstance(end, Branch):
            looked_at.update(registers(end.condition))
        elif isinstance(end, Switch):
            looked_at.update(registers(end.value))
        elif isinstance(end, (Return, Exit)) and end.value is not None:
            looked_at.update(registers(end.value))
    idle = chosen - looked_at
    if not idle:
        return function
    blocks = []
    for block in function.blocks:
        kept = tuple(step for step in block.instructions if not (isinstance(step, Choose) and step.dst in idle))
        blocks.append(evolve(block, instructions=kept))
    return evolve(function, blocks=tuple(blocks))
