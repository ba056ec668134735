"""Parse C files with libclang: arguments, our headers, and clang's complaints as input errors."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from itertools import pairwise
from pathlib import Path
from typing import Final

from attrs import evolve

from modelcheck.commands import FOLDERS
from modelcheck.errors import InputError
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.beside import beside
from modelcheck.frontend.c.kept import Command, Shelf
from modelcheck.frontend.c.mistakes import complaint, misfits, mistakes
from modelcheck.frontend.c.translation import Diagnostic, TranslationUnit
from modelcheck.frontend.c.types import Types
from modelcheck.frontend.c.unit import Files, Unit
from modelcheck.frontend.confine import confine
from modelcheck.frontend.made_of import now
from modelcheck.frontend.texts import Texts
from modelcheck.kernel import BODIES

_BASE = (
    "-x",
    "c",
    "-nostdinc",
    "-std=gnu11",
    "-ffreestanding",
    "-target",
    "x86_64-linux-gnu",
    "-fno-builtin",
    "-ferror-limit=0",
    "--no-default-config",
    # Style is not our subject, and old kernel code mixes pointer types. What follows would change the meaning.
    "-Wno-everything",
    "-Werror=implicit-function-declaration",
    "-Werror=implicit-int",
    "-Werror=int-conversion",
    # What clang passes over may matter: see `beside`.
    "-Wunknown-attributes",
    "-Wignored-attributes",
    "-Wunknown-pragmas",
    "-Wignored-pragmas",
    "-Wsource-uses-openmp",
    "-Wsource-uses-openacc",
    "-Wmacro-redefined",
)
_OURS: Final = ("-Wsystem-headers",)
"""Where files are compiled against our headers, what clang says of these counts too: see `Unit.redefined`."""
_REDEFINED: Final = re.compile(r"'(\w+)' macro redefined")


@contextmanager
def headers() -> Iterator[Path]:
    """The folder of our own headers, as long as the context lasts (installed as a zip it is unpacked for that time)."""
    with as_file(files("modelcheck") / "include") as folder:
        yield folder


@contextmanager
def own(name: str) -> Iterator[Path]:
    """A file of this package, as long as the context lasts."""
    with as_file(files("modelcheck.frontend.c") / name) as path:
        yield path


_kept: Shelf[Unit] = Shelf()
"""Files that were parsed in this process."""


def forget() -> None:
    """Parse files anew: what is kept of them may be half made, as after an interrupt."""
    global _kept
    _kept = Shelf()


one_at_a_time: Final = threading.RLock()
"""To be held as long as cursors of a unit are in use: libclang wants one thread at a time on what it has parsed."""


def parse_file(
    path: Path, include: Sequence[Path], defines: Mapping[str, str], known: Files, content: bytes | None = None
) -> Unit:
    """Parse one C file, or ``content`` in its stead; what was parsed before is not parsed again.

    Raises:
        InputError: the file is missing or clang finds an error in it that lies in no function's body.
    """
    shown = known.shown(str(path))
    if not path.is_file() and str(path) not in known.contents.made:
        raise InputError("there is no such file" if not path.exists() else "this is not a file", shown)
    texts = known.contents
    own_folders = [Path(folder) for option, folder in pairwise(known.options.get(path, ())) if option in FOLDERS]
    with own("prelude.h") as prelude:
        prelude_name = str(prelude)
        options = (
            *_BASE,
            *(part for folder in include for part in ("-I", str(folder))),
            *known.options.get(path, ()),
            *(
                known.build.options(path)
                if known.build is not None
                else ("-isystem", str(texts.headers), "-Wsystem-headers")
            ),
            *("-include", str(texts.headers / "mc" / "intrinsics.h")),
            *("-include", str(prelude)),
        )
        command = Command((str(path), str(Path.cwd())), options, defines)
        found = _kept.find(command, texts) if content is None else None
        if found is not None:
            known.parsed.append((options, found.parsed))
            _confine(found.parsed, [*include, *own_folders], known)
            return _anew(found, shown, known)
        began = now()
        unsaved = {str(changed): data for changed, data in texts.changed.items()} | dict(texts.made)
        if content is not None:
            unsaved[str(path)] = content
        try:
            macros = (f"-D{name}={value}" for name, value in defines.items())
            parsed = TranslationUnit(str(path), (*options, *macros), unsaved)
        except OSError as error:
            raise InputError(str(error), shown) from error
    known.parsed.append((options, parsed))
    _confine(parsed, [*include, *own_folders], known)
    diagnostics = parsed.diagnostics()
    top = cl.children(parsed.cursor)
    read = parsed.files()
    functions: dict[str, cl.Cursor] = {}
    variables: dict[str, list[cl.Cursor]] = {}
    for cursor in top:
        if cursor.kind == cl.FUNCTION_DECL:
            if cl.lib.clang_isCursorDefinition(cursor):
                functions[cl.text(cl.lib.clang_getCursorSpelling(cursor))] = cursor
        elif cursor.kind == cl.VAR_DECL:
            variables.setdefault(cl.text(cl.lib.clang_getCursorSpelling(cursor)), []).append(cursor)
    wrong, broken = mistakes(diagnostics, functions)
    if path == BODIES:  # they are for trees of all versions
        wrong, misfit = _fitting(wrong, functions, variables)
        broken |= misfit
    if wrong:
        raise complaint(wrong, known.shown)
    said = beside(
        top, diagnostics, read, lambda name: texts.ours(name) or name == prelude_name, kernel=known.build is not None
    )
    redefined = frozenset(
        again[1] for one in diagnostics if (again := _REDEFINED.match(one.message)) and texts.ours(one.file)
    )
    unit = Unit(shown, parsed, Types(), known, functions, variables, said, broken, redefined)
    if content is not None:
        return unit
    forgetful = _anew(unit, "", Files(Texts(texts.headers), {}))
    _kept.keep(command, forgetful, parsed.size(), read, texts, began)
    return unit


def _fitting(
    errors: list[Diagnostic], functions: dict[str, cl.Cursor], variables: dict[str, list[cl.Cursor]]
) -> tuple[list[Diagnostic], dict[str, tuple[Diagnostic, ...]]]:
    """Takes out of our bodies what does not fit a tree; gives the errors that count all the same, and what went."""
    found = misfits(errors, functions, variables)
    if found is None:
        return errors, {}
    for name in found:
        functions.pop(name, None)
        variables.pop(name, None)
    return [], found


def _anew(unit: Unit, shown: str, known: Files) -> Unit:
    """A parsed file in another program: what follows from its text stays with it, its names and places do not."""
    return evolve(unit, name=shown, files=known, functions=dict(unit.functions), handles={})


def _confine(parsed: TranslationUnit, include: Sequence[Path], known: Files) -> None:
    """Raise `InputError` where a file was read, or asked for, that lies out of bounds."""
    if known.bounds is None:
        return
    with own("prelude.h") as prelude, own("runtime.c") as runtime:
        ours = (str(prelude), str(runtime))
        names = [name for name in parsed.names if not known.contents.ours(name) and name not in ours]
    texts = {name: content.data for name in names if (content := known.contents.content(name)) is not None}
    try:
        confine(texts, include, known.bounds)
    except InputError as error:
        raise InputError(error.message, error.file and known.shown(error.file), error.line) from None
