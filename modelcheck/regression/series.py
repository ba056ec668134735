"""From what is to be compared to the trees from before to after."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import field, frozen

from modelcheck.errors import InputError
from modelcheck.regression.blobs import Blobs
from modelcheck.regression.mail import Letters, Patch, read_letters
from modelcheck.regression.revisions import between, checked_out, revisions
from modelcheck.regression.tree import Patched, Tree, copied, patched, same


@frozen
class Change:
    """What is to be compared: patches to the spec as it is, or two revisions of the repository that holds it.

    Attributes:
        letters: the patches.
        span: ``REV..REV`` of git; empty: none.
        base: the folder that paths in patches start from, or the repository that ``span`` is of, where that is another
            one than the spec's own; None: found.
        each: look at every patch by itself, too.
    """

    letters: Letters = field(factory=lambda: Letters(()))
    span: str = ""
    base: Path | None = None
    each: bool = False


def letters_of(files: Sequence[tuple[str, bytes]]) -> Letters:
    """The patches in several files (name, content), in that order."""
    found = [read_letters(name, content) for name, content in files]
    return Letters(
        tuple(patch for letters in found for patch in letters.patches),
        tuple(note for letters in found for note in letters.notes),
    )


@frozen
class Series:
    """The trees from before to after; the title of what leads to each but the first, all titles, and notes."""

    trees: tuple[Tree, ...]
    steps: tuple[str, ...]
    titles: tuple[str, ...]
    notes: tuple[str, ...]


def series_of(target: Path, change: Change, shop: Path) -> Series:
    """The trees that ``change`` asks for, in the folder ``shop``.

    Raises `InputError` where there is no patch, one does not apply, or a revision is not there.
    """
    if change.span and change.base is None:
        return _from_git(target, change, shop)
    letters = between(_folder(change.base), change.span) if change.span and change.base else change.letters
    base = None if change.span else change.base
    if not letters.patches:
        raise InputError("there is no patch: give one with --patch, --mbox or --git")
    trees = [copied(target, base, shop / "0")]
    bundles = [[patch] for patch in letters.patches] if change.each else [list(letters.patches)]
    notes = list(letters.notes)
    steps = []
    home = target if target.is_dir() else target.parent
    blobs = Blobs([home, *filter(None, [change.base])], [trees[0].root])
    for number, bundle in enumerate(bundles, 1):
        after = patched(trees[-1], bundle, shop / str(number), _note(bundle, len(letters.patches)), blobs)
        notes += _told(after, bundle if change.each else [])
        if after.tree is not trees[-1]:
            trees.append(after.tree)
            steps.append(bundle[0].title if len(bundle) == 1 else "the patches")
    return Series(tuple(trees), tuple(steps), tuple(patch.title for patch in letters.patches), tuple(notes))


def _folder(base: Path | None) -> Path:
    assert base is not None
    if not base.is_dir():
        raise InputError("no such folder", str(base))
    return base


def _note(bundle: Sequence[Patch], total: int) -> str:
    if total == 1:
        return "with the patch"
    return f"after '{bundle[0].title}'" if len(bundle) == 1 else "with the patches"


def _told(after: Patched, bundle: Sequence[Patch]) -> list[str]:
    of = f"'{bundle[0].title}': " if bundle else ""
    notes = [f"{of}not exactly: {text}" for text in after.loose]
    notes += [f"{of}merged three-way: {text}" for text in after.merged]
    outside = after.outside
    if outside:
        shown = ", ".join(outside[:5]) + (f" and {len(outside) - 5} more" if len(outside) > 5 else "")
        notes.append(f"{of}passed over, no files of the spec: {shown}")
    return notes


def _from_git(target: Path, change: Change, shop: Path) -> Series:
    if not target.exists():
        raise InputError("no such file or folder", str(target))
    home = target.parent if target.is_file() else target
    commits = revisions(home, change.span)
    titles = tuple(f"{commit.name} {commit.title}" for commit in commits[1:])
    wanted = commits if change.each else [commits[0], commits[-1]]
    trees: list[Tree] = []
    steps: list[str] = []
    for number, commit in enumerate(wanted):
        tree = checked_out(target, commit, shop / str(number))
        if not trees or not same(trees[-1], tree):
            trees.append(tree)
            steps.append(f"{commit.name} {commit.title}" if change.each else change.span)
    return Series(tuple(trees), tuple(steps[1:]), titles, ())
