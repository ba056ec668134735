"""Guess with z3, judge with relations, learn from the cycle: the verdict on a program under a memory model."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from attrs import evolve, frozen

from modelcheck.cat import Model
from modelcheck.cat.violations import Step, Violation
from modelcheck.program.expr import FALSE
from modelcheck.program.graph import EventGraph
from modelcheck.program.interrupted import REASON, interrupted, word
from modelcheck.program.ir import WATCHED, Program, Source
from modelcheck.program.machine import Initial, Stuck
from modelcheck.program.places import told
from modelcheck.program.thread import hidden
from modelcheck.program.touch import Touches, together
from modelcheck.program.unroll import Bounds
from modelcheck.run.alarm import OutOfTime
from modelcheck.solve.encode import AT_REST, NOWHERE, Encoding, Finding
from modelcheck.solve.frames import Frames
from modelcheck.solve.grounds import Grounds
from modelcheck.solve.groundwork import Assumptions, Groundwork, Groundworks
from modelcheck.solve.holding import misused_locks, unfounded
from modelcheck.solve.lemmas import add_lemmas
from modelcheck.solve.proofs import LATELY
from modelcheck.solve.properties import Deadlock, late_writes, leaks
from modelcheck.solve.proposal import Proposal
from modelcheck.solve.result import ExecutedEvent, Execution, Result
from modelcheck.solve.sat import NO, YES, Solver
from modelcheck.solve.shapes import overtaken
from modelcheck.solve.thinair import ThinAir
from modelcheck.solve.touch import touching
from modelcheck.solve.wide import TooManyValues
from modelcheck.solve.witness import execution_of, torn

Progress = Callable[[int], None]
"""Called with the number of refinements so far."""

CYCLES = 6
"""How many forbidden cycles to learn from one proposal: explaining one costs more than asking z3 again without it."""


LARGE = 1000
"""With more events than this, a program whose loops go round often is looked at with fewer rounds first."""

FEW_ROUNDS = (2, 8)


def until(deadline: float | None) -> Callable[[], None]:
    """What to call now and then: it raises `OutOfTime` from ``deadline`` on (by `time.monotonic`; None: never)."""

    def tick() -> None:
        if deadline is not None and time.monotonic() >= deadline:
            raise OutOfTime

    return tick


def check(
    program: Program,
    model: Model,
    properties: frozenset[str],
    *,
    unroll: int = 3,
    recursion: int = 4,
    timeout: float | None = None,
    progress: Progress | None = None,
    touches: bool = True,
    groundworks: Groundworks | None = None,
) -> Result:
    """Whether an execution of ``program`` that ``model`` allows breaks one of ``properties``.

    Args:
        program: what runs.
        model: the memory model.
        properties: names from `modelcheck.program.ir.PROPERTIES`. Other failures just stop the thread they happen in,
            unless it can go on: after a late write, a second free, an unlock of a lock that it does not hold. Where
            one hides what is asked for, the verdict is no PASS.
        unroll: iterations of a loop whose end is not fixed by constants.
        recursion: how often a function may be on the stack at once.
        timeout: seconds, or None.
        progress: told the number of refinements as it grows.
        touches: find out which threads touch one another.
        groundworks: those of ``program``, to be kept for its other models; None: none are kept.
    """
    started = time.monotonic()
    deadline = None if timeout is None else started + timeout
    looks = "race" in properties and "data-race" in model.flag_names
    undefined = "uninitialised" not in properties
    bounds = Bounds(unroll, recursion, looks, model.coherent, model.idempotent, undefined=undefined)
    total = Result("PASS")
    touching_ones: list[Touches | None] = []
    if groundworks is None:
        groundworks = Groundworks(program)
    outcomes = groundworks.outcomes
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, Initial):
            one = _check_from(groundworks, number, model, properties, bounds, deadline, progress, touches)
            if one.execution is not None and _interrupts(program, one.execution):
                one = Result("UNKNOWN", reason=f"{one.source}: {REASON}", source=one.source)
            if one.execution is not None:
                one = evolve(one, execution=evolve(one.execution, initial=outcome.choices))
        elif isinstance(outcome, Stuck):
            one = _stuck(outcome, properties)
        elif outcome.property in properties:
            one = Result("FAIL", outcome.property, outcome.message, outcome.source, outcome.stack)
        elif outcome.property == "warning":
            continue
        else:
            one = Result("UNKNOWN", reason=hidden(outcome.property, outcome.source), source=outcome.source)
        touching_ones.append(one.touches)
        total = _worse(total, one)
        if total.verdict == "FAIL" and total.property != "warning":
            if outcome is not outcomes[-1]:
                touching_ones.append(None)
            break
    return evolve(total, touches=together(touching_ones), seconds=time.monotonic() - started)


def _interrupts(program: Program, execution: Execution) -> bool:
    """Whether a failure rests on what comes in between an atomic section."""
    lock = word(program)
    if lock is None:
        return False
    events = {event.id: event for event in execution.events}
    return interrupted(events, execution.rf, execution.co, lock)


RANK = {"PASS": 0, "UNKNOWN": 1, "FAIL": 2}
"""Which verdict on a part is that on the whole."""


def _worse(total: Result, one: Result) -> Result:
    worst = max(total, one, key=lambda result: (RANK[result.verdict], result.property != "warning"))
    return evolve(worst, events=max(total.events, one.events), refinements=total.refinements + one.refinements)


def _stuck(outcome: Stuck, properties: frozenset[str]) -> Result:
    if outcome.deadlock:
        if "deadlock" not in properties:
            return Result("PASS")
        return Result("FAIL", "deadlock", f"before any thread starts: {outcome.reason}", outcome.source)
    return Result("UNKNOWN", reason=f"{outcome.source}: {outcome.reason}", source=outcome.source)


def _check_from(
    groundworks: Groundworks,
    outcome: int,
    model: Model,
    properties: frozenset[str],
    bounds: Bounds,
    deadline: float | None,
    progress: Progress | None,
    touches: bool,
) -> Result:
    session = None
    try:
        for fewer in (*_few_rounds(groundworks, outcome, bounds, until(deadline)), bounds):
            # Most accesses that seem to meet in parts never do.
            for pieces in (False, True):
                assumed = Assumptions.of(model, symmetry=True, pieces=pieces)
                groundwork = groundworks.of(outcome, fewer, assumed, until(deadline))
                session = Session(groundwork.graph, model, deadline, progress, groundwork=groundwork)
                result = session.decide(properties, whole=fewer is bounds)
                if pieces and result.verdict == "UNKNOWN":
                    result = evolve(result, mixed=True)
                if not result.mixed:
                    break
            if result.verdict == "FAIL":
                break
    except TooManyValues as many:
        result = Result("UNKNOWN", reason=str(many), source=many.source)
    except OutOfTime:
        result = Result("UNKNOWN", reason="the time limit was reached")
    refinements = 0 if session is None else session.refinements
    # What lies behind a failure or a bound is not seen.
    if session is not None and touches and result.verdict == "PASS":
        with suppress(OutOfTime):
            result = evolve(result, touches=touching(session))
    events = 0 if session is None else session.live
    return evolve(result, events=events, refinements=refinements)


def _few_rounds(groundworks: Groundworks, outcome: int, bounds: Bounds, tick: Callable[[], None]) -> Iterator[Bounds]:
    """Bounds under which a large program is asked for a failure before it is taken whole: fewer rounds of its loops."""
    events = len(groundworks.graph(outcome, bounds, tick).events)
    for rounds in FEW_ROUNDS:
        fewer = evolve(bounds, rounds=rounds)
        if events > LARGE > len(groundworks.graph(outcome, fewer, tick).events):
            yield fewer


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

    def decide(self, properties: frozenset[str], among: int = YES, whole: bool = True) -> Result:
        """The verdict for ``properties`` on the executions in which ``among`` holds.

        Where not ``whole``, a ``PASS`` says nothing of what the bounds cut off.
        """
        result = self._decide(properties, among, whole)
        if self.torn is None or (result.verdict == "PASS" and self.model.monotonic):
            return result
        if result.verdict == "FAIL" and result.property != "race" and not torn(self.proposal):
            return result
        reason = f"{self.torn}: what is accessed here at once is accessed in parts by other threads"
        return Result("UNKNOWN", reason=reason, mixed=True)

    def _decide(self, properties: frozenset[str], among: int, whole: bool) -> Result:
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
            unordered = self.race(among, self.frees(properties))
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
        reason = (self.reaches_bound(among) or self.hidden(properties, among)) if whole else None
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
            judgement = self.model.check(self.candidate, limit=CYCLES)
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
            because = None if self.encoding.circuit.switches is None else _learnt(proposal, why[clause])
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

    def conflicts(self) -> dict[tuple[int, int], int]:
        """Pairs of accesses that may race, with the literal that both are executed and meet."""
        encoding = self.encoding
        both: dict[tuple[int, int], int] = {}
        for one, other in _conflicts(encoding):
            literal = encoding.circuit.all_of(
                (encoding.executed[one], encoding.executed[other], encoding.same_place(one, other))
            )
            if literal != NO:
                both[one, other] = literal
        return both

    def frees(self, properties: frozenset[str]) -> dict[tuple[int, int], int]:
        """Pairs of an access and the end of its object's life by another thread, with the literal that both are
        executed; of locals only where ``properties`` ask for them, and of others too."""
        encoding = self.encoding
        both: dict[tuple[int, int], int] = {}
        asked = [poison for poison in encoding.poison if _late_property(encoding.events[poison].scope) in properties]
        for end, place in [(poison, place) for poison in asked for place in encoding.at[poison]]:
            for event in encoding.graph.events:
                if event.kind in ("R", "W") and not event.final and event.thread != encoding.events[end].thread:
                    here = encoding.at.get(event.id, {}).get(place, NO)
                    literal = encoding.circuit.all_of((encoding.executed[event.id], here, encoding.executed[end]))
                    if literal != NO:
                        both[event.id, end] = literal
        return both

    def watched(self) -> dict[tuple[int, int], int]:
        """Pairs of what is watched and an access that it is watched for, with the literal that both are executed and
        meet."""
        encoding = self.encoding
        pairs: dict[tuple[int, int], int] = {}
        for one in encoding.graph.events:
            if one.tags.isdisjoint(WATCHED) or one.final or encoding.executed[one.id] == NO:
                continue
            for other in encoding.graph.events:
                counts = other.kind == "W" or (other.kind == "R" and "Watch-all" in one.tags)
                if not counts or other.thread == one.thread or other.final or not other.tags.isdisjoint(WATCHED):
                    continue
                both = encoding.executed[one.id], encoding.executed[other.id]
                if NO not in both and (same := encoding.same_place(one.id, other.id)) != NO:
                    pairs[one.id, other.id] = encoding.circuit.all_of((*both, same))
        return pairs

    def concurrent(self, among: int = YES) -> Result | None:
        """A warning, where an access is concurrent with one that is watched; UNKNOWN where that cannot be said."""
        encoding = self.encoding
        pairs = self.watched()
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
        both = self.conflicts() if pairs is None else pairs
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
                because = None if circuit.switches is None else Ordered(pair, _numbered(proposal, facts))
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
        which = _late_property(end.scope)
        return Result("FAIL", which, message, one.source, one.stack, execution=execution_of(proposal))


WATCHED_ACCESS = "watched-access"
"""The flag of a model that pairs what is watched with the accesses that are concurrent with it."""


def watched_access(name: str, kind: str, source: Source, stack: tuple[Source, ...]) -> str:
    """What is said where an access of ``kind`` there is concurrent with what is watched."""
    verb = "write" if kind == "W" else "read"
    return f"{name} is to be accessed exclusively, and the {verb} at {told(source, stack)} is concurrent"


def frees_race(model: Model) -> bool:
    """Whether a free that races with an access by ``model``'s own flag is to be reported: where a read cannot be late
    enough to see what a later step of its thread leads to, but the language leaves such a race without a meaning."""
    return "data-race" in model.flag_names and not overtaken(model)


def unordered_free(kind: str, name: str, source: Source, stack: tuple[Source, ...], scope: bool) -> str:
    """What is said of an access of ``kind`` (R or W) to the cell ``name`` that a free there, or the end of a local's
    ``scope``, races with."""
    verb = "write to" if kind == "W" else "read of"
    end = "its scope is left" if scope else "it is freed"
    return f"{verb} {name}, which nothing orders before {end} at {told(source, stack)}"


def _late_property(scope: bool) -> str:
    return "use-after-scope" if scope else "use-after-free"


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


def _learnt(proposal: Proposal, violation: Violation) -> Learnt:
    cycle = tuple(Step(proposal.chosen[s.source], proposal.chosen[s.target], s.label) for s in violation.cycle)
    return Learnt(violation.axiom, cycle, _numbered(proposal, violation.facts))


def _numbered(proposal: Proposal, facts: Iterable[tuple[str, int, int]]) -> frozenset[tuple[str, int, int]]:
    """Facts of a proposal in numbers of the encoding's events; those below 0 are of none."""

    def number(n: int) -> int:
        return proposal.chosen[n] if n >= 0 else n

    return frozenset((name, number(a), number(b)) for name, a, b in facts)


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


def _conflicts(encoding: Encoding) -> list[tuple[int, int]]:
    """Pairs of accesses of two threads to one cell, one a write, one plain."""
    found: list[tuple[int, int]] = []
    accesses = [
        e for e in encoding.graph.events if e.kind in ("R", "W") and not e.final and encoding.executed[e.id] != NO
    ]
    for index, one in enumerate(accesses):
        for other in accesses[index + 1 :]:
            if one.thread == other.thread or "W" not in (one.kind, other.kind) or (one.tags and other.tags):
                continue
            if set(encoding.at[one.id]) & set(encoding.at[other.id]):
                found.append((one.id, other.id))
    return found
