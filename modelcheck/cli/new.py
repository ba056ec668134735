"""``modelcheck new``: a small spec that runs, to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

import click

from modelcheck.errors import InputError

_SKELETON: Final = Path(__file__).parent / "skeleton"
_FILES: Final = {"spec.toml": "spec.toml", "source.c": "{}.c", "variant.patch": "patches/no-release.patch"}
"""What the files of the skeleton are called in a spec, by its name."""


@click.command(
    short_help="Begin a spec: a folder that runs at once.",
    epilog="\b\nExamples:\n  modelcheck new mailbox\n  modelcheck new mailbox --dir specs\n",
)
@click.argument("name", metavar="NAME")
@click.option(
    "--dir",
    "parent",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default="the current folder",
    metavar="DIR",
    help="Where to put the new folder.",
)
def new(name: str, parent: Path) -> None:
    """Write a spec called NAME into a folder of that name: C with two threads, a spec.toml, and a variant as a patch.

    `modelcheck check` on it passes as posted, and finds what is wrong with the variant in the kernel's memory model.
    Then replace its parts by your own. What is there already is left alone. Exit codes: 0 it is written, 2 the input
    is wrong.
    """
    from modelcheck.frontend.spec.written import NAME

    if not NAME.fullmatch(name):
        raise InputError(f"'{name}' cannot be the name of a spec: letters, digits and single - _ . only")
    if not parent.is_dir():
        raise InputError("no such folder", str(parent))
    folder = parent / name
    try:
        folder.mkdir()
        (folder / "patches").mkdir()
        for file, called in _FILES.items():
            text = (_SKELETON / file).read_text(encoding="utf-8").replace("@NAME@", name)
            path = folder / called.format(name)
            path.write_text(text, encoding="utf-8")
            click.echo(path)
    except FileExistsError:
        raise InputError("is there already", str(folder)) from None
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", str(folder)) from None
    click.echo(f"\nNow: modelcheck check {shlex.quote(str(folder))}")
