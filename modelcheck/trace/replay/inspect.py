"""Looking at a replay from within: where every thread stands, what its variables and memory hold, C expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs
from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.c.expression import FUNCTION
from modelcheck.frontend.spec import load_expression
from modelcheck.interleave import local as kinds
from modelcheck.interleave.leak import contents
from modelcheck.interleave.local import Local
from modelcheck.interleave.state import State
from modelcheck.program.expr import Undefined, Value, signed
from modelcheck.program.ir import Program, Source
from modelcheck.program.machine import Initial, call
from modelcheck.program.memory import NULL_PAGE, AddressSpace
from modelcheck.program.places import own_place
from modelcheck.program.thread import Fault, Halting
from modelcheck.solve.result import ExecutedEvent, Execution
from modelcheck.trace.replay.correspondence import does
from modelcheck.trace.replay.machine import Moment, play
from modelcheck.trace.replay.today import Today
from modelcheck.trace.steps import tell


@frozen
class Standing:
    """A call on a thread's stack: the function, where it stands, the text of that line, and its variables by name."""

    function: str
    source: Source
    line: str
    variables: Mapping[str, str]


class Inspector:
    """A replayed execution, moment by moment.

    Args:
        today: what it runs on.
        execution: what was followed.
        model: the memory model's name.
        properties: those that were looked at.

    Moments are numbered from 0, the start, by the steps of the story: `count` is the last.

    Raises `Strays` when the execution cannot be taken step by step.
    """

    def __init__(self, today: Today, execution: Execution, model: str, properties: frozenset[str]) -> None:
        self.today = today
        self.execution = execution
        initial = next(o for o in today.outcomes if isinstance(o, Initial) and o.choices == execution.initial)
        self.run = play(today.program, initial, execution, model, properties)
        self.system = self.run.system
        self.space: AddressSpace = self.system.objects.space
        self._names = {machine: execution.threads[number] for number, machine in self.run.threads.items()}
        self._expressions: dict[tuple[str, str, tuple[tuple[str, int], ...]], Program] = {}
        number = tell(execution, model).number
        self._moments: list[Moment] = [self.run.moments[0]]
        self._told: list[str] = ["the start"]
        step = 0
        for moment in self.run.moments[1:]:
            at = number.get(moment.event, 0) if moment.event is not None else 0
            if at > step and not moment.drained:
                step = at
                self._moments.append(moment)
                self._told.append("")
            self._moments[-1] = attrs.evolve(self._moments[-1], state=moment.state)
            if not moment.drained or at < step:
                self._told[-1] = "; ".join(filter(None, (self._told[-1], self._said(moment))))

    @property
    def count(self) -> int:
        """The number of the last moment."""
        return len(self._moments) - 1

    def told(self, step: int) -> str:
        """What happened in a step."""
        return self._told[step]

    def thread(self, step: int) -> int | None:
        """The thread, by its number in the machine, that took a step."""
        event = self._moments[step].event
        return None if event is None else self.run.threads.get(self.execution.events[event].thread)

    def threads(self, step: int) -> list[tuple[int, str]]:
        """The threads that there are at a moment: number and name."""
        return [
            (number, self._names.get(number, f"thread {number}")) for number in range(len(self._state(step).threads))
        ]

    def stands(self, step: int, thread: int) -> str:
        """In which way a thread has stopped at a moment; empty while it runs."""
        local = self._state(step).threads[thread]
        if local.finding is not None:
            return f"stopped: {local.finding.property}: {local.finding.message}"
        return {kinds.ENDED: "has ended", kinds.HALTED: "has halted", kinds.STUCK: local.reason}.get(local.kind, "")

    def stack(self, step: int, thread: int) -> list[Standing]:
        """The calls of a thread at a moment, outermost first; the last stands before its next access."""
        local = self._state(step).threads[thread]
        found = []
        for point, registers in local.frames:
            source = getattr(point.instruction, "source", None) or point.function.source
            if point is local.frames[-1][0] and local.source is not None:
                source = local.source
            names = sorted(point.function.names.items(), key=lambda item: item[0])
            widths = point.function.widths
            held = {
                name: self.show(registers[n], widths[n])
                for n, name in names
                if not name.startswith("__mc_") and not isinstance(registers[n], Undefined)
            }
            found.append(Standing(point.function.name, source, self._line(source), held))
        return found

    def place(self, step: int, thread: int) -> Source | None:
        """The line of the user's own at which a thread stands."""
        stack = self.stack(step, thread)
        return own_place(stack[-1].source, [call.source for call in stack[:-1]]) if stack else None

    def memory(self, step: int) -> dict[str, str]:
        """What objects that the execution touches hold at a moment, cell by cell, by name."""
        touched = {e.address: e for e in self.execution.events if e.address is not None and e.kind != "F"}
        cells = self._cells(self._state(step))
        found = {}
        for address in sorted(touched):
            old = self.run.objects.find(address)
            base = None if old is None else self.run.objects.known(old.base)
            if old is None or base is None or old.name.startswith(("start of thread ", "end of ")):
                continue
            now = base + address - old.base
            size, value = cells.get(now, (0, None))
            if size and value is not None:
                found[self.space.name(now)] = self.show(value, 8 * size)
        return found

    def evaluate(self, step: int, thread: int | None, expression: str) -> str:
        """The value of a C expression at a moment, with the variables of the innermost call of a thread of the user's.

        An object may be called as it is told: ``page[1]`` for the second of ``mem_map``, ``device`` for the only
        ``struct device`` allocated. Raises `InputError` when it is no expression, or has no value.
        """
        function, values = self._scope(step, thread)
        try:
            program = self._compiled(expression, function, values)
        except InputError as error:
            called = self._called(expression)
            if called == expression or "undeclared" not in error.message:
                raise
            program = self._compiled(called, function, values)
        state = self._state(step)
        space = AddressSpace(self.space)
        for thing in program.objects:
            if space.find(thing.base) is None:
                space.add(thing)
        freed = frozenset(
            o.base for o in self.space if o.kind == "heap" and state.memory.get(self.system.slots.life(o.base))
        )
        try:
            value = call(program, FUNCTION, space, self._cells(state), freed)
        except Fault as fault:
            raise InputError(f"'{expression}' has no value: {fault.finding.message}") from None
        except Halting as halting:
            raise InputError(f"'{expression}' has no value: {halting.reason}") from None
        return self.show(value)

    def show(self, value: Value, width: int = 64) -> str:
        """A value of ``width`` bits as a reader knows it: pointers by name, small numbers as they are."""
        if isinstance(value, Undefined):
            return "undefined"
        if value >= NULL_PAGE and (leads := self.space.leads(value)):
            return leads
        if width >= 32 and -NULL_PAGE < signed(value, width) < 0:
            return str(signed(value, width))
        return str(value) if value < NULL_PAGE else hex(value)

    def _compiled(self, expression: str, function: str, values: dict[str, int]) -> Program:
        key = (expression, function, tuple(sorted(values.items())))
        if key not in self._expressions:
            today = self.today
            self._expressions[key] = load_expression(
                today.spec, today.scenario, today.variant, expression, function, values
            )
        return self._expressions[key]

    def _called(self, expression: str) -> str:
        """``expression`` with the names that objects are told by as C."""
        for thing in self.execution.objects:
            now = self.run.objects.known(thing.base)
            kind, at, _ = thing.name.partition("@")
            if thing.name == "mem_map":
                expression = re.sub(r"(?<![\w.>])page\[", "mem_map[", expression)
            elif at and now is not None:
                of = rf"(?<![\w.>])(?<!struct ){re.escape(kind)}\b"
                expression = re.sub(of, f"(*(struct {kind} *){now:#x}ull)", expression)
        return expression

    # ------------------------------------------------------------ states

    def _state(self, step: int) -> State:
        return self._moments[step].state

    def _cells(self, state: State) -> dict[int, tuple[int, Value]]:
        """All of memory, the locals that only their threads know too."""
        cells = contents(self.system, state)
        for local in state.threads:
            cells.update(local.own.cells)
        return cells

    def _scope(self, step: int, thread: int | None) -> tuple[str, dict[str, int]]:
        if thread is None or thread >= len(self._state(step).threads):
            return "", {}
        local: Local = self._state(step).threads[thread]
        for point, registers in reversed(local.frames):
            if not point.function.source.file.startswith("<"):
                names = point.function.names.items()
                values = {name: value for n, name in names if isinstance(value := registers[n], int)}
                return point.function.name, values
        return "", {}

    def _said(self, moment: Moment) -> str:
        if moment.event is None:
            return ""
        event = self.execution.events[moment.event]
        if moment.drained:
            return f"{event.name} = {self._value_of(event)} of {self.execution.threads[event.thread]} reaches memory"
        return f"{self.execution.threads[event.thread]} {does(event)}"

    def _value_of(self, event: ExecutedEvent) -> str:
        return event.points or (str(event.value) if isinstance(event.value, int) else "undefined")

    def _line(self, source: Source) -> str:
        lines = self.today.program.files.get(source.file, "").splitlines()
        return lines[source.line - 1].strip() if 0 < source.line <= len(lines) else ""


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Names of the cells that hold something else than before."""
    return (name for name, value in after.items() if before.get(name) != value)
