"""SRCU cookies: which srcu_read_lock() gave what ends a section, and which are handed on through memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import frozen

from modelcheck.program.expr import Expr
from modelcheck.program.ir import Assign, Call, Exit, Fence, Function, Load, Program, Return, Rmw, Source, Store, Wait
from modelcheck.program.liveness import registers_of

Register = tuple[str, int]
"""A register of a function; -1 stands for its result."""


@frozen
class Cookies:
    """Where the cookies of a program come from and go to, by way of registers, calls and results.

    Attributes:
        stored: where sections are entered whose cookies may go to memory.
        handed_on: those of them that anybody may end.
        given: for each place that ends a section, where those are entered whose cookies it may give.
        loaded: places that end a section with what may come from memory.
        awaited: the program waits for the end of SRCU sections.
    """

    stored: frozenset[Source]
    handed_on: frozenset[Source]
    given: Mapping[Source, frozenset[Source]]
    loaded: frozenset[Source]
    awaited: bool


def cookies_of(program: Program) -> Cookies:
    """The cookies of ``program``. What goes through a register at any time is taken to be there at all times."""
    flows: dict[Register, set[Register]] = {}
    carries: dict[Register, set[Register]] = {}
    stored: set[Register] = set()
    cookies: dict[Source, list[Register]] = {}
    loads: list[Register] = []
    ends: dict[Source, set[Register]] = {}
    anybody: set[Source] = set()
    awaited = False
    for function in program.functions.values():
        for here, there in _flows(program, function, registers_of):
            flows.setdefault(here, set()).add(there)
        for here, there in _flows(program, function, _carried):
            carries.setdefault(here, set()).add(there)
        for block in function.blocks:
            for what in block.instructions:
                if isinstance(what, Load) and "Srcu-lock" in what.tags:
                    cookies.setdefault(what.source, []).append((function.name, what.dst))
                    if not what.own:
                        anybody.add(what.source)
                elif isinstance(what, Store):
                    into = ends.setdefault(what.source, set()) if "Srcu-unlock" in what.tags else stored
                    into.update((function.name, number) for number in registers_of(what.value))
                elif isinstance(what, Rmw):
                    stored.update((function.name, number) for number in registers_of(what.new))
                elif isinstance(what, Fence):
                    awaited = awaited or "Sync-srcu" in what.tags
                if isinstance(what, (Load, Rmw, Wait)) and "Srcu-lock" not in getattr(what, "tags", ()):
                    loads.append((function.name, what.dst))
    reached = {source: _reached(flows, firsts) for source, firsts in cookies.items()}
    from_memory = _reached(carries, loads)
    kept = frozenset(source for source, found in reached.items() if stored & found)
    return Cookies(
        kept,
        kept & anybody,
        {end: frozenset(source for source, found in reached.items() if own & found) for end, own in ends.items()},
        frozenset(end for end, own in ends.items() if own & from_memory),
        awaited,
    )


Reads = Callable[[Expr], frozenset[int]]
"""The registers that an expression reads, or those of them that count."""


def _carried(value: Expr) -> frozenset[int]:
    """The registers that ``value`` may be the content of, and not only rest on: what is true or false is no cookie."""
    if value.kind == "reg":
        return frozenset((value.data,))
    return frozenset[int]().union(*(_carried(part) for part in value.args if part.width > 1))


def _flows(program: Program, function: Function, reads: Reads) -> Iterator[tuple[Register, Register]]:
    """From which register to which a value may pass in one step of ``function``, by what an expression ``reads``."""
    for block in function.blocks:
        for what in block.instructions:
            if isinstance(what, Assign):
                yield from _into(function, what.value, (function.name, what.dst), reads)
            elif isinstance(what, Call):
                for name in what.targets or ((what.callee,) if isinstance(what.callee, str) else ()):
                    for argument, number in zip(what.args, program.functions[name].params, strict=False):
                        yield from _into(function, argument, (name, number), reads)
                    if what.dst is not None:
                        yield (name, -1), (function.name, what.dst)
        end = block.terminator
        if isinstance(end, (Return, Exit)) and end.value is not None:
            yield from _into(function, end.value, (function.name, -1), reads)


def _into(function: Function, value: Expr, there: Register, reads: Reads) -> Iterator[tuple[Register, Register]]:
    for number in reads(value):
        yield (function.name, number), there


def _reached(flows: Mapping[Register, set[Register]], firsts: Iterable[Register]) -> set[Register]:
    found = set(firsts)
    todo = list(firsts)
    while todo:
        for there in flows.get(todo.pop(), ()):
            if there not in found:
                found.add(there)
                todo.append(there)
    return found
