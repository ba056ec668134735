"""``modelcheck minimise``: a stored trace cut down to what matters."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    short_help="Cut a stored trace down to what matters.",
    epilog="\b\nExample:\n"
    "  modelcheck minimise traces/balloon/clear--isolate-no-list-lock--lkmm.json -o smaller.json\n",
)
@click.argument("trace", type=click.Path(path_type=Path), metavar="TRACE")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the smaller trace goes; default: TRACE with .minimised before its suffix.",
)
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The spec that TRACE is of; default: where it was when it was checked.",
)
@click.pass_context
def minimise(context: click.Context, trace: Path, output: Path | None, source: Path | None) -> None:
    """Find a smaller execution that fails as the one in TRACE does: the same property at the same place, with fewer
    threads, under the simplest model, with fewer steps and fewer switches of thread.

    Says what it dropped, and writes a trace like any other, on the code as it is now. Exit codes: 0 it is written,
    1 the failure does not reproduce on this code, 2 the input is wrong.
    """
    from modelcheck.errors import InputError
    from modelcheck.minimise.smaller import on_today, smaller
    from modelcheck.trace import read_trace, to_bytes, write_atomically
    from modelcheck.trace.replay import FOREIGN, REPRODUCES, Sources, replay

    stored = read_trace(trace)
    if not stored.execution.events:
        raise InputError("fails before any thread starts: there is nothing to cut down", str(trace))
    sources = Sources(source)
    replayed = replay(stored, sources, trace)
    if replayed.outcome == FOREIGN:
        raise InputError(f"does not belong to this source: {replayed.reason}", str(trace))
    if replayed.outcome != REPRODUCES:
        click.echo(f"{trace}: {replayed.outcome}: {replayed.reason}")
        context.exit(1)
    today = sources.of(stored, trace)
    properties = frozenset(stored.setting.properties) or today.scenario.properties
    found = smaller(on_today(stored, replayed), today.program, properties, {stored.model: today.load})
    if found is None:
        click.echo(f"{trace}: no execution of the source was found that fails so")
        context.exit(1)
    file = output or trace.with_name(f"{trace.name.removesuffix('.json')}.minimised.json")
    write_atomically(file, to_bytes(found))
    for sentence in found.minimised:
        click.echo(f"  {sentence}")
    click.echo(str(file))
