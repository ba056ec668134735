"""Which threads touch one another, read off the thread states of an exploration that is complete."""

from __future__ import annotations

from itertools import combinations

from modelcheck.interleave import local as kinds
from modelcheck.interleave.local import Local
from modelcheck.interleave.system import System
from modelcheck.program.touch import Touches


def touching(system: System) -> Touches:
    """All pairs of threads that touch in some execution; the one that starts the others is left out: what it does
    before and after them does not count."""
    read: dict[int, set[int]] = {}
    written: dict[int, set[int]] = {}
    for local in system.locals.every:
        if local.thread and local.moves and local.kind in (kinds.LOAD, kinds.STORE, kinds.RMW, kinds.WAIT, kinds.FREE):
            # Who accesses an object needs it alive, and who frees it ends that.
            read.setdefault(local.thread, set()).update((*local.slots, local.life))
            written.setdefault(local.thread, set()).update(_written(local))
    pairs = {(local.thread, child.thread) for local in system.locals.every for child in local.children if local.thread}
    # A grace period waits for the sections of its mark.
    graces = {(local.thread, local.mark) for local in system.locals.every if local.kind == kinds.SYNC and local.moves}
    for local in system.locals.every:
        if local.moves and local.mark >= 0 and local.kind in (kinds.ENTER, kinds.LOAD):
            pairs |= {
                (min(thread, local.thread), max(thread, local.thread))
                for thread, mark in graces
                if mark == local.mark and thread and local.thread and thread != local.thread
            }
    for one, other in combinations(sorted(read), 2):
        common = (written[one] & read[other]) | (written[other] & read[one])
        if common - {-1}:
            pairs.add((one, other))
    names = {child.thread: _name(local) for local in system.locals.every for child in local.children}
    threads = tuple(names.get(number, "") for number in range(max(names, default=0) + 1))
    return Touches(frozenset(pairs), threads)


def _name(local: Local) -> str:
    """What the thread is called that ``local`` is about to start."""
    return getattr(local.point.instruction, "name", "") or local.callee


def _written(local: Local) -> tuple[int, ...]:
    if local.kind == kinds.STORE or (local.kind == kinds.RMW and any(holds for holds, _ in local.outcomes.values())):
        return local.slots
    return (local.life,) if local.kind == kinds.FREE else ()
