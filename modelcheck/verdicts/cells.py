"""Which cells of a spec's table are asked for: scenario × variant × model."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import attrs
from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec import MODELS, Expectation, Scenario, Spec, Variant
from modelcheck.frontend.spec.written import suggestion
from modelcheck.program.ir import PROPERTIES


@frozen
class Cell:
    """One question: ``model`` is its name in the table, ``load`` what names it to the cat room."""

    scenario: Scenario
    variant: Variant
    model: str
    load: str
    expected: Expectation


@frozen
class Choice:
    """What the command line says about which cells, and in which way; None or empty: as the spec says."""

    scenarios: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    timeout: float | None = None
    unroll: int | None = None


def choose(spec: Spec, choice: Choice) -> list[Cell]:
    """The cells of ``spec`` that ``choice`` asks for, in the order of the spec.

    Raises `InputError` for a glob that nothing matches, an unknown model or property, and where nothing is left.
    """
    for name in choice.properties:
        if name not in PROPERTIES:
            raise InputError(f"--property: unknown property '{name}'{suggestion(name, PROPERTIES)}")
    models = [(model, _model(model)) for model in dict.fromkeys(choice.models)]
    for name in (*choice.scenarios, *choice.variants):
        if name in spec.left_out:
            version = f"Linux {spec.tree.release}" if spec.tree is not None else "this version of Linux"
            raise InputError(f"{spec.file}: '{name}' is not for {version}")
    _each_matches("--scenario", choice.scenarios, list(spec.scenarios))
    _each_matches("--variant", choice.variants, list(spec.variants))
    cells = []
    for scenario in spec.scenarios.values():
        if not _matches(scenario.name, choice.scenarios):
            continue
        asked = attrs.evolve(
            scenario,
            properties=frozenset(choice.properties) or scenario.properties,
            timeout=None if choice.timeout else scenario.timeout,
            patience=choice.timeout,
            unroll=choice.unroll or scenario.unroll,
        )
        for variant in scenario.variants:
            if _matches(variant, choice.variants):
                for model, load in models or [(model, spec.model(model)) for model in scenario.models]:
                    expected = scenario.expected(variant, model)
                    cells.append(Cell(asked, spec.variants[variant], model, load, expected))
    if not cells:
        raise InputError("no scenario that --scenario names is checked with a variant that --variant names")
    return cells


def _model(name: str) -> str:
    if name in MODELS:
        return name
    if not name.endswith(".cat"):
        raise InputError(f"--model: unknown model '{name}'{suggestion(name, [*MODELS, 'FILE.cat'])}")
    if not Path(name).is_file():
        raise InputError("--model: no such file", name)
    return name


def _matches(name: str, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for glob in globs)


def _each_matches(option: str, globs: Sequence[str], names: list[str]) -> None:
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            raise InputError(f"{option}: nothing is called '{glob}'{suggestion(glob, names)}")
