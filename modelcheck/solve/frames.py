"""What the solver's proposals share: the events executed, where they access, what they depend on.

Proposals mostly differ in what reads read from and how writes are ordered. The rest of a candidate is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from modelcheck.program.expr import Expr, Value
from modelcheck.program.graph import Event, unordered
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO, YES

Holds = Callable[[int], bool]
"""The value of a literal in the solver's last model."""

Rows = tuple[int, ...]

MOST = 64
"""How many frames are remembered."""


@frozen
class Frame:
    """An execution without what its reads read from and how its writes are ordered.

    Attributes:
        place: the cell of each executed access.
        resting: the executed events at rest.
        chosen: ids of the executed events of the memory model, by candidate number: initial writes of touched cells
            first, then threads in order.
        number: the place of each of them in `chosen`.
        sources: of each executed read the writes that it may read from, with their literals.
        sets: the candidate's sets.
        relations: its relations but rf and co, which are empty.
        co: what is in co in any case.
        order: what may be: (number, bit of the later write, literal).
    """

    place: Mapping[int, Place]
    resting: Sequence[int]
    chosen: Sequence[int]
    number: Mapping[int, int]
    sources: Sequence[tuple[int, Sequence[tuple[int, int]]]]
    sets: Mapping[str, int]
    relations: Mapping[str, Rows]
    co: Rows
    order: Sequence[tuple[int, int, int]]


class _Executed:
    """The events that are executed, and the cells of accesses."""

    def __init__(self, encoding: Encoding, holds: Holds) -> None:
        events = encoding.events
        executed = [n for n, literal in enumerate(encoding.executed) if literal != NO and holds(literal)]
        self.place: dict[int, Place] = {}
        for number in executed:
            for place, literal in encoding.at.get(number, {}).items():
                if holds(literal):
                    self.place[number] = place
                    break
        body = [n for n in executed if events[n].thread >= 0 and not events[n].final and events[n].kind != "free"]
        self.resting = [n for n in executed if events[n].final and events[n].kind != "free"]
        touched = {self.place[n] for n in (*body, *self.resting) if n in self.place}
        body.sort(key=lambda n: (events[n].thread, events[n].position, n))
        self.chosen = [encoding.initial[place] for place in sorted(touched)] + body
        self.number = {event: index for index, event in enumerate(self.chosen)}
        self.sources = [
            (n, [(source, encoding.rf[source, n]) for source in encoding.sources[n]])
            for n in executed
            if n in encoding.sources
        ]
        self.conditions = _conditions(encoding, self.chosen, self.number)
        self.frames: dict[tuple[bool, ...], Frame] = {}


def _conditions(encoding: Encoding, chosen: Sequence[int], number: Mapping[int, int]) -> list[int]:
    """What else tags, dependencies and the places of fences depend on."""
    valuation = encoding.valuation
    literals: dict[int, None] = {}
    for event in (encoding.events[n] for n in chosen):
        if event.success is not None:
            literals[valuation.truth(event.success)] = None
        if event.kind == "F" and event.address is not None:
            literals.update(dict.fromkeys(valuation.says(event.address)))
        for deps in (event.addr, event.data, event.ctrl):
            literals.update(dict.fromkeys(valuation.all(guard) for read, guard in deps if read in number))
    return [literal for literal in literals if literal not in (YES, NO)]


class Frames:
    """The frames of the proposals of one encoding.

    Args:
        encoding: the clauses.
        coherence: its coherence order.
        valued: the model asks which values differ.

    Attributes:
        values: of each event that bears a value, that; empty where nobody asks.
    """

    def __init__(self, encoding: Encoding, coherence: Coherence, valued: bool = False) -> None:
        self.values: dict[int, Expr] = {
            number: event.value
            for number, event in enumerate(encoding.events)
            if valued and event.value is not None and encoding.executed[number] != NO
        }
        self._encoding = encoding
        self._coherence = coherence
        where = (literal for places in encoding.at.values() for literal in places.values())
        literals = dict.fromkeys((*encoding.executed, *where))
        self._literals = [literal for literal in literals if literal not in (YES, NO)]
        self._executed: dict[tuple[bool, ...], _Executed] = {}

    def current(self, holds: Holds) -> Frame:
        """The frame of the solver's last model."""
        key = tuple(map(holds, self._literals))
        executed = self._executed.get(key)
        if executed is None:
            if len(self._executed) >= MOST:
                self._executed.clear()
            executed = self._executed[key] = _Executed(self._encoding, holds)
        conditions = tuple(map(holds, executed.conditions))
        frame = executed.frames.get(conditions)
        if frame is None:
            if len(executed.frames) >= MOST:
                executed.frames.clear()
            frame = executed.frames[conditions] = self._frame(executed, holds)
        return frame

    def _frame(self, executed: _Executed, holds: Holds) -> Frame:
        events = self._encoding.events
        chosen, number = executed.chosen, executed.number
        size = len(chosen)
        sets: dict[str, int] = {"R": 0, "W": 0, "F": 0, "M": 0, "IW": 0}
        threads: dict[int, int] = {}
        places: dict[Place, int] = {}
        where = [self._location(n, executed, holds) for n in chosen]
        for index, id_ in enumerate(chosen):
            event, bit, place = events[id_], 1 << index, where[index]
            sets[event.kind] |= bit
            if event.kind != "F":
                sets["M"] |= bit
            for tag in event.tags if self._succeeds(event, holds) else event.failed:
                sets[tag] = sets.get(tag, 0) | bit
            if event.thread >= 0:
                threads[event.thread] = threads.get(event.thread, 0) | bit
            if place is not None:
                places[place] = places.get(place, 0) | bit
        groups: dict[int, int] = {}
        for index, id_ in enumerate(chosen):
            piece = events[id_].piece
            if piece is not None:
                groups[piece] = groups.get(piece, 0) | 1 << index
        same = [1 << index for index in range(size)]
        po, same_thread, loc = [0] * size, [0] * size, [0] * size
        addr, data, ctrl, rmw = [0] * size, [0] * size, [0] * size, [0] * size
        for index, id_ in enumerate(chosen):
            event, place = events[id_], where[index]
            if event.thread >= 0:
                same_thread[index] = threads[event.thread]
                po[index] = threads[event.thread] & ~((2 << index) - 1)
                if event.piece is not None:
                    siblings = groups[event.piece]
                    po[index] &= ~siblings
                    same[index] = siblings
                if event.operands:
                    po[index] &= ~sum(1 << n for n, other in enumerate(chosen) if unordered(event, events[other]))
            if place is not None:
                loc[index] = places[place]
            if event.rmw is not None:
                rmw[number[event.rmw]] |= 1 << index
            for relation, deps in ((addr, event.addr), (data, event.data), (ctrl, event.ctrl)):
                for read, guard in deps:
                    if read in number and holds(self._encoding.valuation.all(guard)):
                        relation[number[read]] |= 1 << index
        everything = (1 << size) - 1
        ext = [everything & ~row for row in same_thread]
        relations = {
            "po": po, "addr": addr, "data": data, "ctrl": ctrl, "rmw": rmw, "loc": loc, "int": same_thread, "ext": ext,
        }  # fmt: skip
        if groups:
            relations["si"] = same
        return Frame(
            executed.place,
            executed.resting,
            chosen,
            number,
            executed.sources,
            sets,
            {name: tuple(rows) for name, rows in relations.items()},
            *self._order(chosen, where),
        )

    def _order(
        self, chosen: Sequence[int], where: Sequence[Place | None]
    ) -> tuple[Rows, Sequence[tuple[int, int, int]]]:
        """What is in co in any case, and what may be."""
        writes: dict[Place, list[int]] = {}
        for index, (id_, place) in enumerate(zip(chosen, where, strict=True)):
            if place is not None and self._encoding.events[id_].kind == "W":
                writes.setdefault(place, []).append(index)
        co = [0] * len(chosen)
        order: list[tuple[int, int, int]] = []
        for several in writes.values():
            for one in several:
                for other in several:
                    literal = self._coherence.before(chosen[one], chosen[other])
                    if literal == YES:
                        co[one] |= 1 << other
                    elif literal != NO:
                        order.append((one, 1 << other, literal))
        return tuple(co), order

    def _succeeds(self, event: Event, holds: Holds) -> bool:
        """Of a read-modify-write whose tags depend on its success, whether it succeeds; True of other events."""
        return event.success is None or holds(self._encoding.valuation.truth(event.success))

    def _location(self, id_: int, executed: _Executed, holds: Holds) -> Place | None:
        event = self._encoding.events[id_]
        if event.kind != "F":
            return executed.place.get(id_)
        value = None if event.address is None else self._value(event.address, holds)
        return value if isinstance(value, int) else None

    def _value(self, expression: Expr, holds: Holds) -> Value:
        return self._encoding.valuation.concrete(expression, holds)
