"""From one execution that fails to a smaller one that fails in the same way, and what was dropped, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve, frozen

from modelcheck.cat import Model
from modelcheck.minimise.order import reordered, switches
from modelcheck.minimise.question import Failure, Found, Question
from modelcheck.program.ir import Program
from modelcheck.program.machine import Initial, initialise
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.solve.result import Execution, Result
from modelcheck.solve.wide import TooManyValues

SIMPLER = {"sc": (), "tso": ("sc",), "pso": ("sc", "tso")}
"""Models that allow nothing which the model named does not, simplest first."""

OF_OTHERS = ("sc", "tso", "pso")
"""What is tried before lkmm; of other models only sc is known to be no weaker."""


@frozen
class Minimised:
    """A smaller execution of the same failure.

    Attributes:
        result: with the execution.
        model: the simplest one that allows it of those tried.
        dropped: what was left out, a sentence each.
    """

    result: Result
    model: str
    dropped: tuple[str, ...]


def simpler(model: str) -> tuple[str, ...]:
    """Names of the models to try before ``model``, simplest first."""
    if model in SIMPLER:
        return SIMPLER[model]
    return OF_OTHERS if model == "lkmm" else ("sc",)


def minimise(
    program: Program,
    execution: Execution,
    failure: Failure,
    model: str,
    load: Callable[[str], Model],
    properties: frozenset[str],
    unrolled: int,
    recursion: int,
) -> Minimised | None:
    """The smallest execution that is found to fail as ``execution`` does, which has been found under ``model``.

    First few threads, then the simplest model, then few steps, then few switches of thread. Deterministic: the effort
    is bounded by what the solver does, not by the clock.

    Args:
        program: what runs.
        execution: the one known.
        failure: what it shows.
        model: its model.
        load: gives a model by its name.
        properties: what must not fail before that, as far as can be.
        unrolled, recursion: the bounds within which it was found.

    Gives None when no execution of ``program`` within the bounds fails so.
    """
    search = _Search(program, failure, load, properties, unrolled, recursion)
    best = search.smallest(model, None)
    if best is None:
        return None
    chosen = model
    for other in simpler(model):
        found = search.smallest(other, best.threads)
        if found is not None:
            best, chosen = found, other
            break
    ordered, exact = reordered(best.execution, best.ending)
    before = switches(execution)
    result = evolve(best.result, execution=ordered)
    said = _Said(execution, ordered, best, model, chosen, search.gave_up)
    dropped = (*said.threads(), *said.models(), *said.steps(), *said.switches(before, exact))
    return Minimised(result, chosen, dropped or ("nothing could be left out",))


class _Search:
    """The failure under one model after another."""

    def __init__(
        self,
        program: Program,
        failure: Failure,
        load: Callable[[str], Model],
        properties: frozenset[str],
        unrolled: int,
        recursion: int,
    ) -> None:
        self.program = program
        self.failure = failure
        self.load = load
        self.properties = properties
        self.bounds = (unrolled, recursion)
        self.gave_up = False

    def smallest(self, name: str, threads: int | None) -> Found | None:
        """The smallest execution under a model, over all ways in which initialisation may end."""
        model = self.load(name)
        if self.failure.property == "race" and "data-race" not in model.flag_names:
            return None
        best: Found | None = None
        for outcome in initialise(self.program):
            if not isinstance(outcome, Initial):
                continue
            looks = self.failure.property == "race"
            undefined = "uninitialised" not in self.properties
            bounds = Bounds(*self.bounds, looks, model.coherent, model.idempotent, undefined=undefined)
            try:
                graph = unroll(self.program, outcome, bounds, lambda: None)
                question = Question(graph, model, self.failure, self.properties)
            except TooManyValues:
                self.gave_up = True
                continue
            found = question.smallest(threads)
            self.gave_up |= question.gave_up
            if found is None or (best is not None and (best.threads, best.steps) <= (found.threads, found.steps)):
                continue
            execution = evolve(found.execution, initial=outcome.choices)
            best = evolve(found, result=evolve(found.result, execution=execution))
        return best


@frozen
class _Said:
    """What became of an execution, in words."""

    before: Execution
    after: Execution
    found: Found
    model: str
    chosen: str
    gave_up: bool

    def threads(self) -> Iterator[str]:
        """Which threads do nothing any more."""
        left = _active(self.after)
        idle = [name for t, name in enumerate(self.before.threads) if t in _active(self.before) - left]
        if idle:
            yield f"no step of {_listed(idle)} is needed"

    def models(self) -> Iterator[str]:
        """Which model is enough."""
        if self.chosen != self.model:
            why = "the order of the threads' steps alone explains it" if self.chosen == "sc" else "that much is enough"
            yield f"{self.chosen} allows it as well as {self.model}: {why}"

    def steps(self) -> Iterator[str]:
        """How many steps are left."""
        old, new = (sum(e.thread >= 0 for e in execution.events) for execution in (self.before, self.after))
        if new < old:
            most = "the fewest that were found" if self.gave_up else "the fewest there can be"
            yield f"{new} of {old} events are left, {most}: the others come after the failure or do not matter to it"

    def switches(self, before: int, exact: bool) -> Iterator[str]:
        """How often the thread changes."""
        after = switches(self.after)
        if after < before:
            most = "the fewest for these steps" if exact else "the fewest that were found"
            yield f"{after} switch{'es' * (after != 1)} of thread instead of {before}, {most}"


def _active(execution: Execution) -> set[int]:
    return {event.thread for event in execution.events if event.thread >= 0 and not event.final}


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
