"""Conditions of litmus tests: propositions over the final values of registers and locations, printed as herd7 does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen


@frozen
class Register:
    """The final value of variable ``name`` of thread ``thread``."""

    thread: int
    name: str

    def __str__(self) -> str:
        return f"{self.thread}:{self.name}"


@frozen
class Location:
    """The final value at ``address``; ``name`` is what the test calls it, ``x`` or ``x[1]``."""

    name: str
    address: int

    def __str__(self) -> str:
        return f"[{self.name}]"


@frozen
class Number:
    """An integer."""

    value: int

    def __str__(self) -> str:
        return str(self.value)


@frozen
class Address:
    """The address of a location, by the location's name."""

    name: str
    value: int

    def __str__(self) -> str:
        return self.name


Observable = Register | Location
Operand = Register | Location | Number | Address


@frozen
class Truth:
    """A constant."""

    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


@frozen
class Compare:
    """``left relation right``: ``=`` or, signed, ``<``, ``<=``, ``>``, ``>=`` (``!=`` is Not of ``=``)."""

    left: Operand
    relation: str
    right: Operand

    def __str__(self) -> str:
        return f"{self.left}{self.relation}{self.right}"


@frozen
class Not:
    """Negation."""

    part: Proposition

    def __str__(self) -> str:
        return f"not ({self.part})"


@frozen
class And:
    """Conjunction of two or more."""

    parts: tuple[Proposition, ...]

    def __str__(self) -> str:
        return " /\\ ".join(f"({part})" if isinstance(part, Or | Implies) else str(part) for part in self.parts)


@frozen
class Or:
    """Disjunction of two or more."""

    parts: tuple[Proposition, ...]

    def __str__(self) -> str:
        return " \\/ ".join(f"({part})" if isinstance(part, Implies) else str(part) for part in self.parts)


@frozen
class Implies:
    """``left => right``."""

    left: Proposition
    right: Proposition

    def __str__(self) -> str:
        left = f"({self.left})" if isinstance(self.left, Implies) else str(self.left)
        return f"{left} => {self.right}"


Proposition = Truth | Compare | Not | And | Or | Implies


@frozen
class Condition:
    """What a test asks; ``quantifier`` is ``exists``, ``~exists`` or ``forall``."""

    quantifier: str
    proposition: Proposition

    def __str__(self) -> str:
        return f"{self.quantifier} ({self.proposition})"


def holds(proposition: Proposition, value: Callable[[Operand], int]) -> bool:
    """Whether ``proposition`` is true where ``value`` gives each operand as a signed 64-bit integer."""
    match proposition:
        case Truth(constant):
            return constant
        case Compare(left, relation, right):
            return _RELATIONS[relation](value(left), value(right))
        case Not(part):
            return not holds(part, value)
        case And(parts):
            return all(holds(part, value) for part in parts)
        case Or(parts):
            return any(holds(part, value) for part in parts)
        case Implies(left_side, right_side):
            return not holds(left_side, value) or holds(right_side, value)


_RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def observables(proposition: Proposition) -> Iterator[Observable]:
    """The registers and locations in it, from left to right, with repetitions."""
    match proposition:
        case Compare(left, _, right):
            yield from (side for side in (left, right) if isinstance(side, Register | Location))
        case Not(part):
            yield from observables(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from observables(part)
        case Implies(left_side, right_side):
            yield from observables(left_side)
            yield from observables(right_side)
