"""What is printed by a format: the strings are read, so that one that is gone, or has no end, is found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, Value, arguments, literal, resize
from modelcheck.frontend.c.types import CType
from modelcheck.program.expr import Expr
from modelcheck.program.ir import Call, Choose

PRINTING: Final = frozenset({"_printk", "printk", "_printk_deferred"})
"""Functions of a kernel tree whose first argument is a format, and that print."""

_FORMATS: Final = {"printf": 0, "printk": 0, "fprintf": 1}
"""Functions of C's library that print, and which argument is the format."""

_TEXTS: Final = frozenset({"puts", "perror"})
"""Those whose first argument is printed as it is."""

_READS: Final = "__mc_print_text"
"""The function of ours that reads a string."""

_CONVERSION: Final = re.compile(r"%[-+ #0']*(\*|\d+)?(\.(?:\*|\d*))?(?:hh|h|ll|l|L|q|j|z|t)?(.)")


def printed(ctx: Context, node: cl.Node) -> Expr:
    """``__mc_printed(format, …)``: evaluate all, and read what is printed as a string. Gives any int."""
    nodes = arguments(node)
    read_strings(ctx, node, nodes, [ctx.evaluate(ctx, argument) for argument in nodes])
    return _any(ctx, node)


def silent(ctx: Context, node: cl.Node, name: str, result: CType) -> Value:
    """A call of a function of C's library that prints, where that is declared only."""
    nodes = arguments(node)
    values = [ctx.evaluate(ctx, argument) for argument in nodes]
    if name in _FORMATS:
        read_strings(ctx, node, nodes[_FORMATS[name] :], values[_FORMATS[name] :])
    elif name in _TEXTS:
        _read(ctx, node, values[0])
    return resize(_any(ctx, node), result.width) if result.scalar else None


def _any(ctx: Context, node: cl.Node) -> Expr:
    ctx.builder.assumes.add("messages-say-nothing")
    dst = ctx.builder.register(64)
    ctx.builder.emit(Choose(dst, 1 << 32, ctx.source(node)))
    return resize(ctx.builder.value(dst), 32)


def read_strings(ctx: Context, node: cl.Node, nodes: Sequence[cl.Node], values: Sequence[Value]) -> None:
    """Read the strings among ``values``, of arguments of which the first is a format, where that is written there."""
    format_ = literal(nodes[0]) if nodes else None
    if format_ is None:
        return
    for number, letter in _conversions(format_):
        value = values[number] if number < len(values) else None
        if letter == "n":
            ctx.refuse("%n in a format", node)
        if letter == "s":
            _read(ctx, node, value)


def _read(ctx: Context, node: cl.Node, text: Value) -> None:
    if isinstance(text, Expr):
        found = ctx.linker.function(ctx.unit, _READS)
        if found is None:
            ctx.refuse(f"no body for {_READS}()", node)
        ctx.builder.emit(Call(None, found.program_name, (resize(text, 64),), ctx.source(node)))


def _conversions(format_: str) -> Iterator[tuple[int, str]]:
    """The arguments that a format prints, by number, and its letter for each; ``.`` for a string cut to a length."""
    number = 1
    for found in _CONVERSION.finditer(format_):
        width, precision, letter = found.groups()
        if letter == "%":
            continue
        number += (width == "*") + (precision == ".*")
        yield number, "." if letter == "s" and precision is not None else letter
        number += 1
