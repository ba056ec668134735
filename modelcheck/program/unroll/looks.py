"""Rounds of a loop that may have been but looks that failed: the thread waits there."""

from __future__ import annotations

from attrs import frozen

from modelcheck.program.expr import FALSE, TRUE, Expr, conj, disj, negate, op
from modelcheck.program.flow import Loop
from modelcheck.program.graph import Event, Guard
from modelcheck.program.guards import Val, assuming, contradict
from modelcheck.program.unroll.record import NEVER, SECTION, Record
from modelcheck.program.unroll.state import CallFrame, State


@frozen
class Mark:
    """What had been made when a round began: numbers of events, allocations, choices and cuts, and the next address."""

    events: int
    allocations: int
    choices: int
    cuts: int
    base: int


@frozen
class Look:
    """A round of a loop that may have been but a look that failed: what it read and wrote.

    It was where ``idle`` holds: then all that it wrote is what was there (a read-modify-write put back what it read).
    Without it the execution would be one as well, under each model of ours: who reads what it put back can read
    the write that it had read from, to which a chain of read-modify-writes leads. So a thread may go round again and
    again, and one that goes on may be taken not to have come by here.

    Where a register is left with what the last step of the round read, and had been left so by the round before,
    ``idle`` says that both read the same. Then the execution without all that is between these two reads, and the first
    of them, is one as well, whatever depends on the second.

    ``renews``: it left other values in registers, but ones that the next round will replace without a look at them, and
    only what is behind the loop asks for them. So the last such round alone counts.
    """

    reads: tuple[int, ...]
    writes: tuple[int, ...]
    idle: Expr
    renews: bool


class Looks(Record):
    """Tells which rounds of a loop changed nothing that the next one would see."""

    def _look(
        self,
        frame: CallFrame,
        loop: Loop,
        before: list[Val | None],
        guard: Guard,
        state: State,
        mark: Mark,
        earlier: int,
    ) -> Look | None:
        """The round that began with the registers ``before`` under ``guard`` and led to ``state``, if it may have been
        but a look that failed; else None. ``earlier``: how many events there were when the round before it began."""
        if len(self.allocations) > mark.allocations or len(self.cuts) > mark.cuts:
            return None
        changed = {
            number for number in frame.flow.live[loop.head] if not _same_value(before[number], state.regs[number])
        }
        idle = TRUE
        if changed & frame.flow.carried[loop.head]:
            idle = self._rereads(before, state, changed, mark.events, earlier)
            if idle is FALSE:
                return None
            changed = set()
        reads: list[int] = []
        writes: list[int] = []
        for event in self.events[mark.events :]:
            if event.kind == "R":
                if not contradict(event.guard, state.guard):
                    reads.append(event.id)
            elif event.kind == "W" and event.address is not None and _from(event.address, mark.base):
                continue  # a local of this round, which nobody else has heard of
            elif (
                event.scope and event.address is not None and (event.guard is NEVER or _from(event.address, mark.base))
            ):
                continue
            elif event.kind == "F" and not event.tags & SECTION:
                continue
            elif event.kind == "W" and event.rmw is not None and event.rmw >= mark.events and self.bounds.idempotent:
                value = self.events[event.rmw].value
                assert value is not None
                assert event.value is not None
                stays = op("eq", 1, value, event.value)
                stays = assuming(disj(negate(conj(*event.guard)), stays), state.guard)
                if not contradict(event.guard, state.guard):
                    writes.append(event.id)
                idle = conj(idle, stays)
            elif not contradict(event.guard, state.guard):
                return None
        return None if idle is FALSE else Look(tuple(reads), tuple(writes), idle, bool(changed))

    def _rereads(self, before: list[Val | None], state: State, changed: set[int], events: int, earlier: int) -> Expr:
        """When the round behind the first ``events`` reads with its last step what the one before it, behind the first
        ``earlier`` events, did, and that is all that it changes; else false."""
        if len(changed) != 1:
            return FALSE
        (number,) = changed
        was, now = before[number], state.regs[number]
        if was is None or now is None or was[0].width != now[0].width:
            return FALSE
        first, second = (
            self._last_read(was[0], earlier, events, state),
            self._last_read(now[0], events, len(self.events), state),
        )
        if first is None or second is None or (first.source, first.tags) != (second.source, second.tags):
            return FALSE
        if first.address is not second.address or first.addr or second.addr or second.success is not None:
            return FALSE
        return op("eq", 1, was[0], now[0])

    def _last_read(self, value: Expr, begin: int, end: int, state: State) -> Event | None:
        """The read that gave ``value``, if it is the last event from ``begin`` to ``end`` on the way to ``state``."""
        for event in reversed(self.events[begin:end]):
            if not contradict(event.guard, state.guard):
                return event if event.kind == "R" and event.value is value else None
        return None


def _same_value(was: Val | None, now: Val | None) -> bool:
    return was is now or (was is not None and now is not None and was[0] is now[0])


def _from(address: Expr, base: int) -> bool:
    """Whether ``address`` is a known one from ``base`` on."""
    return address.kind == "const" and isinstance(address.data, int) and address.data >= base
