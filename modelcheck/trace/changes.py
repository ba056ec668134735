"""Changes that give an execution more order, and the fewest and weakest of them for which something holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Final

import attrs
from attrs import field, frozen

from modelcheck.program.ir import Tags
from modelcheck.program.places import inside
from modelcheck.solve.result import ExecutedEvent, Execution, Pair
from modelcheck.trace.forms import acquiring, releasing
from modelcheck.trace.steps import program_order
from modelcheck.trace.trace import Trace

FENCE: Final = "fence"
MARK: Final = "mark"
ACQUIRE: Final = "acquire"
RELEASE: Final = "release"

_MOST: Final = 4
"""So many changes are made at once."""

_COSTS: Final = {MARK: 1.0, "Wmb": 1.1, "Rmb": 1.1, ACQUIRE: 1.3, RELEASE: 1.3, "Mb": 2.0, "SC": 2.0}
_ODD: Final = 0.5
"""What does not belong together costs so much more: a barrier facing an acquire or release, or within one line."""

_FOREIGN: Final = 2.0
"""What stands in a header that is none of the user's costs so much more."""

_NO_PLACE: Final = frozenset({"LKR", "LKW", "UL", "LF"})


@frozen
class Change:
    """More order between two events of a thread, or a plain access marked.

    Attributes:
        kind: `FENCE`, `MARK`, `ACQUIRE` or `RELEASE`.
        before, after: the events; of a marked access both are that.
        tag: of the fence.
        name: what the kernel calls it.
        cost: how much it asks for.
    """

    kind: str
    before: int
    after: int
    tag: str = ""
    name: str = ""
    cost: float = field(default=0.0, eq=False)

    @property
    def event(self) -> int:
        """The access that is written otherwise; of a fence the one before it."""
        return self.after if self.kind == RELEASE else self.before


def candidates(trace: Trace, links: Iterable[Pair], accesses: Iterable[int]) -> list[Change]:
    """What can order the pairs ``links`` of events of one thread, and which of ``accesses`` can be marked.

    Which forms there are depends on the model: marked accesses, acquire and release are the kernel's and C11's.
    """
    events = trace.execution.events
    halves = {write: read for read, write in trace.execution.rmw}
    found: dict[Change, None] = {}
    for before, after in links:
        one, other = events[before], events[after]
        if _of_a_thread(one) or _of_a_thread(other) or "F" in (one.kind, other.kind):
            continue
        crowded = (str(one.source), one.stack) == (str(other.source), other.stack) or _call(one) == _call(other) != ""
        for tag in _fences(trace.model, one, other):
            name = _fence_name(tag, one, other)
            found[Change(FENCE, before, after, tag, name, _COSTS[tag] + _ODD * crowded)] = None
        if trace.model not in ("lkmm", "rc11"):
            continue
        if one.kind == "R" and not one.tags & (_NO_PLACE | {"ACQUIRE", "ACQ", "SC", "MB", "ACQ_REL", "NORETURN"}):
            form = acquiring(one, trace.sources) if trace.model == "lkmm" else _ordered("acquire", one)
            if form is not None:
                found[Change(ACQUIRE, before, after, "", form, _COSTS[ACQUIRE])] = None
        if other.kind == "W" and not other.tags & (_NO_PLACE | {"RELEASE", "REL", "SC", "MB", "ACQ_REL"}):
            event = events[halves.get(after, after)]
            form = releasing(event, trace.sources) if trace.model == "lkmm" else _ordered("release", other)
            if form is not None:
                found[Change(RELEASE, before, after, "", form, _COSTS[RELEASE])] = None
    for number in dict.fromkeys(accesses):
        event = events[number]
        if trace.model == "lkmm" and not event.tags and event.kind in ("R", "W") and event.thread >= 0:
            name = "READ_ONCE" if event.kind == "R" else "WRITE_ONCE"
            cost = _COSTS[MARK] + (_FOREIGN if inside(event.source, event.stack) else 0)
            found[Change(MARK, number, number, "", name, cost)] = None
    return list(found)


def _of_a_thread(event: ExecutedEvent) -> bool:
    """Whether an event stands for the start or the end of a thread."""
    return event.name.startswith(("start of ", "end of "))


def _ordered(order: str, event: ExecutedEvent) -> str | None:
    """C11's name of an order for an atomic access."""
    return f"memory_order_{order}" if event.tags else None


def _call(event: ExecutedEvent) -> str:
    """The header's function that ``event`` is in, with the place where it is called; empty for the user's own code."""
    within = inside(event.source, event.stack)
    return f"{within.partition(',')[0]} {[str(place) for place in event.stack]}" if within else ""


def _fences(model: str, one: ExecutedEvent, other: ExecutedEvent) -> Iterator[str]:
    """The fences that can order two accesses, weakest first."""
    if model == "rc11":
        yield "SC"
        return
    kinds = one.kind + other.kind
    if kinds in ("WW", "RR"):
        yield "Wmb" if kinds == "WW" else "Rmb"
    yield "Mb"
    if model not in ("lkmm", "tso", "pso", "sc"):
        yield "SC"


def _fence_name(tag: str, one: ExecutedEvent, other: ExecutedEvent) -> str:
    name = {"Wmb": "smp_wmb", "Rmb": "smp_rmb", "Mb": "smp_mb", "SC": "atomic_thread_fence"}[tag]
    if tag == "Mb" and "NORETURN" in other.tags:
        return "smp_mb__before_atomic"
    if tag == "Mb" and "NORETURN" in one.tags:
        return "smp_mb__after_atomic"
    return name


def changed(execution: Execution, changes: Iterable[Change], model: str = "lkmm") -> Execution:
    """``execution`` with ``changes`` made to it."""
    events: list[ExecutedEvent] = list(execution.events)
    write_half = dict(execution.rmw)
    read_half = {write: read for read, write in execution.rmw}

    def retag(number: int, less: Tags, more: str) -> None:
        events[number] = attrs.evolve(events[number], tags=(events[number].tags - less) | {more})

    for change in changes:
        match change.kind:
            case "fence":
                place = write_half.get(change.before, change.before)
                events.append(
                    attrs.evolve(
                        execution.events[place],
                        id=len(events),
                        kind="F",
                        tags=frozenset({change.tag}),
                        address=None,
                        size=0,
                        value=None,
                        name="",
                        points="",
                    )
                )
            case "mark":
                retag(change.before, frozenset(), "ONCE")
            case "acquire":
                retag(change.before, frozenset({"ONCE", "RLX"}), "ACQ" if model == "rc11" else "ACQUIRE")
            case "release":
                retag(change.after, frozenset({"ONCE", "RLX", "NORETURN"}), "REL" if model == "rc11" else "RELEASE")
                if change.after in read_half and "NORETURN" in events[read_half[change.after]].tags:
                    retag(read_half[change.after], frozenset({"NORETURN"}), "ONCE")
    return attrs.evolve(execution, events=tuple(events))


def cheapest(
    trace: Trace,
    several: Sequence[Change],
    holds: Callable[[Sequence[Change]], bool],
    below: float,
    left: list[int],
) -> tuple[tuple[Change, ...], float] | None:
    """The set of changes that costs least, less than ``below``, with which ``holds``; None when there is none.

    ``left``: how often ``holds`` may be asked, counted down.
    """
    if not several or not holds(_strongest(several)):
        return None
    ordered = sorted(several, key=lambda change: change.cost)
    sides = _Sides(trace, ordered)
    queue: list[tuple[float, bool, tuple[int, ...]]] = [(ordered[0].cost, False, (0,))]
    while queue:
        cost, asked_for, chosen = heappop(queue)
        if cost >= below:
            return None
        if not asked_for:
            if chosen[-1] + 1 < len(ordered):
                after = chosen[-1] + 1
                step = ordered[after].cost
                heappush(queue, (cost - ordered[chosen[-1]].cost + step, False, (*chosen[:-1], after)))
                if len(chosen) < _MOST:
                    heappush(queue, (cost + step, False, (*chosen, after)))
            changes = [ordered[index] for index in chosen]
            if _clash(changes):
                continue
            if odd := sides.odd(changes):
                heappush(queue, (cost + odd, True, chosen))
                continue
        if left[0] <= 0:
            return None
        left[0] -= 1
        changes = [ordered[index] for index in chosen]
        if holds(changes):
            return tuple(changes), cost
    return None


def _strongest(several: Sequence[Change]) -> list[Change]:
    """All barriers and marks."""
    return [change for change in several if change.kind in (FENCE, MARK)]


def _clash(changes: Sequence[Change]) -> bool:
    """Whether two of ``changes`` do the same."""
    accesses = [c.event for c in changes if c.kind != FENCE]
    pairs = [(c.before, c.after) for c in changes if c.kind != MARK]
    return len(set(accesses)) < len(accesses) or len(set(pairs)) < len(pairs)


class _Sides:
    """What stands on the other side of a communication: barriers face barriers, and acquire faces release."""

    def __init__(self, trace: Trace, several: Sequence[Change]) -> None:
        execution = trace.execution
        self.events = execution.events
        self.partner: dict[int, list[int]] = {}
        for write, read in execution.rf:
            if self.events[write].thread >= 0 and self.events[write].thread != self.events[read].thread:
                self.partner.setdefault(write, []).append(read)
                self.partner.setdefault(read, []).append(write)
        self.links = {(c.before, c.after) for c in several if c.kind != MARK}
        self.fenced = {pair for pair in self.links if fences_between(execution, *pair)}

    def odd(self, changes: Sequence[Change]) -> float:
        """How much more ``changes`` cost for what does not fit."""
        return _ODD * sum(self._odd(change, changes) for change in changes if change.kind != MARK)

    def _odd(self, change: Change, changes: Sequence[Change]) -> bool:
        number = change.before if change.kind == ACQUIRE or change.tag == "Rmb" else change.after
        if change.tag not in ("", "Wmb", "Rmb"):
            return False
        others = self.partner.get(number, ())
        by_tag = any(self._by_tag(other, changes) for other in others)
        by_fence = any(self._by_fence(other, changes) for other in others)
        return by_tag if change.kind == FENCE else by_fence and not by_tag

    def _by_tag(self, number: int, changes: Sequence[Change]) -> bool:
        made = any(c.kind in (ACQUIRE, RELEASE) and c.event == number for c in changes)
        return made or bool(self.events[number].tags & {"ACQUIRE", "RELEASE", "MB"})

    def _by_fence(self, number: int, changes: Sequence[Change]) -> bool:
        made = {(c.before, c.after) for c in changes if c.kind == FENCE}
        return any(number in pair for pair in self.fenced | made)


def fences_between(execution: Execution, before: int, after: int) -> list[str]:
    """The tags of the fences between two events of a thread."""
    events = execution.events
    for own in program_order(execution):
        if before in own and after in own:
            return [
                tag
                for n in own[own.index(before) : own.index(after)]
                if events[n].kind == "F"
                for tag in events[n].tags
            ]
    return []
