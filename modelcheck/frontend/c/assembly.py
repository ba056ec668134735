"""Assembly statements: barriers, what only hides a value from the compiler, and instructions that are known.

Without a template nothing runs: what is tied to an input is assigned from it, and what is read and written stays.
Everything else is refused where it is reached.
"""

from __future__ import annotations

import re
from ctypes import byref
from typing import Final

from attrs import frozen

from modelcheck.frontend.c import libclang as cl
from modelcheck.frontend.c.context import Context, Value
from modelcheck.frontend.c.expressions import converted
from modelcheck.frontend.c.lvalues import place
from modelcheck.frontend.c.places import read, write
from modelcheck.program.expr import Expr
from modelcheck.program.ir import NONE, Fence, Tags


@frozen(eq=False)
class Operand:
    """An operand of an assembly statement, and the letters that say where it may be."""

    constraint: str
    node: cl.Node


def assembly(ctx: Context, node: cl.Node) -> None:
    """Lower an assembly statement."""
    lib = cl.lib
    raw = cl.text(lib.clang_Cursor_getGCCAssemblyTemplate(node.cursor))
    template = _OPERAND.sub(lambda found: f"%{found[3] or ''}{found[1] or found[2]}", raw).replace("$$", "$")
    if lib.clang_Cursor_isGCCAssemblyHasGoto(node.cursor):
        ctx.refuse(f'assembly that jumps ("{template}") is not supported', node)
    outputs, inputs = _operands(node)
    text = _COMMENT.sub(" ", template.lower().replace("%%", "%"))
    words = re.sub(r", ", ",", " ".join(re.split(r"[\s;]+", text.strip(" ;\t\n"))))
    known = _INSTRUCTIONS.get("lock" if _LOCKED.fullmatch(words) else words)
    if known is None or (words and (outputs or inputs)):
        ctx.refuse(f'assembly "{template}" is not supported', node)
    if outputs or inputs:
        _pass_on(ctx, node, outputs, inputs)
    clobbers = lib.clang_Cursor_getGCCAssemblyNumClobbers(node.cursor)
    names = [cl.text(lib.clang_Cursor_getGCCAssemblyClobber(node.cursor, number)) for number in range(clobbers)]
    if known and "memory" not in names:
        ctx.refuse(
            f'assembly "{template}" that the compiler may move ("memory" is not clobbered) is not supported', node
        )
    if "memory" in names and words not in _IDLE:
        ctx.builder.emit(Fence(known or frozenset({"Barrier"}), ctx.source(node)))


def _operands(node: cl.Node) -> tuple[list[Operand], list[Operand]]:
    """The outputs and the inputs."""
    several = iter(node.expressions())
    found: list[list[Operand]] = []
    for which in ("Output", "Input"):
        count = getattr(cl.lib, f"clang_Cursor_getGCCAssemblyNum{which}s")(node.cursor)
        operands = []
        for number in range(count):
            constraint, expression = cl.String(), cl.Cursor()
            get = getattr(cl.lib, f"clang_Cursor_getGCCAssembly{which}")
            get(node.cursor, number, byref(constraint), byref(expression))
            operands.append(Operand(cl.text(constraint), next(several)))
        found.append(operands)
    return found[0], found[1]


def _pass_on(ctx: Context, node: cl.Node, outputs: list[Operand], inputs: list[Operand]) -> None:
    """What empty assembly makes of its operands."""
    tied = {int(one.constraint): one for one in inputs if one.constraint.isdigit()}
    if any(number >= len(outputs) for number in tied):
        ctx.refuse("assembly with an operand tied to none is not supported", node)
    values: dict[int, Value] = {}
    for one in inputs:
        number = int(one.constraint) if one.constraint.isdigit() else None
        if number is not None:
            given, wanted = ctx.types.of(one.node), ctx.types.of(outputs[number].node)
            if given.size < wanted.size:
                ctx.refuse("assembly with an output wider than the input tied to it is not supported", node)
            value = converted(ctx, one.node, wanted)
            values[number] = ctx.builder.copy(value, ctx.source(node)) if isinstance(value, Expr) else value
        elif "[" in one.constraint:
            ctx.refuse(f'assembly with an operand "{one.constraint}" is not supported', node)
        elif "r" in one.constraint or "m" not in one.constraint:
            ctx.evaluate(ctx, one.node)
    for number, one in enumerate(outputs):
        letters = one.constraint
        if number not in values and "m" in letters:
            continue  # nothing touches it
        if number not in values and "+" not in letters:
            ctx.refuse(f'assembly without a template that gives "{letters}" is not supported: it is any value', node)
        target = place(ctx, one.node)
        write(ctx, target, values[number] if number in values else read(ctx, target, node), node)


_OPERAND: Final = re.compile(r"(?<!\$)\$(?:(\d+)|\{(\d+)(?::(\w))?\})")
"""How LLVM writes an operand of a template."""

_COMMENT: Final = re.compile(r"/\*.*?\*/|^\s*#[^\n]*", re.S | re.M)

_IDLE: Final = ("pause", "rep nop", "rep nop nop", "nop", "yield", "hint #1", "wfe", "sev", "isb")
"""Instructions that a waiting loop has, without an effect on memory."""

_LOCKED: Final = re.compile(r"lock (?:add|or)[lqb]? \$0(?:x0)?,-?(?:0x)?[0-9a-f]*\(%[re]sp\)")
"""A locked instruction that changes nothing of the stack."""

_INSTRUCTIONS: Final[dict[str, Tags]] = {
    "": NONE,
    **dict.fromkeys(_IDLE, NONE),
    # x86 as the Intel and AMD manuals have it; its lock prefix makes any change of memory a full barrier.
    "mfence": frozenset({"SC", "Mb"}),
    "lfence": frozenset({"ACQ", "Rmb"}),
    "sfence": frozenset({"REL", "Wmb"}),
    "lock": frozenset({"SC", "Mb"}),
    **dict.fromkeys(("dmb ish", "dmb sy", "dsb sy", "dsb ish"), frozenset({"SC", "Mb"})),
    **dict.fromkeys(("dmb ishld", "dmb ld"), frozenset({"ACQ", "Rmb"})),
    **dict.fromkeys(("dmb ishst", "dmb st"), frozenset({"REL", "Wmb"})),
}
"""Assembly without operands that is known, and the barrier that it is (none: it is none)."""
