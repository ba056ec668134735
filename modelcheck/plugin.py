"""The plugin for pytest: with ``--modelcheck``, each scenario × variant × model of a spec is a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from modelcheck.frontend.spec import Spec
    from modelcheck.verdicts.cells import Cell


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options; pytest's own ``-k`` chooses among the tests, which are called SCENARIO-VARIANT-MODEL."""
    group = parser.getgroup("modelcheck", "model checking of concurrent C")
    group.addoption("--modelcheck", action="store_true", help="Check the specs (spec.toml) in the folders given.")
    group.addoption(
        "--modelcheck-model",
        action="append",
        default=[],
        metavar="MODEL",
        help="Only under this memory model; default: those of each spec.",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A ``spec.toml`` is a file of tests when that is asked for."""
    if file_path.name == "spec.toml" and parent.config.getoption("--modelcheck"):
        return SpecFile.from_parent(parent, path=file_path)
    return None


class SpecFile(pytest.File):
    """A spec, whose cells are tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """The cells; what is wrong with the spec is told as an error of the collection."""
        from modelcheck.errors import InputError
        from modelcheck.frontend.spec import read_spec
        from modelcheck.verdicts.cells import Choice, choose

        try:
            spec = read_spec(self.path)
            models = tuple(self.config.getoption("--modelcheck-model"))
            cells = choose(spec, Choice(models=models))
        except InputError as error:
            raise self.CollectError(str(error)) from None
        for cell in cells:
            name = f"{cell.scenario.name}-{cell.variant.name}-{cell.model}"
            yield CellItem.from_parent(self, name=name, spec=spec, cell=cell)


class UnexpectedVerdict(Exception):  # noqa: N818 (a verdict, no error)
    """The text of a test that fails."""


class CellItem(pytest.Item):
    """One cell: passes when its verdict is the one that the spec expects."""

    def __init__(self, *, spec: Spec, cell: Cell, **more: Any) -> None:
        super().__init__(**more)
        self.spec = spec
        self.cell = cell
        self.add_marker("modelcheck")

    def runtest(self) -> None:
        """Raises `UnexpectedVerdict` with the narrative of the failure, or with what is unknown and why."""
        from modelcheck.errors import InputError
        from modelcheck.regression.explain import story
        from modelcheck.verdicts.job import Job, answer
        from modelcheck.verdicts.row import row_of

        try:
            found = answer(Job(self.spec, self.cell, "z3"))
        except InputError as error:
            raise UnexpectedVerdict(str(error)) from None
        row = row_of(self.cell, found.result)
        if not row.as_expected:
            told = "" if found.trace is None else f"\n\n{story(found.trace)}"
            raise UnexpectedVerdict(f"{row.says()}{told}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The text alone: where in our code it was raised says nothing."""
        if isinstance(excinfo.value, UnexpectedVerdict):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the scenario stands in the spec."""
        place = self.spec.error("", ("scenarios", self.cell.scenario.name))
        return self.path, None if place.line is None else place.line - 1, self.name


def pytest_configure(config: pytest.Config) -> None:
    """The marker that all these tests bear: ``-m modelcheck`` or ``-m 'not modelcheck'``."""
    config.addinivalue_line("markers", "modelcheck: a scenario, variant and memory model of a spec")
