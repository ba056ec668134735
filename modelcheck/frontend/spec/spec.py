"""A spec, complete: what to check, and what is expected."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen

from modelcheck.commands import Commands
from modelcheck.errors import InputError
from modelcheck.frontend.spec import locate
from modelcheck.frontend.spec.written import DEFAULT, Expectation, Text
from modelcheck.kernel import PREFIX, Tree
from modelcheck.program.ir import PROPERTIES
from modelcheck.reading import is_file
from modelcheck.run.alarm import MOST_PATIENCE

MODELS: Final = ("sc", "tso", "pso", "lkmm", "rc11")
"""The built-in memory models."""

DEFAULT_MODELS: Final = ("sc", "tso", "lkmm")

ANY: Final = "any"
"""As a spec's ``kernel``: some tree is needed, whichever is given."""

DEFAULT_PROPERTIES: Final = frozenset(PROPERTIES) - {"race"}


@frozen
class Variant:
    """The sources with patches, configuration and macros of their own.

    ``files`` are the texts that the patches change, by name relative to the spec's folder; None: deleted. ``problem``
    says why the patches do not apply, ``note`` that some need not, where that is told later (see `read_spec`).
    """

    name: str
    about: str = ""
    files: Mapping[str, str | None] = field(factory=dict)
    config: Mapping[str, str] = field(factory=dict)
    defines: Mapping[str, str] = field(factory=dict)
    problem: str = ""
    note: str = ""


@frozen
class Scenario:
    """Who runs at once, within which bounds, and what must hold.

    ``threads`` are pairs (label, function); without any, the sources' own ``main()`` runs. ``sources``: compiled
    besides those of the spec. ``stubs``: as `written.Stubs`, besides those of the spec.

    ``timeout`` are seconds of processor time for each verdict, as the spec says: the same on a machine that is busy.
    ``patience``: seconds on the clock, as whoever waits for the verdict says, which stand in place of those.
    """

    name: str
    about: str = ""
    init: str | None = None
    threads: tuple[tuple[str, str], ...] = ()
    final: str | None = None
    variants: tuple[str, ...] = ("base",)
    models: tuple[str, ...] = DEFAULT_MODELS
    properties: frozenset[str] = DEFAULT_PROPERTIES
    unroll: int = 3
    recursion: int = 3
    timeout: float | None = None
    defines: Mapping[str, str] = field(factory=dict)
    expect: Mapping[str, Mapping[str, Expectation]] = field(factory=dict)
    sources: tuple[str, ...] = ()
    stubs: Mapping[str, str] = field(factory=dict)
    patience: float | None = None

    @property
    def longest(self) -> float | None:
        """Seconds on the clock that a verdict takes at most; None: no limit."""
        if self.patience is not None:
            return self.patience
        return None if self.timeout is None else MOST_PATIENCE * self.timeout

    def expected(self, variant: str, model: str) -> Expectation:
        """What the spec expects of this scenario for a variant and a model; PASS where it says nothing."""
        by_model = self.expect.get(variant) or self.expect.get(DEFAULT) or {}
        return by_model.get(model) or by_model.get(DEFAULT) or Expectation()


@frozen
class Spec:
    """A folder with sources, and what is to be checked of them.

    Attributes:
        name: for people, and the folder of its traces.
        folder: what all names of files are relative to.
        file: the ``spec.toml``, or the C file where there is none.
        about: in one line.
        sources, include: names relative to ``folder``.
        config, defines: as `written.Config` and `written.Macros`.
        stubs: as `written.Stubs`.
        commands: how its sources are compiled, where that was told and there is no tree.
        notes: what is to be told of the tree and of how sources are compiled.
        tree: the kernel tree whose headers its sources include, and which holds those named ``kernel:``.
        text: to point into the ``spec.toml``.
        variants: by name, the unpatched sources first.
        scenarios: by name, in the order written.
        left_out: of scenarios and variants those that are not for this version of the kernel, by name.
    """

    name: str
    folder: Path
    file: Path
    sources: tuple[str, ...]
    variants: Mapping[str, Variant]
    scenarios: Mapping[str, Scenario]
    about: str = ""
    include: tuple[str, ...] = ()
    config: Mapping[str, str] = field(factory=dict)
    defines: Mapping[str, str] = field(factory=dict)
    tree: Tree | None = None
    stubs: Mapping[str, str] = field(factory=dict)
    commands: Commands | None = None
    notes: tuple[str, ...] = ()
    text: Text | None = field(default=None, eq=False, repr=False)
    left_out: tuple[str, ...] = ()

    def place(self, name: str) -> Path:
        """Where a file of the spec is: in its folder, or in the kernel tree where it is named so, or is only there."""
        if self.tree is not None:
            if name.startswith(PREFIX):
                return self.tree.folder / name.removeprefix(PREFIX)
            if not os.path.lexists(self.folder / name) and is_file(self.tree.folder / name):
                return self.tree.folder / name
        return self.folder / name

    def error(self, message: str, path: locate.Path) -> InputError:
        """An error at what ``path`` leads to in the ``spec.toml``, or at the file as a whole where there is none."""
        return InputError(message, str(self.file)) if self.text is None else self.text.error(message, path)

    def model(self, name: str) -> str:
        """What to load for a model of this spec: a built-in name, or the path of a ``.cat`` file."""
        return name if name in MODELS else str(self.folder / name)
