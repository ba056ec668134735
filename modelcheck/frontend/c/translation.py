"""A C file as clang has parsed it: its top, what clang complains of, and what it has read."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping, Sequence
from ctypes import byref, c_char_p, c_size_t, c_void_p
from functools import cached_property
from types import MappingProxyType
from typing import Any

from attrs import frozen

from modelcheck.frontend.c import libclang as cl


@frozen
class Diagnostic:
    """What clang says about a place; severity 3 is an error, 4 a fatal one. ``file`` as clang spells it, or empty."""

    severity: int
    message: str
    file: str
    line: int
    column: int


class TranslationUnit:
    """A parsed file. Cursors and types of it live as long as this object."""

    def __init__(
        self, path: str, arguments: Sequence[str], unsaved: Mapping[str, bytes] = MappingProxyType({})
    ) -> None:
        """Parse ``path``, with the contents ``unsaved`` in place of what files of these names hold on disk.

        ``OSError`` when libclang cannot read it at all.
        """
        self._index = cl.lib.clang_createIndex(0, 0)
        self._unit = c_void_p()
        raw = (c_char_p * len(arguments))(*(os.fsencode(argument) for argument in arguments))
        contents = (cl.UnsavedFile(os.fsencode(name), content, len(content)) for name, content in unsaved.items())
        files = (cl.UnsavedFile * len(unsaved))(*contents)
        code = cl.lib.clang_parseTranslationUnit2(
            self._index, os.fsencode(path), raw, len(arguments), files, len(unsaved), 0, byref(self._unit)
        )
        if code or not self._unit:
            raise OSError(f"libclang gives up on {path} (error {code})")
        self.cursor: cl.Cursor = cl.lib.clang_getTranslationUnitCursor(self._unit)

    def __del__(self) -> None:
        if getattr(self, "_unit", None):
            cl.lib.clang_disposeTranslationUnit(self._unit)
        if getattr(self, "_index", None):
            cl.lib.clang_disposeIndex(self._index)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of `files`."""
        return tuple(self.files())

    def files(self) -> dict[str, bytes]:
        """What clang read: every file that was included, and the first one, by name as clang spells it."""
        found: dict[str, bytes] = {}
        failed: list[BaseException] = []

        def visit(file: int, _: Any, __: int, ___: Any) -> None:
            try:
                size = c_size_t()
                start = cl.lib.clang_getFileContents(self._unit, file, byref(size))
                found[cl.file_name(file)] = ctypes.string_at(start, size.value) if start else b""
            except BaseException as error:  # noqa: BLE001 - an interrupt too
                failed.append(error)

        with cl.walking():
            cl.lib.clang_getInclusions(self._unit, cl.InclusionVisitor(visit), None)
        if failed:
            raise failed[0]
        return found

    def size(self) -> int:
        """Bytes of memory that it takes, as far as clang counts them."""
        usages = cl.lib.clang_getCXTUResourceUsage(self._unit)
        total: int = sum(usages.entries[number].amount for number in range(usages.count))
        cl.lib.clang_disposeCXTUResourceUsage(usages)
        return total

    def diagnostics(self) -> list[Diagnostic]:
        """All of clang's messages, in its order."""
        found = []
        for number in range(cl.lib.clang_getNumDiagnostics(self._unit)):
            item = cl.lib.clang_getDiagnostic(self._unit, number)
            file, line, column = cl.expansion(cl.lib.clang_getDiagnosticLocation(item))
            message = _one_line(cl.text(cl.lib.clang_getDiagnosticSpelling(item)))
            found.append(
                Diagnostic(cl.lib.clang_getDiagnosticSeverity(item), message, cl.file_name(file), line, column)
            )
            cl.lib.clang_disposeDiagnostic(item)
        return found


def _one_line(message: str) -> str:
    """``message`` without control characters, which broken input may bring into it."""
    return "".join(char if char.isprintable() else "?" for char in message)
