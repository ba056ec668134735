"""Terms over rf, co and constants, when all other sets and relations of an execution are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce

from modelcheck.cat import bitsets
from modelcheck.cat.axioms import Axiom
from modelcheck.cat.bitsets import Rows
from modelcheck.cat.evaluate import CONSTANT, TRANSITIVE, Evaluation
from modelcheck.cat.nodes import Node, Recursion, Terms

OPEN = frozenset(("rf", "co"))
"""The base relations that are not known."""

Value = Rows | int


class Reduction:
    """Terms over rf, co and constants, worth the same as the terms of the model.

    Attributes:
        constants: what the constants are worth.
    """

    def __init__(self, evaluation: Evaluation, bounds: Mapping[str, Rows], co_known: bool) -> None:
        self.evaluation = evaluation
        self.terms = Terms()
        self.open = OPEN - {"co"} if co_known else OPEN
        self.base = bounds
        self._bounds: dict[Node, Value | None] = {}
        self.constants: dict[Node, Value] = {}
        self._interned: dict[object, Node] = {}
        self._made: dict[Node, Node] = {}
        self._cores: dict[tuple[Node, ...], Node] = {}
        self._recursions: dict[Recursion, tuple[Node, ...]] = {}

    def open_axioms(self, axioms: Iterable[Axiom]) -> Iterator[tuple[Axiom, Node]]:
        """The axioms of which it is not known that they hold, with the terms that they are about."""
        for axiom in axioms:
            node = self.of(axiom.node)
            bound = self.bound(node)
            if bound is None or not (axiom.holds(bound) and axiom.satisfied(bound)):
                yield axiom, node

    def of(self, node: Node) -> Node:
        """The term that is worth the same as ``node``."""
        made = self._made.get(node)
        if made is None:
            made = self._made[node] = self._make(node)
        return made

    def _make(self, node: Node) -> Node:
        if node.free is None and node.support.isdisjoint(self.open):
            return self.constant(self._worth(node))
        if node.op == "base":
            return self._bounded(self.terms.base_relation(node.name), self.base[node.name])
        if node.op == "fix":
            assert node.recursion is not None
            return self._recursion(node.recursion)[node.index]
        args = [self.of(argument) for argument in node.args]
        if node.op in ("union", "inter"):
            return self._merged(node.op, args)
        if node.op == "seq":
            return self._chain(args)
        if node.op == "diff" and args[1] in self.constants:
            bound = self.bound(args[0])
            if bound is not None and _without(bound, self.constants[args[1]]) == bound:
                return args[0]
        return self._apply(node.op, args)

    def _worth(self, node: Node) -> Value:
        return self.evaluation.members(node) if node.is_set else self.evaluation.relation(node)

    def constant(self, value: Value) -> Node:
        """The term that is worth ``value``; the same term for the same value."""
        is_set = isinstance(value, int)
        if not value:
            return self._bounded(self.terms.empty(is_set), value)
        key = value if isinstance(value, int) else tuple(sorted(value.items()))
        node = self._interned.get(key)
        if node is None:
            name = f"{CONSTANT}{len(self._interned)}"
            if isinstance(value, int):
                node = self.terms.base_set(name)
            else:
                further = bitsets.compose(value, value)
                transitive = not bitsets.diff(further, value)
                node = self.terms.base_relation(f"{TRANSITIVE}{name}" if transitive else name)
            self._interned[key] = node
            self.constants[node] = value
        return self._bounded(node, value)

    def _bounded(self, node: Node, bound: Value | None) -> Node:
        """``node``, or nothing when that is all it can be worth."""
        if not bound and bound is not None and node.op != "empty":
            return self.constant(bound)
        self._bounds[node] = bound
        return node

    def bound(self, node: Node) -> Value | None:
        """A set or relation that holds whatever ``node`` may be worth; None: not known."""
        if node not in self._bounds:
            self._bounds[node] = self._limit(node.op, node.args)
        return self._bounds[node]

    def _limit(self, op: str, args: Sequence[Node]) -> Value | None:
        bounds = [self.bound(argument) for argument in args]
        if op == "diff" and bounds[0] is not None:
            return _without(bounds[0], self.constants[args[1]]) if args[1] in self.constants else bounds[0]
        return _bound(op, bounds, self.evaluation.everything)

    def _fixed(self, node: Node) -> bool:
        return node.op == "empty" or node in self.constants

    def _apply(self, op: str, args: Sequence[Node]) -> Node:
        """The term ``op`` over terms made here: a constant where they are."""
        bound = self._limit(op, args)
        if bound is not None and all(map(self._fixed, args)):
            return self.constant(bound)
        make = getattr(self.terms, op)
        return self._bounded(make(args) if op in ("union", "inter", "seq") else make(*args), bound)

    def _merged(self, op: str, args: Sequence[Node]) -> Node:
        """A union or intersection whose constants are one."""
        parts = [part for a in args for part in (a.args if a.op == op else (a,))]
        constants = [part for part in parts if self._fixed(part)]
        others = [part for part in parts if not self._fixed(part)]
        if op == "inter":
            others, taken = self._opened(others)
            constants += taken
        if len(constants) > 1:
            constants = [self._apply(op, constants)]
        if not others:
            return constants[0]
        if op == "inter" and constants and self._within(others, constants[0]):
            constants = []
        parts = [*constants, *others]
        return self._apply(op, parts) if len(parts) > 1 else parts[0]

    def _opened(self, parts: Sequence[Node]) -> tuple[list[Node], list[Node]]:
        """Of parts of an intersection: with every ``x \\ constant`` as x, and what else must be met then."""
        others, taken = [], []
        for part in parts:
            if part.op == "diff" and part.args[1] in self.constants:
                whole = self.bound(part.args[0])
                if whole is not None:
                    taken.append(self.constant(_without(whole, self.constants[part.args[1]])))
                    part = part.args[0]
            others.append(part)
        return others, taken

    def _within(self, parts: Sequence[Node], constant: Node) -> bool:
        """Whether an intersection of ``parts`` is part of ``constant`` in any case."""
        bound = self._limit("inter", parts)
        return bound is not None and constant in self.constants and not _without(bound, self.constants[constant])

    def _chain(self, args: Sequence[Node]) -> Node:
        """A composition in which constants beside one another are one."""
        parts: list[Node] = []
        for argument in args:
            for part in argument.args if argument.op == "seq" else (argument,):
                part = self._plain(part)
                if parts and part in self.constants and parts[-1] in self.constants:
                    parts[-1] = self._apply("seq", (parts[-1], part))
                else:
                    parts.append(part)
        if len(parts) == 1:
            return parts[0]
        parts = self._needed([self._link(part) for part in parts])
        for known, node in self._cores.items():
            for start in range(len(parts) - len(known), -1, -1):
                if tuple(parts[start : start + len(known)]) == known:
                    parts[start : start + len(known)] = [node]
        start = 0
        while start < len(parts):
            end = start
            while end < len(parts) and self._shared(parts[end]):
                end += 1
            core = tuple(parts[start:end])
            if len(core) > 1:
                self._cores[core] = node = self._whole_chain(core)
                parts[start:end] = [node]
                end = start
            start = end + 1
        return self._whole_chain(parts)

    def _shared(self, part: Node) -> bool:
        """Whether ``part`` belongs to what is worked out for the whole execution: other compositions have it too."""
        return part.free is None and part.op != "identity" and part not in self.constants

    def _whole_chain(self, parts: Sequence[Node]) -> Node:
        """The composition of ``parts``, each a link even when it is a composition itself."""
        if len(parts) == 1:
            return parts[0]
        bound = self._limit("seq", parts)
        return self._bounded(self.terms.chain(parts), bound)

    def _needed(self, parts: list[Node]) -> list[Node]:
        """A chain without the tests that its other links imply."""
        kept: list[Node] = []
        members = self.evaluation.everything
        for part in parts:
            if not self._implied(part, members):
                kept.append(part)
            members = self._image(part, members)
        parts, kept = kept[::-1], []
        members = self.evaluation.everything
        for part in parts:
            if not self._implied(part, members):
                kept.append(part)
            members = self._image(part, members, backward=True)
        return kept[::-1]

    def _implied(self, part: Node, members: int) -> bool:
        if part.op != "identity":
            return False
        test = self.constants.get(part.args[0])
        return isinstance(test, int) and not members & ~test

    def _image(self, part: Node, members: int, backward: bool = False) -> int:
        """Where ``part`` may lead from ``members``."""
        bound = self.bound(part)
        if not isinstance(bound, dict):
            return self.evaluation.everything
        return bitsets.image(bitsets.inverse(bound) if backward else bound, members)

    def _plain(self, part: Node) -> Node:
        if part.op in ("identity", "opt") and part.args[0] in self.constants:
            bound = self.bound(part)
            assert bound is not None
            return self.constant(bound)
        return part

    def _link(self, part: Node) -> Node:
        """A constant in a chain as a test on a set, or as a step that may be left out, where it is one."""
        rows = self.constants.get(part)
        if not isinstance(rows, dict):
            return part
        everything = self.evaluation.everything
        loops = sum(1 << a for a, row in rows.items() if row >> a & 1)
        rest = bitsets.diff(rows, bitsets.identity(everything))
        if not rest:
            return self._bounded(self.terms.identity(self.constant(loops)), rows)
        if loops == everything:
            return self._bounded(self.terms.opt(self.constant(rest)), rows)
        return part

    def _recursion(self, recursion: Recursion) -> tuple[Node, ...]:
        found = self._recursions.get(recursion)
        if found is not None:
            return found
        limits: list[Value | None] = [0 if v.is_set else {} for v in recursion.variables]
        if not recursion.monotone:
            limits = [None] * len(limits)
        while True:
            trial = self.terms.variables([v.is_set for v in recursion.variables])
            for old, new, limit in zip(recursion.variables, trial.variables, limits, strict=True):
                self._made[old] = self._bounded(new, limit)
            bodies = [self.of(body) for body in recursion.bodies]
            reached = [self.bound(body) for body in bodies]
            if reached == limits or not recursion.monotone:
                break
            limits = reached
            for node in [node for node in self._made if node.free is recursion]:
                del self._made[node]
        fixpoints = self.terms.close(trial, bodies)
        found = tuple(self._bounded(node, limit) for node, limit in zip(fixpoints, limits, strict=True))
        self._recursions[recursion] = found
        return found


def _without(value: Value, other: Value) -> Value:
    if isinstance(value, int):
        return value & ~other if isinstance(other, int) else value
    return bitsets.diff(value, other) if isinstance(other, dict) else value


def _bound(op: str, args: Sequence[Value | None], everything: int) -> Value | None:
    """What ``op`` gives at most over arguments of which ``args`` is at most given."""
    if op == "inter":
        return _common([a for a in args if a is not None])
    values = [a for a in args if a is not None]
    if len(values) < len(args):
        return None
    if op == "union":
        return _together(values)
    relations = [a for a in values if isinstance(a, dict)]
    sets = [a for a in values if isinstance(a, int)]
    match op:
        case "product":
            return dict.fromkeys(bitsets.bits(sets[0]), sets[1]) if sets[1] else {}
        case "identity":
            return bitsets.identity(sets[0])
        case "seq":
            return reduce(bitsets.compose, relations)
        case "inverse":
            return bitsets.inverse(relations[0])
        case "opt":
            return bitsets.union(bitsets.identity(everything), relations[0])
        case "star":
            return bitsets.union(bitsets.identity(everything), bitsets.closure(relations[0]))
        case "plus":
            return bitsets.closure(relations[0])
        case "domain":
            return bitsets.domain(relations[0])
        case "range":
            return bitsets.domain(bitsets.inverse(relations[0]))
    raise AssertionError(op)


def _common(values: Sequence[Value]) -> Value | None:
    """What is in all of ``values``, which are of one sort; None when there are none."""
    result: Value | None = None
    for value in values:
        if isinstance(value, int):
            result = value & result if isinstance(result, int) else value
        else:
            result = bitsets.inter(result, value) if isinstance(result, dict) else value
    return result


def _together(values: Sequence[Value]) -> Value:
    members = 0
    rows: Rows | None = None
    for value in values:
        if isinstance(value, int):
            members |= value
        else:
            rows = value if rows is None else bitsets.union(rows, value)
    return members if rows is None else rows
