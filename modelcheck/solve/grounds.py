"""Values out of thin air: executions in which what is read rests on nothing but itself.

A read rests on the write that it reads from, that write on the reads whose values it hands on or that say where it
goes. Where this goes round in a circle nothing but the circle itself says what is read. Models that do not order plain
accesses by their dependencies allow that; no machine and no compiler does it, and it is not looked at.

Only what hands a value on counts: a copy, a number added, an address, of which there may be several. What merely
decides whether a write happens does not: another branch may write the same, and a compiler may see that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from attrs import frozen

from modelcheck.program.expr import Expr
from modelcheck.solve.encode import Encoding
from modelcheck.solve.proposal import Proposal
from modelcheck.solve.sat import YES

HANDING_ON = frozenset({"add", "sub", "xor", "neg", "not", "zext", "sext"})
"""Operators of which every operand matters, whatever the others are."""


@frozen
class _Rest:
    """A read that something rests on where ``literal`` holds."""

    read: int
    literal: int


class Grounds:
    """What rests on what in the executions of an encoding."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._known: dict[Expr, tuple[_Rest, ...]] = {}

    def circles(self, proposal: Proposal) -> list[tuple[int, ...]]:
        """Clauses that forbid the circles of ``proposal``, the shortest through each read; none: all is well."""
        holds = proposal.solver.holds
        steps: dict[int, dict[int, tuple[int, ...]]] = {}
        for read, source in proposal.rf.items():
            if self._encoding.events[read].final:
                continue
            for rest in self._rests(read, source):
                if rest.read in proposal.rf and holds(rest.literal):
                    steps.setdefault(read, {}).setdefault(rest.read, self._facts(read, source, rest))
        found = {clause for read in steps if (clause := _circle(steps, read)) is not None}
        return sorted(found, key=lambda clause: (len(clause), clause))

    def _rests(self, read: int, source: int) -> Iterator[_Rest]:
        """What ``read`` rests on when it reads from ``source``."""
        events = self._encoding.events
        for expression in (events[read].address, events[source].address, events[source].value):
            if expression is not None:
                yield from self._of(expression)

    def _facts(self, read: int, source: int, rest: _Rest) -> tuple[int, ...]:
        return self._encoding.rf[source, read], rest.literal, self._encoding.executed[read]

    def _of(self, expression: Expr) -> tuple[_Rest, ...]:
        found = self._known.get(expression)
        if found is None:
            found = self._known[expression] = tuple(self._find(expression))
        return found

    def _find(self, expression: Expr) -> Iterator[_Rest]:
        encoding = self._encoding
        if len(encoding.domains.values.get(expression, ())) < 2:
            return
        if expression.kind == "read":
            yield _Rest(expression.data, YES)
        elif expression.data == "ite":
            condition = encoding.valuation.truth(expression.args[0])
            for chosen, argument in ((condition, expression.args[1]), (-condition, expression.args[2])):
                for rest in self._of(argument):
                    yield _Rest(rest.read, encoding.circuit.all_of((chosen, rest.literal)))
        elif expression.data in HANDING_ON:
            for argument in expression.args:
                yield from self._of(argument)


def _circle(steps: Mapping[int, Mapping[int, tuple[int, ...]]], start: int) -> tuple[int, ...] | None:
    """The clause that forbids a shortest circle through ``start``."""
    came: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for there in steps.get(here, ()):
            if there == start:
                facts = set(steps[here][there])
                while here != start:
                    facts.update(steps[came[here]][here])
                    here = came[here]
                return tuple(sorted(-literal for literal in facts - {YES}))
            if there not in came:
                came[there] = here
                waiting.append(there)
    return None
