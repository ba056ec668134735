"""A C file that clang has parsed: its definitions, their places, and how files are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.beside import Beside
from modelcheck.frontend.c.translation import Diagnostic, TranslationUnit
from modelcheck.frontend.c.types import CType, Signature, Types
from modelcheck.frontend.confine import Bounds
from modelcheck.frontend.texts import Texts
from modelcheck.program.ir import Source

if TYPE_CHECKING:
    from modelcheck.frontend.c.again import Recorded
    from modelcheck.kernel import Build


@frozen(eq=False)
class Files:
    """Names of files as they are shown: relative to the spec for the user's, ``<linux/list.h>`` for our headers.

    ``bounds``: where files must lie that are not ours; None: anywhere. ``build``: of the kernel tree that the files are
    compiled with, where there is one. ``options``: what clang is told besides of a source, where there is none.
    ``parsed``: what clang made of them, each with the options that it was given.
    """

    contents: Texts
    names: Mapping[Path, str]
    bounds: Bounds | None = None
    build: Build | None = None
    options: Mapping[Path, Sequence[str]] = field(factory=dict)
    parsed: list[tuple[tuple[str, ...], TranslationUnit]] = field(factory=list, init=False)
    _shown: dict[str, str] = field(factory=dict)
    _texts: dict[str, str] = field(factory=dict)

    def shown(self, name: str) -> str:
        """The name to show for a file that clang calls ``name``; its text is remembered."""
        found = self._shown.get(name)
        if found is None:
            path = Path(name)
            if path.is_relative_to(self.contents.headers):
                found = f"<{path.relative_to(self.contents.headers).as_posix()}>"
            else:
                found = self.names.get(path) or self.names.get(path.resolve())
            if found is None and self.build is not None:
                found = self.build.shown(path)
            found = found or name
            self._shown[name] = found
            self._texts[found] = self.contents.text(name)
        return found

    @property
    def texts(self) -> dict[str, str]:
        """The text of every file that was shown, by its shown name."""
        return dict(self._texts)

    @property
    def names_shown(self) -> Mapping[str, str]:
        """How every file was shown, by the name that clang has for it."""
        return dict(self._shown)


@frozen(eq=False)
class Unit:
    """A parsed source file.

    Attributes:
        name: as shown.
        parsed: what libclang made of it.
        types: its types.
        functions: definitions of functions by name.
        variables: declarations of variables at file scope by name; the defining one last where there is one.
        beside: what it says beside its definitions.
        broken: clang's errors within the bodies of functions, by their names; of our bodies of what a kernel tree has
            elsewhere, those of functions that were taken out for them, too.
        redefined: macros that a header of ours defines after others have.
        signatures: of its functions that were asked for, by their declaration.
        code: what became of its functions, by their declaration and the type that an allocation's result gets.
    """

    name: str
    parsed: TranslationUnit
    types: Types
    files: Files
    functions: dict[str, cl.Cursor]
    variables: dict[str, list[cl.Cursor]]
    beside: Beside = field(factory=Beside)
    broken: Mapping[str, Sequence[Diagnostic]] = field(factory=dict)
    redefined: frozenset[str] = frozenset()
    code: dict[tuple[int | None, CType | None], list[Recorded]] = field(factory=dict)
    signatures: dict[int | None, Signature] = field(factory=dict)
    _typedefs: dict[str, str] = field(factory=dict)
    _calls: dict[str, tuple[str, ...]] = field(factory=dict)
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

    def ours(self, cursor: cl.Cursor) -> bool:
        """Whether ``cursor`` stands in a header of ours."""
        place = cl.expansion(cl.lib.clang_getRangeStart(cl.lib.clang_getCursorExtent(cursor)))
        return self.files.contents.ours(cl.file_name(place[0]))

    @property
    def places(self) -> dict[int | None, str]:
        """The files, by clang's handle, that places were told in since `leave_places`, and how they are shown."""
        return dict(self._handles)

    def leave_places(self) -> None:
        """Begin `places` anew."""
        self._handles.clear()

    def typedefs(self) -> dict[str, str]:
        """The canonical spelling of what its type names at file scope stand for."""
        if not self._typedefs:
            for cursor in cl.children(self.parsed.cursor):
                if cursor.kind == cl.TYPEDEF_DECL:
                    canonical = cl.lib.clang_getCanonicalType(cl.lib.clang_getCursorType(cursor))
                    name = cl.text(cl.lib.clang_getCursorSpelling(cursor))
                    self._typedefs[name] = cl.text(cl.lib.clang_getTypeSpelling(canonical))
        return self._typedefs

    def calls(self, function: str) -> tuple[str, ...]:
        """The names of what a function defined here calls, in the order of its text, each once."""
        if function not in self._calls:
            walk = cl.tree(self.functions[function]).walk()
            self._calls[function] = tuple(dict.fromkeys(node.spelling for node in walk if node.kind == cl.CALL))
        return self._calls[function]
