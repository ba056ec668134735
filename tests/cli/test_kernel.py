"""``--kernel``: what is said of a tree."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command


def test_an_unknown_version_is_told_and_read(modelcheck: Command, tmp_path: Path) -> None:
    folder = tmp_path / "linux"
    (folder / "include" / "linux").mkdir(parents=True)
    (folder / "Makefile").write_text("VERSION = 9\nPATCHLEVEL = 3\nSUBLEVEL = 0\n")
    for name in ("kernel.h", "kconfig.h", "compiler_types.h", "types.h", "compiler.h"):
        (folder / "include" / "linux" / name).write_text("")
    (tmp_path / "a.c").write_text("int x;\nstatic void one(void) { x = 1; }\nstatic void two(void) { x = 2; }\n")
    text = 'sources = ["a.c"]\nkernel = "any"\nmodels = ["sc"]\n[scenarios.main]\nthreads = ["one", "two"]\n'
    (tmp_path / "spec.toml").write_text(text)
    run = modelcheck("check", ".", "--kernel", "linux")
    assert run.code == 0
    assert "linux: Linux 9.3 is newer than those that modelcheck knows" in run.err
