"""What is said on the standard error stream beside a command's output."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcheck.frontend.spec import Spec


def say(what: str) -> None:
    """One line. It may quote a file from anywhere: nothing of it acts on the terminal."""
    said = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in what.replace("\n", " "))
    with suppress(OSError):
        print(f"modelcheck: {said}", file=sys.stderr, flush=True)


def spec_at(target: Path) -> Spec:
    """The spec in a folder, or of a C file; what is to be told of its kernel tree is said."""
    from modelcheck.frontend.spec import spec_of

    spec = spec_of(target)
    for note in spec.notes:
        say(note)
    return spec
