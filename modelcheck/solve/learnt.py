"""Why clauses were learnt: what an explanation of a PASS is made of."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from modelcheck.cat.violations import Step, Violation
from modelcheck.solve.proposal import Proposal


@frozen
class Learnt:
    """Why a clause was learnt: the violation, its cycle and facts in numbers of the encoding's events."""

    axiom: str
    cycle: tuple[Step, ...]
    facts: frozenset[tuple[str, int, int]]


@frozen
class Ordered:
    """Why a clause was learnt: two accesses do not race where the facts hold; in numbers of the encoding's events."""

    pair: tuple[int, int]
    facts: frozenset[tuple[str, int, int]]


def learnt(proposal: Proposal, violation: Violation) -> Learnt:
    """Why a clause is learnt from ``violation`` of ``proposal``."""
    cycle = tuple(Step(proposal.chosen[s.source], proposal.chosen[s.target], s.label) for s in violation.cycle)
    return Learnt(violation.axiom, cycle, numbered(proposal, violation.facts))


def numbered(proposal: Proposal, facts: Iterable[tuple[str, int, int]]) -> frozenset[tuple[str, int, int]]:
    """Facts of a proposal in numbers of the encoding's events; those below 0 are of none."""

    def number(n: int) -> int:
        return proposal.chosen[n] if n >= 0 else n

    return frozenset((name, number(a), number(b)) for name, a, b in facts)
