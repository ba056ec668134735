"""Locks that a program knows, taken around the bodies of functions that could name them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from attrs import frozen

from modelcheck.auditing.element import LOCK, Edit
from modelcheck.auditing.names import TRIES, arguments, family_of
from modelcheck.auditing.sites import Sites
from modelcheck.program.ir import Function, Program, Source


@frozen
class LockChange:
    """A lock taken over some lines of a function: in words, and how the C says it."""

    text: str
    edits: tuple[Edit, ...]
    lock: str
    function: Source
    first: int
    last: int

    @property
    def lines(self) -> int:
        return self.last - self.first + 1

    def covers(self, other: LockChange) -> bool:
        """Whether it takes the lock wherever ``other`` does."""
        same = (self.lock, self.function) == (other.lock, other.function)
        return same and self.first <= other.first and other.last <= self.last


def lock_changes(program: Program, where: Callable[[Source], bool], functions: Collection[str]) -> Iterator[LockChange]:
    """Each lock of ``program`` in each of ``functions`` in ``where`` that has the variables which it is named by.

    Only functions are considered that do not take it already. It is taken over stretches of whole statements of the
    function's body.
    """
    pairs = _pairs(program)
    seen: set[Source] = set()
    for function in Sites(program).own:
        known = function.name.partition("@")[0] in functions
        if function.source in seen or not known or not where(function.source):
            continue
        seen.add(function.source)
        for opening, closing_text in pairs.items():
            yield from _around(program, function, opening, closing_text)


def _pairs(program: Program) -> dict[str, str]:
    """The lock operations in the user's files that wait, each with the one that undoes it, as they are written."""
    calls = [
        (found.group(1), found.group(0))
        for name, text in sorted(program.files.items())
        if not name.startswith("<")
        for found in re.finditer(r"\b([a-z_]\w*)\(([^();]*)\)", text)
    ]
    pairs: dict[str, str] = {}
    for name, opening in calls:
        family = family_of(name)
        if family is None or not family[1] or family[0].kind != LOCK or TRIES.fullmatch(name) or "irqsave" in name:
            continue
        for other, closing in calls:
            if family_of(other) == (family[0], False) and arguments(closing) == arguments(opening):
                pairs.setdefault(opening, closing)
    return pairs


def _around(program: Program, function: Function, opening: str, closing: str) -> Iterator[LockChange]:
    name = function.name.partition("@")[0]
    used = set(re.findall(r"(?<![\w.>])[A-Za-z_]\w*", ",".join(arguments(opening))))
    text = program.files[function.source.file]
    known = {
        *function.names.values(),
        *(o.name for o in program.objects if re.search(rf"\b{re.escape(o.name)}\b", text)),
    }
    lines = text.splitlines()
    first, last = _body(lines, function.source)
    if first is None or not used <= known or opening in "\n".join(lines[function.source.line - 1 : last]):
        return
    # From each statement on behind which every return can be told to give the lock back first, to the end.
    statements = [n for n in range(first, last) if re.match(r"\t[^\s}#/*]", lines[n - 1]) and _breaks(lines, n)]
    for start in statements:
        closings = _closings(lines, start, last)
        if closings is None:
            continue
        edits = [_line(function.source, lines, start, opening)]
        edits += [_line(function.source, lines, number, closing) for number in closings]
        if not closings or any(line.strip() for line in lines[closings[-1] : last - 1]):
            place = Source(function.source.file, last, 1, last, 1, name)
            edits.append(Edit(place, f"\t{closing};\n"))
        yield _change(function, opening, start, last - 1, edits)
        break
    # And over each stretch of whole statements that no return leaves.
    for index, start in enumerate(statements):
        for end in statements[index + 1 :]:
            if _closings(lines, start, end) == []:
                edits = [_line(function.source, lines, start, opening), _line(function.source, lines, end, closing)]
                yield _change(function, opening, start, end - 1, edits)


def _change(function: Function, opening: str, start: int, end: int, edits: list[Edit]) -> LockChange:
    name = function.name.partition("@")[0]
    text = f"take {opening} in {name}() over lines {start} to {end}, {function.source.file}"
    return LockChange(text, tuple(edits), opening, function.source, start, end)


def _closings(lines: list[str], start: int, last: int) -> list[int] | None:
    """The lines of the returns from line ``start`` on; None where one is no statement by itself."""
    found = []
    for number in range(start, last):
        if re.match(r"return\b", lines[number - 1].strip()):
            if not _breaks(lines, number):
                return None
            found.append(number)
    return found


def _breaks(lines: list[str], number: int) -> bool:
    """Whether a statement can be put in before line ``number``."""
    above = next((line.strip() for line in reversed(lines[: number - 1]) if line.strip()), "")
    return re.search(r"[;{}:]$|\*/$", above) is not None


def _body(lines: list[str], source: Source) -> tuple[int | None, int]:
    """The line of the first statement that is no declaration, and that of the closing brace; None where unsure."""
    number = source.line
    while number < source.end_line and lines[number - 1].strip() != "{":
        number += 1
    declaration = r"(const|static|struct|enum|union|unsigned|signed|int|long|short|char|bool|void|size_t|[us]\d+)\b"
    number += 1
    while number < source.end_line:
        text = lines[number - 1].strip()
        if text and not re.match(declaration, text) and not text.startswith(("/*", "*", "//")):
            return number, source.end_line
        number += 1
    return None, source.end_line


def _line(source: Source, lines: list[str], number: int, text: str) -> Edit:
    line = lines[number - 1]
    indent = line[: len(line) - len(line.lstrip())]
    column = len(indent) + 1
    return Edit(Source(source.file, number, column, number, column, source.function), f"{text};\n{indent}")
