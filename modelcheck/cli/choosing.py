"""The options that say which cells of a spec's table are asked for, the same for every subcommand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

CELLS: Final = ("scenario", "variant", "model", "property", "unroll", "timeout")
"""All of them."""


def with_cells(*names: str, each: str = "verdict") -> Callable[[F], F]:
    """A decorator that gives a command those of the options `CELLS` that ``names`` says, without any all of them.

    They come as ``scenario``, ``variant``, ``model`` and ``properties`` (tuples), ``unroll`` and ``timeout``; ``each``
    says what the time limit is for.
    """
    models = "sc, tso, pso, lkmm, rc11 or FILE.cat; default: those of the spec."
    options = {
        "scenario": click.option("--scenario", multiple=True, metavar="GLOB", help="Only scenarios of such a name."),
        "variant": click.option("--variant", multiple=True, metavar="GLOB", help="Only variants of such a name."),
        "model": click.option("--model", multiple=True, metavar="MODEL", help=models),
        "property": click.option("--property", "properties", multiple=True, metavar="NAME", help="Only this property."),
        "unroll": click.option(
            "--unroll", type=click.IntRange(1), metavar="N", help="How often a loop goes round at most."
        ),
        "timeout": click.option(
            "--timeout", type=click.FloatRange(0, min_open=True), metavar="S", help=f"Seconds for each {each}."
        ),
    }

    def decorated(command: F) -> F:
        for name in reversed(names or CELLS):
            command = options[name](command)
        return command

    return decorated
