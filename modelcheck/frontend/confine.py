"""What C includes, embeds or asks for lies within bounds: elsewhere it is refused before anything of it is told."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.mention import spliced
from modelcheck.reading import within

_ASKS: Final = re.compile(
    rb"(?:(?:#|%:|\?\?=)[ \t]*(?P<kind>include|include_next|import|embed)\b"
    rb"|\b__has_(?:include|include_next|embed)[ \t]*\()"
    rb'[ \t]*(?:"(?P<quoted>[^"\n]+)"|<(?P<bracketed>[^>\n]+)>|(?P<macro>[A-Za-z_]))?'
)


@frozen
class Bounds:
    """The folders in which files may lie, with every link followed, and what is said of one that does not.

    ``tree``: the kernel tree, which the user has given: where its files look for others, nothing is told by that.
    """

    folders: tuple[Path, ...]
    told: str
    tree: Path | None = None

    def hold(self, path: str) -> bool:
        """Whether ``path`` lies within them."""
        return within(Path(path), self.folders)

    def trusts(self, path: str) -> bool:
        """Whether what ``path`` includes need not be looked at: where clang has read it is all that counts."""
        return self.tree is not None and Path(path).is_relative_to(self.tree)


def confine(texts: Mapping[str, bytes], include: Sequence[Path], bounds: Bounds) -> None:
    """Raise `InputError` where one of ``texts``, by the names of their files, lies out of ``bounds`` or asks for a file
    that does.

    ``include``: the folders in which headers are looked for. A file that is named by a macro is found among ``texts``
    where it is included; where it is embedded or only asked for, it is refused.
    """
    for name in texts:
        if not bounds.hold(name):
            raise InputError(f"{name} {bounds.told}")
    for name, data in texts.items():
        if bounds.trusts(name):
            continue
        for found in _ASKS.finditer(spliced(data)):
            line = data.count(b"\n", 0, found.start()) + 1
            target = found["quoted"] or found["bracketed"]
            if target is None:
                if found["macro"] and found["kind"] not in (b"include", b"include_next", b"import"):
                    raise InputError("names a file by a macro, which is not followed here", name, line)
                continue
            for place in _places(name, os.fsdecode(target), include):
                if os.path.lexists(place) and not bounds.hold(place):
                    raise InputError(f"{os.fsdecode(target)} {bounds.told}", name, line)


def _places(name: str, target: str, include: Iterable[Path]) -> Iterator[str]:
    """Where a file may be looked for that the file ``name`` asks for."""
    if "\0" in target:
        return
    yield os.path.join(os.path.dirname(name), target)  # noqa: PTH118, PTH120 (names as clang spells them)
    yield from (str(folder / target) for folder in include)
