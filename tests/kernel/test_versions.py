"""A folder that is no tree is refused; a tree of another version is read, and that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.kernel import kernel_tree


def tree(folder: Path, makefile: str) -> Path:
    (folder / "include" / "linux").mkdir(parents=True)
    (folder / "include" / "linux" / "kernel.h").write_text("")
    (folder / "Makefile").write_text(makefile)
    return folder


@pytest.mark.parametrize(
    ("makefile", "version", "note"),
    [
        ("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 12\nEXTRAVERSION = -rc1\n", (6, 1, 12), ""),
        ("VERSION = 3\nPATCHLEVEL = 10\nSUBLEVEL = 0\n", (3, 10, 0), ""),
        ("VERSION = 9\nPATCHLEVEL = 3\nSUBLEVEL = 0\n", (9, 3, 0), "Linux 9.3 is newer than"),
        ("VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 32\n", (2, 6, 32), "Linux 2.6 is older than"),
        ("all:\n", (7, 3, 0), "says no VERSION"),
    ],
)
def test_the_version_is_the_makefile_s(tmp_path: Path, makefile: str, version: tuple[int, int, int], note: str) -> None:
    found = kernel_tree(tree(tmp_path, makefile))
    assert found.version == version
    assert note in found.note if note else not found.note


def test_a_folder_without_the_kernel_s_headers_is_no_tree(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InputError):
            kernel_tree(folder)
