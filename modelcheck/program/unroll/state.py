"""Where the unroller stands: points in threads, calls, and threads; and small operations on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from modelcheck.program.expr import FALSE, Expr, Undefined, op
from modelcheck.program.flow import Element, Flow, Loop
from modelcheck.program.graph import Dependencies, Event, Guard
from modelcheck.program.guards import NO_DEPS, Deps, Val, merge_deps
from modelcheck.program.ir import Function, Source

CtrlKey = tuple[int, int]
"""A frame's serial number, and the block where the paths of one of its branches meet again; or 0, and a read that
decides for good whether anything behind it happens."""


class State:
    """A point in one thread: its guard, the registers of the frame at hand, open control dependencies.

    ``tested``: where a function is left, what was tested in it on the way, without what has met again.
    """

    __slots__ = ("ctrl", "guard", "regs", "tested")

    def __init__(self, guard: Guard, regs: list[Val | None], ctrl: tuple[tuple[CtrlKey, Deps], ...]) -> None:
        self.guard = guard
        self.regs = regs
        self.ctrl = ctrl
        self.tested = NO_DEPS


class CallFrame:
    """One call of one function in one thread.

    ``leaves``: what each branch that may leave a loop was last decided by, by the head of the loop.
    """

    __slots__ = ("block", "exits", "fixed", "flow", "function", "leaves", "pending", "returns", "serial", "tested")

    def __init__(self, function: Function, flow: Flow, serial: int) -> None:
        self.function = function
        self.flow = flow
        self.serial = serial
        self.block = 0
        self.pending: dict[int, list[State]] = {}
        self.returns: list[tuple[State, Val | None]] = []
        self.exits: dict[int, int] = {}
        self.fixed: dict[int, int] = {}
        self.leaves: dict[int, dict[int, Deps]] = {}
        self.tested: dict[int, tuple[Val | None, ...]] = {}


class Thread:
    """What a thread has come to.

    ``exits`` are the states where it ended inside its calls, with its result; ``leaving`` is what decided about
    these ends, and so about everything behind. ``kinds`` are the functions that it and those who started it began in.
    ``locals`` are the bases of the locals that it has made, each with the
    guard; ``quiet`` counts the positions of events that are none (`Record._leave_scope`).
    """

    __slots__ = (
        "completed",
        "exits",
        "final",
        "kinds",
        "leaving",
        "locals",
        "name",
        "number",
        "operands",
        "position",
        "quiet",
        "result",
        "stack",
        "started",
    )

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self.position = 0
        self.operands: tuple[tuple[int, int], ...] = ()
        self.stack: tuple[Source, ...] = ()
        self.final = False
        self.started: Guard = ()
        self.completed: Guard = (FALSE,)
        self.exits: list[tuple[State, Val | None]] = []
        self.kinds: tuple[str, ...] = ()
        self.leaving: Deps = NO_DEPS
        self.locals: list[tuple[int, Guard]] = []
        self.quiet = 0
        self.result: Val | None = None


def value_of(event: Event) -> Expr:
    assert event.value is not None
    return event.value


def ordered(deps: Deps) -> Dependencies:
    return tuple(sorted(deps, key=lambda pair: (pair[0], len(pair[1])))) if deps else ()


def fit(function: Function, args: Sequence[Val]) -> list[Val]:
    """Arguments cut or widened to the parameters' widths, as a call through another type does."""
    fitted: list[Val] = []
    for number, (value, deps) in zip(function.params, args, strict=False):
        width = function.widths[number]
        if value.width != width:
            value = op("trunc" if value.width > width else "zext", width, value)
        fitted.append((value, deps))
    return fitted


def whole(result: Val | None) -> Val | None:
    """A thread's result as 64 bits, which is what a join gives."""
    if result is None or result[0].width == 64:
        return result
    return op("zext", 64, result[0]), result[1]


def merge_ctrl(
    several: Sequence[tuple[tuple[CtrlKey, Deps], ...]], rests: Sequence[Guard]
) -> tuple[tuple[CtrlKey, Deps], ...]:
    if all(ctrl == several[0] for ctrl in several):
        return several[0]
    keys = dict.fromkeys(key for ctrl in several for key, _ in ctrl)
    merged: list[tuple[CtrlKey, Deps]] = []
    for key in keys:
        each = [frozenset().union(*(deps for k, deps in ctrl if k == key)) for ctrl in several]
        merged.append((key, merge_deps(each, rests)))
    return tuple(merged)


def atoms(guard: Guard) -> Iterator[Expr]:
    """The conditions of ``guard``, conjunctions taken apart."""
    for condition in guard:
        if condition.kind == "op" and condition.data == "and":
            yield from atoms(condition.args)
        else:
            yield condition


def choices_in(expression: Expr) -> Iterator[int]:
    """Numbers of the choices that ``expression`` rests on."""
    if expression.kind == "choice":
        yield expression.data
    for argument in expression.args:
        yield from choices_in(argument)


def mentions(expression: Expr, kind: str) -> bool:
    return expression.kind == kind or any(mentions(argument, kind) for argument in expression.args)


@lru_cache(maxsize=100_000)
def mentions_undefined(expression: Expr) -> bool:
    if expression.kind == "const":
        return isinstance(expression.data, Undefined)
    return any(mentions_undefined(argument) for argument in expression.args)


def around(elements: Sequence[Element], block: int) -> Iterator[Loop]:
    """The loops that hold ``block``, outermost first."""
    for element in elements:
        if isinstance(element, Loop) and block in element.blocks:
            yield element
            yield from around(element.body, block)
