"""What either engine finds in random programs replays, whatever the model: no failure is lost on its way to a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.spec import Scenario, Spec, Variant
from modelcheck.frontend.spec.written import Expectation
from modelcheck.program.ir import Program
from modelcheck.program.machine import initialise
from modelcheck.solve.check import check
from modelcheck.solve.result import Result
from modelcheck.solve.sat import begin_anew
from modelcheck.trace import Setting, Trace, read_trace, record, to_bytes
from modelcheck.trace.replay import REPRODUCES, Sources, replay
from modelcheck.trace.replay.today import Today
from modelcheck.verdicts.cells import Cell
from modelcheck.verdicts.explored import explored
from tests.agreement.engines import EVERYTHING, model, parse
from tests.agreement.programs import RandomProgram, careless
from tests.agreement.test_sections import MISLED, MISUSED, MIXED

SCENARIO = Scenario("s", properties=EVERYTHING)
BASE = Variant("base")


class Fixed(Sources):
    """One program, whatever a trace says."""

    def __init__(self, program: Program, name: str, folder: Path) -> None:
        super().__init__()
        file = folder / "random.c"
        spec = Spec("random", folder, file, ("random.c",), {"base": BASE}, {"s": SCENARIO})
        self.today = Today(spec, SCENARIO, BASE, program, model(name), name, initialise(program))

    def of(self, trace: Trace, path: Path | None = None) -> Today:
        return self.today


WRONG = {**MISUSED, **MISLED, **{name: text for name, (text, right) in MIXED.items() if not right}}


def replayed(program: Program, name: str, engine: str, folder: Path) -> tuple[str, str] | None:
    """What becomes of the failure that ``engine`` finds, and why; None where it finds none."""
    begin_anew()
    result: Result
    if engine == "z3":
        result = check(program, model(name), EVERYTHING)
    else:
        result = explored(program, Cell(SCENARIO, BASE, name, name, Expectation()))
    if result.verdict != "FAIL":
        return None
    trace = record(
        program,
        result,
        spec="random",
        scenario="s",
        variant="base",
        model=name,
        unroll=3,
        recursion=4,
        setting=Setting("", engine, tuple(sorted(EVERYTHING))),
    )
    (folder / "t.json").write_bytes(to_bytes(trace))
    found = replay(read_trace(folder / "t.json"), Fixed(program, name, folder))
    return found.outcome, found.reason


@pytest.mark.parametrize(
    ("name", "engine"), [("sc", "z3"), ("tso", "z3"), ("lkmm", "z3"), ("sc", "interleave"), ("tso", "interleave")]
)
def test_a_failure_that_is_found_replays(name: str, engine: str, tmp_path: Path) -> None:
    failures = 0
    for seed in range(16):
        found = replayed(parse(careless(seed), tmp_path), name, engine, tmp_path)
        if found is not None:
            failures += 1
            assert (seed, *found) == (seed, REPRODUCES, found[1])
    assert failures > 5


@pytest.mark.parametrize("engine", ["z3", "interleave"])
@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_section_misused_replays(text: str, engine: str, tmp_path: Path) -> None:
    held = "int j = srcu_read_lock(&s); WRITE_ONCE(b, j); WRITE_ONCE(a, 1); srcu_read_unlock(&s, j);"
    program = parse(RandomProgram(((text,), (held,))), tmp_path)
    found = replayed(program, "sc", engine, tmp_path)
    assert found is not None
    assert found == (REPRODUCES, found[1])
