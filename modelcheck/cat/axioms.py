"""What a model demands of an execution, and what it chooses for it."""

from __future__ import annotations

from attrs import frozen

from modelcheck.cat import bitsets, syntax
from modelcheck.cat.bitsets import Rows
from modelcheck.cat.nodes import Node


@frozen
class Linearisation:
    """A total order of some events that the text chooses: an execution is one where some choice passes all tests.

    ``relation``: the base relation that stands for it; ``members``: what it orders; ``least``: what it must hold.
    """

    name: str
    relation: Node
    members: Node
    least: Node
    place: syntax.Place


@frozen
class Axiom:
    """A test that an execution must pass, or with ``flag`` one that marks it when it holds.

    ``choice``: it holds the text's own choices of rf and co to those of the execution, and says nothing of a
    part of an execution.
    """

    name: str
    test: str
    negated: bool
    flag: bool
    node: Node
    place: syntax.Place
    choice: bool = False

    def holds(self, value: Rows | int) -> bool:
        """Whether the test, without its ``~``, holds of what `node` is worth."""
        if isinstance(value, int) or self.test == "empty":
            return not value
        if self.test == "acyclic":
            return bitsets.is_acyclic(value)
        return not any(row >> a & 1 for a, row in value.items())

    def satisfied(self, value: Rows | int) -> bool:
        """Whether the axiom holds; of a flag, whether it stays down."""
        return (self.holds(value) != self.negated) != self.flag
