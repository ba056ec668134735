"""From an engine's answer to the trace that is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from modelcheck.cat import load_model
from modelcheck.program.ir import Program, Source
from modelcheck.solve.result import Execution, Result
from modelcheck.trace.judged import Judged, judge
from modelcheck.trace.trace import Setting, SourceText, Trace
from modelcheck.version import __version__


def record(
    program: Program,
    result: Result,
    *,
    spec: str,
    scenario: str,
    variant: str,
    model: str,
    unroll: int,
    recursion: int,
    setting: Setting | None = None,
    load: str | None = None,
) -> Trace:
    """The trace of a failing ``result``, with the lines of ``program`` that it ran.

    Args:
        program, result: what was checked, and the answer.
        spec, scenario, variant, model, unroll, recursion, setting: as in `Trace`.
        load: what names the model to the cat room; the same as ``model`` when left out.

    A failure before the first thread starts has no execution: its trace has a place and no events.
    """
    execution = result.execution or Execution((), (), (), (), (), (), (), ())
    return Trace(
        f"modelcheck {__version__}",
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
        sources(program, _places(result.source, result.stack, execution)),
        execution,
        setting or Setting(),
        judge(execution, load_model(load or model)) if execution.events else Judged(),
    )


def sources(program: Program, places: Iterator[Source]) -> Mapping[str, SourceText]:
    """The lines of ``program`` that ``places`` speak of, by file."""
    used: dict[str, set[int]] = {}
    for source in places:
        used.setdefault(source.file, set()).update(range(source.line, source.end_line + 1))
    kept: dict[str, SourceText] = {}
    for file in sorted(used.keys() & program.files.keys()):
        text = program.files[file]
        lines = text.splitlines()
        shown = {number: lines[number - 1] for number in sorted(used[file]) if 0 < number <= len(lines)}
        kept[file] = SourceText(hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest(), shown)
    return kept


def _places(source: Source | None, stack: tuple[Source, ...], execution: Execution) -> Iterator[Source]:
    if source is not None:
        yield source
    yield from stack
    for event in execution.events:
        yield event.source
        yield from event.stack
