"""What is left of a model's axioms when everything but rf and co is known.

Executions that differ in nothing but rf and co share the rest. What rests on the rest alone is worked out once; what rf
and co cannot make true, since they stay within reads and writes of one location, is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from modelcheck.cat import bitsets, tags
from modelcheck.cat.axioms import Axiom
from modelcheck.cat.bitsets import Rows
from modelcheck.cat.candidate import Candidate
from modelcheck.cat.coarse import Coarse
from modelcheck.cat.evaluate import COSTLY, Evaluation, RecursionWithoutEndError
from modelcheck.cat.nodes import Node
from modelcheck.cat.reduction import OPEN, Reduction

LARGEST = 250
"""Executions of more events are judged whole: bounds on dense relations cost too much."""

MOST = 100
"""How many known parts are remembered."""

WORTHWHILE = 64
"""A residual is made for this many consistent executions with one known part: it costs as much as judging a few."""


def known_part(candidate: Candidate) -> tuple[object, ...]:
    """What two candidates share that differ in rf and co only; hashable."""
    relations = candidate.relations
    return (
        candidate.size,
        frozenset(candidate.sets.items()),
        *((name, rows) for name, rows in relations.items() if name not in OPEN),
    )


def open_part(candidate: Candidate, everything: int) -> Candidate:
    """The events of ``candidate``, its rf and co."""
    relations = {name: candidate.relations[name] for name in OPEN}
    return Candidate(candidate.size, {tags.UNIVERSE: everything}, relations)


class Residual:
    """The axioms of a model over the executions that share a known part.

    Args:
        evaluation: of one of these executions.
        axioms: those of the model that have no flag.
        flags: those that have.
    """

    def __init__(self, evaluation: Evaluation, axioms: Iterable[Axiom], flags: Iterable[Axiom]) -> None:
        candidate = evaluation.candidate
        self._everything = evaluation.everything
        self._bounds = bounds(candidate)
        self._co = self._bounds["co"] if _settled(candidate, self._bounds["co"]) else None
        builder = Reduction(evaluation, self._bounds, self._co is not None)
        self._axioms = list(builder.open_axioms(axioms))
        self._flags = list(builder.open_axioms(flags))
        self._constants = builder.constants
        self._coarse = {
            node: coarse for axiom, node in self._axioms if (coarse := self._quick(axiom, node)) is not None
        }
        self._last: Evaluation | None = None
        self._of: Candidate | None = None

    def covers(self, candidate: Candidate) -> bool:
        """Whether rf and co are such that this can say something of ``candidate``, whose known part it must share."""
        for name, bound in self._bounds.items():
            for a, row in enumerate(candidate.relations[name]):
                if row & ~bound.get(a, 0):
                    return False
        return self._co is None or _settled(candidate, self._co)

    def consistent(self, candidate: Candidate) -> bool:
        """Whether every axiom holds in a candidate that this `covers`."""
        return self._all(self._axioms, candidate)

    def unflagged(self, candidate: Candidate) -> bool:
        """Whether a candidate that this `covers` raises no flag."""
        return self._all(self._flags, candidate)

    def _all(self, axioms: Sequence[tuple[Axiom, Node]], candidate: Candidate) -> bool:
        if not axioms:
            return True
        evaluation = self._last
        if evaluation is None or self._of is not candidate:
            rest = open_part(candidate, self._everything)
            self._last = evaluation = Evaluation(rest, evaluation, self._constants)
            self._of = candidate
        return all(self._satisfied(axiom, node, evaluation) for axiom, node in axioms)

    def _satisfied(self, axiom: Axiom, node: Node, evaluation: Evaluation) -> bool:
        if node.is_set:
            return axiom.satisfied(evaluation.members(node))
        coarse = self._coarse.get(node)
        if coarse is not None and coarse.has_no_cycle(evaluation):
            return True
        return axiom.satisfied(evaluation.relation(node))

    def _quick(self, axiom: Axiom, node: Node) -> Coarse | None:
        """How to see that an axiom against cycles holds, where its relation takes some work."""
        if axiom.test == "empty" or axiom.negated or axiom.flag or node.effort < COSTLY:
            return None
        coarse = Coarse(node, self._constants)
        return coarse if coarse.applies else None


class Residuals:
    """Of one model, the residuals for the known parts that were met most recently.

    One is made when so many executions with the same known part turned out consistent that it pays, as it happens
    where all executions are counted; before, `_found` holds their number.
    """

    def __init__(self) -> None:
        self._found: dict[object, Residual | int] = {}
        self._candidate: Candidate | None = None
        self._key: object = None
        self._current: Residual | None = None

    def consistent(self, candidate: Candidate) -> bool:
        """Whether ``candidate`` is known to satisfy every axiom; False when in doubt."""
        residual = self._look(candidate)
        try:
            return residual is not None and residual.consistent(candidate)
        except RecursionWithoutEndError:
            return False

    def unflagged(self, candidate: Candidate) -> bool:
        """Whether ``candidate`` is known to raise no flag; False when in doubt."""
        residual = self._look(candidate)
        try:
            return residual is not None and residual.unflagged(candidate)
        except RecursionWithoutEndError:
            return False

    def _look(self, candidate: Candidate) -> Residual | None:
        if not self._found:
            return None
        if candidate is not self._candidate:
            self._candidate = candidate
            self._key = known_part(candidate)
            residual = self._found.get(self._key)
            self._current = residual if isinstance(residual, Residual) and residual.covers(candidate) else None
        return self._current

    def learn(self, evaluation: Evaluation, axioms: Iterable[Axiom], flags: Iterable[Axiom]) -> None:
        """Take note of a consistent candidate."""
        candidate = evaluation.candidate
        if candidate.size > LARGEST or not {"rf", "co", "loc"} <= candidate.relations.keys():
            return
        key = self._key if candidate is self._candidate else known_part(candidate)
        met = self._found.get(key, 0)
        if isinstance(met, Residual):
            return
        if met + 1 < WORTHWHILE:
            if not met and len(self._found) >= MOST:
                del self._found[next(iter(self._found))]
            self._found[key] = met + 1
            return
        residual = Residual(evaluation, axioms, flags)
        self._found[key] = residual
        self._candidate, self._key, self._current = candidate, key, residual if residual.covers(candidate) else None


def bounds(candidate: Candidate) -> dict[str, Rows]:
    """All that rf and co may hold in an execution: pairs at one location, nothing co-before an initial write."""
    reads, writes, initial = (candidate.sets.get(name, 0) for name in ("R", "W", "IW"))
    at = candidate.relations["loc"]
    rf = {a: row for a in bitsets.bits(writes) if (row := at[a] & reads)}
    co = {a: row for a in bitsets.bits(writes) if (row := at[a] & writes & ~initial & ~(1 << a))}
    return {"rf": rf, "co": co}


def _settled(candidate: Candidate, co: Rows) -> bool:
    """Whether the coherence order of ``candidate`` is ``co``."""
    return all(row == co.get(a, 0) for a, row in enumerate(candidate.relations["co"]))
