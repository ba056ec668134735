"""How a tree's Makefiles compile a file, and what comes before it where other files include it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from modelcheck.kernel.symbols import lines_of, needed


def flags(tree: Path, source: Path) -> tuple[str, ...]:
    """Folders for headers and macros (``-I``, ``-D``) that the Makefiles give for ``source``, a file below ``tree``."""
    inside = source.resolve().relative_to(tree)
    found: list[str] = []
    for folder in inside.parents:
        names = ["subdir-ccflags-y"]
        if folder == inside.parent:
            names += ["ccflags-y", "EXTRA_CFLAGS", f"CFLAGS_{inside.stem}.o"]
        for name in ("Kbuild", "Makefile"):
            makefile = tree / folder / name
            if folder != Path() and makefile.is_file():
                for line, _ in lines_of(makefile.read_text(encoding="utf-8", errors="replace")):
                    given, _, rest = re.sub(r"\s*[:+?]?=\s*", "=", line, count=1).partition("=")
                    if given in names:
                        found += _flags(tree, folder, rest)
    return tuple(found)


def _flags(tree: Path, folder: Path, text: str) -> Iterator[str]:
    for name in ("$(srctree)/$(src)", "$(srctree)/$(obj)", "$(src)", "$(obj)"):
        text = text.replace(name, str(tree / folder))
    text = text.replace("$(srctree)", str(tree))
    for flag in _FLAG.finditer(text):
        kind, what = flag.groups()
        if "$" in what:
            continue
        if kind == "D":
            yield f"-D{what}"
        else:
            yield from ("-I", str(tree / what))


@frozen
class Before:
    """What comes before a file where another includes it.

    Attributes:
        text: the other's lines up to there, without the C files that those include elsewhere.
        symbols: what has to be on for it to come to that, with CONFIG_, and the place that says so.
    """

    text: str
    symbols: dict[str, str]


def before(tree: Path, source: Path) -> Before | None:
    """What comes before ``source``; None where a Makefile has a rule for it, or nobody beside it includes it."""
    inside = source.resolve().relative_to(tree)
    if needed(tree, source).ruled:
        return None
    wanted = re.compile(rf'#\s*include\s+"{re.escape(inside.name)}"')
    for other in sorted(source.resolve().parent.glob("*.c")):
        text = other.read_text(encoding="utf-8", errors="replace")
        if wanted.search(text):
            symbols = {**needed(tree, other).symbols}
            lines, conditions = _upto(text, wanted)
            symbols |= dict.fromkeys(conditions, (inside.parent / other.name).as_posix())
            return Before("\n".join(lines) + "\n", symbols)
    return None


def _upto(text: str, wanted: re.Pattern[str]) -> tuple[list[str], list[str]]:
    """The lines before the one that is wanted, and the symbols that lead there."""
    lines: list[str] = []
    around: list[tuple[str, int]] = []
    files: list[tuple[int, tuple[tuple[str, int], ...]]] = []
    for line in text.split("\n"):
        directive = _DIRECTIVE.match(line)
        word = directive.group(1) if directive else ""
        if wanted.search(line):
            break
        if word.startswith("if"):
            around.append((_asked(line), len(lines)))
        elif word in ("else", "elif") and around:
            asked, _ = around[-1]
            around[-1] = (asked.removeprefix("!") if asked.startswith("!") else "", len(lines))
        elif word == "endif" and around:
            around.pop()
        elif _SOURCE.search(line):
            files.append((len(lines), tuple(around)))
        lines.append(line)
    for at, there in files:
        if not around or there != tuple(around):
            lines[at] = ""
    return lines + ["#endif"] * len(around), [asked for asked, _ in around if asked and not asked.startswith("!")]


def _asked(line: str) -> str:
    """The symbol that a conditional line asks for, with ``!`` where it asks that it is off; else nothing."""
    found = re.findall(r"CONFIG_\w+", line)
    if len(found) != 1:
        return ""
    return f"!{found[0]}" if "ifndef" in line or "!" in line else str(found[0])


_FLAG: Final = re.compile(r"(?<!\S)-([ID])\s*(\S+)")
_DIRECTIVE: Final = re.compile(r"\s*#\s*(\w+)")
_SOURCE: Final = re.compile(r'#\s*include\s+"[^"]+\.c"')
