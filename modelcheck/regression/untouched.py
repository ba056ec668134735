"""Cells that a change cannot touch: no file differs that their program may be made of."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from attrs import define, evolve, field

from modelcheck.frontend.spec import Spec, macros
from modelcheck.regression.tree import Tree, contents
from modelcheck.verdicts.cells import Cell


@define
class Untouched:
    """Two trees of one spec, of which cells are asked about.

    A file may be part of a program when it is one of its sources, or when its name occurs, wherever, in the text of a
    file that may be, or in a macro: an ``#include`` cannot do without it.
    """

    before: Tree
    after: Tree
    _texts: Mapping[str, str] = field(init=False)
    _changed: frozenset[str] = field(init=False)
    _mentions: dict[object, frozenset[str]] = field(factory=dict, init=False)
    _parts: dict[object, frozenset[str]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        old, new = contents(self.before), contents(self.after)
        self._changed = frozenset(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        texts: dict[str, str] = {}
        for files in (old, new):
            for name, content in files.items():
                texts[name] = texts.get(name, "") + content.decode("utf-8", "replace")
        self._texts = texts

    def holds(self, old: tuple[Spec, Cell], new: tuple[Spec, Cell]) -> bool:
        """Whether a cell is made of the same bytes in both trees, in the same way. What is expected may differ."""
        (spec, cell), (late, then) = old, new
        one, other = (evolve(c.scenario, expect={}, about="", variants=()) for c in (cell, then))
        same = (
            (cell.load, one, spec.name, spec.sources, spec.include, evolve(cell.variant, about=""))
            == (then.load, other, late.name, late.sources, late.include, evolve(then.variant, about=""))
            and macros(spec, one, cell.variant) == macros(late, other, then.variant)
            and not cell.variant.problem
        )
        return same and not self._made_of(spec, cell) & self._changed

    def _made_of(self, spec: Spec, cell: Cell) -> frozenset[str]:
        """Files that the program of a cell may be made of, in either tree."""
        home = self.before.home.as_posix()
        own = (*spec.sources, *cell.scenario.sources)
        given = tuple(sorted(macros(spec, cell.scenario, cell.variant).items()))
        key = (own, cell.variant.name, given)
        if key not in self._parts:
            changed = {_place(home, name): text for name, text in cell.variant.files.items()}
            names = tuple(dict.fromkeys((*self._texts, *changed)))
            found = {_place(home, name) for name in own}
            pending = [*(changed.get(name) or "" for name in found), *(self._texts.get(name, "") for name in found)]
            pending.append(" ".join(value for _, value in given))
            while pending:
                for name in self._named(pending.pop(), names):
                    if name not in found:
                        found.add(name)
                        pending += [self._texts.get(name, ""), (changed.get(name) or "")]
            self._parts[key] = frozenset(found)
        return self._parts[key]

    def _named(self, text: str, names: tuple[str, ...]) -> frozenset[str]:
        """Those of the files ``names`` whose names occur in ``text``."""
        if (text, names) not in self._mentions:
            whole = text.replace("\r\n", "\n").replace("\\\n", "").lower()
            self._mentions[text, names] = frozenset(n for n in names if posixpath.basename(n).lower() in whole)
        return self._mentions[text, names]


def _place(home: str, name: str) -> str:
    """A file of the spec, from the root of its tree on."""
    return posixpath.normpath(posixpath.join(home, name))
