"""The Python interface: what the commands do, as functions that take and give data.

Each is there as ``modelcheck.NAME`` too::

    import modelcheck

    checked = modelcheck.check("specs/seqlock", variants=["no-wmb-*"], models=["lkmm"])
    for row in checked.rows:
        print(row.scenario, row.variant, row.found)

All raise `modelcheck.errors.InputError`, whose text begins with the place, for what is wrong with their input. With
``jobs=0`` everything happens in the process that calls; None takes a process for each core.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from attrs import frozen

from modelcheck.auditing.element import KINDS
from modelcheck.auditing.report import Report, audit_spec
from modelcheck.frontend.spec import Spec
from modelcheck.frontend.spec import spec_of as spec_at
from modelcheck.reading import file_content
from modelcheck.regression.regress import Folders
from modelcheck.regression.regress import regress as compare
from modelcheck.regression.report import Difference
from modelcheck.regression.report import Report as Regression
from modelcheck.regression.series import Change, letters_of
from modelcheck.run import Workers
from modelcheck.trace import read_trace
from modelcheck.trace.replay import Replayed, Sources
from modelcheck.trace.replay import replay as follow
from modelcheck.verdicts.cells import Choice, choose
from modelcheck.verdicts.litmus import Judged, ModelChoice
from modelcheck.verdicts.row import Row, exit_code
from modelcheck.verdicts.rows import run
from modelcheck.verdicts.tests import find, judge_all
from modelcheck.verdicts.view import Silent, View
from modelcheck.verdicts.warn import Warned, warnings

__all__ = [
    "Checked",
    "Difference",
    "Judged",
    "Regression",
    "Replayed",
    "Report",
    "audit",
    "check",
    "litmus",
    "regress",
    "replay",
    "spec_of",
]


@frozen
class Checked:
    """What `check` gives.

    Attributes:
        spec: what was checked.
        rows: a verdict for each scenario, variant and model.
        warned: scenarios that ask nothing.
    """

    spec: Spec
    rows: tuple[Row, ...]
    warned: tuple[Warned, ...]

    @property
    def code(self) -> int:
        """0 when every verdict is as expected, 3 when the only differences are UNKNOWN, else 1."""
        return exit_code(self.rows)


def spec_of(target: str | Path) -> Spec:
    """The spec in a folder, or that of a lone C file with a ``main()``."""
    return spec_at(Path(target))


def check(
    target: str | Path,
    *,
    scenarios: Iterable[str] = (),
    variants: Iterable[str] = (),
    models: Iterable[str] = (),
    properties: Iterable[str] = (),
    unroll: int | None = None,
    timeout: float | None = None,
    engine: str = "z3",
    traces: str | Path | None = None,
    minimise: bool = False,
    jobs: int | None = 0,
    cluster: str | None = None,
    view: View | None = None,
) -> Checked:
    """Check a spec, or a C file, as ``modelcheck check`` does.

    Args:
        target: the spec's folder, or the C file.
        scenarios, variants: globs of names; none: all.
        models, properties: names; none: those of the spec.
        unroll, timeout: in place of the spec's; a bound, and seconds for each verdict.
        engine: ``z3`` or ``interleave``.
        traces: folder for the traces of failures; None: none are kept.
        minimise: cut each trace down to what matters.
        jobs: processes.
        cluster: address of a Dask scheduler, whose workers do it instead.
        view: is told of each step.
    """
    spec = spec_of(target)
    cells = choose(spec, Choice(tuple(scenarios), tuple(variants), tuple(models), tuple(properties), timeout, unroll))
    folder = None if traces is None else Path(traces)
    rows = run(spec, cells, engine, folder, Workers(jobs, cluster), view or Silent(), minimise)
    return Checked(spec, tuple(rows), tuple(warnings(spec, rows)))


def litmus(
    paths: Sequence[str | Path],
    *,
    model: str | None = None,
    bell: str | None = None,
    macros: str | None = None,
    configuration: str | None = None,
    count: bool = True,
    unroll: int = 4,
    timeout: float | None = None,
    jobs: int | None = 0,
    cluster: str | None = None,
) -> tuple[Judged, ...]:
    """Judge litmus tests as ``modelcheck litmus`` does.

    Args:
        paths: tests, folders of tests, and ``@list`` files.
        model, bell, macros, configuration: as the options ``--model``, ``--bell``, ``--macros`` and ``--conf``.
        count: count states and executions; without, only the verdict is found.
        unroll: how often a loop goes round at most.
        timeout: seconds for each test.
        jobs: processes.
        cluster: address of a Dask scheduler, whose workers do it instead.

    What cannot be read has the verdict ``Error`` and says why.
    """
    files, wrong = find([str(path) for path in paths])
    choice = ModelChoice(model, bell, macros, configuration)
    with closing(judge_all(files, wrong, choice, count, unroll, timeout, Workers(jobs, cluster))) as results:
        return tuple(results)


def replay(trace: str | Path, *, source: str | Path | None = None, patch: str | Path | None = None) -> Replayed:
    """Follow a stored trace on the code as it is now, as ``modelcheck replay`` does.

    Args:
        trace: its file.
        source: the spec's folder, or the C file; None: where the trace says.
        patch: a unified diff to apply to the sources.
    """
    path = Path(trace)
    sources = Sources(None if source is None else Path(source), None if patch is None else Path(patch))
    return follow(read_trace(path), sources, path)


def regress(
    target: str | Path,
    *,
    patches: Iterable[str | Path] = (),
    git: str | None = None,
    base: str | Path | None = None,
    each: bool = False,
    scenarios: Iterable[str] = (),
    variants: Iterable[str] = (),
    models: Iterable[str] = (),
    properties: Iterable[str] = (),
    unroll: int | None = None,
    timeout: float | None = None,
    stored: str | Path | None = None,
    traces: str | Path | None = None,
    cache: str | Path | None = None,
    jobs: int | None = 0,
    cluster: str | None = None,
) -> Regression:
    """Say what patches fix and break, as ``modelcheck regress`` does.

    Args:
        target: the spec's folder, or a C file; it is not touched.
        patches: files with patches (diffs, mails, mailboxes), in the order in which they are to be applied.
        git: ``REV..REV``, instead of patches.
        base: the folder that paths in patches start from, or the repository of ``git``; None: found.
        each: look at every patch by itself, too.
        scenarios, variants, models, properties, unroll, timeout: as for `check`.
        stored: the folder in which `check` keeps traces, to follow those of the spec; None: none are.
        traces: folder for the traces of new failures; None: none are kept.
        cache: folder for answers, to be found by later runs; None: none are kept.
        jobs: processes.
        cluster: address of a Dask scheduler, whose workers do it instead.
    """
    found = [(str(patch), file_content(Path(patch))) for patch in patches]
    return compare(
        Path(target),
        Change(letters_of(found), git or "", None if base is None else Path(base), each),
        Choice(tuple(scenarios), tuple(variants), tuple(models), tuple(properties), timeout, unroll),
        Folders(*(None if folder is None else Path(folder) for folder in (stored, traces, cache))),
        Workers(jobs, cluster),
    )


def audit(
    target: str | Path,
    *,
    scenarios: Iterable[str] = (),
    variant: str | None = None,
    models: Iterable[str] = (),
    properties: Iterable[str] = (),
    unroll: int | None = None,
    kinds: Iterable[str] = KINDS,
    files: Iterable[str] = (),
    sets: int = 16,
    repair: bool = False,
    evidence: bool = False,
    timeout: float | None = None,
    jobs: int | None = 0,
    cluster: str | None = None,
) -> Report:
    """Say what the code of a spec rests on, as ``modelcheck audit`` does.

    Args:
        target: the spec's folder, or a C file.
        scenarios: globs of names; none: all.
        variant: its name; None: the spec's base.
        models, properties: names; none: those of the spec.
        unroll: a bound in place of the spec's.
        kinds: of elements, from `modelcheck.auditing.element.KINDS`.
        files: globs of the files whose elements are asked about; none: those that define no scenario.
        sets: how many minimal sets to look for.
        repair: look for repairs of scenarios that fail.
        evidence: check each needed element once more as a patch without it.
        timeout: seconds for each question.
        jobs: processes.
        cluster: address of a Dask scheduler, whose workers do it instead.
    """
    spec = spec_of(target)
    variants = (variant or next(iter(spec.variants)),)
    cells = choose(spec, Choice(tuple(scenarios), variants, tuple(models), tuple(properties), timeout, unroll))
    return audit_spec(spec, cells, tuple(kinds), tuple(files), sets, repair, evidence, Workers(jobs, cluster))
