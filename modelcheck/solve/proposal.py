"""The solver's proposal as a candidate execution, and facts about it back as literals."""

from __future__ import annotations

from collections.abc import Iterable, Set

from modelcheck.cat.candidate import Candidate
from modelcheck.cat.nodes import VALUES_DIFFER
from modelcheck.program.expr import UNDEFINED, Expr, Value
from modelcheck.program.graph import Dependencies, Event
from modelcheck.program.ir import Tags
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
from modelcheck.solve.frames import Frames
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO, YES, Solver

Fact = tuple[str | int, ...]
"""A name and what it is about, as `modelcheck.cat` explains violations."""


class Proposal:
    """What the solver's last model says, read once.

    Attributes:
        chosen: ids of the executed events of the memory model, by candidate number: initial writes of touched cells
            first, then threads in order.
        place: the cell of each executed access.
        rf: the write that each executed read reads from.
    """

    def __init__(self, encoding: Encoding, coherence: Coherence, solver: Solver, frames: Frames) -> None:
        self.encoding = encoding
        self.coherence = coherence
        self.solver = solver
        self._frame = frame = frames.current(solver.holds)
        self._values = frames.values
        self.place = frame.place
        self.resting = frame.resting
        self.chosen = frame.chosen
        self.number = frame.number
        self.rf: dict[int, int] = {}
        holds = solver.holds
        for read, sources in frame.sources:
            for source, literal in sources:
                if holds(literal):
                    self.rf[read] = source
                    break

    def tags(self, event: Event) -> Tags:
        """The tags that ``event`` bears here (those of a read-modify-write depend on its success)."""
        if event.success is None:
            return event.tags
        return event.tags if self.solver.holds(self.encoding.valuation.truth(event.success)) else event.failed

    def candidate(self) -> Candidate:
        """The proposal as the cat evaluator sees it; event ``i`` is ``chosen[i]``."""
        frame, number, holds = self._frame, self.number, self.solver.holds
        rf, co = [0] * len(self.chosen), list(frame.co)
        for read, source in self.rf.items():
            if read in number:
                rf[number[source]] |= 1 << number[read]
        for one, bit, literal in frame.order:
            if holds(literal):
                co[one] |= bit
        relations = {**frame.relations, "rf": tuple(rf), "co": tuple(co)}
        if self._values:
            relations[VALUES_DIFFER] = self._differing()
        return Candidate(len(self.chosen), frame.sets, relations)

    def _differing(self) -> tuple[int, ...]:
        """Of each event those with another value; none of an event without one, or with an undefined one."""
        groups: dict[Value, int] = {}
        own: list[Value] = []
        for index, number in enumerate(self.chosen):
            expression = self._values.get(number)
            value: Value = UNDEFINED if expression is None else self.value(expression)
            own.append(value)
            if value is not UNDEFINED:
                groups[value] = groups.get(value, 0) | 1 << index
        every = sum(groups.values())
        return tuple(0 if value is UNDEFINED else every & ~groups[value] for value in own)

    def final_writes(self, candidate: Candidate, places: Set[Place]) -> int:
        """The last write at each of ``places``, as a set of ``candidate``, which this one gave."""
        order, found = candidate.relations["co"], 0
        for index, number in enumerate(self.chosen):
            if candidate.sets["W"] >> index & 1 and not order[index] and self.place.get(number) in places:
                found |= 1 << index
        return found

    def ordered(self, one: int, other: int) -> bool:
        """Whether both writes are executed, to one cell, ``one`` coherence-before ``other``."""
        literal = self.coherence.before(one, other)
        return literal != NO and self.solver.holds(literal)

    # ------------------------------------------------------------ facts as literals

    def clause(self, facts: Iterable[Fact]) -> list[int]:
        """The clause that forbids ``facts`` (named as in `modelcheck.cat`) to hold together again."""
        needed: set[int] = set()
        present: set[int] = set()
        for fact in facts:
            name = str(fact[0])
            if name == "everything":
                return self._whole()
            if name.startswith("only:"):
                self._only(name.removeprefix("only:"), int(fact[1]), int(fact[2]), needed)
                if int(fact[1]) >= 0:
                    present |= {self.chosen[int(part)] for part in fact[1:]}
                continue
            one, other = (self.chosen[int(part)] for part in fact[1:])
            present |= {one, other}
            if name != "event":
                needed |= self._literals(name, one, other)
        for number in present:
            needed.add(self.encoding.executed[number])
            success = self.encoding.events[number].success
            if success is not None:
                literal = self.encoding.valuation.truth(success)
                needed.add(literal if self.solver.holds(literal) else -literal)
        needed.discard(YES)
        return [-literal for literal in needed]

    def _literals(self, name: str, one: int, other: int) -> set[int]:
        encoding = self.encoding
        events = encoding.events
        if name == "rf":
            return {encoding.rf[one, other]}
        if name == "co":
            return {self.coherence.before(one, other)}
        if name == "loc":
            return (
                {encoding.same_place(one, other)}
                if one != other and one in encoding.at and other in encoding.at
                else set()
            )
        if name in ("addr", "data", "ctrl"):
            deps: Dependencies = getattr(events[other], name)
            holding = [
                literal
                for read, guard in deps
                if read == one and self.solver.holds(literal := encoding.valuation.all(guard))
            ]
            return {holding[0]}
        if name == "!rf":
            return {-encoding.rf.get((one, other), NO)}
        if name == "!co":
            return {-self.coherence.before(one, other)}
        if name == "!loc":
            return {-encoding.same_place(one, other)} if one in encoding.at and other in encoding.at else set()
        if name in ("!addr", "!data", "!ctrl"):
            return {-encoding.valuation.all(guard) for read, guard in getattr(events[other], name[1:]) if read == one}
        return set()

    def _only(self, which: str, first: int, last: int, needed: set[int]) -> None:
        """The executed events of a set between two events of a thread (-1: of the whole execution) are exactly
        these."""
        encoding = self.encoding
        ends = None if first < 0 else (encoding.events[self.chosen[first]], encoding.events[self.chosen[last]])
        for number, event in enumerate(encoding.events):
            literal = encoding.executed[number]
            if literal == NO or event.final or event.thread < 0 or event.kind == "free":
                continue
            if ends is not None and not (
                event.thread == ends[0].thread and ends[0].position < event.position < ends[1].position
            ):
                continue
            member = event.kind == which or which in event.tags or which in event.failed
            if member or which == "_" or (which == "M" and event.kind != "F"):
                needed.add(literal if self.solver.holds(literal) else -literal)
                if event.success is not None and self.solver.holds(literal):
                    truth = encoding.valuation.truth(event.success)
                    needed.add(truth if self.solver.holds(truth) else -truth)

    def _whole(self) -> list[int]:
        """The clause that forbids just this execution: the sound last resort."""
        encoding = self.encoding
        literals = {literal for literal in encoding.executed if literal not in (YES, NO)}
        literals |= set(encoding.rf.values()) | {self.coherence.before(*pair) for pair in self.coherence.pairs}
        for where in encoding.at.values():
            literals |= set(where.values())
        for event in encoding.events:
            for deps in (event.addr, event.data, event.ctrl):
                literals |= {encoding.valuation.all(guard) for _, guard in deps}
            if event.success is not None:
                literals.add(encoding.valuation.truth(event.success))
        literals -= {YES, NO}
        return [-literal if self.solver.holds(literal) else literal for literal in sorted(literals)]

    # ------------------------------------------------------------ concrete values

    def value(self, expression: Expr) -> Value:
        """The value of ``expression`` in this proposal (UNDEFINED where it is of no account)."""
        return self.encoding.valuation.concrete(expression, self.solver.holds)
