"""Parameters that are written as arrays or functions and are pointers: libclang tells them by what is written.

It does so too for what is computed from such a parameter: `p + 1` has for it the type `int[]`. An expression has an
array or function type only where it designates one; where it cannot, the type is that of the pointer it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.libclang import lib

if TYPE_CHECKING:
    from modelcheck.frontend.c.types import CType, Types

_STEPS = (cl.POST_INC, cl.POST_DEC, cl.PRE_INC, cl.PRE_DEC, cl.EXTENSION)


def decayed(types: Types, node: cl.Node) -> CType | None:
    """The pointer that ``node``, of an array or function type as libclang says, has for its type; None if it has none.

    A parameter of a function without a prototype is of unknown type where it is written so.
    """
    kind = node.kind
    inner = node.expressions()
    if kind == cl.PARM_DECL:
        return _parameter(types, node.cursor)
    if kind == cl.DECL_REF:
        declaration = lib.clang_getCursorReferenced(node.cursor)
        if declaration.kind == cl.PARM_DECL:
            return _parameter(types, declaration)
        return _copied(types, declaration) if declaration.kind == cl.VAR_DECL else None
    if kind == cl.VAR_DECL:
        return _copied(types, node.cursor)
    if kind in (cl.PAREN, cl.UNEXPOSED_EXPR, cl.CAST, cl.COMPOUND_ASSIGN) and inner:
        return _pointer(types, *(inner[-1:] if kind == cl.CAST else inner))
    if kind == cl.UNARY and lib.clang_getCursorUnaryOperatorKind(node.cursor) in _STEPS:
        return _pointer(types, *inner)
    if kind in (cl.BINARY, cl.CONDITIONAL, cl.GENERIC):
        return _pointer(types, *inner[kind != cl.BINARY :])
    if kind == cl.STATEMENT_EXPR:
        return _pointer(types, *node.children[0].children[-1:])
    return None


def _pointer(types: Types, *nodes: cl.Node) -> CType | None:
    """The type of the first of ``nodes`` that is a pointer."""
    return next((found for found in map(types.of, nodes) if found.kind == "pointer"), None)


def _copied(types: Types, variable: cl.Cursor) -> CType | None:
    """The type of a variable that is declared with the type of such a parameter, ``typeof(p) q``."""
    initialiser = lib.clang_Cursor_getVarDeclInitializer(variable)

    def asked(child: cl.Cursor) -> bool:
        return bool(child.d1 != initialiser.d1) and cl.UNEXPOSED_EXPR <= child.kind <= cl.LAST_EXPR

    children = [child for child in cl.children(variable) if asked(child)]
    if all(types.get(lib.clang_getCursorType(child)).kind == "integer" for child in children):
        return None  # numbers of elements
    return _pointer(types, *(node for node in cl.tree(variable).children if asked(node.cursor)))


def _parameter(types: Types, declaration: cl.Cursor) -> CType:
    function = lib.clang_getCursorSemanticParent(declaration)
    params = types.signature(types.get(lib.clang_getCursorType(function))).params
    for number, parameter in enumerate(cl.parameters(function)):
        if parameter.d0 == declaration.d0 and number < len(params):
            return params[number]
    return types.unknown(lib.clang_getCursorType(declaration))
