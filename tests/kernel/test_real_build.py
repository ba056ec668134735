"""Files of a kernel tree as a real build has them: one that `MODELCHECK_KERNEL_BUILD` names, or is configured here."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcheck.api import check
from modelcheck.frontend.c.each import attempts
from modelcheck.frontend.c.nesting import deep
from modelcheck.frontend.spec.given import Wish, tree_for
from modelcheck.kernel import Tree
from modelcheck.kernel.named import BUILD_VARIABLE, VARIABLE, giving

_SPECS = Path(__file__).resolve().parents[2] / "specs" / "kernel"
_FILES = ["lib/llist.c", "kernel/locking/mutex.c", "kernel/task_work.c", "mm/balloon_compaction.c"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """The tree with its build."""
    named = os.environ.get(BUILD_VARIABLE)
    build = Path(named) if named else _configured(tmp_path_factory.mktemp("build"))
    sources = os.environ.get(VARIABLE)
    with giving(Path(sources) if sources and not named else None, build):
        found = tree_for(Wish(build, needed=True))
        assert found is not None
        yield found


def _configured(folder: Path) -> Path:
    """A build of the tree in the environment that is configured, and nothing more."""
    tree = os.environ.get(VARIABLE)
    if not tree:
        pytest.skip(f"neither {BUILD_VARIABLE} nor {VARIABLE} names a kernel to check")
    missing = [tool for tool in ("make", "gcc", "flex", "bison") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"no kernel can be configured without {', '.join(missing)}")
    done = subprocess.run(
        ["make", "-s", "-C", tree, f"O={folder}", "defconfig"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"the kernel cannot be configured: {done.stderr.strip().splitlines()[0]}")
    return folder


@pytest.mark.timeout(600)
def test_choices_of_the_build_are_those_of_the_program(tree: Tree) -> None:
    """On every machine these are chosen, or not, without any regard to it."""
    values = tree.symbols()
    assert tree.built is not None
    for symbol in ("MODULES", "NET", "BLOCK", "SWAP", "SLUB", "TMPFS", "CGROUPS", "BPF_SYSCALL", "DEBUG_LIST", "KSM"):
        name = f"CONFIG_{symbol}"
        assert (symbol, values.get(name, "n")) == (symbol, tree.built.value(name))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", _FILES)
def test_a_file_is_read_as_the_build_has_it(tree: Tree, name: str) -> None:
    source = tree.folder / name
    off = [symbol for symbol in tree.needs(source).symbols if tree.built and tree.built.value(symbol) == "n"]
    if off:
        pytest.skip(f"the build has {', '.join(off)} off")
    with deep():
        found = attempts(source, tree=tree.with_sources([source]))
    assert found
    assert [(function.name, function.refused) for function in found if function.refused] == []


@pytest.mark.timeout(600)
def test_a_spec_gives_what_it_expects_with_the_build(tree: Tree) -> None:
    rows = check(_SPECS / "llist", timeout=60).rows
    assert [f"{row.scenario}, {row.variant}, {row.model}: {row.found}" for row in rows if not row.as_expected] == []
