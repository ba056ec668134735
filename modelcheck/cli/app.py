"""The ``modelcheck`` command: its subcommands, and what becomes of errors."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import Final, NoReturn

import click

from modelcheck.errors import InputError
from modelcheck.version import __version__

_SUBCOMMANDS: Final = (
    "audit",
    "check",
    "enumerate",
    "explain",
    "litmus",
    "locks",
    "minimise",
    "new",
    "regress",
    "replay",
    "report",
    "show",
)
"""Each is the function of its name in the module ``modelcheck.cli.NAME``."""


class _Subcommands(click.Group):
    """Imports a subcommand when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _SUBCOMMANDS:
            return None
        command = getattr(import_module(f"modelcheck.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=_Subcommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="\b\nExample:\n  modelcheck check specs/balloon",
)
@click.version_option(__version__, prog_name="modelcheck")
def cli() -> None:
    """Every execution of concurrent C that a memory model allows, within stated bounds.

    Verdicts are PASS, FAIL (with an execution that shows it) and UNKNOWN (with the reason). Exit codes: 0 all is
    as expected, 1 something is not, 2 the input is wrong, 3 something is unknown.
    """


def main() -> NoReturn:
    """Run the command line and exit; an `InputError` becomes one line on stderr and exit code 2."""
    try:
        code = cli.main(prog_name="modelcheck", standalone_mode=False)
        sys.stdout.flush()
    except InputError as error:
        # What is wrong may quote a file from anywhere: nothing of it may act on the terminal.
        said = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(error).replace("\n", " "))
        print(f"modelcheck: {said}", file=sys.stderr)
        code = 2
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("modelcheck: interrupted", file=sys.stderr)
        code = 130
    except BrokenPipeError:
        # Whoever read us has gone; Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 128 + signal.SIGPIPE
    sys.exit(code if isinstance(code, int) else 0)
