"""Functions of herd's standard library that a model may use without defining them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Final

from modelcheck.cat import syntax, tags
from modelcheck.cat.nodes import VALUES_DIFFER, Node, Terms
from modelcheck.cat.places import not_supported, wrong
from modelcheck.cat.values import (
    Collection,
    Each,
    Element,
    Family,
    Linear,
    Orders,
    Part,
    Parts,
    Picks,
    Several,
    TagValue,
    Value,
)

ARITIES: Final[Mapping[str, int]] = {
    "map": 2,
    "fold": 2,
    "cross": 1,
    "linearisations": 1,
    "generate_cos": 1,
    "generate_orders": 1,
    "partition": 1,
    "classes-loc": 1,
    "singlestep": 1,
    "tag2events": 1,
    "different-values": 1,
}
"""How many arguments each takes, one after another."""

MOST_COMBINATIONS = 256

Call = Callable[[Value, Value], Value]


def union_of_tags(terms: Terms, names: Iterable[str]) -> Node:
    """The events that bear one of the tags. ``MB`` is one tag to the models, on fences and on accesses."""
    found = [terms.base_set(tag) for name in names for tag in _spellings(name)]
    return terms.union(found) if found else terms.empty(True)


def _spellings(name: str) -> tuple[str, ...]:
    return ("MB", "Mb") if name == "MB" else (tags.canonical(name),)


def apply_library(terms: Terms, name: str, given: tuple[Value, ...], at: syntax.Place, call: Call) -> Value:
    """The value of a function of `ARITIES`; ``call`` applies a function of the model.

    Raises InputError at ``at`` when an argument is not of the kind that the function takes.
    """
    match name:
        case "map":
            return _map(given[0], given[1], at, call)
        case "fold":
            return _fold(given[0], given[1], at, call)
        case "cross":
            return _cross(terms, given[0], at)
        case "linearisations" | "generate_orders":
            return _orders(terms, name, given[0], at)
        case "partition" | "classes-loc":
            if isinstance(given[0], Node) and given[0].is_set:
                return Parts(given[0])
            raise wrong(f"{name} takes a set", at)
        case "generate_cos":
            return Orders(_relation(name, given[0], at))
        case "singlestep":
            r = _relation(name, given[0], at)
            return terms.diff(r, terms.seq((r, terms.plus(r))))
        case "different-values":
            return terms.inter((_relation(name, given[0], at), terms.base_relation(VALUES_DIFFER)))
    if isinstance(given[0], TagValue):
        return union_of_tags(terms, (given[0].name,))
    raise wrong(f"{name} takes a tag", at)


def _orders(terms: Terms, name: str, given: Value, at: syntax.Place) -> Orders | Linear:
    """``linearisations(E, r)``: of the writes of one location, or of any set of events."""
    if isinstance(given, Several) and len(given.values) == 2:
        members, least = given.values
        if isinstance(least, Node) and (not least.is_set or least.op == "empty"):
            least = terms.empty(False) if least.is_set else least
            if isinstance(members, Part):
                return Orders(least)
            if isinstance(members, TagValue):
                members = union_of_tags(terms, (members.name,))
            if isinstance(members, Node) and (members.is_set or members.op == "empty"):
                return Linear(members, least) if name == "linearisations" else Orders(least)
    raise wrong(f"{name} takes a set and a relation", at)


def _relation(name: str, value: Value, at: syntax.Place) -> Node:
    if not isinstance(value, Node) or (value.is_set and value.op != "empty"):
        raise wrong(f"{name} needs a relation", at)
    return value


def _map(function: Value, over: Value, at: syntax.Place, call: Call) -> Value:
    if isinstance(over, Each) or (isinstance(over, Node) and over.op != "empty"):
        member = call(function, Element(over.union if isinstance(over, Each) else over))
        if isinstance(member, Each | Family):
            return Family(member)
        raise not_supported("a map over events to what is not made from them", at)
    if isinstance(over, Family):
        return Family(call(function, over.member))
    if isinstance(over, Parts):
        member = call(function, Part(over.of))
        if isinstance(member, Orders):
            return Collection((member,))
        raise not_supported("a map over the parts of a set to anything but their orders", at)
    return Collection(tuple(dict.fromkeys(call(function, member) for member in _members(over, at))))


def _fold(function: Value, argument: Value, at: syntax.Place, call: Call) -> Value:
    if not isinstance(argument, Several) or len(argument.values) != 2:
        raise wrong("fold f takes a set and a first value", at)
    members, result = argument.values
    for member in _members(members, at):
        result = call(function, Several((member, result)))
    return result


def _members(value: Value, at: syntax.Place) -> tuple[Value, ...]:
    if isinstance(value, Collection):
        return value.members
    if isinstance(value, Node) and value.op == "empty":
        return ()
    raise not_supported("going through a set that the text does not spell out", at)


def _cross(terms: Terms, value: Value, at: syntax.Place) -> Value:
    """The unions of one relation from each member of ``value``."""
    if isinstance(value, Family):
        return Picks(_each(value.member, at))
    groups = _members(value, at)
    if len(groups) == 1 and isinstance(groups[0], Orders):
        return groups[0]
    if any(isinstance(group, Family) for group in groups):
        return Picks(terms.union([_each(group, at) for group in groups]))
    alternatives = [_members(group, at) for group in groups]
    count = 1
    for several in alternatives:
        count *= len(several)
    if count > MOST_COMBINATIONS:
        raise wrong(f"cross makes {count} relations of this, more than {MOST_COMBINATIONS}", at)
    unions: list[Value] = []
    for chosen in product(*alternatives):
        nodes = [node for node in chosen if isinstance(node, Node)]
        if len(nodes) < len(chosen) or any(node.is_set and node.op != "empty" for node in nodes):
            raise wrong("cross takes a set of sets of relations", at)
        unions.append(terms.union(nodes) if nodes else terms.empty(False))
    return Collection(tuple(dict.fromkeys(unions)))


def _each(value: Value, at: syntax.Place) -> Node:
    while isinstance(value, Family):
        value = value.member
    if isinstance(value, Each) and not value.union.is_set:
        return value.union
    raise wrong("cross takes a set of sets of relations", at)
