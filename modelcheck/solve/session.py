"""One event graph under one model, encoded: proposals of the solver, judged, until one stands or none is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from attrs import evolve

from modelcheck.cat import Model
from modelcheck.cat.load import mixed_model
from modelcheck.cat.violations import Violation
from modelcheck.program.expr import FALSE
from modelcheck.program.graph import EventGraph
from modelcheck.program.ir import Source
from modelcheck.program.places import told
from modelcheck.program.thread import hidden
from modelcheck.run.alarm import OutOfTime
from modelcheck.solve.encode import AT_REST, NOWHERE, Finding
from modelcheck.solve.frames import Frames
from modelcheck.solve.grounds import Grounds
from modelcheck.solve.groundwork import Assumptions, Groundwork
from modelcheck.solve.holding import misused_locks, unfounded
from modelcheck.solve.learnt import Ordered, learnt, numbered
from modelcheck.solve.lemmas import add_lemmas
from modelcheck.solve.proofs import LATELY
from modelcheck.solve.properties import Deadlock, late_writes, leaks
from modelcheck.solve.proposal import Proposal
from modelcheck.solve.racing import (
    WATCHED_ACCESS,
    conflicts,
    frees,
    frees_race,
    late_property,
    unordered_free,
    watched,
    watched_access,
)
from modelcheck.solve.result import ExecutedEvent, Execution, Result
from modelcheck.solve.sat import NO, YES, Solver
from modelcheck.solve.shapes import overtaken
from modelcheck.solve.thinair import ThinAir
from modelcheck.solve.witness import execution_of, torn

Progress = Callable[[int], None]
"""Called with the number of refinements so far."""


CYCLES = 6
"""How many forbidden cycles to learn from one proposal: explaining one costs more than asking z3 again without it."""


def until(deadline: float | None) -> Callable[[], None]:
    """What to call now and then: it raises `OutOfTime` from ``deadline`` on (by `time.monotonic`; None: never)."""

    def tick() -> None:
        if deadline is not None and time.monotonic() >= deadline:
            raise OutOfTime

    return tick


BY_RACES = ("race", "use-after-free", "use-after-scope")
"""What may be found by a flag of the model, which knows the pieces of accesses alone."""


class Session:
    """One event graph under one model: encoded once, asked several questions.

    Attributes:
        refinements: proposals that the model refused so far.
        live: events that may be executed.
        identical: groups of threads that stand for one another.
        present: the tags that events bear.
        proposal, candidate: the last one that the model allowed.
        races: of the pairs that were last looked at for races, the literal that asks for each.
        accounted: as an argument: each clause that rests on the memory model can be switched off (`Circuit.switches`
            has them), to see which are needed.
        torn: as in `Groundwork`: a failure may be one of executions that are none of the program's.
        whole: what judges instead of the model then: the model with each access one step, where that is said of it.
        groundwork: as an argument: that of ``graph`` for what is true of ``model``, fresh; None: made here.
        effort: how much work the solver may put into one proposal (as `Solver.check` has it); None: any.
    """

    def __init__(
        self,
        graph: EventGraph,
        model: Model,
        deadline: float | None = None,
        progress: Progress | None = None,
        thin_air: bool = False,
        symmetry: bool = False,
        accounted: bool = False,
        pieces: bool = False,
        groundwork: Groundwork | None = None,
    ) -> None:
        model.require_explicable()
        self.graph = graph
        self.model = model
        self.deadline = deadline
        self.progress = progress
        self.refinements = 0
        self.effort: int | None = None
        self.deadlock: Deadlock | None = None
        self.races: dict[tuple[int, int], int] = {}
        self._known: dict[frozenset[str], tuple[list[Finding], Deadlock | None]] = {}
        if groundwork is None:
            assumed = Assumptions.of(model, thin_air, symmetry, accounted, pieces)
            groundwork = Groundwork(graph, assumed, until(deadline))
        self.graph = groundwork.graph
        self.torn = groundwork.torn
        self.whole = None if self.torn is None else mixed_model(model)
        self.space = groundwork.space
        self.live = groundwork.live
        self.encoding = groundwork.encoding
        self.coherence = groundwork.coherence
        self.left_open = groundwork.left_open
        self.identical = groundwork.identical
        if not overtaken(model):
            for literal in self.encoding.late.values():
                self.encoding.circuit.add(-literal)
        add_lemmas(self.encoding, self.coherence, model)
        self.solver = Solver(self.encoding.circuit)
        self.present = frozenset[str]().union(*(event.tags | event.failed for event in graph.events))
        self.grounds: Grounds | ThinAir | None = None
        if thin_air:
            self.grounds = ThinAir(self.encoding) if self.encoding.domains.circular else None
        elif overtaken(model):
            self.grounds = Grounds(self.encoding)
        self.frames = Frames(self.encoding, self.coherence, model.compares_values(self.present))

    def decide(self, properties: frozenset[str], among: int = YES) -> Result:
        """The verdict for ``properties`` on the executions in which ``among`` holds."""
        result = self._decide(properties, among)
        if self.torn is None or (result.verdict == "PASS" and self.model.monotonic):
            return result
        if result.verdict == "FAIL" and self.whole is not None and result.property not in BY_RACES:
            return result
        if result.verdict == "FAIL" and result.property != "race" and not torn(self.proposal):
            return result
        reason = f"{self.torn}: what is accessed here at once is accessed in parts by other threads"
        return Result("UNKNOWN", reason=reason, mixed=True)

    def _decide(self, properties: frozenset[str], among: int) -> Result:
        circuit = self.encoding.circuit
        # A warning stops nothing, and is told of where nothing worse is.
        warnings = [finding for finding in self.findings(properties) if finding.property == "warning"]
        findings = [finding for finding in self.findings(properties) if finding.property != "warning"]
        failing = circuit.all_of((circuit.any_of([finding.literal for finding in findings]), among))
        races = "race" in properties and "data-race" in self.model.flag_names
        # Which race is found may rest on what was searched before: that is done whatever other cells have shown.
        proposal = self.search(failing, afresh=races)
        if proposal is not None:
            return self.failure(self._simpler(proposal, failing), findings)
        if properties & {"use-after-free", "use-after-scope"} and frees_race(self.model):
            unordered = self.race(among, frees(self.encoding, properties))
            if unordered is not None:
                return self.freed(*unordered)
        if races:
            raced = self.race(among)
            if raced is not None:
                return self.raced(*raced)
        warned = circuit.all_of((circuit.any_of([finding.literal for finding in warnings]), among))
        if (proposal := self.search(warned)) is not None:
            return self.failure(self._simpler(proposal, warned), warnings)
        if "warning" in properties and (result := self.concurrent(among)) is not None:
            return result
        reason = self.reaches_bound(among) or self.hidden(properties, among)
        if reason is None:
            return Result("PASS")
        return Result("UNKNOWN", reason=reason, mixed=reason in self.encoding.mixed)

    def _simpler(self, proposal: Proposal, failing: int) -> Proposal:
        """An execution in which ``failing`` holds and nothing comes late; where there is none, one like
        ``proposal``, the last one found."""
        if not any(self.solver.holds(literal) for literal in self.encoding.late.values()):
            return proposal
        found = self.search(self.in_time(failing), afresh=True) or self.search(failing, afresh=True)
        assert found is not None, "an execution that the model allows is never ruled out"
        return found

    def findings(self, properties: frozenset[str]) -> list[Finding]:
        """What may break one of ``properties``, but for races."""
        known = self._known.get(properties)
        if known is None:
            known = self._known[properties] = self._find(properties)
        findings, self.deadlock = known
        return findings

    def _find(self, properties: frozenset[str]) -> tuple[list[Finding], Deadlock | None]:
        encoding, coherence = self.encoding, self.coherence
        findings = list(encoding.findings)
        if properties & {"use-after-free", "use-after-scope"}:
            findings += late_writes(encoding, coherence)
        if "lock-misuse" in properties:
            findings += misused_locks(encoding, coherence)
        if "warning" in properties:
            findings += unfounded(encoding)
        if "leak" in properties:
            findings += leaks(encoding, coherence)
        deadlock = Deadlock(encoding, coherence, self.left_open) if "deadlock" in properties else None
        if deadlock is not None:
            findings += deadlock.finding()
        found = [finding for finding in findings if finding.property in properties and finding.literal != NO]
        # What comes late is followed for its own sake: what else it leads to rests on garbage.
        late = {name for name in encoding.late if name in properties}
        found = [evolve(f, literal=self.in_time(f.literal, late if f.property in late else ())) for f in found]
        return found, deadlock

    def in_time(self, literal: int, late: Container[str] = ()) -> int:
        """``literal``, with every access that goes wrong stopping its thread, but where it breaks a property of
        ``late``."""
        stops = [-literal for name, literal in self.encoding.late.items() if name not in late]
        return self.encoding.circuit.all_of((literal, *stops))

    def search(self, *wanted: int, afresh: bool = False) -> Proposal | None:
        """A consistent execution in which all of ``wanted`` hold, or None when there is none.

        ``afresh``: search also where it was refuted a moment ago.

        Raises:
            OutOfTime: the deadline has passed, or the effort was not enough.
        """
        if NO in wanted:
            return None
        circuit = self.encoding.circuit
        if not afresh and circuit.switches is None and LATELY.refute(circuit.clauses, wanted):
            return None
        while True:
            assumed = (*wanted, *(circuit.switches or ()))
            answer = self.solver.check(assumed, self._left(), self.effort)
            if answer is None:
                raise OutOfTime
            if not answer:
                if circuit.switches is None:
                    LATELY.note(circuit.clauses, assumed)
                return None
            proposal = Proposal(self.encoding, self.coherence, self.solver, self.frames)
            self.candidate = proposal.candidate()
            judgement = (self.whole or self.model).check(self.candidate, limit=CYCLES)
            circular = self.grounds.circles(proposal) if judgement.consistent and self.grounds is not None else []
            if judgement.consistent and not circular:
                self.proposal = proposal
                return proposal
            self.refinements += 1
            for clause in circular[:CYCLES]:
                circuit.add(*clause)
            self._learn(proposal, judgement.violations)
            if self.progress is not None:
                self.progress(self.refinements)

    def _learn(self, proposal: Proposal, violations: Iterable[Violation]) -> None:
        several = [(tuple(sorted(proposal.clause(violation.facts))), violation) for violation in violations]
        why = dict(reversed(several))
        for clause in sorted({clause for clause, _ in several}, key=len):
            because = None if self.encoding.circuit.switches is None else learnt(proposal, why[clause])
            self.encoding.circuit.add(*clause, because=because)

    def _left(self) -> float | None:
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def failure(self, proposal: Proposal, findings: Sequence[Finding]) -> Result:
        """The result that tells of the first of ``findings`` that ``proposal``, the last one found, shows."""
        held = [finding for finding in findings if self.solver.holds(finding.literal)]
        execution = execution_of(proposal)
        finding = min(held, key=lambda f: _told_at(execution, f))
        if finding.source is NOWHERE and finding.about is not None:
            finding = _placed(execution, finding, self.graph.entry, *finding.about)
        message = finding.message
        if finding.property == "deadlock" and self.deadlock is not None:
            waits = [b for literal, b in self.deadlock.waits if self.solver.holds(literal)]
            each = [f"{self.graph.threads[b.thread]} {b.what} at {told(b.source, b.stack)}" for b in waits]
            message = "; ".join(dict.fromkeys(each))
            finding = evolve(finding, source=waits[0].source, stack=waits[0].stack)
        return Result("FAIL", finding.property, message, finding.source, finding.stack, execution=execution)

    def reaches_bound(self, among: int = YES) -> str | None:
        """Where an execution gets to which the bounds cut off, or which cannot be modelled, of those in which ``among``
        holds; None when none does."""
        encoding = self.encoding
        cuts: list[tuple[int, str]] = []
        for cut in self.graph.cuts:
            # What runs at rest is not come to when any thread has stopped at a fault.
            faults = encoding.faults(None if cut.final else cut.thread)
            reached = encoding.circuit.all_of((encoding.valuation.all(cut.guard), *(-fault for fault in faults)))
            cuts.append((reached, cut.reason))
        cuts += encoding.unsupported
        for literal, wait in self.deadlock.undecided if self.deadlock is not None else ():
            cuts.append((literal, f"{wait.source}: whether this loop waits for ever depends on what is chosen in it"))
        cuts = [(literal, reason) for literal, reason in cuts if literal != NO]
        bound = self.in_time(encoding.circuit.any_of([literal for literal, _ in cuts]))
        proposal = self.search(encoding.circuit.all_of((bound, among)))
        if proposal is None:
            return None
        return next(reason for literal, reason in cuts if self.solver.holds(literal))

    def hidden(self, properties: frozenset[str], among: int = YES) -> str | None:
        """A failure beside ``properties`` that stops its thread in an execution in which ``among`` holds, where what
        lies behind might break one of them; None when there is none."""
        encoding = self.encoding
        others = [f for f in encoding.stopping if f.property not in properties and f.literal != NO]
        if not properties & {"leak", "deadlock"}:
            others = [f for f in others if self._behind(f)]
        wanted = self.in_time(encoding.circuit.all_of((encoding.circuit.any_of([f.literal for f in others]), among)))
        if self.search(wanted) is None:
            return None
        first = next(finding for finding in others if self.solver.holds(finding.literal))
        return hidden(first.property, first.source)

    def _behind(self, finding: Finding) -> bool:
        """Whether the thread of ``finding`` had more to do, or main when it has joined all."""
        graph, here = self.graph, (finding.thread, finding.position)
        steps = [(e.thread, e.position, e.final) for e in (graph.events[n] for n in self.encoding.domains.live)]
        steps += [(check.thread, check.position, check.final) for check in graph.checks]
        if any((final and finding.thread) or (thread == here[0] and at > here[1]) for thread, at, final in steps):
            return True
        # Behind what always fails nothing is unrolled.
        return any((c.thread, c.position) == here and c.condition == FALSE for c in graph.checks)

    def concurrent(self, among: int = YES) -> Result | None:
        """A warning, where an access is concurrent with one that is watched; UNKNOWN where that cannot be said."""
        encoding = self.encoding
        pairs = watched(self.encoding)
        if not pairs:
            return None
        unclear = {pair: literal for pair, literal in pairs.items() if "Watch-bits" in encoding.events[pair[0]].tags}
        clear = {pair: literal for pair, literal in pairs.items() if pair not in unclear}
        if WATCHED_ACCESS not in self.model.flag_names:
            proposal = self.search(encoding.circuit.all_of((among, encoding.circuit.any_of(pairs.values()))))
            place = encoding.events[next(iter(pairs))[0]].source
            reason = f"{place}: the model does not say which accesses are concurrent"
            return None if proposal is None else Result("UNKNOWN", reason=reason)
        if (found := self.race(among, clear, WATCHED_ACCESS)) is not None:
            return self.intruded(*found)
        if (found := self.race(among, unclear, WATCHED_ACCESS)) is not None:
            one = encoding.events[found[0].chosen[found[1][0]]]
            return Result("UNKNOWN", reason=f"{one.source}: which bits a concurrent write changes is not looked at")
        return None

    def intruded(self, proposal: Proposal, pair: tuple[int, int]) -> Result:
        """The result that tells of an access, the second of ``pair`` in ``proposal``, that is concurrent with what is
        watched, the first."""
        one, other = (self.encoding.events[proposal.chosen[number]] for number in pair)
        message = watched_access(self.space.name(proposal.place[one.id]), other.kind, other.source, other.stack)
        return Result("FAIL", "warning", message, one.source, one.stack, execution=execution_of(proposal))

    def race(
        self, among: int = YES, pairs: Mapping[tuple[int, int], int] | None = None, flag: str = "data-race"
    ) -> tuple[Proposal, tuple[int, int]] | None:
        """An execution with two accesses that race by the model's own flag, of those in which ``among`` holds.

        ``pairs``: only these, in this order, each with a literal that holds when it counts; None: all `conflicts`.
        Gives the execution and the numbers of the two accesses in it, or None.
        """
        circuit = self.encoding.circuit
        both = conflicts(self.encoding) if pairs is None else pairs
        select = self.races = {pair: circuit.fresh() for pair in both}
        for pair, literal in select.items():
            circuit.add(-literal, both[pair])
        wanted = self.in_time(circuit.all_of((among, circuit.any_of(select.values()))))
        while True:
            proposal = self.search(wanted)
            if proposal is None:
                return None
            candidate = self.candidate
            racing = self.model.flags(candidate).get(flag, ())
            if pairs is not None:
                counted = {p for p, literal in both.items() if self.solver.holds(literal)}
                racing = tuple(r for r in racing if (proposal.chosen[r[0]], proposal.chosen[r[1]]) in counted)
            if racing:
                return proposal, racing[0]
            self.refinements += 1
            # None of the pairs in this execution races: learn of each of them why.
            for pair in [p for p, literal in both.items() if self.solver.holds(literal)]:
                facts: set[tuple[str, int, int]] = set()
                for one, other in (pair, pair[::-1]) if pairs is None else (pair,):
                    numbers = proposal.number[one], proposal.number[other]
                    facts |= self.model.explain_flag_absence(candidate, flag, *numbers)
                because = None if circuit.switches is None else Ordered(pair, numbered(proposal, facts))
                circuit.add(-select[pair], *proposal.clause(facts), because=because)

    def raced(self, proposal: Proposal, pair: tuple[int, int]) -> Result:
        """The result that tells of the race of ``pair`` in ``proposal``; its place is the second one's."""
        one, other = (self.encoding.events[proposal.chosen[number]] for number in pair)
        place = self.space.name(proposal.place[one.id])
        names = self.graph.threads
        both = [f"{names[event.thread]} at {told(event.source, event.stack)}" for event in (one, other)]
        message = f"data race on {place}: {' and '.join(both)}"
        return Result("FAIL", "race", message, other.source, other.stack, execution=execution_of(proposal))

    def freed(self, proposal: Proposal, pair: tuple[int, int]) -> Result:
        """The result that tells of an access, the first of ``pair`` in ``proposal``, that nothing orders before the
        free, the second."""
        one, end = (self.encoding.events[proposal.chosen[number]] for number in pair)
        name = self.space.name(proposal.place[one.id])
        message = unordered_free(one.kind, name, end.source, end.stack, end.scope)
        which = late_property(end.scope)
        return Result("FAIL", which, message, one.source, one.stack, execution=execution_of(proposal))


def _told_at(execution: Execution, finding: Finding) -> tuple[int, int]:
    """Where a finding stands in the order in which an execution is told."""
    before = [e.order for e in execution.events if e.thread == finding.thread and e.position <= finding.position]
    at_rest = finding.position == AT_REST
    return len(execution.events) if at_rest else max(before, default=-1), finding.position


def _placed(execution: Execution, finding: Finding, entry: Source | None, base: int, size: int) -> Finding:
    """The finding at the last write to its memory; at the last access there, or the last of all, when there is none.
    Where nothing is told, where its object is made; of a unit at ``entry``."""

    def rank(event: ExecutedEvent) -> tuple[bool, bool, int]:
        inside = event.address is not None and base <= event.address < base + size
        return inside and event.thread >= 0, event.kind == "W", event.order

    told = [event for event in execution.events if event.source is not NOWHERE]
    if not told:
        source, stack = finding.made or (entry or finding.source, finding.stack)
        return evolve(finding, source=source, stack=stack)
    last = max(told, key=rank)
    return evolve(finding, source=last.source, stack=last.stack, thread=last.thread)
