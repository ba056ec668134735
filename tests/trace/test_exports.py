"""What other tools read: Graphviz, Mermaid, Chrome traces."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from modelcheck.trace import read_trace
from modelcheck.trace.dot import dot
from modelcheck.trace.mermaid import mermaid
from modelcheck.trace.names import names
from modelcheck.trace.narrative import narrative
from modelcheck.trace.perfetto import perfetto
from tests.trace.test_narrative import KEPT, hostile

WEAK = KEPT / "weak.json"
HOSTILE = '"; participant x\nend\r\n%% <b>#quot;\\"'

_PARTICIPANT = r"participant L\d+ as [^;:#\n]*"
_TEXT = r"(?:[A-Za-z0-9 _.,()\[\]/=*+-]|#\d+;)*"


@pytest.mark.parametrize("text", ["", HOSTILE])
def test_a_sequence_diagram_holds_nothing_that_mermaid_could_take_for_syntax(text: str) -> None:
    trace = hostile(read_trace(WEAK), text)
    first, *lines = mermaid(trace, narrative(trace)).splitlines()
    assert first == "sequenceDiagram"
    forms = (
        f"title {_TEXT}",
        rf"participant L\d+ as {_TEXT}",
        rf"Note over L\d+(,L\d+)?: {_TEXT}",
        rf"L\d+->>L\d+: {_TEXT}",
    )
    for line in lines:
        assert any(re.fullmatch(f"  {form}", line) for form in forms), line
        assert not re.search(r"\bend\b", line)
    assert sum("participant" in line.split()[:1] for line in lines) == 2


def test_a_sequence_diagram_has_every_step_and_an_arrow_for_what_another_thread_wrote() -> None:
    trace = read_trace(WEAK)
    told = narrative(trace)
    text = mermaid(trace, told)
    for step in told.telling.steps:
        assert re.search(rf"^  (L\d)->>\1: {step.number} ", text, re.MULTILINE)
    assert "  L0->>L1: value of step 19\n  L1->>L1: 27 reads page[0].mapping" in text


def test_a_chrome_trace_has_a_track_for_each_thread_and_flows_that_begin_and_end() -> None:
    trace = read_trace(WEAK)
    told = narrative(trace)
    events = json.loads(perfetto(trace, told))["traceEvents"]
    named = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    assert list(named.values()) == ["inflate_one", "compact_first"]
    steps = [e for e in events if e.get("cat") == "step"]
    assert len(steps) == sum(len(passage.sentences) for passage in told.passages)
    begin = {e["id"]: e for e in events if e["ph"] == "s"}
    end = {e["id"]: e for e in events if e["ph"] == "f"}
    assert begin.keys() == end.keys()
    for number, start in begin.items():
        assert start["ts"] < end[number]["ts"]
        for event in (start, end[number]):
            around = [s for s in steps if s["tid"] == event["tid"] and s["ts"] < event["ts"] < s["ts"] + s["dur"]]
            assert len(around) == 1
    # Slices of one track lie within or beside one another.
    for lane in named:
        slices = sorted((e["ts"], -e["dur"]) for e in events if e["ph"] == "X" and e["tid"] == lane)
        open_: list[int] = []
        for begins, negative in slices:
            while open_ and open_[-1] <= begins:
                open_.pop()
            assert not open_ or begins - negative <= open_[-1]
            open_.append(begins - negative)
    assert [e["ts"] for e in events if e["ph"] == "i"] == [10 * (len(steps) + 1)]


@pytest.mark.parametrize("text", ["", HOSTILE])
def test_a_graph_keeps_every_name_within_its_quotes(text: str) -> None:
    trace = hostile(read_trace(WEAK), text)
    drawn = dot(trace.execution, trace.scenario, names(trace).text)
    quoted = r'"(?:[^"\\\n]|\\["\\])*"'
    forms = (
        rf"digraph {quoted} \{{",
        rf"label={quoted}; splines=true; node \[shape=plaintext\];",
        rf'subgraph cluster_\d+ \{{ label={quoted}; color="gray";',
        rf"e\d+ \[label={quoted}\];",
        r'e\d+ -> e\d+ \[label="\w+", color="\w+", fontcolor="\w+"\];',
        r"\}",
    )
    for line in drawn.splitlines():
        assert any(re.fullmatch(form, line) for form in forms), line
    relations = Counter(re.findall(r'-> e\d+ \[label="(\w+)"', drawn))
    assert relations["rf"] == len(trace.execution.rf)
