"""A narrative in the language of Mermaid: a sequence diagram that many web pages and editors draw."""

from __future__ import annotations

import re
from typing import Final

from modelcheck.trace.narrative import Narrative
from modelcheck.trace.trace import Trace

_SAFE: Final = re.compile(r"[^A-Za-z0-9 _.,()\[\]/=*+-]")
"""What Mermaid might take for syntax of its own is written as the number of the character."""

_WORD: Final = re.compile(r"\bend\b", re.IGNORECASE)
"""The word that ends a block; some versions take it for that anywhere."""


def mermaid(trace: Trace, told: Narrative) -> str:
    """``trace`` as one ``sequenceDiagram``: a participant for each thread, its steps as notes, and an arrow from the
    thread that wrote a value to another one that reads it."""
    lines = ["sequenceDiagram", f"  title {_text(told.title)}"]
    lines += [f"  participant L{number} as {_text(name)}" for number, name in enumerate(told.lanes)]
    lanes = {s.number: passage.lane for passage in told.passages for s in passage.sentences}
    number = told.telling.number
    sources = {number[read]: number[write] for write, read in trace.execution.rf if read in number and write in number}
    for passage in told.passages:
        lines.append(f"  Note over L{passage.lane}: {_text(passage.code or passage.where)}")
        for sentence in passage.sentences:
            origin = sources.get(sentence.number)
            if origin is not None and lanes[origin] != passage.lane:
                lines.append(f"  L{lanes[origin]}->>L{passage.lane}: {_text(f'value of step {origin}')}")
            told_text = "; ".join((f"{sentence.number} {sentence.text}", *sentence.notes))
            lines.append(f"  L{passage.lane}->>L{passage.lane}: {_text(told_text)}")
    lanes_used = ",".join(dict.fromkeys((f"L{0}", f"L{len(told.lanes) - 1}"))) if told.lanes else ""
    if lanes_used:
        lines.append(f"  Note over {lanes_used}: {_text(f'{told.ending.broke} — {told.ending.message}')}")
    return "\n".join((*lines, ""))


def _text(text: str) -> str:
    text = _SAFE.sub(lambda found: f"#{ord(found[0])};", text)
    return _WORD.sub(lambda found: f"#{ord(found[0][0])};{found[0][1:]}", text)
