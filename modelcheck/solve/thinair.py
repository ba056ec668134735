"""Values out of thin air as litmus tests have them: what is handed round unchanged may be any value, what is computed
from itself is none.

An execution gives each read the value of the write that it reads from. Where this goes round in a circle, nothing says
what the value is. As in herd7, such an execution counts once when the circle does nothing but copy: a symbol stands for
the value. When anything is computed from the symbol, in the circle or anywhere else, or a branch or an address rests on
it, the execution does not count. A circle through a branch alone is none of these: what is written is known, and
only whether it is written rests on itself.
"""

from __future__ import annotations

from modelcheck.program.expr import Expr
from modelcheck.program.graph import Event, Guard
from modelcheck.solve.domains import THIN_AIR
from modelcheck.solve.encode import Encoding
from modelcheck.solve.proposal import Proposal
from modelcheck.solve.sat import NO, YES
from modelcheck.solve.valuesets import support

KNOWN = -1
"""What an expression is whose value follows from the reads that are known."""
OPEN = -2
"""What an expression is that computes with a value out of thin air."""


class ThinAir:
    """Which executions of an encoding have values out of thin air, and which of these count."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._supports: dict[int, frozenset[int]] = {}

    def circles(self, proposal: Proposal) -> list[tuple[int, ...]]:
        """Clauses that ``proposal`` breaks: those of what does not count, and that a symbol stands for what is open."""
        rest = self._peel(proposal)
        return _Look(self._encoding, proposal, rest).clauses() if rest else []

    def _peel(self, proposal: Proposal) -> set[int]:
        """The reads that are left when those are taken away whose writes rest on none that is left."""
        left = dict(proposal.rf)
        while True:
            done = [read for read, source in left.items() if left.keys().isdisjoint(self._rests(source))]
            if not done:
                return set(left)
            for read in done:
                del left[read]

    def _rests(self, write: int) -> frozenset[int]:
        found = self._supports.get(write)
        if found is None:
            found = self._supports[write] = frozenset(support(self._encoding.events[write].value))
        return found


class _Look:
    """One proposal, looked through: ``left`` are the reads whose values may not be known."""

    def __init__(self, encoding: Encoding, proposal: Proposal, left: set[int]) -> None:
        self._encoding = encoding
        self._proposal = proposal
        self._holds = proposal.solver.holds
        self._left = left
        self._strict = False
        self._why: set[int] = set()

    def clauses(self) -> list[tuple[int, ...]]:
        """The clauses that the proposal breaks."""
        self._settle()
        if not self._left:
            return []
        refused = self._refused()
        because = {self._encoding.rf[self._proposal.rf[read], read] for read in self._left} | self._why
        forbidden = tuple(sorted(-literal for literal in because - {YES}))
        if refused is not None:
            return [tuple(sorted({*forbidden, *(-literal for literal in refused if literal != YES)}))]
        symbols = [self._symbol(read) for read in sorted(self._left)]
        return [(*forbidden, *(() if symbol == NO else (symbol,))) for symbol in symbols if not self._says(symbol)]

    def _settle(self) -> None:
        """Take the reads away whose values are known after all, on the path that is taken. Where that path rests on
        values that are open in the end, `_refused` finds it."""
        while True:
            self._why.clear()
            sources = {read: self._proposal.rf[read] for read in self._left}
            done = {read for read, source in sources.items() if self._of(self._value(source)) == KNOWN}
            if not done:
                self._strict = True
                return
            self._left -= done

    def _refused(self) -> set[int] | None:
        """What else is the case where the proposal computes or decides with an open value; None where it does not."""
        events = self._encoding.events
        for read in sorted(self._left):
            if self._of(self._value(self._proposal.rf[read])) == OPEN:
                return set()
        for number in sorted(self._encoding.domains.live):
            event = events[number]
            if not event.final and (open_ := self._guard(event.guard)) is not None:
                return open_
            executed = self._encoding.executed[number]
            if executed != NO and self._holds(executed) and self._computes(event):
                return {executed}
        if any(self._of(value) == OPEN for value in self._encoding.graph.registers.values()):
            return set()
        return None

    def _guard(self, guard: Guard) -> set[int] | None:
        """The known conditions of ``guard`` where one is not known, and none is known to be false."""
        known: set[int] = set()
        is_open = False
        for condition in guard:
            literal = self._encoding.valuation.truth(condition)
            if self._of(condition) != KNOWN:
                is_open = True
            elif not self._says(literal):
                return None
            else:
                known.add(literal)
        return known if is_open else None

    def _computes(self, event: Event) -> bool:
        """Whether an executed event goes where an open value says, is decided by one, or computes with one."""
        if any(part is not None and self._of(part) != KNOWN for part in (event.address, event.success)):
            return True
        return event.kind != "R" and event.value is not None and self._of(event.value) == OPEN

    def _value(self, write: int) -> Expr:
        value = self._encoding.events[write].value
        assert value is not None
        return value

    def _symbol(self, read: int) -> int:
        value = self._encoding.events[read].value
        assert value is not None
        return self._encoding.valuation.values(value).get(THIN_AIR, NO)

    def _says(self, literal: int) -> bool:
        return literal != NO and (literal == YES or self._holds(literal))

    def _of(self, expression: Expr) -> int:
        """`KNOWN`, `OPEN`, or the read whose open value ``expression`` is; what that rests on goes into ``_why``."""
        if expression.kind == "read":
            return expression.data if expression.data in self._left else KNOWN
        if expression.kind != "op":
            return KNOWN
        args = expression.args
        if expression.data == "ite":
            if self._strict and self._of(args[0]) != KNOWN:
                return OPEN
            return self._of(args[1 if self._chosen(args[0]) else 2])
        if expression.width == 1 and expression.data in ("and", "or"):
            for argument in args:
                if self._of(argument) == KNOWN and self._says(self._truth(argument)) == (expression.data == "or"):
                    self._chosen(argument)
                    return KNOWN
        if expression.data in ("xor", "eq", "ne") and args[0] is args[1]:
            return KNOWN  # known without the value
        return KNOWN if all(self._of(argument) == KNOWN for argument in args) else OPEN

    def _truth(self, condition: Expr) -> int:
        return self._encoding.valuation.truth(condition)

    def _chosen(self, condition: Expr) -> bool:
        literal = self._truth(condition)
        says = self._says(literal)
        if literal not in (YES, NO):
            self._why.add(literal if says else -literal)
        return says
