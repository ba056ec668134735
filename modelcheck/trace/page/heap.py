"""Memory as boxes with fields: what it holds at first, and what each step changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modelcheck.program.expr import Undefined
from modelcheck.solve.result import ExecutedEvent, TouchedObject
from modelcheck.trace.narrative import Narrative, shown_value
from modelcheck.trace.trace import Trace

_LOOSE = "variables"
"""The box of variables that are one scalar, of which no part is used by itself."""

_PAGE_ARRAY = "mem_map"

_LOCK_WORDS = (".__spin_word", ".__mutex_word")
"""Words that are 0 while nobody holds the lock."""


def heap(trace: Trace, told: Narrative) -> dict[str, Any]:
    """The memory that ``trace`` touches, for the page's script.

    ``boxes``: name, kind (``page``, ``object`` or ``loose``) and fields, each with its label and its first value.
    ``changes``: [step, field number over all boxes, value] in the order in which they reach memory.
    ``reads``: [step, field number, value as text]. ``frees``: [step, box].
    ``nodes``: [name, box, field of next, field of prev] of each list head.
    A value is [text, box that it leads to or -1, node that it leads to or -1].
    """
    return _Heap(trace, told).data()


class _Heap:
    def __init__(self, trace: Trace, told: Narrative) -> None:
        self.events = trace.execution.events
        self.told = told
        self.objects = sorted(trace.execution.objects, key=lambda thing: thing.base)
        self.cells: dict[int, ExecutedEvent] = {}
        for event in self.events:
            if event.address is not None and event.kind in ("R", "W") and event.name:
                self.cells.setdefault(event.address, event)
        named = [(self._object(address), event.name) for address, event in self.cells.items()]
        self.parted = {thing.base for thing, name in named if thing is not None and name != thing.name}
        self.boxes: dict[str, list[int]] = {}
        self.labels: dict[int, str] = {}
        for address, event in sorted(self.cells.items()):
            box, label = self._place(event)
            self.boxes.setdefault(box, []).append(address)
            self.labels[address] = label
        self.order = sorted(self.boxes, key=lambda box: (box.startswith("__"), box == _LOOSE, self.boxes[box][0]))
        self.number = {box: index for index, box in enumerate(self.order)}
        fields = [address for box in self.order for address in self.boxes[box]]
        self.field = {address: index for index, address in enumerate(fields)}
        self.nodes = list(self._nodes())
        self.node_at = {fields[node[2]]: index for index, node in enumerate(self.nodes)}
        self.after = set(trace.execution.co)

    def data(self) -> dict[str, Any]:
        """Everything."""
        first: dict[int, ExecutedEvent] = {}
        for event in self.events:
            if event.thread < 0 and event.kind == "W" and event.address is not None:
                first.setdefault(event.address, event)
        boxes = [
            {
                "name": self.told.names.text(box),
                "kind": "loose" if box == _LOOSE else "page" if box.startswith(f"{_PAGE_ARRAY}[") else "object",
                "fields": [[self.labels[a].partition(".__")[0], self._value(first.get(a))] for a in self.boxes[box]],
            }
            for box in self.order
        ]
        return {
            "boxes": boxes,
            "changes": self._changes(),
            "reads": self._reads(),
            "nodes": self.nodes,
            "frees": self._frees(),
        }

    def _place(self, event: ExecutedEvent) -> tuple[str, str]:
        """The box of a cell, and what it is called within."""
        thing = self._object(event.address)
        if thing is None or not event.name.startswith(thing.name):
            return _LOOSE, self.told.names.text(event.name)
        rest = event.name[len(thing.name) :]
        if not rest and (thing.kind == "heap" or thing.base in self.parted):
            return thing.name, "+0"
        if not rest:
            return _LOOSE, self.told.names.text(event.name)
        if rest.startswith("["):
            index, _, path = rest.partition("]")
            return (f"{thing.name}{index}]", path.removeprefix(".")) if path else (thing.name, f"{index}]")
        return thing.name, rest.removeprefix(".")

    def _object(self, address: int | None) -> TouchedObject | None:
        return next(
            (
                thing
                for thing in self.objects
                if address is not None and thing.base <= address < thing.base + max(thing.size, 1)
            ),
            None,
        )

    def _nodes(self) -> Iterator[list[Any]]:
        """List heads: two cells of one box, the second directly behind the first, called next and prev."""
        for box in self.order:
            for address in self.boxes[box]:
                label = self.labels[address]
                behind = address + self.cells[address].size
                if label.rpartition(".")[2] == "next" and self.labels.get(behind) == f"{label[:-4]}prev":
                    name = f"{box}.{label}".rpartition(".")[0]
                    yield [
                        self.told.names.text(name), self.number[box], self.field[address], self.field[behind]
                    ]  # fmt: skip

    def _changes(self) -> list[list[Any]]:
        number, visible = self.told.telling.number, self.told.telling.visible
        writes = [e for e in self.events if e.kind == "W" and e.id in number and e.address in self.field]
        found: list[list[Any]] = []
        reached: list[int] = []
        for event in sorted(writes, key=lambda e: (visible.get(e.id, number[e.id]), number[e.id])):
            # Where the order told goes against coherence, what is later in coherence stays.
            if any((event.id, other) in self.after for other in reached):
                continue
            reached.append(event.id)
            assert event.address is not None
            found.append([visible.get(event.id, number[event.id]), self.field[event.address], self._value(event)])
        return found

    def _reads(self) -> list[list[Any]]:
        number = self.told.telling.number
        reads = [e for e in self.events if e.kind == "R" and e.id in number and e.address in self.field]
        unwritten = self.told.telling.unwritten
        return [
            [number[e.id], self.field[e.address], "?" if e.id in unwritten else self._value(e)[0]]
            for e in reads
            if e.address is not None
        ]

    def _frees(self) -> list[list[int]]:
        number, visible = self.told.telling.number, self.told.telling.visible
        found = []
        for event in self.events:
            if event.kind == "poison" and event.id in number:
                thing = self._object(event.address)
                boxes = [i for i, box in enumerate(self.order) if thing is not None and box == thing.name]
                found += [[visible.get(event.id, number[event.id]), box] for box in boxes]
        return found

    def _value(self, event: ExecutedEvent | None) -> list[Any]:
        if event is None or event.value is None or isinstance(event.value, Undefined):
            return ["?", -1, -1]
        if event.name.endswith(_LOCK_WORDS):
            return ["held" if event.value else "free", -1, -1]
        to = event.points.removeprefix("&")
        box = -1
        if to and to != event.points:
            thing = self._object(event.value)
            named = [
                index for index, name in enumerate(self.order) if to == name or to.startswith((f"{name}.", f"{name}["))
            ]
            inside = (
                [] if thing is None else [self.number[n] for n in (thing.name, f"{thing.name}[0]") if n in self.number]
            )
            box = next(iter([*named, *inside]), -1)
        return [self.told.names.text(shown_value(event)), box, self.node_at.get(event.value, -1) if to else -1]
