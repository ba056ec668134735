"""How often locks are taken, and how often they are found taken: least and most over all executions under SC.

A lock is what an atomic read-modify-write takes that may fail or wait: it takes the word, or the bit, from a value
it accepts to one it does not, so that whoever comes next has to wait or is refused. Spinlocks, mutexes, bit locks
such as the page lock and a reader-writer lock's writers are such; readers and counting semaphores are not.

To wait is no step of its own in the explorer, and whether a thread waits would depend on which of several equivalent
interleavings is looked at. So taking a lock is made two steps for the count: a first try, which takes the lock or
finds it taken, and in the second case a wait. Both are accesses like any other, so equivalent interleavings agree on
them, and what is counted is exact with partial-order reduction: persistent sets keep one interleaving of each class
that comes to an end (P. Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import Final, Literal

import attrs
from attrs import frozen

from modelcheck.interleave import local as kinds
from modelcheck.interleave.components import components
from modelcheck.interleave.explore import Exploration, Limits, explore
from modelcheck.interleave.local import Local
from modelcheck.interleave.space import Space, Tick
from modelcheck.interleave.state import Choice, State
from modelcheck.interleave.system import System
from modelcheck.program import ir
from modelcheck.program.expr import Expr, op, reg
from modelcheck.program.ir import Program
from modelcheck.program.thread import Finding
from modelcheck.program.words import plain

What = Literal["taken", "waited", "refused"]
WHAT: Final[tuple[What, ...]] = ("taken", "waited", "refused")

Key = tuple[str, What]
Uses = Mapping[Key, int]

EVERY: Final = "all locks"

ENDLESS: Final = Limits()

FIRST_TRY: Final = frozenset({"ONCE", "first-try"})
"""Tags of the read that finds a lock taken that its thread then waits for."""


@frozen
class Range:
    """Least and most over all executions that come to their end; ``most`` is None where there is no bound."""

    least: int
    most: int | None

    def __str__(self) -> str:
        most = "any number" if self.most is None else str(self.most)
        return most if self.least == self.most else f"{self.least}..{most}"


@frozen
class LockUse:
    """One lock, or several together.

    Attributes:
        lock: what the lock is called (without the word in it, whose name is ours), with the bit where the lock is
            one; for several that differ in an index only, with ``[*]`` for it; `EVERY` for all.
        taken: how often it is taken.
        waited: how often it is found taken by a thread that then waits for it.
        refused: how often it is found taken by a thread that only tries.
    """

    lock: str
    taken: Range
    waited: Range
    refused: Range


@frozen
class LockCount:
    """What came out. ``uses`` is empty unless ``exploration`` has the verdict PASS: what fails is not counted."""

    exploration: Exploration
    uses: tuple[LockUse, ...]


def count_locks(program: Program, properties: frozenset[str], limits: Limits = ENDLESS) -> LockCount:
    """Count what the threads of ``program`` do with locks, over all executions under SC in which every thread ends.

    Args:
        program: what runs; what it does before it starts a thread is not counted.
        properties: what must hold for there to be a count.
        limits: where to give up.
    """
    made: list[_Counting] = []

    def make(system: System, asked: frozenset[str], reduce: bool, tick: Tick) -> Space:
        made.append(_Counting(system, asked, reduce, tick))
        return made[-1]

    exploration = explore(two_steps(program), "sc", properties, limits, make=make)
    spaces = [space for space in made if space.whole]
    if exploration.verdict != "PASS":
        return LockCount(exploration, ())
    keys = {key for space in spaces for key in space.keys}
    names = sorted({name for name, _ in keys})
    together = Counter(_together(name) for name in names)
    rows = names + sorted(name for name, count in together.items() if count > 1) + [EVERY] * (len(names) > 1)
    return LockCount(exploration, tuple(LockUse(row, *(_range(spaces, row, what) for what in WHAT)) for row in rows))


def two_steps(program: Program) -> Program:
    """``program`` with each step that takes a lock or waits for it as two: a try, and a wait if that finds it taken."""
    functions = {name: _function(function) for name, function in program.functions.items()}
    return attrs.evolve(program, functions=functions)


def _function(function: ir.Function) -> ir.Function:
    blocks = list(function.blocks)
    widths = list(function.widths)
    number = 0
    while number < len(blocks):
        block = blocks[number]
        number += 1
        for index, step in enumerate(block.instructions):
            if not isinstance(step, ir.Rmw) or not step.waits or step.condition is None:
                continue
            seen = len(widths)
            widths.append(8 * step.size)
            read = reg(seen, 8 * step.size)
            taken, wait, rest = len(blocks), len(blocks) + 1, len(blocks) + 2
            first = attrs.evolve(step, dst=seen, waits=False, failed_tags=FIRST_TRY)
            branch = ir.Branch(_reading(step.condition, read), taken, wait, step.source)
            blocks[number - 1] = ir.Block((*block.instructions[:index], first), branch)
            blocks.append(ir.Block((ir.Assign(step.dst, read, step.source),), ir.Jump(rest)))
            # The wait itself is left as it is: it lies before its own block's end and is not looked at again.
            blocks.append(_Waiting((step,), ir.Jump(rest)))
            blocks.append(ir.Block(block.instructions[index + 1 :], block.terminator))
            break
        while number < len(blocks) and isinstance(blocks[number], _Waiting):
            number += 1
    return attrs.evolve(function, blocks=tuple(blocks), widths=tuple(widths))


@frozen
class _Waiting(ir.Block):
    """A block that holds nothing but the wait behind a first try."""


def _reading(expression: Expr, read: Expr) -> Expr:
    """``expression`` with ``read`` where it speaks of the value just read."""
    if expression.kind == "old":
        return read
    if expression.kind != "op":
        return expression
    return op(expression.data, expression.width, *(_reading(argument, read) for argument in expression.args))


class _Counting(Space):
    """A round of exploration that notes what is done with locks on each edge; ``whole`` once it has been through."""

    def __init__(self, system: System, properties: frozenset[str], reduce: bool, tick: Tick) -> None:
        super().__init__(system, properties, reduce, tick)
        self.uses: list[list[tuple[int, Uses]]] = []
        self.keys: set[Key] = set()
        self.whole = False

    def explore(self) -> Finding | None:
        finding = super().explore()
        self.whole = True
        return finding

    def _store(self, state: State, parent: int, path: tuple[Choice, ...], effect: bool) -> bool:
        new = super()._store(state, parent, path, effect)
        if new:
            self.uses.append([])
        if parent >= 0:
            uses = Counter(self._along(self.states[parent], path))
            self.keys |= uses.keys()
            self.uses[parent].append((self._number[state], uses))
        return new

    def _along(self, state: State, path: Sequence[Choice]) -> Iterator[Key]:
        for choice in path:
            local = state.threads[choice.thread]
            if not choice.drain and not choice.way and local.kind == kinds.RMW:
                yield from self._use(state, choice.thread, local)
            state = self.system.take(state, choice)

    def _use(self, state: State, thread: int, local: Local) -> Iterator[Key]:
        """What the step that ``local`` stands before does with a lock, if it is one that may."""
        step: ir.Rmw = local.point.instruction
        read = self.system.look(state, thread)
        if step.condition is None or not isinstance(read, int) or not _excludes(local):
            return
        name = plain(re.sub(r"\.__\w+$", "", self.system.objects.space.name(local.address)))
        bit = _bit(local, step.size)
        lock = name if bit is None else f"{name} bit {bit}"
        if local.outcome(read)[0]:
            yield lock, "taken"
        else:
            yield lock, "waited" if step.failed_tags == FIRST_TRY else "refused"


def _excludes(local: Local) -> bool:
    """Whether it takes a word that is 0 to a value from which it could not take it again."""
    free, new = local.outcome(0)
    return bool(free) and isinstance(new, int) and not local.outcome(new)[0]


def _bit(local: Local, size: int) -> int | None:
    """The bit that it sets, where it leaves the others as they are; None for a lock that is the whole word."""
    _, new = local.outcome(0)
    assert isinstance(new, int)
    if new.bit_count() != 1:
        return None
    others = (1 << 8 * size) - 1 & ~new
    return new.bit_length() - 1 if local.outcome(others) == (True, others | new) else None


def _together(lock: str) -> str:
    return re.sub(r"\[\d+\]", "[*]", lock)


def _amount(uses: Uses, row: str, what: What) -> int:
    return sum(count for (lock, done), count in uses.items() if done == what and row in (lock, _together(lock), EVERY))


def _range(spaces: Iterable[_Counting], row: str, what: What) -> Range:
    least: int | None = None
    most: int | None = 0
    for space in spaces:
        edges = [[(after, _amount(uses, row, what)) for after, uses in out] for out in space.uses]
        ends = {number for number in space.ends if _complete(space.states[number])}
        kept = _leading_to(edges, ends)
        if 0 not in kept:
            continue
        edges = [
            [edge for edge in out if edge[0] in kept] if number in kept else [] for number, out in enumerate(edges)
        ]
        shortest = _shortest(edges, ends)
        least = shortest if least is None else min(least, shortest)
        longest = _longest(edges)
        most = None if most is None or longest is None else max(most, longest)
    return Range(least or 0, most)


Edges = Sequence[Sequence[tuple[int, int]]]
"""For each node by number its successors, each with a weight of 0 or more."""


def _complete(state: State) -> bool:
    return all(local.kind == kinds.ENDED for local in state.threads)


def _leading_to(edges: Edges, ends: set[int]) -> set[int]:
    """The nodes from which one of ``ends`` can be reached."""
    before: list[list[int]] = [[] for _ in edges]
    for number, out in enumerate(edges):
        for after, _ in out:
            before[after].append(number)
    found, todo = set(ends), list(ends)
    while todo:
        for number in before[todo.pop()]:
            if number not in found:
                found.add(number)
                todo.append(number)
    return found


def _shortest(edges: Edges, ends: set[int]) -> int:
    """The least weight of a way from node 0 to one of ``ends``, which there must be."""
    done: set[int] = set()
    todo = [(0, 0)]
    while True:
        weight, number = heappop(todo)
        if number in ends:
            return weight
        if number not in done:
            done.add(number)
            for after, more in edges[number]:
                heappush(todo, (weight + more, after))


def _longest(edges: Edges) -> int | None:
    """The most weight of a way from node 0 to a node without successors; None where circles add to it."""
    most: dict[int, int] = {}
    for component in components([0], lambda number: [after for after, _ in edges[number]]):
        inside = set(component)
        out = [(after, weight) for number in component for after, weight in edges[number]]
        if any(weight and after in inside for after, weight in out):
            return None
        best = max((most[after] + weight for after, weight in out if after not in inside), default=0)
        most.update(dict.fromkeys(component, best))
    return most[0]
