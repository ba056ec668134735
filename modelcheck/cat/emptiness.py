"""Terms that are empty whatever happens, since no event of a program bears the tags that they ask for."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from modelcheck.cat import tags
from modelcheck.cat.nodes import Node

_TAGS: Final = frozenset((*tags.ACCESS_TAGS, *tags.FENCE_TAGS))


def may_hold(node: Node, present: Set[str]) -> bool:
    """Whether a term may have a member where events bear no tags but ``present`` (True when in doubt)."""
    match node.op:
        case "base":
            return node.name in present or node.name not in _TAGS
        case "empty":
            return False
        case "union":
            return any(may_hold(part, present) for part in node.args)
        case "inter" | "seq" | "product":
            return all(may_hold(part, present) for part in node.args)
        case "diff" | "identity" | "domain" | "range" | "inverse" | "plus":
            return may_hold(node.args[0], present)
    return True
