"""The program that a trace is replayed on: its spec, scenario and variant as they are now."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import attrs
from attrs import frozen

from modelcheck.cat import BUILT_IN, Model, load_model
from modelcheck.errors import InputError
from modelcheck.frontend.spec import Scenario, Spec, Variant, load_program, program_spec, read_spec
from modelcheck.frontend.spec.patch import apply_patch
from modelcheck.program.graph import EventGraph
from modelcheck.program.ir import Program
from modelcheck.program.machine import Initial, Outcome, initialise
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.reading import C_FILES, bounds_of, file_content, is_file, refusal, within
from modelcheck.trace.trace import Trace


class Foreign(Exception):  # noqa: N818 (a result of a replay)
    """The trace does not belong to the source at hand."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@frozen(eq=False)
class Today:
    """What a trace's scenario and variant are now."""

    spec: Spec
    scenario: Scenario
    variant: Variant
    program: Program
    model: Model
    load: str
    outcomes: tuple[Outcome, ...]


class Sources:
    """Where traces are looked up. Programs are parsed once for each scenario and variant.

    Args:
        source: a folder with a ``spec.toml``, or a C file; None: where the trace says that it comes from.
        patch: a unified diff to apply to the sources of the variant, or None.
    """

    def __init__(self, source: Path | None = None, patch: Path | None = None) -> None:
        self.source = source
        self.patch = patch
        self._specs: dict[Path, Spec] = {}
        self._programs: dict[tuple[Path, str, str], tuple[Scenario, Variant, Program, tuple[Outcome, ...]]] = {}
        self._graphs: dict[tuple[int, Bounds], tuple[Initial, EventGraph]] = {}
        self._folders: list[tempfile.TemporaryDirectory[str]] = []

    def add(self, place: Path, spec: Spec, scenario: Scenario, variant: Variant, program: Program) -> None:
        """Make known what ``place``, a spec's folder or C file, holds: it need not be read again."""
        self._specs[place] = spec
        self._programs[place, scenario.name, variant.name] = scenario, variant, program, initialise(program)

    def of(self, trace: Trace, path: Path | None = None) -> Today:
        """What ``trace``, which lies at ``path``, is to be replayed on.

        Raises:
            Foreign: there is no such spec, scenario, variant or model.
            InputError: the sources are wrong, or the patch does not apply.
        """
        place = self._place(trace, path)
        spec = self._spec(place)
        for name, there, what in (
            (trace.scenario, spec.scenarios, "scenario"),
            (trace.variant, spec.variants, "variant"),
        ):
            if name not in there:
                raise Foreign(f"{spec.file} has no {what} '{name[:200]}'")
        model, load = self._model(trace, spec)
        key = (place, trace.scenario, trace.variant)
        if key not in self._programs:
            scenario, variant = spec.scenarios[trace.scenario], self._patched(spec, spec.variants[trace.variant])
            program = load_program(spec, scenario, variant)
            self._programs[key] = (scenario, variant, program, initialise(program))
        scenario, variant, program, outcomes = self._programs[key]
        return Today(spec, scenario, variant, program, model, load, outcomes)

    def graph(self, program: Program, initial: Initial, bounds: Bounds) -> EventGraph:
        """The event graph of ``program`` from ``initial`` on, made once."""
        key = (id(initial), bounds)
        if key not in self._graphs:
            self._graphs[key] = initial, unroll(program, initial, bounds)
        return self._graphs[key][1]

    def _place(self, trace: Trace, path: Path | None) -> Path:
        if self.source is not None:
            if not self.source.exists():
                raise InputError("no such file or folder", str(self.source))
            lone = self.source / Path(trace.setting.origin).name
            if self.source.is_dir() and trace.setting.origin.endswith(C_FILES) and lone.is_file():
                return lone
            return self.source
        origin = Path(trace.setting.origin or f"specs/{trace.spec}")
        for folder in (Path(), *(path.resolve().parents if path is not None else ())):
            if _there(folder / origin / "spec.toml") or (origin.suffix in C_FILES and _there(folder / origin)):
                return folder / origin
        raise Foreign(f"its spec is not at {str(origin)[:200]}; --source DIR says where it is")

    def _spec(self, place: Path) -> Spec:
        if place not in self._specs:
            lone = place.suffix in C_FILES and place.is_file()
            if lone and self.patch is not None:
                place_now = self._copied(place)
                self._specs[place] = program_spec(place_now)
            else:
                self._specs[place] = program_spec(place) if lone else read_spec(place)
        return self._specs[place]

    def _copied(self, file: Path) -> Path:
        """A lone C file, patched, in a folder of its own with what lies beside it."""
        folder = tempfile.TemporaryDirectory(prefix="modelcheck-")
        self._folders.append(folder)
        for one in sorted((*file.parent.glob("*.c"), *file.parent.glob("*.h"))):
            if is_file(one) and within(one, bounds_of(file)):
                shutil.copy(one, folder.name)
        here = Path(folder.name)
        for name, text in self._changes(here, {}).items():
            if text is None:
                (here / name).unlink()
            else:
                (here / name).write_text(text, encoding="utf-8")
        if not (here / file.name).is_file():
            raise Foreign(f"the patch removes {file.name}")
        return here / file.name

    def _patched(self, spec: Spec, variant: Variant) -> Variant:
        if self.patch is None or spec.file.name != "spec.toml":
            return variant
        changes = self._changes(spec.folder, dict(variant.files))
        return attrs.evolve(variant, files={**variant.files, **changes})

    def _changes(self, folder: Path, files: dict[str, str | None]) -> dict[str, str | None]:
        assert self.patch is not None

        def read(name: str) -> str | None:
            if name in files:
                return files[name]
            path = folder / name
            if not is_file(path):
                return None
            if not within(path, (*bounds_of(folder), folder.resolve())):
                raise InputError(refusal(name, folder), str(self.patch))
            return file_content(path).decode("utf-8")

        try:
            return apply_patch(str(self.patch), file_content(self.patch).decode("utf-8"), read)
        except UnicodeDecodeError:
            raise InputError("is no UTF-8 text", str(self.patch)) from None

    def _model(self, trace: Trace, spec: Spec) -> tuple[Model, str]:
        if trace.model in BUILT_IN:
            return load_model(trace.model), trace.model
        if not trace.model.endswith(".cat"):
            raise Foreign(f"there is no memory model '{trace.model[:200]}'")
        for load in (spec.folder / trace.model, Path(trace.model)):
            if _there(load):
                return load_model(str(load)), str(load)
        raise Foreign(f"its memory model {trace.model[:200]} is not there")


def _there(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
