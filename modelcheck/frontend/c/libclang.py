"""The part of libclang that the front end uses: its C interface bound with ctypes, and cursors made into trees.

The bindings that come with the library cost 0.1 s to import and about ten times as much per cursor; a translation
unit is walked with one callback for each cursor here.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_int,
    c_longlong,
    c_size_t,
    c_uint,
    c_ulong,
    c_ulonglong,
    c_void_p,
)
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

UNEXPOSED_EXPR = 100
DECL_REF = 101
MEMBER_REF = 102
CALL = 103
INTEGER = 106
FLOATING = 107
STRING = 109
CHARACTER = 110
PAREN = 111
UNARY = 112
SUBSCRIPT = 113
BINARY = 114
COMPOUND_ASSIGN = 115
CONDITIONAL = 116
CAST = 117
COMPOUND_LITERAL = 118
INIT_LIST = 119
ADDRESS_OF_LABEL = 120
STATEMENT_EXPR = 121
GENERIC = 122
SIZEOF = 136
LAST_EXPR = 199

UNEXPOSED_STMT = 200
LABEL_STMT = 201
COMPOUND = 202
CASE = 203
DEFAULT = 204
IF = 205
SWITCH = 206
WHILE = 207
DO = 208
FOR = 209
GOTO = 210
INDIRECT_GOTO = 211
CONTINUE = 212
BREAK = 213
RETURN = 214
ASM = 215
NULL = 230
DECL_STMT = 231

TYPE_REF = 43
MEMBER_NAME = 47
LABEL_REF = 48

UNEXPOSED_DECL = 1
FUNCTION_DECL = 8
VAR_DECL = 9
TYPEDEF_DECL = 20
PARM_DECL = 10
ENUM_CONSTANT = 7
UNEXPOSED_ATTR = 400
ANNOTATION = 406
ALIGNED_ATTR = 441

POST_INC, POST_DEC, PRE_INC, PRE_DEC, ADDRESS_OF, DEREF, PLUS, MINUS, NOT, LOGICAL_NOT, REAL, IMAG, EXTENSION = range(
    1, 14
)

BINARY_NAMES = (
    *("", "", "", "*", "/", "%", "+", "-", "<<", ">>", "<=>", "<", ">", "<=", ">=", "==", "!=", "&", "^", "|"),
    *("&&", "||", "=", "*", "/", "%", "+", "-", "<<", ">>", "&", "^", "|", ","),
)
"""Operators by the number that libclang gives them; of a compound assignment, the operator without ``=``."""

_BREAK, _CONTINUE, _RECURSE = 0, 1, 2


class Cursor(Structure):
    """CXCursor."""

    _fields_: ClassVar = [("kind", c_int), ("xdata", c_int), ("d0", c_void_p), ("d1", c_void_p), ("d2", c_void_p)]


class Type(Structure):
    """CXType."""

    _fields_: ClassVar = [("kind", c_int), ("d0", c_void_p), ("d1", c_void_p)]


class String(Structure):
    """CXString."""

    _fields_: ClassVar = [("data", c_void_p), ("flags", c_uint)]


class Location(Structure):
    """CXSourceLocation."""

    _fields_: ClassVar = [("p0", c_void_p), ("p1", c_void_p), ("offset", c_uint)]


class UnsavedFile(Structure):
    """CXUnsavedFile."""

    _fields_: ClassVar = [("name", c_char_p), ("contents", c_char_p), ("length", c_ulong)]


class Range(Structure):
    """CXSourceRange."""

    _fields_: ClassVar = [("p0", c_void_p), ("p1", c_void_p), ("begin", c_uint), ("end", c_uint)]


class Usage(Structure):
    """CXTUResourceUsageEntry."""

    _fields_: ClassVar = [("kind", c_int), ("amount", c_ulong)]


class Usages(Structure):
    """CXTUResourceUsage."""

    _fields_: ClassVar = [("data", c_void_p), ("count", c_uint), ("entries", POINTER(Usage))]


_Visitor = ctypes.CFUNCTYPE(c_int, Cursor, Cursor, c_void_p)
InclusionVisitor = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_uint, c_void_p)
_FieldVisitor = ctypes.CFUNCTYPE(c_int, Cursor, c_void_p)

_UINT_P = POINTER(c_uint)

_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "clang_createIndex": (c_void_p, [c_int, c_int]),
    "clang_disposeIndex": (None, [c_void_p]),
    "clang_parseTranslationUnit2": (
        c_int,
        [c_void_p, c_char_p, POINTER(c_char_p), c_int, c_void_p, c_uint, c_uint, POINTER(c_void_p)],
    ),
    "clang_disposeTranslationUnit": (None, [c_void_p]),
    "clang_getInclusions": (None, [c_void_p, InclusionVisitor, c_void_p]),
    "clang_getFileContents": (c_void_p, [c_void_p, c_void_p, POINTER(c_size_t)]),
    "clang_getCXTUResourceUsage": (Usages, [c_void_p]),
    "clang_disposeCXTUResourceUsage": (None, [Usages]),
    "clang_getTranslationUnitCursor": (Cursor, [c_void_p]),
    "clang_getNumDiagnostics": (c_uint, [c_void_p]),
    "clang_getDiagnostic": (c_void_p, [c_void_p, c_uint]),
    "clang_disposeDiagnostic": (None, [c_void_p]),
    "clang_getDiagnosticSeverity": (c_int, [c_void_p]),
    "clang_getDiagnosticSpelling": (String, [c_void_p]),
    "clang_getDiagnosticLocation": (Location, [c_void_p]),
    "clang_getCString": (c_char_p, [String]),
    "clang_disposeString": (None, [String]),
    "clang_visitChildren": (c_uint, [Cursor, _Visitor, c_void_p]),
    "clang_Type_visitFields": (c_uint, [Type, _FieldVisitor, c_void_p]),
    "clang_getCursorSpelling": (String, [Cursor]),
    "clang_getCursorType": (Type, [Cursor]),
    "clang_getCursorReferenced": (Cursor, [Cursor]),
    "clang_getCursorDefinition": (Cursor, [Cursor]),
    "clang_getCursorSemanticParent": (Cursor, [Cursor]),
    "clang_isCursorDefinition": (c_uint, [Cursor]),
    "clang_getCursorLinkage": (c_int, [Cursor]),
    "clang_getCursorTLSKind": (c_int, [Cursor]),
    "clang_getCursorBinaryOperatorKind": (c_int, [Cursor]),
    "clang_getCursorUnaryOperatorKind": (c_int, [Cursor]),
    "clang_getCursorExtent": (Range, [Cursor]),
    "clang_getCursorPrettyPrinted": (String, [Cursor, c_void_p]),
    "clang_getEnumConstantDeclUnsignedValue": (c_ulonglong, [Cursor]),
    "clang_Cursor_getVarDeclInitializer": (Cursor, [Cursor]),
    "clang_Cursor_hasVarDeclGlobalStorage": (c_int, [Cursor]),
    "clang_Cursor_hasVarDeclExternalStorage": (c_int, [Cursor]),
    "clang_Cursor_isFunctionInlined": (c_uint, [Cursor]),
    "clang_Cursor_getOffsetOfField": (c_longlong, [Cursor]),
    "clang_Cursor_isBitField": (c_uint, [Cursor]),
    "clang_getFieldDeclBitWidth": (c_int, [Cursor]),
    "clang_Cursor_getNumArguments": (c_int, [Cursor]),
    "clang_Cursor_getArgument": (Cursor, [Cursor, c_uint]),
    "clang_Cursor_isNull": (c_int, [Cursor]),
    "clang_Cursor_getGCCAssemblyTemplate": (String, [Cursor]),
    "clang_Cursor_getGCCAssemblyNumInputs": (c_uint, [Cursor]),
    "clang_Cursor_getGCCAssemblyNumOutputs": (c_uint, [Cursor]),
    "clang_Cursor_getGCCAssemblyInput": (c_uint, [Cursor, c_uint, POINTER(String), POINTER(Cursor)]),
    "clang_Cursor_getGCCAssemblyOutput": (c_uint, [Cursor, c_uint, POINTER(String), POINTER(Cursor)]),
    "clang_Cursor_isGCCAssemblyHasGoto": (c_uint, [Cursor]),
    "clang_Cursor_getGCCAssemblyNumClobbers": (c_uint, [Cursor]),
    "clang_Cursor_getGCCAssemblyClobber": (String, [Cursor, c_uint]),
    "clang_Cursor_Evaluate": (c_void_p, [Cursor]),
    "clang_EvalResult_getKind": (c_int, [c_void_p]),
    "clang_EvalResult_isUnsignedInt": (c_uint, [c_void_p]),
    "clang_EvalResult_getAsUnsigned": (c_ulonglong, [c_void_p]),
    "clang_EvalResult_getAsLongLong": (c_longlong, [c_void_p]),
    "clang_EvalResult_dispose": (None, [c_void_p]),
    "clang_getRangeStart": (Location, [Range]),
    "clang_getRangeEnd": (Location, [Range]),
    "clang_getExpansionLocation": (None, [Location, POINTER(c_void_p), _UINT_P, _UINT_P, _UINT_P]),
    "clang_getSpellingLocation": (None, [Location, POINTER(c_void_p), _UINT_P, _UINT_P, _UINT_P]),
    "clang_Cursor_getTranslationUnit": (c_void_p, [Cursor]),
    "clang_getFileName": (String, [c_void_p]),
    "clang_getCanonicalType": (Type, [Type]),
    "clang_getTypeSpelling": (String, [Type]),
    "clang_getPointeeType": (Type, [Type]),
    "clang_getArrayElementType": (Type, [Type]),
    "clang_getArraySize": (c_longlong, [Type]),
    "clang_getResultType": (Type, [Type]),
    "clang_getNumArgTypes": (c_int, [Type]),
    "clang_getArgType": (Type, [Type, c_uint]),
    "clang_isFunctionTypeVariadic": (c_uint, [Type]),
    "clang_isConstQualifiedType": (c_uint, [Type]),
    "clang_isVolatileQualifiedType": (c_uint, [Type]),
    "clang_getTypeDeclaration": (Cursor, [Type]),
    "clang_getEnumDeclIntegerType": (Type, [Cursor]),
    "clang_Type_getAlignOf": (c_longlong, [Type]),
    "clang_Type_getSizeOf": (c_longlong, [Type]),
    "clang_Type_getValueType": (Type, [Type]),
    "clang_Type_getOffsetOf": (c_longlong, [Type, c_char_p]),
    "clang_getAddressSpace": (c_uint, [Type]),
}


def _load() -> Any:
    """The library that the Python package ``clang`` brings along."""
    package = find_spec("clang")
    names = {"darwin": "libclang.dylib", "win32": "libclang.dll"}
    folders = [Path(place) / "native" for place in (package.submodule_search_locations or ())] if package else []
    for folder in folders:
        path = folder / names.get(sys.platform, "libclang.so")
        if path.exists():
            library = ctypes.CDLL(str(path))
            break
    else:
        library = ctypes.CDLL(names.get(sys.platform, "libclang.so"))
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


lib: Any = _load()


def text(string: String) -> str:
    """The Python string of a CXString, which is disposed of."""
    raw = lib.clang_getCString(string)
    result = raw.decode("utf-8", "replace") if raw else ""
    lib.clang_disposeString(string)
    return result


class Node:
    """A cursor with its children.

    Attributes:
        cursor: the CXCursor.
        kind: its kind, one of the numbers above.
        children: in source order.
        type: what `types.Types.of` found for it, kept here.
    """

    __slots__ = ("children", "cursor", "kind", "type")

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.kind: int = cursor.kind
        self.children: list[Node] = []
        self.type: Any = None

    def expressions(self) -> list[Node]:
        """The children that are expressions (references to types and members left out)."""
        return [child for child in self.children if UNEXPOSED_EXPR <= child.kind <= LAST_EXPR]

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in source order."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(reversed(node.children))

    @property
    def spelling(self) -> str:
        """The name it declares or refers to; of a string literal, its text in quotes."""
        return text(lib.clang_getCursorSpelling(self.cursor))


@contextmanager
def walking() -> Iterator[None]:
    """A walk with a callback: an exception that ctypes drops as it calls it is raised after the walk.

    An interrupt, or an alarm, may come before the first line of a callback, or after its last.
    """
    dropped: list[BaseException] = []
    before = sys.unraisablehook

    def keep(what: sys.UnraisableHookArgs) -> None:
        if callable(what.object) and what.exc_value is not None:
            dropped.append(what.exc_value)
        else:
            before(what)

    sys.unraisablehook = keep
    try:
        yield
    finally:
        sys.unraisablehook = before
    if dropped:
        raise dropped[0]


def _whole(broken_off: int, failed: Sequence[BaseException]) -> None:
    """Raise where a walk ended before its end: half a program is never taken for the whole."""
    if failed:
        raise failed[0]
    if broken_off:
        raise KeyboardInterrupt  # whatever broke it off, it was none of our own exceptions


def tree(cursor: Cursor) -> Node:
    """``cursor`` and everything below it, in one walk."""
    root = Node(cursor)
    stack = [root]
    keys = [(cursor.d0, cursor.d1)]
    failed: list[BaseException] = []

    def visit(child: Cursor, parent: Cursor, _: Any) -> int:
        try:
            above = (parent.d0, parent.d1)
            while keys[-1] != above:
                keys.pop()
                stack.pop()
            node = Node(child)
            stack[-1].children.append(node)
            stack.append(node)
            keys.append((child.d0, child.d1))
        except BaseException as error:  # noqa: BLE001 - an interrupt too
            failed.append(error)
            return _BREAK
        return _RECURSE

    with walking():
        broken_off = lib.clang_visitChildren(cursor, _Visitor(visit), None)
    _whole(broken_off, failed)
    return root


def children(cursor: Cursor) -> list[Cursor]:
    """The cursors right below ``cursor``."""
    found: list[Cursor] = []
    failed: list[BaseException] = []

    def visit(child: Cursor, _: Cursor, __: Any) -> int:
        try:
            found.append(child)
        except BaseException as error:  # noqa: BLE001 - an interrupt too
            failed.append(error)
            return _BREAK
        return _CONTINUE

    with walking():
        broken_off = lib.clang_visitChildren(cursor, _Visitor(visit), None)
    _whole(broken_off, failed)
    return found


def has_initialiser(variable: Cursor) -> bool:
    """Whether a VarDecl has one; it is then the last expression below it."""
    return not lib.clang_Cursor_isNull(lib.clang_Cursor_getVarDeclInitializer(variable))


def parameters(function: Cursor) -> list[Cursor]:
    """The ParmDecls of a function (those below it may belong to the function that it gives a pointer to)."""
    count = max(lib.clang_Cursor_getNumArguments(function), 0)
    return [lib.clang_Cursor_getArgument(function, number) for number in range(count)]


def fields(record: Type) -> list[Cursor]:
    """The FieldDecls of a struct or union, anonymous members included, in order."""
    found: list[Cursor] = []
    failed: list[BaseException] = []

    def visit(child: Cursor, _: Any) -> int:
        try:
            found.append(child)
        except BaseException as error:  # noqa: BLE001 - as in tree
            failed.append(error)
            return _BREAK
        return _CONTINUE

    with walking():
        lib.clang_Type_visitFields(record, _FieldVisitor(visit), None)  # what it gives says nothing
    _whole(0, failed)
    return found


def evaluate(cursor: Cursor) -> int | None:
    """The value of an integer constant expression, or None when clang finds it is none."""
    result = lib.clang_Cursor_Evaluate(cursor)
    if not result:
        return None
    value: int | None = None
    if lib.clang_EvalResult_getKind(result) == 1:
        if lib.clang_EvalResult_isUnsignedInt(result):
            value = lib.clang_EvalResult_getAsUnsigned(result)
        else:
            value = lib.clang_EvalResult_getAsLongLong(result)
    lib.clang_EvalResult_dispose(result)
    return value


def expansion(location: Location) -> tuple[int | None, int, int]:
    """File handle, line and column of a location; in a macro's text, of the place where the macro is used."""
    file, line, column, offset = c_void_p(), c_uint(), c_uint(), c_uint()
    lib.clang_getExpansionLocation(location, byref(file), byref(line), byref(column), byref(offset))
    return file.value, line.value, column.value


def file_name(handle: int | None) -> str:
    """The name of a file by its handle, as clang spells it."""
    return text(lib.clang_getFileName(handle)) if handle else ""
