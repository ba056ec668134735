"""A patch on files of a kernel tree: what it breaks is found, in a source and in a header; the tree stays as it is."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from modelcheck.api import regress
from modelcheck.errors import InputError
from modelcheck.kernel.named import given

_SPEC = Path(__file__).resolve().parents[2] / "specs" / "kernel" / "llist"

pytestmark = pytest.mark.skipif(given() is None, reason="MODELCHECK_KERNEL_TREE names no kernel tree")


def patch(folder: Path, name: str, old: str, new: str) -> Path:
    tree = given()
    assert tree is not None
    before = (tree / name).read_text()
    assert old in before
    lines, changed = before.splitlines(keepends=True), before.replace(old, new).splitlines(keepends=True)
    made = folder / "it.patch"
    made.write_text("".join(difflib.unified_diff(lines, changed, f"a/{name}", f"b/{name}")))
    return made


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (
            "include/linux/llist.h",
            "return xchg(&head->first, NULL);",
            "{ struct llist_node *n = READ_ONCE(head->first); WRITE_ONCE(head->first, NULL); return n; }",
        ),
        ("lib/llist.c", "next = READ_ONCE(entry->next);", "next = NULL;"),
    ],
)
def test_a_patch_that_breaks_a_file_of_the_tree_is_found_to(tmp_path: Path, name: str, old: str, new: str) -> None:
    tree = given()
    assert tree is not None
    was = (tree / name).read_bytes()
    made = patch(tmp_path, name, old, new)
    report = regress(_SPEC, patches=[made], variants=["base"], models=["sc"], jobs=1)
    assert any(one.status == "broken" for one in report.differences)
    assert (tree / name).read_bytes() == was


def test_a_comment_breaks_nothing(tmp_path: Path) -> None:
    made = patch(tmp_path, "lib/llist.c", "next = READ_ONCE(entry->next);", "next = READ_ONCE(entry->next); /* so */")
    report = regress(_SPEC, patches=[made], variants=["base"], models=["sc"], jobs=1)
    assert {one.status for one in report.differences} <= {"still passing", "still failing"}


def test_a_patch_of_other_files_is_refused(tmp_path: Path) -> None:
    made = patch(tmp_path, "lib/llist.c", "next = READ_ONCE(entry->next);", "next = NULL;")
    made.write_text(made.read_text().replace("lib/llist.c", "lib/none.c"))
    with pytest.raises(InputError, match="changes no file of the spec, nor of its kernel tree"):
        regress(_SPEC, patches=[made], variants=["base"], models=["sc"], jobs=1)
