"""Names of a trace's objects, short enough to be read, and text that cannot act on what shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from modelcheck.program.words import plain
from modelcheck.trace.trace import Trace

_ALLOCATED: Final = re.compile(r"(\w+)@[\w.+-]+:\d+")
_PAGES: Final = re.compile(r"\bmem_map\[")
_FIRST_PAGE: Final = re.compile(r"&mem_map\b(?!\[)")


def clean(text: str) -> str:
    """``text`` with a replacement for each character that is no visible one: a terminal would act on it, a browser let
    it turn the direction of writing. Tabs become spaces."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text.expandtabs(8))


def bookkeeping(name: str) -> bool:
    """Whether what is called ``name`` is what each thread keeps of itself, for what lockdep asks (`<mc/asked.h>`)."""
    return name.startswith(("__mc_depth", "__mc_read_words"))


@frozen
class Names:
    """What objects are called: ``short`` gives the name for that in the trace.

    An object called by its type and the line of its allocation (``virtio_balloon@virtio_balloon.c:192``) is called by
    its type alone, with a number where there are several; elements of ``mem_map`` are pages.
    """

    short: Mapping[str, str]
    pages: bool

    def text(self, text: str) -> str:
        """``text`` with short names for long ones, and clean; what our headers keep is told as the object that it is
        in, or as internal."""
        text = _ALLOCATED.sub(lambda found: self.short.get(found[0], found[0]), text)
        text = plain(text)
        return clean(_PAGES.sub("page[", _FIRST_PAGE.sub("&page[0]", text)) if self.pages else text)

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        """Each short name, and what it stands for."""
        found = [(short, clean(full)) for full, short in self.short.items() if not short.startswith("__mc_")]
        return (*found, *([("page[i]", "mem_map[i]")] if self.pages else []))


def names(trace: Trace) -> Names:
    """The short names of the objects of ``trace``; an object keeps its name where a short one would be another's."""
    return names_of([thing.name for thing in sorted(trace.execution.objects, key=lambda thing: thing.base)])


def names_of(objects: Sequence[str]) -> Names:
    """The short names of objects that are called so, in the order of their addresses."""
    kinds: dict[str, list[str]] = {}
    taken = set(objects)
    for name in objects:
        if found := _ALLOCATED.fullmatch(name):
            kinds.setdefault(found[1], []).append(name)
    short: dict[str, str] = {}
    for kind, full in kinds.items():
        wanted = [kind] if len(full) == 1 else [f"{kind}#{number}" for number in range(1, len(full) + 1)]
        if not taken & set(wanted) and len(set(full)) == len(full):
            short.update(zip(full, wanted, strict=True))
    pages = "mem_map" in taken and not any(name.startswith("page") for name in taken)
    return Names(short, pages)
