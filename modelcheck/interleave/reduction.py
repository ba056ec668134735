"""Partial-order reduction: which steps need not be interleaved with those of other threads.

A set of threads is *persistent* in a state when nothing that the others may ever do from here on touches what the
next steps of these threads touch (Godefroid, "Partial-order methods for the verification of concurrent systems",
1996): then it is enough to take those steps. What the others may ever do is not known beforehand. It is read off the
graph of thread states seen so far, and the exploration says for each thread state what it
relied on not to come (`Local.relied`). When it is done and the graph, as it is by then, breaks none of
this, every execution was covered: take a shortest one that leaves the graph; its steps before that point
stay in the graph, so it could be reordered into one that was explored, and there the step that leaves
would have been seen. Otherwise the exploration is done again with what has been learned.
"""

from __future__ import annotations

from collections.abc import Sequence

from modelcheck.interleave import local as kinds
from modelcheck.interleave.components import components
from modelcheck.interleave.local import Local
from modelcheck.interleave.state import Entry, Slots
from modelcheck.program.ir import EVERY


def _read(slot: int) -> int:
    return 1 << 2 * slot


def _write(slot: int) -> int:
    return 2 << 2 * slot


class Touch:
    """Collects what a step reads and writes, as a bitset: bit 2s for a read of slot s, 2s + 1 for a write."""

    def __init__(self) -> None:
        self.bits = 0
        self.clash = 0

    def read(self, *slots: int) -> None:
        for slot in slots:
            if slot >= 0:
                self.bits |= _read(slot)
                self.clash |= _write(slot)

    def write(self, *slots: int) -> None:
        for slot in slots:
            if slot >= 0:
                self.bits |= _write(slot)
                self.clash |= _write(slot) | _read(slot)


def annotate(local: Local, slots: Slots, buffered: bool) -> None:
    """Set what the step of ``local`` touches: ``touched`` sooner or later, ``clash`` what it must not meet now."""
    if local.kind >= kinds.ENDED:
        return
    now, later = Touch(), Touch()
    now.read(local.guard)
    late = later if buffered else now
    match local.kind:
        case kinds.LOAD | kinds.WAIT:
            now.read(*local.slots, local.life, local.mark)
        case kinds.RMW:
            now.write(*local.slots)
            now.read(local.life)
        case kinds.STORE:
            if local.full:
                late = now
            if local.unlock or (local.lock is not None and local.lock.resets):
                now.read(*local.slots)
            late.write(*local.slots)
            late.read(local.life, local.mark)
        case kinds.FREE:
            late.write(local.life)
        case kinds.ENTER | kinds.LEAVE:
            now.read(local.mark)
        case kinds.SYNC:
            now.write(local.mark)
        case kinds.SPAWN:
            now.write(slots.other("spawn", 0))
        case kinds.JOIN if isinstance(local.value, int):
            if local.point.instruction.waits:
                now.read(slots.other("end", local.value))
            if local.point.instruction.once:
                now.write(slots.other("joined", local.value))
    local.clash = now.clash
    ended = _write(slots.other("end", local.thread)) | _write(slots.other("end", EVERY))
    local.touched = now.bits | later.bits | ended
    local.future = local.touched


def entry_touch(entry: Entry) -> Touch:
    """What ``entry`` touches when it leaves its buffer."""
    touch = Touch()
    touch.write(*entry.slots)
    touch.read(entry.life, entry.mark)
    if entry.frees:
        touch.write(entry.life)
    return touch


def control(local: Local) -> tuple[int, ...]:
    """Where a thread stands, whatever its data: a guess what thread states not seen before will do."""
    return (local.thread, *(point.number for point, _ in local.frames))


def futures(every: Sequence[Local]) -> dict[tuple[int, ...], int]:
    """Set `Local.future` of all thread states to what can be touched from there on, by the graph as it is.

    Gives the same by `control`, for thread states still to come.
    """
    for component in components(every, _successors):
        bits = 0
        for local in component:
            bits |= local.touched
            for after in _successors(local):
                bits |= after.future
        for local in component:
            local.future = bits
    guesses: dict[tuple[int, ...], int] = {}
    for local in every:
        if local.kind < kinds.ENDED:
            key = control(local)
            guesses[key] = guesses.get(key, 0) | local.future
    return guesses


def broken(every: Sequence[Local]) -> bool:
    """Whether a thread may do what the exploration relied on not to come; call `futures` before."""
    return any(local.relied & local.future for local in every)


def _successors(local: Local) -> list[Local]:
    return [*local.moves.values(), *local.children]
