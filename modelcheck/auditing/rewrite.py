"""Functions with alternatives in them: an instruction, or others in its place where a switch is on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, evolve, field, frozen

from modelcheck.program.expr import Expr, op, reg, settled, switch
from modelcheck.program.ir import (
    Assign,
    Block,
    Branch,
    Call,
    Function,
    Instruction,
    Jump,
    Load,
    Program,
    Rmw,
    Source,
    Store,
    Terminator,
)

At = tuple[int, int]
"""Block and index of an instruction; an index behind the last is that of the terminator."""


@frozen
class Alternative:
    """What stands in an instruction's place where switch ``number`` is on.

    Attributes:
        number: of the switch.
        instructions: what is done.
        condition: over the registers then; None when ``conditional`` is empty.
        conditional: done behind them when ``condition`` holds.
    """

    number: int
    instructions: tuple[Instruction, ...]
    condition: Expr | None = None
    conditional: tuple[Instruction, ...] = ()


@define
class Rewriting:
    """Changes to one function; registers may be added to it.

    Attributes:
        function: as it was.
        widths: of its registers and those added.
        alternatives: by place, tried in their order.
        insertions: instructions before a place, each where its switch is on.
        decided: branches that go one way where a switch is on: block to (number, whether the condition holds).
    """

    function: Function
    widths: list[int] = field()
    alternatives: dict[At, list[Alternative]] = field(factory=dict)
    insertions: dict[At, list[tuple[int, Instruction]]] = field(factory=dict)
    decided: dict[int, list[tuple[int, bool]]] = field(factory=dict)

    @widths.default
    def _widths(self) -> list[int]:
        return list(self.function.widths)

    def register(self, width: int) -> int:
        """A new register."""
        self.widths.append(width)
        return len(self.widths) - 1

    def result(self) -> Function:
        """The function with its changes. Blocks keep their numbers; what is split off gets new ones."""
        if not (self.alternatives or self.insertions or self.decided):
            return self.function
        blocks: list[Block | None] = [None] * len(self.function.blocks)
        for number, block in enumerate(self.function.blocks):
            self._block(blocks, number, block)
        done = tuple(block for block in blocks if block is not None)
        return evolve(self.function, blocks=done, widths=tuple(self.widths))

    def _block(self, blocks: list[Block | None], number: int, block: Block) -> None:
        here = number
        current: list[Instruction] = []

        def fork(choice: int, source: Source, arm: Sequence[Instruction]) -> int:
            """End the block at hand by a switch into ``arm``; gives the block where the switch is off."""
            nonlocal here, current
            taken, otherwise = len(blocks), len(blocks) + 1
            blocks.extend((None, None))
            blocks[here] = Block(tuple(current), Branch(switch(choice), taken, otherwise, source))
            blocks[taken] = Block(tuple(arm), Jump(-1))
            here, current = otherwise, []
            return taken

        for index in range(len(block.instructions) + 1):
            for choice, inserted in self.insertions.get((number, index), ()):
                arm = fork(choice, inserted.source, (inserted,))
                blocks[arm] = Block((inserted,), Jump(here))
            if index == len(block.instructions):
                break
            instruction = block.instructions[index]
            arms: list[tuple[int, Alternative]] = []
            for alternative in self.alternatives.get((number, index), ()):
                arms.append((fork(alternative.number, instruction.source, ()), alternative))
            current.append(instruction)
            if not arms:
                continue
            after = len(blocks)
            blocks.append(None)
            blocks[here] = Block(tuple(current), Jump(after))
            for arm, alternative in arms:
                if alternative.condition is None:
                    blocks[arm] = Block(alternative.instructions, Jump(after))
                else:
                    last = len(blocks)
                    blocks.append(Block(alternative.conditional, Jump(after)))
                    branch = Branch(alternative.condition, last, after, instruction.source)
                    blocks[arm] = Block(alternative.instructions, branch)
            here, current = after, []
        blocks[here] = Block(tuple(current), self._end(number, block.terminator))

    def _end(self, number: int, terminator: Terminator) -> Terminator:
        if isinstance(terminator, Branch):
            condition = terminator.condition
            for choice, holds in self.decided.get(number, ()):
                if holds:
                    condition = op("or", 1, condition, switch(choice))
                else:
                    condition = op("and", 1, condition, op("not", 1, switch(choice)))
            return evolve(terminator, condition=condition)
        return terminator


def plain(step: Rmw, rewriting: Rewriting, number: int) -> Alternative:
    """``step`` done by a plain load and a plain store instead of at once."""
    width = step.size * 8
    loaded = rewriting.register(width)
    old = reg(loaded, width)
    load = Load(loaded, step.address, step.size, frozenset(), step.source)
    store = Store(step.address, _with_old(step.new, old), step.size, frozenset(), step.source)
    kept = Assign(step.dst, old, step.source)
    if step.condition is None:
        return Alternative(number, (load, store, kept))
    # The result comes last: address and value may rest on the register that it goes to.
    held = rewriting.register(1)
    value = rewriting.register(width)
    address = rewriting.register(64)
    first = (
        load,
        Assign(held, _with_old(step.condition, old), step.source),
        Assign(value, _with_old(step.new, old), step.source),
        Assign(address, step.address, step.source),
        kept,
    )
    store = Store(reg(address, 64), reg(value, width), step.size, frozenset(), step.source)
    return Alternative(number, first, reg(held, 1), (store,))


def settle(program: Program, on: frozenset[int]) -> Program:
    """``program`` with the switches in ``on`` on and the others off; its blocks stay where they are."""
    functions = {
        name: evolve(function, blocks=tuple(_settled(block, on) for block in function.blocks))
        for name, function in program.functions.items()
    }
    return evolve(program, functions=functions)


def _settled(block: Block, on: frozenset[int]) -> Block:
    if isinstance(block.terminator, Branch):
        condition = settled(block.terminator.condition, on)
        if condition is not block.terminator.condition:
            return evolve(block, terminator=evolve(block.terminator, condition=condition))
    return block


def _with_old(expression: Expr, value: Expr) -> Expr:
    if expression.kind == "old":
        return value
    if not expression.args:
        return expression
    return op(expression.data, expression.width, *(_with_old(argument, value) for argument in expression.args))


def copied(program: Program, name: str, suffix: str, wanted: Mapping[str, bool]) -> dict[str, Function]:
    """Copies of function ``name`` and of those that it calls, as far as ``wanted``; they call one another."""
    made: dict[str, Function] = {}

    def copy(old: str) -> str:
        new = f"{old}{suffix}"
        if new in made:
            return new
        function = program.functions[old]
        made[new] = function
        blocks = tuple(
            evolve(block, instructions=tuple(follow(step) for step in block.instructions)) for block in function.blocks
        )
        made[new] = evolve(function, name=new, blocks=blocks)
        return new

    def follow(step: Instruction) -> Instruction:
        if isinstance(step, Call) and isinstance(step.callee, str) and wanted.get(step.callee):
            return evolve(step, callee=copy(step.callee))
        return step

    copy(name)
    return made
