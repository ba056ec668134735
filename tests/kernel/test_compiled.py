"""Flags that Makefiles give, and files that others include."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcheck.frontend.c.parse import headers
from modelcheck.kernel import building, kernel_tree
from modelcheck.kernel.compiled import before, flags


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    files = {
        "Makefile": "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n",
        "include/linux/kernel.h": "",
        "fs/Makefile": "subdir-ccflags-y += -DALL\nccflags-y += -DFS\nobj-y += xfs/\n",
        "fs/xfs/Makefile": (
            "ccflags-y += -I $(srctree)/$(src) -Wall \\\n\t-I$(srctree)/$(src)/lib -DXFS=1\n"
            "CFLAGS_log.o := -DLOG\nobj-y += log.o inode.o\n"
        ),
        "fs/xfs/log.c": "",
        "fs/xfs/inode.c": "",
        "sched/Makefile": "obj-$(CONFIG_SCHED) += all.o\n",
        "sched/all.c": (
            '#include <linux/kernel.h>\n#include "clock.c"\n#ifndef CONFIG_RT\nint no_rt;\n#else\n#define RT 1\n'
            '#include "lock.c"\n#include "rt.c"\n#endif\n#ifdef CONFIG_PSI\n# include "psi.c"\n#endif\n'
            '#include "wait.c"\n'
        ),
        **{f"sched/{name}.c": "" for name in ("clock", "lock", "rt", "psi", "wait", "lone")},
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path.resolve()


def test_folders_and_macros_of_a_file_its_folder_and_those_above(tree: Path) -> None:
    folder = tree / "fs" / "xfs"
    common = ("-I", str(folder), "-I", str(folder / "lib"), "-DXFS=1")
    assert flags(tree, folder / "inode.c") == (*common, "-DALL")
    assert flags(tree, folder / "log.c") == (*common, "-DLOG", "-DALL")


def test_what_another_file_has_before_it_includes_one(tree: Path) -> None:
    found = before(tree, tree / "sched" / "psi.c")
    assert found is not None
    assert set(found.symbols) == {"CONFIG_SCHED", "CONFIG_PSI"}
    assert "#include <linux/kernel.h>" in found.text
    assert ".c" not in found.text
    assert found.text.count("#if") == found.text.count("#endif")


def test_of_the_files_included_before_those_of_the_same_condition_stay(tree: Path) -> None:
    found = before(tree, tree / "sched" / "rt.c")
    assert found is not None
    assert set(found.symbols) == {"CONFIG_SCHED", "CONFIG_RT"}
    assert '#include "lock.c"' in found.text
    assert "clock.c" not in found.text


def test_a_file_with_a_rule_or_that_nobody_includes_has_nothing_before_it(tree: Path) -> None:
    assert before(tree, tree / "sched" / "all.c") is None
    assert before(tree, tree / "sched" / "lone.c") is None


def test_a_build_reads_what_comes_before_a_file_and_has_its_symbols_on(tree: Path) -> None:
    source = tree / "sched" / "psi.c"
    with headers() as ours, building(kernel_tree(tree).with_sources([source]), ours) as build:
        assert build.tree.symbols()["CONFIG_PSI"] == "y"
        options = build.options(source)
        included = [options[at + 1] for at, option in enumerate(options) if option == "-include"]
        assert b"linux/kernel.h" in build.made[included[-1]]
