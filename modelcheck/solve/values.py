"""Expressions as literals: one literal for each value that an expression may take."""

from __future__ import annotations

from itertools import product

from modelcheck.program.expr import UNDEFINED, Expr, Undefined, Value, apply, choice
from modelcheck.solve.domains import Domains
from modelcheck.solve.sat import NO, YES, Circuit

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
        """The possible values of ``expression`` with their literals; impossible ones are left out."""
        found = self._values.get(expression)
        if found is None:
            found = self._values[expression] = self._lower(expression)
        return found

    def choice(self, number: int) -> Values:
        """The outcomes of nondeterministic choice ``number``, those that matter, with their literals."""
        for width in (8, 16, 32, 64):
            expression = choice(number, width)
            if expression in self._values:
                return self._values[expression]
        return {}

    def _switch(self, number: int) -> int:
        found = self.switches.get(number)
        if found is None:
            found = self.switches[number] = self._circuit.fresh()
        return found

    def equals(self, one: Expr, other: Expr) -> int:
        """The literal of ``one == other``."""
        left, right = self.values(one), self.values(other)
        circuit = self._circuit
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
            return -self._undefined(args[0])
        return self._product(expression).get(1, NO)

    def _undefined(self, expression: Expr) -> int:
        """The literal that ``expression`` rests on something that nobody has written, as `expr.apply` has it."""
        if UNDEFINED not in self._domains.values[expression]:
            return NO
        if expression.kind != "op":
            return self.values(expression).get(UNDEFINED, NO)
        found = self._undefineds.get(expression)
        if found is None:
            circuit, args = self._circuit, expression.args
            several = [self._undefined(argument) for argument in args]
            if expression.data == "ite":
                several = [several[0], circuit.if_else(self.truth(args[0]), several[1], several[2])]
            found = self._undefineds[expression] = circuit.any_of(several)
        return found

    def _lower(self, expression: Expr) -> Values:
        if expression.kind == "const":
            return {expression.data: YES}
        if expression.kind in ("read", "choice"):
            return self._leaf(expression)
        if expression.width == 1:
            truth = self.truth(expression)
            return {value: literal for value, literal in ((1, truth), (0, -truth)) if literal != NO}
        if expression.data == "ite":
            return self._choose(expression)
        return self._product(expression)

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
