"""``modelcheck litmus``: litmus tests under a memory model, with herd7's output lines."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import click
from attrs import evolve

from modelcheck.cli.judge import Batch, Judged, ModelChoice, judge, lost, unread
from modelcheck.errors import InputError

BATCH = 16
"""Tests that one job reads and judges: clang parses them together."""


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
@click.option("-j", "--jobs", type=click.IntRange(0), metavar="N", help="Processes; default: one for each core.")
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
    timeout: float | None,
    shape: str,
    verdict_only: bool,
    unroll: int,
    show: str | None,
    dot: Path | None,
) -> int:
    """Judge litmus tests: PATH is a .litmus file, a folder, or @list (a file with a path on each line).

    Prints what herd7 prints. A test that cannot be read is told on stderr, and the others are judged. Exit codes:
    0 all tests are judged, 1 a comment "Result: ..." in a test is wrong, 2 a test or a model cannot be read, 3 a test
    is Unknown.
    """
    if show is not None and dot is None:
        raise click.UsageError("--show needs --dot DIR, where the pictures go")
    if dot is not None and verdict_only:
        raise click.UsageError("--dot shows what is counted: leave out --verdict-only")
    pictures = None if dot is None else show or "prop"
    choice = ModelChoice(model, bell, macros, conf)
    files, wrong = _files(paths)
    batches = [
        Batch(tuple(files[i : i + BATCH]), choice, not verdict_only, unroll, timeout, pictures, dot)
        for i in range(0, len(files), BATCH)
    ]
    from modelcheck.cli.printer import Printer

    with Printer(shape, len(files)) as printer, closing(_results(batches, jobs)) as results:
        for error in wrong:
            printer.show(unread(error.file or "", error))
        for several in results:
            for result in several:
                printer.show(result)
    return printer.code


def _files(paths: Sequence[str]) -> tuple[list[Path], list[InputError]]:
    """The tests that ``paths`` name, each once, and what is wrong with the others."""
    found: dict[Path, None] = {}
    wrong: list[InputError] = []
    for name in paths:
        for each in _named(name, ()):
            if isinstance(each, InputError):
                wrong.append(each)
            else:
                found[each] = None
    return list(found), wrong


def _named(name: str, lists: tuple[Path, ...]) -> Iterator[Path | InputError]:
    """The tests that ``name`` leads to; ``lists`` are the list files it stands in, outermost first."""
    path = Path(name.removeprefix("@"))
    if path != Path(name):
        yield from _listed(path, lists)
    elif path.is_dir():
        found = sorted(path.rglob("*.litmus"))
        yield from found
        if not found:
            yield InputError("there is no .litmus file in this folder", name)
    elif path.exists():
        yield path
    else:
        yield InputError("no such file or folder", name)


def _listed(file: Path, lists: tuple[Path, ...]) -> Iterator[Path | InputError]:
    """The tests in a list file; paths are as seen from the folder we are in, else from that of the list."""
    if file.resolve() in lists:
        yield InputError("this list names itself", str(file))
        return
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        yield InputError("this list is no text file (UTF-8)", str(file))
        return
    except OSError as error:
        yield InputError(f"this list cannot be read: {error.strerror}", str(file))
        return
    for number, line in enumerate(lines, 1):
        name = line.strip()
        if name and not name.startswith("#"):
            for each in _named(_beside(file, name), (*lists, file.resolve())):
                if isinstance(each, InputError) and each.line is None:
                    each = InputError(f"{name}: {each.message}", str(file), number, line.index(name) + 1)
                yield each


def _beside(file: Path, name: str) -> str:
    """``name``, or what leads to it in the folder of ``file`` where it is there and not here."""
    bare = name.removeprefix("@")
    there = file.parent / bare
    return name[: len(name) - len(bare)] + str(there) if there.exists() and not Path(bare).exists() else name


def _results(batches: Sequence[Batch], jobs: int | None) -> Generator[list[Judged]]:
    """The outcomes of each batch, in order."""
    if len(batches) < 2 or jobs in (0, 1):
        for batch in batches:
            yield judge(batch)
        return
    import os

    from modelcheck.run.event import Done, Lost
    from modelcheck.run.pool import run_pool

    waiting: dict[int, list[Judged]] = {}
    turn = 0
    for event in run_pool(judge, batches, jobs or os.cpu_count() or 1, passed=(InputError,)):
        if isinstance(event, Done):
            waiting[event.number] = event.value
        elif isinstance(event, Lost):
            waiting[event.number] = _singly(batches[event.number], event.reason)
        while turn in waiting:
            yield waiting.pop(turn)
            turn += 1


def _singly(batch: Batch, reason: str) -> list[Judged]:
    """What a batch gives whose process came to an end: all but the test that is to blame."""
    from modelcheck.run.event import Done
    from modelcheck.run.pool import run_pool

    if len(batch.paths) == 1:
        return [lost(batch.paths[0], reason)]
    found = {number: lost(path, reason) for number, path in enumerate(batch.paths)}
    singles = [evolve(batch, paths=(path,)) for path in batch.paths]
    for event in run_pool(judge, singles, 1, passed=(InputError,)):
        if isinstance(event, Done):
            (found[event.number],) = event.value
    return list(found.values())
