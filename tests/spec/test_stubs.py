"""CONFIG_BALLOON_COMPACTION=n in the balloon: macros for stubs let mistakes through, typed functions do not.

(Pointers of a wrong type are a warning to compilers, and none here: old kernel code mixes them.)
"""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.spec import Spec, Variant, load_program, read_spec

ROOT = Path(__file__).parents[2]
DRIVER = "drivers/virtio/virtio_balloon.c"
RIGHT = "assign_balloon_mapping(page, vb->mapping);"
MISTAKES = {
    "a number for a mapping": "assign_balloon_mapping(page, vb->num_pages);",
    "a name that nobody has": "assign_balloon_mapping(page, vb->maping);",
    "too few arguments": "assign_balloon_mapping(page);",
}


@pytest.fixture(scope="module")
def balloon() -> Spec:
    return read_spec(ROOT / "specs" / "balloon")


def mistaken(spec: Spec, name: str, mistake: str) -> Variant:
    """A variant of the spec with a mistake in one call."""
    variant = spec.variants[name]
    text = variant.files.get(DRIVER) or (spec.folder / DRIVER).read_text()
    assert text.count(RIGHT) == 1
    return attrs.evolve(variant, files={**variant.files, DRIVER: text.replace(RIGHT, MISTAKES[mistake])})


@pytest.mark.parametrize("mistake", ["a number for a mapping", "a name that nobody has"])
def test_macros_take_anything(balloon: Spec, mistake: str) -> None:
    load_program(balloon, balloon.scenarios["driver-alone"], mistaken(balloon, "no-compaction", mistake))


@pytest.mark.parametrize("variant", ["posted", "no-compaction-typed"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_functions_do_not(balloon: Spec, variant: str, mistake: str) -> None:
    with pytest.raises(InputError, match=r"virtio_balloon\.c:\d+:\d+: "):
        load_program(balloon, balloon.scenarios["driver-alone"], mistaken(balloon, variant, mistake))


@pytest.mark.parametrize("variant", ["no-compaction", "no-compaction-typed"])
def test_no_function_of_compaction_is_there_to_be_reached(balloon: Spec, variant: str) -> None:
    program = load_program(balloon, balloon.scenarios["driver-alone"], balloon.variants[variant])
    assert not any(function.source.file == "mm/balloon_compaction.c" for function in program.functions.values())
    assert not {name for name in program.functions if name.startswith("virtballoon_") and name.endswith("page")}
