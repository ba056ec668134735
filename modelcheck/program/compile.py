"""Programs compiled for running: register code between two steps becomes one Python function.

A *point* is a place where something else than register arithmetic happens: a step, a call, a return. From a
point to the next, generated Python runs on a list of registers. Arithmetic on `UNDEFINED` raises TypeError
there, and the stretch is done again by `evaluate`, which knows what an undefined operand means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from modelcheck.program import ir
from modelcheck.program.expr import OPERATORS, UNDEFINED, Expr, Undefined, Value, apply, mask
from modelcheck.program.liveness import dead_registers

Registers = list[Value]
Evaluator = Callable[[Registers, Value], Value]
"""(registers, value just read) -> value of one expression."""

_DEEPEST: Final = 40
"""Expressions nested deeper are not inlined: Python's parser has a limit on parentheses."""


class UndefinedBranch(Exception):  # noqa: N818 - a signal of the program under check, not an error of ours
    """The program branches on an undefined value, at ``source``."""

    def __init__(self, source: ir.Source) -> None:
        self.source = source
        super().__init__(str(source))


class Point:
    """One place in a function where generated code hands over.

    Attributes:
        number: index in `Code.points`.
        function, block, index: where; ``index`` is that of the instruction, or the number of instructions for
            the terminator.
        kind: lower-case class name of the instruction or terminator; ``run`` for register code.
        instruction: the instruction or terminator (None for ``run``).
        run: of a ``run`` point only: registers -> number of the next point.
        next: the point after the instruction (None for a terminator).
        address, value, condition, new: evaluators for the instruction's expressions of that name; ``value`` is
            also the size of an Alloc, the thread of a Join, and the callee of a Call or Spawn; ``new`` also the owner
            of an Alloc or a Free.
        args: evaluators for the arguments of a call.
        dead: registers that nobody reads from here on (for a call: after it).
    """

    __slots__ = (
        "address",
        "args",
        "block",
        "condition",
        "dead",
        "function",
        "index",
        "instruction",
        "kind",
        "new",
        "next",
        "number",
        "run",
        "value",
    )

    def __init__(self, number: int, function: ir.Function, block: int, index: int, kind: str) -> None:
        self.number = number
        self.function = function
        self.block = block
        self.index = index
        self.kind = kind
        self.instruction: Any = None
        self.run: Callable[[Registers], int] | None = None
        self.next: Point | None = None
        self.address: Evaluator | None = None
        self.value: Evaluator | None = None
        self.condition: Evaluator | None = None
        self.new: Evaluator | None = None
        self.args: tuple[Evaluator, ...] = ()
        self.dead: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return f"{self.function.name}:{self.block}.{self.index} {self.kind}"


def compiled(program: ir.Program) -> Code:
    """The code of ``program``; that of the last few programs asked for is kept."""
    for known in _recent:
        if known.program is program:
            return known
    code = Code(program)
    _recent.append(code)
    del _recent[:-_KEPT]
    return code


_KEPT: Final = 4
_recent: list[Code] = []


class Code:
    """The compiled program; functions are compiled when first entered.

    Args:
        program: what to compile.
    """

    def __init__(self, program: ir.Program) -> None:
        self.program = program
        self.points: list[Point] = []
        self._at: dict[tuple[str, int, int], Point] = {}
        self._entries: dict[str, Point] = {}
        self.functions_at: dict[int, str] = {
            thing.base: thing.name for thing in program.objects if thing.kind == "function"
        }

    def entry(self, name: str) -> Point:
        """Where function ``name`` starts. Raises KeyError when there is no such function."""
        found = self._entries.get(name)
        if found is None:
            found = self._entries[name] = self._compile(self.program.functions[name])
        return found

    def at(self, name: str, block: int, index: int) -> Point:
        """The point of the instruction (or terminator) ``index`` in ``block`` of function ``name``."""
        self.entry(name)
        return self._at[name, block, index]

    def _compile(self, function: ir.Function) -> Point:
        dead = dead_registers(function)
        first = len(self.points)
        for number, block in enumerate(function.blocks):
            fresh = True
            for index, instruction in enumerate((*block.instructions, block.terminator)):
                plain = isinstance(instruction, (ir.Assign, ir.Jump, ir.Branch, ir.Switch))
                if not plain or fresh:
                    kind = "run" if plain else type(instruction).__name__.lower()
                    point = Point(len(self.points), function, number, index, kind)
                    point.dead = dead[number][index]
                    if not plain:
                        point.instruction = instruction
                    self.points.append(point)
                    self._at[function.name, number, index] = point
                fresh = not plain
        writer = _Writer()
        for point in self.points[first:]:
            if point.kind == "run":
                writer.stretch(point, function, self._at)
            else:
                _evaluators(point, writer)
                if point.index < len(function.blocks[point.block].instructions):
                    point.next = self._at[function.name, point.block, point.index + 1]
        writer.finish()
        return self._at[function.name, 0, 0]


def _evaluators(point: Point, writer: _Writer) -> None:
    what = point.instruction
    match what:
        case ir.Load():
            writer.evaluator(point, "address", what.address)
        case ir.Free():
            writer.evaluator(point, "address", what.address)
            if what.owner is not None:
                writer.evaluator(point, "new", what.owner)
        case ir.Store():
            writer.evaluator(point, "address", what.address)
            writer.evaluator(point, "value", what.value)
        case ir.Rmw():
            writer.evaluator(point, "address", what.address)
            writer.evaluator(point, "new", what.new)
            if what.condition is not None:
                writer.evaluator(point, "condition", what.condition)
        case ir.Wait():
            writer.evaluator(point, "address", what.address)
            writer.evaluator(point, "condition", what.condition)
        case ir.Fence():
            if what.address is not None:
                writer.evaluator(point, "address", what.address)
        case ir.Call() | ir.Spawn():
            if isinstance(what.callee, Expr):
                writer.evaluator(point, "value", what.callee)
            point.args = tuple(writer.guarded(argument) for argument in what.args)
        case ir.Alloc():
            writer.evaluator(point, "value", what.size)
            if what.owner is not None:
                writer.evaluator(point, "new", what.owner)
        case ir.Assert() | ir.Assume():
            writer.evaluator(point, "condition", what.condition)
        case ir.Join():
            writer.evaluator(point, "value", what.thread)
        case ir.Return() | ir.Exit():
            if what.value is not None:
                writer.evaluator(point, "value", what.value)


class _Writer:
    """Collects the Python text of one function's stretches and evaluators and compiles it in one go."""

    def __init__(self) -> None:
        self._names: dict[str, Any] = {"U": UNDEFINED, "V": Undefined, "F": OPERATORS, "E": evaluate, "X": []}
        self._text: list[str] = []
        self._set: list[tuple[Point, str, str]] = []

    def stretch(self, point: Point, function: ir.Function, at: Mapping[tuple[str, int, int], Point]) -> None:
        """Register code from ``point`` to the next point, as its ``run``."""
        block = function.blocks[point.block]
        name = f"s{point.number}"
        lines = []
        slow: list[ir.Assign] = []
        end: ir.Terminator | Point = block.terminator
        for index in range(point.index, len(block.instructions)):
            instruction = block.instructions[index]
            if not isinstance(instruction, ir.Assign):
                end = at[function.name, point.block, index]
                break
            lines.append(f" r[{instruction.dst}] = {self._value(instruction.value)}")
            slow.append(instruction)

        def target(number: int) -> int:
            return at[function.name, number, 0].number

        match end:
            case ir.Jump():
                lines.append(f" return {target(end.target)}")
            case ir.Branch():
                lines.append(f" return {target(end.then)} if {self._test(end.condition)} else {target(end.otherwise)}")
            case ir.Switch():
                table = {value: target(block) for value, block in end.cases}
                lines.append(f" return {table}.get({self._value(end.value)} + 0, {target(end.default)})")
            case ir.Return() | ir.Exit() | ir.Halt():
                lines.append(f" return {at[function.name, point.block, len(block.instructions)].number}")
            case Point():
                lines.append(f" return {end.number}")
        self._text += [f"def {name}(r):", *lines]
        self._set.append((point, "run", name))
        point.instruction = _Slowly(tuple(slow), end, target)

    def evaluator(self, point: Point, attribute: str, expression: Expr) -> None:
        """An evaluator for ``expression`` as ``point.attribute``."""
        setattr(point, attribute, self.guarded(expression))

    def guarded(self, expression: Expr) -> Evaluator:
        """An evaluator for ``expression``."""
        if expression.kind == "const":
            constant: Value = expression.data
            return lambda r, old: constant
        if expression.kind == "reg":
            number: int = expression.data
            return lambda r, old: r[number]
        fast: Evaluator = eval(f"lambda r, old: {self._value(expression)}", self._names)

        def evaluator(r: Registers, old: Value) -> Value:
            try:
                return fast(r, old)
            except TypeError:
                return evaluate(expression, r, old)

        return evaluator

    def finish(self) -> None:
        """Compile what was collected."""
        exec("\n".join(self._text), self._names)
        for point, attribute, name in self._set:
            setattr(point, attribute, self._names[name])

    def _value(self, e: Expr) -> str:
        if _depth(e) > _DEEPEST:
            self._names["X"].append(e)
            return f"E(X[{len(self._names['X']) - 1}], r, {'old' if _reads_old(e) else 0})"
        return self._inline(e)

    def _test(self, e: Expr) -> str:
        return _test(e, self._value) if _depth(e) <= _DEEPEST else f"{self._value(e)} & 1"

    def _inline(self, e: Expr) -> str:
        if e.kind == "const":
            return "U" if isinstance(e.data, Undefined) else str(e.data)
        if e.kind == "reg":
            return f"r[{e.data}]"
        if e.kind == "old":
            return "old"
        return _operation(e, self._inline)


def _operation(e: Expr, inline: Callable[[Expr], str]) -> str:
    full = mask(e.width)
    width = e.args[0].width
    sign = 1 << (width - 1)
    a = inline(e.args[0])
    b = inline(e.args[1]) if len(e.args) > 1 else ""
    match e.data:
        case "add":
            return f"({a} + {b} & {full})"
        case "sub":
            return f"({a} - {b} & {full})"
        case "mul":
            return f"({a} * {b} & {full})"
        case "and":
            return f"({a} & {b})"
        case "or":
            return f"({a} | {b})"
        case "xor":
            return f"({a} ^ {b})"
        case "neg":
            return f"(-{a} & {full})"
        case "not":
            return f"({a} ^ {full})"
        case "lshr":
            return f"({a} >> {b})"
        case "shl" if e.args[1].kind == "const" and b != "U" and e.args[1].data < width:
            return f"({a} << {b} & {full})"
        case "eq" | "ne" | "ult" | "ule" | "slt" | "sle":
            return f"(1 if {_test(e, inline)} else 0)"
        case "zext":
            return a
        case "trunc":
            return f"({a} & {full})"
        case "sext":
            return f"(({a} ^ {sign}) - {sign} & {full})"
        case "defined":
            return f"(0 if isinstance({a}, V) else 1)"
        case "ite":
            return f"({b} if {_test(e.args[0], inline)} else {inline(e.args[2])})"
        case _:
            # `+ 0` makes an undefined operand fail even where the operator would not look at it.
            return f"(F[{e.data!r}](({a} + 0, {b} + 0), {width}) & {full})"


def _test(e: Expr, inline: Callable[[Expr], str]) -> str:
    """Python text that is true when the width-1 expression ``e`` is 1, and fails on an undefined value."""
    if e.kind != "op":
        return f"{inline(e)} & 1"
    a = inline(e.args[0])
    b = inline(e.args[1]) if len(e.args) > 1 else ""
    sign = 1 << (e.args[0].width - 1)
    match e.data:
        case "eq":
            return f"not {a} ^ {b}"
        case "ne":
            return f"{a} ^ {b}"
        case "ult":
            return f"{a} < {b}"
        case "ule":
            return f"{a} <= {b}"
        case "slt":
            return f"{a} ^ {sign} < {b} ^ {sign}"
        case "sle":
            return f"{a} ^ {sign} <= {b} ^ {sign}"
        case _:
            return f"{inline(e)} & 1"


@cache
def _depth(e: Expr) -> int:
    return 1 + max(map(_depth, e.args)) if e.args else 0


@cache
def _reads_old(e: Expr) -> bool:
    return e.kind == "old" or any(map(_reads_old, e.args))


class _Slowly:
    """A stretch for the case that an undefined value turned up in it."""

    __slots__ = ("assigns", "end", "target")

    def __init__(self, assigns: Sequence[ir.Assign], end: ir.Terminator | Point, target: Callable[[int], int]) -> None:
        self.assigns = assigns
        self.end = end
        self.target = target

    def __call__(self, r: Registers, terminator: Point | None) -> int:
        for assign in self.assigns:
            r[assign.dst] = evaluate(assign.value, r, 0)
        match self.end:
            case ir.Jump():
                return self.target(self.end.target)
            case ir.Branch():
                condition = evaluate(self.end.condition, r, 0)
                if isinstance(condition, Undefined):
                    raise UndefinedBranch(self.end.source)
                return self.target(self.end.then if condition else self.end.otherwise)
            case ir.Switch():
                value = evaluate(self.end.value, r, 0)
                if isinstance(value, Undefined):
                    raise UndefinedBranch(self.end.source)
                return self.target(dict(self.end.cases).get(value, self.end.default))
            case Point():
                return self.end.number
            case _:
                assert terminator is not None
                return terminator.number


def evaluate(e: Expr, registers: Sequence[Value], old: Value) -> Value:
    """The value of ``e`` over ``registers``, with ``old`` for the value just read; UNDEFINED is allowed everywhere."""
    match e.kind:
        case "const":
            value: Value = e.data
            return value
        case "reg":
            number: int = e.data
            return registers[number]
        case "old":
            return old
        case _:
            return apply(e.data, e.width, [evaluate(a, registers, old) for a in e.args], e.args[0].width)
