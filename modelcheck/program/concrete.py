"""Expressions of an event graph in one execution: what they are worth once its reads and choices have their values."""

from __future__ import annotations

from collections.abc import Container, Mapping

from modelcheck.program.expr import Expr, Undefined, Value, apply


class Missing(Exception):  # noqa: N818 (what is asked for is not known yet: no error)
    """A value that an expression rests on is not known: ``kind`` is ``read`` or ``choice``."""

    def __init__(self, kind: str, number: int) -> None:
        self.kind = kind
        self.number = number
        super().__init__(f"{kind} {number}")


class Concrete:
    """Evaluates expressions over the values of read events and choices.

    Args:
        reads: value of each executed read, by event id. May grow; a value that is there may not change.
        choices: outcome of each choice made, by choice id; the same holds.
        switches: numbers of the switches that are on.
    """

    def __init__(self, reads: Mapping[int, Value], choices: Mapping[int, Value], switches: Container[int] = ()) -> None:
        self._switches = switches
        self._reads = reads
        self._choices = choices
        self._known: dict[Expr, Value] = {}

    def all(self, guard: tuple[Expr, ...]) -> bool:
        """Whether a guard holds. Raises `Missing` when that rests on something unknown."""
        return all(self.truth(condition) for condition in guard)

    def truth(self, expression: Expr) -> bool:
        """Whether a width-1 expression is 1 (an undefined one is not, but ``not`` of it is). Raises `Missing`."""
        if expression.kind != "op":
            return self.value(expression) == 1
        operator, args = expression.data, expression.args
        match operator:
            case "not":
                return not self.truth(args[0])
            case "and" if expression.width == 1:
                return self._decided(args, False)
            case "or" if expression.width == 1:
                return self._decided(args, True)
            case "eq" | "ne":
                one, other = self.value(args[0]), self.value(args[1])
                same: bool = isinstance(one, int) and one == other
                return bool(same == (operator == "eq"))
            case "defined":
                return not isinstance(self.value(args[0]), Undefined)
            case "ite":
                return self.truth(args[1] if self.truth(args[0]) else args[2])
        return self.value(expression) == 1

    def value(self, expression: Expr) -> Value:
        """The value of ``expression``. Raises `Missing`; what does not matter for the value may be unknown."""
        match expression.kind:
            case "const":
                constant: Value = expression.data
                return constant
            case "switch":
                return int(expression.data in self._switches)
            case "read" | "choice":
                known = self._reads if expression.kind == "read" else self._choices
                if expression.data not in known:
                    raise Missing(expression.kind, expression.data)
                return known[expression.data]
        found = self._known.get(expression)
        if found is None:
            found = self._known[expression] = self._operation(expression)
        return found

    def _operation(self, expression: Expr) -> Value:
        args = expression.args
        if expression.data == "ite":
            condition = self.value(args[0])
            if isinstance(condition, Undefined):
                return condition
            return self.value(args[1] if condition else args[2])
        if expression.width == 1 and expression.data in ("and", "or", "not"):
            return int(self.truth(expression))
        return apply(expression.data, expression.width, [self.value(a) for a in args], args[0].width)

    def _decided(self, terms: tuple[Expr, ...], decisive: bool) -> bool:
        """The conjunction (disjunction, when ``decisive``): one decisive term is enough, whatever others rest on."""
        missing: Missing | None = None
        for term in terms:
            try:
                if self.truth(term) == decisive:
                    return decisive
            except Missing as unknown:
                missing = missing or unknown
        if missing is not None:
            raise missing
        return not decisive
