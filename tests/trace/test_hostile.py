"""Traces that were cut, edited or made up: refused in one line, or shown not to reproduce; never a traceback."""

from __future__ import annotations

import copy
import json
import os
import random
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcheck.errors import InputError
from modelcheck.trace import Trace, model_place, read_trace, to_bytes
from modelcheck.trace.narrative import narrative
from modelcheck.trace.replay import FOREIGN, IMPOSSIBLE, REPRODUCES, Sources, replay

ROOT = Path(__file__).parents[2]
BALLOON = ROOT / "traces" / "balloon"
STORED = [
    BALLOON / "clear-watched--clear-no-wmb--lkmm.json",
    BALLOON / "clear--isolate-no-page-lock--tso.json",
    BALLOON / "assign--isolate-no-locks--lkmm.json",
]


@cache
def sources() -> Sources:
    return Sources()


@cache
def document(path: Path) -> Any:
    return json.loads(path.read_bytes())


def outcome(made: Any, folder: Path) -> str:
    """What comes of replaying a document: an outcome, or ``refused`` with one line."""
    path = folder / "trace.json"
    path.write_text(made if isinstance(made, str) else json.dumps(made))
    try:
        return replay(read_trace(path), sources(), STORED[0]).outcome
    except InputError as error:
        said = str(error)
    return "refused" if "\n" not in said else said


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_unedited_it_reproduces(path: Path, folder: Path) -> None:
    assert outcome(document(path), folder) == REPRODUCES


def same_run(trace: Trace, other: Trace) -> bool:
    """Whether two traces tell of the same accesses with the same values, sources and order of writes."""
    one, two = trace.execution, other.execution
    told = [[(e.thread, e.kind, e.address, e.size, e.value) for e in x.events] for x in (one, two)]
    return told[0] == told[1] and set(one.rf) == set(two.rf) and set(one.co) == set(two.co)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(STORED), st.integers(0, 2**32))
def test_an_edited_value_or_source_never_reproduces(folder: Path, path: Path, seed: int) -> None:
    """Values, addresses, sources of reads and pairs of the order of writes, one changed at a time."""
    chance = random.Random(seed)
    made = copy.deepcopy(document(path))
    execution = made["execution"]
    accesses = [e for e in execution["events"] if e["kind"] in "RW" and e["thread"] >= 0]
    match chance.randrange(5):
        case 0:
            event = chance.choice(accesses)
            event["value"] = chance.choice([0, 1, 2, 7, 1 << 40, "0xffffffffffffffff", "undefined", None])
        case 1:
            event = chance.choice(accesses)
            event["address"] = chance.choice([e["address"] for e in accesses] + [0, 8, -1])
        case 2:
            pair = chance.choice(execution["rf"])
            pair[0] = chance.randrange(len(execution["events"]))
        case 3:
            execution["co"].remove(chance.choice(execution["co"]))
        case _:
            pair = chance.choice(execution["co"])
            pair.reverse()
    target = folder / "edited.json"
    target.write_text(json.dumps(made))
    try:
        after = read_trace(target)
        found = replay(after, sources(), path)
    except InputError:
        return
    # Another execution may well be one that fails as well, if it is one of the program and the model.
    assert found.outcome in (IMPOSSIBLE, FOREIGN) or same_run(read_trace(path), after) or independent(after)


def independent(trace: Trace) -> bool:
    """Whether an edited trace is still an execution of its program: the model allows it and every read agrees."""
    from modelcheck.cat import load_model
    from modelcheck.trace import candidate

    events = trace.execution.events
    agree = all(
        events[write].kind == "poison" or events[write].value == events[read].value
        for write, read in trace.execution.rf
    )
    return agree and load_model(trace.model).check(candidate(trace.execution)).consistent


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 2**32), JUNK, st.booleans())
def test_junk_anywhere_ends_in_one_line_or_an_outcome(folder: Path, seed: int, junk: Any, drop: bool) -> None:
    chance = random.Random(seed)
    made = copy.deepcopy(document(STORED[0]))
    every = places(made)
    shallow = [p for p in every if p and len(p) < 4]
    path = chance.choice(shallow if chance.random() < 0.5 else every[1:])
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    if drop:
        del inner[path[-1]]
    else:
        inner[path[-1]] = junk
    assert outcome(made, folder) in (REPRODUCES, IMPOSSIBLE, FOREIGN, "refused")


def test_every_cut_is_refused(folder: Path) -> None:
    whole = STORED[0].read_text().rstrip()
    for length in range(0, len(whole), 1499):
        assert outcome(whole[:length], folder) == "refused"


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 200_000,
        "[" * 1_000_000,
        '{"format": "modelcheck trace", "version": 2, "execution": ' + "[" * 5_000 + "]" * 5_000 + "}",
        '{"format": "modelcheck trace", "version": 1e400}',
        '{"format": "modelcheck trace", "version": true}',
        '{"format": "modelcheck trace", "version": 2}',
        '"\\ud800"',
        '{"format": "modelcheck trace", "version": "\\u001b[2J"}',
    ],
    ids=["objects", "lists", "nested", "infinite", "truth", "empty", "surrogate", "escape"],
)
def test_what_is_built_to_hurt_is_refused(text: str, folder: Path) -> None:
    assert outcome(text, folder) == "refused"


def test_a_trace_of_too_many_events_is_refused(folder: Path) -> None:
    made = copy.deepcopy(document(STORED[0]))
    event = made["execution"]["events"][0]
    made["execution"]["events"] = [{**event, "id": number, "order": number} for number in range(30_000)]
    made["execution"].update({name: [] for name in ("rf", "co", "addr", "data", "ctrl", "rmw")})
    made["judged"].update(flags=[], cycles=[])
    assert outcome(made, folder) == "refused"


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", "\x1b[2J", "../../etc", "\u202e", "a" * 100_000, ""])
def test_names_are_names_whatever_they_hold(evil: str, folder: Path) -> None:
    for key in ("spec", "scenario", "variant", "model", "property", "message", "tool"):
        made = copy.deepcopy(document(STORED[0]))
        made[key] = evil
        assert outcome(made, folder) in (REPRODUCES, IMPOSSIBLE, FOREIGN, "refused")
    made = copy.deepcopy(document(STORED[0]))
    made["setting"]["origin"] = evil
    assert outcome(made, folder) in (FOREIGN, REPRODUCES, "refused")
    for event in made["execution"]["events"]:
        event["name"] = evil
    made["setting"]["origin"] = "specs/balloon"
    # Places may be told by their addresses alone.
    assert outcome(made, folder) in (REPRODUCES, IMPOSSIBLE, "refused")


def test_the_wrong_property_or_place_does_not_reproduce(folder: Path) -> None:
    for key, value in (("property", "leak"), ("property", "nonsense"), ("message", "something else")):
        made = copy.deepcopy(document(STORED[0]))
        made[key] = value
        if key == "message":
            made["source"] = made["stack"] = None
            made["stack"] = []
        assert outcome(made, folder) == IMPOSSIBLE


def test_bytes_that_are_written_are_those_that_were_read() -> None:
    for path in STORED:
        assert to_bytes(read_trace(path)) == path.read_bytes()


def test_only_models_are_opened_for_a_model(folder: Path, tmp_path: Path) -> None:
    """A device or a secret that a trace names as its memory model is not read."""
    trace = read_trace(STORED[0])
    pipe = tmp_path / "pipe.cat"
    os.mkfifo(pipe)
    secret = tmp_path / "secret"
    secret.write_text("x")
    for name in ("/dev/zero", str(pipe), str(secret), "lkmm.cat", "\0.cat", "a" * 5000 + ".cat", ""):
        with pytest.raises(InputError, match="is not there"):
            model_place(attrs.evolve(trace, model=name))
        assert narrative(attrs.evolve(trace, model=name)).ending.order
    assert model_place(trace) == "lkmm"
    beside = attrs.evolve(trace.setting, origin=str(ROOT / "specs" / "balloon"))
    named = attrs.evolve(trace, model="models/alpha.cat", setting=beside)
    assert Path(model_place(named)).samefile(ROOT / "specs" / "balloon" / "models" / "alpha.cat")


def test_many_writes_without_an_order_are_refused(folder: Path) -> None:
    made = copy.deepcopy(document(STORED[0]))
    execution = made["execution"]
    write = next(e for e in execution["events"] if e["kind"] == "W" and e["thread"] >= 0)
    count = len(execution["events"])
    last = 1 + max(e["position"] for e in execution["events"])
    more = range(count, 19_000)
    execution["events"] += [{**write, "id": n, "order": n, "position": last + n, "tags": []} for n in more]
    assert outcome(made, folder) == "refused"
