"""The audit of a spec under all its models: independent jobs, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from attrs import frozen

from modelcheck.auditing.audit import Request, audit
from modelcheck.auditing.evidence import Evidence, evidence
from modelcheck.auditing.judgement import NECESSARY, OPEN, TOO_STRONG, ModelAudit
from modelcheck.auditing.repair import Repairs, repairs
from modelcheck.frontend.spec import Spec
from modelcheck.run import Done, Lost, Workers
from modelcheck.trace.store import write_atomically
from modelcheck.verdicts.cells import Cell
from modelcheck.verdicts.work import work as on_workers


@frozen
class Work:
    """One job: the audit under one model, or, with ``repair``, the repairs of that scenario."""

    request: Request
    repair: str | None = None
    evidence: bool = False


@frozen
class Found:
    """What a job gives. ``evidence``: by the number of the judgement."""

    audit: ModelAudit | None = None
    evidence: tuple[tuple[int, Evidence], ...] = ()
    repairs: Repairs | None = None


@frozen
class Report:
    """The audits of one variant by model, and the repairs of what fails.

    Attributes:
        spec, variant: names.
        audits: in the order of the models.
        evidence: by model and number of the judgement.
        repairs: of each failing scenario, where they were asked for.
        lost: jobs that came to nothing: (which, why).
    """

    spec: str
    variant: str
    audits: tuple[ModelAudit, ...]
    evidence: tuple[tuple[str, int, Evidence], ...] = ()
    repairs: tuple[Repairs, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()


def audit_spec(
    spec: Spec,
    cells: Sequence[Cell],
    kinds: Sequence[str],
    files: Sequence[str] = (),
    most: int = 16,
    repair: bool = False,
    evidences: bool = False,
    workers: Workers | None = None,
    told: Callable[[str], None] = lambda text: None,
) -> Report:
    """The audit of the variant that ``cells`` are of, in their scenarios and under their models.

    Args:
        spec, cells: what is asked about; of one variant.
        kinds, files, most: as in `Request`.
        repair: look for repairs of failing scenarios.
        evidences: check each needed element once more as a patch without it, and make the trace of what fails.
        workers: who does the work; None: a process for each core.
        told: told what is being done.

    Raises `InputError` for sources that are wrong.
    """
    models: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        models.setdefault((cell.model, cell.load), []).append(cell)
    requests = [
        Request(
            spec,
            several[0].variant,
            tuple(cell.scenario for cell in several),
            model,
            tuple(kinds),
            tuple(files),
            most,
            max((cell.scenario.longest or 0 for cell in several), default=0) or None,
            tuple(models),
        )
        for model, several in models.items()
    ]
    lost: list[tuple[str, str]] = []
    first = [Work(request, evidence=evidences) for request in requests]
    found = _run(first, workers or Workers(), told, lost)
    audits = [(request, one) for request, one in zip(requests, found, strict=True) if one is not None and one.audit]
    second = [
        Work(request, name)
        for request, one in audits
        if repair and one.audit is not None
        for name, verdict in one.audit.failing
        if verdict.startswith("FAIL")
    ]
    mended = _run(second, workers or Workers(), told, lost)
    return Report(
        spec.name,
        cells[0].variant.name,
        tuple(one.audit for _, one in audits if one.audit is not None),
        tuple((r.model[0], number, shown) for r, one in audits for number, shown in one.evidence),
        tuple(one.repairs for one in mended if one is not None and one.repairs is not None),
        tuple(lost),
    )


def work(job: Work) -> Found:
    """Do one job. Runs in a worker process."""
    request = job.request
    if job.repair is not None:
        scenario = next(s for s in request.scenarios if s.name == job.repair)
        return Found(repairs=repairs(request, scenario))
    made = audit(request)
    shown = []
    for number, judgement in enumerate(made.judgements if job.evidence else ()):
        if judgement.verdict in (NECESSARY, TOO_STRONG) and (one := evidence(request, judgement)) is not None:
            shown.append((number, one))
    return Found(made, tuple(shown))


def _run(
    jobs: Sequence[Work], workers: Workers, told: Callable[[str], None], lost: list[tuple[str, str]]
) -> list[Found | None]:
    found: list[Found | None] = [None] * len(jobs)
    done = 0
    with closing(on_workers(work, jobs, workers)) as events:
        for event in events:
            if isinstance(event, Done):
                found[event.number] = event.value
                done += 1
            elif isinstance(event, Lost):
                job = jobs[event.number]
                lost.append((f"{job.repair or 'audit'}, {job.request.model[0]}", event.reason))
                done += 1
            told(f"{done} of {len(jobs)} {'repairs' if jobs and jobs[0].repair else 'models'}")
    return found


def keep(report: Report, folder: Path) -> dict[tuple[str, int], Path]:
    """Write each patch and trace of ``report`` below ``folder``; gives the traces by model and judgement."""
    kept: dict[tuple[str, int], Path] = {}
    for model, number, shown in report.evidence:
        stem = folder / report.spec / f"{shown.scenario}--{report.variant}--{shown.name}--{model.replace('/', '_')}"
        write_atomically(stem.with_name(stem.name + ".patch"), shown.patch.encode())
        if shown.trace is not None:
            path = stem.with_name(stem.name + ".json")
            write_atomically(path, shown.trace)
            kept[model, number] = path
    return kept


def exit_code(report: Report, repair: bool) -> int:
    """0: all is decided; 1: a failing scenario has no repair; 3: something is not known."""
    if repair and any(not found.repairs for found in report.repairs):
        return 1
    known = all(j.verdict != OPEN for one in report.audits for j in one.judgements)
    unknown = any(said.startswith("UNKNOWN") for one in report.audits for _, said in one.failing)
    return 0 if known and not unknown and not report.lost else 3
