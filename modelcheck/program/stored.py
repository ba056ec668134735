"""A program as plain data, and back: numbers, strings and lists, in which nothing can be executed.

The data are one list of rows in which what something is made of comes before it. A number, a string, a truth value and
None stand for themselves; a list begins with the number of its kind, and the places of its parts follow. What the
program has once stands there once, however often it is referred to: expressions stay the graphs that they are, and
what is one instruction, block or object is one again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from modelcheck.program import ir
from modelcheck.program.expr import UNDEFINED, Expr, Partial, Undefined, rebuilt

_UNDEFINED, _PARTIAL, _EXPRESSION, _TUPLE, _SET, _MAPPING = range(6)

CLASSES: Final[tuple[type, ...]] = (
    ir.Source,
    ir.Leaf,
    ir.Layout,
    ir.MemoryObject,
    ir.LockUse,
    ir.Assign,
    ir.Load,
    ir.Store,
    ir.Rmw,
    ir.Wait,
    ir.Fence,
    ir.Call,
    ir.Local,
    ir.Alloc,
    ir.Free,
    ir.Assert,
    ir.Assume,
    ir.Choose,
    ir.Operand,
    ir.Self,
    ir.Spawn,
    ir.Join,
    ir.Unsupported,
    ir.Jump,
    ir.Branch,
    ir.Switch,
    ir.Return,
    ir.Exit,
    ir.Halt,
    ir.Block,
    ir.Function,
    ir.Program,
)
"""All that a program is made of, beside expressions."""

_FIRST: Final = 6
"""The number of the first of `CLASSES`, as a kind of row."""


def plain(program: ir.Program) -> list[Any]:
    """``program`` as data that JSON can hold. Raises TypeError where something in it is of no kind known here."""
    table = _Table()
    table.add(program)
    return table.rows


def program_of(rows: Sequence[Any]) -> ir.Program:
    """The program that `plain` made ``rows`` of. Raises ValueError, TypeError or LookupError for what are none."""
    made: list[Any] = []
    for row in rows:
        if type(row) is not list:
            made.append(row)
            continue
        kind, *places = row
        if any(not 0 <= place < len(made) for place in places):
            raise ValueError(row)
        made.append(_MAKERS[kind]([made[place] for place in places]))
    if not made or not isinstance(made[-1], ir.Program):
        raise ValueError("no program")
    return made[-1]


def _expression(parts: list[Any]) -> Expr:
    kind, data, width, *args = parts
    return rebuilt(kind, data, width, tuple(args))


def _maker(kind: type) -> Callable[[list[Any]], Any]:
    return lambda parts: kind(*parts)


_MAKERS: Final[dict[int, Callable[[list[Any]], Any]]] = {
    _UNDEFINED: lambda parts: UNDEFINED,
    _PARTIAL: lambda parts: Partial(tuple(parts)),
    _EXPRESSION: _expression,
    _TUPLE: tuple,
    _SET: frozenset,
    _MAPPING: lambda parts: dict(zip(parts[::2], parts[1::2], strict=True)),
    **{_FIRST + number: _maker(kind) for number, kind in enumerate(CLASSES)},
}


class _Table:
    """The rows so far, and where in them things are."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._values: dict[Any, int] = {}
        self._things: dict[int, int] = {}
        self._fields = {
            kind: (_FIRST + number, tuple(each.name for each in attrs.fields(kind)))
            for number, kind in enumerate(CLASSES)
        }

    def add(self, value: Any) -> int:
        """The place of ``value``, which has a row from now on."""
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return self._place((kind, value), value)
        if kind is Expr:
            return self._graph(value)
        if kind is tuple:
            return self._row(_TUPLE, [self.add(one) for one in value])
        if kind is frozenset:
            return self._row(_SET, [self.add(one) for one in sorted(value)])
        if kind is Partial:
            return self._row(_PARTIAL, [self.add(one) for one in value.bytes])
        if kind is Undefined:
            return self._row(_UNDEFINED, [])
        if isinstance(value, Mapping):
            return self._row(_MAPPING, [self.add(part) for item in value.items() for part in item])
        found = self._things.get(id(value))
        if found is None:
            if kind not in self._fields:
                raise TypeError(f"{kind.__name__} is no part of a program")
            number, names = self._fields[kind]
            row = [number, *(self.add(getattr(value, name)) for name in names)]
            if kind is ir.Source:
                found = self._place(tuple(row), row)
            else:
                found = len(self.rows)
                self.rows.append(row)
            self._things[id(value)] = found
        return found

    def _row(self, kind: int, parts: Sequence[int]) -> int:
        row = [kind, *parts]
        return self._place(tuple(row), row)

    def _place(self, key: Any, row: Any) -> int:
        found = self._values.get(key)
        if found is None:
            found = self._values[key] = len(self.rows)
            self.rows.append(row)
        return found

    def _graph(self, expression: Expr) -> int:
        pending = [expression]
        while pending:
            top = pending[-1]
            if id(top) in self._things:
                pending.pop()
            elif unknown := [argument for argument in top.args if id(argument) not in self._things]:
                pending += unknown
            else:
                pending.pop()
                parts = [self.add(top.kind), self.add(top.data), self.add(top.width)]
                parts += [self._things[id(argument)] for argument in top.args]
                self._things[id(top)] = self._row(_EXPRESSION, parts)
        return self._things[id(expression)]
