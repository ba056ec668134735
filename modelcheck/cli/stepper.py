"""``modelcheck replay --interactive``: commands from standard input, one a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from modelcheck.errors import InputError
from modelcheck.trace.replay.inspect import Inspector, changes

HELP: Final = """\
  n [COUNT]    next step               b [COUNT]    back
  g STEP       go to a step            l            list the steps
  t NAME       look at this thread     s            show threads, calls and variables again
  m            all of memory           p EXPR       value of a C expression here
  watch EXPR   tell when it changes    unwatch      forget what is watched
  q            quit                    help         this"""


class Stepper:
    """The conversation. What it says is a line at a time, without ends of lines."""

    def __init__(self, inspector: Inspector) -> None:
        self.inspector = inspector
        self.step = 0
        self.thread: int | None = None
        self.watched: dict[str, str] = {}

    def talk(self, lines: Iterable[str]) -> Iterator[str]:
        """Answer each of ``lines`` until one says to quit."""
        yield f"{self.inspector.count} steps; help lists the commands"
        yield from self._show()
        for line in lines:
            word, _, rest = line.strip().partition(" ")
            if word in ("q", "quit", "exit"):
                return
            try:
                yield from self._answer(word, rest.strip())
            except InputError as error:
                yield f"{error.message}"

    def _answer(self, word: str, rest: str) -> Iterator[str]:
        match word:
            case "" | "n" | "next":
                yield from self._go(self.step + self._number(rest, 1))
            case "b" | "back":
                yield from self._go(self.step - self._number(rest, 1))
            case "g" | "go":
                yield from self._go(self._number(rest, None))
            case "l" | "list":
                for step in range(1, self.inspector.count + 1):
                    yield f"{'>' if step == self.step else ' '}{step:>4} {self.inspector.told(step)}"
            case "s" | "show":
                yield from self._show()
            case "m" | "memory":
                yield from (f"  {name} = {value}" for name, value in self.inspector.memory(self.step).items())
            case "t" | "thread":
                yield from self._look_at(rest)
            case "p" | "print":
                if not rest:
                    raise InputError("p EXPR: an expression of C")
                yield f"{rest} = {self._value(rest)}"
            case "watch":
                if not rest:
                    raise InputError("watch EXPR: an expression of C")
                self.watched[rest] = self._watched(rest)
                yield f"{rest} = {self.watched[rest]}"
            case "unwatch":
                self.watched.clear()
            case "h" | "help" | "?":
                yield from HELP.splitlines()
            case _:
                raise InputError(f"'{word}' is no command; help lists them")

    def _number(self, text: str, default: int | None) -> int:
        if not text and default is not None:
            return default
        if not text.isdecimal() or len(text) > 9:
            raise InputError(f"'{text}' is no number of a step")
        return int(text)

    def _go(self, step: int) -> Iterator[str]:
        last = self.inspector.count
        if not 0 <= step <= last:
            yield "this is the start" if step < 0 else f"this is the end: there are {last} steps"
        before = self.inspector.memory(self.step)
        self.step = min(max(step, 0), last)
        self.thread = self.inspector.thread(self.step)
        yield from self._show()
        after = self.inspector.memory(self.step)
        for name in changes(before, after):
            yield f"  {name}: {before.get(name, '-')} -> {after[name]}"
        for expression, was in list(self.watched.items()):
            now = self._watched(expression)
            if now != was:
                self.watched[expression] = now
                yield f"  watched: {expression}: {was} -> {now}"

    def _look_at(self, name: str) -> Iterator[str]:
        threads = self.inspector.threads(self.step)
        found = next((number for number, called in threads if name in (called, str(number))), None)
        if found is None:
            raise InputError(f"no thread '{name}' here; there are {', '.join(called for _, called in threads)}")
        self.thread = found
        yield from self._show()

    def _value(self, expression: str) -> str:
        return self.inspector.evaluate(self.step, self.thread, expression)

    def _watched(self, expression: str) -> str:
        """What is watched may have no value at some steps: its variables may not be there."""
        try:
            return self._value(expression)
        except InputError:
            return "-"

    def _show(self) -> Iterator[str]:
        inspector, step = self.inspector, self.step
        yield f"step {step} of {inspector.count}: {inspector.told(step)}"
        for number, name in inspector.threads(step):
            mark = ">" if number == self.thread else " "
            state = inspector.stands(step, number)
            place = inspector.place(step, number)
            stack = inspector.stack(step, number)
            if not stack:
                yield f"{mark} {name}: {state or 'has ended'}"
                continue
            calls = " > ".join(call.function for call in stack)
            yield f"{mark} {name}: {calls}" + (f"  ({state})" if state else "")
            line = next((call.line for call in reversed(stack) if call.source == place), "")
            yield f"      {place}: {line}"
            if number == self.thread:
                for call in stack:
                    if call.variables and not call.source.file.startswith("<"):
                        held = ", ".join(f"{variable} = {value}" for variable, value in call.variables.items())
                        yield f"      {call.function}: {held}"
