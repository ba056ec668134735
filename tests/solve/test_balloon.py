"""Executions that failing cells of the flagship spec show, verified by code of the tests' own."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.spec import load_program, read_spec
from modelcheck.solve.check import check
from modelcheck.verdicts.cells import Cell, Choice, choose
from tests.solve.checking import model, verify

SPEC = read_spec(Path(__file__).parents[2] / "specs" / "balloon")
QUICK = ("assign", "assign-race", "isolate-beside-inflate", "clear", "clear-race", "clear-watched")
CELLS = [cell for cell in choose(SPEC, Choice(scenarios=QUICK)) if str(cell.expected).startswith("FAIL")]


def name(cell: Cell) -> str:
    return f"{cell.scenario.name}-{cell.variant.name}-{cell.model}"


@pytest.mark.parametrize("cell", CELLS, ids=name)
def test_the_execution_of_a_failing_cell_is_one_that_the_model_allows(cell: Cell) -> None:
    scenario = cell.scenario
    program = load_program(SPEC, scenario, cell.variant)
    result = check(program, model(cell.load), scenario.properties, unroll=scenario.unroll, recursion=scenario.recursion)
    assert result.execution is not None
    verify(result.execution, model(cell.load))
