"""Values that are too many to list are bits: with every list kept short, the engines agree on random programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from modelcheck.interleave.explore import explore
from modelcheck.solve import values, valuesets, wide
from modelcheck.solve.check import check
from tests.agreement.engines import alike, ends, model, parse, wanting
from tests.agreement.programs import RandomProgram, programs

MODELS = ("sc", "tso")


@pytest.fixture(scope="module", autouse=True)
def short_lists() -> Iterator[None]:
    """Nothing has more than a few listed values."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (wide, valuesets):
            patch.setattr(module, "MOST_VALUES", 1)
        patch.setattr(wide, "FEW", 2)
        patch.setattr(valuesets, "MOST_COMBINATIONS", 4)
        patch.setattr(values, "MOST_PRODUCTS", 2)
        yield


@settings(max_examples=30)
@given(programs)
def test_verdicts_agree(random: RandomProgram) -> None:
    with TemporaryDirectory() as folder:
        program = parse(random, Path(folder))
    for name in MODELS:
        assert alike(program, name)


STATEMENTS = (
    "WRITE_ONCE(a, READ_ONCE(b) * 3 - r);",
    "WRITE_ONCE(b, (int)((unsigned int)READ_ONCE(a) << (READ_ONCE(c) & 7)));",
    "WRITE_ONCE(c, (signed char)(READ_ONCE(a) + 100) >> 1);",
    "WRITE_ONCE(a, READ_ONCE(a) / ((READ_ONCE(b) & 3) + 1));",
    "WRITE_ONCE(b, (int)((unsigned int)READ_ONCE(b) % ((READ_ONCE(c) & 3) + 2u)) - 1);",
    "WRITE_ONCE(c, READ_ONCE(c) % ((READ_ONCE(a) & 1) - 3));",
    "r += (int)__mc_choose(3) - 1;",
    "r ^= READ_ONCE(a) | 0x80;",
    "r = (unsigned int)READ_ONCE(b) > 5u ? ~r : -READ_ONCE(c);",
    "if (READ_ONCE(a) < r) WRITE_ONCE(b, r);",
    "r = (short)(READ_ONCE(b) * 40000) <= r;",
    "WRITE_ONCE(c, (int)((long)READ_ONCE(a) * READ_ONCE(b) >> 33) + r);",
)


@pytest.mark.parametrize("seed", range(8))
def test_computed_values_are_those_of_the_explorer(seed: int, tmp_path: Path) -> None:
    chance = Random(seed)
    threads = tuple(tuple(chance.choice(STATEMENTS) for _ in range(3)) for _ in range(2))
    program = parse(RandomProgram(threads), tmp_path)
    reached = sorted(ends(program, "sc"))
    others = [tuple(value + chance.choice((0, 0, 1, -1)) for value in chance.choice(reached)) for _ in range(2)]
    for wanted in [*chance.sample(reached, min(4, len(reached))), *others]:
        asked = wanting(program, [value & 0xFFFFFFFF for value in wanted])
        expected = "FAIL" if tuple(value & 0xFFFFFFFF for value in wanted) in reached else "PASS"
        for name in MODELS:
            found = check(asked, model(name), frozenset({"counters"})).verdict
            assert found == (expected if name == "sc" else explore(asked, name, frozenset({"counters"})).verdict)
