"""What becomes of a known failure on changed code, in words: which change forbids it, or that it is still possible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec import Spec
from modelcheck.program.ir import Program
from modelcheck.trace.narrative import narrative
from modelcheck.trace.replay import FOREIGN, REPRODUCES, Replayed, Sources, replay
from modelcheck.trace.store import parse_trace
from modelcheck.trace.terminal import lines
from modelcheck.trace.trace import Trace
from modelcheck.verdicts.cells import Cell

_LAST: Final = 12
"""So many lines of a narrative are given, from its end."""


@frozen
class Followed:
    """A failure replayed on other code: the outcome as in `Replayed` (empty: not tried), and what there is to say."""

    outcome: str
    lines: tuple[str, ...] = ()

    @property
    def reproduces(self) -> bool:
        """Whether it fails in the same way, by the same steps."""
        return self.outcome == REPRODUCES


def follow(content: bytes, spec: Spec, cell: Cell, program: Program, path: Path | None = None) -> Followed:
    """The failure in a trace file's ``content`` followed on ``program``, which is ``cell`` of ``spec``.

    A trace that is damaged gives what is wrong with it.
    """
    place = spec.folder if spec.file.name == "spec.toml" else spec.file
    sources = Sources(place)
    sources.add(place, spec, cell.scenario, cell.variant, program)
    try:
        trace = parse_trace(content, "the trace" if path is None else str(path))
        replayed = replay(trace, sources, path)
    except InputError as error:
        return Followed(FOREIGN, (str(error),))
    return Followed(replayed.outcome, tuple(_told(trace, replayed)))


def _told(trace: Trace, found: Replayed) -> Iterator[str]:
    from modelcheck.trace.steps import tell

    if found.outcome == REPRODUCES:
        place = f" at {found.now}: {found.now.line}".rstrip(": ") if found.now is not None else ""
        yield f"{found.reason}{place}"
        return
    step = "" if found.step is None else f"step {tell(trace.execution, trace.model).number[found.step]}: "
    yield f"{step}{found.reason}"
    for when, place_then in (("before", found.then), ("after", found.now)):
        if place_then is not None:
            yield f"{when:<7}{place_then}: {place_then.line}".rstrip(": ")
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


def ending(content: bytes) -> tuple[str, ...]:
    """The last lines of the narrative of a trace file's ``content``."""
    try:
        told = list(lines(narrative(parse_trace(content, "the trace"))))
    except InputError as error:
        return (str(error),)
    return tuple(line for line in told if line)[-_LAST:]


def story(content: bytes) -> str:
    """The whole narrative of a trace file's ``content``."""
    return "\n".join(lines(narrative(parse_trace(content, "the trace"))))
