"""A spec before and after patches: which verdicts change, by which patch, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec import Spec, spec_of
from modelcheck.kernel.named import asked, asked_build, giving
from modelcheck.reading import C_FILES, allowing
from modelcheck.regression.cache import Cache
from modelcheck.regression.compare import Step, Work, compare
from modelcheck.regression.difference import Name, difference, lost
from modelcheck.regression.report import Difference, Report
from modelcheck.regression.series import Change, Series, series_of
from modelcheck.regression.tree import Tree, workshop
from modelcheck.regression.untouched import Untouched
from modelcheck.regression.variants import carried
from modelcheck.run import Done, Lost, Workers
from modelcheck.trace.store import read_trace, trace_path
from modelcheck.verdicts.cells import Cell, Choice, choose
from modelcheck.verdicts.row import INTERRUPTED
from modelcheck.verdicts.work import work


class Watcher(Protocol):
    """Who is told how far it is."""

    def begins(self, total: int) -> None:
        """So many cells are to be answered."""

    def ended(self) -> None:
        """One more is."""

    def tick(self) -> None:
        """Time has passed."""


class Unwatched:
    """Nobody."""

    def begins(self, total: int) -> None:
        """Nothing."""

    def ended(self) -> None:
        """Nothing."""

    def tick(self) -> None:
        """Nothing."""


@frozen
class Folders:
    """Where things are kept.

    Attributes:
        stored: traces that were kept by earlier checks, in a folder for each spec; None: they are not looked at.
        traces: where the traces of what is broken go; None: nowhere.
        cache: answers of earlier runs; None: there are none.
    """

    stored: Path | None = None
    traces: Path | None = None
    cache: Path | None = None


def regress(
    target: Path,
    change: Change,
    choice: Choice | None = None,
    folders: Folders | None = None,
    workers: Workers | None = None,
    watcher: Watcher | None = None,
) -> Report:
    """Check the spec at ``target`` before and after ``change``.

    Args:
        target: a folder with a ``spec.toml``, or a C file.
        change: what to compare.
        choice: which cells; None: all.
        folders: where traces and earlier answers are.
        workers: who does the work; None: all cores.
        watcher: is told how far it is.

    The user's files are not touched. Raises `InputError` for what is wrong in the spec, the patches or the revisions,
    and for sources that do not build.
    """
    folders = folders or Folders()
    with workshop() as shop, _same_tree(target):
        series = series_of(target, change, shop)
        if len(series.trees) < 2:
            return Report(series.trees[0].spec(tolerant=True).name, series.titles, (), series.notes)
        return _compared(series, target, choice or Choice(), folders, workers or Workers(), watcher or Unwatched())


@contextmanager
def _same_tree(target: Path) -> Iterator[None]:
    """Let a kernel tree that the spec names from where it lies be that of its copies elsewhere, and trees of links to
    it lead there."""
    tree = None
    with suppress(InputError):  # it is told of the copies
        tree = spec_of(target).tree
    with allowing([] if tree is None else [tree.folder]):
        if tree is None or asked() is not None or asked_build() is not None:
            yield
            return
        with giving(tree.folder, None if tree.built is None else tree.built.folder):
            yield


def _compared(
    series: Series, target: Path, choice: Choice, folders: Folders, workers: Workers, watcher: Watcher
) -> Report:
    specs = carried(series.trees, [tree.spec(tolerant=True) for tree in series.trees])
    cells = _cells([_chosen(tree, spec, choice) for tree, spec in zip(series.trees, specs, strict=True)])
    spec = specs[0]
    stored, strays = _stored(folders.stored, specs, cells)
    place = origin_of(target)
    home = place.rpartition("/")[0] if place.endswith(C_FILES) else place
    pairs = [Untouched(*two) for two in pairwise(series.trees)]
    jobs = [
        Work(
            _steps(specs, through, pairs),
            tuple(stored.get(name, ())),
            place,
            folders.cache,
        )
        for name, through in cells.items()
    ]
    watcher.begins(len(jobs))
    found: dict[int, Difference] = {}
    names = list(cells)
    timeouts = [_timeout(job) for job in jobs]
    try:
        with closing(work(compare, jobs, workers, timeouts, [name[:2] for name in names])) as events:
            for event in events:
                if isinstance(event, Done):
                    wrong = event.value.at[-1].wrong
                    if wrong is not None and names[event.number][1] == next(iter(specs[-1].variants)):
                        raise series.trees[-1].as_known(wrong)
                    found[event.number] = difference(
                        names[event.number], event.value, series, folders.traces, spec.name
                    )
                    watcher.ended()
                elif isinstance(event, Lost):
                    found[event.number] = lost(names[event.number], jobs[event.number], event.reason)
                    watcher.ended()
                else:
                    watcher.tick()
    except KeyboardInterrupt:
        for number, name in enumerate(names):
            found.setdefault(number, lost(name, jobs[number], INTERRUPTED))
    except InputError as error:
        raise series.trees[0].as_known(error) from None
    if folders.cache is not None:
        Cache(folders.cache).prune()
    used = {name[1] for name in names}
    notes = [f"the variant '{v.name}': {v.note}" for v in specs[-1].variants.values() if v.note and v.name in used]
    differences = tuple(found[number] for number in range(len(names)))
    return Report(
        spec.name, series.titles, differences, (*series.notes, *notes), tuple(strays), home, _places(specs[-1])
    )


def _steps(specs: Sequence[Spec], through: Sequence[Cell | None], pairs: Sequence[Untouched]) -> tuple[Step, ...]:
    """The states of a cell; ``pairs``: what is known of each two trees that follow one another."""
    steps = [Step(specs[0], through[0])]
    for number, pair in enumerate(pairs, 1):
        spec, cell, last = specs[number], through[number], through[number - 1]
        alike = cell is not None and last is not None and pair.holds((specs[number - 1], last), (spec, cell))
        steps.append(Step(spec, cell, alike))
    return tuple(steps)


def _places(spec: Spec) -> dict[str, str]:
    """Where ``spec`` names each scenario; a C file alone does at its beginning."""
    lines = {name: spec.error("", ("scenarios", name)).line for name in spec.scenarios}
    return {name: f"{spec.file.name}:{line or 1}" for name, line in lines.items()}


def origin_of(target: Path) -> str:
    """Where the spec at ``target`` lies, as its traces say it."""
    folder = target.parent if target.name == "spec.toml" else target
    here = Path.cwd()
    return (folder.relative_to(here) if folder.is_absolute() and folder.is_relative_to(here) else folder).as_posix()


def _chosen(tree: Tree, spec: Spec, choice: Choice) -> list[Cell] | InputError:
    try:
        return choose(spec, choice)
    except InputError as error:
        return tree.as_known(error)


def _cells(steps: Sequence[list[Cell] | InputError]) -> dict[Name, list[Cell | None]]:
    """Every cell of any step, with what it is at each. Raises the `InputError` of the last step if all have one."""
    wrong = [step for step in steps if isinstance(step, InputError)]
    if len(wrong) == len(steps):
        raise wrong[-1]
    names: dict[Name, list[Cell | None]] = {}
    for number, step in enumerate(steps):
        for cell in [] if isinstance(step, InputError) else step:
            name = cell.scenario.name, cell.variant.name, cell.model
            names.setdefault(name, [None] * len(steps))[number] = cell
    return names


def _stored(
    folder: Path | None, specs: Sequence[Spec], cells: Collection[Name]
) -> tuple[dict[Name, list[Path]], list[str]]:
    """Stored traces of ``cells``, by cell, and those of no cell of any of ``specs``."""
    found: dict[Name, list[Path]] = {}
    strays: list[str] = []
    if folder is None:
        return found, strays
    known = {
        trace_path(folder, specs[0].name, scenario.name, variant, model): (scenario.name, variant, model)
        for spec in specs
        for scenario in spec.scenarios.values()
        for variant in scenario.variants
        for model in scenario.models
    } | {trace_path(folder, specs[0].name, *name): name for name in cells}
    for path in sorted((folder / specs[0].name).glob("*.json")):
        name = known.get(path)
        if name is None:
            try:
                trace = read_trace(path)
            except InputError as error:
                strays.append(str(error))
                continue
            name = trace.scenario, trace.variant, trace.model
            if name not in cells and name not in known.values():
                strays.append(f"{path}: the spec has no cell {', '.join(name)}")
        if name in cells:
            found.setdefault(name, []).append(path)
    return found, strays


def _timeout(job: Work) -> float | None:
    """Seconds for the verdicts of all steps."""
    each = [None if step.cell is None else step.cell.scenario.longest for step in job.steps]
    return None if None in each else sum(2 * (seconds or 0) for seconds in each)
