"""Unified diffs: applied to the letter, or told where they do not fit."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcheck.errors import InputError
from modelcheck.frontend.spec.patch import apply_patch

TEXT = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n"
TREE = {"a.c": TEXT, "sub/b.h": "x\n"}


def diff(before: str, after: str, name: str = "a.c", context: int = 2) -> str:
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{name}", f"b/{name}", n=context)
    return "".join(lines)


def patched(text: str) -> dict[str, str | None]:
    return apply_patch("p.diff", text, TREE.get)


def complaint(text: str) -> str:
    with pytest.raises(InputError) as caught:
        patched(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_several_hunks_and_files_are_applied() -> None:
    after = TEXT.replace("two", "2").replace("nine\n", "")
    assert patched(diff(TEXT, after) + diff("x\n", "y\n", "sub/b.h")) == {"a.c": after, "sub/b.h": "y\n"}


def test_a_hunk_at_other_lines_than_it_says_is_found() -> None:
    earlier = "zero\n" + TEXT
    text = diff(TEXT, TEXT.replace("five", "5"))
    assert apply_patch("p.diff", text, {"a.c": earlier}.get) == {"a.c": earlier.replace("five", "5")}


def test_of_several_places_the_nearest_counts() -> None:
    before = "a\nx\nb\n" * 5
    lines = before.splitlines(True)
    after = "".join([*lines[:7], "y\n", *lines[8:]])
    assert apply_patch("p", diff(before, after, context=1), {"a.c": before}.get) == {"a.c": after}


def test_the_letter_around_a_patch_is_passed_over() -> None:
    text = (
        "From: me\nSubject: change\n\nWhy.\n---\n a.c | 2 +-\n\n" + diff(TEXT, TEXT.replace("two", "2")) + "-- \n2.40\n"
    )
    assert patched(text) == {"a.c": TEXT.replace("two", "2")}


def test_files_are_made_deleted_and_renamed() -> None:
    made = "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1,2 @@\n+1\n+2\n"
    assert patched(made) == {"new.c": "1\n2\n"}
    deleted = "--- a/sub/b.h\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    assert patched(deleted) == {"sub/b.h": None}
    renamed = "diff --git a/sub/b.h b/c.h\nsimilarity index 100%\nrename from sub/b.h\nrename to c.h\n"
    assert patched(renamed) == {"sub/b.h": None, "c.h": "x\n"}


def test_windows_line_ends_do_not_matter() -> None:
    assert patched(diff(TEXT, TEXT.replace("two", "2")).replace("\n", "\r\n")) == {"a.c": TEXT.replace("two", "2")}


def test_a_hunk_that_does_not_fit_says_what_it_expected_and_what_is_there() -> None:
    wrong = diff(TEXT.replace("six", "sechs"), TEXT.replace("six", "6"))
    assert complaint(wrong) == (
        "p.diff:3: this hunk does not apply to a.c: its line 6 expects 'sechs', but a.c:6 is 'six'"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "p.diff: holds no unified diff"),
        ("hello\n", "p.diff: holds no unified diff"),
        (
            "--- a/a.c\n+++ b/a.c\n@@ -1,2 +1,2 @@\n one\n",
            "p.diff:4: is no unified diff: Hunk is shorter than expected",
        ),
        ("--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n*one\n", "p.diff:4: is no unified diff: Hunk diff line expected: *one"),
        (diff("x\n", "y\n", "none.c"), "p.diff:2: changes none.c, which is not in this folder"),
        (diff("x\n", "y\n", "../up.c"), "p.diff:2: leads out of the folder of the spec: a/../up.c"),
        ("--- /etc/a\n+++ /etc/a\n@@ -1 +1 @@\n-x\n+y\n", "p.diff:2: leads out of the folder of the spec: /etc/a"),
        ("--- /dev/null\n+++ b/a.c\n@@ -0,0 +1 @@\n+1\n", "p.diff:2: makes a.c, which is there already"),
        ("diff --git a/a.c b/a.c\nBinary files a/a.c and b/a.c differ\n", "p.diff:1: a binary patch cannot be applied"),
        (
            "--- a/sub/b.h\n+++ b/sub/b.h\n@@ -1,2 +1,2 @@\n x\n-z\n+y\n",
            "p.diff:3: this hunk does not apply to sub/b.h: its line 5 expects 'z', "
            "but sub/b.h:2 is the end of the file",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    assert complaint(text) == told


texts = st.lists(st.sampled_from(["a", "b", "", "  c", "+d", "-e"]), max_size=12).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)


@given(texts, texts, st.integers(0, 3))
def test_what_difflib_writes_is_applied(before: str, after: str, context: int) -> None:
    if before == after:
        return
    text = diff(before, after, context=context)
    assert apply_patch("p", text, {"a.c": before}.get) == {"a.c": after}


def test_a_hunk_with_more_digits_than_can_be_read_is_named() -> None:
    with pytest.raises(InputError) as error:
        apply_patch("a.patch", "--- a/a.c\n+++ b/a.c\n@@ -" + "9" * 5000 + ",1 +1,1 @@\n-x\n+y\n", TREE.get)
    assert "too many digits" in str(error.value)
    assert error.value.line == 3
