"""Relational terms: what a model means once names are looked up and functions are applied.

Terms form a graph in which equal terms are the same object, so that each is evaluated once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import define, field, frozen

STATIC_RELATIONS: Final = ("po", "int", "ext", "id", "si")
"""Base relations that are settled by which events are present."""

BASE_RELATIONS: Final = (*STATIC_RELATIONS, "loc", "rf", "co", "addr", "data", "ctrl", "rmw")

FINAL_WRITES: Final = "FW"
"""The one base set that depends on coherence."""

VALUES_DIFFER: Final = "values-differ"
"""The relation between accesses of different values; candidates that do not know values lack it."""

LONGEST: Final = 64
"""Compositions of more terms than that keep those that are compositions as terms of their own: flat, a relation that is
composed with itself again and again would grow with the power of two."""

_COST: Final = {"rf": 100, "co": 100, "addr": 10, "data": 10, "ctrl": 10, "rmw": 10, "loc": 10, VALUES_DIFFER: 100}


@frozen(eq=False, repr=False)
class Node:
    """A set of events or a relation between events.

    Attributes:
        op: ``base`` (by `name`), ``empty``, ``union``, ``inter``, ``diff``, ``seq``, ``product``, ``inverse``, ``opt``,
            ``star``, ``plus``, ``identity`` ([S]), ``domain``, ``range``; and of a `Recursion`: ``var`` (the value so
            far) and ``fix`` (the least fixpoint), `index` says which of its variables.
        args: operands.
        is_set: a set, else a relation.
        support: base sets and relations that it is made of (without those that a free variable brings).
        recursion: of ``var`` and ``fix``.
        free: the recursion whose variable occurs in it, or None.
        rank: estimate of what an explanation of one pair costs: 100 for each rf and co, 10 for a dependency.
        effort: estimate of what evaluating costs, so that what is cheap and may turn out empty comes first.
    """

    op: str
    args: tuple[Node, ...]
    name: str
    is_set: bool
    support: frozenset[str]
    recursion: Recursion | None
    index: int
    free: Recursion | None
    rank: int
    effort: int

    def __repr__(self) -> str:
        if self.op == "base":
            return self.name
        return f"{self.op}{self.index if self.recursion else ''}({', '.join(map(repr, self.args))})"


@define(eq=False)
class Recursion:
    """A ``let rec``: its variables, their definitions once known, and whether these only grow with the variables."""

    variables: tuple[Node, ...] = ()
    bodies: tuple[Node, ...] = ()
    monotone: bool = True
    support: frozenset[str] = frozenset()


class NestedRecursionError(Exception):
    """A term would depend on the variables of two recursions at once."""


@define
class Terms:
    """Makes terms; the table of those that exist."""

    _table: dict[object, Node] = field(factory=dict)

    def make(
        self,
        op: str,
        args: tuple[Node, ...] = (),
        *,
        name: str = "",
        is_set: bool = False,
        recursion: Recursion | None = None,
        index: int = 0,
    ) -> Node:
        """The term as it is written, without what the methods below simplify; arguments as the attributes of `Node`.

        Raises NestedRecursionError.
        """
        key = (op, tuple(map(id, args)), name, is_set, id(recursion), index)
        found = self._table.get(key)
        if found is not None:
            return found
        support = frozenset((name,)) if op == "base" else frozenset[str]().union(*(a.support for a in args))
        free = recursion if op == "var" else None
        for argument in args:
            if argument.free is not None:
                if free is not None and free is not argument.free:
                    raise NestedRecursionError
                free = argument.free
        if op == "fix" and recursion is not None:
            support = recursion.support
        rank = _rank(op, args, name, recursion, index)
        node = Node(op, args, name, is_set, support, recursion, index, free, rank, _effort(op, args, name, recursion))
        self._table[key] = node
        return node

    def base_set(self, name: str) -> Node:
        return self.make("base", name=name, is_set=True)

    def base_relation(self, name: str) -> Node:
        return self.make("base", name=name)

    def empty(self, is_set: bool) -> Node:
        return self.make("empty", is_set=is_set)

    def union(self, args: Sequence[Node]) -> Node:
        parts = _flat("union", args)
        parts = [p for p in parts if p.op != "empty"]
        if not parts:
            return self.empty(args[0].is_set)
        return parts[0] if len(parts) == 1 else self.make("union", tuple(parts), is_set=parts[0].is_set)

    def inter(self, args: Sequence[Node]) -> Node:
        parts = _flat("inter", args)
        for part in parts:
            if part.op == "empty":
                return part
        return parts[0] if len(parts) == 1 else self.make("inter", tuple(parts), is_set=parts[0].is_set)

    def diff(self, left: Node, right: Node) -> Node:
        if left.op == "empty" or right.op == "empty":
            return left
        return self.make("diff", (left, right), is_set=left.is_set)

    def seq(self, args: Sequence[Node]) -> Node:
        if sum(len(argument.args) if argument.op == "seq" else 1 for argument in args) > LONGEST:
            return self.chain(args)
        parts: list[Node] = []
        for argument in args:
            for part in argument.args if argument.op == "seq" else (argument,):
                if part.op == "empty":
                    return part
                if parts and part.op == "identity" and parts[-1].op == "identity":
                    parts[-1] = self.identity(self.inter((parts[-1].args[0], part.args[0])))
                else:
                    parts.append(part)
        return parts[0] if len(parts) == 1 else self.make("seq", tuple(parts))

    def chain(self, args: Sequence[Node]) -> Node:
        """The composition of ``args``, of which those that are compositions stay terms of their own."""
        return self.make("seq", tuple(args))

    def product(self, left: Node, right: Node) -> Node:
        return self.make("product", (left, right))

    def identity(self, members: Node) -> Node:
        if members.op == "empty":
            return self.empty(False)
        return self.make("identity", (members,))

    def inverse(self, r: Node) -> Node:
        if r.op == "inverse":
            return r.args[0]
        if r.op in ("identity", "empty") or (r.op == "base" and r.name in ("int", "ext", "id", "loc")):
            return r
        return self.make("inverse", (r,))

    def opt(self, r: Node) -> Node:
        if r.op in ("opt", "star"):
            return r
        return self.make("star" if r.op == "plus" else "opt", r.args if r.op == "plus" else (r,))

    def star(self, r: Node) -> Node:
        return self.make("star", r.args if r.op in ("opt", "star", "plus") else (r,))

    def plus(self, r: Node) -> Node:
        if r.op in ("plus", "star"):
            return r
        return self.make("star", r.args) if r.op == "opt" else self.make("plus", (r,))

    def domain(self, r: Node) -> Node:
        return self.empty(True) if r.op == "empty" else self.make("domain", (r,), is_set=True)

    def range(self, r: Node) -> Node:
        return self.empty(True) if r.op == "empty" else self.make("range", (r,), is_set=True)

    def variables(self, sorts: Iterable[bool]) -> Recursion:
        """A new recursion with a variable for each sort (True: a set). `close` it when the bodies are known."""
        recursion = Recursion()
        made = [self.make("var", is_set=sort, recursion=recursion, index=i) for i, sort in enumerate(sorts)]
        recursion.variables = tuple(made)
        return recursion

    def monotone(self, recursion: Recursion, bodies: Iterable[Node]) -> bool:
        """Whether ``bodies`` only grow with the variables of ``recursion``, decided by their form."""
        return all(_monotone(body, recursion, False) for body in bodies)

    def close(self, recursion: Recursion, bodies: Sequence[Node]) -> tuple[Node, ...]:
        """The fixpoints that ``bodies`` define.

        Raises NestedRecursionError when a body depends on the variables of another recursion too.
        """
        if any(body.free not in (None, recursion) for body in bodies):
            raise NestedRecursionError
        recursion.bodies = tuple(bodies)
        recursion.monotone = self.monotone(recursion, bodies)
        recursion.support = frozenset[str]().union(*(body.support for body in bodies))
        return tuple(
            self.make("fix", is_set=v.is_set, recursion=recursion, index=i) for i, v in enumerate(recursion.variables)
        )


def _flat(op: str, args: Sequence[Node]) -> list[Node]:
    """``args`` with nested ``op`` opened and repetitions dropped."""
    parts: dict[Node, None] = {}
    for argument in args:
        for part in argument.args if argument.op == op else (argument,):
            parts[part] = None
    return list(parts)


def _monotone(node: Node, recursion: Recursion, negative: bool) -> bool:
    if node.free is not recursion:
        return True
    if node.op == "var":
        return not negative
    if node.op == "diff":
        return _monotone(node.args[0], recursion, negative) and _monotone(node.args[1], recursion, not negative)
    return all(_monotone(argument, recursion, negative) for argument in node.args)


def _rank(op: str, args: tuple[Node, ...], name: str, recursion: Recursion | None, index: int) -> int:
    if op == "base":
        return _COST.get(name, 0)
    if op == "union":
        return min(a.rank for a in args)
    if op in ("inter", "seq", "product"):
        return sum(a.rank for a in args)
    if op in ("opt", "star"):
        return args[0].rank // 2
    if op == "fix" and recursion is not None:
        return recursion.bodies[index].rank
    return args[0].rank if args else 0


def _effort(op: str, args: tuple[Node, ...], name: str, recursion: Recursion | None) -> int:
    if op == "base":
        return 0 if name in ("rf", "rmw", "addr", "data", "ctrl") else 2 if name in STATIC_RELATIONS else 1
    inner = (*args, *recursion.bodies) if op == "fix" and recursion is not None else args
    return 1 + max((a.effort for a in inner), default=0) + (50 if op in ("fix", "star", "plus") else 0)


def rests_on_recursion(node: Node) -> bool:
    """Whether a ``let rec`` occurs in it."""
    seen: set[Node] = set()
    todo = [node]
    while todo:
        one = todo.pop()
        if one.recursion is not None:
            return True
        todo.extend(argument for argument in one.args if argument not in seen)
        seen.update(one.args)
    return False


def is_static(node: Node) -> bool:
    """Whether the presence of events settles it: no rf, co, location, dependency or rmw in it."""
    support = node.support if node.free is None else node.support | node.free.support
    return support.isdisjoint(_COST) and FINAL_WRITES not in support


def within_po(node: Node) -> bool:
    """Whether every pair of it is in po, decided by its form (False when in doubt)."""
    if node.op == "base":
        return node.name == "po"
    if node.op == "inter":
        return any(map(within_po, node.args))
    if node.op == "union":
        return all(map(within_po, node.args))
    if node.op in ("diff", "plus"):
        return within_po(node.args[0])
    if node.op == "seq":
        return all(part.op == "identity" or within_po(part) for part in node.args) and any(map(within_po, node.args))
    if node.op == "var":
        return True
    if node.op == "fix" and node.recursion is not None:
        return all(within_po(body) for body in node.recursion.bodies)
    return node.op == "empty"
