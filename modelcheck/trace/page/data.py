"""What the page's script is given: a trace told, as plain lists and texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modelcheck.program.ir import Source
from modelcheck.program.places import own_place
from modelcheck.solve.result import Pair
from modelcheck.trace.names import clean
from modelcheck.trace.narrative import AT_REST, Narrative
from modelcheck.trace.page.heap import heap
from modelcheck.trace.steps import Step, from_reads, next_writes, program_order
from modelcheck.trace.trace import Trace


def data(trace: Trace, told: Narrative) -> dict[str, Any]:
    """Everything that the script shows. Steps are called by their number, lanes and boxes by their index."""
    sentences = {s.number: s for passage in told.passages for s in passage.sentences}
    return {
        "lanes": list(told.lanes),
        "rest": AT_REST in told.lanes[-1:],
        "passages": [
            {"lane": p.lane, "where": p.where, "code": p.code, "steps": [s.number for s in p.sentences]}
            for p in told.passages
        ],
        "steps": [
            {
                "lane": sentences[step.number].lane,
                "kind": sentences[step.number].kind,
                "text": sentences[step.number].text,
                "notes": list(sentences[step.number].notes),
                **_places(step),
            }
            for step in told.telling.steps
        ]
        + _check(told),
        "sources": {
            clean(file): [[number, clean(line)] for number, line in sorted(text.lines.items())]
            for file, text in sorted(trace.sources.items())
        },
        "broke": None if trace.source is None else _place(own_place(trace.source, trace.stack)),
        "edges": _edges(trace, told),
        "cycle": _cycle(told),
        "heap": heap(trace, told),
    }


def _check(told: Narrative) -> list[dict[str, Any]]:
    """The check that fails, where it is a step of its own."""
    return [
        {
            "lane": sentence.lane,
            "kind": sentence.kind,
            "text": sentence.text,
            "notes": list(sentence.notes),
            "at": _place(passage.place),
            "inner": None,
            "calls": [],
        }
        for passage in told.passages
        for sentence in passage.sentences
        if sentence.number > len(told.telling.steps)
    ]


def _places(step: Step) -> dict[str, Any]:
    """``at``: the place in the user's file; ``inner``: that in a header, if it is one; ``calls``: around it."""
    event = step.first
    own = own_place(event.source, event.stack)
    chain = [*event.stack, event.source]
    around = chain[: chain.index(own)] if own in chain else []
    return {
        "at": _place(own),
        "inner": None if own is event.source else _place(event.source),
        "calls": [_place(place)[:3] for place in around],
    }


def _place(source: Source) -> list[Any]:
    return [clean(source.file), source.line, clean(source.function), max(source.line, source.end_line)]


def _edges(trace: Trace, told: Narrative) -> list[list[Any]]:
    """[relation, step, step]: each relation between different steps of threads; fences join what stands around them."""
    number, execution = told.telling.number, trace.execution
    found: dict[tuple[str, int, int], None] = {}
    relations: list[tuple[str, list[Pair]]] = [
        ("rf", list(execution.rf)),
        ("co", sorted(next_writes(execution).items())),
        ("fr", list(from_reads(execution))),
        *((name, list(getattr(execution, name))) for name in ("addr", "data", "ctrl")),
        ("fence", list(_fenced(trace))),
    ]
    for name, pairs in relations:
        for one, other in pairs:
            if one in number and other in number and number[one] != number[other]:
                found[name, number[one], number[other]] = None
    return [list(edge) for edge in found]


def _fenced(trace: Trace) -> Iterator[Pair]:
    """The access before each fence with the one behind it."""
    events = trace.execution.events
    for own in program_order(trace.execution):
        for index, event in enumerate(own):
            if events[event].kind == "F":
                before = next((e for e in reversed(own[:index]) if events[e].kind != "F"), None)
                after = next((e for e in own[index:] if events[e].kind != "F"), None)
                if before is not None and after is not None:
                    yield before, after


def _cycle(told: Narrative) -> list[list[Any]]:
    """[relation, step, step, whether nothing orders the two]."""
    if told.cycle is None or not told.ending.cycle:
        return []
    number = told.telling.number
    missing = {(pair.before, pair.after) for pair in told.cycle.missing}
    return [
        [link.relation, number[link.source], number[link.target], (link.source, link.target) in missing]
        for link in told.cycle.links
        if number[link.source] != number[link.target]
    ]
