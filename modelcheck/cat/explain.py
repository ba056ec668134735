"""Why a pair is in a relation, or is not: down to facts about one execution that alone make it so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from modelcheck.cat import bitsets, tags
from modelcheck.cat.bitsets import Rows
from modelcheck.cat.evaluate import Evaluation, Scope
from modelcheck.cat.facts import EVERYTHING, Fact, Facts, condensed, price
from modelcheck.cat.nodes import FINAL_WRITES, STATIC_RELATIONS, Node, is_static, within_po
from modelcheck.cat.paths import Link, Step, cheapest

_KINDS: Final = {"rf": ("W", "R"), "co": ("W", "W"), "rmw": ("R", "W")}
"""What the two ends of a base relation always are."""


class Explainer:
    """Explains pairs of one evaluation, cheapest derivation first, each once.

    Every set of facts that it gives is sound: whatever execution over the same events they hold in, the pair is (or
    is not) in the relation there too.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self._why: dict[tuple[Node, int, int, int], Facts] = {}
        self._parts: dict[tuple[Node, int], tuple[tuple[int, Rows], ...]] = {}

    # presence

    def why(self, node: Node, a: int, b: int, scope: Scope | None = None) -> Facts:
        """Why (a, b) is in the relation ``node``; it must be. For a set: why a (= b) is a member."""
        key = (node, a, b, id(scope) if node.free is not None else 0)
        facts = self._why.get(key)
        if facts is None:
            facts = self._why[key] = _PRESENT[node.op](self, node, a, b, scope)
        return facts

    def why_condensed(self, node: Node, a: int, b: int) -> Facts:
        """As `why`, without facts that the others imply."""
        return condensed(self.why(node, a, b))

    def why_not_condensed(self, node: Node, a: int, b: int) -> Facts:
        """As `why_not`, without facts that the others imply."""
        return condensed(self.why_not(node, a, b))

    def holds(self, node: Node, a: int, b: int, scope: Scope | None = None) -> bool:
        """Whether (a, b) is in the relation, or a in the set."""
        if node.is_set:
            return bool(self.evaluation.members(node, scope) >> a & 1)
        return bool(self.evaluation.relation(node, scope).get(a, 0) >> b & 1)

    def _base(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        if node.name == FINAL_WRITES:
            return EVERYTHING
        if node.is_set or node.name in STATIC_RELATIONS:
            return _present(a, b)
        return frozenset({(node.name, a, b)})

    def _union(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        found = [self.why(part, a, b, scope) for part in node.args if self.holds(part, a, b, scope)]
        return min(found, key=price)

    def _all(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        return frozenset[Fact]().union(*(self.why(part, a, b, scope) for part in node.args))

    def _diff(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        return self.why(node.args[0], a, b, scope) | self.why_not(node.args[1], a, b, scope)

    def _product(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        return self.why(node.args[0], a, a, scope) | self.why(node.args[1], b, b, scope)

    def _inverse(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        return self.why(node.args[0], b, a, scope)

    def _identity(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        return self.why(node.args[0], a, a, scope)

    def _domain(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        row = self.evaluation.relation(node.args[0], scope)[a]
        return min((self.why(node.args[0], a, x, scope) for x in bitsets.bits(row)), key=price)

    def _range(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        row = self.evaluation.inverse(node.args[0], scope)[a]
        return min((self.why(node.args[0], x, a, scope) for x in bitsets.bits(row)), key=price)

    def _fix(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        """By the definition, in the round in which the pair first appeared, so that nothing explains itself."""
        recursion = node.recursion
        assert recursion is not None
        if not recursion.monotone:
            return _present(a, b) | self._by_presence(node, -1, -1) if is_static(node) else EVERYTHING
        body = recursion.bodies[node.index]
        for earlier in self.evaluation.rounds[recursion]:
            if earlier is scope and node.op == "var":
                break
            if self.holds(body, a, b, earlier):
                return self.why(body, a, b, earlier)
        raise AssertionError("a pair of a fixpoint appears in some round")

    def _path(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        if a == b and node.op in ("opt", "star"):
            return _present(a, a)
        if node.op == "opt":
            return self.why(node.args[0], a, b, scope)
        chain = node.args if node.op == "seq" else (node,)
        steps = self.steps(chain, a, b, scope)
        assert steps is not None
        return frozenset[Fact]().union(*(self.why(link, x, y, scope) for link, x, y in steps))

    def steps(
        self, chain: Sequence[Node], a: int, b: int, scope: Scope | None = None
    ) -> list[tuple[Node, int, int]] | None:
        """A cheap way from a to b through a chain: (link, source, target), repeated links once for each step."""
        links = []
        inner = []
        for node in chain:
            body = node.args[0] if node.op in ("opt", "star", "plus") else node
            inner.append(body)
            links.append(
                Link(
                    self.evaluation.relation(body, scope),
                    self.parts(body, scope),
                    node.op in ("opt", "star"),
                    node.op in ("star", "plus"),
                )
            )
        found: list[Step] | None = cheapest(links, a, b)
        return None if found is None else [(inner[position], x, y) for position, x, y in found]

    def parts(self, node: Node, scope: Scope | None = None) -> tuple[tuple[int, Rows], ...]:
        """A relation as parts of one estimated cost each."""
        key = (node, id(scope) if node.free is not None else 0)
        parts = self._parts.get(key)
        if parts is None:
            by_cost: dict[int, Rows] = {}
            self._collect(node, scope, None, None, by_cost)
            parts = self._parts[key] = tuple(sorted(by_cost.items(), key=lambda item: item[0]))
        return parts

    def _collect(
        self, node: Node, scope: Scope | None, sources: int | None, targets: int | None, by_cost: dict[int, Rows]
    ) -> None:
        if node.op == "identity":
            by_cost[0] = bitsets.union(by_cost.get(0, {}), self.evaluation.relation(node, scope))
        elif node.op == "union":
            for part in node.args:
                self._collect(part, scope, sources, targets, by_cost)
        elif node.op == "seq" and len([part for part in node.args if part.op != "identity"]) == 1:
            before, after = sources, targets
            middle = next(part for part in node.args if part.op != "identity")
            if node.args[0] is not middle:
                before = _both(before, self.evaluation.members(node.args[0].args[0], scope))
            if node.args[-1] is not middle:
                after = _both(after, self.evaluation.members(node.args[-1].args[0], scope))
            self._collect(middle, scope, before, after, by_cost)
        else:
            rows = bitsets.restrict(self.evaluation.relation(node, scope), sources, targets)
            cost = node.rank + 1
            by_cost[cost] = bitsets.union(by_cost[cost], rows) if cost in by_cost else rows

    # absence

    def why_not(self, node: Node, a: int, b: int, scope: Scope | None = None) -> Facts:
        """Why (a, b), both present, is not in the relation ``node`` (or a not in the set); it must not be."""
        everything = self.evaluation.everything
        if not (everything >> a & 1 and everything >> b & 1):
            return EVERYTHING
        if is_static(node):
            return _present(a, b) | self._static_absence(node, a, b, scope)
        return _ABSENT.get(node.op, Explainer._unexplained)(self, node, a, b, scope)

    def _static_absence(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        """Presence settles it; what matters beside a and b are the events on the way, where there is a way."""
        if not _looks_further(node):
            return frozenset()
        if node.op in ("union", "inter", "diff", "identity", "product", "inverse", "seq"):
            facts = _ABSENT[node.op](self, node, a, b, scope)
            if facts != EVERYTHING:
                return facts
        if node.free is not None or node.is_set or not _stays_between(node):
            return self._by_presence(node, -1, -1)
        if not self.evaluation.base("po").get(a, 0) >> b & 1:
            return frozenset()
        return self._by_presence(node, a, b)

    def _by_presence(self, node: Node, a: int, b: int) -> Facts:
        support = node.support if node.free is None else node.support | node.free.support
        names = support - set(STATIC_RELATIONS)
        if _passes_anything(node):
            names |= {tags.UNIVERSE}
        return frozenset((f"only:{name}", a, b) for name in names)

    def _unexplained(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        return EVERYTHING

    def _not_base(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        if node.name == FINAL_WRITES:
            return EVERYTHING
        if node.name in _KINDS:
            kinds = zip(_KINDS[node.name], (a, b), strict=True)
            if not all(self.evaluation.candidate.sets.get(kind, 0) >> event & 1 for kind, event in kinds):
                return _present(a, b)
        return frozenset({("!" + node.name, a, b)})

    def _not_union(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        return frozenset[Fact]().union(*(self.why_not(part, a, b, scope) for part in node.args))

    def _not_inter(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        absent = (part for part in node.args if not self.holds(part, a, b, scope))
        return min((self.why_not(part, a, b, scope) for part in absent), key=price)

    def _not_diff(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        left, right = node.args
        found = []
        if not self.holds(left, a, b, scope):
            found.append(self.why_not(left, a, b, scope))
        if self.holds(right, a, b, scope):
            found.append(self.why(right, a, b, scope))
        return min(found, key=price)

    def _not_product(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        absent = [(part, x) for part, x in zip(node.args, (a, b), strict=True) if not self.holds(part, x, x, scope)]
        return min((self.why_not(part, x, x, scope) for part, x in absent), key=price)

    def _not_inverse(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        return self.why_not(node.args[0], b, a, scope)

    def _not_identity(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        return _present(a, b) if a != b else self.why_not(node.args[0], a, a, scope)

    def _not_opt(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        return self.why_not(node.args[0], a, b, scope)

    def _not_seq(self, node: Node, a: int, b: int, scope: Scope | None) -> Facts:
        """From either end: tests and optional links are taken apart, and a read has one source only."""
        return min((self._not_chain(node.args, a, b, scope), self._not_chain_back(node.args, a, b, scope)), key=price)

    def _not_chain(self, chain: Sequence[Node], a: int, b: int, scope: Scope | None) -> Facts:
        if len(chain) == 1:
            return self.why_not(chain[0], a, b, scope)
        first, rest = chain[0], chain[1:]
        if first.op == "identity":
            if not self.holds(first, a, a, scope):
                return self.why_not(first, a, a, scope)
            return self._not_chain(rest, a, b, scope)
        if first.op == "opt":
            return self._not_chain(rest, a, b, scope) | self._not_chain((first.args[0], *rest), a, b, scope)
        if first.op == "inverse" and _within_rf(first.args[0]):
            return self._not_from_source(
                first.args[0],
                a,
                scope,
                lambda w: any_way(self, rest, w, b, scope),
                lambda w: self._not_chain(rest, w, b, scope),
            )
        return EVERYTHING

    def _not_chain_back(self, chain: Sequence[Node], a: int, b: int, scope: Scope | None) -> Facts:
        if len(chain) == 1:
            return self.why_not(chain[0], a, b, scope)
        last, rest = chain[-1], chain[:-1]
        if last.op == "identity":
            if not self.holds(last, b, b, scope):
                return self.why_not(last, b, b, scope)
            return self._not_chain_back(rest, a, b, scope)
        if last.op == "opt":
            return self._not_chain_back(rest, a, b, scope) | self._not_chain_back((*rest, last.args[0]), a, b, scope)
        if _within_rf(last):
            return self._not_from_source(
                last,
                b,
                scope,
                lambda w: any_way(self, rest, a, w, scope),
                lambda w: self._not_chain_back(rest, a, w, scope),
            )
        return EVERYTHING

    def _not_from_source(
        self, r: Node, read: int, scope: Scope | None, leads: Callable[[int], bool], absence: Callable[[int], Facts]
    ) -> Facts:
        """No pair through the one write that ``read`` reads from: by ``r`` (part of rf) or by the rest of the chain."""
        if not self.evaluation.candidate.sets.get("R", 0) >> read & 1:
            return _present(read, read)
        for write, row in self.evaluation.base("rf").items():
            if row >> read & 1:
                source: Facts = frozenset({("rf", write, read)})
                found = [] if leads(write) else [source | absence(write)]
                if not self.holds(r, write, read, scope):
                    found.append(source | self.why_not(r, write, read, scope))
                return min(found, key=price, default=EVERYTHING)
        return EVERYTHING


def any_way(explainer: Explainer, chain: Sequence[Node], a: int, b: int, scope: Scope | None) -> bool:
    """Whether a chain of relations leads from a to b."""
    events = 1 << a
    for node in chain:
        rows = explainer.evaluation.relation(node, scope)
        events = bitsets.image(rows, events)
    return bool(events >> b & 1)


def _present(a: int, b: int) -> Facts:
    return frozenset({("event", a, a), ("event", b, b)})


def _both(mask: int | None, other: int) -> int:
    return other if mask is None else mask & other


def _within_rf(node: Node) -> bool:
    if node.op == "inter":
        return any(map(_within_rf, node.args))
    return node.op == "base" and node.name == "rf"


def _looks_further(node: Node) -> bool:
    """Whether membership of (a, b) may rest on events other than a and b."""
    if node.op in ("base", "empty"):
        return False
    if node.op in ("union", "inter", "diff", "product", "inverse", "identity", "opt"):
        return any(map(_looks_further, node.args))
    if node.op == "seq":
        links = [part for part in node.args if part.op != "identity"]
        return len(links) > 1 or any(map(_looks_further, node.args))
    return True


def _stays_between(node: Node) -> bool:
    """Whether membership of (a, b) rests on no events but those po-between a and b."""
    if not _looks_further(node):
        return True
    if node.op == "fix" and node.recursion is not None:
        return within_po(node) and all(map(_stays_between, node.recursion.bodies))
    return node.op == "var" or (within_po(node) and all(map(_stays_between, node.args)))


def _passes_anything(node: Node) -> bool:
    """Whether an event of no particular set may lie on the way from a to b."""
    if node.op in ("fix", "var", "plus", "star", "domain", "range"):
        return True
    if node.op == "seq":
        bare = [part.op != "identity" for part in node.args]
        if any(x and y for x, y in pairwise(bare)):
            return True
    return any(map(_passes_anything, node.args))


_PRESENT: dict[str, Callable[[Explainer, Node, int, int, Scope | None], Facts]] = {
    "base": Explainer._base,
    "union": Explainer._union,
    "inter": Explainer._all,
    "diff": Explainer._diff,
    "product": Explainer._product,
    "inverse": Explainer._inverse,
    "identity": Explainer._identity,
    "domain": Explainer._domain,
    "range": Explainer._range,
    "fix": Explainer._fix,
    "var": Explainer._fix,
    "seq": Explainer._path,
    "opt": Explainer._path,
    "star": Explainer._path,
    "plus": Explainer._path,
}

_ABSENT: dict[str, Callable[[Explainer, Node, int, int, Scope | None], Facts]] = {
    "base": Explainer._not_base,
    "empty": lambda explainer, node, a, b, scope: frozenset(),
    "union": Explainer._not_union,
    "inter": Explainer._not_inter,
    "diff": Explainer._not_diff,
    "product": Explainer._not_product,
    "inverse": Explainer._not_inverse,
    "identity": Explainer._not_identity,
    "opt": Explainer._not_opt,
    "seq": Explainer._not_seq,
}
