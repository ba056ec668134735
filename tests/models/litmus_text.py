"""The text of a simple C litmus test: initial state, threads as nested tuples, condition as a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Value = int | str
"""A number, or the name of a location: its address."""


class UnsupportedError(Exception):
    """The test uses something that this reader does not know."""


@dataclass
class Litmus:
    initial: dict[str, Value]
    threads: list[list[Any]]
    parameters: list[list[str]]
    quantifier: str
    condition: Callable[[Mapping[str, Value]], bool]
    filter: Callable[[Mapping[str, Value]], bool]


_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<number>0x[0-9a-fA-F]+|\d+)|(?P<op>->|\+\+|--|\|\||&&|==|!=|<=|>=|<<|>>|/\\|\\/|[-+*/&|^~!<>=(){}\[\];,?:.]))"
)
_TYPE = {
    "int",
    "intptr_t",
    "uintptr_t",
    "char",
    "long",
    "unsigned",
    "struct",
    "volatile",
    "void",
    "atomic_t",
    "spinlock_t",
    "srcu_struct",
    "const",
    "bool",
}


def _tokens(text: str) -> list[str]:
    result, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise UnsupportedError(f"token at {text[position : position + 20]!r}")
        result.append(match.group().strip())
        position = match.end()
    return result


def parse(text: str) -> Litmus:
    head, body, rest = re.split(r"(?m)^(?=P0\s*\()", text, maxsplit=1)[0], *_split_tail(text)
    text = _without_comments(head) + re.sub(r"/\*.*?\*/|//[^\n]*", " ", body, flags=re.S) + _without_comments(rest)
    start = text.index("{")
    depth, end = 0, start
    for end in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            break
    initial = _initial(text[start + 1 : end])
    rest = text[end + 1 :]
    threads, parameters = [], []
    while match := re.match(r"\s*P(\d+)\s*\(([^)]*)\)\s*\{", rest):
        depth, position = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[position], 0)
            position += 1
        names = [re.findall(r"\w+", p)[-1] for p in match.group(2).split(",") if p.strip()]
        parameters.append(names)
        threads.append(_Body(_tokens(rest[match.end() : position - 1])).statements())
        for name in names:
            initial.setdefault(name, 0)
        rest = rest[position:]
    rest = re.sub(r"locations\s*\[[^\]]*\]", "", rest)
    always = lambda state: True  # noqa: E731
    keep = always
    if match := re.match(r"\s*filter\b(.*?)(?=~?\s*exists|forall)", rest, re.S):
        keep = _condition(match.group(1))
        rest = rest[match.end() :]
    match = re.match(r"\s*(~\s*exists|exists|forall)(.*)", rest, re.S)
    if match is None or not threads:
        raise UnsupportedError("condition")
    return Litmus(initial, threads, parameters, match.group(1).replace(" ", ""), _condition(match.group(2)), keep)


def _split_tail(text: str) -> tuple[str, str]:
    """The threads, and what follows them. In the threads ``(*p`` is C; outside ``(* … *)`` is a comment."""
    start = re.search(r"(?m)^P0\s*\(", text)
    if start is None:
        raise UnsupportedError("no P0")
    end = text.rindex("\n}") + 2
    return text[start.start() : end], text[end:]


def _without_comments(text: str) -> str:
    return re.sub(r"\(\*.*?\*\)|/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)


def _initial(text: str) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for item in filter(None, (part.strip() for part in text.split(";"))):
        if ":" in item or "[" in item:
            raise UnsupportedError(f"initial {item}")
        left, _, right = item.partition("=")
        name = re.findall(r"\w+", left)[-1]
        value = right.strip().strip("()&").removeprefix("ATOMIC_INIT(")
        if not right.strip():
            result.setdefault(name, 0)
        else:
            result[name] = int(value, 0) if re.fullmatch(r"-?\w*\d+", value) and not value[0].isalpha() else value
    for target in [value for value in result.values() if isinstance(value, str)]:
        result.setdefault(target, 0)
    return result


def _condition(text: str) -> Callable[[Mapping[str, Value]], bool]:
    tokens = re.findall(r"/\\|\\/|~|not\b|\(|\)|!=|=|true\b|\*?[\w:.&-]+", text)
    position = 0

    def take() -> str:
        nonlocal position
        position += 1
        return str(tokens[position - 1])

    def peek() -> str:
        return tokens[position] if position < len(tokens) else ""

    def either() -> Callable[[Mapping[str, Value]], bool]:
        left = both()
        while peek() == "\\/":
            take()
            left = (lambda a, b: lambda state: a(state) or b(state))(left, both())
        return left

    def both() -> Callable[[Mapping[str, Value]], bool]:
        left = atom()
        while peek() == "/\\":
            take()
            left = (lambda a, b: lambda state: a(state) and b(state))(left, atom())
        return left

    def atom() -> Callable[[Mapping[str, Value]], bool]:
        token = take()
        if token in ("~", "not"):
            inner = atom()
            return lambda state: not inner(state)
        if token == "(":
            inner = either()
            take()
            return inner
        if token == "true":
            return lambda state: True
        relation, right = take(), take().lstrip("&")
        value: Value = int(right, 0) if re.fullmatch(r"-?\d+|0x\w+", right) else right
        if token.startswith("*"):
            raise UnsupportedError("*x in the condition")
        return lambda state: (state.get(token, 0) == value) == (relation == "=")

    return either()


class _Body:
    """Statements as nested tuples: ("expr", e), ("set", name, e), ("if", e, then, else)."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.position + ahead] if self.position + ahead < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        if expected is not None and token != expected:
            raise UnsupportedError(f"{token!r} for {expected!r}")
        self.position += 1
        return token

    def statements(self) -> list[Any]:
        result = []
        while self.peek() and self.peek() != "}":
            result.extend(self.statement())
        return result

    def statement(self) -> list[Any]:
        token = self.peek()
        if token == "{":
            self.take()
            inner = self.statements()
            self.take("}")
            return inner
        if token == ";":
            self.take()
            return []
        if token == "if":
            self.take()
            self.take("(")
            condition = self.expression()
            self.take(")")
            then = self.statement()
            otherwise = []
            if self.peek() == "else":
                self.take()
                otherwise = self.statement()
            return [("if", condition, then, otherwise)]
        if token in ("while", "do", "for", "switch", "goto", "return"):
            raise UnsupportedError(token)
        if token in _TYPE:
            while self.peek() in _TYPE or self.peek() == "*":
                self.take()
            result = []
            while True:
                while self.peek() == "*":
                    self.take()
                name = self.take()
                if self.peek() == "=":
                    self.take()
                    result.append(("set", name, self.expression()))
                elif self.peek() == "[":
                    raise UnsupportedError("array")
                if self.take() == ";":
                    return result
        expression = self.expression()
        self.take(";")
        return [("expr", expression)]

    _LEVELS = (
        ("=",),
        ("||",),
        ("&&",),
        ("|",),
        ("^",),
        ("&",),
        ("==", "!="),
        ("<", ">", "<=", ">="),
        ("<<", ">>"),
        ("+", "-"),
        ("*", "/"),
    )

    def expression(self, level: int = 0) -> Any:
        if level == len(self._LEVELS):
            return self.unary()
        left = self.expression(level + 1)
        while self.peek() in self._LEVELS[level]:
            operator = self.take()
            right = self.expression(level if operator == "=" else level + 1)
            left = ("bin", operator, left, right)
        if level == 0 and self.peek() == "?":
            raise UnsupportedError("?:")
        return left

    def unary(self) -> Any:
        token = self.peek()
        if token in ("*", "!", "~", "-", "&"):
            self.take()
            return ("un", token, self.unary())
        if token == "(":
            self.take()
            if self.peek() in _TYPE:
                while self.peek() != ")":
                    self.take()
                self.take(")")
                return self.unary()
            inner = self.expression()
            self.take(")")
            return inner
        self.take()
        if token[0].isdigit():
            return ("num", int(token, 0))
        if self.peek() == "(":
            self.take()
            arguments = []
            while self.peek() != ")":
                arguments.append(self.expression())
                if self.peek() == ",":
                    self.take()
            self.take(")")
            return ("call", token, arguments)
        if self.peek() in ("[", "->", "."):
            raise UnsupportedError(self.peek())
        if not re.match(r"[A-Za-z_]", token):
            raise UnsupportedError(token)
        return ("name", token)
