"""Sets that a text spells out: of tags, of sets or relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modelcheck.cat import syntax
from modelcheck.cat.nodes import Node
from modelcheck.cat.places import not_supported
from modelcheck.cat.values import Collection, TagValue, Value


def combined(operator: str, values: Sequence[Collection]) -> Collection:
    """Union, intersection or difference (``|``, ``&``, ``\\``), in the order in which members first appear."""
    members = values[0].members
    for other in values[1:]:
        if operator == "|":
            members = tuple(dict.fromkeys((*members, *other.members)))
        else:
            members = tuple(m for m in members if (m in other.members) == (operator == "&"))
    return Collection(members)


def matched(pattern: syntax.Expression, subject: TagValue | Collection) -> Mapping[str, Value] | None:
    """What the pattern of a ``match`` binds when it fits ``subject``; None when it does not."""
    match pattern:
        case syntax.Tag(_, name):
            return {} if subject == TagValue(name) else None
        case syntax.Name(_, name):
            return {name: subject}
        case syntax.Op(_, "_", _):
            return {}
        case syntax.Op(_, "{}", _):
            return {} if subject == Collection(()) else None
        case syntax.Op(_, "++", (syntax.Name(_, first), syntax.Name(_, others))):
            if isinstance(subject, Collection) and subject.members:
                return {first: subject.members[0], others: Collection(subject.members[1:])}
    return None


def compare(operator: str, operands: Sequence[tuple[Value, syntax.Place]]) -> bool:
    """Whether two sets are equal (``=``), or the first lies in the second (``subset``).

    Raises InputError at the place of one that the text does not spell out.
    """
    found: list[frozenset[Value]] = []
    for value, at in operands:
        if isinstance(value, Node) and value.op == "empty":
            value = Collection(())
        if not isinstance(value, Collection | TagValue):
            raise not_supported("a condition on what the text does not spell out", at)
        found.append(frozenset(value.members if isinstance(value, Collection) else (value,)))
    return found[0] == found[1] if operator == "=" else found[0] <= found[1]
