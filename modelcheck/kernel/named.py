"""What the command line, or the environment, names: a tree, a build of one, a ``compile_commands.json``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

VARIABLE: Final = "MODELCHECK_KERNEL_TREE"
"""Names the tree in the environment, where neither the command line nor a spec does."""

BUILD_VARIABLE: Final = "MODELCHECK_KERNEL_BUILD"
"""The same of a folder in which it was built."""

COMMANDS_VARIABLE: Final = "MODELCHECK_COMPILE_COMMANDS"
"""Names a ``compile_commands.json``."""

_ASKED: Final = "MODELCHECK_KERNEL_ASKED"
"""Says in the environment that the command line named the tree, or the build."""


def given() -> Path | None:
    """The tree that the command line or the environment names, for those who need one."""
    return _path(VARIABLE)


def given_build() -> Path | None:
    """The build that the command line or the environment names, for those who need a tree."""
    return _path(BUILD_VARIABLE)


def given_commands() -> Path | None:
    """The ``compile_commands.json`` that the command line or the environment names."""
    return _path(COMMANDS_VARIABLE)


def asked() -> Path | None:
    """The tree that the command line names, whether one is needed or not."""
    return given() if os.environ.get(_ASKED) else None


def asked_build() -> Path | None:
    """The build that the command line names, whether a tree is needed or not."""
    return given_build() if os.environ.get(_ASKED) else None


def _path(variable: str) -> Path | None:
    name = os.environ.get(variable)
    return Path(name) if name else None


@contextmanager
def giving(tree: Path | None = None, build: Path | None = None, commands: Path | None = None) -> Iterator[None]:
    """Let these be named while the context lasts, in processes that are begun then, too.

    Where a tree or a build is, what the environment says of the other does not count.
    """
    said: dict[str, Path | None] = {COMMANDS_VARIABLE: commands} if commands is not None else {}
    if tree is not None or build is not None:
        said |= {VARIABLE: tree, BUILD_VARIABLE: build}
    names = {name: "" if path is None else str(path.resolve()) for name, path in said.items()}
    if VARIABLE in names:
        names[_ASKED] = "1"
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
