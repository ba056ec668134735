"""Names and numbers for a litmus test: what locations are called, and what stands for values of other kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_PLACE: Final = re.compile(r"@[^.\[]*(\.[a-z]+:\d+)?")
"""Where an object was allocated, within its name: ``@file.c:12``."""

_TAKEN: Final = re.compile(
    r"[rP]\d+|int|long|short|char|void|if|else|while|for|do|switch|case|return|struct|union|enum|const|volatile|goto"
    r"|exists|forall|not|locations|filter|true|false|NULL|break|continue|default|sizeof|unsigned|signed|double|float"
    r"|static|extern|register|auto|inline|typedef|observed|with|final|P|C"
)

FIRST: Final = 1001
"""The number that stands for the first value that is no small number."""


class Names:
    """A word of C for each location, told apart, like the name that a reader knows it by."""

    def __init__(self) -> None:
        self._words: dict[int, str] = {}
        self._told: dict[int, str] = {}

    def give(self, address: int, name: str) -> None:
        """Find a word for a location, unless it has one."""
        if address in self._words:
            return
        short = re.sub(r"\.__\w+$", "", _PLACE.sub("", name)).removesuffix(".counter")
        word = re.sub(r"[^A-Za-z0-9]+", "_", short).strip("_")[-40:].lstrip("_0123456789") or "x"
        if _TAKEN.fullmatch(word):
            word = f"{word}_"
        taken = set(self._words.values())
        chosen, number = word, 2
        while chosen in taken:
            chosen, number = f"{word}_{number}", number + 1
        self._words[address] = chosen
        self._told[address] = name

    def __getitem__(self, address: int) -> str:
        return self._words[address]

    @property
    def addresses(self) -> tuple[int, ...]:
        """The locations, in the order in which they got their words."""
        return tuple(self._words)

    def legend(self) -> Iterator[str]:
        """What the words stand for, where it is not the same."""
        for address, word in self._words.items():
            if word != self._told[address]:
                yield f"{word} is {self._told[address]}"


class Numbers:
    """A small number for each value that is none."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, what: str) -> int:
        """The number of a value."""
        return self._numbers.setdefault(what, FIRST + len(self._numbers))

    def another(self, what: str) -> int:
        """A new number for a value that has one already."""
        again = 2
        while f"{what} ({again})" in self._numbers:
            again += 1
        return self.of(f"{what} ({again})")

    def legend(self) -> Iterator[str]:
        """What the numbers stand for."""
        for what, number in self._numbers.items():
            yield f"{number} stands for {what}"
