"""Functions of the compiler and of the C library that the front end knows by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from modelcheck.frontend.c import competition
from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.blocks import BLOCKS
from modelcheck.frontend.c.computing import COMPUTING
from modelcheck.frontend.c.context import Context, Value, arguments, literal
from modelcheck.frontend.c.types import BOOL, FLOAT, POINTER
from modelcheck.program.expr import FALSE, const
from modelcheck.program.ir import Assert, Call, Choose, Halt

CODE: Final = 0x7FFF_FFFF_0000_0000
"""The address within code that stands for each that has no name in C."""

SILENT = frozenset(
    ("printf", "puts", "putchar", "fprintf", "vprintf", "vfprintf", "printk", "vprintk", "perror", "fflush", "prefetch")
)
"""Functions without effect on the program, for files that declare them without a body."""


def _expect(ctx: Context, node: cl.Node) -> Value:
    value = ctx.evaluate(ctx, arguments(node)[0])
    for other in arguments(node)[1:]:
        if ctx.types.of(other).kind != FLOAT:  # a probability, which is a constant
            ctx.evaluate(ctx, other)
    return value


def _object_size(ctx: Context, node: cl.Node) -> Value:
    """What a compiler says that cannot tell: the most, or the least. The first argument is not evaluated."""
    kind = cl.evaluate(arguments(node)[1].cursor)
    if kind is None:
        ctx.refuse("the kind of an object size that is not constant", node)
    return const(-1 if kind < 2 else 0, 64)


def _code_place(ctx: Context, node: cl.Node) -> Value:
    """Where a function was called, or its frame: not NULL, and nothing that memory is at."""
    ctx.builder.assumes.add("return-addresses")
    return const(CODE, 64)


def _constant_p(ctx: Context, node: cl.Node) -> Value:
    inner = arguments(node)[0]
    plain = all(part.kind not in (cl.CALL, cl.COMPOUND_ASSIGN) for part in inner.walk())
    known = plain and cl.evaluate(node.cursor) == 1
    return const(int(known), ctx.types.of(node).width)


def _nothing(_ctx: Context, _node: cl.Node) -> Value:
    """The start and end of variable arguments: only fetching one is not supported."""
    return None


def _unreachable(ctx: Context, node: cl.Node) -> Value:
    ctx.builder.emit(Assert(FALSE, "undefined", "code that must not be reached", ctx.source(node)))
    ctx.builder.end(Halt())
    return None


def _abort(ctx: Context, node: cl.Node) -> Value:
    """A failure; in programs that follow SV-COMP's rules, where reach_error() is one, just the end of the process."""
    if ctx.unit.beside.names:
        ctx.builder.end(Halt())
        return None
    ctx.builder.emit(Assert(FALSE, "assertion", "abort()", ctx.source(node)))
    ctx.builder.end(Halt())
    return None


def _assert_fail(ctx: Context, node: cl.Node) -> Value:
    """What the C library's own assert() calls."""
    told = literal(arguments(node)[0]) if arguments(node) else None
    ctx.builder.emit(Assert(FALSE, "assertion", told or f"{node.spelling}()", ctx.source(node)))
    ctx.builder.end(Halt())
    return None


def _exit(ctx: Context, node: cl.Node) -> Value:
    """The process ends: its caller does no more. What is to run then runs here; the others go on meanwhile, for there
    is no saying how soon they are stopped."""
    for argument in arguments(node):
        ctx.scalar(argument)
    ending = ctx.linker.ending()
    if ending is not None:
        ctx.builder.emit(Call(None, ending, (), ctx.source(node)))
    ctx.builder.end(Halt())
    return None


def _exit_at_once(ctx: Context, node: cl.Node) -> Value:
    for argument in arguments(node):
        ctx.scalar(argument)
    ctx.builder.end(Halt())
    return None


def _trap(ctx: Context, node: cl.Node) -> Value:
    ctx.builder.emit(Assert(FALSE, "assertion", "abort", ctx.source(node)))
    ctx.builder.end(Halt())
    return None


_BUILTINS: dict[str, Callable[[Context, cl.Node], Value]] = {
    "expect": _expect,
    "expect_with_probability": _expect,
    "assume_aligned": _expect,
    "constant_p": _constant_p,
    "unreachable": _unreachable,
    "va_start": _nothing,
    "va_copy": _nothing,
    "va_end": _nothing,
    "trap": _trap,
    "abort": _abort,
    "__assert_fail": _assert_fail,
    "__assert": _assert_fail,
    "exit": _exit,
    "_Exit": _exit_at_once,
    "_exit": _exit_at_once,
    "quick_exit": _exit_at_once,
    "object_size": _object_size,
    "dynamic_object_size": _object_size,
    "return_address": _code_place,
    "frame_address": _code_place,
    "extract_return_addr": _expect,
    "frob_return_addr": _expect,
    **COMPUTING,
    **BLOCKS,
}

_ALWAYS = frozenset(BLOCKS)
_WITHOUT_BODY = frozenset(
    (
        "abs",
        "labs",
        "llabs",
        "ffs",
        "ffsl",
        "ffsll",
        "abort",
        "__assert_fail",
        "__assert",
        "exit",
        "_exit",
        "_Exit",
        "quick_exit",
    )
)


ANY = "__VERIFIER_nondet_"
"""What the names of functions begin with that return any value of their type."""


def _any(ctx: Context, node: cl.Node) -> Value:
    """Any value of the result's type (the rules of the software verification competition, SV-COMP)."""
    type_ = ctx.types.of(node)
    if not type_.scalar or type_.kind == POINTER:
        ctx.refuse(f"any value of type {type_.name}", node)
    dst = ctx.builder.register(type_.width)
    ctx.builder.emit(Choose(dst, 2 if type_.kind == BOOL else 1 << type_.width, ctx.source(node)))
    return ctx.builder.value(dst)


def builtin(
    name: str, has_body: Callable[[], bool], own_body: Callable[[], bool] = lambda: False
) -> Callable[[Context, cl.Node], Value] | None:
    """What lowers a call of ``name``, or None when it is an ordinary function.

    The memory functions are known by their plain name too, unless a file of the program itself has a body for them; a
    few others only when nothing has one.
    """
    plain = name.removeprefix("__builtin_")
    known = competition.ALWAYS.get(name) or competition.WITHOUT_BODY.get(name)
    if known is not None and (name in competition.ALWAYS or not has_body()):
        return known
    if name.startswith(ANY) and not has_body():
        return _any
    if plain != name or (name in _ALWAYS and not own_body()) or (name in _WITHOUT_BODY and not has_body()):
        return _BUILTINS.get(plain)
    return None
