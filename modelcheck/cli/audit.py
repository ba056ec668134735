"""``modelcheck audit``: what a spec's code rests on, and how to mend what fails."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from modelcheck.auditing.element import KINDS
from modelcheck.cli.choosing import with_cells
from modelcheck.cli.workers import with_workers, workers

_KINDS = {kind.replace(" ", "-"): kind for kind in KINDS}


@click.command(
    short_help="Which barriers, locks and annotations matter; the smallest repair.",
    epilog="\b\nExamples:\n"
    "  modelcheck audit specs/seqlock\n"
    "  modelcheck audit specs/balloon --scenario assign --variant isolate-no-locks-assign-once --model lkmm --repair\n",
)
@click.argument("spec", type=click.Path(path_type=Path), metavar="SPEC|PROGRAM.c")
@click.option("--variant", metavar="NAME", help="The variant to audit; default: the spec's base.")
@with_cells("scenario", "model", "property", "unroll", "timeout", each="question")
@click.option(
    "--kind",
    multiple=True,
    type=click.Choice(list(_KINDS)),
    help="Only elements of this kind.",
)
@click.option(
    "--file",
    "files",
    multiple=True,
    metavar="GLOB",
    help="Only elements in such files; default: all but those that define what scenarios run.",
)
@click.option("--repair", is_flag=True, help="Look for the smallest changes that make failing scenarios hold.")
@click.option("--sets", default=16, show_default=True, type=click.IntRange(0), metavar="N", help="List so many sets.")
@click.option("--format", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True)
@click.option(
    "--traces",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep, for each element that is needed, the patch without it and the trace of what fails.",
)
@with_workers
@click.pass_context
def audit(
    context: click.Context,
    spec: Path,
    scenario: tuple[str, ...],
    variant: str | None,
    model: tuple[str, ...],
    properties: tuple[str, ...],
    unroll: int | None,
    timeout: float | None,
    kind: tuple[str, ...],
    files: tuple[str, ...],
    repair: bool,
    sets: int,
    format: str,  # noqa: A002 (the option's name)
    traces: Path | None,
    jobs: int | None,
    cluster: str | None,
) -> None:
    """Say of every barrier, lock, annotation, atomic operation and test in the code under check what becomes of
    the scenarios without it, or with a weaker form of it; which sets of them suffice; and where a misplaced barrier
    belongs.

    With --repair, also the smallest changes with which a failing scenario holds, each as a patch that has been
    checked. Exit codes: 0 all is decided, 1 a failing scenario has no repair, 3 something is unknown, 2 the input is
    wrong.
    """
    from modelcheck.auditing.report import audit_spec, exit_code, keep
    from modelcheck.cli.audit_text import write
    from modelcheck.cli.said import spec_at
    from modelcheck.verdicts.cells import Choice, choose

    read = spec_at(spec)
    chosen = variant or next(iter(read.variants))
    cells = choose(read, Choice(scenario, (chosen,), model, properties, timeout, unroll))
    kinds = tuple(_KINDS[name] for name in kind) or KINDS

    def told(text: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[K{text[:110]}", err=True, nl=False)

    report = audit_spec(read, cells, kinds, files, sets, repair, traces is not None, workers(jobs, cluster), told)
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
    kept = keep(report, traces) if traces is not None else {}
    write(report, format, sys.stdout, kept)
    context.exit(exit_code(report, repair))
