"""From a violated axiom to several short reasons that do not repeat one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from modelcheck.cat import bitsets
from modelcheck.cat.axioms import Axiom
from modelcheck.cat.bitsets import Rows
from modelcheck.cat.explain import Explainer
from modelcheck.cat.facts import EVERYTHING, Facts, condensed, price
from modelcheck.cat.nodes import Node
from modelcheck.cat.paths import Link, cheapest


@frozen
class Step:
    """One edge of a cycle: events, and the most telling name that the model has for why they are ordered."""

    source: int
    target: int
    label: str


@frozen
class Violation:
    """One reason why an axiom does not hold.

    Attributes:
        axiom: its name in the model.
        cycle: edges of the cycle that it forbids (for ``empty``: of the path or cycle that makes the pair).
        facts: what it rests on: in every execution over the same events in which they hold, the axiom is violated.
    """

    axiom: str
    cycle: tuple[Step, ...]
    facts: Facts


def violations_of(axiom: Axiom, explainer: Explainer, labels: Mapping[Node, str], limit: int) -> list[Violation]:
    """Up to ``limit`` violations of an axiom that does not hold, shortest first."""
    node = axiom.node
    if axiom.negated:
        return [Violation(axiom.name, (), EVERYTHING)]
    if node.is_set:
        members = bitsets.bits(explainer.evaluation.members(node))
        found = [
            Violation(axiom.name, (), condensed(explainer.why(node, e, e)))
            for _, e in zip(range(4 * limit), members, strict=False)
        ]
    elif axiom.test == "acyclic":
        found = _cycles(axiom.name, node, explainer, labels, limit)
    else:
        rows = explainer.evaluation.relation(node)
        loops = axiom.test == "irreflexive"
        pairs = ((a, b) for a in sorted(rows) for b in bitsets.bits(rows[a] & 1 << a if loops else rows[a]))
        found = [
            Violation(axiom.name, _path(node, a, b, explainer, labels), condensed(explainer.why(node, a, b)))
            for _, (a, b) in zip(range(4 * limit), pairs, strict=False)
        ]
    return _distinct(found, limit)


def _distinct(found: Iterable[Violation], limit: int) -> list[Violation]:
    """The cheapest ones, without those that hold only where another one does."""
    kept: list[Violation] = []
    for violation in sorted(found, key=lambda v: (price(v.facts), len(v.facts), len(v.cycle), sorted(v.facts))):
        if not any(other.facts <= violation.facts for other in kept):
            kept.append(violation)
        if len(kept) == limit:
            break
    return kept


def _cycles(name: str, node: Node, explainer: Explainer, labels: Mapping[Node, str], limit: int) -> list[Violation]:
    """A cheapest cycle through each of several events, first those on no cycle yet."""
    found: list[Violation] = []
    rows = explainer.evaluation.relation(node)
    for component in bitsets.components(rows):
        inside = bitsets.restrict(rows, component, component)
        parts = tuple(
            (cost, kept)
            for cost, part in explainer.parts(node)
            if (kept := bitsets.restrict(part, component, component))
        )
        link = Link(inside, parts, False, True)
        covered = 0
        spare = []
        sources = list(bitsets.bits(_active(parts, component)))
        for source in sources:
            if len(found) >= 2 * limit:
                break
            if covered >> source & 1:
                spare.append(source)
                continue
            covered |= _add_cycle(name, node, link, source, explainer, labels, found)
        for source in spare[: max(0, 2 * limit - len(found))]:
            _add_cycle(name, node, link, source, explainer, labels, found)
    return found


def _active(parts: tuple[tuple[int, Rows], ...], component: int) -> int:
    """Where an edge that is not merely static begins; every event when there is none."""
    events = 0
    for cost, rows in parts:
        if cost > 1:
            events |= bitsets.domain(rows)
    return events or component


def _add_cycle(
    name: str,
    node: Node,
    link: Link,
    source: int,
    explainer: Explainer,
    labels: Mapping[Node, str],
    found: list[Violation],
) -> int:
    """Adds a cheapest cycle through ``source``; gives its events."""
    steps = cheapest((link,), source, source)
    if steps is None:
        return 0
    facts = frozenset().union(*(explainer.why(node, a, b) for _, a, b in steps))
    cycle = tuple(Step(a, b, label(node, a, b, explainer, labels)) for _, a, b in steps)
    found.append(Violation(name, cycle, condensed(facts)))
    events = 0
    for _, a, _ in steps:
        events |= 1 << a
    return events


def _path(node: Node, a: int, b: int, explainer: Explainer, labels: Mapping[Node, str]) -> tuple[Step, ...]:
    """The steps that lead from a to b in a term that is a chain, or one of the alternatives of which one is."""
    while node.op == "union":
        node = _chosen(node, a, b, explainer)
    if node.op == "inter":
        chain = next((part for part in node.args if part.op == "seq"), None)
        if chain is not None:
            back = ",".join(label(part, a, b, explainer, labels) for part in node.args if part is not chain)
            return (*_path(chain, a, b, explainer, labels), Step(b, a, f"{back}^-1"))
    if node.op in ("seq", "plus"):
        steps = explainer.steps(node.args if node.op == "seq" else (node,), a, b)
        assert steps is not None
        return tuple(Step(x, y, label(link, x, y, explainer, labels)) for link, x, y in steps if link.op != "identity")
    return (Step(a, b, label(node, a, b, explainer, labels)),)


def _chosen(node: Node, a: int, b: int, explainer: Explainer) -> Node:
    return min((p for p in node.args if explainer.holds(p, a, b)), key=lambda p: price(explainer.why(p, a, b)))


def label(node: Node, a: int, b: int, explainer: Explainer, labels: Mapping[Node, str]) -> str:
    """The name of the most specific named relation that the pair is in by the cheapest derivation."""
    best = labels.get(node, "")
    while True:
        if node.op == "union":
            node = _chosen(node, a, b, explainer)
        elif node.op == "seq" and len([p for p in node.args if p.op != "identity"]) == 1:
            node = next(p for p in node.args if p.op != "identity")
        else:
            return best or _outline(node, labels, 2)
        best = labels.get(node, best)


_SIGNS: Final = {"union": " | ", "inter": " & ", "diff": " \\ ", "seq": " ; ", "product": " * "}


def _outline(node: Node, labels: Mapping[Node, str], depth: int) -> str:
    """What a term without a name looks like from outside: written out ``depth`` operators deep."""
    if node in labels:
        return labels[node]
    if node.op == "base":
        return node.name
    if depth == 0:
        return "…"
    parts = [_outline(part, labels, depth - 1) for part in node.args]
    sign = _SIGNS.get(node.op)
    return f"({sign.join(parts)})" if sign else f"{node.op}({', '.join(parts)})"
