"""Files of a kernel tree, as they are, are read: all of their functions can be modelled."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcheck.frontend.c.each import attempts
from modelcheck.frontend.c.nesting import deep
from modelcheck.kernel import VARIABLE, kernel_tree

_FILES = [
    "mm/balloon_compaction.c",
    "mm/compaction.c",
    "drivers/virtio/virtio_balloon.c",
    "mm/ksm.c",  # only with a symbol that is off by default
    "kernel/sched/swait.c",  # since 5.17 only as a part of another
    "kernel/locking/mutex.c",
    "kernel/locking/rwsem.c",
    "kernel/locking/qspinlock.c",
    "kernel/task_work.c",
    "kernel/bpf/ringbuf.c",
    "lib/llist.c",
    "lib/percpu-refcount.c",
    "fs/xfs/xfs_log_cil.c",  # with folders for headers that its Makefile names
]


@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no kernel tree to read")
@pytest.mark.parametrize("name", _FILES)
def test_a_file_of_the_tree_is_read_and_all_of_its_functions(name: str) -> None:
    tree = kernel_tree(Path(os.environ[VARIABLE]).resolve())
    source = tree.folder / name
    if not source.is_file():
        pytest.skip(f"the tree, of version {tree.release}, has no {name}")
    with deep():
        found = attempts(source, tree=tree.with_sources([source]))
    assert found
    assert [(function.name, function.refused) for function in found if function.refused] == []
