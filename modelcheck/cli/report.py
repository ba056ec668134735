"""``modelcheck report``: the verdicts on a spec as HTML pages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcheck.cli.choosing import with_cells
from modelcheck.cli.workers import with_workers, workers

if TYPE_CHECKING:
    from modelcheck.frontend.spec import Spec
    from modelcheck.trace.page.verdicts import Verdict, Verdicts
    from modelcheck.verdicts.row import Row
    from modelcheck.verdicts.warn import Warned


@click.command(
    short_help="Check a spec, and make pages of the verdicts and the traces.",
    epilog="\b\nExample:\n  modelcheck report specs/balloon --html balloon-report\n",
)
@click.argument("target", type=click.Path(path_type=Path), metavar="SPEC|PROGRAM.c")
@click.option(
    "--html",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Where the pages go: index.html, and one for each trace.",
)
@with_cells()
@click.option(
    "--traces",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("traces"),
    show_default=True,
    metavar="DIR",
    help="Where traces of failures are kept.",
)
@with_workers
@click.pass_context
def report(
    context: click.Context,
    target: Path,
    folder: Path,
    scenario: tuple[str, ...],
    variant: tuple[str, ...],
    model: tuple[str, ...],
    properties: tuple[str, ...],
    unroll: int | None,
    timeout: float | None,
    traces: Path,
    jobs: int | None,
    cluster: str | None,
) -> None:
    """Check a spec as modelcheck check does, and write the table of its verdicts to DIR/index.html, with a page for
    each failure's trace beside it, DIR/SCENARIO--VARIANT--MODEL.html.

    The pages load nothing and need no server: the folder can be sent as it is. Exit codes are those of check.
    """
    from attrs import evolve

    from modelcheck.cli.said import spec_at
    from modelcheck.cli.table import view
    from modelcheck.errors import InputError
    from modelcheck.trace import read_trace, write_atomically
    from modelcheck.trace.names import names
    from modelcheck.trace.page import index, page
    from modelcheck.verdicts.cells import Choice, choose
    from modelcheck.verdicts.row import exit_code
    from modelcheck.verdicts.rows import run
    from modelcheck.verdicts.warn import warnings

    if folder.exists() and not folder.is_dir():
        raise InputError("is no folder: --html takes one to write pages into", str(folder))
    spec = spec_at(target)
    cells = choose(spec, Choice(scenario, variant, model, properties, timeout, unroll))
    if not (folder / "index.html").exists():
        write_atomically(folder / "index.html", b"")  # a folder that cannot be written is told before the work
    rows = run(spec, cells, "z3", traces, workers(jobs, cluster), view(cells, "z3", "table", sys.stdout))
    told = []
    for row in rows:
        place = folder / _page(row)
        if row.trace is not None:
            trace = read_trace(Path(row.trace))
            write_atomically(place, page(trace).encode())
            told.append(evolve(row, message=names(trace).text(row.message)))
            continue
        if row.verdict == "PASS":
            place.unlink(missing_ok=True)
        told.append(row)
    write_atomically(folder / "index.html", index(_verdicts(spec, told, warnings(spec, rows))).encode())
    click.echo(f"\n{_count(rows)} See {folder / 'index.html'}")
    for row in rows:
        if row.unkept:
            click.echo(f"modelcheck: {row.unkept}", err=True)
    context.exit(exit_code(rows))


def _page(row: Row) -> str:
    from modelcheck.trace import trace_path

    return trace_path(Path(), "", row.scenario, row.variant, row.model).with_suffix(".html").name


def _verdicts(spec: Spec, rows: Sequence[Row], warned: Sequence[Warned]) -> Verdicts:
    from modelcheck.trace.names import clean
    from modelcheck.trace.page.verdicts import Line, Section, Verdicts
    from modelcheck.version import __version__

    sections = []
    for name in dict.fromkeys(row.scenario for row in rows):
        own = [row for row in rows if row.scenario == name]
        models = tuple(dict.fromkeys(row.model for row in own))
        lines = []
        for variant in dict.fromkeys(row.variant for row in own):
            found = {row.model: _verdict(row) for row in own if row.variant == variant}
            about = clean(spec.variants[variant].about)
            lines.append(Line(clean(variant), about, tuple(found.get(model) for model in models)))
        about = clean(spec.scenarios[name].about)
        told = tuple(clean(warning.message) for warning in warned if warning.scenario == name)
        sections.append(Section(clean(name), about, tuple(map(clean, models)), tuple(lines), told))
    tool = f"modelcheck {__version__}"
    return Verdicts(clean(spec.name), clean(spec.about), _count(rows), tool, tuple(sections))


def _verdict(row: Row) -> Verdict:
    from modelcheck.trace.names import clean
    from modelcheck.trace.page.verdicts import Verdict

    message = row.reason
    if row.verdict == "FAIL":
        told = row.source is None or row.message.endswith(f" at {row.source}")
        message = row.message if told else f"{row.message}, at {row.source}"
    linked = _page(row) if row.trace is not None else ""
    found, expected = clean(row.found), clean(str(row.expected))
    return Verdict(clean(row.model), row.verdict.lower(), found, expected, row.as_expected, clean(message), linked)


def _count(rows: Sequence[Row]) -> str:
    different = [row for row in rows if not row.as_expected]
    unknown = sum(1 for row in different if row.verdict == "UNKNOWN")
    parts = [f"{len(rows) - len(different)} of {len(rows)} verdicts as expected"]
    parts += [f"{len(different) - unknown} not"] if len(different) > unknown else []
    parts += [f"{unknown} unknown"] if unknown else []
    return f"{', '.join(parts)}."
