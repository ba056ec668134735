"""The options that say which cells of a spec's table are asked for, the same for every subcommand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def with_cells(command: F) -> F:
    """Give ``command`` the options ``--scenario``, ``--variant``, ``--model``, ``--property`` (``properties``),
    ``--unroll`` and ``--timeout``."""
    models = "sc, tso, pso, lkmm, rc11 or FILE.cat; default: those of the spec."
    for option in reversed(
        (
            click.option("--scenario", multiple=True, metavar="GLOB", help="Only scenarios of such a name."),
            click.option("--variant", multiple=True, metavar="GLOB", help="Only variants of such a name."),
            click.option("--model", multiple=True, metavar="MODEL", help=models),
            click.option("--property", "properties", multiple=True, metavar="NAME", help="Only this property."),
            click.option("--unroll", type=click.IntRange(1), metavar="N", help="How often a loop goes round at most."),
            click.option(
                "--timeout", type=click.FloatRange(0, min_open=True), metavar="S", help="Seconds for each verdict."
            ),
        )
    ):
        command = option(command)
    return command
