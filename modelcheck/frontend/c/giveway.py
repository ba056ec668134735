"""Our headers give way: a function that the user's files define counts, and what a header of ours has under its name, a
macro or a function, becomes a declaration of it. So does a macro that was defined before a header of ours defines it.

A C file that is under check often defines what our headers stand in for, and a file beside it includes our header:
calls there must reach the user's function, not ours.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import field, frozen

from modelcheck.frontend.mention import spliced
from modelcheck.frontend.texts import Content, Texts

_TOKEN: Final = re.compile(
    rb"""(?P<comment>/\*.*?\*/|//[^\n]*)
    |(?P<line>(?:(?<=\n)|\A)[ \t]*\#(?:[^\n\\/]|\\\r?\n|\\.|/\*.*?\*/|/(?!\*))*)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<word>[A-Za-z_]\w*)
    |(?P<mark>[^\s\w])""",
    re.DOTALL | re.VERBOSE,
)
_INCLUDE: Final = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]', re.MULTILINE)
_MACRO: Final = re.compile(rb"[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(\([^)]*\))?[ \t]*((?:.|\n)*)")
_ATTRIBUTE: Final = re.compile(rb"(?:__attribute__.*|/\*.*\*/\s*)?", re.DOTALL)
_BASES: Final = frozenset(
    b"void char short int long float double signed unsigned _Bool bool __int128 struct union enum typeof".split()
)
_OTHERS: Final = frozenset(b"const volatile".split())
_STORAGE: Final = frozenset(
    b"static extern register inline __inline __inline__ __always_inline noinline asmlinkage _Thread_local".split()
)
_NO_NAMES: Final = frozenset(b"__attribute__ __attribute typeof __typeof__ __typeof asm __asm__ if while for".split())


@frozen
class Definition:
    """What a file has under a name: where it stands in its text, and as ``prototype`` the declaration of a function.

    ``attribute``: a macro that stands for nothing, or for an attribute.
    """

    start: int
    end: int
    prototype: bytes = b""
    static: bool = False
    attribute: bool = False


@frozen(eq=False)
class _Facts:
    """What is found in one file: the names that it asks for, and what it defines by name."""

    includes: tuple[str, ...]
    macros: Mapping[bytes, tuple[Definition, ...]]
    functions: Mapping[bytes, tuple[Definition, ...]]


_known: dict[str, _Facts] = {}
"""By digests of texts."""


@frozen(eq=False)
class Shadows:
    """What files and the headers of ours that they lead to both define.

    Attributes:
        shared: prototypes of functions that other files of the program may call, by name.
        own: of those that are static, by the name of their file.
    """

    shared: Mapping[bytes, bytes] = field(factory=dict)
    own: Mapping[str, Mapping[bytes, bytes]] = field(factory=dict)

    def __bool__(self) -> bool:
        return bool(self.shared or self.own)

    def within(self, names: frozenset[str]) -> Shadows:
        """Those among them that bear one of ``names``."""
        own = {file: _among(several, names) for file, several in self.own.items()}
        return Shadows(_among(self.shared, names), {file: several for file, several in own.items() if several})

    @property
    def names(self) -> frozenset[str]:
        """Of all."""
        return frozenset(name.decode() for several in (self.shared, *self.own.values()) for name in several)


def _among(several: Mapping[bytes, bytes], names: frozenset[str]) -> dict[bytes, bytes]:
    return {name: prototype for name, prototype in several.items() if name.decode() in names}


def shadows(sources: Sequence[Path], include: Sequence[Path], texts: Texts) -> Shadows:
    """The functions that C files, or headers beside them, define and headers of ours as well.

    Args:
        sources: the C files.
        include: folders for ``#include``, looked through before our own headers.
        texts: holds files.
    """
    shared: dict[bytes, bytes] = {}
    own: dict[str, dict[bytes, bytes]] = {}
    reached = {str(source): _closure(str(source), include, texts) for source in sources}
    ours = [_facts(content) for name, content in _all(reached) if texts.ours(name)]
    taken = {name: all(one.attribute for one in several) for facts in ours for name, several in facts.macros.items()}
    taken |= {name: False for facts in ours for name in facts.functions}
    for source, files in reached.items():
        for name, content in files.items():
            if texts.ours(name):
                continue
            for function, several in _facts(content).functions.items():
                if taken.get(function, True) or function.startswith(b"__mc_"):
                    continue
                prototype = several[0].prototype
                (own.setdefault(source, {}) if several[0].static else shared)[function] = prototype
    return Shadows(shared, own)


def _all(reached: Mapping[str, Mapping[str, Content]]) -> Iterator[tuple[str, Content]]:
    seen: dict[str, Content] = {}
    for files in reached.values():
        seen.update(files)
    return iter(seen.items())


def _closure(source: str, include: Sequence[Path], texts: Texts) -> dict[str, Content]:
    """The files that ``source`` may lead to, by their names."""
    found: dict[str, Content] = {}
    waiting = [source]
    while waiting:
        name = waiting.pop()
        content = texts.content(name) if name not in found else None
        if content is None:
            continue
        found[name] = content
        folders = [os.path.dirname(name), *map(str, include), str(texts.headers)]  # noqa: PTH120 (as clang names them)
        for asked in _facts(content).includes:
            places = (os.path.join(folder, asked) for folder in folders)  # noqa: PTH118
            waiting.extend(next(([place] for place in places if texts.content(place) is not None), []))
    return found


def _facts(content: Content) -> _Facts:
    found = _known.get(content.digest)
    if found is None:
        includes = tuple(os.fsdecode(name) for name in _INCLUDE.findall(content.data) if b"\0" not in name)
        found = _known[content.digest] = _Facts(includes, *_definitions(content.data))
    return found


def _definitions(
    data: bytes,
) -> tuple[dict[bytes, tuple[Definition, ...]], dict[bytes, tuple[Definition, ...]]]:
    """The macros and the functions that a text defines, by name."""
    macros: dict[bytes, tuple[Definition, ...]] = {}
    functions: dict[bytes, tuple[Definition, ...]] = {}
    braces = 0
    since: list[re.Match[bytes]] = []
    found: tuple[bytes, bytes, bool] | None = None
    for token in _TOKEN.finditer(data):
        text = token[0]
        if token.lastgroup == "line":
            if (macro := _MACRO.fullmatch(text)) is not None:
                empty = macro[2] is not None and _ATTRIBUTE.fullmatch(spliced(macro[3]).strip()) is not None
                one = Definition(token.start(), token.end(), attribute=empty)
                macros[macro[1]] = (*macros.get(macro[1], ()), one)
        elif token.lastgroup == "comment":
            continue
        elif text == b"{":
            if braces == 0:
                found = _declarator(since)
            braces += 1
        elif text == b"}":
            braces = max(braces - 1, 0)
            if braces == 0:
                if found is not None:
                    name, prototype, static = found
                    one = Definition(since[0].start(), token.end(), prototype, static)
                    functions[name] = (*functions.get(name, ()), one)
                    since = []
                found = None
        elif braces == 0:
            if text == b";":
                since = []
            else:
                since.append(token)
    return macros, functions


def _declarator(tokens: Sequence[re.Match[bytes]]) -> tuple[bytes, bytes, bool] | None:
    """The name, the prototype and whether it is static, of the function that begins with these; None: no function."""
    tokens = _bared(tokens)
    depth = opened = 0
    groups: list[tuple[int, int]] = []
    for at, token in enumerate(tokens):
        text = token[0]
        if depth == 0 and text == b"=":
            return None
        if text == b"(":
            if depth == 0:
                opened = at
            depth += 1
        elif text == b")":
            depth -= 1
            if depth == 0 and opened > 0 and tokens[opened - 1].lastgroup == "word":
                groups.append((opened - 1, at))
    named = [(start, end) for start, end in groups if tokens[start][0] not in _NO_NAMES]
    named = [(start, end) for start, end in named if not all(_marking(token[0]) for token in tokens[:start])]
    if not named:
        return None
    start, end = named[0]
    before = tokens[:start]
    static = any(token[0] == b"static" for token in before)
    parts = [*_specifiers(before), *(token[0] for token in tokens[start : end + 1])]
    return tokens[start][0], (b"static " if static else b"") + b" ".join(parts) + b";", static


def _bared(tokens: Sequence[re.Match[bytes]]) -> Sequence[re.Match[bytes]]:
    """The tokens, with ``(name)(…)``, which keeps a macro of that name away, as ``name(…)``."""
    texts = [token[0] for token in tokens]
    for at in range(1, len(tokens) - 3):
        around = texts[at], texts[at + 2], texts[at + 3]
        if around == (b"(", b")", b"(") and tokens[at + 1].lastgroup == "word" and texts[at - 1] not in _NO_NAMES:
            return [*tokens[:at], tokens[at + 1], *tokens[at + 3 :]]
    return tokens


def _marking(word: bytes) -> bool:
    """Whether a word is no type: a specifier, or what stands for an attribute."""
    return word in _OTHERS or word in _STORAGE


def _specifiers(tokens: Sequence[re.Match[bytes]]) -> Iterator[bytes]:
    """What says the type of a function, without attributes and what macros stand for them."""
    words = [token[0] for token in tokens]
    tagged = {at + 1 for at, word in enumerate(words) if word in (b"struct", b"union", b"enum")}
    based = any(word in _BASES for word in words)
    free = [at for at, word in enumerate(words) if tokens[at].lastgroup == "word" and at not in tagged]
    free = [at for at in free if words[at] not in _BASES and not _marking(words[at]) and words[at] not in _NO_NAMES]
    typed = None if based or not free else free[-1]
    depth = 0
    for at, word in enumerate(words):
        depth += (word == b"(") - (word == b")")
        if depth or word == b")":
            continue
        if at in tagged or at == typed or word in _BASES or word in _OTHERS or word == b"*":
            yield word


def given_way(texts: Texts, prototypes: Mapping[bytes, bytes]) -> dict[Path, bytes]:
    """Our headers that define what ``prototypes`` declare, changed to declare it; lines stay where they are.

    An empty prototype: the macro of that name is left out.
    """
    changed: dict[Path, bytes] = {}
    for path in sorted(texts.headers.rglob("*.h")):
        content = texts.content(str(path))
        facts = _facts(content) if content is not None else _Facts((), {}, {})
        pieces = [
            (one, _as_static(one.prototype, prototype) if one.prototype else prototype)
            for name, prototype in prototypes.items()
            for one in (*facts.macros.get(name, ()), *(facts.functions.get(name, ()) if prototype else ()))
        ]
        data = content.data if content is not None else b""
        for one, declared in sorted(pieces, key=lambda piece: -piece[0].start):
            lines = data.count(b"\n", one.start, one.end)
            data = data[: one.start] + declared + b"\n" * lines + data[one.end :]
        if pieces:
            changed[path] = data
    return changed


def _as_static(ours: bytes, users: bytes) -> bytes:
    """The declaration ``ours``, static where ``users`` is."""
    return ours if users.startswith(b"static ") else ours.removeprefix(b"static ")
