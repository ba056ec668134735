"""Parse C files with libclang: arguments, our headers, and clang's complaints as input errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from attrs import field, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.types import Types
from modelcheck.program.ir import Source

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
    # Style is not our subject, and old kernel code mixes pointer types. What follows would change the meaning.
    "-Wno-everything",
    "-Werror=implicit-function-declaration",
    "-Werror=implicit-int",
    "-Werror=int-conversion",
)


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


@frozen(eq=False)
class Files:
    """Names of files as they are shown: relative to the spec for the user's, ``<linux/list.h>`` for our headers."""

    headers: Path
    names: Mapping[Path, str]
    _shown: dict[str, str] = field(factory=dict)
    _texts: dict[str, str] = field(factory=dict)

    def shown(self, name: str) -> str:
        """The name to show for a file that clang calls ``name``; its text is remembered."""
        found = self._shown.get(name)
        if found is None:
            path = Path(name)
            if path.is_relative_to(self.headers):
                found = f"<{path.relative_to(self.headers).as_posix()}>"
            else:
                found = self.names.get(path) or self.names.get(path.resolve())
            found = found or name
            self._shown[name] = found
            try:
                self._texts[found] = path.read_text(errors="replace")
            except OSError:
                self._texts[found] = ""
        return found

    @property
    def texts(self) -> dict[str, str]:
        """The text of every file that was shown, by its shown name."""
        return dict(self._texts)


@frozen(eq=False)
class Unit:
    """A parsed source file.

    Attributes:
        name: as shown.
        parsed: what libclang made of it.
        types: its types.
        functions: definitions of functions by name.
        variables: declarations of variables at file scope by name; the defining one last where there is one.
    """

    name: str
    parsed: cl.TranslationUnit
    types: Types
    files: Files
    functions: dict[str, cl.Cursor]
    variables: dict[str, list[cl.Cursor]]
    _handles: dict[int | None, str] = field(factory=dict)

    def source(self, cursor: cl.Cursor, function: str) -> Source:
        """The place of ``cursor`` in the user's text: of a macro, where it is used."""
        extent = cl.lib.clang_getCursorExtent(cursor)
        handle, line, column = cl.expansion(cl.lib.clang_getRangeStart(extent))
        _, end_line, end_column = cl.expansion(cl.lib.clang_getRangeEnd(extent))
        file = self._handles.get(handle)
        if file is None:
            file = self._handles[handle] = self.files.shown(cl.file_name(handle))
        return Source(file, line, column, end_line, end_column, function)


def parse_file(
    path: Path,
    headers_folder: Path,
    include: Sequence[Path],
    defines: Mapping[str, str],
    known: Files,
    content: str | None = None,
) -> Unit:
    """Parse one C file, or ``content`` in its stead.

    Raises:
        InputError: the file is missing or clang finds an error in it.
    """
    shown = known.shown(str(path))
    if not path.is_file():
        raise InputError("there is no such file" if not path.exists() else "this is not a file", shown)
    with own("prelude.h") as prelude:
        arguments = [
            *_BASE,
            *(part for folder in include for part in ("-I", str(folder))),
            *("-isystem", str(headers_folder)),
            *("-include", str(headers_folder / "mc" / "intrinsics.h")),
            *("-include", str(prelude)),
            *(f"-D{name}={value}" for name, value in defines.items()),
        ]
        try:
            parsed = cl.TranslationUnit(str(path), arguments, content)
        except OSError as error:
            raise InputError(str(error), shown) from error
    _complain(parsed, known)
    functions: dict[str, cl.Cursor] = {}
    variables: dict[str, list[cl.Cursor]] = {}
    for cursor in cl.children(parsed.cursor):
        if cursor.kind == cl.FUNCTION_DECL:
            if cl.lib.clang_isCursorDefinition(cursor):
                functions[cl.text(cl.lib.clang_getCursorSpelling(cursor))] = cursor
        elif cursor.kind == cl.VAR_DECL:
            variables.setdefault(cl.text(cl.lib.clang_getCursorSpelling(cursor)), []).append(cursor)
    return Unit(shown, parsed, Types(), known, functions, variables)


def _complain(parsed: cl.TranslationUnit, known: Files) -> None:
    errors = [diagnostic for diagnostic in parsed.diagnostics() if diagnostic.severity >= 3]
    if not errors:
        return
    first, more = errors[0], len(errors) - 1
    message = first.message + (f" (and {more} more error{'s' if more > 1 else ''})" if more else "")
    if not first.file:
        raise InputError(message)
    raise InputError(message, known.shown(first.file), first.line, first.column)
