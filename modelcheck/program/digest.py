"""A digest of what a program does: the same for two texts that differ in layout, comments and line numbers only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from modelcheck.program.expr import Expr, Undefined
from modelcheck.program.graph import Blocked, Cut, EventGraph
from modelcheck.program.ir import Source
from modelcheck.program.machine import Finding, Stuck

_PLACE: Final = re.compile(r"@[^@\s]*?:\d+")
"""The place in the name of an object that is made at run time."""

_FOR_PEOPLE: Final = {
    Blocked: {"what"},
    Cut: {"reason"},
    Stuck: {"reason"},
    EventGraph: {"registers"},
}
"""What is only told: these fields, those that are named ``stack``, and every `Source`."""


def digest(ends: Iterable[Finding | Stuck | tuple[tuple[int, ...], EventGraph]]) -> str:
    """SHA-256 of what a verdict can rest on.

    ``ends`` are the ways in which initialisation ends: it fails, or it gets to its end, with these choices and this
    event graph from there on.

    Equal digests mean equal verdicts under the same model, properties and bounds; where a failure is told to be may
    differ.
    """
    writer = _Writer()
    for end in ends:
        writer.add(end)
    return writer.digest()


class _Writer:
    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._numbers: dict[Expr, int] = {}
        self._fields: dict[type, tuple[str, ...]] = {}

    def digest(self) -> str:
        return self._hash.hexdigest()

    def add(self, value: Any) -> None:
        """Take in ``value`` with all that it holds, so that no two different ones look alike."""
        if isinstance(value, Expr):
            self._say(f"x{self._number(value)};")
        elif isinstance(value, str):
            text = _PLACE.sub("@", value)
            self._say(f"s{len(text)}:{text};")
        elif value is None or isinstance(value, bool | int | Undefined):
            self._say(f"{value!r};")
        elif isinstance(value, tuple | list):
            self._say(f"({len(value)};")
            for item in value:
                self.add(item)
        elif isinstance(value, frozenset):
            self.add(tuple(sorted(value)))
        elif isinstance(value, Mapping):
            self.add(tuple(sorted(value.items(), key=lambda item: item[0])))
        else:
            self._say(f"{type(value).__name__}(")
            for name in self._names(type(value)):
                held = getattr(value, name)
                if not isinstance(held, Source):
                    self.add(held)

    def _say(self, text: str) -> None:
        self._hash.update(text.encode("utf-8", "surrogatepass"))

    def _names(self, kind: type) -> tuple[str, ...]:
        if kind not in self._fields:
            left_out = {"stack", *_FOR_PEOPLE.get(kind, ())}
            self._fields[kind] = tuple(a.name for a in attrs.fields(kind) if a.name not in left_out)
        return self._fields[kind]

    def _number(self, expression: Expr) -> int:
        """The number of an expression; it is written down, after its operands, when it comes first."""
        pending = [expression]
        while pending:
            top = pending[-1]
            if top in self._numbers:
                pending.pop()
            elif unknown := [argument for argument in top.args if argument not in self._numbers]:
                pending += unknown
            else:
                pending.pop()
                operands = ",".join(str(self._numbers[argument]) for argument in top.args)
                self._say(f"{top.kind} {top.data!r} {top.width} {operands};")
                self._numbers[top] = len(self._numbers)
        return self._numbers[expression]
