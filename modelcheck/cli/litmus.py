"""``modelcheck litmus``: litmus tests under a memory model, with herd7's output lines."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from modelcheck.cli.workers import with_workers, workers


@click.command(
    short_help="Judge litmus tests, as herd7 does.",
    epilog="\b\nExamples:\n"
    "  modelcheck litmus tests/litmus --verdict-only\n"
    "  modelcheck litmus tests/litmus/atomic-cmpxchg-is-full.litmus --model tso --show prop --dot pictures\n"
    "\n\b\nIn tools/memory-model of a Linux tree:\n"
    "  modelcheck litmus --conf linux-kernel.cfg litmus-tests/MP+pooncerelease+poacquireonce.litmus\n",
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--model", metavar="MODEL", help="sc, tso, pso, lkmm (the default), rc11 or FILE.cat.")
@click.option("--bell", metavar="FILE", help="Definitions that the model uses.")
@click.option("--macros", metavar="FILE.def", help="What the primitives that tests call consist of.")
@click.option("--conf", metavar="FILE.cfg", help="herd7's configuration: names model, bell and macros beside it.")
@with_workers
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="S", help="Seconds for each test.")
@click.option("--format", "shape", type=click.Choice(["herd", "json", "csv"]), default="herd", show_default=True)
@click.option("--verdict-only", is_flag=True, help="Decide without counting states and executions.")
@click.option(
    "--unroll",
    type=click.IntRange(1),
    default=4,
    show_default=True,
    metavar="N",
    help="How often a loop goes round at most.",
)
@click.option(
    "--show", type=click.Choice(["prop", "all"]), help="Draw executions: those that meet the condition, or all."
)
@click.option(
    "--dot",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where pictures go: NAME.dot for each test, for Graphviz.",
)
def litmus(
    paths: tuple[str, ...],
    model: str | None,
    bell: str | None,
    macros: str | None,
    conf: str | None,
    jobs: int | None,
    cluster: str | None,
    timeout: float | None,
    shape: str,
    verdict_only: bool,
    unroll: int,
    show: str | None,
    dot: Path | None,
) -> int:
    """Judge litmus tests: PATH is a .litmus file, a folder, or @list (a file with a path on each line).

    Prints what herd7 prints; "positive" and "negative" of json and csv are the two numbers of herd7's line Observation:
    executions in which what stands behind the quantifier holds, and in which it does not. (In its line "Positive:" they
    change places where the quantifier is ~exists.) A test that cannot be read is told on stderr, and the others are
    judged. Exit codes: 0 all tests are judged, 1 a comment "Result: ..." in a test is wrong, 2 a test or a model cannot
    be read, 3 a test is Unknown.
    """
    if show is not None and dot is None:
        raise click.UsageError("--show needs --dot DIR, where the pictures go")
    if dot is not None and verdict_only:
        raise click.UsageError("--dot shows what is counted: leave out --verdict-only")
    from modelcheck.cli.printer import Printer
    from modelcheck.verdicts.litmus import ModelChoice
    from modelcheck.verdicts.tests import find, judge_all

    pictures = None if dot is None else show or "prop"
    choice = ModelChoice(model, bell, macros, conf)
    files, wrong = find(paths)
    results = judge_all(files, wrong, choice, not verdict_only, unroll, timeout, workers(jobs, cluster), pictures, dot)
    with Printer(shape, len(files)) as printer, closing(results):
        for result in results:
            printer.show(result)
    return printer.code
