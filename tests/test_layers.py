"""The map of rooms holds: nobody imports from a room to the right."""

from __future__ import annotations

from pathlib import Path

import pytest
from importlinter.cli import lint_imports


def test_rooms_import_only_what_lies_to_their_left(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[1]
    monkeypatch.chdir(root)
    monkeypatch.syspath_prepend(str(root))
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0
