"""SRCU cookies that are handed on: what srcu_read_lock() gave, stored, so that anybody may end the section."""

from __future__ import annotations

from collections.abc import Iterator

from modelcheck.program.expr import Expr
from modelcheck.program.ir import Assign, Call, Exit, Function, Load, Program, Return, Rmw, Source, Store
from modelcheck.program.liveness import registers_of

Register = tuple[str, int]
"""A register of a function; -1 stands for its result."""


def handed_on(program: Program) -> frozenset[Source]:
    """Where ``program`` enters SRCU sections whose cookies may go to memory, by way of registers, calls and results."""
    flows: dict[Register, set[Register]] = {}
    stored: set[Register] = set()
    cookies: dict[Source, list[Register]] = {}
    for function in program.functions.values():
        for here, there in _flows(program, function):
            flows.setdefault(here, set()).add(there)
        for block in function.blocks:
            for what in block.instructions:
                if isinstance(what, Load) and "Srcu-lock" in what.tags:
                    cookies.setdefault(what.source, []).append((function.name, what.dst))
                elif isinstance(what, Store) and "Srcu-unlock" not in what.tags:
                    stored.update((function.name, number) for number in registers_of(what.value))
                elif isinstance(what, Rmw):
                    stored.update((function.name, number) for number in registers_of(what.new))
    return frozenset(source for source, firsts in cookies.items() if stored & _reached(flows, firsts))


def _flows(program: Program, function: Function) -> Iterator[tuple[Register, Register]]:
    """From which register to which a value may pass in one step of ``function``."""
    for block in function.blocks:
        for what in block.instructions:
            if isinstance(what, Assign):
                yield from _into(function, what.value, (function.name, what.dst))
            elif isinstance(what, Call):
                for name in what.targets or ((what.callee,) if isinstance(what.callee, str) else ()):
                    for argument, number in zip(what.args, program.functions[name].params, strict=False):
                        yield from _into(function, argument, (name, number))
                    if what.dst is not None:
                        yield (name, -1), (function.name, what.dst)
        end = block.terminator
        if isinstance(end, (Return, Exit)) and end.value is not None:
            yield from _into(function, end.value, (function.name, -1))


def _into(function: Function, value: Expr, there: Register) -> Iterator[tuple[Register, Register]]:
    for number in registers_of(value):
        yield (function.name, number), there


def _reached(flows: dict[Register, set[Register]], firsts: list[Register]) -> set[Register]:
    found = set(firsts)
    todo = list(firsts)
    while todo:
        for there in flows.get(todo.pop(), ()):
            if there not in found:
                found.add(there)
                todo.append(there)
    return found
