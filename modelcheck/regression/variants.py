"""Variants whose patches do not apply any more: what they made of the sources before is merged with those after."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import evolve

from modelcheck.frontend.spec import Spec, Variant
from modelcheck.frontend.spec.threeway import Ancestry
from modelcheck.regression.blobs import Blobs
from modelcheck.regression.tree import Tree, contents

_OF_THE_SPEC = (".toml", ".patch", ".diff")
"""Files that say what a variant is."""

_NOTE = "its patch does not apply any more, and what it makes of the sources before is merged three-way"


def carried(trees: Sequence[Tree], specs: Sequence[Spec]) -> list[Spec]:
    """``specs``, each of the tree at its place, with the variants merged whose patches applied to the tree before.

    A variant stays as it is where a merge has a conflict, git is not installed, or the spec itself or a patch of it
    changes.
    """
    found = list(specs[:1])
    for number in range(1, len(specs)):
        spec, before = specs[number], found[-1]
        if any(variant.problem for variant in spec.variants.values()) and not _redefined(
            *trees[number - 1 : number + 1]
        ):
            variants = {name: _carried(before, spec, variant) for name, variant in spec.variants.items()}
            spec = evolve(spec, variants=variants)
        found.append(spec)
    return found


def _redefined(before: Tree, after: Tree) -> bool:
    old, new = contents(before), contents(after)
    changed = (name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return any(name.endswith(_OF_THE_SPEC) for name in changed)


def _carried(before: Spec, after: Spec, variant: Variant) -> Variant:
    last = before.variants.get(variant.name)
    if not variant.problem or last is None or last.problem:
        return variant
    blobs = Blobs()
    files: dict[str, str | None] = {}
    for name, text in last.files.items():
        merged, holds = _merged(blobs, _read(before.folder / name), _read(after.folder / name), text)
        if not holds:
            return variant
        files[name] = merged
    return evolve(variant, files=files, problem="", note=_NOTE)


def _merged(ancestry: Ancestry, base: str | None, ours: str | None, theirs: str | None) -> tuple[str | None, bool]:
    """The text, or that there is none any more, and whether it could be merged."""
    if base == ours:
        return theirs, True
    if base is None or ours is None or theirs is None:
        return None, False
    merged = ancestry.merge(base, ours, theirs)
    return (merged, True) if isinstance(merged, str) else (None, False)


def _read(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8") if path.is_file() else None
