"""Known operations as they are written: anywhere in a text, and in the bodies of macros that the user defines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from attrs import define, evolve, frozen

from modelcheck.auditing.element import ANNOTATION, ATOMIC, BARRIER, GRACE, LOCK, SECTION
from modelcheck.auditing.names import family_of, kind_of
from modelcheck.program.ir import Assert, Call, Fence, Function, Instruction, Load, Rmw, Source, Store, Tags, Wait

_DEFINE = re.compile(r"\s*#\s*define\s+([A-Za-z_]\w*)(\([^)]*\))?")
_WORD = re.compile(r"[A-Za-z_]\w*")
_UNREAD = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|/\*.*?(?:\*/|$)|//.*")
_SHELL = re.compile(r"[\s;(){}]|\bdo\b|\bwhile\s*\(\s*0\s*\)")
"""What may be around an operation without doing anything."""


_LONGEST = 20
"""Lines that a statement may have."""

_TAKING: Tags = frozenset({"LKR", "LKW", "LF"})
_GIVING: Tags = frozenset({"UL"})
"""Tags of what takes a lock, and of what gives it back."""


@frozen
class Written:
    """A known operation: its name, and where it stands. ``macro``: of the user's whose body it is in, or empty."""

    name: str
    place: Source
    macro: str = ""


@frozen
class Unasked:
    """A place where something synchronises that is not known to be a certain operation.

    Attributes:
        source, text: the place.
        kinds: of elements that it may be.
        unclear: there are known operations, but it is not clear which of them it is; else there is none.
    """

    source: Source
    text: str
    kinds: tuple[str, ...]
    unclear: bool


@frozen
class Macro:
    """A macro of the user's: the lines of its body, as places, and whether there is another of its name."""

    name: str
    body: tuple[Source, ...]
    ambiguous: bool = False


@define(slots=False)
class Writing:
    """The user's files.

    Args:
        texts: their lines.
    """

    texts: Mapping[str, Sequence[str]]

    @cached_property
    def macros(self) -> Mapping[str, Macro]:
        """Those that the user's files define, by name."""
        found: dict[str, Macro] = {}
        for file, lines in self.texts.items():
            for number, line in enumerate(lines, 1):
                head = _DEFINE.match(line)
                if head is None:
                    continue
                body = [Source(file, number, head.end() + 1, number, len(line) + 1, head[1])]
                while lines[body[-1].line - 1].rstrip().endswith("\\") and body[-1].line < len(lines):
                    below = body[-1].line + 1
                    body.append(Source(file, below, 1, below, len(lines[below - 1]) + 1, head[1]))
                found[head[1]] = Macro(head[1], tuple(body), head[1] in found)
        return found

    def operations(self, place: Source) -> tuple[Written, ...]:
        """The known operations in the text at ``place``, which is on one line, and in the macros that it names."""
        return tuple(dict.fromkeys(self._operations((place,), ())))

    def is_all(self, place: Source, operation: Written) -> bool:
        """Whether the text at ``place`` uses a macro that is nothing but ``operation``."""
        head = _WORD.match(self.text(place))
        macro = self.macros.get(head[0]) if head is not None else None
        if macro is None or macro.name != operation.macro or macro.ambiguous:
            return False
        body = " ".join(self.text(line).removesuffix("\\") for line in macro.body)
        return _SHELL.sub("", body.replace(self.text(operation.place), "", 1)) == ""

    def text(self, place: Source) -> str:
        """What stands at ``place``, as far as it is on the first line."""
        lines = self.texts.get(place.file, ())
        if not 0 < place.line <= len(lines):
            return ""
        end = place.end_column - 1 if place.end_line == place.line else None
        return lines[place.line - 1][place.column - 1 : end]

    def seen(self, source: Source) -> Source:
        """``source``; within the arguments of a macro, of which clang gives but the beginning, the rest of the line."""
        return source if self.text(source).strip() else evolve(source, end_line=source.line, end_column=1 << 20)

    def meant(self, function: Function, instruction: Instruction) -> Source | None:
        """The place of the operation that an instruction of ``function`` belongs to, in or below a macro.

        It is among the arguments of the macro that the instruction comes from, or in the body of one that the user
        defines: there the operation is one place, wherever it is used. None where it may be several.
        """
        place, found = self.seen(instruction.source), self._candidates(instruction)
        if len(found) < 2:
            return found[0].place if found else None
        alike = [
            (number, step)
            for number, block in enumerate(function.blocks)
            for step in block.instructions
            if type(step) is type(instruction) and self.seen(step.source) == place and self._candidates(step) == found
        ]
        several = len({written.name for written in found}) > 1 or len({number for number, _ in alike}) > 1
        in_macro = any(written.macro for written in found)
        if several or in_macro or len(alike) != len(found) or re.search(r"[^=!<>]=[^=]", self.text(place)):
            return None
        # Operands are evaluated from left to right.
        return next(written.place for written, (_, step) in zip(found, alike, strict=True) if step is instruction)

    def _candidates(self, instruction: Instruction) -> tuple[Written, ...]:
        place = self.seen(instruction.source)
        text = self.text(place)
        if text.count("(") != text.count(")") or any(macro.ambiguous for macro in self._named((place,), set())):
            return ()
        found = self.operations(place)
        if len(found) == 1 and self.is_all(place, found[0]):
            return found
        return tuple(written for written in found if may_be(instruction, written.name))

    def named_from(self, place: Source) -> frozenset[str]:
        """The user's macros that the statement at ``place`` may use, those in its further lines included."""
        lines = self.texts.get(place.file, ())
        rows, depth = [], 0
        for number in range(place.line, min(place.line + _LONGEST, len(lines) + 1)):
            rows.append(Source(place.file, number, 1, number, 1 << 20))
            depth += lines[number - 1].count("(") - lines[number - 1].count(")")
            if depth <= 0:
                break
        return frozenset(macro.name for macro in self._named(rows, set()))

    def holds_known(self, place: Source) -> bool:
        """Whether the statement at ``place`` holds a known operation, or may."""
        text = self.text(place)
        return text.count("(") != text.count(")") or bool(self.operations(place))

    def macro_at(self, place: Source) -> str:
        """The macro whose body ``place`` is in; empty: in none."""
        macro = self.macros.get(place.function)
        lines = {(line.file, line.line) for line in macro.body} if macro is not None else set()
        return place.function if (place.file, place.line) in lines else ""

    def _operations(self, places: Sequence[Source], within: tuple[str, ...]) -> Iterator[Written]:
        for place in places:
            text = _UNREAD.sub(lambda found: " " * len(found[0]), self.text(place))
            for word in _WORD.finditer(text):
                name = word[0]
                if name in self.macros and name not in within:
                    yield from self._operations(self.macros[name].body, (*within, name))
                elif kind_of(name) is not None and (call := re.match(r"\s*\(", text[word.end() :])):
                    end = closing(text, word.end() + call.end())
                    if end is not None:
                        start = place.column + word.start()
                        where = evolve(place, column=start, end_line=place.line, end_column=place.column + end)
                        yield Written(name, where, within[-1] if within else "")

    def _named(self, places: Sequence[Source], seen: set[str]) -> Iterator[Macro]:
        for place in places:
            for word in _WORD.finditer(self.text(place)):
                macro = self.macros.get(word[0])
                if macro is not None and macro.name not in seen:
                    seen.add(macro.name)
                    yield macro
                    yield from self._named(macro.body, seen)


def may_be(instruction: Instruction, name: str) -> bool:
    """Whether an instruction may be what an operation called ``name`` comes to."""
    kind, family = kind_of(name), family_of(name)
    opens = family is not None and family[1]
    match instruction:
        case Call(_, callee):
            called = str(callee).partition("@")[0]
            return called == name if kind_of(called) is not None else True
        case Fence():
            return kind in (BARRIER, GRACE, LOCK, SECTION)
        case Rmw(read_tags=read, write_tags=write):
            return kind == LOCK and opens if (read | write) & _TAKING else kind in (ATOMIC, LOCK)
        case Wait():
            return kind == LOCK and opens
        case Load(tags=tags) | Store(tags=tags) if tags:
            return kind == LOCK and not opens if tags & _GIVING else kind in (ANNOTATION, LOCK)
        case Assert(property="lock-misuse"):
            return kind in (LOCK, SECTION) and not opens
    return False


def kinds_of(instruction: Instruction) -> tuple[str, ...]:
    """The kinds of element that an instruction may belong to."""
    match instruction:
        case Fence():
            return BARRIER, GRACE
        case Rmw(read_tags=read, write_tags=write):
            return (LOCK,) if (read | write) & _TAKING else (ATOMIC,)
        case Call(_, callee):
            return (kind_of(str(callee).partition("@")[0]) or ATOMIC,)
        case Store(tags=tags) if tags & _GIVING:
            return (LOCK,)
    return (ANNOTATION,)


def closing(text: str, start: int) -> int | None:
    """Behind the parenthesis that closes the one before ``start``; None where it is not in ``text``."""
    depth = 1
    for index in range(start, len(text)):
        depth += (text[index] == "(") - (text[index] == ")")
        if not depth:
            return index + 1
    return None
