"""Code of functions used again in the next program of a process, where the linker answers what it rests on as before.

Lowering a function asks the linker which functions and objects names mean, and where they are. Given the same file and
the same answers it gives the same code, and asks the same: so the questions of an earlier time can be put instead, in
their order, and leave the linker as lowering would.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Final

from attrs import frozen

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Hint, Links
from modelcheck.frontend.c.types import CType, Signature

if TYPE_CHECKING:
    from modelcheck.frontend.c.link import Definition, Lowered
    from modelcheck.frontend.c.unit import Unit

MOST: Final = 4
"""Of one function, code for so many different answers is kept."""

Ask = Callable[[Links, "Definition"], Hashable]
"""A question about a function's names: the answer, as something to compare."""


@frozen(eq=False)
class Recorded:
    """The code of a function, what it asked and was answered, and the names shown of the files that it lies in."""

    asked: tuple[tuple[Ask, Hashable], ...]
    files: Mapping[int | None, str]
    lowered: Lowered

    def fits(self, linker: Links, definition: Definition) -> bool:
        """Whether ``definition`` would get this code now. The linker is asked up to the first answer that differs."""
        unit = definition.unit
        return all(ask(linker, definition) == answer for ask, answer in self.asked) and all(
            unit.files.shown(cl.file_name(handle)) == name for handle, name in self.files.items()
        )


def lowered_again(linker: Links, definition: Definition, lower: Callable[[Links, Definition], Lowered]) -> Lowered:
    """The code of a function: what ``lower`` gives, or gave before."""
    unit, hint = definition.unit, definition.hint
    known = unit.code.setdefault((definition.cursor.d0, hint.type if hint else None), [])
    for recorded in known:
        if recorded.fits(linker, definition):
            return recorded.lowered
    noted = Noted(linker, definition)
    unit.leave_places()
    made = lower(noted, definition)
    if noted.repeatable:
        known.insert(0, Recorded(tuple(noted.asked), unit.places, made))
        del known[MOST:]
    return made


class Noted:
    """A linker that notes what it is asked while one function is lowered.

    Attributes:
        asked: questions and answers.
        repeatable: whether asking the same again would mean the same.
    """

    def __init__(self, linker: Links, definition: Definition) -> None:
        self.asked: list[tuple[Ask, Hashable]] = []
        self.repeatable = True
        self._linker = linker
        self._definition = definition

    def function(self, unit: Unit, name: str, hint: Hint | None = None) -> Definition | None:
        """As `Linker.function`."""
        found = self._linker.function(unit, name, hint)
        answer = _told(self._linker, found)
        if hint is None:
            self._note(unit, lambda linker, at: _told(linker, linker.function(at.unit, name)), answer)
        elif hint is self._definition.hint:
            self._note(unit, lambda linker, at: _told(linker, linker.function(at.unit, name, at.hint)), answer)
        else:
            type_ = hint.type
            self._note(
                unit, lambda linker, at: _told(linker, linker.function(at.unit, name, Hint(at.unit, type_))), answer
            )
            self.repeatable = self.repeatable and hint.unit is unit
        return found

    def signature(self, definition: Definition) -> Signature:
        """As `Linker.signature`; it is part of what `function` answers."""
        return self._linker.signature(definition)

    def allocates(self, unit: Unit, name: str) -> bool:
        """As `Linker.allocates`."""
        found = self._linker.allocates(unit, name)
        self._note(unit, lambda linker, at: linker.allocates(at.unit, name), found)
        return found

    def calls(self, unit: Unit, name: str) -> bool:
        """As `Linker.calls`."""
        found = self._linker.calls(unit, name)
        self._note(unit, lambda linker, at: linker.calls(at.unit, name), found)
        return found

    def has_own(self, unit: Unit, name: str) -> bool:
        """As `Linker.has_own`."""
        found = self._linker.has_own(unit, name)
        self._note(unit, lambda linker, at: linker.has_own(at.unit, name), found)
        return found

    def misfit(self, name: str) -> str:
        """As `Linker.misfit`."""
        found = self._linker.misfit(name)
        self._note(self._definition.unit, lambda linker, at: linker.misfit(name), found)
        return found

    def mentions(self, unit: Unit, word: str) -> bool:
        """As `Linker.mentions`."""
        found = self._linker.mentions(unit, word)
        self._note(unit, lambda linker, at: linker.mentions(at.unit, word), found)
        return found

    def code_address(self, unit: Unit, name: str, declaration: cl.Cursor) -> int:
        """As `Linker.code_address`."""
        found = self._linker.code_address(unit, name, declaration)
        self._note(unit, lambda linker, at: linker.code_address(at.unit, name, declaration), found)
        return found

    def variable(self, unit: Unit, declaration: cl.Cursor, function: str) -> int | None:
        """As `Linker.variable`."""
        found = self._linker.variable(unit, declaration, function)
        self._note(unit, lambda linker, at: linker.variable(at.unit, declaration, function), found)
        return found

    def string(self, unit: Unit, content: bytes) -> int:
        """As `Linker.string`."""
        found = self._linker.string(unit, content)
        self._note(unit, lambda linker, at: linker.string(at.unit, content), found)
        return found

    def literal(self, unit: Unit, node: cl.Node, type_: CType, function: str) -> int:
        """As `Linker.literal`."""
        self.repeatable = False
        return self._linker.literal(unit, node, type_, function)

    def ending(self) -> str | None:
        """As `Linker.ending`."""
        found = self._linker.ending()
        self._note(self._definition.unit, lambda linker, _: linker.ending(), found)
        return found

    def sizes_matter(self) -> None:
        """As `Linker.sizes_matter`."""
        self._linker.sizes_matter()
        self._note(self._definition.unit, lambda linker, _: linker.sizes_matter(), None)

    def lend(self, base: int) -> None:
        """As `Linker.lend`; the address is what `variable` has answered."""
        self._linker.lend(base)
        self._note(self._definition.unit, lambda linker, _: linker.lend(base), None)

    def thread_name(self, function: str) -> str:
        """As `Linker.thread_name`, which never answers the same."""
        self.repeatable = False
        return self._linker.thread_name(function)

    def _note(self, unit: Unit, ask: Ask, answer: Hashable) -> None:
        self.asked.append((ask, answer))
        self.repeatable = self.repeatable and unit is self._definition.unit


def _told(linker: Links, found: Definition | None) -> Hashable:
    """What a caller sees of a function: its name, result and parameters."""
    if found is None:
        return None
    signature = linker.signature(found)
    types = tuple(map(_plain, (signature.result, *signature.params)))
    return found.program_name, signature.variadic, signature.prototype, types


def _plain(type_: CType) -> Hashable:
    """What two types of different files have in common when they are the same."""
    return type_.kind, type_.size, type_.signed, type_.volatile, type_.const, type_.atomic, type_.name
