"""Specs on files of a kernel tree, and on our bodies of what a kernel has out of line, say what they expect."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcheck.api import check
from modelcheck.errors import InputError

_HERE = Path(__file__).resolve().parent
_SPECS = _HERE.parents[1] / "specs" / "kernel"
_FOLDERS = [path.parent for path in sorted(_SPECS.glob("*/spec.toml"))] + [_HERE / "bodies", _HERE / "caches"]


@pytest.mark.parametrize("folder", _FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.skipif(
    not (os.environ.get("MODELCHECK_KERNEL_TREE") or os.environ.get("MODELCHECK_KERNEL_BUILD")),
    reason="MODELCHECK_KERNEL_TREE names no kernel tree to check, and MODELCHECK_KERNEL_BUILD no build of one",
)
def test_a_spec_on_the_tree_gives_what_it_expects(folder: Path) -> None:
    try:
        rows = check(folder, jobs=1).rows
    except InputError as error:
        if "this is for Linux" not in error.message:
            raise
        pytest.skip(error.message)
    assert rows
    assert [
        f"{row.scenario}, {row.variant}, {row.model}: {row.found} {row.message}{row.reason}"
        for row in rows
        if not row.as_expected
    ] == []
