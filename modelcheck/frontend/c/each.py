"""How much of a file can be modelled: its functions lowered one by one, whether anything leads to them or not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Unpack

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c.functions import contents, lower
from modelcheck.frontend.c.initialise import extent
from modelcheck.frontend.c.link import RUNTIME, Library, Linker
from modelcheck.frontend.c.reader import Given, setting
from modelcheck.program.ir import Source


@frozen
class Attempt:
    """A function of a file.

    Attributes:
        name: its name.
        refused: what of it cannot be modelled, with the place. That what it calls or names is in another file is none.
    """

    name: str
    refused: tuple[tuple[str, Source], ...]


def attempts(source: Path, **given: Unpack[Given]) -> list[Attempt]:
    """Lower each function that ``source`` itself defines; for ``given`` see `modelcheck.frontend.c.parse_program`.

    Raises `InputError` where clang does not parse the file.
    """
    with setting(main=False, **given) as read:
        unit = read.parse(source)
        build = read.files.build
        bodies = "".join(path.read_text() for path in build.bodies.glob("*.c")) if build is not None else ""
        alone = Library(frozenset(), lambda: unit)
        linker = Linker([unit], contents, lower, extent, alone)
        found = []
        for name, cursor in list(unit.functions.items()):
            place = unit.source(cursor, name)
            if place.file != unit.name:
                continue
            try:
                told = [(refused.reason, refused.source) for refused in linker.attempt(unit, name)]
            except InputError as error:
                told = [
                    (error.message, Source(error.file or unit.name, error.line or 0, error.column or 0, 0, 0, name))
                ]
            found.append(Attempt(name, tuple(one for one in told if not _elsewhere(one[0], bodies))))
        return found


def _elsewhere(reason: str, bodies: str) -> bool:
    """Whether what is refused is only that something is not in the file, or that there are very many threads;
    ``bodies``: the text of ours."""
    intrinsic = re.match(r"there is no intrinsic (\w+)\(\)", reason)
    return (
        reason.startswith(("no body for", "no definition of"))
        or "is thread-local, and used by more" in reason
        or (intrinsic is not None and (intrinsic[1] in bodies or intrinsic[1] in RUNTIME))
    )
