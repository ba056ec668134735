"""``modelcheck replay``: a stored failure on the code as it is now."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from modelcheck.trace import Trace
    from modelcheck.trace.replay import Replayed, Sources


@click.command(
    short_help="Follow a stored failure on the code as it is now.",
    epilog="\b\nExamples:\n"
    "  modelcheck replay traces/balloon/clear--isolate-no-list-lock--sc.json\n"
    "  modelcheck replay traces/balloon/clear-watched--clear-no-wmb--lkmm.json --source specs/balloon\n",
)
@click.argument("trace", type=click.Path(path_type=Path))
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The spec's folder, or the C file; default: where the trace says.",
)
@click.option(
    "--patch", type=click.Path(path_type=Path), metavar="FILE", help="A unified diff to apply to the sources."
)
@click.option("--interactive", is_flag=True, help="Step through it: commands on standard input, help lists them.")
@click.pass_context
def replay(context: click.Context, trace: Path, source: Path | None, patch: Path | None, interactive: bool) -> None:
    """Follow a trace step by step on the code as it is now, without the solver.

    It reproduces (exit code 0), is no longer possible (1; the first step is told at which code or model departs),
    or does not belong to this source (2).
    """
    from modelcheck.errors import InputError
    from modelcheck.program.words import plain
    from modelcheck.trace import read_trace
    from modelcheck.trace.names import clean
    from modelcheck.trace.replay import FOREIGN, REPRODUCES, Sources
    from modelcheck.trace.replay import replay as follow

    stored = read_trace(trace)
    sources = Sources(source, patch)
    found = follow(stored, sources, trace)
    if found.outcome == FOREIGN:
        raise InputError(clean(f"does not belong to this source: {found.reason}"), str(trace))
    for line in _told(stored, found):
        click.echo(clean(plain(line)))
    if interactive:
        _interact(stored, found, sources, trace)
    context.exit(0 if found.outcome == REPRODUCES else 1)


def _interact(trace: Trace, found: Replayed, sources: Sources, path: Path) -> None:
    import attrs

    from modelcheck.cli.stepper import Stepper
    from modelcheck.errors import InputError
    from modelcheck.trace.names import names
    from modelcheck.trace.replay.inspect import Inspector
    from modelcheck.trace.replay.machine import Strays

    if found.execution is None or not found.execution.events:
        raise InputError("cannot be stepped through: it is not followed to its end", str(path))
    properties = frozenset(trace.setting.properties) | {trace.property}
    try:
        try:
            inspector = Inspector(sources.of(trace, path), found.execution, trace.model, properties)
        except Strays:
            # The solver goes on behind what is wrong where a thread can; not asked for it, so does the machine.
            inspector = Inspector(sources.of(trace, path), found.execution, trace.model, properties - {trace.property})
    except Strays as stray:
        raise InputError(f"cannot be stepped through: {stray.reason}", str(path)) from None
    called = names(attrs.evolve(trace, execution=found.execution))
    for line in Stepper(inspector).talk(sys.stdin):
        click.echo(called.text(line))


def _told(trace: Trace, found: Replayed) -> Iterator[str]:
    from modelcheck.trace.replay import REPRODUCES
    from modelcheck.trace.replay.told import departure

    head = f"{trace.spec}: {trace.scenario}, {trace.variant}, {trace.model}: {found.outcome}"
    if found.outcome == REPRODUCES:
        yield head
        yield f"  {found.reason}"
        if found.now is not None:
            yield f"  at {found.now}: {found.now.line}".rstrip(": ")
        return
    first, *rest = departure(trace, found, "then ", "now")
    yield f"{head}: {first}"
    for line in rest:
        yield f"  {line}"
