"""Which definitions of a ``let rec`` are sets and which relations, by what their text says."""

from __future__ import annotations

from collections.abc import Mapping

from modelcheck.cat import syntax, tags
from modelcheck.cat.nodes import Node
from modelcheck.cat.values import TagValue, Value


def set_definitions(bindings: tuple[syntax.Binding, ...], names: Mapping[str, Value]) -> list[bool]:
    """Whether each of the recursive definitions is a set, as far as the text tells without the variables."""
    sorts: dict[str, bool] = {}
    for _ in bindings:
        for binding in bindings:
            sort = _sort(binding.value, names, sorts, {b.names[0] for b in bindings})
            if sort is not None:
                sorts[binding.names[0]] = sort
    return [sorts.get(binding.names[0], False) for binding in bindings]


def _sort(
    e: syntax.Expression, names: Mapping[str, Value], sorts: Mapping[str, bool], open_names: set[str]
) -> bool | None:
    """Whether ``e`` is a set, as far as its form tells; None where it does not."""
    match e:
        case syntax.Name(_, name):
            if name in open_names:
                return sorts.get(name)
            value = names.get(name)
            if isinstance(value, TagValue):
                return True
            return value.is_set if isinstance(value, Node) and value.op != "empty" else name in tags.KNOWN or None
        case syntax.Tag():
            return True
        case syntax.Op(_, "|" | "&" | "\\" | "~" | "||", operands):
            known = (_sort(o, names, sorts, open_names) for o in operands)
            return next((k for k in known if k is not None), None)
        case syntax.Op(_, operator, _):
            return None if operator == "0" else operator in ("_", "{}")
        case syntax.Apply(_, syntax.Name(_, "domain" | "range"), _):
            return True
        case syntax.LetIn(_, _, _, body):
            return _sort(body, names, sorts, open_names)
    return None
