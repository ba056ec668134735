"""Cells that a change cannot touch: no file differs that their program may be made of."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

from attrs import define, evolve, field

from modelcheck.frontend.spec import Spec, macros
from modelcheck.regression.tree import Tree, contents
from modelcheck.verdicts.cells import Cell


@define
class Untouched:
    """Two trees of one spec, of which cells are asked about.

    A file may be part of a program, or of a memory model, when it is one of its sources, or when its name occurs,
    wherever, in the text of a file that may be, or in a macro: an ``#include`` cannot do without it.
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
            (_load(self.before, cell), one, spec.name, spec.sources, spec.include, evolve(cell.variant, about=""))
            == (_load(self.after, then), other, late.name, late.sources, late.include, evolve(then.variant, about=""))
            and macros(spec, one, cell.variant) == macros(late, other, then.variant)
            and (spec.tree, spec.config, spec.stubs) == (late.tree, late.config, late.stubs)
            and not cell.variant.problem
        )
        return same and not self._made_of(spec, cell) & self._changed

    def _made_of(self, spec: Spec, cell: Cell) -> frozenset[str]:
        """Files that the program of a cell may be made of, in either tree."""
        home = self.before.home.as_posix()
        own = (*spec.sources, *cell.scenario.sources)
        given = tuple(sorted(macros(spec, cell.scenario, cell.variant).items()))
        load = _load(self.before, cell)
        key = (own, cell.variant.name, given, load)
        if key not in self._parts:
            changed = {_place(home, name): text for name, text in cell.variant.files.items()}
            names = tuple(dict.fromkeys((*self._texts, *changed)))
            found = {_place(home, name) for name in own} | ({load} & self._texts.keys())
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


def _load(tree: Tree, cell: Cell) -> str:
    """What loads the model of a cell; a file of the tree by its name from the root on."""
    path = Path(cell.load)
    return path.relative_to(tree.root).as_posix() if path.is_relative_to(tree.root) else cell.load


def _place(home: str, name: str) -> str:
    """A file of the spec, from the root of its tree on."""
    return posixpath.normpath(posixpath.join(home, name))
