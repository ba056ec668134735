"""Patches made for another text than the one that is there: merged as `git apply --3way` does it."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from modelcheck.errors import InputError
from modelcheck.frontend.spec.patch import apply_loosely
from modelcheck.regression.blobs import Blobs, names
from modelcheck.regression.mail import Letters, Patch
from modelcheck.regression.regress import regress
from modelcheck.regression.report import FAILING, PASSING
from modelcheck.regression.series import Change, Series, series_of
from modelcheck.regression.tree import FUZZ
from modelcheck.run import Workers
from modelcheck.verdicts.cells import Choice
from tests.regression.small import SOURCE, changed, without_release

with_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=folder, check=False, capture_output=True, text=True)


def indexed(before: str, after: str, name: str = "mailbox.c", digits: int = 10) -> str:
    """A diff with the line by which git names both texts."""
    head, body = changed(before, after, name).split("\n", 1)
    short, late = (names(text.encode())[0][:digits] for text in (before, after))
    return f"{head}\nindex {short}..{late} 100644\n{body}"


def series(folder: Path, *texts: str, each: bool = False) -> Series:
    letters = Letters(tuple(Patch(str(number), text, f"{number}.patch") for number, text in enumerate(texts, 1)))
    shop = folder.parent / "shop"
    return series_of(folder, Change(letters, each=each), shop)


def result(found: Series, name: str = "mailbox.c") -> str:
    tree = found.trees[-1]
    return (tree.root / tree.home / name).read_text()


def drifted(source: str = SOURCE) -> str:
    """The small source with lines beside its changes written in another way."""
    source = source.replace("void sender(void)", "void sender(void) /* Writes. */")
    return source.replace("void receiver(void)", "void receiver(void) /* Reads. */")


def here(mailbox: Path, source: str) -> None:
    (mailbox / "mailbox.c").write_text(source)
    (mailbox / "no-release.diff").write_text(changed(source, without_release(source)))


def test_texts_are_named_as_git_names_them() -> None:
    # What `git hash-object` is documented to say of nothing, in both of its object formats, and of one known text.
    assert names(b"") == (
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    )
    assert names(b"hello\n")[0] == "ce013625030ba8dba906f756967f9e9ca394464a"


@with_git
def test_what_a_patch_was_made_for_is_found_in_the_repository_around_the_spec(mailbox: Path) -> None:
    here(mailbox, SOURCE)
    git(mailbox, "init", "-q")
    git(mailbox, "add", "mailbox.c")
    here(mailbox, drifted())
    found = series(mailbox, indexed(SOURCE, without_release()))
    assert result(found) == without_release(drifted())
    blob = names(SOURCE.encode())[0][:10]
    assert found.notes == (f"merged three-way: mailbox.c, with what the patch makes of blob {blob}",)


@with_git
def test_what_a_patch_was_made_for_is_found_among_the_files_of_the_spec(mailbox: Path) -> None:
    (mailbox / "as-it-was.c").write_text(SOURCE)
    here(mailbox, drifted())
    assert result(series(mailbox, indexed(SOURCE, without_release()))) == without_release(drifted())


@with_git
@pytest.mark.parametrize("each", [False, True])
def test_the_second_patch_of_a_series_is_for_what_the_first_makes_of_its_own_text(mailbox: Path, each: bool) -> None:
    (mailbox / "as-it-was.c").write_text(SOURCE)
    here(mailbox, drifted())
    first = SOURCE.replace("WRITE_ONCE(letter, 42)", "WRITE_ONCE(letter, 43)")
    second = first.replace("!= 42", "!= 43")
    found = series(mailbox, indexed(SOURCE, first), indexed(first, second), each=each)
    assert result(found) == drifted(second)
    assert sum("merged three-way" in note for note in found.notes) == 2


@with_git
def test_a_hunk_is_put_where_it_belongs_and_not_where_it_fits() -> None:
    head = "".join(f"int unused{number};\n" for number in range(6))
    was = head + "void a(void)\n{\n\tx++;\n}\nvoid b(void)\n{\n\tx++;\n}\n"
    patch = (
        f"diff --git a/a.c b/a.c\nindex {names(was.encode())[0][:8]}..12345678 100644\n--- a/a.c\n+++ b/a.c\n"
        "@@ -12,3 +12,3 @@\n {\n-\tx++;\n+\tx--;\n }\n"
    )
    there = was[len(head) :] + "void c(void)\n{\n\tx++;\n}\n"
    blobs = Blobs()
    blobs.learn(was)
    applied = apply_loosely("p", patch, {"a.c": there}.get, lambda path: path[2:], FUZZ, blobs)
    assert applied.files == {"a.c": there.replace("void b(void)\n{\n\tx++", "void b(void)\n{\n\tx--")}
    assert apply_loosely("p", patch, {"a.c": there}.get, lambda path: path[2:], FUZZ).files != applied.files


@with_git
def test_a_conflict_tells_the_hunk_the_file_and_both_sides(mailbox: Path) -> None:
    (mailbox / "as-it-was.c").write_text(SOURCE)
    ours = SOURCE.replace("smp_store_release(&flag, 1)", "smp_store_mb(flag, 1)")
    here(mailbox, ours)
    theirs = without_release().replace("static int letter;", "static long letter;")
    with pytest.raises(InputError) as caught:
        series(mailbox, indexed(SOURCE, theirs))
    assert str(caught.value) == (
        "1.patch:14: hunk 2 conflicts in the three-way merge of mailbox.c: the patch makes 'WRITE_ONCE(flag, 1);' of "
        "'smp_store_release(&flag, 1);', and mailbox.c:17 has 'smp_store_mb(flag, 1);'"
    )


@with_git
def test_a_patch_that_is_applied_already_changes_nothing_and_is_told(mailbox: Path) -> None:
    (mailbox / "as-it-was.c").write_text(SOURCE)
    (mailbox / "spec.toml").write_text((mailbox / "spec.toml").read_text().replace('patch = "', 'defines = ["X"]\n# "'))
    (mailbox / "mailbox.c").write_text(without_release())
    found = series(mailbox, indexed(SOURCE, without_release()))
    assert result(found) == without_release()
    assert found.notes[0].endswith(", which changes nothing: it is applied already")


@with_git
def test_a_variant_whose_patch_does_not_apply_any_more_is_merged_and_told(mailbox: Path) -> None:
    """The release is needed under LKMM, whatever is written beside it."""
    letters = Letters((Patch("it", changed(SOURCE, drifted()), "it"),))
    report = regress(mailbox, Change(letters), Choice(models=("lkmm",)), None, Workers(0))
    assert {one.variant: one.status for one in report.differences} == {"base": PASSING, "no-release": FAILING}
    (note,) = report.notes
    assert note.startswith("the variant 'no-release': its patch does not apply any more, and what it makes of")


def test_a_text_that_is_nowhere_is_told_where_a_hunk_does_not_apply(mailbox: Path) -> None:
    elsewhere = SOURCE.replace("smp_store_release(&flag, 1)", "smp_store_mb(flag, 1)")
    with pytest.raises(InputError, match=r"expects .*; blob [0-9a-f]{10}, which it was made for, is not at hand for"):
        series(mailbox, indexed(elsewhere, without_release()))


def test_without_git_hunks_are_put_where_they_fit_and_it_is_told(
    mailbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mailbox / "as-it-was.c").write_text(SOURCE)
    ours = SOURCE.replace("void receiver(void)", "void reader(void)")
    here(mailbox, ours)
    monkeypatch.setenv("PATH", "")
    found = series(mailbox, indexed(SOURCE, without_release()))
    assert result(found) == without_release(ours)
    assert found.notes == (
        "not exactly: mailbox.c: hunk 1 fits only without 1 of its lines of context "
        "(git, for a three-way merge, is not installed)",
    )


# ---------------------------------------------------------------- beside git itself

WORDS = ("a", "b", "c", "d", "e", "}", "", "\treturn;")


def edited(lines: Sequence[str], chance: random.Random) -> list[str]:
    """Lines with a few of them changed, taken out and put in."""
    result = list(lines)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(result))
        how = chance.random()
        if how < 0.4:
            result[at] = f"changed {chance.randrange(4)}"
        elif how < 0.7:
            result[at:at] = [chance.choice(WORDS) for _ in range(chance.randint(1, 3))]
        else:
            del result[at : at + chance.randint(1, 2)]
        result = result or [""]
    return result


def ours(text: str, patch: str, base: str) -> str | None:
    """What we make of ``text``; None for a conflict."""
    blobs = Blobs()
    blobs.learn(base)
    try:
        return apply_loosely("p", patch, {"f": text}.get, lambda path: path[2:], FUZZ, blobs).files["f"]
    except InputError as error:
        if "conflicts in the three-way merge of f" not in str(error):
            raise
        return None


@with_git
def test_random_changes_are_merged_as_git_applies_them(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    clean = conflicts = 0
    for seed in range(60):
        chance = random.Random(seed)
        lines = [f"{chance.choice(WORDS)}{number if chance.random() < 0.5 else ''}" for number in range(14)]
        base, mine, theirs = ("\n".join(some) + "\n" for some in (lines, edited(lines, chance), edited(lines, chance)))
        file = tmp_path / "f"
        file.write_text(base)
        git(tmp_path, "add", "f")
        file.write_text(theirs)
        patch = git(tmp_path, "diff", f"--unified={chance.choice((1, 3))}", "f").stdout
        file.write_text(mine)
        git(tmp_path, "add", "f")
        if not patch:
            continue
        (tmp_path / "patch").write_text(patch)
        said = git(tmp_path, "apply", "--3way", "patch")
        expected = file.read_text() if said.returncode == 0 else None
        assert ours(mine, patch, base) == expected, (seed, said.stderr)
        clean += expected is not None
        conflicts += expected is None
        git(tmp_path, "rm", "-q", "--cached", "-f", "f")
    assert clean > 20
    assert conflicts > 5
