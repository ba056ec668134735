"""Expressions over each element of a set in turn, kept as what their union over all elements is.

Models choose like this: for each failed trylock r, the relations that hold one pair of ``(LKW * {r}) & loc & ext``. An
execution has made its choice already; so what is needed is only the union over all r, and that is the same
expression over the whole set, as long as every operator on the way is linear in the element.
"""

from __future__ import annotations

from collections.abc import Sequence

from modelcheck.cat import syntax
from modelcheck.cat.nodes import Node, Terms
from modelcheck.cat.places import not_supported, wrong
from modelcheck.cat.values import Each, Element, Value

_NOT_LINEAR = "an expression that uses the element of a set in this way"


def combine(terms: Terms, e: syntax.Op, values: Sequence[Value]) -> Each:
    """The operator of ``e`` applied to ``values``, of which some are elements or made from one.

    Raises InputError where the result is not linear in the element, or the operator does not fit.
    """
    if e.operator == "{}" and len(values) == 1 and isinstance(values[0], Element):
        return Each(values[0].of)
    if (
        e.operator == "++"
        and isinstance(values[0], Element)
        and isinstance(values[1], Node)
        and values[1].op == "empty"
    ):
        return Each(values[0].of)
    if any(isinstance(v, Element) for v in values):
        raise not_supported(_NOT_LINEAR, e.at)
    parts: list[Node] = []
    for value, operand in zip(values, e.operands, strict=True):
        if isinstance(value, Each):
            parts.append(value.union)
        elif isinstance(value, Node):
            parts.append(value)
        else:
            raise wrong("a set or a relation is needed here", operand.at)
    _check_sorts(e, parts)
    several = [isinstance(v, Each) for v in values]
    match e.operator:
        case "|" if all(several):
            return Each(terms.union(parts))
        case "&" if several.count(True) == 1:
            return Each(terms.inter(parts))
        case "\\" if several[0] and several.count(True) == 1:
            left = parts[0]
            for right in parts[1:]:
                left = terms.diff(left, right)
            return Each(left)
        case ";" if several.count(True) == 1:
            return Each(terms.seq(parts))
        case "*" if several.count(True) == 1:
            return Each(terms.product(parts[0], parts[1]))
        case "[]":
            return Each(terms.identity(parts[0]))
        case "^-1":
            return Each(terms.inverse(parts[0]))
    raise not_supported(_NOT_LINEAR, e.at)


def _check_sorts(e: syntax.Op, parts: Sequence[Node]) -> None:
    needs_sets = e.operator in ("*", "[]")
    needs_relations = e.operator in (";", "^-1")
    for part, operand in zip(parts, e.operands, strict=True):
        sort = True if needs_sets else False if needs_relations else parts[0].is_set
        if part.is_set != sort and part.op != "empty":
            this, other = ("set", "relation") if part.is_set else ("relation", "set")
            raise wrong(f"{e.operator} needs a {other} here, this is a {this}", operand.at)
