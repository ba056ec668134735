"""Regions that are read-side sections of RCU for another reason than rcu_read_lock(): with preemption off, say."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from modelcheck.program.ir import Fence, Function, Instruction


def awaited_regions(functions: Mapping[str, Function]) -> dict[str, Function]:
    """``functions`` without the ends of such regions, where nothing in them waits for a grace period.

    Every spinlock is one, and where nobody waits for them they would be steps for nothing.
    """
    steps = [step for function in functions.values() for block in function.blocks for step in block.instructions]
    if not any(map(_region, steps)) or any(isinstance(step, Fence) and "Sync-rcu" in step.tags for step in steps):
        return dict(functions)
    return {name: _without(function) for name, function in functions.items()}


def _region(step: Instruction) -> bool:
    return isinstance(step, Fence) and step.lock is not None


def _without(function: Function) -> Function:
    if not any(_region(step) for block in function.blocks for step in block.instructions):
        return function
    blocks = (
        evolve(block, instructions=tuple(step for step in block.instructions if not _region(step)))
        for block in function.blocks
    )
    return evolve(function, blocks=tuple(blocks))
