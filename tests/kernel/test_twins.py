"""Small programs for each primitive, and twins of them in which something is missing: what our headers make of them
without a tree, and a tree's headers with our bodies, is the same; both engines say so.

What each should give is what the kernel's documents say of the primitive. `tree/` has those of which we have no header.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcheck.api import check
from modelcheck.errors import InputError
from modelcheck.kernel import VARIABLE, giving

_HERE = Path(__file__).resolve().parent
_BOTH = sorted(path.parent for path in (_HERE / "both").glob("*/spec.toml"))
_TREE = sorted(path.parent for path in (_HERE / "tree").glob("*/spec.toml"))
_ENGINES = ("z3", "interleave")


def strange(folder: Path, engine: str) -> list[str]:
    """The verdicts that are not as the spec says; the second engine is asked what it knows."""
    models = ["sc", "tso"] if engine == "interleave" else []
    rows = check(folder, engine=engine, models=models, timeout=120, jobs=1).rows
    assert rows
    return [
        f"{row.scenario}, {row.model}: {row.found} {row.message}{row.reason}" for row in rows if not row.as_expected
    ]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", _ENGINES)
@pytest.mark.parametrize("folder", _BOTH, ids=lambda folder: folder.name)
def test_our_headers_tell_a_program_from_its_broken_twin(
    folder: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert strange(folder, engine) == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", _ENGINES)
@pytest.mark.parametrize("folder", [*_BOTH, *_TREE], ids=lambda folder: folder.name)
@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no kernel tree to check")
def test_a_tree_s_headers_and_our_bodies_tell_it_just_so(folder: Path, engine: str) -> None:
    with giving(Path(os.environ[VARIABLE])):
        try:
            found = strange(folder, engine)
        except InputError as error:
            if "this is for Linux" not in error.message:
                raise
            pytest.skip(error.message)
    assert found == []
