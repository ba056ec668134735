"""What a data race lacks: along the way on which one access leads to the other, the order that would end the race."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from modelcheck.cat import Model, load_model
from modelcheck.errors import InputError
from modelcheck.solve.result import Pair
from modelcheck.trace.candidate import candidate, modelled
from modelcheck.trace.changes import FENCE, MARK, Change, candidates, changed, cheapest
from modelcheck.trace.steps import program_order
from modelcheck.trace.trace import Trace, model_place

_ASKED = 300
"""So many changed executions are judged."""


@frozen
class Lack:
    """What the race of ``one`` and ``other`` lacks.

    Attributes:
        one, other: the accesses, in the order in which they happen on the way between them.
        changes: with which, these two left as they are, the model sees no race of theirs; barriers and marks where
            those do.
        reads_first: ``one`` is a store that races only because the compiler may let a load of its place come first:
            it does not when it is marked.
    """

    one: int
    other: int
    changes: tuple[Change, ...]
    reads_first: bool


def lacks(trace: Trace, pair: Pair) -> Lack | None:
    """What the race of ``pair`` lacks; None where nothing that one of the two accesses does leads to the other, or no
    change considered ends the race."""
    try:
        model = load_model(model_place(trace))
    except InputError:
        return None
    for one, other in (pair, pair[::-1]):
        links = _way(trace, one, other)
        if not links:
            continue
        accesses = [event for link in links for event in link if event not in (one, other)]
        several = [c for c in candidates(trace, links, accesses) if c.kind == FENCE or c.event not in (one, other)]

        def calm(changes: Sequence[Change], one: int = one, other: int = other) -> bool:
            return not _races(trace, model, changes, one, other)

        if calm(()):
            return None
        marked = Change(MARK, one, one, "", "WRITE_ONCE")
        plain = trace.model == "lkmm" and not trace.execution.events[one].tags
        first = plain and trace.execution.events[one].kind == "W" and calm([marked])
        both = [c for c in several if c.kind in (FENCE, MARK)]
        found = cheapest(trace, several, calm, float("inf"), [_ASKED]) or cheapest(
            trace, both, calm, float("inf"), [_ASKED]
        )
        if found is not None:
            first = first and trace.execution.events[other].kind == "W"
            return Lack(one, other, found[0], first)
    return None


def _races(trace: Trace, model: Model, changes: Sequence[Change], one: int, other: int) -> bool:
    execution = changed(trace.execution, changes, trace.model)
    number = modelled(execution)
    made = candidate(execution)
    return model.allows(made) and any(
        {number[a], number[b]} == {one, other} for a, b in model.flags(made).get("data-race", ())
    )


def _way(trace: Trace, one: int, other: int) -> list[Pair]:
    """The pairs of events of one thread on the shortest way from ``one`` by program order and reads to ``other``."""
    execution = trace.execution
    events = execution.events
    later: dict[int, list[int]] = {}
    for own in program_order(execution):
        for index, event in enumerate(own):
            later[event] = own[index + 1 :]
    readers: dict[int, list[int]] = {}
    for write, read in execution.rf:
        if events[write].thread != events[read].thread and events[write].thread >= 0 and not events[read].final:
            readers.setdefault(write, []).append(read)
    reached: dict[int, list[Pair]] = {one: []}
    todo = [one]
    for event in todo:
        if other in later.get(event, ()) and event != one:
            return [*reached[event], (event, other)]
        for write in later.get(event, ()):
            for read in readers.get(write, ()):
                if read not in reached:
                    reached[read] = [*reached[event], (event, write)]
                    todo.append(read)
    return []
