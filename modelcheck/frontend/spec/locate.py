"""Where each key and value of a TOML text stands: line and column by path.

`tomllib` reads the text but tells no positions. This scanner goes over a text that `tomllib` has
accepted, so it may take its correctness for granted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Final

from attrs import define, field, frozen

Path = tuple[str | int, ...]
"""Keys and array indexes from the root of the document."""

_BLANK: Final = re.compile(r"[ \t]*")
_FILLING: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_OTHER: Final = re.compile(r"[^,\]}#\n]+")


@frozen
class Position:
    """A place in a text; line and column count from 1."""

    line: int
    column: int


def locate(text: str) -> Mapping[Path, Position]:
    """The position of every key and array element of a valid TOML text.

    A key gives the place where its name is written (for ``a.b = 1``, ``("a",)`` and ``("a", "b")`` each their
    own), an array element the place where its value begins, an element of an array of tables its header.
    The root, ``()``, is line 1. Where a table is written in several parts, the first counts.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.positions


@define
class _Scanner:
    text: str
    at: int = 0
    positions: dict[Path, Position] = field(factory=lambda: {(): Position(1, 1)})
    tables: dict[Path, int] = field(factory=dict)

    def document(self) -> None:
        table: Path = ()
        while True:
            self._match(_FILLING)
            if self.at >= len(self.text):
                return
            if self.text.startswith("[[", self.at):
                table = self._header(2)
            elif self.text[self.at] == "[":
                table = self._header(1)
            else:
                self._pair(table)

    def _header(self, brackets: int) -> Path:
        start = self.at
        self.at += brackets
        path: Path = ()
        keys = self._dotted()
        for number, (key, where) in enumerate(keys, 1):
            path = (*path, key)
            self._mark(path, where)
            if number == len(keys) and brackets == 2:
                count = self.tables.get(path, 0)
                self.tables[path] = count + 1
                path = (*path, count)
                self._mark(path, start)
            elif path in self.tables:
                path = (*path, self.tables[path] - 1)
        self.at += brackets
        return path

    def _pair(self, table: Path) -> None:
        path = table
        for key, where in self._dotted():
            path = (*path, key)
            self._mark(path, where)
        self.at += 1
        self._match(_BLANK)
        self._value(path)

    def _dotted(self) -> list[tuple[str, int]]:
        keys = []
        while True:
            self._match(_BLANK)
            where = self.at
            if self.text[self.at] in "\"'":
                written = self._match(_STRING)
                key = tomllib.loads(f"key = {written}")["key"]
            else:
                key = self._match(_BARE)
            keys.append((key, where))
            self._match(_BLANK)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        first = self.text[self.at]
        if first in "\"'":
            self._match(_STRING)
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        else:
            self._match(_OTHER)

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while True:
            self._match(_FILLING)
            if self.text[self.at] == "]":
                break
            element = (*path, index)
            self._mark(element, self.at)
            self._value(element)
            index += 1
            self._match(_FILLING)
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while True:
            self._match(_FILLING)
            if self.text[self.at] == "}":
                break
            self._pair(path)
            self._match(_FILLING)
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"not TOML at offset {self.at}")
        self.at = found.end()
        return found.group()

    def _mark(self, path: Path, offset: int) -> None:
        if path not in self.positions:
            line = self.text.count("\n", 0, offset) + 1
            self.positions[path] = Position(line, offset - self.text.rfind("\n", 0, offset))
