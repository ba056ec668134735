"""Macro files (``.def``): which events the primitives of a litmus test make.

A definition gives a primitive's name, its parameters and an expression or a block of statements, in terms of
``__load{tag}(place)``, ``__store{tag}(place, value)``, ``__fence{tag}``, ``__xchg{tag}``, ``__cmpxchg{tag}``,
``__atomic_op{tag}(place, operator, value)``, ``__atomic_fetch_op``, ``__atomic_op_return``, ``__atomic_add_unless``,
``__lock``, ``__unlock``, ``__trylock``, ``__islocked``, ``__srcu{tag}(place)``, ``__srcu{tag}(place, cookie)``, and of
other primitives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Final, NoReturn

from attrs import frozen

from modelcheck.cat import tags
from modelcheck.errors import InputError
from modelcheck.reading import file_content

TAGGED: Final[Mapping[str, int]] = {
    "__load": 1,
    "__store": 2,
    "__fence": 0,
    "__xchg": 2,
    "__cmpxchg": 3,
    "__atomic_op": 3,
    "__atomic_fetch_op": 3,
    "__atomic_op_return": 3,
    "__atomic_add_unless": 3,
    "__srcu": 1,
}
"""Operations that bear a tag in braces, with how many arguments they take."""

UNTAGGED: Final[Mapping[str, int]] = {"__lock": 1, "__unlock": 1, "__trylock": 1, "__islocked": 1}

BUILT_IN: Final = "atomic_add_unless(X,V,W) __atomic_add_unless{mb}(X,V,W)"
"""What herd7 knows without a definition, and the kernel's file leaves to it."""

OTHER_NAMES: Final[Mapping[str, str]] = {"__fetch_op": "__atomic_fetch_op", "__op_return": "__atomic_op_return"}

SRCU_TAGS: Final = ("Srcu-lock", "Srcu-unlock", "Sync-srcu")
"""What ``__srcu`` may say; the end of a section may take the cookie besides."""

OPERATORS: Final[Mapping[str, str]] = {"+": "add", "-": "sub", "&": "and", "|": "or", "^": "xor", "&~": "andnot"}


@frozen
class Step:
    """One operation in a definition.

    Attributes:
        operation: ``load``, ``store``, ``fence``, ``xchg``, ``lock`` … (without underscores).
        tag: as the candidate execution knows it (`modelcheck.cat.tags`), empty for an operation without one: so for
            locks, and for an ``__atomic_op`` of the older files, whose two halves have tags of their own.
        arguments: as written, in terms of the parameters.
        line, column: where it stands.
    """

    operation: str
    tag: str
    arguments: tuple[str, ...]
    line: int
    column: int

    @property
    def event_tags(self) -> tuple[str, str]:
        """The tags of the read and of the write that a read-modify-write makes; of another event, its own twice."""
        if self.operation in ("load", "store", "fence", "srcu"):
            return self.tag, self.tag
        if self.operation == "atomic_op" and not self.tag:
            return "NORETURN", "ONCE"
        return {"ACQUIRE": ("ACQUIRE", "ONCE"), "RELEASE": ("ONCE", "RELEASE")}.get(self.tag, (self.tag, self.tag))


@frozen
class Primitive:
    """A primitive of litmus tests.

    Attributes:
        name: as tests call it.
        parameters: names of its parameters.
        body: what it stands for, as written.
        value: whether it is an expression with a value (else statements).
        steps: the operations in ``body``, in order.
        calls: other primitives that it is defined by.
        line, column: where its definition starts.
    """

    name: str
    parameters: tuple[str, ...]
    body: str
    value: bool
    steps: tuple[Step, ...]
    calls: tuple[str, ...]
    line: int
    column: int


def read_definitions(path: Path, declared: Set[str] = frozenset()) -> dict[str, Primitive]:
    """The primitives that a macro file defines. Raises InputError when it cannot be read or is wrong.

    ``declared``: tags of the model that goes with it, beside those that are known anyway.
    """
    try:
        text = file_content(path, "cannot read this macro file").decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("this is no text file (UTF-8)", str(path)) from None
    return parse_definitions(text, str(path), declared)


def parse_definitions(text: str, file: str, declared: Set[str] = frozenset()) -> dict[str, Primitive]:
    """The primitives that ``text`` defines, and those of `BUILT_IN`, by name; of two definitions the later one counts.

    Raises InputError with line and column: a definition that is cut off, an operation or a tag that does not exist, a
    call of a primitive that is not defined, a primitive that is defined by itself.
    """
    found = {
        primitive.name: primitive
        for reader in (_Reader(BUILT_IN, "built in", declared), _Reader(text, file, declared))
        for primitive in reader.primitives()
    }
    for primitive in found.values():
        _check_calls(primitive, found, (), file)
    return found


def _check_calls(primitive: Primitive, known: Mapping[str, Primitive], open_names: tuple[str, ...], file: str) -> None:
    if primitive.name in open_names:
        raise InputError(f"{primitive.name} is defined by itself", file, primitive.line, primitive.column)
    for name in primitive.calls:
        if name not in known:
            raise InputError(
                f"{primitive.name} uses {name}, which is not defined", file, primitive.line, primitive.column
            )
        _check_calls(known[name], known, (*open_names, primitive.name), file)


_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|\(\*.*?\*\)", re.S)
_HEAD = re.compile(r"([A-Za-z_]\w*)[ \t]*\(([^()]*)\)[ \t]*")
_WORD = re.compile(r"[A-Za-z_]\w*")
_TAG = re.compile(r"[ \t]*\{[ \t]*'?([A-Za-z][\w-]*)[ \t]*\}")


class _Reader:
    """Goes through the text of a macro file."""

    def __init__(self, text: str, file: str, declared: Set[str]) -> None:
        self.file = file
        self.tags = tags.KNOWN | declared
        self.text = _COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)

    def wrong(self, message: str, at: int) -> NoReturn:
        line = self.text.count("\n", 0, at) + 1
        raise InputError(message, self.file, line, at - self.text.rfind("\n", 0, at))

    def primitives(self) -> Iterator[Primitive]:
        position = self._blank(0)
        while position < len(self.text):
            head = _HEAD.match(self.text, position)
            if head is None:
                self.wrong("a definition NAME(PARAMETERS) … is needed here", position)
            parameters = tuple(p.strip() for p in head.group(2).split(",") if p.strip())
            for parameter in parameters:
                if not _WORD.fullmatch(parameter):
                    self.wrong(f"{parameter} is no name of a parameter", head.start(2))
            start = self._blank(head.end())
            end, value = self._body(start, head.group(1))
            yield self._primitive(head.group(1), parameters, start, end, value, position)
            position = self._blank(end + (not value))
            if position < len(self.text) and self.text[position] == ";":
                position = self._blank(position + 1)

    def _blank(self, at: int) -> int:
        while at < len(self.text) and self.text[at].isspace():
            at += 1
        return at

    def _body(self, start: int, name: str) -> tuple[int, bool]:
        """Where a definition ends, and whether it is an expression: up to the end of a line outside parentheses."""
        if self.text[start : start + 1] == "{":
            depth = 0
            for at in range(start, len(self.text)):
                depth += {"{": 1, "}": -1}.get(self.text[at], 0)
                if depth == 0:
                    return at, False
            self.wrong(f"the definition of {name} is never closed", start)
        depth = 0
        for at in range(start, len(self.text)):
            depth += {"(": 1, ")": -1}.get(self.text[at], 0)
            if depth == 0 and self.text[at] in "\n;":
                break
        else:
            at = len(self.text)
        if depth:
            self.wrong(f"a parenthesis in the definition of {name} is never closed", start)
        if not self.text[start:at].strip():
            self.wrong(f"{name} is defined as nothing", start)
        return at, True

    def _primitive(
        self, name: str, parameters: tuple[str, ...], start: int, end: int, value: bool, at: int
    ) -> Primitive:
        inner = start if value else start + 1
        steps: list[Step] = []
        calls: list[str] = []
        for word in _WORD.finditer(self.text, inner, end):
            spelled = word.group()
            if spelled.startswith("__"):
                steps.append(self._step(spelled, word.start(), word.end(), end))
            elif self.text[word.end() : word.end() + 1] == "(" and spelled not in parameters:
                calls.append(spelled)
        line = self.text.count("\n", 0, at) + 1
        column = at - self.text.rfind("\n", 0, at)
        body = " ".join(self.text[inner:end].split())
        return Primitive(name, parameters, body, value, tuple(steps), tuple(dict.fromkeys(calls)), line, column)

    def _step(self, spelled: str, start: int, after: int, end: int) -> Step:
        name = OTHER_NAMES.get(spelled, spelled)
        if name not in TAGGED and name not in UNTAGGED:
            self.wrong(f"there is no operation {name}", start)
        tag = ""
        if name in TAGGED:
            tag, after = self._tag(name, after)
        given: tuple[str, ...] = ()
        after = self._space(after)
        if self.text[after : after + 1] == "(":
            given, after = self._arguments(after, end)
        wanted = {**TAGGED, **UNTAGGED}[name]
        if len(given) != wanted and (name, tag, len(given)) != ("__srcu", "Srcu-unlock", 2):
            self.wrong(f"{name} takes {wanted} argument{'s' * (wanted != 1)}, not {len(given)}", start)
        if name.startswith("__atomic") and name != "__atomic_add_unless" and given[1] not in OPERATORS:
            self.wrong(f"{given[1]} is no operator of {name}", start)
        line = self.text.count("\n", 0, start) + 1
        return Step(name.lstrip("_"), tag, given, line, start - self.text.rfind("\n", 0, start))

    def _tag(self, name: str, after: int) -> tuple[str, int]:
        """The tag of an operation whose name ends at ``after``, and where that ends."""
        match = _TAG.match(self.text, after)
        if match is None:
            if name == "__atomic_op":
                return "", after
            self.wrong(f"{name} needs a tag in braces", after)
        tag = _event_tag(name, match.group(1))
        if tag not in self.tags:
            self.wrong(f"there is no tag {match.group(1)}", match.start(1))
        if name == "__srcu" and tag not in SRCU_TAGS:
            self.wrong(f"{match.group(1)} is no tag of {name}", match.start(1))
        return tag, match.end()

    def _space(self, at: int) -> int:
        while self.text[at : at + 1] in (" ", "\t"):
            at += 1
        return at

    def _arguments(self, opening: int, end: int) -> tuple[tuple[str, ...], int]:
        depth, first = 0, opening + 1
        found: list[str] = []
        for at in range(opening, end):
            depth += {"(": 1, ")": -1}.get(self.text[at], 0)
            if depth == 0 or (depth == 1 and self.text[at] == ","):
                found.append(self.text[first:at].strip())
                first = at + 1
            if depth == 0:
                return tuple(found) if found != [""] else (), at + 1
        self.wrong("this parenthesis is never closed", opening)


def _event_tag(operation: str, tag: str) -> str:
    """``mb`` is Mb on a fence, MB on an access."""
    if tag.lower() == "mb":
        return "Mb" if operation == "__fence" else "MB"
    return tags.canonical(tag)
