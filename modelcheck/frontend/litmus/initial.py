"""The initial state of a litmus test: locations and registers with their values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import field, frozen

from modelcheck.frontend.litmus.scan import Text, Token
from modelcheck.frontend.litmus.test import FIRST, WORD, Place
from modelcheck.frontend.litmus.width import INT, Width, width_of

MARGIN = 1024
"""Bytes before and after each location that belong to it: a test may compute an address beside it, as herd7 allows."""


@frozen
class Symbol:
    """A location's name used as a value: its address, plus ``index`` words."""

    name: str
    index: int
    at: int


InitialValue = int | Symbol


@frozen(eq=False)
class Places:
    """The locations of a test, as they are met, and what the initial state says.

    Attributes:
        types: by location.
        widths: how the values of locations are told that the initial state gives a type.
        words: numbers of elements of arrays, by location.
        values: contents by location and element.
        registers: initial values by thread and name, with their position.
    """

    types: dict[str, str] = field(factory=dict)
    widths: dict[str, Width] = field(factory=dict)
    words: dict[str, int] = field(factory=dict)
    values: dict[tuple[str, int], InitialValue] = field(factory=dict)
    registers: dict[tuple[int, str], tuple[InitialValue, int]] = field(factory=dict)

    def meet(self, name: str, type_: str = "") -> None:
        """There is a location ``name``; a type that is said counts over one that is not."""
        if type_ or name not in self.types:
            self.types[name] = type_ or "int"

    def settled(self) -> dict[str, Place]:
        """All locations with their addresses."""
        found: dict[str, Place] = {}
        address = FIRST
        for name, type_ in self.types.items():
            words = self.words.get(name, 1)
            width = self.widths.get(name, INT)
            step = width.bits // 8 if name in self.words else WORD
            found[name] = Place(name, address, type_, words, name in self.words, width, step)
            address += 4 * MARGIN + words * step * WORD // MARGIN * MARGIN
        return found


def read_initial(text: Text, tokens: Iterable[Token], places: Places) -> None:
    """Read the tokens between the braces into ``places``.

    Raises:
        InputError: an entry is not understood.
    """
    entry: list[Token] = []
    depth = 0
    for token in tokens:
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if token.text == ";" and not depth:
            if entry:
                _Entry(text, entry, token.at, places).read()
            entry = []
        else:
            entry.append(token)
    if entry:
        _Entry(text, entry, entry[-1].at + len(entry[-1].text), places).read()


class _Entry:
    """One entry: ``type target = value``, where any part but the target may be missing."""

    def __init__(self, text: Text, tokens: list[Token], end: int, places: Places) -> None:
        self.text, self.tokens, self.places = text, tokens, places
        self.stop = Token("end", "the end of this entry", end)
        self.next = 0

    def peek(self, ahead: int = 0) -> Token:
        position = self.next + ahead
        return self.tokens[position] if position < len(self.tokens) else self.stop

    def take(self, text: str = "", kind: str = "") -> Token:
        token = self.peek()
        if (text and token.text != text) or (kind and token.kind != kind):
            self.text.wrong(f"{text or 'a ' + kind} is expected here, and not {token.text}", token.at)
        self.next += 1
        return token

    def accept(self, text: str) -> bool:
        if self.peek().text == text:
            self.next += 1
            return True
        return False

    def read(self) -> None:
        words = self.type()
        type_ = " ".join(word for word in words if word != "*" and word not in _QUALIFIERS)
        if self.peek().kind == "number" and self.peek(1).text == ":":
            thread = int(self.take().text)
            self.take(":")
            name = self.take(kind="name")
            value: InitialValue = self.value() if self.accept("=") else 0
            self.places.registers[thread, name.text] = (value, name.at)
        else:
            self.location(type_, words)
        if self.next < len(self.tokens):
            self.text.wrong(f"{self.peek().text} is not expected here; end the entry with ;", self.peek().at)

    def type(self) -> list[str]:
        """The words and stars before the target."""
        words: list[str] = []
        while self.peek().kind == "name" and (
            self.peek(1).kind in ("name", "number") or self.peek(1).text in ("*", "[")
        ):
            if self.peek(1).text == "[" and self.peek(2).kind == "number":
                break
            words.append(self.take().text)
        while self.peek().text == "*" or (words and self.peek().text in _QUALIFIERS):
            words.append(self.take().text)
        return words

    def location(self, type_: str, words: Sequence[str]) -> None:
        bracket = self.accept("[")
        name = self.take(kind="name").text
        if bracket:
            self.take("]")
        self.places.meet(name, type_)
        if words:
            self.places.widths[name] = width_of(words)
        index = None
        if self.accept("["):
            index = 0 if self.peek().text == "]" else self.number()
            self.take("]")
        has_value = self.accept("=")
        if index is not None and (type_ or (has_value and self.peek().text == "{")):
            self.places.words[name] = max(index, 1)
        if has_value and self.accept("{"):
            element = 0
            while not self.accept("}"):
                self.places.values[name, element] = self.value()
                element += 1
                if self.peek().text != "}":
                    self.take(",")
            self.places.words[name] = max(self.places.words.get(name, 1), element)
            return
        if index is not None and not type_:
            self.places.words[name] = max(self.places.words.get(name, 1), index + 1)
        if has_value:
            self.places.values[name, index if index is not None and not type_ else 0] = self.value()

    def value(self) -> InitialValue:
        if self.accept("("):
            if self.peek().kind == "name" and self.peek(1).text in (")", "*"):
                self.take()
                while self.accept("*"):
                    pass
                self.take(")")
                return self.value()
            inner = self.value()
            self.take(")")
            return inner
        token = self.peek()
        if token.kind == "number" or token.text in ("-", "+"):
            return self.number()
        self.accept("&")
        name = self.take(kind="name")
        if name.text in _INITIALISERS:
            if not self.accept("("):
                return 0
            inner = 0 if self.peek().text == ")" or self.peek().kind == "name" else self.value()
            while self.peek().text != ")":
                self.take()
            self.take(")")
            return inner
        if name.text in _CONSTANTS:
            return _CONSTANTS[name.text]
        index = 0
        if self.accept("["):
            index = self.number()
            self.take("]")
        self.places.meet(name.text)
        return Symbol(name.text, index, name.at)

    def number(self) -> int:
        sign = -1 if self.accept("-") else 1
        self.accept("+")
        return sign * self.text.integer(self.take(kind="number"))


_QUALIFIERS = frozenset(("volatile", "const", "_Atomic", "__user", "__rcu"))
_CONSTANTS = {"true": 1, "false": 0, "NULL": 0}
_INITIALISERS = frozenset(
    ("ATOMIC_INIT", "ATOMIC64_INIT", "ATOMIC_LONG_INIT", "__SPIN_LOCK_UNLOCKED", "SPIN_LOCK_UNLOCKED")
)
