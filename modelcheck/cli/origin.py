"""From a trace back to what it was made of: the spec, the scenario, the variant and the program."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import attrs
from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec import MODELS, Scenario, Spec, Variant, load_program, program_spec, read_spec
from modelcheck.frontend.spec.written import suggestion
from modelcheck.program.ir import Program
from modelcheck.trace import Trace

Part = TypeVar("Part")


@frozen
class Origin:
    """Where a trace comes from; the scenario has the bounds and properties that the trace was found with."""

    spec: Spec
    scenario: Scenario
    variant: Variant
    program: Program


def origin_of(path: Path, trace: Trace, source: Path | None) -> Origin:
    """What the trace in ``path`` was made of.

    Args:
        path: of the trace, for messages.
        trace: the trace.
        source: the spec's folder or C file; None: where the trace says.

    Raises `InputError` when it is not there any more, or not what the trace ran.
    """
    spec = _spec(path, trace, source)
    scenario = _named(path, spec, "scenario", trace.scenario, spec.scenarios)
    variant = _named(path, spec, "variant", trace.variant, spec.variants)
    scenario = attrs.evolve(
        scenario,
        properties=frozenset(trace.setting.properties) or scenario.properties,
        unroll=trace.unroll,
        recursion=trace.recursion,
    )
    program = load_program(spec, scenario, variant)
    for name, text in trace.sources.items():
        now = program.files.get(name)
        if now is None or hashlib.sha256(now.encode("utf-8", "surrogateescape")).hexdigest() != text.digest:
            what = "has no file" if now is None else "has another text of"
            raise InputError(f"is not of this source: {spec.folder} {what} {name}; check anew", str(path))
    return Origin(spec, scenario, variant, program)


def model_file(spec: Spec, name: str) -> str:
    """What to load for the model that a trace of ``spec`` names: a path is seen from the spec, else from here."""
    return name if name in MODELS or not (spec.folder / name).is_file() else str(spec.folder / name)


def model_place(trace: Trace) -> str:
    """What to load for the model of a trace: a path is seen from where its spec was, else from here."""
    origin = Path(trace.setting.origin)
    there = (origin.parent if origin.suffix == ".c" else origin) / trace.model
    return str(there) if trace.model not in MODELS and there.is_file() else trace.model


def _spec(path: Path, trace: Trace, source: Path | None) -> Spec:
    if source is None and not trace.setting.origin:
        raise InputError("does not say which spec it is of: name it with --source DIR", str(path))
    place = Path(trace.setting.origin) if source is None else source
    if not place.exists():
        hint = "" if source is not None else "; name it with --source DIR, or run this where the check was run"
        raise InputError(f"its spec is not there: {place}{hint}", str(path))
    return program_spec(place) if place.suffix == ".c" and not place.is_dir() else read_spec(place)


def _named(path: Path, spec: Spec, what: str, name: str, found: Mapping[str, Part]) -> Part:
    if name not in found:
        near = suggestion(name, list(found))
        raise InputError(f"is of the {what} '{name}', and {spec.file} has none of that name{near}", str(path))
    return found[name]
