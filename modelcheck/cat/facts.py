"""Facts about one execution: what explanations are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

Fact = tuple[str, int, int]
"""Something that holds in an execution. All events that a fact names are present, whatever else it says.

- ``(name, a, b)`` with a base relation's name (``rf``, ``co``, ``addr``, ``data``, ``ctrl``, ``rmw``, ``loc``): the
  pair is in it.
- ``("!" + name, a, b)``: the pair is not in it.
- ``("event", a, a)``: a is present. What kind it has, its thread, its tags and po among present events never change.
- ``("only:" + set, a, b)``: of this set, the present events po-between a and b are the ones that are present here;
  with a = b = -1, of the whole execution.
- ``("everything", -1, -1)``: the execution is exactly this one.
"""

Facts = frozenset[Fact]

EVERYTHING: Final[Facts] = frozenset({("everything", -1, -1)})

_PRICE: Final = {"rf": 1.0, "co": 1.0, "!rf": 1.0, "!co": 1.0, "event": 0.01, "everything": 1000.0}


def price(facts: Iterable[Fact]) -> float:
    """How dear a set of facts is as a lesson: the fewer rf and co the better."""
    return sum(_PRICE.get(fact[0], 0.5 if fact[0].startswith("only") else 0.1) for fact in facts)


def condensed(facts: Facts) -> Facts:
    """``facts`` without those that the others imply.

    A pair has the same location when rf, co, rmw or loc facts link it; every fact implies that its events are present.
    """
    if facts >= EVERYTHING:
        return EVERYTHING
    leader: dict[int, int] = {}

    def find(event: int) -> int:
        while (up := leader.get(event, event)) != event:
            event = up
        return event

    kept: set[Fact] = set()
    same_place = [f for f in facts if f[0] in ("rf", "co", "rmw")]
    for name, a, b in (*same_place, *sorted(f for f in facts if f[0] == "loc")):
        if name == "loc" and find(a) == find(b):
            continue
        leader[find(a)] = find(b)
        kept.add((name, a, b))
    kept.update(f for f in facts if f[0] not in ("rf", "co", "rmw", "loc", "event"))
    named = {event for _, a, b in kept for event in (a, b)}
    kept.update(f for f in facts if f[0] == "event" and f[1] not in named)
    return frozenset(kept)
