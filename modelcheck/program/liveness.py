"""Which registers matter no more: dropping them makes states equal that differ only in leftovers.

One that only feeds registers that do not matter (a count that nobody looks at) does not matter itself.
"""

from __future__ import annotations

from functools import cache

from modelcheck.program import ir
from modelcheck.program.expr import Expr
from modelcheck.program.flow import operands


def dead_registers(function: ir.Function) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """For each block, for each instruction and then the terminator: the registers that do not matter there.

    Dead just before it; for a Call or Spawn, dead while the callee runs, so that its arguments and result do not count.
    """
    every = frozenset(range(len(function.widths)))
    live_in: list[frozenset[int]] = [frozenset()] * len(function.blocks)
    changed = True
    while changed:
        changed = False
        for number in reversed(range(len(function.blocks))):
            live = _before(function.blocks[number], live_in)[0]
            if live != live_in[number]:
                live_in[number] = live
                changed = True
    result = []
    for block in function.blocks:
        before = _before(block, live_in)
        row = []
        for index, live in enumerate(before):
            instruction = block.instructions[index] if index < len(block.instructions) else None
            if isinstance(instruction, ir.Call):
                live = before[index + 1] - ({instruction.dst} if instruction.dst is not None else set())
            row.append(tuple(sorted(every - live)))
        result.append(tuple(row))
    return tuple(result)


def _before(block: ir.Block, live_in: list[frozenset[int]]) -> list[frozenset[int]]:
    """Live registers before each instruction and before the terminator."""
    live = frozenset[int]().union(*(live_in[b] for b in successors(block.terminator)))
    live |= _uses(block.terminator)
    rows = [live]
    for instruction in reversed(block.instructions):
        dst = getattr(instruction, "dst", None)
        if not isinstance(instruction, ir.Assign) or dst in live:
            live = (live - {dst} if dst is not None else live) | _uses(instruction)
        rows.append(live)
    rows.reverse()
    return rows


def successors(terminator: ir.Terminator) -> tuple[int, ...]:
    """Blocks that ``terminator`` may go on at, within its function."""
    match terminator:
        case ir.Jump(target):
            return (target,)
        case ir.Branch():
            return (terminator.then, terminator.otherwise)
        case ir.Switch():
            return (*(block for _, block in terminator.cases), terminator.default)
        case _:
            return ()


def _uses(what: ir.Instruction | ir.Terminator) -> frozenset[int]:
    match what:
        case ir.Jump() | ir.Halt():
            read: tuple[Expr, ...] = ()
        case ir.Branch():
            read = (what.condition,)
        case ir.Switch() | ir.Return() | ir.Exit():
            read = () if what.value is None else (what.value,)
        case _:
            read = operands(what)
    return frozenset[int]().union(*map(registers_of, read))


@cache
def registers_of(e: Expr) -> frozenset[int]:
    """The registers that ``e`` reads."""
    if e.kind == "reg":
        return frozenset((e.data,))
    return frozenset[int]().union(*map(registers_of, e.args))
