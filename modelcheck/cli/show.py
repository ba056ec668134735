"""``modelcheck show``: a stored trace, step by step."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    short_help="Tell a stored trace, step by step.",
    epilog="\b\nExample:\n  modelcheck show traces/balloon/clear--isolate-no-list-lock--sc.json",
)
@click.argument("traces", type=click.Path(path_type=Path), metavar="TRACE...", nargs=-1, required=True)
def show(traces: tuple[Path, ...]) -> None:
    """Tell the execution in a trace file: its steps in an order that explains them, each with its thread and what it
    reads, writes or locks, below the source line that it belongs to."""
    from modelcheck.cli.story import story
    from modelcheck.trace import read_trace

    for number, path in enumerate(traces):
        if number:
            click.echo()
        for line in story(read_trace(path)):
            click.echo(line)
