"""The small spec in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.regression.small import SOURCE, SPEC, changed, without_release


@pytest.fixture
def mailbox(tmp_path: Path) -> Path:
    folder = tmp_path / "mailbox"
    folder.mkdir()
    (folder / "mailbox.c").write_text(SOURCE)
    (folder / "spec.toml").write_text(SPEC)
    (folder / "no-release.diff").write_text(changed(SOURCE, without_release()))
    return folder
