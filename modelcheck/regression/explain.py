"""What becomes of a known failure on changed code, in words: which change forbids it, or that it is still possible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec import Spec
from modelcheck.program.ir import Program
from modelcheck.program.words import plain
from modelcheck.trace.narrative import narrative
from modelcheck.trace.replay import FOREIGN, REPRODUCES, Replayed, Sources, replay
from modelcheck.trace.replay.told import departure
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
    return Followed(replayed.outcome, tuple(map(plain, _told(trace, replayed))))


def _told(trace: Trace, found: Replayed) -> Iterator[str]:
    if found.outcome == REPRODUCES:
        place = f" at {found.now}: {found.now.line}".rstrip(": ") if found.now is not None else ""
        yield f"{found.reason}{place}"
        return
    yield from departure(trace, found, "before", "after")


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
