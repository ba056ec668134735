"""Pictures of executions in the language of Graphviz: events as nodes, a column for each thread, relations as edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from modelcheck.program.expr import Value, signed
from modelcheck.solve.result import ExecutedEvent, Execution, Pair

_COLORS = {
    "po": "black", "rf": "red", "co": "blue", "fr": "orange", "addr": "indigo", "data": "indigo", "ctrl": "indigo",
    "rmw": "darkgreen",
}  # fmt: skip

_ORDER = ("LKR", "LKW", "UL", "LF", "RL", "RU")


def dot(execution: Execution, title: str, text: Callable[[str], str] = str) -> str:
    """``execution`` as one ``digraph``; ``text`` says what to make of the names in it and of ``title``.

    Of ``po`` and ``co`` only the pairs that follow one another directly are drawn, and ``fr`` to the write next in
    coherence order. Events are lettered as herd7 does: ``a: W[ONCE][x]=1``.
    """
    title = text(title)
    drawn = [event for event in execution.events if not event.final]
    shown = {event.id for event in drawn}
    lines = [f"digraph {_quoted(title)} {{", f"label={_quoted(title)}; splines=true; node [shape=plaintext];"]
    for thread in sorted({event.thread for event in drawn}):
        name = "initial" if thread < 0 else execution.threads[thread]
        lines.append(f'subgraph cluster_{thread + 1} {{ label={_quoted(text(name))}; color="gray";')
        lines += [f"e{e.id} [label={_quoted(text(_label(e)))}];" for e in drawn if e.thread == thread]
        lines.append("}")
    for name, pairs in _relations(execution, drawn):
        color = _COLORS[name]
        for one, other in pairs:
            if one in shown and other in shown:
                lines.append(f'e{one} -> e{other} [label="{name}", color="{color}", fontcolor="{color}"];')
    return "\n".join((*lines, "}", ""))


def _relations(execution: Execution, drawn: list[ExecutedEvent]) -> Iterator[tuple[str, list[Pair]]]:
    yield "po", _program_order(drawn)
    yield "rf", list(execution.rf)
    next_write = _direct(execution.co)
    yield "co", sorted(next_write.items())
    yield "fr", [(read, next_write[write]) for write, read in execution.rf if write in next_write]
    for name in ("addr", "data", "ctrl", "rmw"):
        yield name, list(getattr(execution, name))


def _program_order(drawn: list[ExecutedEvent]) -> list[Pair]:
    """Each event of a thread with the next one."""
    own = sorted((e for e in drawn if e.thread >= 0), key=lambda e: (e.thread, e.position, e.id))
    return [(one.id, other.id) for one, other in pairwise(own) if one.thread == other.thread]


def _direct(co: tuple[Pair, ...]) -> dict[int, int]:
    """The next write after each write: the one that is followed by the most others."""
    later: dict[int, set[int]] = {}
    for one, other in co:
        later.setdefault(one, set()).add(other)
    return {one: max(others, key=lambda other: len(later.get(other, ()))) for one, others in later.items()}


def _label(event: ExecutedEvent) -> str:
    tags = sorted(event.tags - {"RMW", "IW"}, key=lambda tag: (tag not in _ORDER, tag))
    annotation = f"[{','.join(tags)}]" if tags else ""
    place = f"[{event.name}]" if event.name else ""
    value = "" if event.value is None else f"={_value(event.value, event.points)}"
    return f"{_letter(event.id)}: {event.kind}{annotation}{place}{value}"


def _value(value: Value, points: str) -> str:
    if points:
        return points.removeprefix("&")
    return str(signed(value, 64)) if isinstance(value, int) else "?"


def _letter(number: int) -> str:
    """a … z, a1 … z1, a2 …"""
    turn, letter = divmod(number, 26)
    return f"{chr(ord('a') + letter)}{turn or ''}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
