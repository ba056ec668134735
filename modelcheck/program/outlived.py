"""Accesses that only ask whether what they are to is still there, where nothing could have ended it.

What the kernel does inside mutex_unlock() after others may have taken the mutex is such an access.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from modelcheck.program.expr import const
from modelcheck.program.ir import Assign, Free, Function, Instruction, Load, Local

STILL_THERE: Final = "Still-there"
"""The tag of a load that does nothing else."""

AFTER: Final = "__after"
"""The member that they are to."""


def outlivable(functions: Mapping[str, Function]) -> dict[str, Function]:
    """``functions`` without them, where nothing frees an object of the heap and no local has the member."""
    steps = [step for function in functions.values() for block in function.blocks for step in block.instructions]
    if any(_ends(step) for step in steps) or not any(asks_only(step) for step in steps):
        return dict(functions)
    return {name: _without(function) for name, function in functions.items()}


def asks_only(step: Instruction) -> bool:
    """Whether ``step`` only asks whether something is still there."""
    return isinstance(step, Load) and STILL_THERE in step.tags


def _ends(step: Instruction) -> bool:
    if isinstance(step, Free):
        return not step.scope
    layout = step.layout if isinstance(step, Local) else None
    return layout is not None and any(leaf.path.endswith(AFTER) for leaf in layout.leaves)


def _without(function: Function) -> Function:
    if not any(asks_only(step) for block in function.blocks for step in block.instructions):
        return function
    blocks = (evolve(block, instructions=tuple(map(_left, block.instructions))) for block in function.blocks)
    return evolve(function, blocks=tuple(blocks))


def _left(step: Instruction) -> Instruction:
    if not isinstance(step, Load) or not asks_only(step):
        return step
    return Assign(step.dst, const(0, 8 * step.size), step.source)
