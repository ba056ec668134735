"""``modelcheck regress``: what a patch does to the verdicts on a spec."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcheck.cli.choosing import with_cells
from modelcheck.cli.workers import with_workers, workers

if TYPE_CHECKING:
    from modelcheck.regression.mail import Letters

_FORMATS = ("table", "json", "junit", "sarif", "ktap", "markdown")


@click.command(
    short_help="Tell what a patch fixes and what it breaks.",
    epilog="\b\nExample:\n"
    "  modelcheck regress specs/seqlock --patch specs/seqlock/patches/no-wmb-after-odd.patch\n"
    "\n\b\nA series from a mailing list, commits, and what a mail program pipes:\n"
    "  modelcheck regress specs/balloon --mbox series.mbox --each --format markdown\n"
    "  modelcheck regress specs/balloon --git v1..HEAD --traces new-traces\n"
    "  modelcheck regress specs/balloon --patch -\n",
)
@click.argument("target", type=click.Path(path_type=Path), metavar="SPEC|PROGRAM.c")
@click.option(
    "--patch", "patches", multiple=True, metavar="FILE", help="A patch, or a mail with one; -: standard input."
)
@click.option("--mbox", metavar="FILE", help="A mailbox with a series.")
@click.option("--git", "span", metavar="REV..REV", help="The commits between two revisions.")
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where paths in patches start, or the repository of --git; default: found from the spec's folder.",
)
@click.option("--each", is_flag=True, help="Look at every patch of a series by itself, and name the one to blame.")
@with_cells()
@click.option("--format", "shape", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option(
    "--stored",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("traces"),
    show_default=True,
    metavar="DIR",
    help="Where check keeps its traces: those of the spec are followed on the new code.",
)
@click.option(
    "--traces",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the traces of new failures there.",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where answers of earlier runs are kept; default: the user's cache folder.",
)
@click.option("--no-cache", is_flag=True, help="Ask everything anew.")
@with_workers
@click.pass_context
def regress(
    context: click.Context,
    target: Path,
    patches: tuple[str, ...],
    mbox: str | None,
    span: str | None,
    base: Path | None,
    each: bool,
    scenario: tuple[str, ...],
    variant: tuple[str, ...],
    model: tuple[str, ...],
    properties: tuple[str, ...],
    unroll: int | None,
    timeout: float | None,
    shape: str,
    stored: Path,
    traces: Path | None,
    cache: Path | None,
    no_cache: bool,
    jobs: int | None,
    cluster: str | None,
) -> None:
    """Check a spec before and after a patch, and tell for every scenario, variant and memory model what changes: what
    it fixes and why that failure is no longer possible, what it breaks and how, what it leaves.

    The patch is applied to copies; your files are not touched. Patches of variants are applied on top of it. Exit
    codes: 0 nothing is broken, 1 something is, 3 nothing is but something is newly unknown, 2 the input is wrong.
    """
    if sum((bool(patches), mbox is not None, span is not None)) != 1:
        raise click.UsageError("say what to compare: --patch FILE, --mbox FILE or --git REV..REV, one of them")
    if cache is not None and no_cache:
        raise click.UsageError("--cache or --no-cache, not both")
    from modelcheck.cli.progress import ProgressLine
    from modelcheck.keeping import cache_folder
    from modelcheck.regression.formats import formatted
    from modelcheck.regression.mail import Letters
    from modelcheck.regression.regress import Folders
    from modelcheck.regression.regress import regress as compare
    from modelcheck.regression.series import Change
    from modelcheck.verdicts.cells import Choice

    files = (mbox,) if mbox is not None else patches
    letters = Letters(()) if span is not None else _letters(files)
    if cache is None and not no_cache and (folder := cache_folder()) is not None:
        cache = folder / "regress"
    with ProgressLine(sys.stderr, "cells") as line:
        report = compare(
            target,
            Change(letters, span or "", base, each),
            Choice(scenario, variant, model, properties, timeout, unroll),
            Folders(stored, traces, cache),
            workers(jobs, cluster),
            line,
        )
    sys.stdout.write(formatted(report, shape))
    sys.stdout.flush()
    context.exit(report.exit_code)


def _letters(files: tuple[str, ...]) -> Letters:
    from modelcheck.reading import file_content
    from modelcheck.regression.series import letters_of

    found = []
    for name in files:
        text = sys.stdin.buffer.read() if name == "-" else file_content(Path(name))
        found.append(("standard input" if name == "-" else name, text))
    return letters_of(found)
