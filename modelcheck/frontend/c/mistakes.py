"""Errors that clang finds: those within a function's body count only where that is reached, all others at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from modelcheck.errors import InputError
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.translation import Diagnostic

_OF_A_MACHINE: Final = re.compile(r"'asm/[^']+' file not found")
MOST_TOLD: Final = 12
"""So many different errors are told of."""

_BEYOND: Final = ("expected '}'", "function definition is not allowed here", "extraneous closing brace")
"""What clang says where a function does not end where its text means it to: what follows is not what it seems."""


def mistakes(
    diagnostics: Sequence[Diagnostic], functions: Mapping[str, cl.Cursor]
) -> tuple[list[Diagnostic], dict[str, tuple[Diagnostic, ...]]]:
    """The errors among ``diagnostics``: those of the file, and of each of ``functions`` those within its body."""
    errors = [one for one in diagnostics if one.severity >= 3]
    if any(one.severity > 3 or one.message.startswith(_BEYOND) for one in errors):
        return errors, {}
    outside: list[Diagnostic] = []
    within: dict[str, list[Diagnostic]] = {}
    bodies = [(name, *_body(cursor)) for name, cursor in functions.items()] if errors else []
    for error in errors:
        place = (error.line, error.column)
        found = [name for name, file, start, end in bodies if file == error.file and start <= place <= end]
        for name in found:  # one macro may define several
            within.setdefault(name, []).append(error)
        if not found:
            outside.append(error)
    return outside, {name: tuple(several) for name, several in within.items()}


def misfits(
    errors: Sequence[Diagnostic], functions: Mapping[str, cl.Cursor], variables: Mapping[str, Sequence[cl.Cursor]]
) -> dict[str, tuple[Diagnostic, ...]] | None:
    """Of a library what does not fit the headers that it is compiled with: the functions and variables whose text holds
    one of ``errors``; None where nothing that follows one may be what it seems."""
    if any(error.severity > 3 or error.message.startswith(_BEYOND) for error in errors):
        return None
    found: dict[str, list[Diagnostic]] = {}
    declarations = [*functions.items(), *((name, one) for name, several in variables.items() for one in several)]
    places = [(name, *_extent(cursor)) for name, cursor in declarations] if errors else []
    for error in errors:
        place = (error.line, error.column)
        for name, file, start, end in places:
            if file == error.file and start <= place <= end:
                found.setdefault(name, []).append(error)
    return {name: tuple(several) for name, several in found.items()}


def _body(function: cl.Cursor) -> tuple[str, tuple[int, int], tuple[int, int]]:
    """The file that a function's body is in, and where it starts and ends there: line and column."""
    return _extent(next((child for child in cl.children(function) if child.kind == cl.COMPOUND), function))


def _extent(cursor: cl.Cursor) -> tuple[str, tuple[int, int], tuple[int, int]]:
    extent = cl.lib.clang_getCursorExtent(cursor)
    handle, line, column = cl.expansion(cl.lib.clang_getRangeStart(extent))
    _, end_line, end_column = cl.expansion(cl.lib.clang_getRangeEnd(extent))
    return cl.file_name(handle), (line, column), (end_line, end_column)


def complaint(errors: Sequence[Diagnostic], shown: Callable[[str], str]) -> InputError:
    """Errors as one of the input, at the first: of each kind the first, with its place.

    Args:
        errors: at least one.
        shown: how files are named.
    """
    first, more = errors[0], len(errors) - 1
    kinds: dict[str, Diagnostic] = {}
    for error in errors:
        kinds.setdefault(error.message, error)
    others = [f"{shown(one.file)}:{one.line}: {said}" for said, one in list(kinds.items())[1:MOST_TOLD] if one.file]
    if len(kinds) > MOST_TOLD:
        others.append(f"and {len(kinds) - MOST_TOLD} of other kinds")
    count = f"{more} more error{'s' if more > 1 else ''}" + (f": {'; '.join(others)}" if others else "")
    said = first.message
    if _OF_A_MACHINE.match(said):
        said += "; modelcheck is a machine of its own, with headers of asm/ of its own, and reads none of arch/"
    message = said + (f" ({count})" if more else "")
    if not first.file:
        return InputError(message)
    return InputError(message, shown(first.file), first.line, first.column)
