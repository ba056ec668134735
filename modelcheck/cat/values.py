"""What a name or an expression of the cat language may stand for, beside sets and relations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from modelcheck.cat import syntax
from modelcheck.cat.nodes import Node


@frozen(eq=False)
class Closure:
    """A function of the model's text, with the names it may see."""

    parameters: tuple[syntax.Parameter, ...]
    body: syntax.Expression
    names: Mapping[str, Value]


@frozen(eq=False)
class Builtin:
    """A function that the evaluator provides."""

    name: str
    apply: Callable[[Node], Node]
    takes_set: bool


@frozen(eq=False)
class Library:
    """A function on values of any kind that the evaluator provides; it takes its arguments one after another."""

    name: str
    arity: int
    given: tuple[Value, ...] = ()


@frozen
class Several:
    """A tuple of values."""

    values: tuple[Value, ...]


@frozen
class TagValue:
    """A tag, written with a quote."""

    name: str


@frozen
class Collection:
    """A finite set that the text spells out: of tags, of sets or relations, of other collections."""

    members: tuple[Value, ...]

    def with_first(self, member: Value) -> Collection:
        """The set with ``member`` added."""
        return Collection((member, *(m for m in self.members if m != member)))


@frozen(eq=False)
class Element:
    """Each event of a set, or each pair of a relation, in turn: what a function is mapped over."""

    of: Node


@frozen(eq=False)
class Each:
    """What is made from an `Element` so that the union over all elements is ``union``."""

    union: Node


@frozen(eq=False)
class Family:
    """The set of what a function gives for each element of a set or relation."""

    member: Value


@frozen(eq=False)
class Picks:
    """The relations that take one pair from each of several relations whose union is ``union``."""

    union: Node


@frozen(eq=False)
class Parts:
    """The parts of a set, a location each."""

    of: Node


@frozen(eq=False)
class Part:
    """Each of the `Parts` of a set in turn."""

    of: Node


@frozen(eq=False)
class Orders:
    """The orders of the writes of each location that hold ``least``."""

    least: Node


@frozen(eq=False)
class Linear:
    """The total orders of the events of ``members`` that hold ``least``."""

    members: Node
    least: Node


Value = (
    Node
    | Closure
    | Builtin
    | Library
    | Several
    | TagValue
    | Collection
    | Element
    | Each
    | Family
    | Picks
    | Orders
    | Linear
    | Parts
    | Part
)

NOUNS: Mapping[type, str] = {
    Several: "a tuple",
    Closure: "a function",
    Builtin: "a function",
    Library: "a function",
    TagValue: "a tag",
    Collection: "a set of sets",
    Element: "an element",
    Each: "a set made from an element",
    Family: "a set of sets",
    Picks: "a set of relations",
    Orders: "a set of relations",
    Linear: "a set of relations",
    Parts: "a set of sets",
    Part: "a part of a set",
}
