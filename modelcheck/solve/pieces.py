"""Memory that is accessed whole and in parts: each access is taken apart where another one begins or ends.

The pieces of an access stand at one place of program order, and nothing orders them. What a piece of a write writes are
those bits of the value; what is read is put together from what the pieces read. So an execution of the program, each
access with the edges of all its pieces, is one of the graph of pieces as well: a model whose relations only grow with
po, rf, co and fr forbids no more there. The reverse holds where no access in pieces meets another thread's: elsewhere
an access could be torn, other threads seen between its pieces, which the machines that the kernel runs on never let
happen to an aligned access of up to eight bytes. What a model says of an access that is one step for all that
(`modelcheck.cat.load.mixed_model`) is about the pieces, too, and which belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from attrs import evolve, frozen

from modelcheck.program.expr import UNDEFINED, Expr, Undefined, const, op, read
from modelcheck.program.graph import Blocked, Dependencies, Event, EventGraph, Guard
from modelcheck.program.memory import AddressSpace
from modelcheck.solve.domains import Domains

PLAIN_OR_MARKED: Final = frozenset(
    {"ONCE", "ACQUIRE", "RELEASE", "MB", "NORETURN", "RMW", "C11", "NA", "RLX", "ACQ", "REL", "ACQ_REL", "CON", "SC"}
)
"""The tags of accesses that may be taken apart; the words of locks and the like may not."""


@frozen
class Pieces:
    """A graph without accesses of different size to one byte, as far as that could be had.

    Attributes:
        graph: with the accesses in pieces, or as it was.
        domains: those of ``graph``.
        torn: a place where an access in pieces meets another thread's: executions that are none of the program's may be
            among those of ``graph``; None: there is no such place.
    """

    graph: EventGraph
    domains: Domains
    torn: str | None = None


def in_pieces(
    graph: EventGraph, domains: Domains, space: AddressSpace, again: Callable[[EventGraph], Domains]
) -> Pieces:
    """``graph`` in pieces, where its ``domains`` have accesses of several sizes to one byte.

    Args:
        graph: the unrolled program.
        domains: its domains.
        space: its objects.
        again: the domains of another graph of the program.
    """
    places: dict[int, set[int]] = {}
    cuts: dict[int, frozenset[int]] = {}
    copies = _copies(graph, domains)
    now, found, origin = graph, domains, [(event.id, 0) for event in graph.events]
    while found.mixed:
        # One of a pair may not come to life just since the other one's cells are not its own.
        looked_at = found.live.union(*found.mixed)
        for event in now.events:
            number, offset = origin[event.id]
            if event.kind in ("R", "W") and event.id in looked_at:
                places.setdefault(number, set()).update(at - offset for at in _places(now, event, found, space))
        wider = _cuts(graph, places, copies)
        if wider == cuts or not all(_divisible(graph.events[number], domains) for number in wider):
            return Pieces(graph, domains)
        cuts = wider
        now, origin = _taken_apart(graph, cuts)
        found = again(now)
    return Pieces(now, found, _torn(now, found, origin, cuts))


def _places(graph: EventGraph, event: Event, domains: Domains, space: AddressSpace) -> Iterator[int]:
    """The addresses that ``event`` may properly access, of whatever size others are there."""
    assert event.address is not None
    for address in domains.values[event.address]:
        if isinstance(address, Undefined) or space.fault(address, event.size, event.changes) is not None:
            continue
        thing = space.find(address)
        if thing is None or thing.base not in graph.freed:
            yield address


def _divisible(event: Event, domains: Domains) -> bool:
    """Whether nothing of what ``event`` means is lost with its pieces; that it is misaligned would be."""
    assert event.address is not None
    aligned = all(isinstance(at, Undefined) or at % event.size == 0 for at in domains.values[event.address])
    return aligned and event.lock is None and not event.unlock and event.tags | event.failed <= PLAIN_OR_MARKED


def _copies(graph: EventGraph, domains: Domains) -> dict[int, int]:
    """Writes of what was copied, and may be undefined in a part of it, with the reads that they have it from."""
    found: dict[int, int] = {}
    for event in graph.events:
        value = event.value
        if event.kind == "W" and event.rmw is None and value is not None and value.kind == "read":
            copied = graph.events[value.data]
            if copied.copy and copied.size == event.size and UNDEFINED in domains.values[value]:
                found[event.id] = copied.id
    return found


def _cuts(
    graph: EventGraph, places: Mapping[int, Iterable[int]], copies: Mapping[int, int]
) -> dict[int, frozenset[int]]:
    """Where to take each access apart, in bytes from its start: so that no two that meet differ, and a copy is taken
    apart as what it is a copy of. All pieces have a size that is a power of two, and lie at a multiple of it."""
    bounds: set[int] = set()
    inner: dict[int, set[int]] = {}
    changed = True
    while changed:
        before = len(bounds), sum(map(len, inner.values()))
        for number, several in places.items():
            event = graph.events[number]
            mine = inner.setdefault(copies.get(number, number) if event.rmw is None else event.rmw, set())
            for at in several:
                mine.update(bound - at for bound in range(at + 1, at + event.size) if bound in bounds)
            mine.update(_aligned(mine, event.size))
            for at in several:
                bounds.update((at, at + event.size, *(at + cut for cut in mine)))
        changed = before != (len(bounds), sum(map(len, inner.values())))
    halves = {e.rmw: e.id for e in graph.events if e.rmw is not None}
    found = {number: frozenset(cuts) for number, cuts in inner.items() if cuts}
    found |= {halves[number]: cuts for number, cuts in found.items() if number in halves}
    return found | {write: found[read_] for write, read_ in copies.items() if read_ in found}


def _aligned(cuts: Iterable[int], size: int) -> Iterator[int]:
    """More cuts, until each piece has a power of two for its size and a multiple of that for its offset."""
    sorted_ = sorted({0, size, *cuts})
    for start, end in pairwise(sorted_):
        while start < end:
            piece = end - start
            piece = 1 << piece.bit_length() - 1
            while start % piece:
                piece //= 2
            start += piece
            if start < end:
                yield start


def _taken_apart(graph: EventGraph, cuts: Mapping[int, frozenset[int]]) -> tuple[EventGraph, list[tuple[int, int]]]:
    """``graph`` with its accesses in pieces, and of each event there which one it was, and at which offset it is."""
    ranges = {e.id: _ranges(e, cuts.get(e.id, ())) for e in graph.events}
    numbers: dict[int, tuple[int, ...]] = {}
    origin: list[tuple[int, int]] = []
    for event in graph.events:
        numbers[event.id] = tuple(range(len(origin), len(origin) + len(ranges[event.id])))
        origin += [(event.id, offset) for offset, _ in ranges[event.id]]
    new = _Renaming(graph, ranges, numbers)
    events: list[Event] = []
    for event in graph.events:
        for index, (offset, size) in enumerate(ranges[event.id]):
            number = numbers[event.id][index]
            address, value = new.optional(event.address), new.optional(event.value)
            if offset and address is not None:
                address = op("add", 64, address, const(offset, 64))
            if event.kind == "R":
                value = read(number, 8 * size)
            elif value is not None and size != event.size:
                value = new.part(value, offset, size)
            events.append(
                evolve(
                    event,
                    id=number,
                    guard=new.guard(event.guard),
                    address=address,
                    size=size,
                    value=value,
                    addr=new.dependencies(event.addr),
                    data=new.dependencies(event.data),
                    ctrl=new.dependencies(event.ctrl),
                    rmw=None if event.rmw is None else numbers[event.rmw][index],
                    success=new.optional(event.success),
                    piece=numbers[event.id][0] if size != event.size else None,
                )
            )
    return evolve(
        graph,
        events=tuple(events),
        checks=tuple(evolve(c, guard=new.guard(c.guard), condition=new(c.condition)) for c in graph.checks),
        blocked=tuple(new.blocked(blocked) for blocked in graph.blocked),
        cuts=tuple(evolve(cut, guard=new.guard(cut.guard)) for cut in graph.cuts),
        completed=tuple(map(new.guard, graph.completed)),
        allocations=tuple(evolve(made, guard=new.guard(made.guard)) for made in graph.allocations),
        chosen=tuple(map(new.guard, graph.chosen)),
        registers={key: new(value) for key, value in graph.registers.items()},
        started=tuple(map(new.guard, graph.started)),
        quits=new.guard(graph.quits),
    ), origin


def _ranges(event: Event, cuts: Iterable[int]) -> list[tuple[int, int]]:
    """The pieces of an event: offset and size of each."""
    ends = sorted({0, *cuts})
    return [(start, end - start) for start, end in zip(ends, [*ends[1:], event.size], strict=True)]


class _Renaming:
    """Expressions over the reads of one graph as those over their pieces."""

    def __init__(
        self, graph: EventGraph, ranges: Mapping[int, list[tuple[int, int]]], numbers: Mapping[int, tuple[int, ...]]
    ) -> None:
        self._numbers = numbers
        self._done: dict[Expr, Expr] = {}
        self._pieces: dict[Expr, list[tuple[int, int, Expr]]] = {}
        for event in graph.events:
            if event.kind == "R" and event.value is not None:
                several = [
                    (offset, size, read(number, 8 * size))
                    for number, (offset, size) in zip(numbers[event.id], ranges[event.id], strict=True)
                ]
                self._done[event.value] = self._joined(several, event.value.width)

    def _joined(self, pieces: list[tuple[int, int, Expr]], width: int) -> Expr:
        """The value of ``width`` bits whose bytes are in ``pieces``: offset, size, value of each."""
        joined = const(0, width)
        for offset, _, piece in pieces:
            joined = op("or", width, joined, op("shl", width, op("zext", width, piece), const(8 * offset, width)))
        if len(pieces) > 1:
            self._pieces[joined] = pieces
        return joined

    def __call__(self, expression: Expr) -> Expr:
        stack = [expression]
        while stack:
            node = stack[-1]
            if node in self._done:
                stack.pop()
            elif missing := [argument for argument in node.args if argument not in self._done]:
                stack += missing
            else:
                args = tuple(self._done[argument] for argument in node.args)
                self._done[node] = node if args == node.args else self._operation(node, args)
        return self._done[expression]

    def _operation(self, node: Expr, args: tuple[Expr, ...]) -> Expr:
        """``node`` with other operands; of what is cut out of a value in pieces just those that are meant."""
        made = op(node.data, node.width, *args)
        if node.data != "trunc" or node.width % 8:
            return made
        whole, offset = args[0], 0
        if whole.kind == "op" and whole.data == "lshr" and whole.args[1].kind == "const":
            whole, offset = whole.args[0], whole.args[1].data
        if whole not in self._pieces or not isinstance(offset, int) or offset % node.width:
            return made
        return self.part(whole, offset // 8, node.width // 8)

    def part(self, value: Expr, offset: int, size: int) -> Expr:
        """``size`` bytes of ``value`` from ``offset`` on; of a copy just what was copied, whatever is beside it."""
        for at, length, piece in self._pieces.get(value, ()):
            if at <= offset and offset + size <= at + length:
                return self.part(piece, offset - at, size)
        if 8 * size == value.width:
            return value
        if value.kind == "op" and value.data == "ite":
            then, other = (self.part(arm, offset, size) for arm in value.args[1:])
            return op("ite", 8 * size, value.args[0], then, other)
        within = [
            (at - offset, n, piece)
            for at, n, piece in self._pieces.get(value, ())
            if at in range(offset, offset + size)
        ]
        if within:
            return self._joined(within, 8 * size)
        return op("trunc", 8 * size, op("lshr", value.width, value, const(8 * offset, value.width)))

    def optional(self, expression: Expr | None) -> Expr | None:
        return None if expression is None else self(expression)

    def guard(self, guard: Guard) -> Guard:
        return tuple(map(self, guard))

    def dependencies(self, dependencies: Dependencies) -> Dependencies:
        return tuple((number, self.guard(guard)) for old, guard in dependencies for number in self._numbers[old])

    def blocked(self, blocked: Blocked) -> Blocked:
        return evolve(
            blocked,
            guard=self.guard(blocked.guard),
            reads=tuple(number for old in blocked.reads for number in self._numbers[old]),
            writes=tuple(number for old in blocked.writes for number in self._numbers[old]),
            grace=self.optional(blocked.grace),
            address=self.optional(blocked.address),
        )


def _torn(
    graph: EventGraph, domains: Domains, origin: list[tuple[int, int]], cuts: Mapping[int, frozenset[int]]
) -> str | None:
    """A place where an access in pieces meets one of another thread, and one of the two writes."""
    users: dict[int, list[Event]] = {}
    running = [e for e in graph.events if e.id in domains.live and e.kind in ("R", "W") and not e.final]
    for event in running:
        for place in domains.places.get(event.id, ()):
            users.setdefault(place, []).append(event)
    for event in running:
        if origin[event.id][0] in cuts:
            for place in domains.places.get(event.id, ()):
                others = [e for e in users[place] if e.thread != event.thread]
                if any("W" in (event.kind, other.kind) for other in others):
                    return str(event.source)
    return None
