"""Identical threads are put in order by the solver: the explorer, which knows nothing of that, says the same."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from modelcheck.solve import groundwork, symmetry
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
from tests.agreement.engines import alike, ends, parse, verdicts, wanting
from tests.agreement.programs import RandomProgram, programs


class Twins(RandomProgram):
    """The same statements in several threads, which leave what they found in one place."""

    @property
    def text(self) -> str:
        return re.sub(r"\tr\d = r;\n", "\tr0 = r0 + r;\n", super().text)


twins = st.builds(
    lambda program, copies, other: Twins((program.threads[0],) * copies + program.threads[1:2] * other),
    programs,
    st.integers(2, 3),
    st.booleans(),
)


@pytest.mark.parametrize("model", ["sc", "tso"])
@settings(max_examples=60)
@given(twins)
def test_engines_agree_on_programs_with_identical_threads(model: str, random: RandomProgram) -> None:
    ordered = []

    def spy(encoding: Encoding, coherence: Coherence) -> list[list[int]]:
        ordered.append(original(encoding, coherence))
        return ordered[-1]

    original = symmetry.break_symmetry
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(groundwork, "break_symmetry", spy)
        program = parse(random, Path(folder))
        explored, solved = verdicts(program, model)
        event(f"{'in order' if any(ordered) else 'as they come'}: {explored} {solved}")
        assert "UNKNOWN" in (explored, solved) or explored == solved
        found = ends(program, model)
        wanted = frozenset({"counters"})
        for values in sorted(found)[:3]:
            assert alike(wanting(program, values), model, wanted, "FAIL")
        others = {(a, b, *sorted(found)[0][2:]) for a in (0, 1, 2, 3) for b in (0, 1)} - found if found else set()
        for values in sorted(others)[:3]:
            assert alike(wanting(program, values), model, wanted, "PASS")
