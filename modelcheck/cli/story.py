"""A trace as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from modelcheck.program.expr import Undefined
from modelcheck.program.ir import Source
from modelcheck.solve.result import ExecutedEvent
from modelcheck.trace import Trace


def story(trace: Trace) -> Iterator[str]:
    """What failed, then each step: thread, what it did, its place and source line; then the failure again.

    Characters that a terminal would act on are replaced: a trace may come from anywhere.
    """
    for line in _told(trace):
        yield "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


def _told(trace: Trace) -> Iterator[str]:
    execution = trace.execution
    yield f"{trace.spec}: {trace.scenario}, {trace.variant}, {trace.model}: {trace.property}: {trace.message}"
    yield ""
    reads = {read: write for write, read in execution.rf}
    steps = sorted((e for e in execution.events if e.thread >= 0), key=lambda e: e.order)
    numbers = {event.id: number for number, event in enumerate(steps, 1)}
    wide = max([len(name) for name in execution.threads] + [len("at rest")])
    latest: dict[int, str] = {}
    for event in steps:
        who = "at rest" if event.final else execution.threads[event.thread]
        where = f"{event.source} {event.source.function}".rstrip()
        if latest.get(event.thread) != where:
            latest[event.thread] = where
            yield f"{'':5}{who:<{wide}}  {where}: {_line(trace, event.source)}".rstrip(": ")
        what = _what(event)
        if event.id in reads:
            origin = execution.events[reads[event.id]]
            what += ", from the start" if origin.thread < 0 else f", from step {numbers[origin.id]}"
        yield f"{numbers[event.id]:>4} {who:<{wide}}      {what}"
    yield ""
    place = f" at {trace.source} {trace.source.function}: {_line(trace, trace.source)}" if trace.source else ""
    yield f"{trace.property}{place}".rstrip(": ")
    yield f"     {trace.message}"


def _what(event: ExecutedEvent) -> str:
    tags = f" [{', '.join(sorted(event.tags))}]" if event.tags else ""
    if event.kind == "F":
        return f"fence{tags}" + (f" {event.name}" if event.name else "")
    if event.kind == "poison":
        return f"frees {event.name}"
    value = _value(event)
    return f"reads {event.name} = {value}{tags}" if event.kind == "R" else f"writes {event.name} = {value}{tags}"


def _value(event: ExecutedEvent) -> str:
    if isinstance(event.value, Undefined) or event.value is None:
        return "undefined"
    return str(event.value) if event.value < 4096 else hex(event.value)


def _line(trace: Trace, source: Source) -> str:
    text = trace.sources.get(source.file)
    return text.lines.get(source.line, "").strip() if text else ""
