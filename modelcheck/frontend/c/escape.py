"""Which local variables must be objects in memory, because something points to them or indexes them freely."""

from __future__ import annotations

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.attributes import cleanup_of
from modelcheck.frontend.c.types import ARRAY, POINTER, RECORD, CType, Types

MOST_PARTS = 64
"""A struct or array of more scalars is never kept in registers."""


def in_memory(types: Types, body: cl.Node) -> frozenset[int]:
    """The variables (by their declaration's ``d0``) whose address is needed somewhere in ``body``."""
    found: set[int] = set()
    _scan(types, body, found)
    return frozenset(found)


def in_parts(types: Types, type_: CType) -> bool:
    """Whether a struct or array can be kept in registers: few scalars, no unions, no bitfields."""
    if type_.size > 8 * MOST_PARTS or _strange(types, type_):
        return False
    leaves = types.leaves(type_)
    return leaves is not None and 0 < len(leaves) <= MOST_PARTS


def _strange(types: Types, type_: CType) -> bool:
    if type_.kind == ARRAY:
        return types.count(type_) is None or _strange(types, types.element(type_))
    if type_.kind != RECORD:
        return not type_.scalar
    if type_.atomic or not type_.size:
        return True
    record = types.record(type_)
    return record.union or any(member.bits or _strange(types, member.type) for member in record.fields)


def _scan(types: Types, node: cl.Node, found: set[int]) -> None:
    kind = node.kind
    if kind == cl.SIZEOF:
        return
    if kind == cl.VAR_DECL and cleanup_of(node) is not None:
        found.add(node.cursor.d0)
    if kind == cl.UNARY:
        operator = cl.lib.clang_getCursorUnaryOperatorKind(node.cursor)
        direct = undone(node.children[0]) if operator == cl.DEREF else None
        if operator == cl.ADDRESS_OF:
            _mark(types, node.children[0], found)
        else:
            _scan(types, direct or node.children[0], found)
        return
    if kind in (cl.UNEXPOSED_EXPR, cl.CAST) and _decays(types, node):
        _mark(types, node.expressions()[-1], found)
        return
    if kind == cl.SUBSCRIPT:
        array = element_of(types, node)
        if array is not None:
            if not _within(types, array, node):
                _mark(types, array, found)
            else:
                _scan(types, array, found)
            for child in node.expressions():
                if types.of(child).kind != POINTER:
                    _scan(types, child, found)
            return
    for child in node.children:
        _scan(types, child, found)


def undone(pointer: cl.Node) -> cl.Node | None:
    """The lvalue in ``*&lvalue``, by what is dereferenced; None for other pointers."""
    while pointer.kind == cl.PAREN:
        pointer = pointer.children[0]
    if pointer.kind == cl.UNARY and cl.lib.clang_getCursorUnaryOperatorKind(pointer.cursor) == cl.ADDRESS_OF:
        return pointer.children[0]
    return None


def _decays(types: Types, node: cl.Node) -> bool:
    inner = node.expressions()
    return bool(inner) and types.of(inner[-1]).kind == ARRAY and types.of(node).kind == POINTER


def element_of(types: Types, node: cl.Node) -> cl.Node | None:
    """The array (not pointer) that a subscript takes an element of."""
    for child in node.expressions():
        if types.of(child).kind == POINTER:
            while (
                child.kind in (cl.PAREN, cl.UNEXPOSED_EXPR) and types.of(child).kind == POINTER and child.expressions()
            ):
                child = child.expressions()[0]
            if types.of(child).kind == ARRAY:
                return child
    return None


def _within(types: Types, array: cl.Node, node: cl.Node) -> bool:
    """Whether the index is constant and within the array."""
    count = types.count(types.of(array))
    for child in node.expressions():
        if types.of(child).kind != POINTER:
            if not all(part.kind in _CONSTANT_KINDS or _enum(part) for part in child.walk()):
                return False
            value = cl.evaluate(child.cursor)
            return value is not None and count is not None and 0 <= value < count
    return False


_CONSTANT_KINDS = frozenset(
    (cl.INTEGER, cl.CHARACTER, cl.PAREN, cl.UNEXPOSED_EXPR, cl.UNARY, cl.BINARY, cl.CONDITIONAL, cl.CAST)
)
"""What a constant index is made of, in a form that lowering folds too."""


def _enum(node: cl.Node) -> bool:
    return node.kind == cl.DECL_REF and cl.lib.clang_getCursorReferenced(node.cursor).kind == cl.ENUM_CONSTANT


def _mark(types: Types, node: cl.Node, found: set[int]) -> None:
    """Mark the variable that the lvalue ``node`` is, or is a part of."""
    while True:
        if node.kind == cl.UNARY and cl.lib.clang_getCursorUnaryOperatorKind(node.cursor) == cl.DEREF:
            direct = undone(node.children[0])
            if direct is not None:
                node = direct
                continue
        if node.kind == cl.DECL_REF:
            found.add(cl.lib.clang_getCursorReferenced(node.cursor).d0)
            return
        inner = node.expressions()
        if node.kind == cl.MEMBER_REF and inner and types.of(inner[0]).kind == RECORD:
            node = inner[0]
        elif node.kind == cl.PAREN or (node.kind == cl.UNEXPOSED_EXPR and len(inner) == 1):
            node = inner[0]
        elif node.kind == cl.SUBSCRIPT and (array := element_of(types, node)) is not None:
            for child in inner:
                if types.of(child).kind != POINTER:
                    _scan(types, child, found)
            node = array
        else:
            for child in node.children:
                _scan(types, child, found)
            return
