"""``modelcheck show``: a stored trace, told in the terminal or written for a browser or another tool."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import click

from modelcheck.errors import InputError

if TYPE_CHECKING:
    from modelcheck.trace import Trace


class NotWrittenError(click.ClickException):
    """A trace cannot be written in the format asked for; nothing is wrong with it."""

    def show(self, file: IO[str] | None = None) -> None:
        click.echo(f"modelcheck: {self.message}", err=True)


def _html(trace: Trace) -> str:
    from modelcheck.trace.page import page

    return page(trace)


def _dot(trace: Trace) -> str:
    from modelcheck.trace.dot import dot
    from modelcheck.trace.names import names

    text = names(trace).text
    return dot(trace.execution, f"{trace.scenario}, {trace.variant}, {trace.model}: {trace.property}", text)


def _mermaid(trace: Trace) -> str:
    from modelcheck.trace.mermaid import mermaid
    from modelcheck.trace.narrative import narrative

    return mermaid(trace, narrative(trace))


def _perfetto(trace: Trace) -> str:
    from modelcheck.trace.narrative import narrative
    from modelcheck.trace.perfetto import perfetto

    return perfetto(trace, narrative(trace))


def _litmus(trace: Trace) -> str:
    from modelcheck.cat import load_model
    from modelcheck.minimise.litmus import litmus_test
    from modelcheck.trace import model_place
    from modelcheck.trace.litmus import InexpressibleError

    try:
        return litmus_test(trace, load_model(model_place(trace)))
    except InexpressibleError as reason:
        raise NotWrittenError(f"no litmus test says this: {reason}") from None


_FORMATS: Final[Mapping[str, Callable[[Trace], str]]] = {
    "html": _html,
    "dot": _dot,
    "mermaid": _mermaid,
    "perfetto": _perfetto,
    "litmus": _litmus,
}
"""What a trace can be written as, by the option's name."""


def _written(name: str, about: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option ``--name [FILE]``; without a file it writes to the standard output."""
    return click.option(
        f"--{name}", name, is_flag=False, flag_value="-", default=None, metavar="[FILE]", help=f"Write {about}."
    )


@click.command(
    short_help="Tell a stored trace, or make a page or a picture of it.",
    epilog="\b\nExamples:\n"
    "  modelcheck show traces/balloon/clear--isolate-no-list-lock--sc.json\n"
    "  modelcheck show traces/balloon/assign--isolate-no-locks--lkmm.json --html assign.html\n",
)
@click.argument("traces", type=click.Path(path_type=Path), metavar="TRACE...", nargs=-1, required=True)
@click.option(
    "--width",
    type=click.IntRange(20),
    metavar="N",
    help="Characters of a line; threads are columns where they fit. Default: the terminal's; elsewhere no limit, and "
    "one column.",
)
@_written("html", "a page to step through, one file that loads nothing")
@_written("dot", "a graph of events and relations for Graphviz")
@_written("mermaid", "a sequence diagram for Mermaid")
@_written("perfetto", "a Chrome trace for ui.perfetto.dev, threads as tracks")
@_written("litmus", "the failing core as a litmus test, if there is one with the same verdict")
def show(traces: tuple[Path, ...], width: int | None, **files: str | None) -> None:
    """Tell the execution in a trace file: its steps in an order that explains them, each with its thread and what it
    reads, writes or locks, below the source line that it belongs to; what a step sees late, and why; what broke; and
    for a weak execution which accesses would have to be ordered.

    Or write it, to FILE or (- or nothing) to the standard output, as one of the formats below.
    """
    from modelcheck.trace import read_trace

    asked = {name: file for name, file in files.items() if file is not None}
    if len(asked) > 1:
        raise InputError(f"{' and '.join(f'--{name}' for name in asked)}: one of them at a time")
    if asked and len(traces) > 1:
        raise InputError(f"--{next(iter(asked))}: one trace at a time")
    for name, file in asked.items():
        _write(file, traces[0], _FORMATS[name](read_trace(traces[0])))
        return
    from modelcheck.trace.narrative import narrative
    from modelcheck.trace.terminal import lines

    if width is None and sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
    for number, path in enumerate(traces):
        if number:
            click.echo()
        for line in lines(narrative(read_trace(path)), width):
            click.echo(line)


def _write(file: str, trace: Path, text: str) -> None:
    from modelcheck.trace import write_atomically

    if file == "-":
        click.echo(text, nl=False)
        return
    path = Path(file)
    if file.endswith("/") or path.is_dir():
        raise InputError("is a folder: name a file in it", file)
    if path.exists() and trace.exists() and path.samefile(trace):
        raise InputError("is the trace itself: name another file", file)
    write_atomically(path, text.encode("utf-8", "surrogateescape"))
