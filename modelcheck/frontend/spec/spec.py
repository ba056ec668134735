"""A spec, looked up and complete: what to check, and what is expected."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from attrs import field, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec import locate
from modelcheck.frontend.spec.patch import apply_patch, is_applied
from modelcheck.frontend.spec.written import (
    DEFAULT,
    NAME,
    RELEASE,
    Expectation,
    Text,
    WrittenScenario,
    WrittenSpec,
    WrittenVariant,
    read_written,
    suggestion,
)
from modelcheck.kernel import PREFIX, VARIABLE, Tree, asked, given, kernel_tree
from modelcheck.program.ir import PROPERTIES
from modelcheck.reading import C_FILES, allowed, bounds_of, can_be_named, file_content, is_file, refusal, within

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
    says why the patches do not apply, ``note`` that some need not, where that was to be told later (see `read_spec`).
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
        tree: the kernel tree whose headers its sources include, and which holds those named ``kernel:``.
        text: to point into the ``spec.toml``.
        variants: by name, the unpatched sources first.
        scenarios: by name, in the order written.
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
    text: Text | None = field(default=None, eq=False, repr=False)

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


def _version(kernel: str | None, tree: Tree | None) -> Mapping[str, str]:
    """The macro that tells our headers of which kernel the sources are, as KERNEL_VERSION() counts."""
    if tree is not None:
        major, minor, patch = tree.version
    elif kernel is not None and RELEASE.fullmatch(kernel):
        major, minor, patch = (*map(int, kernel.split(".")), 0)[:3]
    else:
        return {}
    return {"MC_KERNEL_VERSION": str(major << 16 | minor << 8 | min(patch, 255))}


def program_spec(file: Path) -> Spec:
    """The spec of a lone C file with a ``main()``: one scenario, ``main``, which is expected to pass."""
    if not file.is_file():
        raise InputError("no such file", str(file))
    scenario = Scenario("main")
    folder = asked()
    tree = kernel_tree(folder) if folder is not None else None
    base = {"base": Variant("base")}
    defines = _version(None, tree)
    return Spec(file.stem, file.parent, file, (file.name,), base, {"main": scenario}, defines=defines, tree=tree)


def spec_of(target: Path) -> Spec:
    """The spec in a folder (or of a ``spec.toml``), or that of a lone C file. Raises `InputError` as `read_spec`."""
    return program_spec(target) if target.suffix in C_FILES and not target.is_dir() else read_spec(target)


def read_spec(folder: Path, tolerant: bool = False) -> Spec:
    """Read the spec in ``folder`` (or the ``spec.toml`` given itself) and apply its patches.

    ``tolerant``: a patch of a variant that does not apply is told by the variant (`Variant.problem`) instead of here;
    one that is in the sources already is left out, which the variant tells, too (`Variant.note`).
    Raises `InputError`, with the line in ``spec.toml`` or in the patch, for everything wrong that can be seen without
    parsing the C.
    """
    file = folder / "spec.toml" if folder.is_dir() else folder
    if not file.exists():
        raise InputError(
            "holds no spec.toml" if folder.is_dir() else "no such file, and no folder with a spec.toml", str(folder)
        )
    if folder.is_dir() and not within(file, bounds_of(folder)):
        raise InputError(refusal(file, folder), str(folder))
    written, text = read_written(file)
    return _Reader(file, file.parent, written, text, tolerant).spec(file)


@frozen
class _Reader:
    file: Path
    folder: Path
    written: WrittenSpec
    text: Text
    tolerant: bool
    trees: list[Tree] = field(factory=list)

    def spec(self, file: Path) -> Spec:
        written = self.written
        name = written.name if written.name is not None else file.resolve().parent.name
        if not NAME.fullmatch(name):
            self.text.wrong(f"'{name}' cannot be the name of a spec: letters, digits and single - _ . only", "name")
        if not written.sources:
            self.text.wrong("names no source", "sources")
        self.trees.extend(self._tree())
        for key, paths in (("sources", written.sources), ("include", written.include)):
            self._exist(key, paths)
        self._check_bounds((), written.models, written.properties, written.faults)
        if not NAME.fullmatch(written.base) or written.base == DEFAULT:
            self.text.wrong(f"'{written.base}' cannot be the name of a variant", "base")
        variants = {written.base: Variant(written.base)}
        for variant, of in written.variants.items():
            self._check_name("variants", variant)
            if variant == written.base:
                self.text.wrong(f"'{variant}' is the unpatched source (see 'base')", "variants", variant)
            variants[variant] = self._variant(variant, of)
        if not written.scenarios:
            self.text.wrong("holds no scenario: add a table [scenarios.NAME]")
        scenarios = {key: self._scenario(key, of, tuple(variants)) for key, of in written.scenarios.items()}
        return Spec(
            name,
            self.folder,
            file,
            written.sources,
            variants,
            scenarios,
            written.about,
            written.include,
            written.config,
            {**_version(written.kernel, self.tree), **written.defines},
            self.tree,
            written.stubs,
            self.text,
        )

    @property
    def tree(self) -> Tree | None:
        return self.trees[0] if self.trees else None

    def _tree(self) -> Iterator[Tree]:
        """The kernel tree, where the spec needs one or the user has asked for it."""
        written = self.written
        kernel = written.kernel
        named = None if kernel is None or kernel == ANY or RELEASE.fullmatch(kernel) else kernel
        listed = [("sources", index) for index, name in enumerate(written.sources) if name.startswith(PREFIX)]
        within_scenarios = (
            ("scenarios", key, "sources", index)
            for key, of in written.scenarios.items()
            for index, name in enumerate(of.sources)
            if name.startswith(PREFIX)
        )
        needs = next(iter((*listed, *within_scenarios)), ("kernel",) if named or kernel == ANY else None)
        folder = asked() or (given() if needs else None)
        if folder is None and named is not None:
            folder = self.folder / Path(named).expanduser()
            if not within(folder, (*bounds_of(self.folder), *allowed())):
                self.text.wrong(refusal(named, self.folder), "kernel")
        if folder is not None:
            try:
                yield kernel_tree(folder)
            except InputError as error:
                if named is None or folder in (asked(), given()):
                    raise
                release = f"'{named}' is no release of Linux as 4.19 or 6.1.12, and as a folder: {error.message}"
                self.text.wrong(release, "kernel")
        elif needs:
            self.text.wrong(
                f"needs a tree of the kernel's sources: give it with --kernel DIR, or in {VARIABLE}", *needs
            )

    def _variant(self, name: str, written: WrittenVariant) -> Variant:
        path = ("variants", name)
        if not (written.patch or written.config or written.defines):
            self.text.wrong(f"variant '{name}' changes nothing: it needs a patch, config or defines", *path)
        self._exist((*path, "patch"), written.patch)
        files: dict[str, str | None] = {}
        note = ""

        def read(source: str) -> str | None:
            return files[source] if source in files else self._read(source)

        for patch in written.patch:
            file = str(self.folder / patch)
            try:
                files |= apply_patch(file, _text(self.folder / patch), read)
            except InputError as error:
                if self.tolerant and is_applied(file, _text(self.folder / patch), read):
                    note = f"{patch} is in the sources already"
                    continue
                earlier = written.patch[: written.patch.index(patch)]
                after = f", after {', '.join(earlier)}" if earlier else ""
                if self.tolerant:
                    problem = f"its patch {patch} does not apply{after}: {error.message}"
                    return Variant(name, written.about, {}, written.config, written.defines, problem)
                message = f"{error.message} (variant '{name}'{after})"
                raise InputError(message, error.file, error.line, error.column) from None
        return Variant(name, written.about, files, written.config, written.defines, note=note)

    def _scenario(self, name: str, written: WrittenScenario, variants: tuple[str, ...]) -> Scenario:
        path = ("scenarios", name)
        self._check_name("scenarios", name)
        self._check_bounds(path, written.models, written.properties, written.faults)
        self._exist((*path, "sources"), written.sources)
        for index, source in enumerate(written.sources):
            if source in self.written.sources:
                self.text.wrong(f"'{source}' is a source of every scenario already", *path, "sources", index)
        for key, function in (("init", written.init), ("final", written.final)):
            if function is not None and not function.isidentifier():
                self.text.wrong(f"'{function}' is no name of a function", *path, key)
            if function is not None and not written.threads:
                self.text.wrong(f"'{key}' needs 'threads': without them the sources' own main() runs", *path, key)
        spec = self.written
        chosen = self._chosen(path, written, variants)
        self._check_expectations(path, written, variants, chosen)
        faults = spec.faults if written.faults is None else written.faults
        properties = written.properties or spec.properties
        return Scenario(
            name,
            written.about,
            written.init,
            written.threads,
            written.final,
            chosen,
            written.models or spec.models or DEFAULT_MODELS,
            frozenset(properties) if properties else DEFAULT_PROPERTIES,
            written.unroll or spec.unroll,
            written.recursion or spec.recursion,
            written.timeout or spec.timeout,
            {f"MC_FAIL_{fault.upper()}": "1" for fault in faults} | dict(written.defines),
            written.expect,
            written.sources,
            written.stubs,
        )

    def _chosen(self, path: tuple[str, ...], written: WrittenScenario, variants: tuple[str, ...]) -> tuple[str, ...]:
        if written.variants is None:
            named = {self.written.base, *written.expect}
            return tuple(variant for variant in variants if variant in named)
        chosen: dict[str, None] = {}
        for index, pattern in enumerate(written.variants):
            found = [variant for variant in variants if fnmatchcase(variant, pattern)]
            if not found:
                self.text.wrong(f"no variant '{pattern}'{suggestion(pattern, variants)}", *path, "variants", index)
            chosen |= dict.fromkeys(found)
        return tuple(chosen)

    def _check_expectations(
        self, path: tuple[str, ...], written: WrittenScenario, variants: tuple[str, ...], chosen: tuple[str, ...]
    ) -> None:
        for variant, by_model in written.expect.items():
            place = (*path, "expect", variant)
            if variant != DEFAULT and variant not in variants:
                self.text.wrong(f"expects of the unknown variant '{variant}'{suggestion(variant, variants)}", *place)
            if variant != DEFAULT and variant not in chosen:
                self.text.wrong(f"expects of the variant '{variant}', which 'variants' leaves out", *place)
            for model in by_model:
                if model != DEFAULT:
                    self._check_model(model, *place, model)

    def _check_bounds(
        self,
        path: tuple[str, ...],
        models: tuple[str, ...] | None,
        properties: tuple[str, ...] | None,
        faults: tuple[str, ...] | None,
    ) -> None:
        for key, words in (("models", models), ("properties", properties)):
            if words is not None and not words:
                self.text.wrong(f"'{key}' is empty", *path, key)
        for index, model in self._once(path, "models", models):
            self._check_model(model, *path, "models", index)
        for index, name in self._once(path, "properties", properties):
            if name not in PROPERTIES:
                self.text.wrong(f"unknown property '{name}'{suggestion(name, PROPERTIES)}", *path, "properties", index)
        for index, fault in self._once(path, "faults", faults):
            if not fault.isidentifier():
                self.text.wrong(f"'{fault}' is no name of a function", *path, "faults", index)

    def _once(self, path: tuple[str, ...], key: str, words: tuple[str, ...] | None) -> Iterator[tuple[int, str]]:
        for index, word in enumerate(words or ()):
            if word in (words or ())[:index]:
                self.text.wrong(f"'{word}' is given twice", *path, key, index)
            yield index, word

    def _check_model(self, model: str, *path: str | int) -> None:
        if model in MODELS:
            return
        if not model.endswith(".cat"):
            self.text.wrong(f"unknown model '{model}'{suggestion(model, [*MODELS, 'FILE.cat'])}", *path)
        if not can_be_named(model):
            self.text.wrong("no file can be called so", *path)
        self._inside(model, *path)
        if not is_file(self.folder / model):
            self.text.wrong(f"no such file: {self.folder / model}", *path)

    def _check_name(self, table: str, name: str) -> None:
        if name == DEFAULT:
            self.text.wrong("'default' is taken: in 'expect' it stands for everything not named", table, name)
        if not NAME.fullmatch(name):
            self.text.wrong(f"'{name}' cannot be a name here: letters, digits and single - _ . only", table, name)

    def _exist(self, key: str | tuple[str, ...], paths: tuple[str, ...]) -> None:
        place = (key,) if isinstance(key, str) else key
        for index, path in self._once(place[:-1], place[-1], paths):
            found = self.folder / path
            if not can_be_named(path):
                self.text.wrong("no file can be called so", *place, index)
            if self.tree is not None and path.startswith(PREFIX):
                self._in_tree(self.tree, path.removeprefix(PREFIX), *place, index)
                continue
            self._inside(path, *place, index)
            if place[-1] == "include":
                if not found.is_dir():
                    self.text.wrong(f"no such folder: {found}", *place, index)
            elif not is_file(found):
                self.text.wrong(f"no such file: {found}", *place, index)

    def _in_tree(self, tree: Tree, name: str, *place: str | int) -> None:
        found = tree.folder / name
        if not within(found, (tree.folder,)):
            self.text.wrong(f"{name} leads out of the kernel tree", *place)
        if not (found.is_dir() if place[-2] == "include" else is_file(found)):
            self.text.wrong(f"the kernel tree, of version {tree.release}, has no {name}", *place)

    def _inside(self, path: str, *place: str | int) -> None:
        """Complain of what leads out of the bounds of the spec."""
        if not within(self.folder / path, bounds_of(self.folder)):
            self.text.wrong(refusal(path, self.folder), *place)

    def _read(self, name: str) -> str | None:
        path = self.folder / name
        if not is_file(path):
            if self.tree is None or not within(self.tree.folder / name, (self.tree.folder,)):
                return None
            return _text(self.tree.folder / name) if is_file(self.tree.folder / name) else None
        if not within(path, bounds_of(self.folder)):
            raise InputError(refusal(name, self.folder), str(self.file))
        return _text(path)


def _text(path: Path) -> str:
    try:
        return file_content(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"is no UTF-8 text (byte {error.start})", str(path)) from None
