"""What every program must satisfy for the engines, whatever C it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from modelcheck.program.expr import Expr
from modelcheck.program.ir import (
    Alloc,
    Assert,
    Assign,
    Assume,
    Branch,
    Call,
    Choose,
    Exit,
    Fence,
    Free,
    Function,
    Instruction,
    Join,
    Jump,
    Load,
    Local,
    Program,
    Return,
    Rmw,
    Self,
    Spawn,
    Store,
    Switch,
    Terminator,
    Wait,
)


def complaints(program: Program) -> list[str]:
    """What is wrong with a program: widths that do not fit, jumps into nowhere, calls of what is not there."""
    found = [] if program.entry in program.functions else [f"no entry {program.entry}"]
    for name, function in program.functions.items():
        if name != function.name:
            found.append(f"{function.name} is listed as {name}")
        for block in function.blocks:
            for instruction in block.instructions:
                found += [f"{name}: {instruction}: {text}" for text in _instruction(program, function, instruction)]
            found += [f"{name}: {block.terminator}: {text}" for text in _terminator(function, block.terminator)]
    bases = sorted((thing.base, thing.size, thing.name) for thing in program.objects)
    for (base, size, name), (after, _, _) in pairwise(bases):
        if base + size + 64 > after or base % 64:
            found.append(f"{name} lies too close to what follows")
    names = [thing.name for thing in program.objects]
    found += [f"two objects are called {name}" for name in set(names) if names.count(name) > 1]
    return found


def _register(function: Function, number: int | None, width: int) -> Iterator[str]:
    if number is not None and function.widths[number] != width:
        yield f"register {number} has {function.widths[number]} bits and gets {width}"


def _width(what: str, value: Expr, width: int) -> Iterator[str]:
    if value.width != width:
        yield f"{what} has {value.width} bits and should have {width}"


def _expression(function: Function, value: Expr, old: int | None = None) -> Iterator[str]:
    pending, seen = [value], set()
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        pending.extend(node.args)
        if node.width not in (1, 8, 16, 32, 64):
            yield f"a value of {node.width} bits"
        if node.kind == "reg" and function.widths[node.data] != node.width:
            yield f"register {node.data} is read as {node.width} bits"
        if node.kind == "old" and node.width != old:
            yield f"the old value is read as {node.width} bits"
        if node.kind == "op" and node.data in (
            "add",
            "sub",
            "mul",
            "and",
            "or",
            "xor",
            "shl",
            "lshr",
            "ashr",
            "udiv",
            "sdiv",
        ):
            yield from (f"{node.data} of {arg.width} bits" for arg in node.args if arg.width != node.width)
        if node.kind == "op" and node.data in ("eq", "ne", "ult", "ule", "slt", "sle"):
            if node.args[0].width != node.args[1].width:
                yield f"{node.data} of {node.args[0].width} and {node.args[1].width} bits"
            yield from _width(node.data, node, 1)


def _instruction(program: Program, function: Function, step: Instruction) -> Iterator[str]:
    if not step.source.file or step.source.line < 1:
        yield "no source"
    elif step.source.file not in program.files:
        yield f"{step.source.file} is not among the files"
    match step:
        case Assign(dst, value):
            yield from _register(function, dst, value.width)
            yield from _expression(function, value)
        case Load(dst, address, size):
            yield from _register(function, dst, size * 8)
            yield from _width("the address", address, 64)
            yield from _expression(function, address)
        case Store(address, value, size):
            yield from _width("the address", address, 64)
            yield from _width("the value", value, size * 8)
            yield from _expression(function, address)
            yield from _expression(function, value)
        case Rmw(dst, address, size, condition, new):
            yield from _register(function, dst, size * 8)
            yield from _width("the address", address, 64)
            yield from _width("the new value", new, size * 8)
            yield from _expression(function, new, size * 8)
            if condition is not None:
                yield from _width("the condition", condition, 1)
                yield from _expression(function, condition, size * 8)
        case Wait(dst, address, size, condition):
            yield from _register(function, dst, size * 8)
            yield from _width("the address", address, 64)
            yield from _width("the condition", condition, 1)
            yield from _expression(function, condition, size * 8)
        case Fence(tags, _, where):
            if not tags:
                yield "no kind"
            if where is not None:
                yield from _width("the address", where, 64)
        case Call(dst, callee, args, _, targets):
            for target in (callee,) if isinstance(callee, str) else targets:
                yield from _call(program, function, target, args, dst)
        case Spawn(dst, callee, args, _, _, targets):
            yield from _register(function, dst, 64)
            for target in (callee,) if isinstance(callee, str) else targets:
                yield from _call(program, function, target, args, None)
        case Local(dst) | Alloc(dst) | Self(dst) | Choose(dst):
            yield from _register(function, dst, 64)
        case Free(address):
            yield from _width("the address", address, 64)
        case Assert(condition) | Assume(condition):
            yield from _width("the condition", condition, 1)
            yield from _expression(function, condition)
        case Join(thread, _, into):
            yield from _width("the thread", thread, 64)
            yield from _register(function, into, 64)


def _call(program: Program, function: Function, name: str, args: tuple[Expr, ...], dst: int | None) -> Iterator[str]:
    called = program.functions.get(name)
    if called is None:
        yield f"no function {name}"
        return
    if [argument.width for argument in args] != [called.widths[register] for register in called.params]:
        yield f"the arguments of {name} do not fit"
    if dst is not None and function.widths[dst] != called.result_width:
        yield f"the result of {name} does not fit"


def _terminator(function: Function, terminator: Terminator) -> Iterator[str]:
    targets: tuple[int, ...] = ()
    match terminator:
        case Jump(target):
            targets = (target,)
        case Branch(condition, then, otherwise):
            targets = (then, otherwise)
            yield from _width("the condition", condition, 1)
            yield from _expression(function, condition)
        case Switch(value, cases, default):
            targets = (*(block for _, block in cases), default)
            keys = [key for key, _ in cases]
            if len(set(keys)) < len(keys) or any(key >> value.width for key in keys):
                yield "cases that are double or too wide"
        case Return(value):
            if value is None:
                if function.result_width:
                    yield "no result"
            else:
                yield from _width("the result", value, function.result_width)
                yield from _expression(function, value)
        case Exit(Expr() as value):
            yield from _width("the thread's result", value, 64)
            yield from _expression(function, value)
    yield from (f"no block {target}" for target in targets if not 0 <= target < len(function.blocks))
