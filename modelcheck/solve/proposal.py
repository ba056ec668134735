"""The solver's proposal as a candidate execution, and facts about it back as literals."""

from __future__ import annotations

from collections.abc import Iterable

from modelcheck.cat.candidate import Candidate
from modelcheck.program.expr import UNDEFINED, Expr, Value
from modelcheck.program.graph import Dependencies, Event
from modelcheck.program.ir import Tags
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
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

    def __init__(self, encoding: Encoding, coherence: Coherence, solver: Solver) -> None:
        self.encoding = encoding
        self.coherence = coherence
        self.solver = solver
        events = encoding.events
        executed = [n for n, literal in enumerate(encoding.executed) if literal != NO and solver.holds(literal)]
        self.place: dict[int, Place] = {}
        for number in executed:
            for place, literal in encoding.at.get(number, {}).items():
                if solver.holds(literal):
                    self.place[number] = place
                    break
        self.rf: dict[int, int] = {}
        for number in executed:
            for source in encoding.sources.get(number, ()):
                if solver.holds(encoding.rf[source, number]):
                    self.rf[number] = source
                    break
        body = [n for n in executed if events[n].thread >= 0 and not events[n].final and events[n].kind != "free"]
        self.resting = [n for n in executed if events[n].final and events[n].kind != "free"]
        touched = {self.place[n] for n in (*body, *self.resting) if n in self.place}
        body.sort(key=lambda n: (events[n].thread, events[n].position, n))
        self.chosen = [encoding.initial[place] for place in sorted(touched)] + body
        self.number = {event: index for index, event in enumerate(self.chosen)}

    def tags(self, event: Event) -> Tags:
        """The tags that ``event`` bears here (those of a read-modify-write depend on its success)."""
        if event.success is None:
            return event.tags
        return event.tags if self.solver.holds(self.encoding.valuation.truth(event.success)) else event.failed

    # ------------------------------------------------------------ the candidate

    def candidate(self) -> Candidate:
        """The proposal as the cat evaluator sees it; event ``i`` is ``chosen[i]``."""
        events = self.encoding.events
        size = len(self.chosen)
        sets: dict[str, int] = {"R": 0, "W": 0, "F": 0, "M": 0, "IW": 0, "FW": 0}
        threads: dict[int, int] = {}
        places: dict[Place, int] = {}
        writes: dict[Place, list[int]] = {}
        for index, number in enumerate(self.chosen):
            event, bit = events[number], 1 << index
            sets[event.kind] |= bit
            if event.kind != "F":
                sets["M"] |= bit
            for tag in self.tags(event):
                sets[tag] = sets.get(tag, 0) | bit
            if event.thread >= 0:
                threads[event.thread] = threads.get(event.thread, 0) | bit
            place = self._location(number)
            if place is not None:
                places[place] = places.get(place, 0) | bit
                if event.kind == "W":
                    writes.setdefault(place, []).append(index)
        everything = (1 << size) - 1
        po, same_thread, loc, rf, co = [0] * size, [0] * size, [0] * size, [0] * size, [0] * size
        addr, data, ctrl, rmw = [0] * size, [0] * size, [0] * size, [0] * size
        for index, number in enumerate(self.chosen):
            event = events[number]
            if event.thread >= 0:
                mates = threads[event.thread]
                same_thread[index] = mates
                po[index] = mates & ~((2 << index) - 1)
            place = self._location(number)
            if place is not None:
                loc[index] = places[place]
            if event.kind == "R":
                source = self.rf.get(number)
                if source is not None:
                    rf[self.number[source]] |= 1 << index
            if event.rmw is not None:
                rmw[self.number[event.rmw]] |= 1 << index
            for relation, deps in ((addr, event.addr), (data, event.data), (ctrl, event.ctrl)):
                for read in self._active(deps):
                    relation[read] |= 1 << index
        for several in writes.values():
            for one in several:
                for other in several:
                    if one != other and self.ordered(self.chosen[one], self.chosen[other]):
                        co[one] |= 1 << other
        ext = [everything & ~row for row in same_thread]
        relations = {
            "po": po, "rf": rf, "co": co, "addr": addr, "data": data, "ctrl": ctrl, "rmw": rmw, "loc": loc,
            "int": same_thread, "ext": ext,
        }  # fmt: skip
        return Candidate(size, sets, {name: tuple(rows) for name, rows in relations.items()})

    def _location(self, number: int) -> Place | None:
        event = self.encoding.events[number]
        if event.kind == "F":
            if event.address is None:
                return None
            value = self.value(event.address)
            return value if isinstance(value, int) else None
        return self.place.get(number)

    def ordered(self, one: int, other: int) -> bool:
        """Whether both writes are executed, to one cell, ``one`` coherence-before ``other``."""
        literal = self.coherence.before(one, other)
        return literal != NO and self.solver.holds(literal)

    def _active(self, deps: Dependencies) -> Iterable[int]:
        for read, guard in deps:
            index = self.number.get(read)
            if index is not None and self.solver.holds(self.encoding.valuation.all(guard)):
                yield index

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
        for value, literal in self.encoding.valuation.values(expression).items():
            if self.solver.holds(literal):
                return value
        return UNDEFINED
