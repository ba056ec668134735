"""A narrative as a Chrome trace, which https://ui.perfetto.dev and chrome://tracing open: threads as tracks."""

from __future__ import annotations

import json
from typing import Any, Final

from modelcheck.trace.names import clean
from modelcheck.trace.narrative import Narrative
from modelcheck.trace.steps import Step
from modelcheck.trace.trace import Trace

_STEP: Final = 10
"""Microseconds from one step to the next: time is only their order."""


def perfetto(trace: Trace, told: Narrative) -> str:
    """``trace`` as JSON in the Trace Event Format: a slice for each step (one step lasts 8 µs and begins 10 µs after
    the one before), one around those at the same line, a flow from each write to a step that reads from it, and an
    instant for the failure."""
    events: list[dict[str, Any]] = [_named("process_name", 0, told.title)]
    events += [_named("thread_name", lane, name) for lane, name in enumerate(told.lanes)]
    events += [_named("thread_sort_index", lane, lane, "sort_index") for lane in range(len(told.lanes))]
    steps = {step.number: step for step in told.telling.steps}
    lanes: dict[int, int] = {}
    for passage in told.passages:
        first, last = passage.sentences[0].number, passage.sentences[-1].number
        events.append(_slice(passage.lane, first, last, passage.code or passage.where, {"where": passage.where}, 0))
        for sentence in passage.sentences:
            lanes[sentence.number] = passage.lane
            about = _about(trace, steps[sentence.number]) if sentence.number in steps else {}
            about.update({f"note {n}": note for n, note in enumerate(sentence.notes, 1)})
            number = sentence.number
            events.append(_slice(passage.lane, number, number, f"{number} {sentence.text}", about, 1))
    number_of = told.telling.number
    for write, read in trace.execution.rf:
        if write in number_of and read in number_of and number_of[write] != number_of[read]:
            for phase, event in (("s", write), ("f", read)):
                step = number_of[event]
                events.append(
                    {"ph": phase, "id": read, "name": "rf", "cat": "rf", "bp": "e", "pid": 1, "tid": lanes[step]}
                    | {"ts": step * _STEP + 4}
                )
    end = (max(lanes, default=0) + 1) * _STEP
    failing = told.passages[-1].lane if told.passages else 0
    message = f"{told.ending.broke} — {told.ending.message}"
    events.append({"ph": "i", "s": "g", "name": message, "cat": "failure", "pid": 1, "tid": failing, "ts": end})
    rows = ",\n".join(json.dumps(event, ensure_ascii=False) for event in events)
    return f'{{"displayTimeUnit": "ns", "traceEvents": [\n{rows}\n]}}\n'


def _named(what: str, lane: int, value: str | int, key: str = "name") -> dict[str, Any]:
    return {"ph": "M", "name": what, "pid": 1, "tid": lane, "args": {key: value}}


def _slice(lane: int, first: int, last: int, name: str, about: dict[str, Any], depth: int) -> dict[str, Any]:
    begin = first * _STEP + depth
    return {
        "ph": "X",
        "name": name,
        "cat": "step" if depth else "line",
        "pid": 1,
        "tid": lane,
        "ts": begin,
        "dur": last * _STEP + 9 - depth - begin,
        "args": about,
    }


def _about(trace: Trace, step: Step) -> dict[str, Any]:
    event = step.last
    calls = [f"{clean(place.function) or '?'} ({clean(str(place))})" for place in (*event.stack, event.source)]
    return {"event": event.id, "kind": event.kind, "tags": " ".join(sorted(event.tags)), "calls": " > ".join(calls)}
