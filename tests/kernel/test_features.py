"""What differs from tree to tree is told by the text of the tree, and asked for by names that are there."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from modelcheck.kernel.features import FEATURES, features


def test_a_feature_is_looked_for_in_the_tree_whatever_its_version(tmp_path: Path) -> None:
    wait = tmp_path / "include" / "linux" / "wait.h"
    wait.parent.mkdir(parents=True)
    wait.write_text("void prepare_to_wait_exclusive(struct wait_queue_head *wq_head, int state);\n")
    assert "#define MC_TREE_TELLS_THE_FIRST_EXCLUSIVE_WAITER 0\n" in features(tmp_path, (5, 10, 0))
    wait.write_text("bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, int state);\n")
    assert "#define MC_TREE_TELLS_THE_FIRST_EXCLUSIVE_WAITER 1\n" in features(tmp_path, (5, 10, 1))
    assert "#define MC_TREE_HAS_FOLIOS 0\n" in features(tmp_path, (7, 3, 0))


def test_each_name_that_is_asked_for_is_a_feature_and_each_feature_is_asked_for() -> None:
    known = {one.macro for one in FEATURES}
    asked = set()
    for folder in ("arch", "bodies"):
        for path in Path(str(files("modelcheck.kernel") / folder)).rglob("*.[ch]"):
            asked |= set(re.findall(r"\bMC_TREE_\w+", path.read_text()))
    assert asked == known


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("extern void refcount_inc(refcount_t *r);\n", 1),
        ("extern void refcount_inc_checked(refcount_t *r);\n", 1),
        ("static inline void refcount_inc(refcount_t *r)\n{\n}\n", 0),
        ("static inline void __refcount_inc(refcount_t *r, int *oldp)\n{\n}\n", 0),
    ],
)
def test_reference_counts_that_a_tree_has_inline_are_not_given_bodies(tmp_path: Path, text: str, holds: int) -> None:
    header = tmp_path / "include" / "linux" / "refcount.h"
    header.parent.mkdir(parents=True)
    header.write_text(text)
    assert f"#define MC_TREE_HAS_REFCOUNTS_OUT_OF_LINE {holds}\n" in features(tmp_path, (6, 1, 0))
