"""The headers' C, run by several threads: the name of each program says what is to be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.cat import load_model
from modelcheck.frontend.c import parse_program
from modelcheck.interleave.explore import explore
from modelcheck.program.ir import PROPERTIES
from modelcheck.solve.check import check

FOLDER = Path(__file__).parent / "threads"
NAMES = sorted(path.stem for path in FOLDER.glob("*.c"))
ASKED = frozenset(PROPERTIES) - {"race"}


def expected(name: str) -> str:
    return "PASS" if name.startswith("pass-") else next(kind for kind in PROPERTIES if name.startswith(kind))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("model", ["sc", "tso"])
def test_every_interleaving_does_what_the_name_says(name: str, model: str) -> None:
    found = explore(parse_program([FOLDER / f"{name}.c"]), model, ASKED)
    assert (found.finding.property if found.finding else found.verdict) == expected(name), found


@pytest.mark.parametrize("name", NAMES)
def test_every_execution_of_the_kernels_model_does_what_the_name_says(name: str) -> None:
    found = check(parse_program([FOLDER / f"{name}.c"]), load_model("lkmm"), ASKED)
    assert (found.property or found.verdict) == expected(name), (found.verdict, found.reason, found.message)
