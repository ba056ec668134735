"""Copies of specs, and patches on them: where paths lead, what fits, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from modelcheck.errors import InputError
from modelcheck.reading import allowing
from modelcheck.regression.mail import Patch
from modelcheck.regression.tree import Patched, Tree, copied, patched
from tests.regression.small import SOURCE, changed, without_release


def apply(folder: Path, text: str, base: Path | None = None) -> tuple[Tree, Patched]:
    shop = folder.parent / "shop"
    before = copied(folder, base, shop / "0")
    return before, patched(before, [Patch("it", text, "it.patch")], shop / "1", "with the patch")


def source(tree: Tree, name: str = "mailbox.c") -> str:
    return (tree.root / tree.home / name).read_text()


def test_the_users_files_are_not_touched(mailbox: Path) -> None:
    files = {path: path.read_bytes() for path in mailbox.rglob("*")}
    before, change = apply(mailbox, changed(SOURCE, without_release()))
    assert source(before) == SOURCE
    assert source(change.tree) == without_release()
    assert {path: path.read_bytes() for path in mailbox.rglob("*")} == files


@pytest.mark.parametrize("name", ["mailbox.c", "tools/specs/mailbox/mailbox.c", "mailbox/mailbox.c", "./mailbox.c"])
def test_paths_are_stripped_until_they_lead_to_a_file(mailbox: Path, name: str) -> None:
    _, change = apply(mailbox, changed(SOURCE, without_release(), name))
    assert source(change.tree) == without_release()


def test_paths_without_prefix_are_taken_as_they_are(mailbox: Path) -> None:
    text = changed(SOURCE, without_release()).replace("a/mailbox.c", "mailbox.c").replace("b/mailbox.c", "mailbox.c")
    assert source(apply(mailbox, text)[1].tree) == without_release()


def test_sources_outside_of_the_specs_folder_are_copied_and_patched(mailbox: Path) -> None:
    above = mailbox.parent / "src"
    above.mkdir()
    (mailbox.parent / ".git").mkdir()
    (mailbox / "mailbox.c").rename(above / "mailbox.c")
    spec = mailbox / "spec.toml"
    spec.write_text(spec.read_text().replace('"mailbox.c"', '"../src/mailbox.c"').replace('patch = "no', '# "no'))
    spec.write_text(spec.read_text().replace('about = "the', 'defines = ["X"]\nabout = "the'))
    _, change = apply(mailbox, changed(SOURCE, without_release(), "src/mailbox.c"))
    assert (change.tree.root / "src/mailbox.c").read_text() == without_release()
    with allowing([change.tree.root]):
        assert change.tree.spec(False).sources == ("../src/mailbox.c",)


@pytest.mark.parametrize("path", ["../mailbox.c", "x/../../mailbox.c", "/etc/passwd"])
def test_paths_that_lead_out_are_refused(mailbox: Path, path: str) -> None:
    text = changed(SOURCE, without_release()).replace("a/mailbox.c", path).replace("b/mailbox.c", path)
    with pytest.raises(InputError, match="leads out of the folder of the spec"):
        apply(mailbox, text)


def test_files_outside_of_the_spec_are_passed_over_and_told(mailbox: Path) -> None:
    text = changed("x\n", "y\n", "Documentation/locking.rst") + changed(SOURCE, without_release())
    _, change = apply(mailbox, text)
    assert change.outside == ("b/Documentation/locking.rst",)
    assert source(change.tree) == without_release()


def test_a_patch_that_is_not_for_this_spec_leaves_the_tree_as_it_is(mailbox: Path) -> None:
    before, change = apply(mailbox, changed("x\n", "y\n", "kernel/sched.c"))
    assert change.tree is before


def test_files_are_made_renamed_copied_and_deleted(mailbox: Path) -> None:
    (mailbox / "old.h").write_text("old\n")
    (mailbox / "gone.h").write_text("gone\n")
    text = (
        "diff --git a/new.h b/new.h\nnew file mode 100644\n--- /dev/null\n+++ b/new.h\n@@ -0,0 +1 @@\n+new\n"
        "diff --git a/old.h b/moved.h\nsimilarity index 100%\nrename from old.h\nrename to moved.h\n"
        "diff --git a/mailbox.c b/other.c\nsimilarity index 100%\ncopy from mailbox.c\ncopy to other.c\n"
        "diff --git a/gone.h b/gone.h\ndeleted file mode 100644\n--- a/gone.h\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n"
    )
    _, change = apply(mailbox, text)
    assert source(change.tree, "new.h") == "new\n"
    assert source(change.tree, "moved.h") == "old\n"
    assert source(change.tree, "other.c") == source(change.tree) == SOURCE
    assert not (change.tree.root / "old.h").exists()
    assert not (change.tree.root / "gone.h").exists()


def test_a_patch_with_windows_line_ends_applies(mailbox: Path) -> None:
    _, change = apply(mailbox, changed(SOURCE, without_release()).replace("\n", "\r\n"))
    assert source(change.tree) == without_release()


def test_context_that_is_something_else_is_ignored_at_the_ends_of_a_hunk_and_told(mailbox: Path) -> None:
    text = changed(SOURCE, without_release()).replace(" void receiver(void)", " void reader(void)")
    _, change = apply(mailbox, text)
    assert source(change.tree) == without_release()
    assert change.loose == ("mailbox.c: hunk 1 fits only without 1 of its lines of context",)


def test_a_hunk_that_does_not_fit_says_which_and_what_is_there(mailbox: Path) -> None:
    text = changed(SOURCE, without_release()).replace("-\tsmp_store_release", "-\tsmp_store_mb")
    with pytest.raises(InputError) as caught:
        apply(mailbox, text)
    assert str(caught.value).startswith("it.patch:4: this hunk does not apply to mailbox.c: its line 8 expects")
    assert "mailbox.c:17 is 'smp_store_release(&flag, 1);'" in str(caught.value)


def test_a_patch_that_is_in_the_sources_already_is_told(mailbox: Path) -> None:
    (mailbox / "spec.toml").write_text((mailbox / "spec.toml").read_text().replace('patch = "', 'defines = ["X"]\n# "'))
    (mailbox / "spec.toml").write_text((mailbox / "spec.toml").read_text())
    (mailbox / "mailbox.c").write_text(without_release())
    with pytest.raises(InputError, match="is it applied already"):
        apply(mailbox, changed(SOURCE, without_release()))


def test_a_base_that_does_not_hold_the_spec_is_refused(mailbox: Path) -> None:
    (mailbox.parent / "other").mkdir()
    with pytest.raises(InputError, match="does not hold"):
        apply(mailbox, changed(SOURCE, without_release()), mailbox.parent / "other")


def a_kernel(folder: Path) -> Path:
    for name, text in {
        "lib/one.c": "one\n",
        "lib/two.c": "two\n",
        "include/linux/x.h": "x\n",
        "mm/three.c": "3\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_what_a_patch_changes_of_a_kernel_tree_is_changed_in_links_to_it(mailbox: Path) -> None:
    kernel = a_kernel(mailbox.parent / "linux")
    shop = mailbox.parent / "shop"
    before = evolve(copied(mailbox, None, shop / "0"), kernel=kernel)
    one = Patch("one", changed("one\n", "1\n", "lib/one.c") + changed("x\n", "y\n", "include/linux/x.h"), "one.patch")
    first = patched(before, [one], shop / "1", "with one").tree
    second = patched(first, [Patch("two", changed("1\n", "I\n", "lib/one.c"), "two.patch")], shop / "2", "and two").tree
    assert first.kernel is not None
    assert second.kernel is not None
    for tree, text in ((kernel, "one\n"), (first.kernel, "1\n"), (second.kernel, "I\n")):
        assert (tree / "lib/one.c").read_text() == text
        assert (tree / "lib/two.c").read_text() == "two\n"
        assert (tree / "mm/three.c").read_text() == "3\n"
        assert (tree / "include/linux/x.h").read_text() == ("x\n" if tree == kernel else "y\n")
    assert source(second) == SOURCE


def test_a_patch_on_a_kernel_tree_may_make_and_delete_files(mailbox: Path) -> None:
    kernel = a_kernel(mailbox.parent / "linux")
    before = evolve(copied(mailbox, None, mailbox.parent / "shop" / "0"), kernel=kernel)
    gone = "--- a/lib/one.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n"
    made = "--- /dev/null\n+++ b/lib/four.c\n@@ -0,0 +1 @@\n+four\n"
    after = patched(before, [Patch("it", gone + made, "it.patch")], mailbox.parent / "shop" / "1", "patched").tree
    assert after.kernel is not None
    assert not (after.kernel / "lib/one.c").exists()
    assert (after.kernel / "lib/four.c").read_text() == "four\n"
    assert (kernel / "lib/one.c").exists()
    assert not (kernel / "lib/four.c").exists()


def test_a_patch_of_neither_a_spec_nor_its_kernel_tree_is_refused(mailbox: Path) -> None:
    before = evolve(copied(mailbox, None, mailbox.parent / "shop" / "0"), kernel=a_kernel(mailbox.parent / "linux"))
    nothing = Patch("it", changed("x\n", "y\n", "fs/none.c"), "it.patch")
    with pytest.raises(InputError, match="changes no file of the spec, nor of its kernel tree"):
        patched(before, [nothing], mailbox.parent / "shop" / "1", "patched")
