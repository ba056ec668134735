"""The two engines share no search and no memory model: on random programs they say the same."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, event, given, settings

from tests.agreement.engines import EVERYTHING, ends, parse, verdicts, wanting
from tests.agreement.programs import RandomProgram, programs

MODELS = ("sc", "tso")

steady = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@settings(steady, max_examples=320)
@given(programs)
def test_verdicts_agree(random: RandomProgram) -> None:
    with TemporaryDirectory() as folder:
        program = parse(random, Path(folder))
    for model in MODELS:
        for properties in (EVERYTHING, EVERYTHING - {"deadlock", "assertion"}):
            explored, solved = verdicts(program, model, properties)
            event(f"{model}: {explored} {solved}")
            if "UNKNOWN" not in (explored, solved):
                assert (model, explored) == (model, solved)


@pytest.mark.parametrize("model", MODELS)
@settings(steady, max_examples=100)
@given(programs)
def test_final_states_agree(model: str, random: RandomProgram) -> None:
    with TemporaryDirectory() as folder:
        program = parse(random, Path(folder))
    found = ends(program, model)
    wanted = frozenset({"counters"})
    for values in sorted(found)[:3]:
        assert verdicts(wanting(program, values), model, wanted) == ("FAIL", "FAIL")
    others = {(a, b, *sorted(found)[0][2:]) for a in (0, 1, 2) for b in (0, 1)} - found if found else set()
    for values in sorted(others)[:2]:
        explored, solved = verdicts(wanting(program, values), model, wanted)
        assert (explored, solved) in (("PASS", "PASS"), ("PASS", "UNKNOWN"))
