"""A quick way to see that a relation has no cycle: every pair of it is a way along few simple relations.

Where these have no cycle, or none through events of which every pair of the relation visits one, the relation has none
either.
"""

from __future__ import annotations

from collections.abc import Mapping

from modelcheck.cat import bitsets
from modelcheck.cat.bitsets import Rows
from modelcheck.cat.evaluate import COSTLY, Evaluation
from modelcheck.cat.nodes import Node


class Coarse:
    """The steps that pairs of ``node`` are made of.

    Args:
        node: a relation.
        constants: what the constants in it are worth.
    """

    def __init__(self, node: Node, constants: Mapping[Node, Rows | int]) -> None:
        self._constants = constants
        self._steps: dict[Node, None] = {}
        self._seen: dict[Node, bool] = {}
        self._fixed: Rows = {}
        self._unknown = False
        self.applies = not self._visit(node) and not self._unknown
        """Whether every pair takes at least one step: else nothing can be said."""
        self._events = self._visited(node) if self.applies else None

    def has_no_cycle(self, evaluation: Evaluation) -> bool:
        """Whether it is plain that the relation has no cycle; False when in doubt."""
        rows = dict(self._fixed)
        for node in self._steps:
            for a, row in evaluation.relation(node).items():
                rows[a] = rows.get(a, 0) | row
        if self._events is None:
            return bitsets.is_acyclic(rows)
        return not any(bitsets.reach(rows, rows.get(e, 0)) >> e & 1 for e in bitsets.bits(self._events))

    def _visited(self, node: Node, among: int = 0) -> int | None:
        """Events of which every pair of ``node`` visits one on its way, few beside ``among``; None: none are known.

        Of the variables of a recursion this is taken for granted: their pairs are made of those without any.
        """
        rows = self._constants.get(node)
        if isinstance(rows, dict):
            ends = (bitsets.domain(rows), bitsets.domain(bitsets.inverse(rows)))
            return min(ends, key=lambda events: (events & ~among).bit_count())
        if node.op == "identity":
            members = self._constants.get(node.args[0])
            return members if isinstance(members, int) else None
        if node.op in ("empty", "var"):
            return 0
        if node.op in ("seq", "inter"):
            known = [events for part in node.args if (events := self._visited(part, among)) is not None]
            return min(known, key=lambda events: (events & ~among).bit_count(), default=None)
        if node.op in ("union", "fix", "plus"):
            total = 0
            for part in node.args if node.recursion is None else node.recursion.bodies:
                events = self._visited(part, among | total)
                if events is None:
                    return None
                total |= events
            return total
        return None

    def _visit(self, node: Node) -> bool:
        """Take note of the steps of ``node``; whether some pair of it may take none."""
        known = self._seen.get(node)
        if known is None:
            self._seen[node] = True  # the variable of a recursion: perhaps
            known = self._seen[node] = self._look(node)
        return known

    def _look(self, node: Node) -> bool:
        rows = self._constants.get(node)
        if isinstance(rows, dict):
            steps = {a: rest for a, row in rows.items() if (rest := row & ~(1 << a))}
            self._fixed = bitsets.union(self._fixed, steps)
            return any(row >> a & 1 for a, row in rows.items())
        if node.op in ("identity", "var"):
            return True
        if node.op == "fix" and node.recursion is not None:
            return any([self._visit(body) for body in node.recursion.bodies])  # noqa: C419 (each is to be visited)
        if node.op in ("opt", "star"):
            self._visit(node.args[0])
            return True
        deep = node.effort >= COSTLY or node.free is not None
        if node.op in ("plus", "union") or (node.op == "seq" and deep):
            visited = [self._visit(part) for part in node.args]
            return all(visited) if node.op == "seq" else any(visited)
        if node.op == "diff" and deep:
            return self._visit(node.args[0])
        if node.op == "inter" and deep:
            return self._common(node)
        if node.op != "empty":
            self._steps[node] = None
            self._unknown |= node.free is not None  # its worth changes from round to round
        return False

    def _common(self, node: Node) -> bool:
        """What all parts of an intersection have is among the steps of each."""
        parts = [part for part in node.args if part not in self._constants]
        loops = [
            any(row >> a & 1 for a, row in rows.items())
            for part in node.args
            if isinstance(rows := self._constants.get(part), dict)
        ]
        return self._visit(parts[0]) and all(loops)
