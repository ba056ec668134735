"""One failure, asked for again and again: with fewer threads, with fewer steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from attrs import evolve, frozen

from modelcheck.cat import Model
from modelcheck.minimise.counter import Counter
from modelcheck.minimise.prefix import prefix
from modelcheck.program.graph import EventGraph
from modelcheck.program.ir import Source
from modelcheck.run import OutOfTime
from modelcheck.solve.encode import AT_REST, NOWHERE, Finding
from modelcheck.solve.proposal import Proposal
from modelcheck.solve.racing import WATCHED_ACCESS, conflicts, frees, frees_race, watched
from modelcheck.solve.result import Execution, Result
from modelcheck.solve.sat import NO, YES
from modelcheck.solve.session import BY_RACES, Session
from modelcheck.trace.failing import Point
from modelcheck.trace.replay.correspondence import stem

EFFORT: Final = 20_000_000
"""Work that the solver may put into one proposal."""

ELSEWHERE: Final = 20
"""How many executions that fail at another place are passed over."""

MOST_COUNTED: Final = 400_000
"""Number of literals times bound up to which steps are counted."""


@frozen
class Failure:
    """What fails, and where: the failure that must stay the same. ``message``: what is said of it; may be empty."""

    property: str
    source: Source | None
    stack: tuple[Source, ...]
    message: str = ""

    def shown(self, result: Result) -> bool:
        """Whether ``result`` is about this failure. A leak is about its object, wherever it is told to happen."""
        if result.property == self.property == "leak" and self.message:
            return stem(result.message) == stem(self.message)
        return (result.property, result.source, result.stack) == (self.property, self.source, self.stack)


@frozen
class Found:
    """An execution that shows the failure, no longer than it must be.

    ``result`` is what the engine says of it, its execution cut down; ``ending`` the thread in which it ends, None where
    it fails at rest.
    """

    result: Result
    ending: int | None

    @property
    def execution(self) -> Execution:
        """What happens."""
        assert self.result.execution is not None
        return self.result.execution

    @property
    def threads(self) -> int:
        """Number of threads that take a step."""
        return len({e.thread for e in self.execution.events if e.thread >= 0 and not e.final})

    @property
    def steps(self) -> int:
        """Number of events that are no initial writes."""
        return sum(e.thread >= 0 for e in self.execution.events)


class Question:
    """One failure in one event graph under one model.

    Of an execution that fails inside a thread, what counts is the part before the failure: each thread up to some
    point, and with every read the write it reads from. One that fails at rest counts as a whole.

    Attributes:
        gave_up: the solver's effort was not enough for some answer.
    """

    def __init__(self, graph: EventGraph, model: Model, failure: Failure, properties: frozenset[str]) -> None:
        self.failure = failure
        self.gave_up = False
        self.session = Session(graph, model)
        if self.session.encoding.mixed:
            pieces = Session(graph, model, pieces=True)
            if pieces.torn is None or (pieces.whole is not None and failure.property not in BY_RACES):
                self.session = pieces
        self.graph = self.session.graph
        self.session.effort = EFFORT
        self._encoding = self.session.encoding
        self._circuit = self._encoding.circuit
        self._positions = self._threads()
        self._reach: dict[Point, int] = {}
        self._counts: list[tuple[int, int]] = []
        self._threads_used: list[int] = []
        findings = self.session.findings(frozenset({failure.property}))
        self._wanted = [f for f in findings if f.source is NOWHERE or self._here(f)]
        self._pairs: dict[tuple[int, int], int] = {}
        self._flag = "data-race"
        self._told: Callable[[Proposal, tuple[int, int]], Result] = self.session.raced
        self.at_rest = self._fails_at_rest()
        self._selected: list[tuple[Finding, int, tuple[Point, ...]]] = []
        self._prefixes()
        self._select()
        self._clean = self._circuit.fresh()
        self._exclude_others(properties)
        self._of_threads: Counter | None = None
        self._of_steps: Counter | None = None

    def smallest(self, threads: int | None = None) -> Found | None:
        """An execution that fails so, in as few threads and then with as few steps as was found; None when there is
        none. ``threads``: at most so many."""
        limits = [] if threads is None else self._thread_limit(threads)
        alone = [self._clean]
        best = self._find([*alone, *limits])
        if best is None:
            alone = []
            best = self._find(limits)
        if best is None and self._wanted:
            self._select_unordered()
            best = self._find(limits) if self._pairs else None
        if best is None:
            return None
        while not self.at_rest and best.threads > 1:
            fewer = self._find([*alone, *self._thread_limit(best.threads - 1)])
            if fewer is None:
                break
            best = fewer
        return self._fewer_steps(best, [*alone, *self._thread_limit(best.threads)])

    # ------------------------------------------------------------ searching

    def _find(self, assumed: list[int]) -> Found | None:
        """An execution that fails as it should, under assumptions; None when there is none, or the effort was spent."""
        try:
            for _ in range(ELSEWHERE):
                if self._pairs:
                    raced = self.session.race(self._circuit.all_of(assumed), self._pairs, self._flag)
                    if raced is None:
                        return None
                    return self._raced(*raced)
                proposal = self.session.search(self._circuit.any_of([s for _, s, _ in self._selected]), *assumed)
                if proposal is None:
                    return None
                found = self._found(proposal)
                if found is not None:
                    return found
                self._circuit.add(*proposal.clause([("everything", -1, -1)]))
        except OutOfTime:
            self.gave_up = True
        return None

    def _found(self, proposal: Proposal) -> Found | None:
        """What ``proposal`` shows; None when it fails somewhere else."""
        holds = self.session.solver.holds
        options = []
        for finding, literal, evidence in self._selected:
            if holds(literal):
                result = self.session.failure(proposal, [finding])
                if finding.property == "deadlock":
                    # All who wait are told of; the place is that of the one that is asked for.
                    result = evolve(result, source=self.failure.source, stack=self.failure.stack)
                if self.failure.shown(result):
                    options.append(self._cut(result, finding.thread, evidence))
        return min(options, key=lambda found: (found.threads, found.steps), default=None)

    def _cut(self, result: Result, thread: int, evidence: tuple[Point, ...]) -> Found:
        if self.at_rest:
            return Found(result, None)
        assert result.execution is not None
        return Found(evolve(result, execution=prefix(result.execution, evidence)), thread)

    def _raced(self, proposal: Proposal, pair: tuple[int, int]) -> Found:
        events = [self._encoding.events[proposal.chosen[number]] for number in pair]
        evidence = tuple((event.thread, event.position) for event in events)
        result = self._told(proposal, pair)
        at_place = next(
            event for event in reversed(events) if (event.source, event.stack) == (result.source, result.stack)
        )
        return self._cut(result, at_place.thread, evidence)

    def _fewer_steps(self, best: Found, assumed: list[int]) -> Found:
        """As ``best``, with as few steps as are found."""
        if len(self._counts) * best.steps > MOST_COUNTED:
            self.gave_up = True
            return best
        if self._of_steps is None:
            self._of_steps = Counter(self._circuit, self._counts, best.steps)
        while True:
            fewer = self._find([*assumed, self._of_steps.at_most(best.steps - 1)]) if best.steps else None
            if fewer is None or fewer.steps >= best.steps:
                return best
            best = fewer

    def _thread_limit(self, most: int) -> list[int]:
        if most >= len(self._threads_used):
            return []
        if self._of_threads is None:
            used = [(literal, 1) for literal in self._threads_used]
            self._of_threads = Counter(self._circuit, used, len(used))
        return [self._of_threads.at_most(most)]

    # ------------------------------------------------------------ the part before the failure, as clauses

    def _threads(self) -> Mapping[int, list[int]]:
        """The positions of each thread at which something may be executed."""
        found: dict[int, set[int]] = {}
        for number, event in enumerate(self._encoding.events):
            if event.thread >= 0 and not event.final and self._encoding.executed[number] != NO:
                found.setdefault(event.thread, set()).add(event.position)
        return {thread: sorted(positions) for thread, positions in sorted(found.items())}

    def _prefixes(self) -> None:
        """A literal for each position of each thread: what is executed up to there is needed."""
        encoding, circuit = self._encoding, self._circuit
        for thread, positions in self._positions.items():
            before = YES
            for position in positions:
                here = self._reach[thread, position] = YES if self.at_rest else circuit.fresh()
                if before != YES:
                    circuit.add(-here, before)
                before = here
        groups: dict[tuple[int, int], int] = {}
        needed: dict[int, int] = {}
        by_thread: dict[int, list[int]] = {}
        for number, event in enumerate(encoding.events):
            executed = encoding.executed[number]
            if event.thread < 0 or executed == NO or number in encoding.hidden or event.kind == "free":
                continue
            reach = YES if event.final else self._reach[event.thread, event.position]
            needed[number] = literal = circuit.all_of((reach, executed))
            groups[event.thread, literal] = groups.get((event.thread, literal), 0) + 1
            if not event.final:
                by_thread.setdefault(event.thread, []).append(literal)
            if event.rmw is not None and not event.final:
                circuit.add(-self._reach[event.thread, encoding.events[event.rmw].position], reach)
        for (write, read), literal in encoding.rf.items():
            event = encoding.events[write]
            if read in needed and event.thread >= 0 and not event.final and encoding.executed[write] != NO:
                circuit.add(-literal, -needed[read], self._reach[event.thread, event.position])
        self._counts = [(literal, weight) for (_, literal), weight in groups.items()]
        self._threads_used = [circuit.any_of(several) for several in by_thread.values()]

    def _up_to(self, thread: int, position: int) -> int:
        """The literal that what ``thread`` executes up to a position is needed."""
        before = [p for p in self._positions.get(thread, ()) if p <= position]
        return self._reach[thread, before[-1]] if before else YES

    # ------------------------------------------------------------ the failure

    def _here(self, finding: Finding) -> bool:
        place = self.failure.source, self.failure.stack
        about = finding.property == "leak" and stem(finding.message) == stem(self.failure.message)
        return about or finding.property == "deadlock" or (finding.source, finding.stack) == place

    def _fails_at_rest(self) -> bool:
        place = self.failure.source, self.failure.stack
        final = {(e.source, e.stack) for e in self.graph.events if e.final}
        final |= {(c.source, c.stack) for c in self.graph.checks if c.final}
        return place in final or any(f.position == AT_REST or f.property == "deadlock" for f in self._wanted)

    def _select(self) -> None:
        """A literal for each way to fail: it holds, and what leads to it is needed."""
        circuit = self._circuit
        if self.failure.property == "race":
            place = self.failure.source, self.failure.stack
            for pair, literal in conflicts(self._encoding).items():
                for ordered in (pair, pair[::-1]):
                    one, other = (self._encoding.events[number] for number in ordered)
                    if (other.source, other.stack) == place:
                        needed = [self._up_to(e.thread, e.position) for e in (one, other)]
                        self._pairs[ordered] = circuit.all_of((literal, *needed))
            return
        if not self._wanted:
            self._select_unordered()
        for finding in self._wanted:
            if finding.property == "deadlock":
                literal = circuit.any_of(self._waits(finding.literal))
                self._selected.append((finding, literal, ()))
            elif self.at_rest:
                self._selected.append((finding, finding.literal, ()))
            else:
                for so, others in self._evidence(finding):
                    evidence = ((finding.thread, finding.position), *others)
                    needed = [self._up_to(*point) for point in evidence]
                    self._selected.append((finding, circuit.all_of((finding.literal, so, *needed)), evidence))

    def _select_unordered(self) -> None:
        """What fails because nothing orders it: an access and a free, or one and what is watched."""
        several: dict[tuple[int, int], int] = {}
        if self.failure.property.startswith("use-after-") and frees_race(self.session.model):
            several, self._told = frees(self._encoding, frozenset({self.failure.property})), self.session.freed
        elif self.failure.property == "warning" and WATCHED_ACCESS in self.session.model.flag_names:
            several, self._told, self._flag = watched(self._encoding), self.session.intruded, WATCHED_ACCESS
        for pair, literal in several.items():
            one, other = (self._encoding.events[number] for number in pair)
            if (one.source, one.stack) == (self.failure.source, self.failure.stack):
                needed = [self._up_to(e.thread, e.position) for e in (one, other)]
                self._pairs[pair] = self._circuit.all_of((literal, *needed))

    def _waits(self, deadlocked: int) -> Iterator[int]:
        """One of those that wait for ever does so at the place: on that line, for a loop has several places there."""
        assert self.session.deadlock is not None
        lines = [str(place) for place in (self.failure.source, *self.failure.stack)]
        for literal, blocked in self.session.deadlock.waits:
            if [str(place) for place in (blocked.source, *blocked.stack)] == lines:
                yield self._circuit.all_of((deadlocked, literal))

    def _evidence(self, finding: Finding) -> Iterator[tuple[int, tuple[Point, ...]]]:
        """Where else something must have happened for ``finding`` to be one: the free, or the taking of the lock, that
        came before.

        Gives the ways in which that may be, each as a literal and the places.
        """
        encoding, circuit = self._encoding, self._circuit
        here = finding.thread, finding.position
        found = False
        if finding.property in ("use-after-free", "use-after-scope"):
            for poison in encoding.poison:
                for write in self._writes(poison):
                    event = encoding.events[write]
                    if (event.thread, event.position) == here and write not in encoding.poison:
                        found = True
                        freed = encoding.events[poison]
                        yield self.session.coherence.before(poison, write), ((freed.thread, freed.position),)
        elif finding.property == "double-free":
            frees = [e for e in encoding.graph.events if e.kind == "free" and e.address is not None]
            for one in frees:
                for other in frees:
                    if (one.thread, one.position) == here and other.id < one.id and not other.final:
                        found = True
                        assert one.address is not None
                        assert other.address is not None
                        same = encoding.valuation.equals(one.address, other.address)
                        both = (encoding.executed[one.id], encoding.executed[other.id], same)
                        yield circuit.all_of(both), ((other.thread, other.position),)
        elif finding.property == "lock-misuse":
            for write, reset in self._resets(here):
                found = True
                taken = encoding.events[write]
                at = ((taken.thread, taken.position),) if taken.thread >= 0 else ()
                yield self.session.coherence.before(write, reset), at
        if not found:
            yield YES, ()

    def _resets(self, here: Point) -> Iterator[tuple[int, int]]:
        """The writes by which a lock is taken or work queued, with the one that initialises or destroys it ``here``."""
        encoding = self._encoding
        for event in encoding.graph.events:
            if (event.thread, event.position) != here or event.lock is None or not event.lock.resets:
                continue
            for place in encoding.at[event.id]:
                start = encoding.initial.get(place)
                value = None if start is None else encoding.events[start].value
                if start is not None and value is not None and encoding.valuation.not_zero(value) != NO:
                    yield start, event.id  # it was so before the first thread started
                for write in self.session.coherence.shared.get(place, ()):
                    taken = encoding.events[write]
                    before = taken.thread != event.thread or taken.position < event.position
                    if taken.rmw is not None and before:
                        yield write, event.id

    def _writes(self, poison: int) -> Iterator[int]:
        for place in self._encoding.at[poison]:
            yield from self.session.coherence.shared.get(place, ())

    def _exclude_others(self, properties: frozenset[str]) -> None:
        """Where ``clean`` is assumed, nothing else fails before the failure."""
        wanted = {finding.literal for finding in self._wanted}
        ours = {finding.thread for finding in self._wanted}
        deadlock = self.session.deadlock
        for finding in self.session.findings(properties - {"deadlock", "leak", "race"}):
            if finding.literal in wanted or (finding.thread in ours and not self.at_rest):
                continue
            if finding.position == AT_REST and not self.at_rest:
                continue
            self._circuit.add(-self._clean, -finding.literal, -self._up_to(finding.thread, finding.position))
        self.session.deadlock = deadlock
