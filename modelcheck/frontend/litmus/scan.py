"""The outer syntax of a litmus test: header, initial state, threads and what follows them, as tokens with positions."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NoReturn

from attrs import field, frozen

from modelcheck.errors import InputError


@frozen
class Token:
    """A word or sign of the test: ``kind`` is ``name``, ``number`` or ``sign`` (``end`` for the end of the text)."""

    kind: str
    text: str
    at: int


@frozen(eq=False)
class Text:
    """A file's text, and where in it things are."""

    file: str
    content: str
    _starts: list[int] = field(factory=list)

    def place(self, at: int) -> tuple[int, int]:
        """Line and column, from 1, of a position."""
        if not self._starts:
            self._starts.append(0)
            self._starts.extend(match.end() for match in re.finditer("\n", self.content))
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1

    def integer(self, token: Token) -> int:
        """The value of a number as C writes it: decimal, or hexadecimal after ``0x``."""
        if len(token.text) > 400:
            self.wrong("this number has more than 64 bits", token.at)
        value = int(token.text, 16 if token.text[:2] in ("0x", "0X") else 10)
        if value >= 1 << 64:
            self.wrong("this number has more than 64 bits", token.at)
        return value

    def wrong(self, message: str, at: int) -> NoReturn:
        """Reject the input at a position."""
        raise InputError(message, self.file, *self.place(min(at, len(self.content))))


@frozen
class ThreadText:
    """``P<number>(parameters) { body }``: tokens of the parameters, and where the body's braces are."""

    number: int
    at: int
    parameters: tuple[Token, ...]
    start: int
    end: int


@frozen
class Parts:
    """A test, taken apart: the tokens of its initial state, its threads, the tokens of the rest.

    ``name`` is without a suffix ``.litmus``, as herd7 shows it.
    """

    name: str
    initial: tuple[Token, ...]
    threads: tuple[ThreadText, ...]
    rest: tuple[Token, ...]


_BLANK = re.compile(r"\s+|\(\*|/\*|//[^\n]*")
_TOKEN = re.compile(
    r"(?P<name>[A-Za-z_]\w*)|(?P<number>0[xX][0-9a-fA-F]+|\d+)|(?P<sign>/\\|\\/|=>|==|!=|<>|<=|>=|[-+*&~=<>()\[\]{};:,.@])"
)
_DEREFERENCE = re.compile(r"\(\*[A-Za-z_]\w*(\[\d+\])?\s*(=|!=|<|>)")
"""``(*x=1``, which is no comment."""
_HEADER = re.compile(r"C[ \t]+(\S+)[^\n]*")
_METADATA = re.compile(r'"[^"]*"|[^\n{"]+')
_THREAD = re.compile(r"(?:(?:static|inline|void)\s+)*(P(\d+))(?![\w])")
_BODY = re.compile(r"""//[^\n]*|/\*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[{}]""")
_OPEN_COMMENT = re.compile(r"\(\*|\*\)")


def skip(text: Text, at: int) -> int:
    """The position after white space and comments of both styles; ``(* *)`` nest."""
    content = text.content
    while (match := _BLANK.match(content, at)) is not None:
        if match.group() == "/*":
            at = content.find("*/", match.end()) + 2
            if at == 1:
                text.wrong("this comment is not closed; put */ at its end", match.start())
        elif match.group() == "(*":
            if _DEREFERENCE.match(content, at):
                return at
            at = _nested(text, match.end())
        else:
            at = match.end()
    return at


def _nested(text: Text, start: int) -> int:
    depth, at = 1, start
    while depth:
        match = _OPEN_COMMENT.search(text.content, at)
        if match is None:
            text.wrong("this comment is not closed; put *) at its end", start - 2)
        depth += 1 if match.group() == "(*" else -1
        at = match.end()
    return at


def tokens(text: Text, at: int, closing: str | None = None, opening: str = "") -> tuple[tuple[Token, ...], int]:
    """The tokens from ``at`` on, and where they end.

    Args:
        text: the file.
        at: where to start.
        closing: end before this sign, where it is not one that an ``opening`` within the tokens asks for; None for
            the end of the text, where a token of kind ``end`` closes the list.
        opening: the sign that ``closing`` closes.
    """
    found: list[Token] = []
    start, depth = at, 0
    content = text.content
    while True:
        at = skip(text, at)
        match = _TOKEN.match(content, at)
        if match is None:
            if at < len(content):
                text.wrong(f"{content[at]!r} is not expected here", at)
            if closing is not None:
                text.wrong(f"the file ends, but {opening} is not closed; put {closing} at its end", start - 1)
            return (*found, Token("end", "the end of the file", at)), at
        word = match.group()
        if word == "{" and opening == "(":
            text.wrong("this ( is not closed", start - 1)
        if word == opening:
            depth += 1
        elif word == closing:
            if not depth:
                return tuple(found), at
            depth -= 1
        found.append(Token(match.lastgroup or "", word, at))
        at = match.end()


def take_apart(text: Text) -> Parts:
    """The parts of a test.

    Raises:
        InputError: it is none: no header, a brace or comment that is not closed, a thread twice or missing.
    """
    content = text.content
    if "\0" in content:
        text.wrong("this is no text file, so no litmus test", content.index("\0"))
    at = skip(text, 0)
    if at == len(content):
        text.wrong("the file is empty; a litmus test starts with a line 'C name'", 0)
    header = _HEADER.match(content, at)
    if header is None:
        text.wrong("a C litmus test starts with a line 'C name'; other architectures are not supported", at)
    at = _initial_start(text, header.end())
    initial, at = tokens(text, at + 1, "}", "{")
    at = skip(text, at + 1)
    threads: list[ThreadText] = []
    while (match := _THREAD.match(content, at)) is not None:
        thread = _thread(text, int(match.group(2)), match.start(1), match.end())
        if any(thread.number == other.number for other in threads):
            text.wrong(f"thread P{thread.number} is there twice", thread.at)
        threads.append(thread)
        at = skip(text, thread.end + 1)
    if not threads:
        text.wrong("a thread, P0(…) { … }, is expected here", at)
    threads.sort(key=lambda thread: thread.number)
    for number, thread in enumerate(threads):
        if thread.number != number:
            text.wrong(f"there is no thread P{number}; number the threads from 0 without a gap", thread.at)
    rest, _ = tokens(text, at)
    return Parts(header.group(1).removesuffix(".litmus"), initial, tuple(threads), rest)


def _initial_start(text: Text, at: int) -> int:
    """Where the brace of the initial state is: past the documentation, and lines such as ``Com=Rf Fr``."""
    while True:
        at = skip(text, at)
        if at < len(text.content) and text.content[at] == "{":
            return at
        match = _METADATA.match(text.content, at)
        if match is None:
            text.wrong("the initial state, { … }, is missing", at)
        at = match.end()


def _thread(text: Text, number: int, start: int, at: int) -> ThreadText:
    at = _expect(text, at, "(", f"the parameters of P{number}")
    parameters, at = tokens(text, at, ")", "(")
    opening = _expect(text, at + 1, "{", f"the body of P{number}") - 1
    depth, at = 1, opening + 1
    content = text.content
    while depth:
        match = _BODY.search(content, at)
        if match is None:
            text.wrong(f"the file ends, but the body of P{number} is not closed", opening)
        found = match.group()
        at = match.end()
        if found == "{":
            depth += 1
        elif found == "}":
            depth -= 1
        elif found == "/*":
            at = content.find("*/", at) + 2
            if at == 1:
                text.wrong("this comment is not closed; put */ at its end", match.start())
    return ThreadText(number, start, parameters, opening, at - 1)


def _expect(text: Text, at: int, sign: str, what: str) -> int:
    """The position after ``sign``, which must be next, after white space (before a brace, after comments too)."""
    if sign == "{":
        at = skip(text, at)
    while text.content[at : at + 1].isspace():
        at += 1
    if not text.content.startswith(sign, at):
        text.wrong(f"{sign} is expected here, before {what}", at)
    return at + 1
