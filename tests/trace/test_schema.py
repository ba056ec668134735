"""The stored traces, and what is written, are what the JSON Schema says; older ones still read."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path

import attrs
import jsonschema
import pytest

from modelcheck.cat import load_model
from modelcheck.errors import InputError
from modelcheck.program.ir import Source
from modelcheck.trace import Edge, judge, read_trace, to_bytes
from tests.solve import checking
from tests.trace.test_store import example

TRACES = sorted((Path(__file__).parents[2] / "traces").rglob("*.json"))


@cache
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(resources.files("modelcheck.trace").joinpath("trace.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_every_stored_trace_is_as_the_schema_says_and_is_written_the_same_again(path: Path) -> None:
    content = path.read_bytes()
    written = to_bytes(read_trace(path))
    if not path.with_name(path.name.replace("--tso.", "--sc.")).exists() or not path.stem.endswith("--tso"):
        validator().validate(json.loads(written))  # those of TSO have the shape of their SC siblings
    assert written == content or json.loads(content)["version"] == 1


def test_the_schema_names_every_field_of_what_is_written() -> None:
    document = json.loads(to_bytes(example()))
    validator().validate(document)
    del document["setting"]["engine"]
    assert [error.message for error in validator().iter_errors(document)] == ["'engine' is a required property"]
    document["setting"]["engine"] = "guess"
    document["more"] = 1
    assert len(list(validator().iter_errors(document))) == 2


def test_a_trace_of_version_1_reads_and_what_it_lacks_is_made_up(tmp_path: Path) -> None:
    document = json.loads(to_bytes(example()))
    document["version"] = 1
    for key in ("setting", "judged"):
        del document[key]
    for key in ("initial", "choices", "conditions"):
        del document["execution"][key]
    for event in document["execution"]["events"]:
        del event["guard"]
    path = tmp_path / "old.json"
    path.write_text(json.dumps(document))
    assert read_trace(path) == example()


STORE_BUFFERING = """
static int x, y, r0, r1;
void t0(void) { WRITE_ONCE(x, 1); r0 = READ_ONCE(y); }
void t1(void) { WRITE_ONCE(y, 1); r1 = READ_ONCE(x); }
void final(void) { assert(r0 || r1); }
"""


def test_a_weak_execution_comes_with_the_cycle_that_sequential_consistency_forbids() -> None:
    execution = checking.answer(STORE_BUFFERING, "tso", {"assertion"}).execution
    assert execution is not None
    judged = judge(execution, load_model("tso"))
    assert all(axiom.holds for axiom in judged.axioms)
    (cycle,) = judged.cycles
    by_id = {event.id: (event.kind, event.name) for event in execution.events}
    told = [(by_id[edge.source], edge.relation) for edge in cycle]
    assert sorted(told) == [(("R", "x"), "fr"), (("R", "y"), "fr"), (("W", "x"), "po"), (("W", "y"), "po")]
    assert [edge.target for edge in cycle] == [edge.source for edge in (*cycle[1:], cycle[0])]
    strict = judge(execution, load_model("sc"))
    assert [axiom.holds for axiom in strict.axioms].count(False) == 1


def test_what_sequential_consistency_allows_has_no_cycle() -> None:
    assert not any(read_trace(path).judged.cycles for path in TRACES if "--sc" in path.name)
    weak = [read_trace(path) for path in TRACES if path.name.startswith("clear-watched")]
    assert weak
    for trace in weak:
        assert trace.judged.cycles
        assert all(isinstance(edge, Edge) for cycle in trace.judged.cycles for edge in cycle)


def test_conditions_refer_to_what_was_read() -> None:
    text = """
    static int x, y;
    void t0(void) { WRITE_ONCE(x, 3); }
    void t1(void) { int v = READ_ONCE(x); if (v == 3) { if (READ_ONCE(y) < 2) WRITE_ONCE(y, v + 1); } }
    void final(void) { assert(y != 4); }
    """
    execution = checking.answer(text, "sc", {"assertion"}).execution
    assert execution is not None
    (write,) = (e for e in execution.events if e.kind == "W" and e.name == "y" and e.thread > 0)
    reads = {e.name: e.id for e in execution.events if e.kind == "R" and e.thread == 2}
    told = [execution.conditions[number] for number in write.guard]
    assert [condition.text for condition in told] == [f"#{reads['x']} == 3", f"#{reads['y']} < 2"]
    assert [condition.reads for condition in told] == [(reads["x"],), (reads["y"],)]


def test_a_guard_that_speaks_of_nothing_is_damage(tmp_path: Path) -> None:
    trace = example()
    first, *others = trace.execution.events
    events = (attrs.evolve(first, guard=(0,)), *others)
    wrong = attrs.evolve(trace, execution=attrs.evolve(trace.execution, events=events))
    assert isinstance(wrong.source, Source)
    (tmp_path / "t.json").write_bytes(to_bytes(wrong))
    with pytest.raises(InputError, match="a guard speaks of a condition that is not there"):
        read_trace(tmp_path / "t.json")
