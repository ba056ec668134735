"""Expressions over machine integers: the one language for values, addresses and guards.

Every value is an unsigned integer modulo ``2 ** width``; signedness lives in the operator.
Width 1 is truth (0 or 1). Expressions are interned: equal expressions are the same object,
so ``is`` compares them and a dictionary may be keyed by them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any, Final


class Undefined:
    """The value of memory or of a local that nobody has written: `UNDEFINED`, or of which a part is so (`Partial`)."""

    def __repr__(self) -> str:
        return "undefined"

    def __reduce__(self) -> str:
        return "UNDEFINED"


UNDEFINED: Final = Undefined()

Value = int | Undefined


class Partial(Undefined):
    """A value that is defined in some of its bytes only: a copy of a union, say, whose smaller member was written.

    Whoever asks for all of it asks for what is undefined; its bytes may be had one by one.

    Attributes:
        bytes: the lowest first.
    """

    __slots__ = ("bytes",)

    def __init__(self, bytes_: tuple[Value, ...]) -> None:
        self.bytes = bytes_

    def __repr__(self) -> str:
        return "partly undefined"

    def __reduce__(self) -> tuple[type[Partial], tuple[tuple[Value, ...]]]:  # type: ignore[override]
        return Partial, (self.bytes,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Partial) and other.bytes == self.bytes

    def __hash__(self) -> int:
        return hash(self.bytes)


def byte_of(size: int, value: Value, index: int) -> Value:
    """Byte ``index`` of a little-endian ``value`` of ``size`` bytes."""
    assert index < size
    if isinstance(value, Partial):
        return value.bytes[index]
    return value if isinstance(value, Undefined) else value >> 8 * index & 0xFF


def join_bytes(parts: Sequence[Value]) -> Value:
    """The little-endian value of bytes: UNDEFINED when all of them are, a `Partial` when some are."""
    total = 0
    for index, part in enumerate(parts):
        if isinstance(part, Undefined):
            return UNDEFINED if all(isinstance(one, Undefined) for one in parts) else Partial(tuple(parts))
        total |= part << 8 * index
    return total


class Expr:
    """One node of an expression graph. Build with the functions of this module, never directly.

    Attributes:
        kind: ``const`` (``data``: the value, or UNDEFINED), ``reg`` (``data``: register number in its
            function), ``old`` (in an Rmw only: the value read), ``op`` (``data``: operator name),
            ``read`` (in an event graph only; ``data``: event id), ``choice`` (in an event graph only;
            ``data``: choice id), ``switch`` (``data``: its number).
        width: bits of the result: 1, 8, 16, 32, 64 or, of what is accessed 16 bytes at once, 128.
        args: operands of an ``op``.
    """

    __slots__ = ("args", "data", "kind", "width")
    kind: str
    data: Any
    width: int
    args: tuple[Expr, ...]

    def __reduce__(self) -> tuple[Callable[..., Expr], tuple[Any, ...]]:
        return _intern, (self.kind, self.data, self.width, self.args)

    def __repr__(self) -> str:
        if self.kind == "op":
            return f"({self.data}{self.width} {' '.join(map(repr, self.args))})"
        if self.kind == "const":
            return f"{self.data}"
        return self.kind if self.data is None else f"{self.kind}{self.data}"


_table: dict[tuple[str, Any, int, tuple[Expr, ...]], Expr] = {}


def _intern(kind: str, data: Any, width: int, args: tuple[Expr, ...]) -> Expr:
    key = (kind, data, width, args)
    found = _table.get(key)
    if found is None:
        found = Expr()
        found.kind, found.data, found.width, found.args = key
        _table[key] = found
    return found


def rebuilt(kind: str, data: Any, width: int, args: tuple[Expr, ...]) -> Expr:
    """The node that has these attributes; for what was taken apart before. Raises ValueError where none can have."""
    if kind not in _KINDS or (args and kind != "op") or any(type(argument) is not Expr for argument in args):
        raise ValueError(kind)
    if kind == "op" and data not in OPERATORS:
        raise ValueError(data)
    return _intern(kind, data, width, args)


_KINDS: Final = frozenset(("const", "reg", "old", "op", "read", "choice", "switch"))


def const(value: Value, width: int) -> Expr:
    """The constant ``value`` modulo ``2 ** width``; ``UNDEFINED`` stays as it is."""
    return _intern("const", value if isinstance(value, Undefined) else value & mask(width), width, ())


def reg(number: int, width: int) -> Expr:
    """Register ``number`` of the function at hand."""
    return _intern("reg", number, width, ())


def old(width: int) -> Expr:
    """The value that the read of a read-modify-write got."""
    return _intern("old", None, width, ())


def read(event: int, width: int) -> Expr:
    """The value that read event ``event`` of an event graph got."""
    return _intern("read", event, width, ())


def choice(number: int, width: int) -> Expr:
    """The outcome of nondeterministic choice ``number`` of an event graph."""
    return _intern("choice", number, width, ())


def switch(number: int) -> Expr:
    """Whether the program runs with change ``number`` in it: open, but the same throughout an execution. Width 1."""
    return _intern("switch", number, 1, ())


def settled(expression: Expr, on: Container[int]) -> Expr:
    """``expression`` with each switch replaced by whether its number is in ``on``."""
    if expression.kind == "switch":
        return TRUE if expression.data in on else FALSE
    if not expression.args:
        return expression
    args = tuple(settled(argument, on) for argument in expression.args)
    return expression if args == expression.args else op(expression.data, expression.width, *args)


def mask(width: int) -> int:
    """``2 ** width - 1``."""
    return (1 << width) - 1


def signed(value: int, width: int) -> int:
    """``value`` read as two's complement of ``width`` bits."""
    return value - (1 << width) if value >> (width - 1) & 1 else value


def _divide(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def _shift(a: int, b: int, width: int) -> int:
    return a << b if b < width else 0


def _line(value: int) -> list[int]:
    """The bytes of ``value`` that are not 0, the lowest first: who stands in a line."""
    return [byte for byte in value.to_bytes(8, "little") if byte]


def _number(line: Sequence[int]) -> int:
    return int.from_bytes(bytes(line), "little")


def _joined(line: int, one: int) -> int:
    """``line`` with ``one`` at its end, unless it stands in it, or there is no place left."""
    standing = _line(line)
    return line if one in standing or len(standing) == 8 else _number([*standing, one & 255])


# Each operator: (values of the operands, width of the first operand) -> unmasked result.
# A division by zero gives 0 here: frontends put an assertion before it.
OPERATORS: Final[dict[str, Callable[[Sequence[int], int], int]]] = {
    "add": lambda v, w: v[0] + v[1],
    "sub": lambda v, w: v[0] - v[1],
    "mul": lambda v, w: v[0] * v[1],
    "udiv": lambda v, w: v[0] // v[1] if v[1] else 0,
    "urem": lambda v, w: v[0] % v[1] if v[1] else 0,
    "sdiv": lambda v, w: _divide(signed(v[0], w), signed(v[1], w)) if v[1] else 0,
    "srem": lambda v, w: signed(v[0], w) - signed(v[1], w) * _divide(signed(v[0], w), signed(v[1], w)) if v[1] else 0,
    "and": lambda v, w: v[0] & v[1],
    "or": lambda v, w: v[0] | v[1],
    "xor": lambda v, w: v[0] ^ v[1],
    "shl": lambda v, w: _shift(v[0], v[1], w),
    "lshr": lambda v, w: v[0] >> v[1],
    "ashr": lambda v, w: signed(v[0], w) >> v[1],
    "neg": lambda v, w: -v[0],
    "not": lambda v, w: ~v[0],
    "eq": lambda v, w: int(v[0] == v[1]),
    "ne": lambda v, w: int(v[0] != v[1]),
    "ult": lambda v, w: int(v[0] < v[1]),
    "ule": lambda v, w: int(v[0] <= v[1]),
    "slt": lambda v, w: int(signed(v[0], w) < signed(v[1], w)),
    "sle": lambda v, w: int(signed(v[0], w) <= signed(v[1], w)),
    "zext": lambda v, w: v[0],
    "sext": lambda v, w: signed(v[0], w),
    "trunc": lambda v, w: v[0],
    "ite": lambda v, w: v[1] if v[0] else v[2],
    "defined": lambda v, w: 1,
    "joined": lambda v, w: _joined(v[0], v[1]),
    "left": lambda v, w: _number([byte for byte in _line(v[0]) if byte != v[1]]),
    "within": lambda v, w: int(v[1] in _line(v[0])),
}


def apply(operator: str, width: int, values: Sequence[Value], operand_width: int) -> Value:
    """The value of one operator on concrete operands.

    Args:
        operator: a key of `OPERATORS`.
        width: bits of the result.
        values: the operands, each already modulo its own width.
        operand_width: bits of the first operand (it fixes the sign bit of a signed operator).

    Gives UNDEFINED when an operand that matters is undefined: for ``ite`` the condition or the
    chosen arm, else any, but for what puts bytes together and takes them apart. ``defined`` asks just that.
    """
    if operator == "ite":
        if isinstance(values[0], Undefined):
            return UNDEFINED
        return values[1] if values[0] else values[2]
    if operator == "defined":
        return int(not isinstance(values[0], Undefined))
    known: list[int] = []
    for value in values:
        if isinstance(value, Undefined):
            return _of_bytes(operator, width, values, operand_width)
        known.append(value)
    return OPERATORS[operator](known, operand_width) & mask(width)


def _of_bytes(operator: str, width: int, values: Sequence[Value], operand_width: int) -> Value:
    """What becomes of the bytes of a `Partial` by an operator that moves them; UNDEFINED by any other."""
    if width % 8 or operand_width % 8 or not any(isinstance(value, Partial) for value in values):
        return UNDEFINED
    size = operand_width // 8
    own = [byte_of(size, values[0], index) for index in range(size)]
    match operator:
        case "trunc" | "zext":
            return join_bytes([*own, *[0] * (width // 8)][: width // 8])
        case "shl" | "lshr" if isinstance(by := values[1], int) and by % 8 == 0 and by < operand_width:
            gone = by // 8
            return join_bytes([*[0] * gone, *own[: size - gone]] if operator == "shl" else [*own[gone:], *[0] * gone])
        case "or":
            others = [byte_of(size, values[1], index) for index in range(size)]
            pairs = zip(own, others, strict=True)
            return join_bytes(
                [UNDEFINED if isinstance(a, Undefined) or isinstance(b, Undefined) else a | b for a, b in pairs]
            )
    return UNDEFINED


def op(operator: str, width: int, *args: Expr) -> Expr:
    """``operator`` applied to ``args``; constants are folded, and what is plainly neutral goes.

    Folding never loses a *syntactic dependency*: those are kept beside the expression.
    """
    if all(a.kind == "const" for a in args):
        return const(apply(operator, width, [a.data for a in args], args[0].width), width)
    if operator in ("eq", "ne") and args[0].kind == "const":
        args = (args[1], args[0])
    if operator == "ite":
        condition, then, other = args
        if condition.kind == "const" and not isinstance(condition.data, Undefined):
            return then if condition.data else other
        if then is other:
            return then
        if width == 1 and _is(then, 1) and _is(other, 0):
            return condition
    elif operator in ("zext", "sext", "trunc") and args[0].width == width:
        return args[0]
    elif operator in ("add", "sub", "or", "xor", "shl", "lshr", "ashr") and _is(args[1], 0):
        return args[0]
    elif operator in ("add", "or", "xor") and _is(args[0], 0):
        return args[1]
    elif operator in ("and", "mul") and (_is(args[0], 0) or _is(args[1], 0)):
        return const(0, width)
    elif operator == "and" and width == 1:
        if _is(args[0], 1):
            return args[1]
        if _is(args[1], 1) or args[0] is args[1]:
            return args[0]
    elif operator == "or" and width == 1:
        if _is(args[0], 1) or _is(args[1], 1):
            return const(1, 1)
        if args[0] is args[1]:
            return args[0]
    elif operator == "not" and width == 1:
        inner = args[0]
        if inner.kind == "op" and inner.data == "not":
            return inner.args[0]
        if inner.kind == "op" and inner.data in ("eq", "ne"):
            return op("ne" if inner.data == "eq" else "eq", 1, *inner.args)
    elif operator in ("eq", "ne") and args[0].width == 1 and args[1].kind == "const":
        positive = _is(args[1], 1) == (operator == "eq")
        return args[0] if positive else op("not", 1, args[0])
    elif operator in ("eq", "ne") and args[1].kind == "const" and _chooses(args[0]):
        condition, then, other = args[0].args
        hits = op(operator, 1, then, args[1]), op(operator, 1, other, args[1])
        if hits == (TRUE, FALSE):
            return condition
        if hits == (FALSE, TRUE):
            return negate(condition)
    elif operator in ("eq", "ne") and args[0].kind == "op" and args[0].data == "zext":
        narrow = args[0].args[0]
        other = args[1]
        if other.kind == "op" and other.data == "zext" and other.args[0].width == narrow.width:
            return op(operator, 1, narrow, other.args[0])
        if other.kind == "const" and not isinstance(other.data, Undefined) and other.data <= mask(narrow.width):
            return op(operator, 1, narrow, const(other.data, narrow.width))
    elif operator == "trunc" and args[0].kind == "op" and args[0].data in ("zext", "sext"):
        inner = args[0].args[0]
        if inner.width >= width:
            return op("trunc", width, inner)
        return op(args[0].data, width, inner)
    return _intern("op", operator, width, args)


def _chooses(expression: Expr) -> bool:
    """Whether it is one of two constants."""
    return expression.kind == "op" and expression.data == "ite" and all(a.kind == "const" for a in expression.args[1:])


def _is(expression: Expr, value: int) -> bool:
    return expression.kind == "const" and expression.data == value


TRUE: Final = const(1, 1)
FALSE: Final = const(0, 1)


def conj(*terms: Expr) -> Expr:
    """Conjunction of width-1 terms; TRUE for none."""
    result = TRUE
    for term in terms:
        result = op("and", 1, result, term)
    return result


def disj(*terms: Expr) -> Expr:
    """Disjunction of width-1 terms; FALSE for none."""
    result = FALSE
    for term in terms:
        result = op("or", 1, result, term)
    return result


def negate(term: Expr) -> Expr:
    """Negation of a width-1 term."""
    return op("not", 1, term)
