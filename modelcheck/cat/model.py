"""A compiled memory model: is a candidate execution consistent, and if not, why not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set

from attrs import Factory, define, evolve, frozen

from modelcheck.cat import bitsets
from modelcheck.cat.axioms import Axiom, Linearisation
from modelcheck.cat.candidate import Candidate
from modelcheck.cat.elaborate import Elaborator
from modelcheck.cat.emptiness import may_hold
from modelcheck.cat.evaluate import Evaluation, RecursionWithoutEndError
from modelcheck.cat.explain import Explainer
from modelcheck.cat.facts import EVERYTHING, Facts
from modelcheck.cat.linearise import choices
from modelcheck.cat.nodes import FINAL_WRITES, VALUES_DIFFER, Node, Terms, rests_on_recursion
from modelcheck.cat.residual import Residuals
from modelcheck.cat.violations import Violation, violations_of
from modelcheck.errors import InputError

Pairs = tuple[tuple[int, int], ...]


@frozen
class Judgement:
    """What a model says of a candidate: consistent, or violated axioms with several short cycles each."""

    consistent: bool
    violations: tuple[Violation, ...]


@define(eq=False)
class Model:
    """A memory model, compiled once and asked about many candidates.

    It remembers the last candidate, so that asking about one that differs little is quick.

    Attributes:
        name: of the model.
        axioms: what every execution must satisfy, in the order of the text.
        flag_axioms: what marks an execution, by flag name.
        named: terms by their last name in the text.
        labels: a name for terms that have one.
        coherent: some axiom forbids every cycle of po-loc, rf, co and fr (False when its form does not show it).
        atomic: no write by another thread comes between the halves of a read-modify-write (the same).
        declared: the tags that its enumerations declare.
        recursive: names of the axioms in which a ``let rec`` occurs.
        idempotent: an execution stays one without a read-modify-write that puts back what it read, when those that
            read from it read what it had read from. Set for the models that come along, where it is known to be so:
            coherence and ``rf`` lead from there through it already, and so do release sequences and ``rmw-sequence``.
        monotonic: what holds of an execution whose accesses are taken apart, each piece with its own edges, holds with
            each access one event with the edges of all its pieces: it is no more allowed, and no more flagged. Set for
            the models that come along, where it is known to be so.
        linearisations: total orders that the text chooses: of an execution, one choice must satisfy all of `choosing`.
        choosing: what such a choice must satisfy.
    """

    name: str
    axioms: tuple[Axiom, ...]
    flag_axioms: Mapping[str, Axiom]
    named: Mapping[str, Node]
    labels: Mapping[Node, str]
    coherent: bool
    atomic: bool
    declared: frozenset[str]
    recursive: frozenset[str]
    idempotent: bool = False
    monotonic: bool = False
    linearisations: tuple[Linearisation, ...] = ()
    choosing: tuple[Axiom, ...] = ()
    _last: Evaluation | None = None
    _explainer: Explainer | None = None
    _residuals: Residuals = Factory(Residuals)

    @classmethod
    def of(cls, name: str, elaborator: Elaborator) -> Model:
        """The model that an elaborated text describes."""
        orders = {one.relation.name for one in elaborator.linearisations}
        tests = [a for a in elaborator.axioms if not a.flag]
        axioms = tuple(a for a in tests if orders.isdisjoint(a.node.support))
        flags: dict[str, Axiom] = {}
        for axiom in elaborator.axioms:
            if axiom.flag:
                flags[axiom.name] = _joined(flags.get(axiom.name), axiom, elaborator.terms)
        named = {name: value for name, value in elaborator.names.items() if isinstance(value, Node)}
        return cls(
            name,
            axioms,
            flags,
            named,
            elaborator.labels,
            any(_forbids_coherence_cycles(axiom, elaborator.terms) for axiom in axioms),
            any(_keeps_atomicity(axiom, elaborator.terms) for axiom in axioms),
            frozenset(elaborator.declared),
            frozenset(axiom.name for axiom in axioms if rests_on_recursion(axiom.node)),
            linearisations=tuple(elaborator.linearisations),
            choosing=tuple(a for a in tests if not orders.isdisjoint(a.node.support)),
        )

    def forget(self) -> None:
        """Drop what is remembered of candidates, as when work on one was broken off."""
        self._last = self._explainer = None
        self._residuals = Residuals()

    @property
    def flag_names(self) -> tuple[str, ...]:
        """Flags that the model may raise, e.g. ``data-race``."""
        return tuple(self.flag_axioms)

    def allows(self, candidate: Candidate) -> bool:
        """Whether ``candidate``, perhaps only part of an execution, satisfies every axiom; no word of why not.

        What holds a text's own choices to those of an execution is not asked.
        """
        evaluation = self._evaluate(candidate)
        return all(self._satisfied(axiom, evaluation) for axiom in self.axioms if not axiom.choice)

    def check(self, candidate: Candidate, limit: int = 8) -> Judgement:
        """Whether ``candidate`` satisfies every axiom; if not, up to ``limit`` violations, shortest first.

        The violations of one axiom do not repeat one another: no one's facts hold whenever another's do. Axioms over a
        ``let rec`` (grace periods) are looked at only when those without hold: they cost most, and would mostly find
        the same again.
        """
        if self._residuals.consistent(candidate):
            return Judgement(True, ())
        evaluation = self._evaluate(candidate)
        found: list[Violation] = []
        for axiom in self.axioms:
            if found and axiom.name in self.recursive:
                continue
            if not self._satisfied(axiom, evaluation):
                found.extend(violations_of(axiom, self._explain(evaluation), self.labels, limit))
                if len(found) >= limit:
                    break
        if not found and self.linearisations:
            if next(self._choices(evaluation), None) is None:
                names = " and ".join(one.name for one in self.linearisations)
                found.append(Violation(f"with {names}", (), EVERYTHING))
        elif not found:
            self._residuals.learn(evaluation, self.axioms, self._asked(candidate).values())
        return Judgement(not found, tuple(found[:limit]))

    def violated(self, candidate: Candidate) -> tuple[str, ...]:
        """Names of the axioms that ``candidate`` does not satisfy."""
        evaluation = self._evaluate(candidate)
        return tuple(axiom.name for axiom in self.axioms if not self._satisfied(axiom, evaluation))

    def ways(self, candidate: Candidate) -> int:
        """In how many ways the orders that the text chooses can be chosen in a consistent ``candidate``; for herd7 each
        is an execution of its own."""
        return sum(1 for _ in self._choices(self._evaluate(candidate))) if self.linearisations else 1

    def _choices(self, evaluation: Evaluation) -> Iterator[Evaluation]:
        return choices(evaluation, self.linearisations, self.choosing, self._satisfied)

    def flags(self, candidate: Candidate, among: Collection[str] | None = None) -> Mapping[str, Pairs]:
        """The flags that ``candidate`` raises, with the pairs that raise them ((e, e) for a member of a set).

        Only those in ``among``, if that is given; none of `final_flags` where the candidate has no FW.
        """
        if among is None and self._residuals.unflagged(candidate):
            return {}
        asked = [one for one in self._asked(candidate).items() if among is None or one[0] in among]
        evaluation = self._evaluate(candidate)
        result: dict[str, Pairs] = {}
        for one in self._choices(evaluation) if self.linearisations else (evaluation,):
            for name, axiom in asked:
                if not self._satisfied(axiom, one):
                    result[name] = tuple(dict.fromkeys((*result.get(name, ()), *self._pairs(axiom, one))))
        return result

    def final_flags(self, present: Set[str]) -> tuple[str, ...]:
        """Flags that rest on final writes, and may be raised where events bear no tags but ``present``."""
        asked = ((name, axiom) for name, axiom in self.flag_axioms.items() if FINAL_WRITES in axiom.node.support)
        return tuple(name for name, axiom in asked if axiom.test != "empty" or may_hold(axiom.node, present))

    def compares_values(self, present: Set[str]) -> bool:
        """Whether flags ask which values differ, where events bear no tags but ``present``."""
        asked = (axiom for axiom in self.flag_axioms.values() if VALUES_DIFFER in axiom.node.support)
        return any(axiom.test != "empty" or may_hold(axiom.node, present) for axiom in asked)

    def require_explicable(self) -> None:
        """Raise InputError for an axiom that rests on final writes or on which values differ.

        Those depend on rf and co in ways that explanations do not know, so that only flags may ask for them, and of
        these not ``data-race``, for which executions are looked for.
        """
        flag = self.flag_axioms.get("data-race")
        for axiom in (*self.axioms, *(() if flag is None else (flag,))):
            asked = axiom.node.support & {FINAL_WRITES, VALUES_DIFFER}
            if asked and not axiom.choice:
                at, what = axiom.place, "final writes (FW)" if FINAL_WRITES in asked else "different-values"
                message = f"{axiom.name} rests on {what}, which only flags other than data-race may do here"
                raise InputError(message, at.file, at.line, at.column)

    def _asked(self, candidate: Candidate) -> Mapping[str, Axiom]:
        """The flags that ``candidate`` can tell of."""
        if FINAL_WRITES in candidate.sets:
            return self.flag_axioms
        return {name: axiom for name, axiom in self.flag_axioms.items() if FINAL_WRITES not in axiom.node.support}

    def pairs(self, candidate: Candidate, flag: str) -> Pairs:
        """The pairs of ``candidate`` in the relation that flag ``flag`` is about.

        Raises KeyError when the model has no such flag.
        """
        return self._pairs(self.flag_axioms[flag], self._evaluate(candidate))

    def explain(self, candidate: Candidate, name: str, a: int, b: int) -> Facts:
        """Facts that put the pair (a, b) into the relation ``name`` (or a = b into the set).

        Raises KeyError when the model has no such name, ValueError when the pair is not in it.
        """
        explainer = self._explain(self._evaluate(candidate))
        node = self.named[name]
        if not explainer.holds(node, a, b):
            raise ValueError(f"({a}, {b}) is not in {name}")
        return explainer.why_condensed(node, a, b)

    def explain_flag_absence(self, candidate: Candidate, flag: str, a: int, b: int) -> Facts:
        """Facts that keep the pair (a, b) out of the relation that raises ``flag``.

        Raises KeyError when the model has no such flag, ValueError when the pair is in it.
        """
        axiom = self.flag_axioms[flag]
        if any(one.relation.name in axiom.node.support for one in self.linearisations):
            return EVERYTHING
        explainer = self._explain(self._evaluate(candidate))
        if explainer.holds(axiom.node, a, b):
            raise ValueError(f"({a}, {b}) raises {flag}")
        if axiom.test != "empty" or not axiom.negated:
            return EVERYTHING
        return explainer.why_not_condensed(axiom.node, a, b)

    def relation(self, candidate: Candidate, name: str) -> bitsets.Rows:
        """The rows of a named relation in ``candidate`` (for a set: the identity on it)."""
        node = self.named[name]
        evaluation = self._evaluate(candidate)
        return bitsets.identity(evaluation.members(node)) if node.is_set else evaluation.relation(node)

    def _evaluate(self, candidate: Candidate) -> Evaluation:
        if self._last is None or self._last.candidate is not candidate:
            self._last = Evaluation(candidate, self._last)
            self._explainer = None
        return self._last

    def _explain(self, evaluation: Evaluation) -> Explainer:
        if self._explainer is None or self._explainer.evaluation is not evaluation:
            self._explainer = Explainer(evaluation)
        return self._explainer

    def _satisfied(self, axiom: Axiom, evaluation: Evaluation) -> bool:
        """Whether an axiom holds; of a flag, whether it stays down."""
        node = axiom.node
        try:
            return axiom.satisfied(evaluation.members(node) if node.is_set else evaluation.relation(node))
        except RecursionWithoutEndError:
            at = axiom.place
            raise InputError("a let rec that this rests on never settles", at.file, at.line, at.column) from None

    def _pairs(self, axiom: Axiom, evaluation: Evaluation) -> Pairs:
        if axiom.node.is_set:
            return tuple((e, e) for e in bitsets.bits(evaluation.members(axiom.node)))
        rows = evaluation.relation(axiom.node)
        pairs = ((a, b) for a in sorted(rows) for b in bitsets.bits(rows[a]))
        return tuple(pair for pair in pairs if axiom.test != "irreflexive" or pair[0] == pair[1])


def _joined(earlier: Axiom | None, axiom: Axiom, terms: Terms) -> Axiom:
    """One flag from two of the same name: raised when either is.

    Raises InputError when they are not both of the form ``~empty``, or one is of a set and one of a relation.
    """
    if earlier is None:
        return axiom
    both = (earlier, axiom)
    if any(a.test != "empty" or not a.negated or a.node.is_set != axiom.node.is_set for a in both):
        at = axiom.place
        raise InputError(f"two flags {axiom.name} of different kinds: rename one", at.file, at.line, at.column)
    return evolve(axiom, node=terms.union((earlier.node, axiom.node)))


def _forbids_coherence_cycles(axiom: Axiom, terms: Terms) -> bool:
    if axiom.test != "acyclic" or axiom.negated:
        return False
    parts = set(axiom.node.args if axiom.node.op == "union" else (axiom.node,))
    po, loc, rf, co = (terms.base_relation(name) for name in ("po", "loc", "rf", "co"))
    fr = terms.seq((terms.inverse(rf), co))
    along = {po, terms.inter((po, loc)), terms.inter((loc, po))}
    return bool(along & parts) and {rf, co} <= parts and bool({fr, terms.diff(fr, terms.base_relation("id"))} & parts)


def _keeps_atomicity(axiom: Axiom, terms: Terms) -> bool:
    if axiom.test != "empty" or axiom.negated or axiom.node.op != "inter":
        return False
    rf, co, ext = (terms.base_relation(name) for name in ("rf", "co", "ext"))
    between = {
        terms.seq((terms.inter((fr, ext)), terms.inter((co, ext)))) for fr in (terms.seq((terms.inverse(rf), co)),)
    }
    return set(axiom.node.args) - between == {terms.base_relation("rmw")} and bool(set(axiom.node.args) & between)
