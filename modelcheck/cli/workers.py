"""The options that say where the work is done, the same for every subcommand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from modelcheck.run import Workers

F = TypeVar("F", bound=Callable[..., Any])


def with_workers(command: F) -> F:
    """Give ``command`` the options ``-j`` (``jobs``) and ``--engine-cluster`` (``cluster``)."""
    for option in (
        click.option(
            "--engine-cluster",
            "cluster",
            metavar="ADDRESS",
            help="A Dask scheduler whose workers do it, such as tcp://host:8786; they see the same files.",
        ),
        click.option(
            "-j", "--jobs", type=click.IntRange(0), metavar="N", help="Processes; default: one for each core; 0: none."
        ),
    ):
        command = option(command)
    return command


def workers(jobs: int | None, cluster: str | None) -> Workers:
    """What the options say. Raises `UsageError` when they say two things."""
    from modelcheck.run import Workers

    if jobs is not None and cluster is not None:
        raise click.UsageError("-j is about this machine, and --engine-cluster about others: give one of them")
    return Workers(jobs, cluster)
