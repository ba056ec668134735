"""Replaying a trace on the code as it is now, without a solver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from modelcheck.cat.load import mixed_model
from modelcheck.cat.violations import Violation
from modelcheck.errors import InputError
from modelcheck.interleave.system import MODELS
from modelcheck.program.graph import EventGraph
from modelcheck.program.ir import WATCHED, Program, Source, Tags
from modelcheck.program.machine import Finding, Initial, Stuck
from modelcheck.program.unroll import Bounds
from modelcheck.solve.result import Execution
from modelcheck.solve.shapes import overtaken
from modelcheck.trace.candidate import candidate, modelled
from modelcheck.trace.judged import Edge
from modelcheck.trace.parts import candidate_in_parts
from modelcheck.trace.replay.broken import broken
from modelcheck.trace.replay.correspondence import stem
from modelcheck.trace.replay.follow import Departure, Follower, Found, attempts
from modelcheck.trace.replay.machine import Strays, play
from modelcheck.trace.replay.observed import Observed
from modelcheck.trace.replay.replayed import FOREIGN, IMPOSSIBLE, REPRODUCES, Place, Replayed
from modelcheck.trace.replay.today import Foreign, Sources, Today
from modelcheck.trace.steps import mixed
from modelcheck.trace.trace import Trace
from modelcheck.trace.wellformed import complaints

STOP = frozenset({"assertion", "deadlock", "race"})
"""Properties that nothing goes on behind, or that are no fault of a step."""

MOST_VIOLATIONS = 256
"""Of so many violations the shortest is told."""


def replay(trace: Trace, sources: Sources, path: Path | None = None) -> Replayed:
    """Follow ``trace`` step by step on the code as it is now.

    Args:
        trace: what to follow.
        sources: where its spec is looked up; give the same for several traces.
        path: where the trace lies: its spec is looked for from the folders above, too.

    It reproduces when every step can be followed, the memory model allows the execution that today's code makes of
    it, and the same property fails at the same place in that.

    Raises:
        InputError: the trace is damaged, or the sources cannot be read.
    """
    for complaint in complaints(trace.execution):
        raise InputError(f"is damaged: {complaint}", str(path) if path is not None else trace.scenario)
    try:
        today = sources.of(trace, path)
        return _Replay(trace, today, sources).run()
    except Foreign as foreign:
        return Replayed(FOREIGN, foreign.reason)


class _Replay:
    def __init__(self, trace: Trace, today: Today, sources: Sources) -> None:
        self.trace = trace
        self.today = today
        self.sources = sources
        self._failed: tuple[Source, tuple[Source, ...]] | None = None
        self.properties = frozenset(trace.setting.properties) or today.scenario.properties | {trace.property}

    def run(self) -> Replayed:
        explored = self.trace.setting.engine == "interleave"
        if not self.trace.execution.events:
            # It fails before threads start, or where nothing of what they share has been touched yet.
            first = self._before_threads()
            if first.outcome == REPRODUCES or not self._initials():
                return first
        if explored:
            return self._as_interleaving()
        best: Replayed | None = None
        for initial in self._initials():
            for one in self._attempts(initial):
                if one.outcome == REPRODUCES:
                    return one
                if best is None or self._further(one, best):
                    best = one
        return best or self._fails_before_threads()

    # ------------------------------------------------------------ initialisation

    def _before_threads(self) -> Replayed:
        """A trace without events fails before the first thread starts."""
        for outcome in self.today.outcomes:
            if isinstance(outcome, Initial):
                continue
            which = outcome.property if isinstance(outcome, Finding) else "deadlock" if outcome.deadlock else ""
            stack = outcome.stack if isinstance(outcome, Finding) else ()
            message = outcome.message if isinstance(outcome, Finding) else outcome.reason
            found = Found(which, message, outcome.source, stack, 0, 0)
            if self._same(found):
                return self._reproduces(found, None)
        reason = "initialisation does not fail in this way any more"
        return Replayed(IMPOSSIBLE, reason, None, self._failure_then(), None)

    def _fails_before_threads(self) -> Replayed:
        for outcome in self.today.outcomes:
            if isinstance(outcome, (Finding, Stuck)):
                reason = outcome.message if isinstance(outcome, Finding) else outcome.reason
                now = self._place_now(outcome.source, outcome.stack if isinstance(outcome, Finding) else ())
                return Replayed(IMPOSSIBLE, f"initialisation does not get to its end: {reason}", None, None, now)
        return Replayed(IMPOSSIBLE, "initialisation does not get to its end")

    def _initials(self) -> list[Initial]:
        """Where threads may start: first where the trace says."""
        found = [outcome for outcome in self.today.outcomes if isinstance(outcome, Initial)]
        return sorted(found, key=lambda initial: initial.choices != self.trace.execution.initial)[:64]

    # ------------------------------------------------------------ following

    def _attempts(self, initial: Initial) -> Iterator[Replayed]:
        model = self.today.model
        looks = "race" in self.properties and "data-race" in model.flag_names
        undefined = "uninitialised" not in self.properties
        unrolled, recursion = self.trace.unroll, self.trace.recursion
        bounds = Bounds(unrolled, recursion, looks, model.coherent, model.idempotent, undefined=undefined)
        graph = self.sources.graph(self.today.program, initial, bounds)
        self._same_threads(graph)
        for late in self._lates(graph, overtaken(model)):
            for follower, departure in attempts(graph, self.trace.execution, initial.choices, late):
                if departure is not None:
                    yield self._departs(departure)
                else:
                    yield self._judged(follower)

    def _lates(self, graph: EventGraph, overtaken: bool) -> Iterator[frozenset[str] | None]:
        """What may come late: nothing; first only accesses, then what only observes them too."""
        if not overtaken:
            yield None
            return
        yield frozenset()
        observed = {check.property for check in graph.checks} & self.properties - STOP
        if observed:
            yield frozenset(observed)

    def _same_threads(self, graph: EventGraph) -> None:
        then = self.trace.execution.threads
        busy = {event.thread for event in self.trace.execution.events if event.thread >= 0}
        if any(number >= len(graph.threads) or graph.threads[number] != then[number] for number in busy):
            ours, theirs = ", ".join(graph.threads[1:]) or "none", ", ".join(then[1:]) or "none"
            raise Foreign(f"the threads of '{self.trace.scenario}' are {ours}; those of the trace are {theirs}")

    def _departs(self, departure: Departure) -> Replayed:
        then = self._failure_then() if departure.step is None else self._then(departure.step)
        now = None if departure.source is None else self._place_now(departure.source, departure.stack)
        who = self.trace.execution.threads[departure.thread]
        return Replayed(IMPOSSIBLE, f"{who} {departure.reason}", departure.step, then, now)

    def _judged(self, follower: Follower) -> Replayed:
        observed = Observed(follower)
        execution = observed.execution
        for complaint in complaints(execution):
            return Replayed(IMPOSSIBLE, f"what today's code makes of it is no execution: {complaint}")
        violations = self._violations(execution)
        if violations:
            # Which of equally short explanations comes first is chance; what is told must not be.
            first = violations[0].axiom
            told = [violation for violation in violations if violation.axiom == first]
            return self._forbidden(observed, min(told, key=_short))
        races = "race" in self.properties and "data-race" in self.today.model.flag_names
        others: list[Found] = []
        late = bool(follower.late) or any(way.goes_on for way in follower.ways)
        for found in broken(follower, observed, self.today.model, races):
            if late and found.property in STOP:
                continue  # behind what comes late everything else rests on garbage
            if self._same(found, observed):
                # The machine does not watch for what is concurrent.
                watched = [e.source for e in execution.events if not e.tags.isdisjoint(WATCHED)]
                if self.today.load in MODELS and not (found.property == "warning" and found.source in watched):
                    self._failed = found.source, found.stack
                    return self._interleaved(follower.initial, execution)
                return self._reproduces(found, observed)
            others.append(found)
        reason = f"{self.trace.property} does not fail here any more"
        if others:
            reason += f": {others[0].property} does ({others[0].message})"
        now = self._place_now(others[0].source, others[0].stack) if others else None
        return Replayed(IMPOSSIBLE, reason, None, self._failure_then(), now, execution=execution)

    # ------------------------------------------------------------ interleavings

    def _as_interleaving(self) -> Replayed:
        """A trace of the explorer's holds the steps that its machine takes, and no others."""
        best: Replayed | None = None
        for initial in self._initials():
            one = self._interleaved(initial.choices, self.trace.execution)
            if one.outcome == REPRODUCES:
                return one
            if best is None or self._further(one, best):
                best = one
        return best or self._fails_before_threads()

    def _interleaved(self, choices: tuple[int, ...], execution: Execution) -> Replayed:
        """Take ``execution``, of the trace or of today's code, on a machine that is SC or TSO."""
        initial = next(o for o in self.today.outcomes if isinstance(o, Initial) and o.choices == choices)
        own = execution is self.trace.execution
        # Of another model than these the explorer's traces alone are: it is weaker than the machine.
        load = self.today.load
        machine = load if load in MODELS else "tso" if load == "pso" else "sc"
        # A warning stops nobody on the way to something worse.
        asked = self.properties if self.trace.property == "warning" else self.properties - {"warning"}
        try:
            run = play(self.today.program, initial, execution, machine, asked, unfinished=own)
        except Strays as stray:
            for finding in stray.findings:
                # The machine stops a thread at what is wrong; the solver lets it go on where it can.
                if (again := self._found_again(finding, execution)) is not None:
                    return again
            # The machine stops at a branch on what is undefined; the solver takes either way, where nobody asks.
            either = "uninitialised" not in self.properties and "uninitialised" in {f.property for f in stray.findings}
            if not own and (either or _torn(execution) or self._goes_on(initial, execution)):
                return self._again(execution)
            standing = stray.local is not None and stray.local.frames
            now = None if stray.local is None or not standing else self._place_now(stray.local.place, stray.local.stack)
            told = stray.event if own else None
            then = None if told is None else self._then(told)
            return Replayed(IMPOSSIBLE, f"as an interleaving: {stray.reason}", told, then, now)
        others = run.findings()
        for finding in (*others, *(self._found_alone(initial, execution) if others else ())):
            if (again := self._found_again(finding, execution)) is not None:
                return again
        reason = f"{self.trace.property} does not fail here any more"
        if others:
            reason += f": {others[0].property} does ({others[0].message})"
        now = self._place_now(others[0].source, others[0].stack) if others else None
        return Replayed(IMPOSSIBLE, reason, None, self._failure_then(), now)

    def _found_alone(self, initial: Initial, execution: Execution) -> tuple[Finding, ...]:
        """What is wrong at the end for a machine that is asked for the trace's property alone."""
        asked = frozenset({self.trace.property})
        try:
            return tuple(play(self.today.program, initial, execution, self.today.load, asked).findings())
        except Strays:
            return ()

    def _goes_on(self, initial: Initial, execution: Execution) -> bool:
        """Whether a machine that is asked for nothing, and so goes on behind all that threads can go on behind, takes
        ``execution`` to its end. What fails in it has been found already."""
        try:
            play(self.today.program, initial, execution, self.today.load, frozenset())
        except Strays:
            return False
        return True

    def _again(self, execution: Execution) -> Replayed:
        assert self._failed is not None
        source, stack = self._failed
        reason = f"{self.trace.property}: {self.trace.message}"
        return Replayed(
            REPRODUCES, reason, None, self._failure_then(), self._place_now(source, stack), execution=execution
        )

    def _found_again(self, finding: Finding, execution: Execution) -> Replayed | None:
        place = (finding.source, finding.stack)
        if not self._same(Found(finding.property, finding.message, *place, finding.thread, 0), None):
            return None
        if self._failed is not None:
            place = self._failed  # which of several places is shown, of waits say, is the solver's to choose
        reason = f"{finding.property}: {finding.message or self.trace.message}"
        return Replayed(REPRODUCES, reason, None, self._failure_then(), self._place_now(*place), execution=execution)

    def _violations(self, execution: Execution) -> Sequence[Violation]:
        """Why today's model forbids ``execution``, in numbers of its candidate; nothing when it does not."""
        model = self.today.model
        if not mixed(execution):
            return model.check(candidate(execution), limit=MOST_VIOLATIONS).violations
        parts, origin = candidate_in_parts(execution)
        place = {number: index for index, number in enumerate(modelled(execution))}
        at = [place[number] for number in origin]
        return [
            attrs.evolve(
                found, cycle=tuple(attrs.evolve(s, source=at[s.source], target=at[s.target]) for s in found.cycle)
            )
            for found in (mixed_model(model) or model).check(parts, limit=MOST_VIOLATIONS).violations
        ]

    def _forbidden(self, observed: Observed, violation: Violation) -> Replayed:
        execution = observed.execution
        numbers = modelled(execution)
        cycle = tuple(Edge(numbers[s.source], numbers[s.target], s.label) for s in violation.cycle)
        step = max((edge.source for edge in cycle), key=lambda n: execution.events[n].order, default=None)
        told = None if step is None else observed.told[step]
        fresh = self._fresh(observed)
        reason = f"the axiom '{violation.axiom}' of {self.trace.model} forbids it now"
        if fresh:
            each = [self._named(observed, number) for number in fresh]
            reason += f": there is {' and '.join(each)}"
        return Replayed(
            IMPOSSIBLE,
            reason,
            told,
            None if told is None else self._then(told),
            None if step is None else self._place_now(execution.events[step].source, execution.events[step].stack),
            violation.axiom,
            cycle,
            fresh,
            execution,
        )

    def _fresh(self, observed: Observed) -> tuple[int, ...]:
        """What the verdict of the model rests on: new fences, and events marked otherwise, each of which it would allow
        the execution without; all of them when it takes several."""
        events = observed.execution.events
        then = self.trace.execution.events
        new = [e for e in events if observed.told[e.id] is None and e.kind == "F"]
        marked = [e for e in events if (told := observed.told[e.id]) is not None and e.tags != then[told].tags]
        changed = {
            event.id: None if event in new else then[observed.told[event.id] or 0].tags for event in (*new, *marked)
        }
        alone = [number for number in changed if self._allowed(observed.execution, {number: changed[number]})]
        if alone or not self._allowed(observed.execution, changed):
            return tuple(alone)
        return tuple(changed)

    def _allowed(self, execution: Execution, changed: Mapping[int, Tags | None]) -> bool:
        """Whether the model allows ``execution`` with other tags for some events, and without those that have none."""
        events = tuple(
            # What is left out is passed off as something at rest, which is none of the model's business.
            attrs.evolve(event, final=True)
            if (tags := changed.get(event.id, event.tags)) is None
            else attrs.evolve(event, tags=tags)
            for event in execution.events
        )
        return not self._violations(attrs.evolve(execution, events=events))

    def _named(self, observed: Observed, number: int) -> str:
        event = observed.execution.events[number]
        tags = ", ".join(sorted(event.tags)) or "plain"
        what = "a fence" if event.kind == "F" else f"{'a read' if event.kind == 'R' else 'a write'} of {event.name}"
        return f"{what} [{tags}] at {Place(event.source, event.stack)}"

    # ------------------------------------------------------------ the failure

    def _same(self, found: Found, observed: Observed | None = None) -> bool:
        """Whether ``found`` is what the trace is about: the same property at the same place."""
        trace = self.trace
        if found.property != trace.property:
            return False
        if found.property in ("deadlock", "double-free"):
            # Every step is the same, so the same threads wait; which of two frees is told as the second may differ.
            return True
        if found.property == "race" and observed is not None:
            return self._same_race(found)
        if found.property == "leak":
            return _leaked(found.message) == _leaked(trace.message)
        if stem(found.message) == stem(trace.message):
            return True
        then = None if trace.source is None else [s.function for s in (*trace.stack, trace.source)]
        return found.property != "assertion" and then == [s.function for s in (*found.stack, found.source)]

    def _same_race(self, found: Found) -> bool:
        place = found.message.split(":")[0]
        if place != self.trace.message.split(":")[0] or self.trace.source is None:
            return False
        return self.trace.source.function == found.source.function

    def _reproduces(self, found: Found, observed: Observed | None) -> Replayed:
        return Replayed(
            REPRODUCES,
            f"{found.property}: {found.message}",
            None,
            self._failure_then(),
            self._place_now(found.source, found.stack),
            execution=None if observed is None else observed.execution,
        )

    def _further(self, one: Replayed, other: Replayed) -> bool:
        return self._reach(one) > self._reach(other)

    def _reach(self, one: Replayed) -> float:
        events = self.trace.execution.events
        if one.execution is not None:
            return len(events) + (1.0 if not one.axiom else 0.5)
        return events[one.step].order if one.step is not None else len(events)

    # ------------------------------------------------------------ places

    def _then(self, step: int) -> Place:
        event = self.trace.execution.events[step]
        return self._place_then(event.source, event.stack)

    def _failure_then(self) -> Place | None:
        return None if self.trace.source is None else self._place_then(self.trace.source, self.trace.stack)

    def _place_then(self, source: Source, stack: tuple[Source, ...]) -> Place:
        text = self.trace.sources.get(source.file)
        return Place(source, stack, text.lines.get(source.line, "").strip() if text else "")

    def _place_now(self, source: Source, stack: tuple[Source, ...]) -> Place:
        return Place(source, stack, line_of(self.today.program, source))


def _torn(execution: Execution) -> bool:
    """Whether a thread meets the end of an object's life in one cell and then its life in another one: the model lets
    the cells of an object end one by one, where a machine frees in a single step."""
    events = execution.events
    ends = {event.id: (event.thread, event.position) for event in events if event.kind == "poison"}
    source = {read: write for write, read in execution.rf}
    ended: dict[tuple[tuple[int, int], int], int] = {}
    for end, later in (*execution.co, *execution.rf):
        if end in ends and events[later].thread != events[end].thread:
            key = ends[end], events[later].thread
            ended[key] = min(events[later].position, ended.get(key, events[later].position))

    def alive(one: int, end: int) -> bool:
        first = ended.get((ends[end], events[one].thread))
        return first is not None and first < events[one].position

    before = [(one, end) for one, end in execution.co if end in ends]
    reads = [(read, end) for read, write in source.items() for one, end in before if one == write]
    return any(alive(one, end) for one, end in (*before, *reads))


def _leaked(message: str) -> str:
    """The object that a leak's message speaks of, without the place where it is allocated."""
    return message.partition(" is still ")[0].partition("@")[0].partition(".")[0]


def line_of(program: Program, source: Source) -> str:
    """The text of a line of the program, without the space around it."""
    lines = program.files.get(source.file, "").splitlines()
    return lines[source.line - 1].strip() if 0 < source.line <= len(lines) else ""


def _short(violation: Violation) -> tuple[int, list[tuple[int, int]]]:
    return len(violation.cycle), [(step.source, step.target) for step in violation.cycle]
