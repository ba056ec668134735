"""The conditions under which the events of an execution happened, as text that refers to what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from modelcheck.program.concrete import Concrete, Missing
from modelcheck.program.expr import Expr, Undefined, signed
from modelcheck.program.graph import Guard
from modelcheck.program.memory import NULL_PAGE, AddressSpace
from modelcheck.solve.result import Condition

_DEEPEST: Final = 8
"""Parts of an expression nested deeper are told as ``…``."""

_INFIX: Final = {
    "add": "+", "sub": "-", "mul": "*", "udiv": "/", "sdiv": "/", "urem": "%", "srem": "%", "and": "&", "or": "|",
    "xor": "^", "shl": "<<", "lshr": ">>", "ashr": ">>", "eq": "==", "ne": "!=", "ult": "<", "ule": "<=", "slt": "<",
    "sle": "<=",
}  # fmt: skip

_OPPOSITE: Final = {"eq": "!=", "ne": "==", "ult": ">=", "ule": ">", "slt": ">=", "sle": ">"}


class Conditions:
    """The conditions of one execution, each kept once.

    Args:
        space: to name what pointers lead to.
        concrete: the values of the execution.
        numbers: of each event of the graph that is told, its number in the execution.
    """

    def __init__(self, space: AddressSpace, concrete: Concrete, numbers: Mapping[int, int]) -> None:
        self._space = space
        self._concrete = concrete
        self._numbers = numbers
        self._found: dict[Condition, int] = {}
        self._of: dict[Expr, tuple[int, ...]] = {}

    @property
    def every(self) -> tuple[Condition, ...]:
        """All that came up, in order."""
        return tuple(self._found)

    def of(self, guard: Guard) -> tuple[int, ...]:
        """The conditions of ``guard``, which holds, as numbers in `every`; of alternatives those that hold."""
        found: dict[int, None] = {}
        for condition in guard:
            if condition not in self._of:
                self._of[condition] = tuple(dict.fromkeys(self._number(part) for part in self._parts(condition)))
            found |= dict.fromkeys(self._of[condition])
        return tuple(found)

    def _parts(self, condition: Expr) -> Iterator[Expr]:
        condition = self._bare(condition)
        if condition.kind in ("const", "switch"):
            return
        if condition.kind == "op" and condition.data in ("and", "or"):
            for part in condition.args:
                if condition.data == "and" or self._holds(part):
                    yield from self._parts(part)
        else:
            yield condition

    def _holds(self, part: Expr) -> bool:
        try:
            return self._concrete.truth(part)
        except Missing:
            return False

    def _bare(self, e: Expr) -> Expr:
        """``e`` without the detours that C makes: ``(a == b) != 0``, and the arm of ``?:`` that is not taken."""
        while e.kind == "op":
            inner = e.args[0]
            while inner.kind == "op" and inner.data == "zext":
                inner = inner.args[0]
            if e.data == "ne" and inner.width == 1 and e.args[1].kind == "const" and e.args[1].data == 0:
                e = inner
            elif e.data == "ite" and not self._missing(inner):
                e = e.args[1] if self._holds(inner) else e.args[2]
            else:
                break
        return e

    def _missing(self, condition: Expr) -> bool:
        try:
            self._concrete.truth(condition)
        except Missing:
            return True
        return False

    def _number(self, part: Expr) -> int:
        reads: dict[int, None] = {}
        told = Condition(self._text(part, reads, 0), tuple(sorted(reads)))
        return self._found.setdefault(told, len(self._found))

    def _text(self, e: Expr, reads: dict[int, None], depth: int) -> str:
        match e.kind:
            case "const":
                return self._constant(e)
            case "read":
                number = self._numbers.get(e.data)
                if number is None:
                    return "?"
                reads[number] = None
                return f"#{number}"
            case "choice":
                return f"choice {e.data}"
            case "switch":
                return f"change {e.data}"
        if depth > _DEEPEST:
            return "…"
        args, operator = e.args, e.data
        if operator in ("zext", "sext", "trunc"):
            return self._text(args[0], reads, depth)
        if operator == "ite":
            try:
                return self._text(args[1] if self._concrete.truth(args[0]) else args[2], reads, depth)
            except Missing:
                return "…"
        parts = [self._text(arg, reads, depth + 1) for arg in args]
        if operator == "not" and e.width == 1 and args[0].kind == "op" and args[0].data in _OPPOSITE:
            left, right = (self._text(arg, reads, depth + 1) for arg in args[0].args)
            return f"{left} {_OPPOSITE[args[0].data]} {right}"
        if operator in _INFIX:
            told = f"{parts[0]} {_INFIX[operator]} {parts[1]}"
            return f"({told})" if depth else told
        if operator == "defined":
            return f"{parts[0]} is defined"
        sign = {"not": "!" if e.width == 1 else "~", "neg": "-"}.get(operator, operator)
        return f"{sign}{parts[0]}" if parts[0][:1] in "#(" else f"{sign}({parts[0]})"

    def _constant(self, e: Expr) -> str:
        if isinstance(e.data, Undefined):
            return "undefined"
        if e.width == 64 and e.data >= NULL_PAGE and (thing := self._space.find(e.data)) is not None:
            name = self._space.name(e.data)
            return name if thing.kind == "function" else f"&{name}"
        value = signed(e.data, e.width) if e.width > 1 else e.data
        return str(value) if abs(value) < NULL_PAGE else hex(value)
