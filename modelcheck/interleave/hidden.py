"""What nobody looked at because a failure that nobody asked for had stopped a thread."""

from __future__ import annotations

from modelcheck.interleave.local import Local
from modelcheck.interleave.state import State
from modelcheck.program import ir
from modelcheck.program.compile import Point
from modelcheck.program.flow import successors

_STEPS = (
    *(ir.Load, ir.Store, ir.Rmw, ir.Wait, ir.Fence, ir.Call, ir.Alloc, ir.Assert, ir.Spawn, ir.Unsupported),
    *(ir.Choose, ir.Assume),
)
"""What may fail, or let something fail. The end of a thread is waited for by `ir.Join`, which does nothing else."""


def hides(state: State, local: Local, properties: frozenset[str]) -> bool:
    """Whether something that ``properties`` ask about may lie behind the failure at which ``local`` has stopped.

    No execution with it comes to rest, so it hides leaks and deadlocks wherever it is. What main does when it has
    joined the thread lies behind the failure, too.
    """
    if properties & {"leak", "deadlock"} or _goes_on(local):
        return True
    return local.thread != 0 and _goes_on(state.threads[0])


def _goes_on(local: Local) -> bool:
    return any(_steps_behind(point) for point, _ in local.frames)


def _steps_behind(point: Point) -> bool:
    blocks = point.function.blocks
    if any(_step(instruction) for instruction in blocks[point.block].instructions[point.index + 1 :]):
        return True
    seen: set[int] = set()
    todo = list(successors(blocks[point.block].terminator))
    while todo:
        number = todo.pop()
        if number not in seen:
            seen.add(number)
            if any(_step(instruction) for instruction in blocks[number].instructions):
                return True
            todo += successors(blocks[number].terminator)
    return False


def _step(instruction: ir.Instruction) -> bool:
    return isinstance(instruction, _STEPS) or (isinstance(instruction, ir.Free) and not instruction.scope)
