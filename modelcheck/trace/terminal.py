"""A narrative as lines of text: threads as columns where there is room, one below the other where not."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from modelcheck.trace.narrative import AT_REST, Narrative, Passage

_NARROWEST: Final = 38
"""Characters of a column that can still be read."""

_INDENT: Final = 5


def lines(told: Narrative, width: int | None = None) -> Iterator[str]:
    """``told`` in columns that fit into ``width`` characters; one column where they do not, or without a width."""
    yield from _wrapped(told.title, width)
    for short, full in told.legend:
        yield from _wrapped(f"{'':{_INDENT}}{short} is {full}", width, _INDENT)
    yield ""
    columns = [lane for lane in told.lanes if lane != AT_REST]
    room = 0 if width is None or not columns else (width - 3 * (len(columns) - 1)) // len(columns)
    if room >= _NARROWEST and len(columns) > 1:
        yield from _columns(told, columns, room, width or 0)
    else:
        yield from _column(told, width)
    yield from _ending(told, width)


def _column(told: Narrative, width: int | None) -> Iterator[str]:
    wide = max(map(len, told.lanes), default=0)
    for passage in told.passages:
        who = told.lanes[passage.lane]
        head = f"{passage.where}: {passage.code}" if passage.code else passage.where
        yield from _wrapped(f"{'':{_INDENT}}{who:<{wide}}  {head}", width, _INDENT + wide + 4)
        for sentence in passage.sentences:
            begin = f"{sentence.number:>{_INDENT - 1}} {who:<{wide}}      "
            yield from _wrapped(f"{begin}{sentence.text}", width, len(begin) + 2)
            for note in sentence.notes:
                yield from _wrapped(f"{'':{len(begin) + 2}}({note})", width, len(begin) + 3)


def _columns(told: Narrative, columns: list[str], room: int, width: int) -> Iterator[str]:
    yield " │ ".join(f"{name[:room]:<{room}}" for name in columns).rstrip()
    yield "─┼─".join("─" * room for _ in columns)
    rest = False
    for passage in told.passages:
        if told.lanes[passage.lane] == AT_REST:
            if not rest:
                yield f"{f'── {AT_REST}: all threads have ended ':─<{width}}"
                rest = True
            yield from _passage(passage, width)
            continue
        for line in _passage(passage, room):
            cells = [line if lane == passage.lane else "" for lane in range(len(columns))]
            yield " │ ".join(f"{cell:<{room}}" for cell in cells).rstrip()


def _passage(passage: Passage, room: int) -> Iterator[str]:
    file, _, function = passage.where.rpartition(" ")
    yield from _wrapped(f"{'':{_INDENT}}{passage.code or passage.where}", room, _INDENT + 4)
    if passage.code:
        yield from _wrapped(f"{'':{_INDENT}}{f'{function}, {file}' if file else passage.where}", room, _INDENT + 4)
    for sentence in passage.sentences:
        yield from _wrapped(f"{sentence.number:>{_INDENT - 1}} {sentence.text}", room, _INDENT + 2)
        for note in sentence.notes:
            yield from _wrapped(f"{'':{_INDENT + 2}}({note})", room, _INDENT + 3)


def _ending(told: Narrative, width: int | None) -> Iterator[str]:
    ending = told.ending
    if ending.cycle:
        yield ""
        head = "These steps form a cycle, so that no single order of all steps explains them (SC forbids it):"
        yield from _wrapped(head, width, 0)
        who = max(len(told.lanes[turn.lane]) for turn in ending.cycle)
        for turn in ending.cycle:
            said = f"{turn.number:>{_INDENT - 1}} {told.lanes[turn.lane]:<{who}}  {turn.text}, {turn.way}"
            yield from _wrapped(said, width, _INDENT + who + 4)
        yield f"     … step {ending.cycle[0].number} again"
    if ending.dropped:
        yield ""
        yield from _wrapped("This is a longer failure cut down to what matters:", width, 0)
        for text in ending.dropped:
            yield from _wrapped(f"{'':{_INDENT}}{text}", width, _INDENT)
    yield ""
    yield from _wrapped(ending.broke, width)
    for text in (ending.within, ending.message, ending.order):
        if text:
            yield from _wrapped(f"{'':{_INDENT}}{text}", width, _INDENT)


def _wrapped(text: str, width: int | None, hanging: int = 4) -> Iterator[str]:
    """``text`` on lines of at most ``width`` characters (as far as that leaves room for words), later ones indented."""
    if width is None or len(text) <= width:
        yield text
        return
    indent = len(text) - len(text.lstrip())
    hanging = min(hanging, width // 2)
    begin = " " * min(indent, width // 2)
    yield from wrap(text.strip(), width, initial_indent=begin, subsequent_indent=" " * hanging, break_on_hyphens=False)
