"""A few random single-threaded programs are asked about as many are by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.single_thread import compiler, differences

COMPILER = compiler()


@pytest.mark.skipif(COMPILER is None, reason="NOT COMPARED: there is no C compiler to compare single-threaded C with")
@pytest.mark.parametrize("first", [0, 10])
def test_random_programs_compute_what_the_compiler_says(first: int, tmp_path: Path) -> None:
    assert COMPILER is not None
    found = list(differences(20, range(first, first + 10), tmp_path, COMPILER))
    assert [str(one) for one in found if not one.unknown] == []
    assert len({one.number for one in found}) <= 5, "most programs are answered"
