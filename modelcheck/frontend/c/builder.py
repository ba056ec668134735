"""Builds one function of the IR: registers, basic blocks, and their tidying at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attrs import evolve

from modelcheck.program.expr import Expr, reg
from modelcheck.program.ir import (
    Assign,
    Block,
    Branch,
    Call,
    Function,
    Instruction,
    Jump,
    Source,
    Spawn,
    Store,
    Switch,
    Terminator,
)

Shape = tuple[int | None, tuple[int, ...] | None]
"""What an indirect call asks of its target: bits of the result (None: any) and of each parameter (None: any)."""


class Builder:
    """The function under construction. Blocks and registers are numbers; there is always a block to append to."""

    def __init__(self) -> None:
        self.blocks: list[list[Instruction]] = [[]]
        self.terminators: list[Terminator | None] = [None]
        self.current = 0
        self.widths: list[int] = []
        self.names: dict[int, str] = {}
        self.shapes: dict[int, Shape] = {}
        self.assumes: set[str] = set()
        self.initial = False
        self._final: dict[int, int] = {}
        self._finished: dict[tuple[str, tuple[tuple[str, ...], ...]], Function] = {}

    def register(self, width: int, name: str = "") -> int:
        """A new register of ``width`` bits; ``name`` when it is a variable of the C."""
        self.widths.append(width)
        if name:
            self.names[len(self.widths) - 1] = name
        return len(self.widths) - 1

    def value(self, register: int) -> Expr:
        """What ``register`` holds."""
        return reg(register, self.widths[register])

    def emit(self, instruction: Instruction) -> None:
        """Append to the current block; after a terminator, to a block that nothing leads to."""
        self.open()
        if self.initial and isinstance(instruction, Store):
            instruction = evolve(instruction, initial=True)
        self.blocks[self.current].append(instruction)

    @contextmanager
    def initialising(self) -> Iterator[None]:
        """What is stored meanwhile initialises a variable."""
        self.initial, before = True, self.initial
        yield
        self.initial = before

    def open(self) -> None:
        """If the current block has ended, go on in a new one that nothing leads to."""
        if self.terminators[self.current] is not None:
            self.current = self.block()

    def emit_indirect(self, instruction: Call | Spawn, shape: Shape) -> None:
        """Append a call through a pointer; `finish` fills in its targets."""
        self.shapes[id(instruction)] = shape
        self.emit(instruction)

    def copy(self, value: Expr, source: Source) -> Expr:
        """``value`` as it is now, in a register of its own (constants stay)."""
        if value.kind == "const":
            return value
        register = self.register(value.width)
        self.emit(Assign(register, value, source))
        return self.value(register)

    def block(self) -> int:
        """A new empty block."""
        self.blocks.append([])
        self.terminators.append(None)
        return len(self.blocks) - 1

    def start(self, block: int) -> None:
        """Go on in ``block``; the current one jumps there unless it has ended."""
        self.end(Jump(block))
        self.current = block

    def end(self, terminator: Terminator) -> None:
        """End the current block, unless it has ended."""
        if self.terminators[self.current] is None:
            self.terminators[self.current] = terminator

    @property
    def ended(self) -> bool:
        """Whether the current block has ended."""
        return self.terminators[self.current] is not None

    def finish(
        self, name: str, params: Sequence[int], result_width: int, source: Source, targets: dict[Shape, tuple[str, ...]]
    ) -> Function:
        """The function, without blocks that nothing leads to or that only jump on.

        Args:
            name: its name in the program.
            params: registers of its parameters.
            result_width: bits of its result, 0 for none.
            source: where it is defined.
            targets: for each `Shape` of an indirect call, the functions it may reach.

        Raises:
            AssertionError: a block that is reached has no end, so that part of the function would be left out.
        """
        reached = tuple(targets[shape] for shape in self.shapes.values())
        found = self._finished.get((name, reached))
        if found is None:
            made = self._finish(name, params, result_width, source, targets)
            found = self._finished[name, reached] = made
        return found

    def _finish(
        self, name: str, params: Sequence[int], result_width: int, source: Source, targets: dict[Shape, tuple[str, ...]]
    ) -> Function:
        order, number = [0], {0: 0}
        for block in order:
            for target in _targets(self._terminator(block)):
                final = self._forward(target)
                if final not in number:
                    number[final] = len(order)
                    order.append(final)
        blocks = tuple(
            Block(
                tuple(self._resolve(instruction, targets) for instruction in self.blocks[block]),
                _renumber(
                    self._terminator(block), {t: number[self._forward(t)] for t in _targets(self._terminator(block))}
                ),
            )
            for block in order
        )
        return Function(
            name,
            tuple(params),
            tuple(self.widths),
            dict(self.names),
            blocks,
            result_width,
            source,
            frozenset(self.assumes),
        )

    def _terminator(self, block: int) -> Terminator:
        found = self.terminators[block]
        if found is None:
            raise AssertionError(f"block {block} of the function at hand has no end")
        return found

    def _forward(self, block: int) -> int:
        """Where a jump to ``block`` ends: past empty blocks that only jump on, unless they go round in a circle."""
        path: dict[int, None] = {}
        while block not in self._final and not self.blocks[block] and block not in path:
            terminator = self._terminator(block)
            if not isinstance(terminator, Jump):
                break
            path[block] = None
            block = terminator.target
        final = self._final.get(block, block)
        self._final.update(dict.fromkeys(path, final))
        return final

    def _resolve(self, instruction: Instruction, targets: dict[Shape, tuple[str, ...]]) -> Instruction:
        shape = self.shapes.get(id(instruction))
        if shape is None or not isinstance(instruction, Call | Spawn):
            return instruction
        return evolve(instruction, targets=targets[shape])


def _targets(terminator: Terminator) -> tuple[int, ...]:
    match terminator:
        case Jump(target):
            return (target,)
        case Branch(_, then, otherwise):
            return (then, otherwise)
        case Switch(_, cases, default):
            return (*(block for _, block in cases), default)
    return ()


def _renumber(terminator: Terminator, number: dict[int, int]) -> Terminator:
    match terminator:
        case Jump(target):
            return Jump(number[target])
        case Branch(_, then, otherwise):
            return evolve(terminator, then=number[then], otherwise=number[otherwise])
        case Switch(value, cases, default, source):
            return Switch(value, tuple((key, number[block]) for key, block in cases), number[default], source)
    return terminator
