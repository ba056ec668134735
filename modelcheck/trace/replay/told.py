"""What a replay found, in words."""

from __future__ import annotations

from collections.abc import Iterator

from modelcheck.trace.replay.replayed import Replayed
from modelcheck.trace.steps import tell
from modelcheck.trace.trace import Trace


def departure(trace: Trace, found: Replayed, then: str, now: str) -> Iterator[str]:
    """The lines that tell of a ``trace`` that is no longer possible: step and reason, source lines, cycle.

    ``then`` and ``now`` head the lines of the trace's source and of today's; they are brought to one width.
    """
    step = "" if found.step is None else f"step {tell(trace.execution, trace.model).number[found.step]}: "
    yield f"{step}{found.reason}"
    wide = max(len(then), len(now))
    for when, place in ((then, found.then), (now, found.now)):
        if place is not None:
            yield f"{when:<{wide}} {place}: {place.line}".rstrip(": ")
    if found.execution is not None:
        for edge in found.cycle:
            one, other = (_named(found, number) for number in (edge.source, edge.target))
            yield f"{one} -> {other}  [{edge.relation}]"


def _named(found: Replayed, number: int) -> str:
    assert found.execution is not None
    event = found.execution.events[number]
    who = "start" if event.thread < 0 else found.execution.threads[event.thread]
    tags = ", ".join(sorted(event.tags - {"IW"}))
    return f"{who}: {event.kind}[{tags}] {event.name}".replace("[] ", " ").rstrip()
