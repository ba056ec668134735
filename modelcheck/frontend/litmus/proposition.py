"""What follows the threads: ``locations``, ``filter`` and the condition, as `condition` has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from difflib import get_close_matches

from modelcheck.frontend.litmus.body import TYPES
from modelcheck.frontend.litmus.condition import (
    Address,
    And,
    Compare,
    Condition,
    Implies,
    Location,
    Not,
    Number,
    Observable,
    Operand,
    Or,
    Proposition,
    Register,
    Truth,
)
from modelcheck.frontend.litmus.scan import Text, Token
from modelcheck.frontend.litmus.test import Place

_RELATIONS = {"=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

DEEPEST = 200
"""Parentheses and negations within each other that a condition may have."""


class Rest:
    """Reads the rest of a test.

    Args:
        text: the file.
        tokens: what follows the threads, up to a token of kind ``end``.
        places: the locations by name.
        registers: the variables of each thread.

    Attributes:
        condition, filter, locations: as in `LitmusTest`, after `read`.
        absent: registers to be shown that no thread has; they are 0 for ever.
    """

    def __init__(
        self, text: Text, tokens: Sequence[Token], places: Mapping[str, Place], registers: Sequence[Set[str]]
    ) -> None:
        self.text, self.tokens, self.places, self.registers = text, tokens, places, registers
        self.next = 0
        self.depth = 0
        self.condition = Condition("forall", Truth(True))
        self.filter: Proposition | None = None
        self.locations: tuple[Observable, ...] = ()
        self.absent: list[Register] = []

    def read(self) -> None:
        """Read all of it.

        Raises:
            InputError: it is not understood, or speaks of a register or location that does not exist.
        """
        while (token := self._peek()).text in ("locations", "filter"):
            self.next += 1
            if token.text == "locations":
                self.locations = (*self.locations, *self._locations())
            elif self.filter is not None:
                self.text.wrong("there is a filter already", token.at)
            else:
                self.filter = self._implication()
        if token.kind == "end":
            return
        negated = self._accept("~") or self._accept("not")
        quantifier = self._take()
        if quantifier.text not in ("exists", "forall") or (negated and quantifier.text != "exists"):
            known = "locations […], filter, exists, ~exists or forall"
            self.text.wrong(f"{token.text} is not expected here; {known} may follow the threads", token.at)
        self.condition = Condition(("~" if negated else "") + quantifier.text, self._implication())
        while self._accept(";"):
            pass
        if self._peek().kind != "end":
            self.text.wrong(f"{self._peek().text} is not expected after the condition", self._peek().at)

    def _peek(self, ahead: int = 0) -> Token:
        return self.tokens[min(self.next + ahead, len(self.tokens) - 1)]

    def _take(self, text: str = "") -> Token:
        token = self._peek()
        if text and token.text != text:
            self.text.wrong(f"{text} is expected here, and not {token.text}", token.at)
        self.next += 1
        return token

    def _accept(self, text: str) -> bool:
        if self._peek().text == text:
            self.next += 1
            return True
        return False

    def _locations(self) -> tuple[Observable, ...]:
        self._take("[")
        found: list[Observable] = []
        while not self._accept("]"):
            found.append(self._register(shown=True) if self._peek().kind == "number" else self._observable())
            self._type()
            if not self._accept(";") and self._peek().text != "]":
                self._take(";")
        return tuple(found)

    def _type(self) -> None:
        """Pass over the type that may stand behind a location: it is for tools that run tests."""
        if self._peek().text in TYPES:
            while self._peek().kind == "name" or self._peek().text == "*":
                self.next += 1

    def _implication(self) -> Proposition:
        parts = [self._disjunction()]
        while self._accept("=>"):
            parts.append(self._disjunction())
        result = parts.pop()
        while parts:
            result = Implies(parts.pop(), result)
        return result

    def _disjunction(self) -> Proposition:
        parts = [self._conjunction()]
        while self._accept("\\/"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _conjunction(self) -> Proposition:
        parts = [self._atom()]
        while self._accept("/\\"):
            parts.append(self._atom())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _atom(self) -> Proposition:
        token = self._peek()
        if token.text in ("~", "not", "("):
            self.next += 1
            self.depth += 1
            if self.depth > DEEPEST:
                self.text.wrong("this condition is nested too deeply", token.at)
            if token.text == "(":
                inner = self._implication()
                self._take(")")
            else:
                inner = Not(self._atom())
            self.depth -= 1
            return inner
        if token.text in ("true", "false") and self._peek(1).text not in _RELATIONS:
            self.next += 1
            return Truth(token.text == "true")
        left = self._observable()
        relation = self._take()
        if relation.text not in _RELATIONS:
            self.text.wrong(f"=, != or another comparison is expected here, and not {relation.text}", relation.at)
        name = _RELATIONS[relation.text]
        right = self._value()
        return Not(Compare(left, "=", right)) if name == "!=" else Compare(left, name, right)

    def _observable(self) -> Observable:
        """A register or a location: ``0:r1``, ``x``, ``*x``, ``[x]``, ``x[1]``."""
        token = self._peek()
        if token.kind == "number":
            return self._register()
        if self._accept("*"):
            return self._location()
        if self._accept("["):
            found = self._location()
            self._take("]")
            return found
        if token.kind != "name":
            self.text.wrong(f"a register such as 0:r1, or a location, is expected here, and not {token.text}", token.at)
        return self._location()

    def _register(self, shown: bool = False) -> Register:
        thread = self._take()
        self._take(":")
        name = self._take()
        number = self.text.integer(thread)
        if number >= len(self.registers):
            self.text.wrong(f"there is no thread P{number}; the last one is P{len(self.registers) - 1}", thread.at)
        if name.kind != "name":
            self.text.wrong(f"the name of a register is expected here, and not {name.text}", name.at)
        if shown and name.text not in self.registers[number]:
            self.absent.append(Register(number, name.text))
        elif name.text not in self.registers[number]:
            near = get_close_matches(name.text, sorted(self.registers[number]), n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            self.text.wrong(f"there is no register {name.text} in P{number}{hint}", thread.at)
        return Register(number, name.text)

    def _location(self) -> Location:
        name, index, address = self._address()
        return Location(name if index is None else f"{name}[{index}]", address)

    def _address(self) -> tuple[str, int | None, int]:
        token = self._take()
        place = self.places.get(token.text)
        if token.kind != "name":
            self.text.wrong(f"a location is expected here, and not {token.text}", token.at)
        if place is None:
            near = get_close_matches(token.text, list(self.places), n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            self.text.wrong(f"there is no location {token.text}{hint}", token.at)
        if self._peek().text == "[" and self._peek(1).kind == "number":
            self.next += 1
            index = self.text.integer(self._take())
            self._take("]")
            if index >= place.words:
                have = f"{place.words} element{'s' * (place.words > 1)}"
                self.text.wrong(f"there is no {place.name}[{index}]; {place.name} has {have}", token.at)
            return place.name, index, place.element(index)
        return place.name, None, place.address

    def _value(self) -> Operand:
        """The right side: a number, a register, an address ``y`` or ``&y``, or a location's value ``*y`` or ``[y]``."""
        token = self._peek()
        if token.text in ("-", "+") and self._peek(1).kind == "number":
            self.next += 1
            value = self.text.integer(self._take())
            return Number(-value if token.text == "-" else value)
        if token.kind == "number":
            if self._peek(1).text == ":":
                return self._register()
            self.next += 1
            return Number(self.text.integer(token))
        if token.text in ("*", "["):
            return self._observable()
        if token.text in ("true", "false", "NULL") and token.text not in self.places:
            self.next += 1
            return Number(int(token.text == "true"))
        self._accept("&")
        name, index, address = self._address()
        return Address(name if index is None else f"{name}[{index}]", address)
