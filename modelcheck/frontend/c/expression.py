"""A C expression within a program: what somebody asks of a run, as a function more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Unpack

from modelcheck.errors import InputError
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.entry import ScenarioEntry, main_entry, scenario_entry
from modelcheck.frontend.c.mistakes import complaint
from modelcheck.frontend.c.reader import Given, setting
from modelcheck.program.ir import Program
from modelcheck.program.outlived import outlivable
from modelcheck.program.regions import awaited_regions

FUNCTION: Final = "__mc_expression"
"""The function that gives the value of the expression."""


def parse_expression(
    expression: str,
    *,
    sources: Sequence[Path],
    scenario: ScenarioEntry | None = None,
    function: str = "",
    values: Mapping[str, int] | None = None,
    **given: Unpack[Given],
) -> Program:
    """The program that `parse_program` gives, with `FUNCTION` in it; all else has the addresses that it has there.

    Args:
        expression: of C, with a value that a 64-bit integer holds.
        sources, scenario, given: as for `parse_program`.
        function: the function that it stands in: what it sees at file scope, and the types of its variables.
        values: of variables of that function.

    Raises:
        InputError: clang refuses it.
    """
    if not expression.strip() or any(sign in expression for sign in ";{}#\n"):
        raise InputError(f"'{expression.strip()}' is no expression")
    with setting(main=scenario is None, **given) as read:
        units = read.units(sources)
        at = next((n for n, unit in enumerate(units) if function in unit.functions), None)
        used = {name: value for name, value in (values or {}).items() if re.search(rf"\b{name}\b", expression)}
        types = _types(units[at].functions[function], used) if at is not None else {}
        body = "".join(f"{typed} = ({cast}){used[name]:#x}ull; " for name, (typed, cast) in types.items())
        added = f"\nunsigned long long {FUNCTION}(void)\n{{ {body}return (unsigned long long)({expression}); }}\n"
        # What a file does not know another one may.
        order = [n for n in (at, *range(len(units))) if n is not None]
        wrong: InputError | None = None
        for number in dict.fromkeys(order):
            path = sources[number]
            content = read.files.contents.content(str(path))
            data = (content.data if content is not None else b"") + added.encode("utf-8", "replace")
            try:
                made = read.parse(path, data)
                if FUNCTION in made.broken:
                    raise complaint(made.broken[FUNCTION], made.files.shown)
                units[number] = made
                break
            except InputError as error:
                wrong = wrong or InputError(f"'{expression.strip()}': {error.message}")
        else:
            raise wrong or InputError("no C file is given")

        linker = read.linker(units)
        linker.check()
        entry = main_entry(linker) if scenario is None else scenario_entry(linker, scenario)
        linker.settle()
        linker.by_name(FUNCTION, "the expression")
        functions, objects = linker.finish()
        return Program(outlivable(awaited_regions(functions)), objects, entry, read.files.texts, sized=linker.sized)


def _types(function: cl.Cursor, wanted: Mapping[str, int]) -> dict[str, tuple[str, str]]:
    """Of variables of ``function`` a declarator and the type; those that are no scalars are left out."""
    found: dict[str, tuple[str, str]] = {}
    for node in cl.tree(function).walk():
        name = node.spelling
        if node.kind in (cl.VAR_DECL, cl.PARM_DECL) and name in wanted and name not in found:
            spelled = cl.text(cl.lib.clang_getTypeSpelling(cl.lib.clang_getCursorType(node.cursor)))
            spelled = re.sub(r"\bconst\b", "", spelled).strip()
            if "(" not in spelled and "[" not in spelled:
                found[name] = (f"{spelled} {name}", spelled)
    return found
