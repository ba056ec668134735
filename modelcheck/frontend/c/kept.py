"""Parsed C files kept for the next programs of this process, as long as nothing that they were made of has changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Final, Generic, TypeVar

from attrs import field, frozen

from modelcheck.frontend.c.looked import made_of
from modelcheck.frontend.made_of import MadeOf
from modelcheck.frontend.mention import mentioned
from modelcheck.frontend.texts import LISTENED, Texts

MOST: Final = 64 * 1024 * 1024
"""Bytes, as clang counts them, of the files that are kept; the process grows by about twice as much."""

MOST_OF_TREE: Final = 200 * 1024 * 1024
"""The same, where files of a kernel tree are among them: each has some hundred headers."""


@frozen
class Command:
    """What clang is asked: the file and where it runs, the options, and the macros defined besides."""

    place: tuple[str, ...]
    options: tuple[str, ...]
    defines: Mapping[str, str]

    def differs_in(self, other: Command) -> Iterator[str]:
        """The macros that are not the same."""
        names = self.defines.keys() | other.defines.keys()
        return (name for name in names if self.defines.get(name) != other.defines.get(name))


U = TypeVar("U")


@frozen(eq=False)
class _Kept(Generic[U]):
    """A parsed file and what it was made of."""

    command: Command
    unit: U
    size: int
    made_of: MadeOf
    _mentioned: dict[str, bool] = field(factory=dict, init=False)

    def answers(self, command: Command, texts: Texts) -> bool:
        """Whether clang would read the same for ``command``, and make the same of it."""
        own = self.command
        if command.place != own.place or command.options != own.options:
            return False
        differing = list(command.differs_in(own))
        if any(self._mentioned.get(name) for name in differing) or not self.made_of.holds(texts):
            return False
        return not any(self._mentions(name, command, texts) for name in differing)

    def _mentions(self, name: str, command: Command, texts: Texts) -> bool:
        """Whether it can matter what ``name`` is defined as, in texts that are as they were."""
        if name not in self._mentioned:
            read = (content.data for content in map(texts.content, self.made_of.digests) if content is not None)
            self._mentioned[name] = mentioned(name, read)
        values = (*command.defines.values(), *self.command.defines.values())
        return self._mentioned[name] or mentioned(name, (value.encode("utf-8", "replace") for value in values))


class Shelf(Generic[U]):
    """The files that are kept; those used last stay when they get too many."""

    def __init__(self, most: int = MOST) -> None:
        """``most``: bytes of all of them together."""
        self._most = most
        self._kept: list[_Kept[U]] = []

    def find(self, command: Command, texts: Texts) -> U | None:
        """What ``command`` would give on ``texts``, if it is here."""
        for number in range(len(self._kept) - 1, -1, -1):
            kept = self._kept[number]
            if kept.answers(command, texts):
                self._kept.append(self._kept.pop(number))
                return kept.unit
        return None

    def keep(self, command: Command, unit: U, size: int, read: Mapping[str, bytes], texts: Texts, began: int) -> None:
        """Keep what ``command`` gave, unless it may be another the next time though no file changes.

        Args:
            command, unit: what was asked, and what to keep.
            size: its bytes.
            read, texts, began: as for `made_of`.
        """
        if texts.library:
            self._most = max(self._most, MOST_OF_TREE)
        if size > self._most or any(os.environ.get(name) for name in LISTENED):
            return
        found = made_of(read, command.options, texts, began)
        if found is None:
            return
        self._kept.append(_Kept(command, unit, size, found))
        while sum(kept.size for kept in self._kept) > self._most:
            del self._kept[0]

    def __iter__(self) -> Iterator[U]:
        """What is kept, used last at the end."""
        return (kept.unit for kept in self._kept)
