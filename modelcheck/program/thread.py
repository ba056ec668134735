"""One thread on its way: everything that happens inside it between two steps."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from modelcheck.program import ir
from modelcheck.program.compile import Code, Point, Registers, UndefinedBranch
from modelcheck.program.expr import UNDEFINED, Undefined, Value
from modelcheck.program.ir import Source
from modelcheck.program.memory import NULL_PAGE

DEEPEST: Final = 5_000
"""Calls may nest this deep."""

LONGEST: Final = 1_000_000
"""Register code may go on for this many stretches without a step."""


@frozen
class Finding:
    """Something is wrong with the program.

    Attributes:
        property: one of `ir.PROPERTIES`.
        message: in words.
        source: where.
        stack: call sites around it, outermost first.
        thread: number of the thread that did it.
    """

    property: str
    message: str
    source: Source
    stack: tuple[Source, ...]
    thread: int


def hidden(which: str, source: Source) -> str:
    """What to say where failure ``which``, which nobody asked about, stops a thread before all of it was looked at."""
    return f"{source}: {which}, which is not asked for, stops its thread there, and hides what lies behind"


class Fault(Exception):  # noqa: N818 - a signal of the program under check, not an error of ours
    """A thread did something wrong: it cannot go on."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.message)


class Halting(Exception):  # noqa: N818
    """A thread reached something that cannot be modelled, or went past a limit."""

    def __init__(self, reason: str, source: Source) -> None:
        self.reason = reason
        self.source = source
        super().__init__(reason)


class Discard(Exception):  # noqa: N818
    """An assumption does not hold: the thread ends here."""


class Thread:
    """A thread's stack, to be run. The innermost frame comes last; outer frames stand at their calls.

    Args:
        code: the compiled program.
        number: thread number.
        frames: (point, registers) from outermost to innermost; the lists of registers become the thread's own.
        base: the call sites around its start, as `modelcheck.program.places.start` gives them.

    ``quit`` says, at its end, that the process has ended with it; ``result`` what its function returned; ``warned`` the
    first warning that it has gone past. With ``heeds`` it stops there instead.
    """

    __slots__ = ("base", "code", "frames", "heeds", "number", "quit", "result", "warned")

    def __init__(
        self,
        code: Code,
        number: int,
        frames: list[tuple[Point, Registers]],
        heeds: bool = False,
        base: tuple[Source, ...] = (),
    ) -> None:
        self.code = code
        self.base = base
        self.number = number
        self.frames = frames
        self.result: Value = UNDEFINED
        self.quit = False
        self.heeds = heeds
        self.warned: Finding | None = None

    @classmethod
    def start(
        cls,
        code: Code,
        number: int,
        name: str,
        args: tuple[Value, ...],
        heeds: bool = False,
        base: tuple[Source, ...] = (),
    ) -> Thread:
        """A thread about to enter function ``name``; missing arguments are undefined, surplus ones are dropped."""
        return cls(code, number, [(code.entry(name), _registers(code.program.functions[name], args))], heeds, base)

    @property
    def point(self) -> Point:
        """Where the innermost frame stands."""
        return self.frames[-1][0]

    @property
    def registers(self) -> Registers:
        """Registers of the innermost frame."""
        return self.frames[-1][1]

    @property
    def stack(self) -> tuple[Source, ...]:
        """Call sites around the innermost frame, outermost first."""
        return (*self.base, *(point.instruction.source for point, _ in self.frames[:-1]))

    def finding(self, which: str, message: str, source: Source | None = None) -> Finding:
        """A finding of property ``which`` at the instruction at hand."""
        return Finding(which, message, source or self.point.instruction.source, self.stack, self.number)

    def go(self) -> Point | None:
        """Run to the next step (Local, Halt and Fence are left to the caller too); None at the thread's end.

        Raises:
            Fault: the program does something wrong on the way.
            Halting: a limit was passed.
            Discard: an assumption does not hold.
        """
        for _ in range(LONGEST):
            point, registers = self.frames[-1]
            match point.kind:
                case "run":
                    self.frames[-1] = (self._stretch(point, registers), registers)
                case "call":
                    self._call(point, registers)
                case "return":
                    if self._return(point, registers):
                        return None
                case "exit":
                    self.result = point.value(registers, 0) if point.value is not None else UNDEFINED
                    return None
                case "assert":
                    assert point.condition is not None
                    self._assert(point, point.condition(registers, 0))
                case "assume":
                    assert point.condition is not None
                    condition = point.condition(registers, 0)
                    if isinstance(condition, Undefined):
                        raise Fault(self.finding("uninitialised", "an assumption rests on an undefined value"))
                    if not condition:
                        raise Discard
                    self.resume(0)
                case "self":
                    self.resume(self.number)
                case "unsupported":
                    raise Halting(point.instruction.reason, point.instruction.source)
                case _:
                    return point
        point = self.frames[-1][0]
        raise Halting(f"{LONGEST} stretches of code without a shared access", point.function.source)

    def resume(self, value: Value) -> None:
        """Go past the step at hand, which gave ``value`` (for its ``dst``, if it has one)."""
        point, registers = self.frames[-1]
        dst = getattr(point.instruction, "dst", None)
        if dst is not None:
            registers[dst] = value
        assert point.next is not None
        self.frames[-1] = (point.next, registers)

    def callee(self, point: Point, registers: Registers) -> str:
        """The function that the Call or Spawn at hand starts. Raises Fault when it is none of those it may be."""
        what = point.instruction
        if isinstance(what.callee, str):
            return what.callee
        assert point.value is not None
        address = point.value(registers, 0)
        if isinstance(address, Undefined):
            raise Fault(self.finding("uninitialised", "call through an undefined function pointer"))
        name = self.code.functions_at.get(address)
        if name is None or name not in what.targets:
            if address < NULL_PAGE:
                raise Fault(self.finding("null-dereference", "call through a null function pointer"))
            raise Fault(self.finding("wild-pointer", "call through a pointer to no function of this type"))
        return name

    def snapshot(self) -> list[tuple[Point, Registers]]:
        """A copy of the frames."""
        return [(point, registers.copy()) for point, registers in self.frames]

    def _stretch(self, point: Point, registers: Registers) -> Point:
        assert point.run is not None
        points = self.code.points
        before = registers.copy()
        try:
            return points[point.run(registers)]
        except TypeError:
            registers[:] = before
        try:
            end: int = point.instruction(registers, self._terminator(point))
        except UndefinedBranch as where:
            raise Fault(self.finding("uninitialised", "a branch rests on an undefined value", where.source)) from None
        return points[end]

    def _terminator(self, point: Point) -> Point | None:
        block = point.function.blocks[point.block]
        if isinstance(block.terminator, (ir.Return, ir.Exit, ir.Halt)):
            return self.code.at(point.function.name, point.block, len(block.instructions))
        return None

    def _call(self, point: Point, registers: Registers) -> None:
        name = self.callee(point, registers)
        if len(self.frames) >= DEEPEST:
            raise Halting(f"calls nested more than {DEEPEST} deep", point.instruction.source)
        args = tuple(argument(registers, 0) for argument in point.args)
        for number in point.dead:
            registers[number] = UNDEFINED
        entry = self.code.entry(name)
        self.frames.append((entry, _registers(entry.function, args)))

    def _return(self, point: Point, registers: Registers) -> bool:
        value = point.value(registers, 0) if point.value is not None else UNDEFINED
        if len(self.frames) == 1:
            self.result = value
            self.quit = self.number == 0 and self.code.program.process
            return True
        self.frames.pop()
        self.resume(value)
        return False

    def _assert(self, point: Point, condition: Value) -> None:
        what = point.instruction
        if isinstance(condition, Undefined):
            raise Fault(self.finding("uninitialised", "an assertion rests on an undefined value"))
        if not condition:
            found = self.finding(what.property, what.message)
            if what.property != "warning" or self.heeds:
                raise Fault(found)
            self.warned = self.warned or found
        self.resume(0)


def _registers(function: ir.Function, args: tuple[Value, ...]) -> Registers:
    registers: Registers = [UNDEFINED] * len(function.widths)
    for number, value in zip(function.params, args, strict=False):
        registers[number] = value
    return registers
