"""The ``modelcheck`` command: its subcommands, and what becomes of errors."""

from __future__ import annotations

import atexit
import io
import os
import signal
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Final, NoReturn

import click

from modelcheck.cli.said import say
from modelcheck.errors import InputError
from modelcheck.reading import allowing
from modelcheck.run.alarm import OutOfTime, alarm, heeding
from modelcheck.run.attempt import given_up
from modelcheck.run.room import make_room
from modelcheck.version import __version__

_SUBCOMMANDS: Final = (
    "audit",
    "check",
    "enumerate",
    "explain",
    "litmus",
    "locks",
    "minimise",
    "needs",
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
        if cmd_name not in _READ_NOTHING and _ALLOW not in command.params:
            command.params.append(_ALLOW)
        if cmd_name not in (*_READ_NOTHING, *_NO_C) and _KERNEL not in command.params:
            command.params += [_KERNEL, _KERNEL_BUILD, _COMMANDS]
        if not any(parameter.name == "timeout" for parameter in command.params) and cmd_name != "new":
            command.params.append(_TIMEOUT)
        return command


def _allow(context: click.Context, _: click.Parameter, folders: tuple[Path, ...]) -> None:
    if folders:
        allowed = ExitStack()
        context.call_on_close(allowed.close)
        allowed.enter_context(allowing(folders))


def _kernel(context: click.Context, _: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        from modelcheck.kernel import kernel_tree
        from modelcheck.kernel.named import asked_build, giving

        kernel_tree(folder)
        context.with_resource(giving(folder, asked_build()))


def _build(context: click.Context, _: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        from modelcheck.kernel import built_in
        from modelcheck.kernel.named import asked, giving

        built_in(folder)
        context.with_resource(giving(asked(), folder))


def _commands(context: click.Context, _: click.Parameter, file: Path | None) -> None:
    if file is not None:
        from modelcheck.kernel.named import giving

        context.with_resource(giving(commands=file))


def _limit(context: click.Context, _: click.Parameter, seconds: float | None) -> None:
    context.with_resource(alarm(seconds))


_TIMEOUT: Final = click.Option(
    ["--timeout"],
    type=click.FloatRange(0, min_open=True),
    metavar="S",
    expose_value=False,
    callback=_limit,
    help="Seconds for all of it.",
)

_ALLOW: Final = click.Option(
    ["--allow"],
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    metavar="DIR",
    expose_value=False,
    is_eager=True,
    callback=_allow,
    help="A folder besides the repository that sources, includes and models may lead into.",
)

_KERNEL: Final = click.Option(
    ["--kernel"],
    type=click.Path(path_type=Path),
    metavar="DIR",
    expose_value=False,
    is_eager=True,
    callback=_kernel,
    help="A tree of the kernel's sources, whose headers are used in place of ours.",
)

_KERNEL_BUILD: Final = click.Option(
    ["--kernel-build"],
    type=click.Path(path_type=Path),
    metavar="DIR",
    expose_value=False,
    is_eager=True,
    callback=_build,
    help="A folder in which a kernel was built: its configuration counts, and its tree unless --kernel names one.",
)

_COMMANDS: Final = click.Option(
    ["--compile-commands"],
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    expose_value=False,
    is_eager=True,
    callback=_commands,
    help="A compile_commands.json, which says of sources with which macros and folders they are compiled.",
)

_NO_C: Final = ("enumerate", "litmus")
"""What reads litmus tests only."""

_READ_NOTHING: Final = ("new", "show")
"""What reads no files but the one it is given."""


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


def command() -> NoReturn:
    """The command line in a process that another one watches over: see `modelcheck.cli.supervise`."""
    from modelcheck.cli.supervise import supervise
    from modelcheck.run.room import bound_memory, share

    def work() -> NoReturn:
        bound_memory(share(1))
        try:
            main()
        except SystemExit as end:
            _leave(end.code if isinstance(end.code, int) else 0)

    supervise(work)


def _leave(code: int) -> NoReturn:
    """End this process with ``code`` at once: to give back what it holds piece by piece takes time, when the limit is
    over."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            code = code or 120  # as Python says it
    os._exit(code)


def main() -> NoReturn:
    """Run the command line and exit; an `InputError` becomes one line on stderr and exit code 2."""
    code = 2
    try:
        if sys.stdout is None:
            raise InputError("the standard output is closed: nothing could be told")
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # names of files need not be UTF-8
        _here()
        make_room()
        with heeding():
            given = cli.main(prog_name="modelcheck", standalone_mode=False)
        code = given if isinstance(given, int) else 0
        sys.stdout.flush()
    except InputError as error:
        say(str(error))
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        code = 130
    except BrokenPipeError:
        # Whoever read us has gone; Python would complain once more when it flushes.
        _close()
        code = 128 + signal.SIGPIPE
    except OSError as error:  # the system refuses something that is no part of the input
        say(": ".join(str(part) for part in (error.filename, error.strerror or error) if part is not None))
        _close()
        code = 2
    except (OutOfTime, RecursionError, MemoryError) as error:
        error.__traceback__ = None
        say(f"UNKNOWN: {given_up(error)}{' (--timeout)' if isinstance(error, OutOfTime) else ''}")
        code = 3
    sys.exit(code)


def _here() -> None:
    """Raise `InputError` where the working folder is no more."""
    try:
        Path.cwd()
    except OSError:
        raise InputError("the working folder is not there any more") from None


def _close() -> None:
    """Let nothing more be written to the standard output."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
