"""Sets of possible values for every expression of an event graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import product

from modelcheck.program.expr import UNDEFINED, Expr, Value, apply
from modelcheck.program.graph import Check, Event, Guard
from modelcheck.solve.wide import MOST_VALUES, Range, Wide, made_of, union

Tick = Callable[[], None]
"""Called now and then; may raise to leave the analysis."""

MOST_COMBINATIONS = 4 * MOST_VALUES
"""Where operands can be combined in more ways, the result is not worked out one by one."""


class ValueSets:
    """Possible values of expressions, from those of the reads and choices that they rest on.

    Args:
        roots: the expressions; what occurs in them is covered too.
        choices: number of outcomes of each choice.
        tick: called with each step of the evaluation.

    Attributes:
        order: every expression once, operands first.
        values: the possible values of each.
        either: both arms of a choice count as possible, whatever its condition may be.
    """

    def __init__(self, roots: Iterable[Expr], choices: Sequence[int], tick: Tick = lambda: None) -> None:
        self._tick = tick
        self.either = False
        self.order: list[Expr] = []
        self._index: dict[Expr, int] = {}
        self._parents: dict[Expr, list[Expr]] = {}
        self.values: dict[Expr, Range] = {}
        seen: set[Expr] = set()
        stack: list[tuple[Expr, bool]] = [(root, False) for root in roots]
        while stack:
            node, ready = stack.pop()
            if ready:
                self.order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((argument, False) for argument in node.args if argument not in seen)
        for number, node in enumerate(self.order):
            self._index[node] = number
            for argument in node.args:
                self._parents.setdefault(argument, []).append(node)
            if node.kind == "const":
                self.values[node] = frozenset([node.data])
            elif node.kind == "choice":
                few = choices[node.data] <= MOST_VALUES
                self.values[node] = frozenset(range(choices[node.data])) if few else Wide(node, undefined=False)
            elif node.kind == "switch":
                self.values[node] = frozenset((0, 1))
            else:
                self.values[node] = frozenset()

    def evaluate(self, grown: set[Expr]) -> set[Expr]:
        """Evaluate what rests on ``grown``; gives all that is new."""
        affected = self._above(grown)
        changed = set(grown)
        for node in sorted(affected, key=self._index.__getitem__):
            self._tick()
            if any(argument in changed for argument in node.args):
                now = self.apply(node)
                if len(now) > len(self.values[node]):
                    self.values[node] = now
                    changed.add(node)
        return changed

    def apply(self, node: Expr) -> Range:
        """What ``node`` may be, given what its operands may be."""
        arguments = [self.values[argument] for argument in node.args]
        if node.data == "ite":
            condition, then, other = arguments
            result: Range = frozenset((UNDEFINED,) if UNDEFINED in condition else ())
            if 1 in condition or self.either:
                result = union(node, result, then)
            if 0 in condition or self.either:
                result = union(node, result, other)
            return result
        unwritten = frozenset((UNDEFINED,) if any(UNDEFINED in argument for argument in arguments) else ())
        if node.data == "defined":
            some = any(len(argument) > (UNDEFINED in argument) for argument in arguments)
            return frozenset((1,) if some else ()) | frozenset((0,) if unwritten else ())
        if node.width == 1 and node.data in ("and", "or"):
            # One operand may decide alone, also when the other is about a read that is never executed.
            decides = 0 if node.data == "and" else 1
            found: set[Value] = {decides} if any(decides in argument for argument in arguments) else set()
            if all(1 - decides in argument for argument in arguments):
                found.add(1 - decides)
            return unwritten.union(found)
        if node.width == 1 and 0 in self.values[node] and 1 in self.values[node]:
            return unwritten | {0, 1}
        if not all(arguments):
            return frozenset()
        combinations = 1
        for argument in arguments:
            combinations *= len(argument)
        if combinations > MOST_COMBINATIONS:
            return unwritten | {0, 1} if node.width == 1 else made_of(node, arguments)
        operand = node.args[0].width
        results = frozenset(apply(node.data, node.width, chosen, operand) for chosen in product(*arguments))
        return Wide(node, UNDEFINED in results) if len(results) > MOST_VALUES else results

    def users(self, expression: Expr) -> set[Expr]:
        """``expression``, and every one that it occurs in."""
        return {expression} | self._above({expression})

    def _above(self, expressions: set[Expr]) -> set[Expr]:
        found: set[Expr] = set()
        stack = list(expressions)
        while stack:
            for parent in self._parents.get(stack.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    stack.append(parent)
        return found

    def possible(self, guard: Guard) -> bool:
        """Whether every condition of ``guard`` can hold, each by itself."""
        return all(1 in self.values[condition] for condition in guard)

    def reset(self) -> None:
        """Forget the values of all reads, and evaluate anew."""
        for node in self.order:
            if node.kind == "op":
                self._tick()
                self.values[node] = frozenset()
                self.values[node] = self.apply(node)
            elif node.kind == "read":
                self.values[node] = frozenset()


def nodes(value: Expr) -> Iterator[Expr]:
    """Every expression in ``value``, once."""
    seen: set[Expr] = set()
    stack = [value]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            yield node
            stack.extend(node.args)


def support(value: Expr | None) -> set[int]:
    """Ids of the reads whose values occur in ``value``."""
    return set() if value is None else {node.data for node in nodes(value) if node.kind == "read"}


def needs(step: Event | Check) -> set[int]:
    """Reads that decide whether and how ``step`` is taken; of the write of a read-modify-write not its own read, which
    is the same step."""
    if isinstance(step, Check):
        return {read for part in (*step.guard, step.condition) for read in support(part)}
    parts = [part for part in (*step.guard, step.address, step.value) if part is not None and part.data != step.id]
    found = {read for part in parts for read in support(part)}
    found |= {read for several in (step.addr, step.data, step.ctrl) for read, _ in several}
    return found - {step.rmw}


def value_alone(step: Event | Check, reads: Set[int]) -> bool:
    """Whether ``step`` is a store of which ``reads`` decide the value alone, neither whether it is taken nor where."""
    if isinstance(step, Check) or step.kind != "W":
        return False
    found = {read for part in (*step.guard, step.address) for read in support(part)}
    return not reads & (found | {read for several in (step.addr, step.ctrl) for read, _ in several})
