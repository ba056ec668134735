"""From one scenario and variant of a spec to the program that runs."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from attrs import evolve, fields, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.confine import Bounds
from modelcheck.frontend.kept import Noted, Wanted, kept
from modelcheck.frontend.spec import locate
from modelcheck.frontend.spec.spec import Scenario, Spec, Variant
from modelcheck.kernel import PREFIX, Tree
from modelcheck.program.ir import Program, Unsupported
from modelcheck.reading import bounds_of, copy_tree, leads_out


def load_program(spec: Spec, scenario: Scenario, variant: Variant) -> Program:
    """Parse the sources of ``spec`` as ``variant`` changes them, with ``scenario`` as what runs.

    Sources in the program have names relative to the spec's folder and the lines of the patched text. Raises
    `InputError` for what clang refuses, for what cannot be modelled at all, and, with the line in ``spec.toml``, for
    a function that is not there.
    """
    if variant.problem:
        raise spec.error(f"variant '{variant.name}': {variant.problem}", ("variants", variant.name))
    with _tree(spec, variant) as (folder, changed):

        def make() -> Noted:
            # libclang is loaded by those who parse only.
            from modelcheck.frontend.c import parse_noted

            return parse_noted(**_given(wanted))

        try:
            wanted = _wanted(spec, scenario, variant, folder, changed)
            # What is read in a copy is in another one the next time.
            return kept(wanted, make) if folder == spec.folder else make().program
        except InputError as error:
            raise _placed(spec, scenario, variant, error) from None


def load_refusals(spec: Spec, scenario: Scenario, variant: Variant) -> list[Unsupported]:
    """What of the program that `load_program` gives cannot be modelled, in all that it leads to. Raises as that."""
    from modelcheck.frontend.c import parse_refusals

    if variant.problem:
        raise spec.error(f"variant '{variant.name}': {variant.problem}", ("variants", variant.name))
    with _tree(spec, variant) as (folder, changed):
        try:
            return parse_refusals(**_given(_wanted(spec, scenario, variant, folder, changed)))
        except InputError as error:
            raise _placed(spec, scenario, variant, error) from None


def load_expression(
    spec: Spec, scenario: Scenario, variant: Variant, expression: str, function: str, values: Mapping[str, int]
) -> Program:
    """The program of `load_program` with a function more, which gives the value of a C expression: see
    `modelcheck.frontend.c.expression.parse_expression` for the last three, and for what it raises."""
    from modelcheck.frontend.c.expression import parse_expression

    with _tree(spec, variant) as (folder, changed):
        read = _given(_wanted(spec, scenario, variant, folder, changed))
        return parse_expression(expression, function=function, values=values, **read)


def _wanted(spec: Spec, scenario: Scenario, variant: Variant, folder: Path, changed: Mapping[Path, bytes]) -> Wanted:
    """What to parse."""
    written = (*spec.sources, *scenario.sources)
    sources = tuple(_place(spec, folder, name) for name in written)
    own = {path: name for path, name in zip(sources, written, strict=True) if not name.startswith(PREFIX)}
    trees = (spec.tree.folder,) if spec.tree is not None else ()
    built = (spec.tree.built.folder,) if spec.tree is not None and spec.tree.built is not None else ()
    ordered = spec.tree.commands if spec.tree is not None else spec.commands
    others = (*built, *(ordered.bounds if ordered is not None else ()))
    return Wanted(
        sources=sources,
        include=tuple(_place(spec, folder, name) for name in spec.include),
        defines=macros(spec, scenario, variant),
        stubs={**spec.stubs, **scenario.stubs},
        changed=changed,
        bounds=Bounds((*bounds_of(spec.folder), folder.resolve(), *trees, *others), leads_out(spec.folder), *trees),
        names=_Names((folder, folder.resolve()), own),
        tree=_configured(spec, variant, sources),
        options=_options(spec, folder, written),
        scenario=(scenario.init, scenario.threads, scenario.final) if scenario.threads else None,
    )


def _given(wanted: Wanted) -> dict[str, Any]:
    """The same for the parsers of the C front end."""
    from modelcheck.frontend.c import ScenarioEntry

    given = {each.name: getattr(wanted, each.name) for each in fields(Wanted)}
    return given | {"scenario": None if wanted.scenario is None else ScenarioEntry(*wanted.scenario)}


def _options(spec: Spec, folder: Path, written: Iterable[str]) -> Mapping[Path, tuple[str, ...]]:
    """What clang is told of sources, by the compile commands where there is no tree. Folders within the spec's are
    those of its copy, where there is one."""
    if spec.commands is None or spec.tree is not None:
        return {}
    found: dict[Path, tuple[str, ...]] = {}
    own = f"{spec.folder.resolve()}{os.sep}"
    for name in written:
        taken = spec.commands.taken(spec.place(name), spec.commands.root(spec.folder))
        if taken is not None:
            told = (f"{folder}{os.sep}{one.removeprefix(own)}" if one.startswith(own) else one for one in taken.options)
            found[_place(spec, folder, name)] = tuple(told)
    return found


def _configured(spec: Spec, variant: Variant, sources: Iterable[Path]) -> Tree | None:
    """The kernel tree with the configuration of a variant, and of what these sources need."""
    if spec.tree is None:
        return None
    return evolve(spec.tree, config={**spec.config, **variant.config}).with_sources(sources)


def configured_tree(spec: Spec, scenario: Scenario, variant: Variant) -> Tree | None:
    """The kernel tree with the configuration that a program of ``spec`` has."""
    return _configured(spec, variant, [spec.place(name) for name in (*spec.sources, *scenario.sources)])


def macros(spec: Spec, scenario: Scenario, variant: Variant) -> Mapping[str, str]:
    """The macros defined on the command line of the compiler: configuration first, then variant over spec."""
    result: dict[str, str] = {}
    config = {**spec.config, **variant.config} if spec.tree is None else {}  # a tree has a header for it
    for symbol, value in config.items():
        if value == "m":
            result[f"{symbol}_MODULE"] = "1"
        elif value != "n":
            result[symbol] = "1" if value == "y" else value
    return {**result, **spec.defines, **scenario.defines, **variant.defines}


@contextmanager
def _tree(spec: Spec, variant: Variant) -> Iterator[tuple[Path, Mapping[Path, bytes]]]:
    """The folder to compile in, and what files there hold for the variant in place of what is on disk.

    It is the spec's own folder. Where files come or go it is a copy with the variant's files in it.
    """
    changed = {spec.place(name): text.encode("utf-8") for name, text in variant.files.items() if text is not None}
    inside = [name for name in variant.files if spec.place(name).is_relative_to(spec.folder)]
    if len(changed) == len(variant.files) and _plain(spec.folder, inside):
        yield spec.folder, changed
        return
    with tempfile.TemporaryDirectory(prefix="modelcheck-") as place:
        folder = Path(place) / "tree"
        copy_tree(spec.folder, folder, bounds_of(spec.folder))
        for name in inside:
            path, text = folder / name, variant.files[name]
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        yield folder, {path: data for path, data in changed.items() if not path.is_relative_to(spec.folder)}


def _plain(folder: Path, names: Iterable[str]) -> bool:
    """Whether the names in a folder are those of files that each have no other name, as links give one."""
    for name in names:
        path = folder.resolve() / os.path.normpath(name)
        try:
            state = path.lstat()
        except OSError:
            return False
        if path.resolve() != path:
            return False
        if not stat.S_ISREG(state.st_mode) or state.st_nlink != 1 or not state.st_ino:
            return False
    return True


def _place(spec: Spec, folder: Path, name: str) -> Path:
    """Where a file of the spec is; what lies outside the spec's folder is in no copy of it."""
    if name.startswith(PREFIX):
        return spec.place(name)
    inside = Path(os.path.normpath(name)).parts[:1] != ("..",)
    return (folder if inside else spec.folder) / name


@frozen(eq=False)
class _Names(Mapping[Path, str]):
    """What files are called: the sources as the spec does, others below its folder by their path from there."""

    folders: tuple[Path, ...]
    sources: Mapping[Path, str]

    def __getitem__(self, path: Path) -> str:
        if path in self.sources:
            return self.sources[path]
        for folder in self.folders:
            if path.is_relative_to(folder):
                return path.relative_to(folder).as_posix()
        raise KeyError(path)

    def __iter__(self) -> Iterator[Path]:
        return iter(self.sources)

    def __len__(self) -> int:
        return len(self.sources)


def _placed(spec: Spec, scenario: Scenario, variant: Variant, error: InputError) -> InputError:
    """``error`` with a place that the user can open."""
    if error.file is None:
        message = error.message
        if not scenario.threads and "no function main()" in message:
            sources = ", ".join((*spec.sources, *scenario.sources))
            message = f"scenario '{scenario.name}' names no threads, and {sources} has no main()"
            others = [other.name for other in spec.scenarios.values() if other.threads]
            near = get_close_matches(scenario.name, others, 1)
            message += f" (did you mean '{near[0]}'?)" if near else ""
        return spec.error(message, ("scenarios", scenario.name, *_key(scenario, error.message)))
    message = error.message
    if error.file in variant.files:
        message += f" (as patched by the variant '{variant.name}')"
    inside = (spec.folder / error.file).is_file()
    return InputError(message, str(spec.folder / error.file) if inside else error.file, error.line, error.column)


def _key(scenario: Scenario, message: str) -> locate.Path:
    """The key of ``scenario`` that names the function which ``message`` complains of."""
    for key, function in (("init", scenario.init), ("final", scenario.final)):
        if function is not None and f" {function}()" in message:
            return (key,)
    for index, (label, function) in enumerate(scenario.threads):
        if f" {function}()" in message:
            return ("threads", index) if label == function else ("threads", label)
    return ()
