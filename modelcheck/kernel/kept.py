"""Configurations of trees kept, in a process and between runs, as long as no Kconfig file changes."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from modelcheck.keeping import Kept, code_changed, code_digest
from modelcheck.kernel.kconfig import Looked, look, state_of

CONFIGURATIONS: Final = Kept("configurations", 32 << 20)

Made = tuple[dict[str, str], Mapping[str, Looked]]
"""A configuration, and the files that it was made of."""

MOST_HERE: Final = 64
"""Configurations in this process."""

_here: dict[bytes, Made] = {}
"""What was asked for in this process."""


def kept(
    folder: str,
    config: tuple[tuple[str, str], ...],
    wanted: tuple[str, ...],
    built: tuple[tuple[str, str], ...] | None,
    make: Callable[[], Made],
) -> dict[str, str]:
    """The configuration of a tree: as ``make`` gives it, or gave it before from files that are still the same.

    Args:
        folder: the tree.
        config: what somebody said.
        wanted: symbols that sources need.
        built: those of a build, or None.
        make: makes it.
    """
    parts = (sys.version, code_digest(), folder, config, wanted, built)
    made_from = hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).digest()
    made = _here.get(made_from)
    if made is None or not unchanged(made[1]):
        made = _found(CONFIGURATIONS.find(made_from)) or _anew(made_from, make)
        if len(_here) >= MOST_HERE:
            _here.clear()
        _here[made_from] = made
    return made[0]


def unchanged(files: Mapping[str, Looked]) -> bool:
    """Whether files look as they did."""
    return all(state_of(name) == looked.state for name, looked in files.items())


def _anew(made_from: bytes, make: Callable[[], Made]) -> Made:
    values, files = make()
    if not code_changed():
        digests = {name: looked.digest for name, looked in files.items()}
        CONFIGURATIONS.put(made_from, {"values": values, "files": digests})
    return values, files


def _found(entry: Any) -> Made | None:
    """What an entry holds, where its files are as they were."""
    try:
        files = {}
        for name, before in entry["files"].items():
            files[name], _ = look(name)
            if files[name].digest != before:
                return None
        return {str(symbol): str(value) for symbol, value in entry["values"].items()}, files
    except (TypeError, LookupError, AttributeError):
        return None
