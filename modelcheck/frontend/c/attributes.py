"""Attributes of declarations: what libclang does not tell about them is read off the printed declaration."""

from __future__ import annotations

import re

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.libclang import lib


def cleanup_of(variable: cl.Node) -> str | None:
    """The function of a VarDecl's ``cleanup`` attribute, which only its printed form tells."""
    if not any(child.kind == cl.UNEXPOSED_ATTR for child in variable.children):
        return None
    found = _CLEANUP.search(cl.text(lib.clang_getCursorPrettyPrinted(variable.cursor, None)))
    return found.group(1) if found else None


def is_weak(declaration: cl.Cursor) -> bool:
    """Whether a function or variable is only taken when no other file defines it."""
    attributes = any(child.kind == cl.UNEXPOSED_ATTR for child in cl.children(declaration))
    return attributes and "__attribute__((weak))" in cl.text(lib.clang_getCursorPrettyPrinted(declaration, None))


def alignment(variable: cl.Cursor) -> int:
    """The bytes that a VarDecl's ``aligned`` attributes ask for, 1 for none, a page for a computed number."""
    if not any(child.kind == cl.ALIGNED_ATTR for child in cl.children(variable)):
        return 1
    printed = cl.text(lib.clang_getCursorPrettyPrinted(variable, None))
    return max((int(found or PAGE) for found in _ALIGNED.findall(printed)), default=PAGE)


PAGE = 4096
_ALIGNED = re.compile(r"aligned\((?:(\d+)U?L*\)|)")
_CLEANUP = re.compile(r"__attribute__\(\(cleanup\((\w+)\)\)\)")
