"""``offsetof(struct s, member[i])``, where only running tells the index."""

from __future__ import annotations

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, plus, resize
from modelcheck.frontend.c.types import ARRAY, CType
from modelcheck.program.expr import Expr, const, op


def offset_of(ctx: Context, node: cl.Node) -> Expr | None:
    """The offset that an ``offsetof`` expression gives, in bytes; None where ``node`` is another expression.

    clang names the type first, then, from outside inwards, each member, also those without a name, and each index.
    """
    first = next((number for number, child in enumerate(node.children) if child.kind == cl.MEMBER_NAME), None)
    if first is None:
        return None
    offset: Expr = const(0, 64)
    inside: CType | None = None
    for child in node.children[first:]:
        if child.kind == cl.MEMBER_NAME:
            member = cl.lib.clang_getCursorReferenced(child.cursor)
            bits = cl.lib.clang_Cursor_getOffsetOfField(member)
            if bits < 0 or bits % 8:
                return None
            offset = plus(offset, bits // 8)
            inside = ctx.types.get(cl.lib.clang_getCursorType(member))
        elif inside is not None and inside.kind == ARRAY:
            inside = ctx.types.element(inside)
            index = resize(ctx.scalar(child), 64, ctx.types.of(child).signed)
            offset = op("add", 64, offset, op("mul", 64, index, const(inside.size, 64)))
        else:
            return None
    return offset
