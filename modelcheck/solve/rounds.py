"""Writes that exclude one another, taken together: the rounds of a retry loop, of which one succeeds.

A loop around cmpxchg that is unrolled n times has n writes to its cell, and an execution has one of them. What orders
that one against others, and what a read gets from it, does not depend on the round. Said once for all rounds, a proof
need not go through them one by one, in each thread.
"""

from __future__ import annotations

from collections.abc import Sequence

from modelcheck.program.guards import contradict
from modelcheck.solve.encode import Encoding
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import YES

Rounds = tuple[int, ...]
"""Writes of one thread to one cell, of which an execution has at most one; in program order, and no other write of
that thread to that cell lies between them."""


def rounds(encoding: Encoding, writes: Sequence[int], place: Place) -> list[Rounds]:
    """``writes`` (all to ``place``) by what excludes what; most are alone."""
    found: list[list[int]] = []
    last: dict[int, list[int]] = {}
    for write in sorted(writes, key=lambda w: (encoding.events[w].position, w)):
        event = encoding.events[write]
        before = last.get(event.thread)
        if (
            before is not None
            and not event.operands
            and encoding.at[before[-1]] == encoding.at[write] == {place: YES}
            and all(contradict(encoding.events[other].guard, event.guard) for other in before)
        ):
            before.append(write)
        else:
            last[event.thread] = [write]
            found.append(last[event.thread])
    return [tuple(several) for several in found]
