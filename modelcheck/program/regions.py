"""Regions that are read-side sections of RCU for another reason than rcu_read_lock(): with preemption off, say."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from modelcheck.program.expr import const
from modelcheck.program.ir import Assign, Fence, Function, Instruction, Load, Store


def awaited_regions(functions: Mapping[str, Function]) -> dict[str, Function]:
    """``functions`` without the ends of such regions, where nothing in them waits for a grace period, or asks whether a
    thread is in one.

    Every spinlock is one, and where nobody waits for them they would be steps for nothing.
    """
    steps = [step for function in functions.values() for block in function.blocks for step in block.instructions]
    if not any(map(_region, steps)) or any(map(_matter, steps)):
        return dict(functions)
    return {name: _without(function) for name, function in functions.items()}


def _matter(step: Instruction) -> bool:
    """Whether ``step`` tells one who is in a region from one who is not."""
    return (isinstance(step, Fence) and "Sync-rcu" in step.tags) or (isinstance(step, Load) and "Asked" in step.tags)


def _region(step: Instruction) -> bool:
    if isinstance(step, Fence):
        return step.lock is not None
    return isinstance(step, Load | Store) and "Region" in step.tags


def _without(function: Function) -> Function:
    if not any(_region(step) for block in function.blocks for step in block.instructions):
        return function
    blocks = (
        evolve(block, instructions=tuple(kept for step in block.instructions if (kept := _left(step)) is not None))
        for block in function.blocks
    )
    return evolve(function, blocks=tuple(blocks))


def _left(step: Instruction) -> Instruction | None:
    """What is left of ``step`` where there are no such regions."""
    if not _region(step):
        return step
    return Assign(step.dst, const(0, 8 * step.size), step.source) if isinstance(step, Load) else None
