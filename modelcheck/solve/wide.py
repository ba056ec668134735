"""Sets of possible values, and the set that is too large to go through: any number of its width."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from modelcheck.program.expr import UNDEFINED, Expr, Undefined, Value, mask
from modelcheck.program.ir import Source

MOST_VALUES: Final = 2048
"""An expression with more possible values than this may have any: its values are no longer listed, but bits."""

FEW: Final = 256
"""What is made of any number is listed again where there are no more possible values than this."""


class TooManyValues(Exception):  # noqa: N818 (no error: an answer)
    """``expression`` has more possible values than can be enumerated; ``source`` is a place that uses it."""

    def __init__(self, expression: Expr, source: Source | None = None) -> None:
        self.expression = expression
        self.source = source
        place = "" if source is None else f"{source}: "
        super().__init__(f"{place}an expression has too many possible values to enumerate")


class Wide(AbstractSet[Value]):
    """Any number that ``expression`` has the width for, and perhaps UNDEFINED.

    Only what can be said without going through them is said; the rest raises `TooManyValues`.
    """

    __slots__ = ("expression", "undefined")

    def __init__(self, expression: Expr, undefined: bool) -> None:
        self.expression = expression
        self.undefined = undefined

    def __contains__(self, value: object) -> bool:
        return self.undefined if isinstance(value, Undefined) else isinstance(value, int)

    def __iter__(self) -> Iterator[Value]:
        raise TooManyValues(self.expression)

    def __len__(self) -> int:
        return (1 << 62) + self.undefined

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wide) and other.undefined == self.undefined

    def __hash__(self) -> int:
        return hash(("wide", self.undefined))


Range = AbstractSet[Value]
"""The possible values of an expression: a frozenset, or `Wide`."""


def union(expression: Expr, one: Range, other: Range) -> Range:
    """Both sets together, as those of ``expression``."""
    if isinstance(one, Wide) or isinstance(other, Wide):
        return Wide(expression, UNDEFINED in one or UNDEFINED in other)
    found = frozenset(one) | other
    return Wide(expression, UNDEFINED in found) if len(found) > MOST_VALUES else found


def made_of(node: Expr, arguments: list[Range]) -> Range:
    """What operator ``node``, of more than one bit, may give of ``arguments`` that are too many to go through."""
    undefined = any(UNDEFINED in argument for argument in arguments)
    numbers = _few(node, arguments)
    if numbers is None:
        return Wide(node, undefined)
    return frozenset(numbers).union((UNDEFINED,) if undefined else ())


def _few(node: Expr, arguments: list[Range]) -> range | set[int] | None:
    if 1 << node.width <= FEW:
        return range(1 << node.width)
    known = node.args[-1].data if node.args[-1].kind == "const" else None
    if not isinstance(known, int):
        return None
    match node.data:
        case "urem" if 0 < known <= FEW:
            return range(known)
        case "udiv" if known and mask(node.width) // known < FEW:
            return range(mask(node.width) // known + 1)
        case "lshr" if node.width - known <= FEW.bit_length() - 1:
            return range(1 << max(node.width - known, 0))
        case "and" if known.bit_count() < FEW.bit_length():
            return _parts(known)
    return None


def _parts(bits: int) -> set[int]:
    """Every number that has no bit but those of ``bits``."""
    found = {0}
    for index in range(bits.bit_length()):
        if bits >> index & 1:
            found |= {number | 1 << index for number in found}
    return found
