"""Which object of today's program an object of a trace is: by name, and for what is made at run time by its use."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from modelcheck.program.expr import Undefined, Value
from modelcheck.program.ir import MemoryObject
from modelcheck.program.memory import AddressSpace
from modelcheck.program.places import UNTYPED
from modelcheck.solve.result import ExecutedEvent, TouchedObject


class Correspondence:
    """A one-to-one relation between objects, which grows as the two runs are compared.

    Args:
        objects: those of the trace.
        space: those of today.
    """

    def __init__(self, objects: Sequence[TouchedObject], space: AddressSpace) -> None:
        self._objects = sorted(objects, key=lambda thing: thing.base)
        self._bases = [thing.base for thing in self._objects]
        self._space = space
        self._now: dict[int, int] = {}
        self._then: dict[int, int] = {}

    def find(self, address: int) -> TouchedObject | None:
        """The object of the trace at ``address``."""
        index = bisect_right(self._bases, address) - 1
        if index < 0:
            return None
        thing = self._objects[index]
        return thing if address < thing.base + max(thing.size, 1) else None

    def known(self, base: int) -> int | None:
        """The base of today's object that the trace's object at ``base`` is, if that is known."""
        return self._now.get(base)

    def back(self, base: int) -> int | None:
        """The base of the trace's object that today's object at ``base`` is, if that is known."""
        return self._then.get(base)

    def same_place(self, then: int, name: str, now: int) -> bool:
        """Whether address ``then`` of the trace, called ``name`` there, is today's address ``now``."""
        old, new = self.find(then), self._space.find(now)
        if old is None or new is None:
            return old is None and new is None and then == now
        whole = self._space.name(now)
        path = name[len(old.name) :] if name.startswith(old.name) and not _one_untyped(old, new.name) else None
        fits = (path == whole[len(new.name) :]) if path is not None else then - old.base == now - new.base
        return fits and self._pair(old, new.base, new.name, new.kind)

    def same_value(self, then: Value | None, points: str, now: Value | None, holder: int | None) -> bool:
        """Whether a value of the trace, which leads to ``points``, is today's ``now`` at address ``holder``."""
        if isinstance(then, Undefined) or isinstance(now, Undefined) or then is None or now is None:
            return then is now or (isinstance(then, Undefined) and isinstance(now, Undefined))
        old, new = self.find(then), self._space.find(now)
        if old is None or new is None:
            return then == now
        if not points and then == now and (old.name, old.kind) == (new.name, new.kind):
            return True
        fits = then - old.base == now - new.base
        leads = self._space.pointed(holder, now) if holder is not None else ""
        if points and leads and not _one_untyped(old, new.name):
            fits = points.removeprefix("&")[len(old.name) :] == leads.removeprefix("&")[len(new.name) :]
        return fits and self._pair(old, new.base, new.name, new.kind)

    def translated(self, then: Value, points: str = "") -> Value:
        """A value of the trace, which leads to ``points``, as today's: pointers to known objects lead to what these are
        now."""
        old = None if isinstance(then, Undefined) else self.find(then)
        if old is None or isinstance(then, Undefined):
            return then
        now = self._now.get(old.base)
        if now is None and old.kind in ("global", "function"):
            now = next((o.base for o in self._space if (o.name, o.kind) == (old.name, old.kind)), None)
        new = None if now is None else self._space.find(now)
        if new is not None and points.startswith("&" + old.name):
            return self.moved(then, points.removeprefix("&"), old, new)
        return then if now is None else then - old.base + now

    def moved(self, then: int, name: str, old: TouchedObject, new: MemoryObject) -> int:
        """Where in ``new`` address ``then`` of ``old``, called ``name``, is today: its members may lie elsewhere."""
        path = name.removeprefix(old.name)
        places = (new.base + leaf.offset for leaf in (new.layout.leaves if new.layout else ()))
        same = (place for place in places if self._space.name(place) == new.name + path)
        return next(same, new.base + then - old.base)

    def _pair(self, old: TouchedObject, base: int, name: str, kind: str) -> bool:
        """Whether the two objects are the same; from now on they are, where nothing speaks against it."""
        if old.base in self._now or base in self._then:
            return self._now.get(old.base) == base
        if old.kind != kind:
            return False
        if kind in ("global", "function") and old.name != name:
            return False
        if kind == "heap" and _type(old.name) != _type(name) and not _one_untyped(old, name):
            return False
        self._now[old.base] = base
        self._then[base] = old.base
        return True


def _type(name: str) -> str:
    """The type that an allocated object is called by."""
    return name.partition("@")[0]


def _one_untyped(old: TouchedObject, name: str) -> bool:
    """Whether of an allocated object of the trace and today's object called ``name`` just one has a type that is known:
    they may be the same, and places in them are then told by their distance from the start."""
    return old.kind == "heap" and (_type(old.name) == UNTYPED) != (_type(name) == UNTYPED)


def stem(text: str) -> str:
    """``text`` without the line numbers of places: ``page@balloon.c:192`` is named for where it is allocated."""
    return re.sub(r"(?<=[\w.>)]):\d+", "", text)


def does(told: ExecutedEvent) -> str:
    """What a step of the trace does, in words."""
    if told.kind == "F":
        return f"has a fence [{', '.join(sorted(told.tags))}]"
    if told.kind == "poison":
        return f"frees {told.name}"
    if isinstance(told.value, Undefined) or told.value is None:
        value = "undefined"
    else:
        value = told.points or (str(told.value) if told.value < 4096 else hex(told.value))
    return f"{'reads' if told.kind == 'R' else 'writes'} {told.name} = {value}"
