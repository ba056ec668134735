"""``modelcheck check``: a spec, or one C file, under the memory models asked for."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from modelcheck.cli.choosing import with_cells
from modelcheck.cli.workers import with_workers, workers


@click.command(
    short_help="Check a spec, or a C file with a main().",
    epilog="\b\nExamples:\n"
    "  modelcheck check specs/balloon\n"
    "  modelcheck check specs/balloon --scenario migrate --variant posted --model sc --format json\n",
)
@click.argument("target", type=click.Path(path_type=Path), metavar="SPEC|PROGRAM.c")
@with_cells()
@click.option(
    "--engine",
    type=click.Choice(["z3", "interleave"]),
    default="z3",
    show_default=True,
    help="interleave tries out all interleavings; it knows sc and tso, of a kernel tree it is asked for them first.",
)
@click.option("--format", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True)
@click.option(
    "--traces",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("traces"),
    show_default=True,
    metavar="DIR",
    help="Where traces of failures are kept.",
)
@click.option("--minimise", is_flag=True, help="Cut each trace down to what matters before it is kept.")
@with_workers
@click.pass_context
def check(
    context: click.Context,
    target: Path,
    scenario: tuple[str, ...],
    variant: tuple[str, ...],
    model: tuple[str, ...],
    properties: tuple[str, ...],
    unroll: int | None,
    timeout: float | None,
    engine: str,
    format: str,  # noqa: A002 (the option's name)
    traces: Path,
    minimise: bool,
    jobs: int | None,
    cluster: str | None,
) -> None:
    """Check every scenario of a spec (a folder with a spec.toml), for every variant and memory model; or a C file
    with a main().

    Each failure leaves a trace, DIR/SPEC/SCENARIO--VARIANT--MODEL.json; the trace of what now passes is removed.
    Interrupted, it tells and keeps what it has found. A scenario whose threads never touch each other is pointed
    out. Exit codes: 0 every verdict is as the spec expects, 1 one is
    not, 3 the only differences are UNKNOWN, 2 the input is wrong.
    """
    from modelcheck.cli.said import spec_at
    from modelcheck.cli.summary import summary
    from modelcheck.cli.table import view
    from modelcheck.verdicts.cells import Choice, choose
    from modelcheck.verdicts.row import exit_code
    from modelcheck.verdicts.rows import run
    from modelcheck.verdicts.warn import warnings

    spec = spec_at(target)
    cells = choose(spec, Choice(scenario, variant, model, properties, timeout, unroll))
    told = view(cells, engine, format, sys.stdout)
    rows = run(spec, cells, engine, traces, workers(jobs, cluster), told, minimise)
    warned = warnings(spec, rows)
    summary(spec, rows, warned, format, sys.stdout)
    sys.stdout.flush()
    for warning in (*warned, *filter(None, (row.unkept for row in rows))):
        click.echo(f"modelcheck: {warning}", err=True)
    context.exit(exit_code(rows))
