"""``with S from linearisations(E, r)``: an execution is one if some total order of E that holds r passes all tests.

``linearisations`` gives every strict total order of the events of E in which r's pairs among them are; where those make
a circle there is none, and then the text allows no such execution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from attrs import evolve

from modelcheck.cat import bitsets
from modelcheck.cat.axioms import Axiom, Linearisation
from modelcheck.cat.bitsets import Rows
from modelcheck.cat.candidate import Candidate
from modelcheck.cat.evaluate import Evaluation
from modelcheck.errors import InputError

MOST_ORDERS: Final = 100_000
"""So many orders of one execution are looked at."""

Satisfied = Callable[[Axiom, Evaluation], bool]


def choices(
    evaluation: Evaluation, several: Sequence[Linearisation], axioms: Sequence[Axiom], satisfied: Satisfied
) -> Iterator[Evaluation]:
    """Each way to choose the orders ``several`` in an execution so that ``axioms`` are satisfied.

    Args:
        evaluation: of the execution, in which no order is chosen.
        several: what is chosen; later ones may rest on earlier ones.
        axioms: those that rest on a choice.
        satisfied: whether an axiom is.

    Raises InputError where there are too many to look at.
    """
    yield from _choose(evaluation, tuple(several), tuple(axioms), satisfied, [0])


def _choose(
    evaluation: Evaluation,
    several: tuple[Linearisation, ...],
    axioms: tuple[Axiom, ...],
    satisfied: Satisfied,
    tried: list[int],
) -> Iterator[Evaluation]:
    if not several:
        yield evaluation
        return
    first, *rest = several
    open_ = {one.relation.name for one in rest}
    settled = tuple(a for a in axioms if open_.isdisjoint(a.node.support))
    later = tuple(a for a in axioms if not open_.isdisjoint(a.node.support))
    members = evaluation.members(first.members)
    before = bitsets.inverse(bitsets.restrict(evaluation.relation(first.least), members, members))
    for order in _total(members, before):
        tried[0] += 1
        if tried[0] > MOST_ORDERS:
            at = first.place
            message = f"more than {MOST_ORDERS} linearisations of one execution, which are not gone through"
            raise InputError(message, at.file, at.line, at.column)
        one = Evaluation(_with(evaluation.candidate, first.relation.name, order), evaluation)
        if all(satisfied(axiom, one) for axiom in settled):
            yield from _choose(one, tuple(rest), later, satisfied, tried)


def _with(candidate: Candidate, name: str, order: Sequence[int]) -> Candidate:
    """The execution with the relation ``name``: from each event of ``order`` to all behind it."""
    rows, behind = [0] * candidate.size, 0
    for event in reversed(order):
        rows[event] = behind
        behind |= 1 << event
    return evolve(candidate, relations={**candidate.relations, name: tuple(rows)})


def _total(members: int, before: Rows) -> Iterator[list[int]]:
    """The events of ``members`` in every order in which each comes after those ``before`` it."""
    if not members:
        yield []
        return
    for event in bitsets.bits(members):
        if not before.get(event, 0) & members:
            for rest in _total(members & ~(1 << event), before):
                yield [event, *rest]
