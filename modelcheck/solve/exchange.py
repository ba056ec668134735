"""Exchanging memory that two threads have to themselves: whether a program cannot tell which of the two is whose.

Locals whose address goes round, such as a list head on the stack, differ between identical threads in where they lie.
Exchanging them changes pointers to them, wherever they are held, and nothing else, as long as nothing but equality is
asked of such a pointer. That is not read off the operators but tried, on every value that an expression may take: what
is computed from exchanged pointers is itself exchanged where it is stored, the same where it decides anything, and as
wrong where it is an address that cannot be accessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from modelcheck.program.expr import Expr, Undefined, Value, apply
from modelcheck.program.graph import Event
from modelcheck.program.ir import MemoryObject
from modelcheck.solve.encode import Encoding
from modelcheck.solve.wide import Wide

AROUND = 32
"""This many bytes before and behind an object, an address counts as the object's; others lie further away."""

MOST_COMBINATIONS = 1 << 14
"""Where operands can be combined in more ways, threads do not count as identical."""

POINTER = 64


class PrivateObjects:
    """The objects to exchange; found one by one, as `pair` is asked about pointers into them."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._space = encoding.space
        self._mates: dict[int, tuple[MemoryObject, MemoryObject]] = {}
        self._numbers: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._mates)

    def pair(self, one: Value, other: Value) -> bool:
        """Whether pointer ``one`` of one thread can stand for ``other`` of the other; if need be, pair their
        objects."""
        if isinstance(one, Undefined) or isinstance(other, Undefined):
            return one is other
        if one == other or self.image(one) == other:
            return True
        first, second = self._near(one), self._near(other)
        if first is None or second is None or one - first.base != other - second.base:
            return False
        if first.base in self._mates or second.base in self._mates or not _alike(first, second):
            return False
        self._mates[first.base] = first, second
        self._mates[second.base] = second, first
        return True

    def image(self, value: Value, width: int = POINTER) -> Value:
        """``value`` once the objects are exchanged."""
        if isinstance(value, Undefined) or width != POINTER or not self._mates:
            return value
        thing = self._near(value)
        if thing is None or thing.base not in self._mates:
            return self._numbers.get(value, value)
        mine, theirs = self._mates[thing.base]
        return value - mine.base + theirs.base

    def stands_for(self, one: Value, other: Value) -> bool:
        """Exchange two numbers, too, which somebody makes of the pointers and keeps; False where that cannot be."""
        if isinstance(one, Undefined) or isinstance(other, Undefined) or self._near(one) or self._near(other):
            return False
        return self._numbers.setdefault(one, other) == other and self._numbers.setdefault(other, one) == one

    def moved(self, expression: Expr) -> bool:
        """Whether ``expression`` is a pointer to one of the objects."""
        return expression.kind == "const" and bool(self.image(expression.data, expression.width) != expression.data)

    def indifferent(self, events: Mapping[int, int]) -> bool:
        """Whether exchanging the objects, and the events numbered so, leaves the program what it is.

        ``events``: of each event of the two threads, its counterpart. Pointers that the text of other threads names
        are not looked at.
        """
        return not self._mates or (_Images(self._encoding, self, events).hold() and self._initially())

    def _near(self, address: int) -> MemoryObject | None:
        for at in (address, address + AROUND, address - AROUND):
            thing = self._space.find(at)
            if thing is not None:
                return thing if thing.base - AROUND <= address < thing.base + thing.size + AROUND else None
        return None

    def _initially(self) -> bool:
        """Whether memory starts alike."""
        graph = self._encoding.graph
        for address, (size, value) in graph.memory.items():
            if graph.memory.get(_number(self.image(address))) != (size, self.image(value, size * 8)):
                return False
        for thing in graph.objects:
            if any(self.image(value, size * 8) != value for _, size, value in thing.cells):
                return False
        return graph.freed.isdisjoint(self._mates)


def _alike(one: MemoryObject, other: MemoryObject) -> bool:
    """Whether both are locals of one kind."""

    def said(thing: MemoryObject) -> tuple[object, ...]:
        return thing.name, thing.kind, thing.size, thing.cells, thing.zeroed, thing.readonly, thing.units

    return one.kind == "local" and said(one) == said(other)


def _number(value: Value) -> int:
    assert not isinstance(value, Undefined)
    return value


class _Conflict(Exception):  # noqa: N818 (an answer)
    """What an expression turns into is no function of its value, or cannot be found out."""


class _Images:
    """What becomes of every value of every expression."""

    def __init__(self, encoding: Encoding, objects: PrivateObjects, events: Mapping[int, int]) -> None:
        self.encoding = encoding
        self.objects = objects
        self.counterpart = events
        self.domains = encoding.domains.values
        self.moved: dict[Expr, dict[Value, Value]] = {}
        """Of expressions with values that turn into others, what every value turns into."""

    def hold(self) -> bool:
        """Whether every event stays what it is, its counterpart's place and value exchanged."""
        known = False
        while not known:
            self.moved = {}
            unclear = [node for node in self.domains if not self._follow(node)]
            try:
                known = self._stored()
            except _Conflict:
                return False
        if unclear:
            return False
        graph = self.encoding.graph
        return all(map(self._event, graph.events)) and all(
            blocked.grace is None or self._plain(blocked.grace) for blocked in graph.blocked
        )

    def _follow(self, node: Expr) -> bool:
        """Note what becomes of the values of ``node``; False where that may tell the objects apart.

        Operands come before what is made of them.
        """
        try:
            image = self._image(node)
        except _Conflict:
            return False
        if any(value != other for value, other in image.items()):
            if node.width == 1:
                return False
            self.moved[node] = image
        return True

    def _stored(self) -> bool:
        """Whether what is made of pointers and stored is known to be exchanged with them; if not, have it be so."""
        known = True
        for event in self.encoding.graph.events:
            if event.kind == "W" and event.size * 8 == POINTER and event.value in self.moved:
                for value, after in self.moved[event.value].items():
                    if self.objects.image(value) != after:
                        known = False
                        if not self.objects.stands_for(value, after):
                            raise _Conflict
        return known

    def _image(self, node: Expr) -> dict[Value, Value]:
        """Empty where nothing changes."""
        if isinstance(self.domains[node], Wide):
            return self._of_any(node)
        if node.kind != "op":
            return {value: self.objects.image(value, node.width) for value in self.domains[node]}
        if not any(argument in self.moved for argument in node.args):
            return {}
        if node.data == "ite":
            return self._either(node.args[1], node.args[2])
        if node.data in ("eq", "ne"):
            self._injective(*node.args)
            return {}
        parts = [self._pairs(argument) for argument in node.args]
        ways = 1
        for part in parts:
            ways *= len(part)
        if ways > MOST_COMBINATIONS:
            raise _Conflict
        operand = node.args[0].width
        found: dict[Value, Value] = {}
        for chosen in product(*parts):
            before = apply(node.data, node.width, [v for v, _ in chosen], operand)
            after = apply(node.data, node.width, [v for _, v in chosen], operand)
            if found.setdefault(before, after) != after:
                raise _Conflict
        return found

    def _of_any(self, node: Expr) -> dict[Value, Value]:
        """Of what may be any number: nothing changes where no pointer can be in it."""
        if node.width == POINTER or any(argument in self.moved for argument in node.args):
            raise _Conflict
        return {}

    def _pairs(self, node: Expr) -> list[tuple[Value, Value]]:
        if isinstance(self.domains[node], Wide):
            raise _Conflict
        moved = self.moved.get(node)
        return [(value, value) for value in self.domains[node]] if moved is None else list(moved.items())

    def _either(self, then: Expr, other: Expr) -> dict[Value, Value]:
        found: dict[Value, Value] = {}
        for value, after in (*self._pairs(then), *self._pairs(other)):
            if found.setdefault(value, after) != after:
                raise _Conflict
        return found

    def _injective(self, one: Expr, other: Expr) -> None:
        """What is equal stays equal, and nothing else becomes so."""
        there: dict[Value, Value] = {}
        for value, after in (*self._pairs(one), *self._pairs(other)):
            if there.setdefault(after, value) != value:
                raise _Conflict
        self._either(one, other)

    def _plain(self, node: Expr) -> bool:
        """Whether what ``node`` turns into is the value with the objects exchanged."""
        return all(self.objects.image(value, node.width) == after for value, after in self._pairs(node))

    def _event(self, event: Event) -> bool:
        encoding = self.encoding
        if event.id not in encoding.domains.live:
            return self.counterpart.get(event.id, event.id) not in encoding.domains.live
        if event.value is not None and not self._plain(event.value):
            return False
        if event.address is None:
            return True
        if event.kind not in ("R", "W"):
            return self._plain(event.address)
        places = set(encoding.domains.places.get(event.id, ()))
        mate = self.counterpart.get(event.id, event.id)
        if {self.objects.image(place) for place in places} != set(encoding.domains.places.get(mate, ())):
            return False
        for value, after in self._pairs(event.address):
            if value in places:
                if self.objects.image(value) != after:
                    return False
            elif value != after:
                fault = self._fault(value, event)
                # Where nothing is wrong it cannot be modelled: its counterpart cannot be either.
                if fault != self._fault(after, event) or (not fault and self.objects.image(value) != after):
                    return False
        return True

    def _fault(self, address: Value, event: Event) -> str:
        """Which property an access there breaks; empty where it is none."""
        if isinstance(address, Undefined):
            return "uninitialised"
        fault = self.encoding.space.fault(address, event.size, event.changes)
        return "" if fault is None else fault[0]
