"""Functions known by name in programs for the Competition on Software Verification (SV-COMP), after its rules.

An atomic section is one step to the others. Here it only excludes other sections, so that accesses outside of any may
come in between: a failure that rests on that is none (`modelcheck.program.interrupted`). An assumption that fails in a
section takes back the whole section, as if its thread had stopped before: so a thread may stop before any section, and
executions in which an assumption fails inside of one are none of ours. Outside of sections an assumption ends its
thread, and what was done so far stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, Value, arguments, resize, truth
from modelcheck.program.expr import FALSE
from modelcheck.program.ir import Assert, Assume, Call, Halt

BEGIN: Final = "__VERIFIER_atomic_begin"
END: Final = "__VERIFIER_atomic_end"
ASSUME: Final = "__VERIFIER_assume"
_SECTION: Final = "__VERIFIER_atomic_"


def is_section(name: str) -> bool:
    """Whether all of a function of this name, which the program has a body for, is an atomic section."""
    return name.startswith(_SECTION) and name not in (BEGIN, END)


def begin(ctx: Context, node: cl.Node) -> Value:
    """The start of an atomic section."""
    names = ctx.unit.beside.names
    run(ctx, node, "__mc_atomic_begin_or_stop" if ASSUME in names else "__mc_atomic_begin")
    return None


def _end(ctx: Context, node: cl.Node) -> Value:
    run(ctx, node, LEAVE)
    return None


LEAVE: Final = "__mc_atomic_end"
"""What ends an atomic section."""


def run(ctx: Context, node: cl.Node, name: str) -> None:
    """Call a function of our C library that takes nothing."""
    found = ctx.linker.function(ctx.unit, name)
    assert found is not None, name
    ctx.builder.emit(Call(None, found.program_name, (), ctx.source(node)))


def _assume(ctx: Context, node: cl.Node) -> Value:
    condition = truth(ctx.scalar(arguments(node)[0]))
    if not any(name.startswith(_SECTION) for name in ctx.unit.beside.names):
        ctx.builder.emit(Assume(condition, ctx.source(node)))
        return None
    found = ctx.linker.function(ctx.unit, "__mc_atomic_assume")
    assert found is not None
    ctx.builder.emit(Call(None, found.program_name, (resize(condition, 32),), ctx.source(node)))
    return None


def _error(ctx: Context, node: cl.Node) -> Value:
    """Reaching this call is the failure, whatever the program's own body of the function does."""
    name = node.spelling
    ctx.builder.emit(Assert(FALSE, "assertion", f"{name}()", ctx.source(node)))
    ctx.builder.end(Halt())
    return None


ALWAYS: Final[dict[str, Callable[[Context, cl.Node], Value]]] = {"reach_error": _error}
"""What lowers a call of each, whether or not the program has a body for it."""

WITHOUT_BODY: Final[dict[str, Callable[[Context, cl.Node], Value]]] = {
    "__VERIFIER_error": _error,
    ASSUME: _assume,
    BEGIN: begin,
    END: _end,
}
"""What lowers a call of each that the program has no body for."""
