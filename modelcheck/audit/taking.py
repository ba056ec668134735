"""Locks that a program knows, taken around the bodies of functions that could name them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from attrs import frozen

from modelcheck.audit.element import Edit
from modelcheck.audit.names import TRIES, arguments, family_of
from modelcheck.audit.sites import Site, Sites
from modelcheck.program.ir import Function, Program, Source


@frozen
class LockChange:
    """A lock taken in a function: in words, and how the C says it."""

    text: str
    edits: tuple[Edit, ...]


def lock_changes(program: Program, where: Callable[[Source], bool]) -> Iterator[LockChange]:
    """Each lock of ``program`` around the body of each function of ``where`` that has the variables which it is named by.

    Only functions are considered that do not take it already. It is taken from the first statement on behind which every
    return stands by itself, so that the lock can be given back before it.
    """
    sites = Sites(program)
    locks = [site for site in sites.operations if site.kind == "lock"]
    pairs: dict[str, str] = {}
    for site in locks:
        found = family_of(site.name)
        if found is None or not found[1] or TRIES.fullmatch(site.name) or site.name.endswith("irqsave"):
            continue
        for other in locks:
            closing = family_of(other.name)
            if closing == (found[0], False) and arguments(other.text) == arguments(site.text):
                pairs.setdefault(site.text, other.text)
    seen: set[Source] = set()
    for function in sites.own:
        if function.source in seen or not where(function.source):
            continue
        seen.add(function.source)
        for opening, closing_text in pairs.items():
            change = _around(program, function, opening, closing_text, locks)
            if change is not None:
                yield change


def _around(program: Program, function: Function, opening: str, closing: str, locks: list[Site]) -> LockChange | None:
    name = function.name.partition("@")[0]
    used = set(re.findall(r"(?<![\w.>])[A-Za-z_]\w*", ",".join(arguments(opening))))
    known = set(function.names.values()) | {thing.name for thing in program.objects}
    if not used <= known or any(site.text == opening and site.source.function == name for site in locks):
        return None
    lines = program.files[function.source.file].splitlines()
    first, last = _body(lines, function.source)
    if first is None:
        return None
    # From the first statement on behind which every return can be told to give the lock back first.
    for start in range(first, last):
        if not re.match(r"\t[^\s}#/*]", lines[start - 1]) or not _breaks(lines, start):
            continue
        closings = _closings(lines, start, last)
        if closings is not None:
            break
    else:
        return None
    edits = [_line(function.source, lines, start, opening)]
    edits += [_line(function.source, lines, number, closing) for number in closings]
    if not closings or any(line.strip() for line in lines[closings[-1] : last - 1]):
        place = Source(function.source.file, last, 1, last, 1, name)
        edits.append(Edit(place, f"\t{closing};\n"))
    place = Source(function.source.file, start, 1, start, 1, name)
    return LockChange(f"take {opening} in {name}() from line {start} on, {place}", tuple(edits))


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
