"""Expressions as literals: one for each value that an expression may take, or one for each bit where these are many."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import prod

from modelcheck.program.expr import UNDEFINED, Expr, Undefined, Value, apply, choice
from modelcheck.solve.bits import BY_VALUE, COMPARISONS, Arithmetic, constant
from modelcheck.solve.domains import Domains
from modelcheck.solve.sat import NO, YES, Circuit
from modelcheck.solve.wide import TooManyValues, Wide

MOST_PRODUCTS = 1 << 11
"""Where the listed values of operands can be combined in more ways, an operator is worked out in bits."""

Values = dict[Value, int]
"""Possible values, each with the literal that says so. Exclusive; exhaustive where the expression's reads are
executed."""


class Valuation:
    """Lowers the expressions of one event graph to literals of ``circuit``.

    Attributes:
        switches: the literal of each switch that occurs, by its number.
    """

    def __init__(self, circuit: Circuit, domains: Domains, choices: tuple[int, ...]) -> None:
        self._circuit = circuit
        self._domains = domains
        self._values: dict[Expr, Values] = {}
        self._truths: dict[Expr, int] = {}
        self._undefineds: dict[Expr, int] = {}
        self._bits: dict[Expr, list[int]] = {}
        self._arithmetic = Arithmetic(circuit)
        self._owner: dict[int, tuple[str, int]] = {}
        self._choices = choices
        self.switches: dict[int, int] = {}

    def truth(self, expression: Expr) -> int:
        """The literal of a width-1 expression."""
        found = self._truths.get(expression)
        if found is None:
            found = self._truths[expression] = self._truth(expression)
        return found

    def all(self, guard: tuple[Expr, ...]) -> int:
        """The literal of a guard."""
        return self._circuit.all_of([self.truth(condition) for condition in guard])

    def values(self, expression: Expr) -> Values:
        """The possible values of ``expression`` with their literals; impossible ones are left out.

        Raises:
            TooManyValues: they cannot be listed (`is_wide`).
        """
        found = self._values.get(expression)
        if found is None:
            found = self._values[expression] = self._lower(expression)
        return found

    def is_wide(self, expression: Expr) -> bool:
        """Whether the values of ``expression`` are too many to list: then it has `bits`."""
        return isinstance(self._domains.values.get(expression), Wide)

    def bits(self, expression: Expr) -> list[int]:
        """The literals of the bits of ``expression``, the lowest first; of no account where it is undefined."""
        found = self._bits.get(expression)
        if found is None:
            found = self._bits[expression] = self._to_bits(expression)
        return found

    def is_(self, expression: Expr, value: Value) -> int:
        """The literal that ``expression`` is ``value``."""
        if isinstance(value, Undefined):
            return self.undefined(expression)
        if not self.is_wide(expression):
            return self.values(expression).get(value, NO)
        return self._circuit.all_of((-self.undefined(expression), self._arithmetic.is_(self.bits(expression), value)))

    def not_zero(self, expression: Expr) -> int:
        """The literal that ``expression`` is a number other than 0."""
        if self.is_wide(expression):
            zero = self._arithmetic.is_(self.bits(expression), 0)
            return self._circuit.all_of((-self.undefined(expression), -zero))
        several = self.values(expression).items()
        return self._circuit.any_of([literal for value, literal in several if isinstance(value, int) and value])

    def within(self, expression: Expr, first: int, last: int) -> int:
        """The literal that wide ``expression`` lies between two numbers, both included."""
        inside = self._arithmetic.within(self.bits(expression), first, last)
        return self._circuit.all_of((-self.undefined(expression), inside))

    def same(self, one: Expr, other: Expr, when: int) -> None:
        """Demand that both are the same where ``when`` holds, UNDEFINED too; ``one`` must be wide."""
        circuit = self._circuit
        pairs = [*zip(self.bits(one), self.bits(other), strict=True), (self.undefined(one), self.undefined(other))]
        for mine, theirs in pairs:
            circuit.add(-when, -mine, theirs)
            circuit.add(-when, mine, -theirs)

    def concrete(self, expression: Expr, holds: Callable[[int], bool]) -> Value:
        """The value of ``expression`` in a model (UNDEFINED where it is of no account)."""
        if self.is_wide(expression):
            if holds(self.undefined(expression)):
                return UNDEFINED
            return sum(1 << index for index, bit in enumerate(self.bits(expression)) if holds(bit))
        return next((value for value, literal in self.values(expression).items() if holds(literal)), UNDEFINED)

    def choice(self, number: int) -> Expr | None:
        """Nondeterministic choice ``number`` as an expression, where its outcome matters."""
        for width in (8, 16, 32, 64):
            expression = choice(number, width)
            if expression in self._values or expression in self._bits:
                return expression
        return None

    def outcome(self, number: int, outcome: int) -> int:
        """The literal that choice ``number`` falls as ``outcome``; NO where it does not matter."""
        expression = self.choice(number)
        return NO if expression is None else self.is_(expression, outcome)

    def said(self, expression: Expr, holds: Callable[[int], bool]) -> set[int]:
        """Literals that hold in a model, and that together say what ``expression`` is in it."""
        several = self.says(expression)
        if self.is_wide(expression):
            return {literal if holds(literal) else -literal for literal in several}
        return {literal for literal in several if holds(literal)}

    def says(self, expression: Expr) -> list[int]:
        """The literals that say what ``expression`` is."""
        if self.is_wide(expression):
            return [*self.bits(expression), self.undefined(expression)]
        return list(self.values(expression).values())

    def _switch(self, number: int) -> int:
        found = self.switches.get(number)
        if found is None:
            found = self.switches[number] = self._circuit.fresh()
        return found

    def equals(self, one: Expr, other: Expr) -> int:
        """The literal of ``one == other``."""
        circuit = self._circuit
        if self.is_wide(one) or self.is_wide(other):
            if other.kind == "const":
                return self.is_(one, other.data) if isinstance(other.data, int) else NO
            same = self._arithmetic.equal(self.bits(one), self.bits(other))
            return circuit.all_of((-self.undefined(one), -self.undefined(other), same))
        left, right = self.values(one), self.values(other)
        return circuit.any_of([circuit.all_of((left[v], right[v])) for v in left if v in right and v is not UNDEFINED])

    def _truth(self, expression: Expr) -> int:
        circuit = self._circuit
        if expression.kind == "const":
            return YES if expression.data == 1 else NO
        if expression.kind == "switch":
            return self._switch(expression.data)
        domain = self._domains.values[expression]
        if domain == {1}:
            return YES
        if 1 not in domain:
            return NO
        operator, args = expression.data, expression.args
        if operator == "not":
            return -self.truth(args[0])
        if operator in ("and", "or", "xor", "eq", "ne") and args[0].width == 1 and args[1].width == 1:
            left, right = self.truth(args[0]), self.truth(args[1])
            if operator == "and":
                return circuit.all_of((left, right))
            if operator == "or":
                return circuit.any_of((left, right))
            same = circuit.if_else(left, right, -right)
            return same if operator == "eq" else -same
        if operator == "ite":
            return circuit.if_else(self.truth(args[0]), self.truth(args[1]), self.truth(args[2]))
        if operator == "eq":
            return self.equals(args[0], args[1])
        if operator == "ne":
            return -self.equals(args[0], args[1])
        if operator == "defined":
            return -self.undefined(args[0])
        if operator in COMPARISONS and self._many(expression):
            holds = COMPARISONS[operator](self._arithmetic, *map(self.bits, args))
            return circuit.all_of((holds, *(-self.undefined(argument) for argument in args)))
        return self._product(expression).get(1, NO)

    def undefined(self, expression: Expr) -> int:
        """The literal that ``expression`` rests on something that nobody has written, as `expr.apply` has it."""
        if expression.kind == "const":
            return YES if isinstance(expression.data, Undefined) else NO
        if UNDEFINED not in self._domains.values[expression]:
            return NO
        if expression.kind != "op" and not self.is_wide(expression):
            return self.values(expression).get(UNDEFINED, NO)
        found = self._undefineds.get(expression)
        if found is None and expression.kind != "op":
            found = self._undefineds[expression] = self._circuit.fresh()
        elif found is None:
            circuit, args = self._circuit, expression.args
            several = [self.undefined(argument) for argument in args]
            if expression.data == "ite":
                several = [several[0], circuit.if_else(self.truth(args[0]), several[1], several[2])]
            found = self._undefineds[expression] = circuit.any_of(several)
        return found

    def _lower(self, expression: Expr) -> Values:
        if expression.kind == "const":
            return {expression.data: YES}
        if self.is_wide(expression):
            raise TooManyValues(expression)
        if expression.kind in ("read", "choice"):
            return self._leaf(expression)
        if expression.width == 1:
            truth = self.truth(expression)
            return {value: literal for value, literal in ((1, truth), (0, -truth)) if literal != NO}
        if expression.data == "ite":
            return self._choose(expression)
        return self._from_bits(expression) if self._many(expression) else self._product(expression)

    def _many(self, expression: Expr) -> bool:
        """Whether the operands of ``expression`` are better combined in bits than value by value."""
        args = expression.args
        if expression.data in BY_VALUE:
            return False
        return any(map(self.is_wide, args)) or prod(len(self.values(a)) for a in args) > MOST_PRODUCTS

    def _from_bits(self, expression: Expr) -> Values:
        """The listed values of an operator on operands that are many."""
        result: Values = {}
        for value in self._domains.values[expression]:
            if isinstance(value, Undefined):
                literal = self.undefined(expression)
            else:
                says = self._arithmetic.is_(self.bits(expression), value)
                literal = self._circuit.all_of((says, -self.undefined(expression)))
            if literal != NO:
                result[value] = literal
        return result

    def _to_bits(self, expression: Expr) -> list[int]:
        width, circuit = expression.width, self._circuit
        if expression.kind == "const":
            return constant(expression.data if isinstance(expression.data, int) else 0, width)
        if width == 1:
            return [self.truth(expression)]
        if not self.is_wide(expression) and not (expression.kind == "op" and self._worked_out(expression)):
            return self._listed(self.values(expression), width)
        if expression.kind == "op":
            if expression.data in BY_VALUE:
                raise TooManyValues(expression)
            return self._arithmetic.apply(expression.data, width, [self.bits(a) for a in expression.args])
        bits = [circuit.fresh() for _ in range(width)]
        if expression.kind == "choice":
            circuit.add(self._arithmetic.within(bits, 0, self._choices[expression.data] - 1))
        return bits

    def _worked_out(self, expression: Expr) -> bool:
        """Whether listed ``expression`` has its values from bits, not the other way round."""
        return expression.data != "ite" and self._many(expression)

    def _listed(self, values: Values, width: int) -> list[int]:
        """Bits of listed values."""
        numbers = [(value, literal) for value, literal in values.items() if isinstance(value, int)]
        return [
            self._circuit.any_of([literal for value, literal in numbers if value >> index & 1])
            for index in range(width)
        ]

    def _leaf(self, expression: Expr) -> Values:
        domain = sorted(
            self._domains.values.get(expression, frozenset()), key=lambda v: -1 if isinstance(v, Undefined) else v
        )
        if len(domain) == 1:
            return {domain[0]: YES}
        result = {value: self._circuit.fresh() for value in domain}
        for literal in result.values():
            self._owner[literal] = (expression.kind, expression.data)
        self._circuit.at_most_one(list(result.values()))
        if expression.kind == "choice":
            self._circuit.add(*result.values())
        return result

    def _choose(self, expression: Expr) -> Values:
        circuit = self._circuit
        condition = self.truth(expression.args[0])
        if condition in (YES, NO):
            return self.values(expression.args[1 if condition == YES else 2])
        then, other = self.values(expression.args[1]), self.values(expression.args[2])
        result: Values = {}
        for value in dict.fromkeys([*then, *other]):
            literal = circuit.if_else(condition, then.get(value, NO), other.get(value, NO))
            if literal != NO:
                result[value] = literal
        return result

    def _product(self, expression: Expr) -> Values:
        circuit = self._circuit
        parts = [self.values(argument) for argument in expression.args]
        operand = expression.args[0].width
        ways: dict[Value, list[int]] = {}
        for combination in product(*(part.items() for part in parts)):
            literals = [literal for _, literal in combination]
            if len(literals) > 1 and self._clash(literals):
                continue
            literal = circuit.all_of(literals)
            if literal != NO:
                value = apply(expression.data, expression.width, [v for v, _ in combination], operand)
                ways.setdefault(value, []).append(literal)
        return {value: circuit.any_of(literals) for value, literals in ways.items()}

    def _clash(self, literals: list[int]) -> bool:
        """Whether two of ``literals`` say different values of one read."""
        seen: dict[tuple[str, int], int] = {}
        for literal in literals:
            owner = self._owner.get(literal)
            if owner is not None and seen.setdefault(owner, literal) != literal:
                return True
        return False
