"""The value of terms over one candidate execution: lazily, each term once, what has not changed kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from modelcheck.cat import bitsets, tags
from modelcheck.cat.bitsets import Rows
from modelcheck.cat.candidate import Candidate
from modelcheck.cat.nodes import Node, Recursion

Scope = dict[Node, "Rows | int"]
"""Values of terms that depend on a recursion's variables, in one round of it."""

MOST_ROUNDS = 10_000

COSTLY = 4
"""From this `Node.effort` on a term is worth working out in part only, where a part is enough."""

CONSTANT = "#"
"""How the names of base terms begin that stand for given values."""

TRANSITIVE = "+"
"""What comes before that in the name of a transitive relation."""

FEW = 12
"""For so many sources a search from each is cheaper than a transitive closure."""


class RecursionWithoutEndError(Exception):
    """A ``let rec`` that is not monotone and does not settle."""


class Evaluation:
    """What the terms of a model are worth in one candidate.

    Args:
        candidate: the execution.
        previous: an evaluation of an earlier candidate; values that rest only on sets and relations that are the
            same here are taken over.
        given: values of terms that are known.

    Attributes:
        candidate: as given.
        everything: all events of the execution.
        rounds: for each recursion evaluated, its scopes by round; in round k the variables have the values
            that their definitions had in round k - 1 (nothing in round 0).
    """

    def __init__(
        self,
        candidate: Candidate,
        previous: Evaluation | None = None,
        given: Mapping[Node, Rows | int] = MappingProxyType({}),
    ) -> None:
        self.candidate = candidate
        self._values: dict[Node, Rows | int] = dict(given)
        self._most = candidate.size // 2 if given else 0  # what is given makes most terms worth working out whole
        self._inverses: dict[Node, Rows] = {}
        self._closures: dict[Node, Rows] = {}
        self._base: dict[str, Rows] = {}
        self.rounds: dict[Recursion, list[Scope]] = {}
        self.everything = candidate.sets.get(tags.UNIVERSE, 0)
        for members in candidate.sets.values():
            self.everything |= members
        if previous is not None:
            self._take_over(previous)

    def _take_over(self, previous: Evaluation) -> None:
        old, new = previous.candidate, self.candidate
        changed = {n for n in old.sets.keys() | new.sets.keys() if old.sets.get(n, 0) != new.sets.get(n, 0)}
        if self.everything != previous.everything:
            changed |= {tags.UNIVERSE, "id", "si"}
        for name in old.relations.keys() | new.relations.keys():
            if old.relations.get(name) != new.relations.get(name):
                changed.add(name)
        self._base = {name: rows for name, rows in previous._base.items() if name not in changed}
        for node, value in previous._values.items():
            if node.support.isdisjoint(changed):
                self._values[node] = value
        for mine, theirs in ((self._inverses, previous._inverses), (self._closures, previous._closures)):
            mine.update((node, rows) for node, rows in theirs.items() if node.support.isdisjoint(changed))
        for recursion, scopes in previous.rounds.items():
            if recursion.support.isdisjoint(changed):
                self.rounds[recursion] = scopes

    def relation(self, node: Node, scope: Scope | None = None) -> Rows:
        """The rows of a term that is a relation; ``scope`` gives the variables of the recursion around it, if any."""
        value = self._value(node, scope)
        assert isinstance(value, dict)
        return value

    def members(self, node: Node, scope: Scope | None = None) -> int:
        """The members of a term that is a set."""
        value = self._value(node, scope)
        assert isinstance(value, int)
        return value

    def inverse(self, node: Node, scope: Scope | None = None) -> Rows:
        """The predecessors of every event in a relation."""
        if node.free is not None:
            return bitsets.inverse(self.relation(node, scope))
        rows = self._inverses.get(node)
        if rows is None:
            rows = self._inverses[node] = bitsets.inverse(self.relation(node))
        return rows

    def base(self, name: str) -> Rows:
        """The rows of a base relation."""
        rows = self._base.get(name)
        if rows is None:
            if name == "id" or (name == "si" and "si" not in self.candidate.relations):
                rows = bitsets.identity(self.everything)
            else:
                rows = {a: row for a, row in enumerate(self.candidate.relations.get(name, ())) if row}
            self._base[name] = rows
        return rows

    def _value(self, node: Node, scope: Scope | None) -> Rows | int:
        store = self._values
        if node.free is not None:
            assert scope is not None
            store = scope
        value = store.get(node)
        if value is None:
            value = store[node] = _OPERATIONS[node.op](self, node, scope)
        return value

    # one function for each operator

    def _op_base(self, node: Node, scope: Scope | None) -> Rows | int:
        if not node.is_set:
            return self.base(node.name)
        return self.everything if node.name == tags.UNIVERSE else self.candidate.sets.get(node.name, 0)

    def _op_empty(self, node: Node, scope: Scope | None) -> Rows | int:
        return 0 if node.is_set else {}

    def _op_union(self, node: Node, scope: Scope | None) -> Rows | int:
        if node.is_set:
            members = 0
            for argument in node.args:
                members |= self.members(argument, scope)
            return members
        parts = [rows for argument in node.args if (rows := self.relation(argument, scope))]
        if not parts:
            return {}
        parts.sort(key=len)
        result = dict(parts.pop())
        get = result.get
        for part in parts:
            for a, row in part.items():
                result[a] = get(a, 0) | row
        return result

    def _op_inter(self, node: Node, scope: Scope | None) -> Rows | int:
        if node.is_set:
            members = self.members(node.args[0], scope)
            for argument in node.args[1:]:
                members &= self.members(argument, scope)
            return members
        result: Rows | None = None
        for argument in sorted(node.args, key=_by_effort):
            result = self.relation(argument, scope) if result is None else self._kept(result, argument, scope)
            if not result:
                return {}
        assert result is not None
        return result

    def _op_diff(self, node: Node, scope: Scope | None) -> Rows | int:
        left, right = node.args
        if node.is_set:
            members = self.members(left, scope)
            return members & ~self.members(right, scope) if members else 0
        rows = self.relation(left, scope)
        return bitsets.diff(rows, self._kept(rows, right, scope)) if rows else {}

    def _kept(self, rows: Rows, node: Node, scope: Scope | None) -> Rows:
        """``rows & node``, looking at no more of ``node`` than that takes."""
        if node.op == "inverse" and node not in self._values and node.args[0] not in self._inverses:
            return bitsets.inverse(self._kept(bitsets.inverse(rows), node.args[0], scope))
        return bitsets.inter(rows, self._from(node, bitsets.domain(rows), scope))

    def _from(self, node: Node, sources: int, scope: Scope | None) -> Rows:
        """At least the pairs of ``node`` that begin in ``sources``; dense terms are not worked out beyond them."""
        if (
            node.effort < COSTLY
            or (self._most and sources.bit_count() >= self._most)
            or node.op not in _PARTIAL
            or (node in self._values if scope is None else node in scope)
        ):
            return self.relation(node, scope)
        return _PARTIAL[node.op](self, node, sources, scope)

    def _union_from(self, node: Node, sources: int, scope: Scope | None) -> Rows:
        result: Rows = {}
        for argument in node.args:
            result = bitsets.union(result, bitsets.restrict(self._from(argument, sources, scope), sources, None))
        return result

    def _inter_from(self, node: Node, sources: int, scope: Scope | None) -> Rows:
        first, *others = sorted(node.args, key=_by_effort)
        result = bitsets.restrict(self._from(first, sources, scope), sources, None)
        for argument in others:
            result = self._kept(result, argument, scope)
        return result

    def _diff_from(self, node: Node, sources: int, scope: Scope | None) -> Rows:
        rows = bitsets.restrict(self._from(node.args[0], sources, scope), sources, None)
        return bitsets.diff(rows, self._kept(rows, node.args[1], scope))

    def _star_from(self, node: Node, sources: int, scope: Scope | None) -> Rows:
        if node.args[0] in self._closures or sources.bit_count() > FEW:
            return self.relation(node, scope)
        rows = self.relation(node.args[0], scope)
        return {a: bitsets.reach(rows, 1 << a) for a in bitsets.bits(sources)}

    def _opt_from(self, node: Node, sources: int, scope: Scope | None) -> Rows:
        rows = bitsets.restrict(self._from(node.args[0], sources, scope), sources, None)
        return bitsets.union(rows, bitsets.identity(sources))

    def _seq_from(self, node: Node, sources: int, scope: Scope | None) -> Rows:
        if self._masks(node.args, scope) is None or any(self._values.get(link) == {} for link in node.args):
            return {}
        result = bitsets.identity(sources)
        for link in node.args:
            if link.op == "identity":
                result = bitsets.restrict(result, None, self.members(link.args[0], scope))
            else:
                reached = 0
                for row in result.values():
                    reached |= row
                result = bitsets.compose(result, self._from(link, reached, scope))
            if not result:
                return {}
        return result

    def _op_product(self, node: Node, scope: Scope | None) -> Rows | int:
        targets = self.members(node.args[1], scope)
        return dict.fromkeys(bitsets.bits(self.members(node.args[0], scope)), targets) if targets else {}

    def _op_inverse(self, node: Node, scope: Scope | None) -> Rows | int:
        return self.inverse(node.args[0], scope)

    def _op_identity(self, node: Node, scope: Scope | None) -> Rows | int:
        return bitsets.identity(self.members(node.args[0], scope))

    def _op_opt(self, node: Node, scope: Scope | None) -> Rows | int:
        return bitsets.union(self.base("id"), self.relation(node.args[0], scope))

    def _op_star(self, node: Node, scope: Scope | None) -> Rows | int:
        return bitsets.union(self.base("id"), self._plus(node.args[0], scope))

    def _op_plus(self, node: Node, scope: Scope | None) -> Rows | int:
        return self._plus(node.args[0], scope)

    def _op_domain(self, node: Node, scope: Scope | None) -> Rows | int:
        return bitsets.domain(self.relation(node.args[0], scope))

    def _op_range(self, node: Node, scope: Scope | None) -> Rows | int:
        members = 0
        for row in self.relation(node.args[0], scope).values():
            members |= row
        return members

    def _op_fix(self, node: Node, scope: Scope | None) -> Rows | int:
        recursion = node.recursion
        assert recursion is not None
        if recursion not in self.rounds:
            self.rounds[recursion] = self._solve(recursion)
        return self._value(recursion.bodies[node.index], self.rounds[recursion][-1])

    def _op_var(self, node: Node, scope: Scope | None) -> Rows | int:
        raise AssertionError("the variables of a recursion are in its scope")

    def _solve(self, recursion: Recursion) -> list[Scope]:
        """All variables at once, from nothing, until the definitions give what the variables are."""
        values: list[Rows | int] = [0 if v.is_set else {} for v in recursion.variables]
        scopes: list[Scope] = []
        while len(scopes) < MOST_ROUNDS:
            scope: Scope = dict(zip(recursion.variables, values, strict=True))
            scopes.append(scope)
            after = [self._value(body, scope) for body in recursion.bodies]
            if after == values:
                return scopes
            values = after
        raise RecursionWithoutEndError

    def _plus(self, r: Node, scope: Scope | None) -> Rows:
        """The transitive closure, kept under a name of its own since ``*`` and ``+`` share it."""
        store = self._closures if r.free is None else {}
        rows = store.get(r)
        if rows is None:
            value = self.relation(r, scope)
            rows = store[r] = value if _transitive(r) else bitsets.closure(value)
        return rows

    # composition

    def _op_seq(self, node: Node, scope: Scope | None) -> Rows | int:
        """Composition: tests on sets become masks, and the chain is built outward from its sparsest link."""
        masks = self._masks(node.args, scope)
        if masks is None:
            return {}
        links = [part for part in node.args if part.op != "identity"]
        values: dict[int, Rows] = {}
        for position in sorted(range(len(links)), key=lambda i: links[i].effort):
            link = links[position]
            if link.op in ("opt", "star"):
                continue
            rows = self.relation(link, scope)
            if not rows:
                return {}
            values[position] = rows
        return self._chain(links, masks, values, scope)

    def _masks(self, parts: Sequence[Node], scope: Scope | None) -> list[int | None] | None:
        """The sets between the links, before the first and after the last; None when one is empty."""
        masks: list[int | None] = [None]
        for part in parts:
            if part.op != "identity":
                masks.append(None)
                continue
            members = self.members(part.args[0], scope)
            masks[-1] = members if masks[-1] is None else masks[-1] & members
            if not masks[-1]:
                return None
        return masks

    def _chain(
        self, links: Sequence[Node], masks: Sequence[int | None], values: Mapping[int, Rows], scope: Scope | None
    ) -> Rows:
        if values:
            start = min(values, key=lambda i: len(values[i]))
            result = bitsets.restrict(values[start], masks[start], masks[start + 1])
            left, right = start, start + 1
        else:
            mask = masks[0]
            result = bitsets.identity(self.everything if mask is None else mask)
            left = right = 0
        while result and right < len(links):
            result = self._append(result, links[right], masks[right + 1], scope)
            right += 1
        while result and left > 0:
            left -= 1
            result = self._prepend(links[left], result, masks[left], scope)
        return result

    def _append(self, result: Rows, link: Node, mask: int | None, scope: Scope | None) -> Rows:
        if link.op in ("opt", "star"):
            rows = self._plus(link.args[0], scope) if link.op == "star" else self.relation(link.args[0], scope)
            transitive = link.op == "star" or _transitive(link.args[0])
            further = bitsets.compose(result, rows, transitive)
            further = bitsets.union(result, further) if further else result
            return further if mask is None else bitsets.restrict(further, None, mask)
        rows = self.relation(link, scope)
        product = bitsets.compose(result, rows, _transitive(link))
        return product if mask is None else bitsets.restrict(product, None, mask)

    def _prepend(self, link: Node, result: Rows, mask: int | None, scope: Scope | None) -> Rows:
        if link.op in ("opt", "star"):
            rows = self._plus(link.args[0], scope) if link.op == "star" else self.relation(link.args[0], scope)
            if mask is not None:
                rows = bitsets.restrict(rows, mask, None)
                result_here = bitsets.restrict(result, mask, None)
            else:
                result_here = result
            before = bitsets.compose(rows, result)
            return bitsets.union(result_here, before) if before else result_here
        rows = self.relation(link, scope)
        if mask is not None:
            rows = bitsets.restrict(rows, mask, None)
        return bitsets.compose(rows, result)


def _transitive(node: Node) -> bool:
    return node.op == "plus" or (node.op == "base" and (node.name in ("po", "co") or node.name[0] == TRANSITIVE))


def _by_effort(node: Node) -> int:
    return node.effort


_OPERATIONS: dict[str, Callable[[Evaluation, Node, Scope | None], Rows | int]] = {
    "base": Evaluation._op_base,
    "empty": Evaluation._op_empty,
    "union": Evaluation._op_union,
    "inter": Evaluation._op_inter,
    "diff": Evaluation._op_diff,
    "seq": Evaluation._op_seq,
    "product": Evaluation._op_product,
    "inverse": Evaluation._op_inverse,
    "identity": Evaluation._op_identity,
    "opt": Evaluation._op_opt,
    "star": Evaluation._op_star,
    "plus": Evaluation._op_plus,
    "domain": Evaluation._op_domain,
    "range": Evaluation._op_range,
    "fix": Evaluation._op_fix,
    "var": Evaluation._op_var,
}

_PARTIAL: dict[str, Callable[[Evaluation, Node, int, Scope | None], Rows]] = {
    "union": Evaluation._union_from,
    "inter": Evaluation._inter_from,
    "diff": Evaluation._diff_from,
    "star": Evaluation._star_from,
    "opt": Evaluation._opt_from,
    "seq": Evaluation._seq_from,
}
