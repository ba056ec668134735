"""Machine arithmetic as gates: operators over numbers given as lists of literals, the lowest bit first.

For values of which there are too many to give each a literal of its own. Gates fold where a bit is known, so what is
done with constants costs little. The meaning is that of `modelcheck.program.expr.OPERATORS`; what a result is where an
operand is undefined is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from modelcheck.solve.sat import NO, YES, Circuit

Bits = Sequence[int]
"""Literals of a number's bits, the lowest first."""


def constant(value: int, width: int) -> list[int]:
    """The bits of a known number."""
    return [YES if value >> index & 1 else NO for index in range(width)]


def known(bits: Bits) -> int | None:
    """The number, where every bit is known."""
    if any(bit not in (YES, NO) for bit in bits):
        return None
    return sum(1 << index for index, bit in enumerate(bits) if bit == YES)


BY_VALUE: Final = frozenset({"joined", "left", "within"})
"""Operators that have no gates: they are worked out value by value, or not at all."""


class Arithmetic:
    """Operators over bits, as gates of ``circuit``."""

    def __init__(self, circuit: Circuit) -> None:
        self._circuit = circuit

    def apply(self, operator: str, width: int, args: Sequence[Bits]) -> list[int]:
        """The ``width`` bits of ``operator`` on ``args``: a key of `OPERATORS`, but for ``defined`` and `BY_VALUE`."""
        match operator:
            case "zext" | "trunc":
                return self._resized(args[0], width, NO)
            case "sext":
                return self._resized(args[0], width, args[0][-1])
            case "ite":
                return self.choose(args[0][0], args[1], args[2])
            case "not":
                return [-bit for bit in args[0]]
            case "neg":
                return self.negative(args[0])
            case "and" | "or" | "xor":
                gate = {"and": self._both, "or": self._either, "xor": self.differ}[operator]
                return [gate(a, b) for a, b in zip(*args, strict=True)]
            case "add":
                return self.sum(args[0], args[1])
            case "sub":
                return self.sum(args[0], [-bit for bit in args[1]], YES)
            case "mul":
                return self.product(args[0], args[1])
            case "udiv":
                return self.divide(args[0], args[1])[0]
            case "urem":
                return self.divide(args[0], args[1])[1]
            case "sdiv" | "srem":
                return self._signed_division(operator, args[0], args[1])
            case "shl":
                return self._shift(args[0], args[1], NO, lambda bits, by: [NO] * by + list(bits[: len(bits) - by]))
            case "lshr":
                return self._shift(args[0], args[1], NO, lambda bits, by: [*bits[by:], *[NO] * by])
            case "ashr":
                sign = args[0][-1]
                return self._shift(args[0], args[1], sign, lambda bits, by: [*bits[by:], *[sign] * by])
        return [COMPARISONS[operator](self, *args)]

    def equal(self, one: Bits, other: Bits) -> int:
        """The literal that both are one number."""
        return self._circuit.all_of([-self.differ(a, b) for a, b in zip(one, other, strict=True)])

    def is_(self, bits: Bits, value: int) -> int:
        """The literal that the number is ``value``."""
        if value >> len(bits):
            return NO
        return self._circuit.all_of([bit if value >> index & 1 else -bit for index, bit in enumerate(bits)])

    def less(self, one: Bits, other: Bits, or_equal: bool = False) -> int:
        """The literal that ``one`` is less, as an unsigned number."""
        result = YES if or_equal else NO
        for a, b in zip(one, other, strict=True):
            result = self._circuit.if_else(self.differ(a, b), b, result)
        return result

    def signed_less(self, one: Bits, other: Bits, or_equal: bool = False) -> int:
        """The same for numbers in two's complement."""
        return self.less([*one[:-1], -one[-1]], [*other[:-1], -other[-1]], or_equal)

    def within(self, bits: Bits, first: int, last: int) -> int:
        """The literal that the number lies between two, both included."""
        width, most = len(bits), (1 << len(bits)) - 1
        if first > most:
            return NO
        above = self.less(constant(first, width), bits, or_equal=True)
        below = self.less(bits, constant(min(last, most), width), or_equal=True)
        return self._circuit.all_of((above, below))

    def differ(self, one: int, other: int) -> int:
        """The literal that two bits differ."""
        if one in (YES, NO):
            return -other if one == YES else other
        if other in (YES, NO):
            return -one if other == YES else one
        if abs(one) == abs(other):
            return NO if one == other else YES
        # One gate for a pair, whatever the signs: these come out at the end.
        first, second = sorted((abs(one), abs(other)))
        gate = self._circuit.if_else(first, -second, second)
        return gate if (one > 0) == (other > 0) else -gate

    def choose(self, condition: int, then: Bits, other: Bits) -> list[int]:
        """``then`` where ``condition`` holds, else ``other``."""
        return [self._circuit.if_else(condition, a, b) for a, b in zip(then, other, strict=True)]

    def sum(self, one: Bits, other: Bits, carry: int = NO) -> list[int]:
        """Both added, and ``carry``; as many bits as they have."""
        result: list[int] = []
        for a, b in zip(one, other, strict=True):
            half = self.differ(a, b)
            result.append(self.differ(half, carry))
            carry = self._either(self._both(a, b), self._both(carry, half))
        return result

    def negative(self, bits: Bits) -> list[int]:
        """The number with its sign turned."""
        return self.sum([-bit for bit in bits], [NO] * len(bits), YES)

    def product(self, one: Bits, other: Bits) -> list[int]:
        """Both multiplied; as many bits as they have."""
        width = len(one)
        if known(one) is not None:
            one, other = other, one
        total = [NO] * width
        for index, bit in enumerate(other):
            if bit != NO:
                shifted = [NO] * index + [self._both(bit, a) for a in one[: width - index]]
                total = self.sum(total, shifted)
        return total

    def divide(self, one: Bits, other: Bits) -> tuple[list[int], list[int]]:
        """Quotient and rest of unsigned numbers; both are 0 where ``other`` is."""
        width = len(one)
        zero = self.is_(other, 0)
        if zero == YES:
            return [NO] * width, [NO] * width
        divisor = [*other, NO]
        rest = [NO] * (width + 1)
        quotient = [NO] * width
        for index in reversed(range(width)):
            rest = [one[index], *rest[:width]]
            fits = self.less(divisor, rest, or_equal=True)
            quotient[index] = fits
            rest = self.choose(fits, self.sum(rest, [-bit for bit in divisor], YES), rest)
        whole = [self._both(-zero, bit) for bit in quotient]
        return whole, [self._both(-zero, bit) for bit in rest[:width]]

    def _signed_division(self, operator: str, one: Bits, other: Bits) -> list[int]:
        """Rounds toward zero; the rest has the sign of the first operand."""
        first, second = (self.choose(bits[-1], self.negative(bits), bits) for bits in (one, other))
        quotient, rest = self.divide(first, second)
        if operator == "srem":
            return self.choose(one[-1], self.negative(rest), rest)
        return self.choose(self.differ(one[-1], other[-1]), self.negative(quotient), quotient)

    def _shift(self, bits: Bits, by: Bits, fill: int, moved: Callable[[Bits, int], list[int]]) -> list[int]:
        width = len(bits)
        result = list(bits)
        beyond: list[int] = []
        for index, bit in enumerate(by):
            if 1 << index >= width:
                beyond.append(bit)
            else:
                result = self.choose(bit, moved(result, 1 << index), result)
        # What is shifted as far as the number is wide, all bits of a width that is no power of two included.
        return self.choose(self._circuit.any_of(beyond), [fill] * width, result)

    def _resized(self, bits: Bits, width: int, fill: int) -> list[int]:
        return [*bits[:width], *[fill] * (width - len(bits))]

    def _both(self, one: int, other: int) -> int:
        return self._circuit.all_of((one, other))

    def _either(self, one: int, other: int) -> int:
        return self._circuit.any_of((one, other))


COMPARISONS: Final[Mapping[str, Callable[[Arithmetic, Bits, Bits], int]]] = {
    "eq": Arithmetic.equal,
    "ne": lambda self, one, other: -self.equal(one, other),
    "ult": Arithmetic.less,
    "ule": lambda self, one, other: self.less(one, other, or_equal=True),
    "slt": Arithmetic.signed_less,
    "sle": lambda self, one, other: self.signed_less(one, other, or_equal=True),
}
"""Operators of one bit over two numbers."""
