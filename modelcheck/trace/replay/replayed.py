"""What a replay comes to."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from modelcheck.program.ir import Source
from modelcheck.program.places import told
from modelcheck.solve.result import Execution
from modelcheck.trace.judged import Edge

REPRODUCES: Final = "reproduces"
IMPOSSIBLE: Final = "no longer possible"
FOREIGN: Final = "does not belong to this source"


@frozen
class Place:
    """A place in the sources: where, the call sites around it, outermost first, and the text of the line."""

    source: Source
    stack: tuple[Source, ...] = ()
    line: str = ""

    def __str__(self) -> str:
        return told(self.source, self.stack)


@frozen
class Replayed:
    """The outcome of a replay.

    Attributes:
        outcome: `REPRODUCES`, `IMPOSSIBLE` or `FOREIGN`.
        reason: why not, or what fails again.
        step: the event of the trace at which code or model departs; None where that is no event.
        then, now: where that is in the trace, and in the source as it is.
        axiom: the axiom that forbids the execution now, else empty.
        cycle: of that axiom the forbidden cycle, in ids of `execution`; ``relation`` is the model's name of an edge.
        fresh: the fences and accesses that order more than those in the trace did, as ids of `execution`.
        execution: what was followed on today's code: whole when it reproduces, or when an axiom forbids it.
    """

    outcome: str
    reason: str = ""
    step: int | None = None
    then: Place | None = None
    now: Place | None = None
    axiom: str = ""
    cycle: tuple[Edge, ...] = ()
    fresh: tuple[int, ...] = ()
    execution: Execution | None = None


class Departs(Exception):  # noqa: N818 (a result on its way, no error)
    """The trace cannot be followed further."""

    def __init__(self, replayed: Replayed) -> None:
        self.replayed = replayed
        super().__init__(replayed.reason)
