"""The symbols that have to be on for a file of a tree to be compiled, as the Makefiles beside and above it say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from attrs import frozen

from modelcheck.errors import InputError


@frozen
class Rule:
    """A line of a Makefile that puts objects, folders or other lists into a list.

    Attributes:
        list_: the list's name, without the condition behind it: ``obj``, ``lib``, or an object of several files.
        symbols: which have to be on, with CONFIG_; those of ``ifdef`` and ``ifeq`` around it are among them.
        members: what it puts in: ``ksm.o``, ``dir/``, ``$(mmu-y)``.
        line: its number, from 1.
    """

    list_: str
    symbols: frozenset[str]
    members: tuple[str, ...]
    line: int


@frozen
class Needed:
    """Symbols that a file needs, and the place that says so of each; ``ruled``: whether a rule beside it is for it."""

    symbols: Mapping[str, str]
    ruled: bool = False

    def of(self, values: Mapping[str, str], source: Path) -> list[str]:
        """Those that are not on in ``values`` of the user; raises `InputError` where he says n."""
        for symbol, place in self.symbols.items():
            if values.get(symbol) == "n":
                raise InputError(
                    f"this file is compiled only with {symbol} ({place}), which the configuration says n of:"
                    f" leave {symbol}=n out, or do not check the file",
                    source.as_posix(),
                )
        return [symbol for symbol in self.symbols if symbol not in values]


def needed(tree: Path, source: Path) -> Needed:
    """What has to be on for ``source``, a file below ``tree``: by its own rule, and those of the folders above.

    Where there are several rules for it, the first that needs the least counts; where there is none (a file that others
    include, or one of an architecture), nothing is needed.
    """
    try:
        inside = source.resolve().relative_to(tree.resolve())
    except ValueError:
        return Needed({})
    found: dict[str, str] = {}
    ruled = False
    wanted = inside.with_suffix(".o").name
    folder = inside.parent
    while True:
        for name in ("Kbuild", "Makefile"):
            makefile = tree / folder / name
            if makefile.is_file():
                way = _least(rules(makefile.read_text(encoding="utf-8", errors="replace")), wanted, frozenset())
                ruled = ruled or (way is not None and folder == inside.parent)
                for symbol, line in way or ():
                    found.setdefault(symbol, f"{folder / name}:{line}")
        if folder == folder.parent:
            return Needed(found, ruled)
        wanted, folder = f"{folder.name}/", folder.parent


def _least(lines: tuple[Rule, ...], member: str, above: frozenset[str]) -> tuple[tuple[str, int], ...] | None:
    """The symbols, and lines, of the cheapest way to get a member into ``obj`` or ``lib``; None where there is none."""
    ways = []
    for rule in lines:
        if member not in rule.members or rule.list_ in above:
            continue
        mine = tuple((symbol, rule.line) for symbol in sorted(rule.symbols))
        if rule.list_ in ("obj", "lib"):
            ways.append(mine)
            continue
        for other in (f"{rule.list_}.o", f"$({rule.list_}-y)", f"$({rule.list_}-m)", f"$({rule.list_})"):
            beyond = _least(lines, other, above | {rule.list_})
            if beyond is not None:
                ways.append(mine + beyond)
    return min(ways, key=len, default=None)


@lru_cache(maxsize=256)
def rules(makefile: str) -> tuple[Rule, ...]:
    """The rules of a Makefile's text, in order."""
    return tuple(_rules(makefile))


def _rules(text: str) -> Iterator[Rule]:
    around: list[frozenset[str]] = []
    for line, number in lines_of(text):
        word = line.partition(" ")[0]
        if word in ("ifdef", "ifeq", "ifneq", "ifndef"):
            around.append(_required(word, line))
        elif word == "else":
            around[-1:] = [_required(line.split()[1], line)] if len(line.split()) > 1 else [frozenset()]
        elif word == "endif":
            del around[-1:]
        elif found := _RULE.match(line):
            name, members = found.groups()
            stem = _SUFFIX.sub("", name)
            if name.endswith("-n") or name.startswith(("CFLAGS", "ccflags")):
                continue
            yield Rule(
                stem,
                frozenset(_SYMBOL.findall(name)).union(*around),
                tuple(re.findall(r"\$\([^()]*\)|[^\s$()]+", members)),
                number,
            )


def lines_of(text: str) -> Iterator[tuple[str, int]]:
    """The lines of a Makefile, without comments, those that go on joined; with the number of the last."""
    whole = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.endswith("\\"):
            whole += line[:-1] + " "
            continue
        yield (whole + line).split("#")[0].strip(), number
        whole = ""


def _required(word: str, line: str) -> frozenset[str]:
    """The symbols that an ``ifdef CONFIG_A`` or ``ifeq ($(CONFIG_A),y)`` asks for."""
    if word == "ifdef" or (word == "ifeq" and _YES.search(line)) or (word == "ifneq" and _EMPTY.search(line)):
        return frozenset(_SYMBOL.findall(line))
    return frozenset()


_RULE: Final = re.compile(r"^([\w./$(),@-]+(?:\s+[\w$(),]+\))*)\s*[:+?]?=\s*(.*)$")
_SUFFIX: Final = re.compile(r"-(?:y|m|objs|\$\(.*)$")
_SYMBOL: Final = re.compile(r"CONFIG_\w+")
_YES: Final = re.compile(r",\s*[ym]\)|,\s*\"?[ym]\"?$")
_EMPTY: Final = re.compile(r",\s*n?\s*\)")
