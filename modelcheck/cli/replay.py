"""``modelcheck replay``: a stored failure on the code as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from modelcheck.trace import Trace
    from modelcheck.trace.replay import Replayed


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
@click.pass_context
def replay(context: click.Context, trace: Path, source: Path | None, patch: Path | None) -> None:
    """Follow a trace step by step on the code as it is now, without the solver.

    It reproduces (exit code 0), is no longer possible (1; the first step is told at which code or model departs),
    or does not belong to this source (2).
    """
    from modelcheck.errors import InputError
    from modelcheck.trace import read_trace
    from modelcheck.trace.replay import FOREIGN, REPRODUCES, Sources
    from modelcheck.trace.replay import replay as follow

    stored = read_trace(trace)
    found = follow(stored, Sources(source, patch), trace)
    if found.outcome == FOREIGN:
        raise InputError(f"does not belong to this source: {found.reason}", str(trace))
    for line in _told(stored, found):
        click.echo("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line))
    context.exit(0 if found.outcome == REPRODUCES else 1)


def _told(trace: Trace, found: Replayed) -> Iterator[str]:
    from modelcheck.trace.replay import REPRODUCES
    from modelcheck.trace.steps import tell

    head = f"{trace.spec}: {trace.scenario}, {trace.variant}, {trace.model}: {found.outcome}"
    if found.outcome == REPRODUCES:
        yield head
        yield f"  {found.reason}"
        if found.now is not None:
            yield f"  at {found.now}: {found.now.line}".rstrip(": ")
        return
    step = "" if found.step is None else f"step {tell(trace.execution, trace.model).number[found.step]}: "
    yield f"{head}: {step}{found.reason}"
    for when, place in (("then", found.then), ("now", found.now)):
        if place is not None:
            yield f"  {when:<5} {place}: {place.line}".rstrip(": ")
    if found.execution is not None:
        for edge in found.cycle:
            one, other = (_named(found, number) for number in (edge.source, edge.target))
            yield f"  {one} -> {other}  [{edge.relation}]"


def _named(found: Replayed, number: int) -> str:
    assert found.execution is not None
    event = found.execution.events[number]
    who = "start" if event.thread < 0 else found.execution.threads[event.thread]
    return f"{who}: {event.kind}[{', '.join(sorted(event.tags - {'IW'}))}] {event.name}".replace("[] ", " ").rstrip()
