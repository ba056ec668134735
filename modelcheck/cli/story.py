"""A trace as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from modelcheck.program.expr import Undefined
from modelcheck.program.ir import Source
from modelcheck.program.places import inside, own_place
from modelcheck.solve.result import ExecutedEvent, Execution
from modelcheck.trace import Trace


def story(trace: Trace) -> Iterator[str]:
    """What failed, then each step under the source line of the user's that it belongs to, then the failure again.

    Characters that a terminal would act on are replaced: a trace may come from anywhere.
    """
    for line in _told(trace):
        yield "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


def _told(trace: Trace) -> Iterator[str]:
    execution = trace.execution
    yield f"{trace.spec}: {trace.scenario}, {trace.variant}, {trace.model}: {trace.property}: {trace.message}"
    yield ""
    reads = {read: write for write, read in execution.rf}
    steps = _steps(execution)
    numbers = {event.id: number for number, step in enumerate(steps, 1) for event in step}
    wide = max([len(name) for name in execution.threads] + [len("at rest")])
    before = None
    for step in steps:
        first = step[0]
        who = "at rest" if first.final else execution.threads[first.thread]
        place = own_place(first.source, first.stack)
        if before != (who, place.file, place.line):
            before = (who, place.file, place.line)
            yield f"{'':5}{who:<{wide}}  {_where(trace, place)}".rstrip()
        what = _what(step)
        if first.id in reads:
            origin = execution.events[reads[first.id]]
            if origin.thread >= 0:
                what += f", {'released in' if 'LKW' in step[-1].tags else 'from'} step {numbers[origin.id]}"
            elif not step[-1].tags & {"LKW"}:
                what += ", from the start"
        yield f"{numbers[first.id]:>4} {who:<{wide}}      {what}"
    yield ""
    if trace.source is None:
        yield trace.property
    else:
        yield f"{trace.property} at {_where(trace, own_place(trace.source, trace.stack))}"
        if within := inside(trace.source, trace.stack):
            yield f"     in {within}: {_line(trace, trace.source)}".rstrip(": ")
    yield f"     {trace.message}"


def _steps(execution: Execution) -> list[tuple[ExecutedEvent, ...]]:
    """The events of threads in their order; the two of a read-modify-write are one step where nothing comes between."""
    events = sorted((e for e in execution.events if e.thread >= 0), key=lambda e: e.order)
    halves = set(execution.rmw)
    steps: list[tuple[ExecutedEvent, ...]] = []
    for event in events:
        if steps and len(steps[-1]) == 1 and (steps[-1][0].id, event.id) in halves:
            steps[-1] = (*steps[-1], event)
        else:
            steps.append((event,))
    return steps


def _what(step: tuple[ExecutedEvent, ...]) -> str:
    first, last = step[0], step[-1]
    tags = sorted({tag for event in step for tag in event.tags} - {"RMW"})
    shown = f" [{', '.join(tags)}]" if tags else ""
    if "LKW" in last.tags:
        return f"takes the lock {_lock(last)}"
    if "UL" in last.tags:
        return f"releases the lock {_lock(last)}"
    if first.kind == "F":
        return f"fence{shown}" + (f" {first.name}" if first.name else "")
    if first.kind == "poison":
        return f"frees {first.name}"
    if len(step) == 2:
        return f"changes {first.name} from {_value(first)} to {_value(last)}{shown}"
    return f"{'reads' if first.kind == 'R' else 'writes'} {first.name} = {_value(first)}{shown}"


def _lock(event: ExecutedEvent) -> str:
    """The lock's name without that of the word in it that our headers use."""
    head, _, word = event.name.rpartition(".")
    return head if word.startswith("__") else event.name


def _value(event: ExecutedEvent) -> str:
    if isinstance(event.value, Undefined) or event.value is None:
        return "undefined"
    if event.points:
        return event.points
    return str(event.value) if event.value < 4096 else hex(event.value)


def _where(trace: Trace, place: Source) -> str:
    where = f"{place} {place.function}".rstrip()
    return f"{where}: {_line(trace, place)}".rstrip(": ")


def _line(trace: Trace, source: Source) -> str:
    text = trace.sources.get(source.file)
    return text.lines.get(source.line, "").strip() if text else ""
