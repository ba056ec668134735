"""Control flow of one function: nesting of loops, post-dominators, and registers live at loop heads."""

from __future__ import annotations

from collections.abc import Iterator

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
        live: for each loop head, the registers whose values from before may still be used.
    """

    order: tuple[Element, ...]
    join: dict[int, int]
    live: dict[int, frozenset[int]]


def flow_of(function: Function) -> Flow:
    """The control flow of ``function``."""
    order = _weak_topological_order(function.blocks)
    return Flow(order, _joins(function.blocks), _live_at_heads(function.blocks, order))


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
        case Load() | Free():
            return (instruction.address,)
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
            return (instruction.size,)
        case Assert() | Assume():
            return (instruction.condition,)
        case Join():
            return (instruction.thread,)
        case Local() | Choose() | Self() | Unsupported():
            return ()


def defined(instruction: Instruction) -> int | None:
    """The register that ``instruction`` writes, or None."""
    if isinstance(instruction, Store | Fence | Free | Assert | Assume | Unsupported):
        return None
    return instruction.dst


def _live_at_heads(blocks: tuple[Block, ...], order: tuple[Element, ...]) -> dict[int, frozenset[int]]:
    used: list[frozenset[int]] = []
    killed: list[frozenset[int]] = []
    for block in blocks:
        use: set[int] = set()
        kill: set[int] = set()
        for instruction in block.instructions:
            use.update(r for e in operands(instruction) for r in registers(e) if r not in kill)
            target = defined(instruction)
            if target is not None:
                kill.add(target)
        match block.terminator:
            case Branch(value) | Switch(value) | Return(Expr() as value) | Exit(Expr() as value):
                use.update(r for r in registers(value) if r not in kill)
        used.append(frozenset(use))
        killed.append(frozenset(kill))
    live = list(used)
    changed = True
    while changed:
        changed = False
        for index in range(len(blocks) - 1, -1, -1):
            behind: frozenset[int] = frozenset().union(*(live[s] for s in successors(blocks[index].terminator)))
            now = used[index] | (behind - killed[index])
            if now != live[index]:
                live[index] = now
                changed = True
    return {loop.head: live[loop.head] for loop in _loops(order)}


def _loops(elements: tuple[Element, ...]) -> Iterator[Loop]:
    for element in elements:
        if isinstance(element, Loop):
            yield element
            yield from _loops(element.body)
