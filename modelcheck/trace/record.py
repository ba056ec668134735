"""From an engine's answer to the trace that is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import modelcheck
from modelcheck.program.ir import Program, Source
from modelcheck.solve.result import Execution, Result
from modelcheck.trace.trace import SourceText, Trace


def record(
    program: Program, result: Result, *, spec: str, scenario: str, variant: str, model: str, unroll: int, recursion: int
) -> Trace:
    """The trace of a failing ``result``, with the lines of ``program`` that it ran.

    A failure before the first thread starts has no execution: its trace has a place and no events.
    """
    execution = result.execution or Execution((), (), (), (), (), (), (), ())
    return Trace(
        f"modelcheck {modelcheck.__version__}",
        spec,
        scenario,
        variant,
        model,
        result.property or "",
        result.message,
        result.source,
        result.stack,
        unroll,
        recursion,
        _sources(program, result, execution),
        execution,
    )


def _sources(program: Program, result: Result, execution: Execution) -> Mapping[str, SourceText]:
    used: dict[str, set[int]] = {}
    for source in _places(result, execution):
        used.setdefault(source.file, set()).update(range(source.line, source.end_line + 1))
    kept: dict[str, SourceText] = {}
    for file in sorted(used.keys() & program.files.keys()):
        text = program.files[file]
        lines = text.splitlines()
        shown = {number: lines[number - 1] for number in sorted(used[file]) if 0 < number <= len(lines)}
        kept[file] = SourceText(hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest(), shown)
    return kept


def _places(result: Result, execution: Execution) -> Iterator[Source]:
    if result.source is not None:
        yield result.source
    yield from result.stack
    for event in execution.events:
        yield event.source
        yield from event.stack
