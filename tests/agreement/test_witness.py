"""The explorer's executions under the models' axioms: what a schedule performs, the cat text of its model allows."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from modelcheck.cat.candidate import Candidate
from modelcheck.interleave.explore import explore, start
from modelcheck.interleave.witness import Witness, witness
from modelcheck.program.ir import Program
from tests.agreement.engines import EVERYTHING, ends, model, parse, wanting
from tests.agreement.programs import RandomProgram, programs
from tests.agreement.test_engines import MODELS


def candidate(found: Witness) -> Candidate:
    """The part of ``found`` that a memory model judges: not what happens at rest, and no frees."""
    events = [event for event in found.events if not event.final and event.kind != "poison"]
    index = {event.id: number for number, event in enumerate(events)}
    size = len(events)
    sets: dict[str, int] = {"R": 0, "W": 0, "F": 0, "M": 0, "IW": 0, "FW": 0}
    for number, event in enumerate(events):
        for name in {event.kind, *event.tags, *(("M",) if event.kind in "RW" else ())}:
            sets[name] = sets.get(name, 0) | 1 << number

    def rows(pairs: set[tuple[int, int]]) -> tuple[int, ...]:
        return tuple(sum(1 << b for a, b in pairs if a == number) for number in range(size))

    def kept(pairs: tuple[tuple[int, int], ...]) -> set[tuple[int, int]]:
        return {(index[a], index[b]) for a, b in pairs if a in index and b in index}

    numbered = list(enumerate(events))
    together = {(a, b) for a, x in numbered for b, y in numbered if x.thread == y.thread >= 0}
    relations = {
        "po": {(a, b) for a, b in together if events[a].position < events[b].position},
        "int": together,
        "ext": {(a, b) for a in range(size) for b in range(size)} - together,
        "loc": {(a, b) for a, x in numbered for b, y in numbered if x.address is not None and x.address == y.address},
        "rf": kept(found.rf),
        "co": kept(found.co),
        "rmw": kept(found.rmw),
        "addr": set(),
        "data": set(),
        "ctrl": set(),
    }
    return Candidate(size, sets, {name: rows(pairs) for name, pairs in relations.items()})


def allowed(program: Program, name: str, properties: frozenset[str], by: str) -> bool | None:
    """Whether model ``by`` allows the failure that the explorer finds under ``name``; None when there is none."""
    found = explore(program, name, properties)
    if found.finding is None:
        return None
    told = witness(start(program, name, found.choices, found.split, properties), found.schedule)
    return model(by).check(candidate(told)).consistent


@settings(max_examples=60)
@given(programs)
def test_what_the_explorer_finds_the_model_allows(random: RandomProgram) -> None:
    with TemporaryDirectory() as folder:
        program = parse(random, Path(folder))
    for name in MODELS:
        assert allowed(program, name, EVERYTHING, name) in (True, None)
        for values in sorted(ends(program, name))[:2]:
            assert allowed(wanting(program, values), name, frozenset({"counters"}), name) is True


@pytest.mark.parametrize(("by", "answer"), [("tso", True), ("sc", False)])
def test_store_buffering_is_allowed_by_tso_alone(tmp_path: Path, by: str, answer: bool) -> None:
    random = RandomProgram((("WRITE_ONCE(a, 1); r = READ_ONCE(b);",), ("WRITE_ONCE(b, 1); r = READ_ONCE(a);",)))
    program = wanting(parse(random, tmp_path), (1, 1, 0, 0, 0, 0))
    assert allowed(program, "tso", frozenset({"counters"}), by) is answer
