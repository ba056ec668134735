"""One C text, asked of both engines under every model that they share, and of the solver under lkmm."""

from __future__ import annotations

from modelcheck.interleave.explore import explore
from modelcheck.program.ir import PROPERTIES
from modelcheck.solve.check import check
from tests.solve.checking import model, parse

EVERYTHING = frozenset(PROPERTIES) - {"race"}


def said(text: str, properties: frozenset[str] = EVERYTHING) -> set[str]:
    """What the explorer says under sc and tso, and the solver under these and lkmm: a property, or a verdict."""
    program = parse(text)
    found = set()
    for name in ("sc", "tso"):
        one = explore(program, name, properties)
        found.add(one.verdict if one.finding is None else one.finding.property)
    for name in ("sc", "tso", "lkmm"):
        other = check(program, model(name), properties)
        found.add(other.property or other.verdict)
    return found
