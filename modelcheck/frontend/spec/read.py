"""Read a spec: its ``spec.toml`` for the kernel at hand, files looked up, patches applied."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from attrs import evolve, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec.document import read_document
from modelcheck.frontend.spec.given import Wish, commands_for, notes, tree_for
from modelcheck.frontend.spec.kernel import tree_of, version_of
from modelcheck.frontend.spec.patch import apply_patch, is_applied
from modelcheck.frontend.spec.spec import (
    DEFAULT_MODELS,
    DEFAULT_PROPERTIES,
    MODELS,
    Scenario,
    Spec,
    Variant,
)
from modelcheck.frontend.spec.written import (
    DEFAULT,
    NAME,
    OR,
    Text,
    WrittenScenario,
    WrittenSpec,
    WrittenVariant,
    suggestion,
)
from modelcheck.kernel import PREFIX, Tree
from modelcheck.program.ir import PROPERTIES
from modelcheck.reading import C_FILES, allowed, bounds_of, can_be_named, file_content, is_file, refusal, within


def _version(kernel: str | None, tree: Tree | None) -> Mapping[str, str]:
    """The macro that tells our headers of which kernel the sources are, as KERNEL_VERSION() counts."""
    version = version_of(kernel, tree)
    if version is None:
        return {}
    major, minor, patch = version
    return {"MC_KERNEL_VERSION": str(major << 16 | minor << 8 | min(patch, 255))}


def program_spec(file: Path) -> Spec:
    """The spec of a lone C file with a ``main()``: one scenario, ``main``, which is expected to pass."""
    if not file.is_file():
        raise InputError("no such file", str(file))
    tree = tree_for(Wish(file.parent))
    spec = Spec(
        *(file.stem, file.parent, file, (file.name,), {"base": Variant("base")}, {"main": Scenario("main")}),
        defines=_version(None, tree),
        tree=tree,
        commands=commands_for(file.parent) if tree is None else None,
    )
    return _noted(spec)


def _noted(spec: Spec) -> Spec:
    """The same with its notes."""
    names = dict.fromkeys([*spec.sources, *(name for one in spec.scenarios.values() for name in one.sources)])
    places = [spec.place(name) for name in names]
    varied = {name: value for variant in spec.variants.values() for name, value in variant.config.items()}
    return evolve(spec, notes=tuple(notes(spec.tree, spec.commands, spec.config, varied, places, spec.folder)))


def spec_of(target: Path) -> Spec:
    """The spec in a folder (or of a ``spec.toml``), or that of a lone C file. Raises `InputError` as `read_spec`."""
    return program_spec(target) if target.suffix in C_FILES and not target.is_dir() else read_spec(target)


def read_spec(folder: Path, tolerant: bool = False) -> Spec:
    """Read the spec in ``folder`` (or the ``spec.toml`` given itself) and apply its patches.

    ``tolerant``: a patch of a variant that does not apply is told by the variant (`Variant.problem`) instead of here;
    one that is in the sources already is left out, which the variant tells, too (`Variant.note`). Of a patch on a
    kernel tree the first is so in any case.
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
    document = read_document(file)
    for _ in document.forms():  # what is meant for other versions is looked at, too
        pass
    tree = tree_of(file.parent, document)
    kernel = document.raw.get("kernel")
    written, text, absent = document.of(version_of(kernel, tree))
    names = frozenset(str(path[1]) for path in absent if path[0] in ("scenarios", "variants") and len(path) == 2)
    return _Reader(file, file.parent, written, text, tolerant, tree, names).spec()


@frozen
class _Reader:
    file: Path
    folder: Path
    written: WrittenSpec
    text: Text
    tolerant: bool
    tree: Tree | None
    absent: frozenset[str]
    """Names of scenarios and variants that are written, and not for this version."""

    def spec(self) -> Spec:
        written = self.written
        name = written.name if written.name is not None else self.file.resolve().parent.name
        if not NAME.fullmatch(name):
            self.text.wrong(f"'{name}' cannot be the name of a spec: letters, digits and single - _ . only", "name")
        if not written.sources:
            self.text.wrong("names no source", "sources")
        sources = self._exist("sources", written.sources)
        include = self._exist("include", written.include)
        self._check_bounds((), written.models, written.properties, written.faults)
        if not NAME.fullmatch(written.base) or written.base == DEFAULT:
            self.text.wrong(f"'{written.base}' cannot be the name of a variant", "base")
        variants = {written.base: Variant(written.base)}
        for variant, of in written.variants.items():
            self._check_name("variants", variant)
            if variant == written.base:
                self.text.wrong(f"'{variant}' is the unpatched source (see 'base')", "variants", variant)
            variants[variant] = self._variant(variant, of)
        if not written.scenarios and not self.absent:
            self.text.wrong("holds no scenario: add a table [scenarios.NAME]")
        scenarios = {key: self._scenario(key, of, tuple(variants)) for key, of in written.scenarios.items()}
        scenarios = {key: of for key, of in scenarios.items() if of.variants}
        if not scenarios:
            self.text.wrong(f"no scenario is for Linux {self.tree.release if self.tree else self.written.kernel}")
        spec = Spec(
            name,
            self.folder,
            self.file,
            sources,
            variants,
            scenarios,
            written.about,
            include,
            written.config,
            {**_version(written.kernel, self.tree), **written.defines},
            self.tree,
            written.stubs,
            commands_for(self.folder) if self.tree is None else None,
            text=self.text,
            left_out=tuple(sorted(self.absent | (set(written.scenarios) - set(scenarios)))),
        )
        return _noted(spec)

    def _variant(self, name: str, written: WrittenVariant) -> Variant:
        path = ("variants", name)
        if not (written.patch or written.config or written.defines):
            self.text.wrong(f"variant '{name}' changes nothing: it needs a patch, config or defines", *path)
        for index, patch in self._once(path, "patch", written.patch):
            for one in patch.split(OR):
                self._exists(one, *path, "patch", index)
        files: dict[str, str | None] = {}
        elsewhere: set[str] = set()
        note = ""

        def read(source: str) -> str | None:
            if not os.path.lexists(self.folder / source):
                elsewhere.add(source)
            return files[source] if source in files else self._read(source)

        for patch in written.patch:
            try:
                files |= self._patched(patch, read)
            except InputError as error:
                applied = [one for one in patch.split(OR) if self._is_applied(one, read)]
                if self.tolerant and applied:
                    note = f"{applied[0]} is in the sources already"
                    continue
                earlier = written.patch[: written.patch.index(patch)]
                after = f", after {', '.join(earlier)}" if earlier else ""
                # Trees differ: what else there is to check of this one can be checked all the same.
                if self.tolerant or (self.tree is not None and elsewhere):
                    where = f" to Linux {self.tree.release}" if self.tree is not None else ""
                    problem = f"its patch {patch} does not apply{where}{after}: {error.message}"
                    return Variant(name, written.about, {}, written.config, written.defines, problem)
                message = f"{error.message} (variant '{name}'{after})"
                raise InputError(message, error.file, error.line, error.column) from None
        return Variant(name, written.about, files, written.config, written.defines, note=note)

    def _patched(self, patch: str, read: Callable[[str], str | None]) -> dict[str, str | None]:
        """What a patch changes, or the first of several that applies. Raises `InputError` of the first."""
        first, *others = patch.split(OR)
        try:
            return apply_patch(str(self.folder / first), _text(self.folder / first), read)
        except InputError:
            for one in others:
                with suppress(InputError):
                    return apply_patch(str(self.folder / one), _text(self.folder / one), read)
            raise

    def _is_applied(self, patch: str, read: Callable[[str], str | None]) -> bool:
        return is_applied(str(self.folder / patch), _text(self.folder / patch), read)

    def _scenario(self, name: str, written: WrittenScenario, variants: tuple[str, ...]) -> Scenario:
        path = ("scenarios", name)
        self._check_name("scenarios", name)
        self._check_bounds(path, written.models, written.properties, written.faults)
        sources = self._exist((*path, "sources"), written.sources)
        for index, source in enumerate(sources):
            if source in self._named(self.written.sources):
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
            sources,
            written.stubs,
        )

    def _chosen(self, path: tuple[str, ...], written: WrittenScenario, variants: tuple[str, ...]) -> tuple[str, ...]:
        if written.variants is None:
            named = {self.written.base, *written.expect}
            return tuple(variant for variant in variants if variant in named)
        chosen: dict[str, None] = {}
        for index, pattern in enumerate(written.variants):
            found = [variant for variant in variants if fnmatchcase(variant, pattern)]
            if not found and not any(fnmatchcase(name, pattern) for name in self.absent):
                self.text.wrong(f"no variant '{pattern}'{suggestion(pattern, variants)}", *path, "variants", index)
            chosen |= dict.fromkeys(found)
        return tuple(chosen)

    def _check_expectations(
        self, path: tuple[str, ...], written: WrittenScenario, variants: tuple[str, ...], chosen: tuple[str, ...]
    ) -> None:
        for variant, by_model in written.expect.items():
            place = (*path, "expect", variant)
            if variant in self.absent:
                continue
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

    def _exist(self, key: str | tuple[str, ...], paths: tuple[str, ...]) -> tuple[str, ...]:
        """The names that a key gives, each looked up; of several with ``|`` between them the first that is there."""
        place = (key,) if isinstance(key, str) else key
        found = []
        for index, path in self._once(place[:-1], place[-1], paths):
            names = self._named((path,), place[-1])
            if not names:
                tree = f" (the kernel tree is of version {self.tree.release})" if self.tree is not None else ""
                self.text.wrong(f"none of these files is there{tree}: {', '.join(path.split(OR))}", *place, index)
            self._exists(names[0], *place, index)
            found.append(names[0])
        return tuple(found)

    def _named(self, paths: tuple[str, ...], key: str = "sources") -> list[str]:
        """Of each name the first of its parts that is there; one without parts in any case."""
        found = []
        for path in paths:
            parts = path.split(OR)
            found += parts if len(parts) == 1 else [part for part in parts if self._is_there(part, key)][:1]
        return found

    def _is_there(self, name: str, key: str) -> bool:
        folder = self.folder
        if self.tree is not None and name.startswith(PREFIX):
            folder, name = self.tree.folder, name.removeprefix(PREFIX)
        return can_be_named(name) and ((folder / name).is_dir() if key == "include" else is_file(folder / name))

    def _exists(self, path: str, *place: str | int) -> None:
        found = self.folder / path
        if not can_be_named(path):
            self.text.wrong("no file can be called so", *place)
        if self.tree is not None and path.startswith(PREFIX):
            self._in_tree(self.tree, path.removeprefix(PREFIX), *place)
            return
        self._inside(path, *place)
        if place[-2] == "include":
            if not found.is_dir():
                self.text.wrong(f"no such folder: {found}", *place)
        elif not is_file(found):
            self.text.wrong(f"no such file: {found}", *place)

    def _in_tree(self, tree: Tree, name: str, *place: str | int) -> None:
        found = tree.folder / name
        if not within(found, (tree.folder, *allowed())):
            self.text.wrong(f"{name} leads out of the kernel tree", *place)
        folder = place[-2] == "include"
        if not folder and found.is_dir():
            named = f"{name} is a folder of the kernel tree" if name else f"'{PREFIX}' names no file of the kernel tree"
            self.text.wrong(f"{named}: a source is one C file, as {PREFIX}lib/llist.c", *place)
        if not (found.is_dir() if folder else is_file(found)):
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
