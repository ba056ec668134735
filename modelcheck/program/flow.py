"""Control flow of one function: nesting of loops, post-dominators, and registers live at loop heads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen

from modelcheck.program.expr import Expr
from modelcheck.program.ir import (
    Alloc,
    Assert,
    Assign,
    Assume,
    Block,
    Branch,
    Call,
    Choose,
    Exit,
    Fence,
    Free,
    Function,
    Instruction,
    Join,
    Jump,
    Load,
    Local,
    Operand,
    Return,
    Rmw,
    Self,
    Spawn,
    Store,
    Switch,
    Terminator,
    Unsupported,
    Wait,
)


@frozen
class Loop:
    """A component of a weak topological order: a head block and what is ordered behind it, loops inside loops."""

    head: int
    body: tuple[Element, ...]
    blocks: frozenset[int]


Element = int | Loop

EXIT = -1
"""The virtual block behind every return and end of the thread, as a post-dominator."""


@frozen
class Flow:
    """What the unroller must know of a function.

    Attributes:
        order: a weak topological order of the reachable blocks (Bourdoncle 1993): every edge leads forward, but
            for edges back to the head of a loop that holds their source.
        join: for each block that branches, the block where all its paths to a return meet again, or `EXIT`.
        live: for each loop head, the registers whose values from before matter.
        carried: for each loop head, those of them whose values from before a round matter within that round, or for
            what the round leaves in a register that is live: all others, each round makes anew for what comes behind
            the loop.
    """

    order: tuple[Element, ...]
    join: dict[int, int]
    live: dict[int, frozenset[int]]
    carried: dict[int, frozenset[int]]


def flow_of(function: Function) -> Flow:
    """The control flow of ``function``."""
    order = _weak_topological_order(function.blocks)
    live = _live_at_heads(function.blocks, order)
    return Flow(order, _joins(function.blocks), live, _carried(function.blocks, order, live))


def successors(terminator: Terminator) -> tuple[int, ...]:
    """Blocks that ``terminator`` may go to, without repeats."""
    match terminator:
        case Jump(target):
            return (target,)
        case Branch(_, then, otherwise):
            return (then, otherwise) if then != otherwise else (then,)
        case Switch(_, cases, default):
            return tuple(dict.fromkeys([*(target for _, target in cases), default]))
    return ()


def _weak_topological_order(blocks: tuple[Block, ...]) -> tuple[Element, ...]:
    number = [0] * len(blocks)
    stack: list[int] = []
    count = 0
    done = 1 << 60  # vertices are numbered again inside each component, so counts pass the number of blocks

    def component(vertex: int) -> Loop:
        partition: list[Element] = []
        for after in successors(blocks[vertex].terminator):
            if number[after] == 0:
                visit(after, partition)
        body = tuple(reversed(partition))
        return Loop(vertex, body, frozenset([vertex, *_flat(body)]))

    def visit(vertex: int, partition: list[Element]) -> int:
        nonlocal count
        stack.append(vertex)
        count += 1
        number[vertex] = head = count
        loop = False
        for after in successors(blocks[vertex].terminator):
            low = visit(after, partition) if number[after] == 0 else number[after]
            if low <= head:
                head = low
                loop = True
        if head == number[vertex]:
            number[vertex] = done
            element = stack.pop()
            if loop:
                while element != vertex:
                    number[element] = 0
                    element = stack.pop()
                partition.append(component(vertex))
            else:
                partition.append(vertex)
        return head

    result: list[Element] = []
    visit(0, result)
    return tuple(reversed(result))


def _flat(elements: tuple[Element, ...]) -> Iterator[int]:
    for element in elements:
        if isinstance(element, Loop):
            yield from element.blocks
        else:
            yield element


def _joins(blocks: tuple[Block, ...]) -> dict[int, int]:
    """Immediate post-dominators of branching blocks; paths that never come to an end do not count."""
    everything = (1 << len(blocks) + 1) - 1  # bit b + 1 is block b, bit 0 the exit
    after = [everything] * len(blocks)
    changed = True
    while changed:
        changed = False
        for index in range(len(blocks) - 1, -1, -1):
            terminator = blocks[index].terminator
            meet = 1 if isinstance(terminator, Return | Exit) else everything
            for target in successors(terminator):
                meet &= after[target]
            meet |= 1 << index + 1
            if meet != after[index]:
                after[index] = meet
                changed = True
    joins: dict[int, int] = {}
    for index, block in enumerate(blocks):
        if len(successors(block.terminator)) < 2:
            continue
        strict = after[index] & ~(1 << index + 1)
        # the nearest one is post-dominated by all the others
        nearest = [b for b in range(len(blocks)) if strict >> b + 1 & 1 and after[b] == strict]
        joins[index] = nearest[0] if nearest else EXIT
    return joins


def registers(expression: Expr) -> Iterator[int]:
    """Numbers of the registers in ``expression``, with repeats."""
    if expression.kind == "reg":
        yield expression.data
    for argument in expression.args:
        yield from registers(argument)


def operands(instruction: Instruction) -> tuple[Expr, ...]:
    """The expressions that ``instruction`` evaluates."""
    match instruction:
        case Assign(_, value):
            return (value,)
        case Load():
            return (instruction.address,)
        case Free(address, owner=owner):
            return (address,) if owner is None else (address, owner)
        case Store(address, value):
            return (address, value)
        case Rmw():
            found = (instruction.address, instruction.new)
            return found if instruction.condition is None else (*found, instruction.condition)
        case Wait():
            return (instruction.address, instruction.condition)
        case Fence():
            return tuple(e for e in (instruction.address, instruction.value) if e is not None)
        case Call() | Spawn():
            return instruction.args if isinstance(instruction.callee, str) else (instruction.callee, *instruction.args)
        case Alloc():
            return (instruction.size,) if instruction.owner is None else (instruction.size, instruction.owner)
        case Assert() | Assume():
            return (instruction.condition,)
        case Join():
            return (instruction.thread,)
        case Local() | Choose() | Self() | Operand() | Unsupported():
            return ()


def defined(instruction: Instruction) -> int | None:
    """The register that ``instruction`` writes, or None."""
    if isinstance(instruction, Store | Fence | Free | Assert | Assume | Operand | Unsupported):
        return None
    return instruction.dst


def _live_at_heads(blocks: tuple[Block, ...], order: tuple[Element, ...]) -> dict[int, frozenset[int]]:
    live = _solve(blocks, range(len(blocks)), lambda number, after: after[number])
    return {loop.head: live[loop.head] for loop in _loops(order)}


def _carried(
    blocks: tuple[Block, ...], order: tuple[Element, ...], live: Mapping[int, frozenset[int]]
) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    for loop in _loops(order):
        head, inside = loop.head, loop.blocks

        def behind(
            number: int, after: Mapping[int, frozenset[int]], head: int = head, inside: frozenset[int] = inside
        ) -> frozenset[int]:
            if number == head:
                return live[head]
            return after[number] if number in inside else frozenset()

        found[head] = _solve(blocks, sorted(inside), behind)[head]
    return found


def _solve(
    blocks: tuple[Block, ...],
    numbers: Sequence[int],
    behind: Callable[[int, Mapping[int, frozenset[int]]], frozenset[int]],
) -> dict[int, frozenset[int]]:
    """Registers that matter at the start of each of the blocks ``numbers``: what they hold there may decide a step, a
    branch or a result. One that only feeds registers that do not matter does not matter (it is *faint*).

    ``behind``: (a successor, what matters at the start of each block so far) -> what matters on the edge to it.
    """
    live: dict[int, frozenset[int]] = {number: frozenset() for number in numbers}
    changed = True
    while changed:
        changed = False
        for number in reversed(numbers):
            block = blocks[number]
            now: set[int] = set()
            for successor in successors(block.terminator):
                now |= behind(successor, live)
            match block.terminator:
                case Branch(value) | Switch(value) | Return(Expr() as value) | Exit(Expr() as value):
                    now.update(registers(value))
            for instruction in reversed(block.instructions):
                target = defined(instruction)
                if isinstance(instruction, Assign) and target not in now:
                    continue
                if target is not None:
                    now.discard(target)
                now.update(r for e in operands(instruction) for r in registers(e))
            if now != live[number]:
                live[number] = frozenset(now)
                changed = True
    return live


def _loops(elements: tuple[Element, ...]) -> Iterator[Loop]:
    for element in elements:
        if isinstance(element, Loop):
            yield element
            yield from _loops(element.body)
