"""Copies of a spec with the sources it speaks of, and patches applied to them: the user's files are never touched."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from attrs import evolve, frozen

from modelcheck.errors import InputError
from modelcheck.frontend.spec import Spec, program_spec, read_spec, spec_of
from modelcheck.frontend.spec.patch import apply_loosely, written_paths
from modelcheck.frontend.spec.threeway import Ancestry
from modelcheck.kernel.named import asked_build, giving
from modelcheck.reading import C_FILES, allowing, bounds_of, copy_tree, is_file, within
from modelcheck.regression.mail import Patch

FUZZ: Final = 2
"""Lines of context at the ends of a hunk that may be something else: patch(1)'s own default."""

_PREFIXES: Final = ("a", "b", "i", "w", "c", "o")
"""What git writes before a path."""


@frozen
class Tree:
    """A copy of a spec.

    Attributes:
        root: the folder that holds the copy.
        target: the spec's folder or C file, from ``root`` on.
        shown: what stands for ``root`` in messages: the user's own folder, or a revision.
        note: which state of it this is, for messages; empty: as it is.
        kernel: the kernel tree of the spec, or what patches have made of it; None where it has none.
    """

    root: Path
    target: PurePosixPath
    shown: str
    note: str = ""
    kernel: Path | None = None

    @property
    def home(self) -> PurePosixPath:
        """The folder of the spec, from ``root`` on."""
        return self.target.parent if self.target.suffix in C_FILES else self.target

    def spec(self, tolerant: bool) -> Spec:
        """The spec in this tree. Raises `InputError` for a wrong one, with the places that the user knows."""
        place = self.root / self.target
        try:
            if self.kernel is not None:
                with giving(self.kernel, asked_build()):
                    return read_spec(place, tolerant)
            if self.target.suffix in C_FILES:
                return program_spec(place)
            return read_spec(place, tolerant)
        except InputError as error:
            raise self.as_known(error) from None

    def as_known(self, error: InputError) -> InputError:
        """``error`` with names of files as the user knows them instead of those of the copy."""
        message = self.said(error.message) + (f" ({self.note})" if self.note else "")
        return InputError(message, None if error.file is None else self.said(error.file), error.line, error.column)

    def said(self, text: str) -> str:
        """``text`` with names of files as the user knows them."""
        shown = self.shown if self.shown.endswith(":") else f"{self.shown}/"
        return text.replace(f"{self.root}/", "" if shown in ("/", "./") else shown)


@frozen
class Patched:
    """A tree with patches applied.

    Attributes:
        tree: what they make of it.
        outside: files that they change and the tree does not hold.
        loose, merged: what did not fit exactly, and what was merged, in sentences.
    """

    tree: Tree
    outside: tuple[str, ...]
    loose: tuple[str, ...]
    merged: tuple[str, ...] = ()


@contextmanager
def workshop() -> Iterator[Path]:
    """A temporary folder for trees."""
    with tempfile.TemporaryDirectory(prefix="modelcheck-") as place, allowing([Path(place)]):
        yield Path(place).resolve()


def copied(target: Path, base: Path | None, into: Path) -> Tree:
    """A copy, below ``into``, of the spec at ``target`` with the sources and headers that it has outside of its folder.

    ``base`` is the folder that names in patches are relative to; None: the lowest one that holds everything. Raises
    `InputError` when there is no such spec, or it is not in ``base``.
    """
    lone = target.suffix in C_FILES and not target.is_dir()
    spec = spec_of(target)
    if spec.commands is not None:
        told = "its commands name folders that a patch would change elsewhere: give a spec with 'include' and 'defines'"
        raise InputError(told, str(spec.commands.file))
    folder = spec.folder.resolve()
    own = [name for scenario in spec.scenarios.values() for name in scenario.sources]
    others = [folder / name for name in (*spec.sources, *own, *spec.include)]
    outside = [place.resolve() for place in others if not place.resolve().is_relative_to(folder)]
    if base is None:
        root = Path(os.path.commonpath([folder, *(place.parent for place in outside)]))
    else:
        if not base.is_dir():
            raise InputError("no such folder", str(base))
        root = base.resolve()
        for place in (folder, *outside):
            if not place.is_relative_to(root):
                raise InputError(f"does not hold {place}, which the spec needs", str(base))
    home = folder.relative_to(root)
    into = into / (root.name or "root")
    if lone:
        (into / home).mkdir(parents=True, exist_ok=True)
        for file in sorted((*folder.glob("*.c"), *folder.glob("*.h"))):
            if is_file(file) and within(file, bounds_of(target)):
                shutil.copy(file, into / home / file.name)
    else:
        _copy(folder, into / home)
    for place in outside:
        _copy(place, into / place.relative_to(root))
    name = PurePosixPath(home.as_posix())
    kernel = spec.tree.folder if spec.tree is not None else None
    shown = root.relative_to(Path.cwd()).as_posix() if root.is_relative_to(Path.cwd()) else str(root)
    return Tree(into, name / target.name if lone else name, shown, kernel=kernel)


def _copy(place: Path, into: Path) -> None:
    if place.is_dir():
        copy_tree(place, into, bounds_of(place))
    else:
        into.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(place, into)


def patched(tree: Tree, patches: Sequence[Patch], into: Path, note: str, ancestry: Ancestry | None = None) -> Patched:
    """``tree`` with ``patches`` applied in turn, below the folder ``into``, and with another ``note``.

    ``ancestry`` knows the texts that they were made for: see `apply_loosely`. What a patch changes of the spec's kernel
    tree is changed in a tree of links to it. What it changes in neither is passed over, and told. Raises `InputError`
    for a patch that does not apply, leads out of the tree, or has no file of a kernel tree nor of its spec.
    """
    overlay = into / "kernel"
    into = into / tree.root.name
    shutil.copytree(tree.root, into)
    after = evolve(tree, root=into)
    outside: dict[str, None] = {}
    loose: list[str] = []
    merged: list[str] = []
    changed = False
    kernel: dict[str, str | None] = {}
    for patch in patches:
        of_kernel = {} if tree.kernel is None else _located(tree.kernel, (".",), patch)
        own = _located(into, tuple(dict.fromkeys((tree.home.as_posix(), "."))), patch)
        located = {path: None if of_kernel.get(path) else name for path, name in own.items()}
        applied = apply_loosely(patch.file, patch.text, partial(_read, into, patch), located.get, FUZZ, ancestry)
        missing = applied.outside
        if tree.kernel is not None:
            read = partial(_changed, kernel, tree.kernel, patch)
            theirs = apply_loosely(patch.file, patch.text, read, of_kernel.get, FUZZ, ancestry)
            missing = tuple(path for path in missing if path in theirs.outside)
            loose += theirs.loose
            merged += theirs.merged
            kernel |= theirs.files
            if not applied.files and not theirs.files:
                raise InputError("changes no file of the spec, nor of its kernel tree", patch.file)
        outside |= dict.fromkeys(missing)
        loose += applied.loose
        merged += applied.merged
        changed = changed or bool(applied.files)
        for name, text in applied.files.items():
            path = into / name
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    if kernel:
        assert tree.kernel is not None
        _link(tree.kernel, overlay, kernel)
        after = evolve(after, kernel=overlay)
    kept = after if changed or kernel else tree
    return Patched(kept if kept is tree else evolve(kept, note=note), tuple(outside), tuple(loose), tuple(merged))


def _changed(kernel: dict[str, str | None], root: Path, patch: Patch, name: str) -> str | None:
    """The text of a file of a kernel tree as the patches before have left it."""
    return kernel[name] if name in kernel else _read(root, patch, name)


def _link(tree: Path, into: Path, changed: dict[str, str | None]) -> None:
    """Make a folder that is as ``tree`` is, with other texts of the files ``changed``: all that they do not touch are
    links into it."""
    for name, text in changed.items():
        folder, place = tree, into
        for part in PurePosixPath(name).parts:
            if not place.exists():
                place.mkdir(parents=True)
                for one in folder.iterdir() if folder.is_dir() else ():
                    (place / one.name).symlink_to(one.resolve())
            folder, place = folder / part, place / part
            if place.is_symlink():
                place.unlink()
        if text is not None:
            place.write_text(text, encoding="utf-8")


def same(one: Tree, other: Tree) -> bool:
    """Whether two trees hold the same files."""
    return contents(one) == contents(other)


def contents(tree: Tree) -> dict[str, bytes]:
    """The files of a tree, by name from its root on."""
    return {
        path.relative_to(tree.root).as_posix(): path.read_bytes() for path in tree.root.rglob("*") if path.is_file()
    }


def _read(root: Path, patch: Patch, name: str) -> str | None:
    path = root / name
    if not is_file(path):
        return None
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"changes {name}, which is no UTF-8 text", patch.file) from None


def _located(root: Path, homes: Sequence[str], patch: Patch) -> dict[str, str | None]:
    """The name below ``root`` of each path that a patch writes; None for those that are not there.

    As many components are stripped from the front of all of them, and they are taken from one of the folders ``homes``,
    as finds most of the files that the patch changes.
    """
    pairs = written_paths(patch.file, patch.text)
    made = {target for source, target in pairs if source is None and target is not None}
    paths = {path for pair in pairs for path in pair if path is not None}
    there = [path for path in paths if path not in made]
    deepest = max((len(PurePosixPath(path).parts) for path in paths), default=1)

    def found(path: str, strip: int, home: str) -> str | None:
        parts = PurePosixPath(path).parts
        if len(parts) <= strip:
            return None
        name = PurePosixPath(home, *parts[strip:])
        return name.as_posix() if is_file(root / name) else None

    def rank(way: tuple[int, str]) -> tuple[int, bool, int]:
        count = sum(found(path, *way) is not None for path in there)
        return -count, way[0] != usual, way[0]

    usual = int(all(PurePosixPath(path).parts[0] in _PREFIXES for path in paths))
    strip, home = min(((strip, home) for strip in range(deepest) for home in homes), key=rank)
    located = {path: found(path, strip, home) for path in there}
    any_found = not there or any(name is not None for name in located.values())
    renamed = {target: source for source, target in pairs if source is not None and target is not None}
    for path in paths:
        new = path in made or located.get(renamed.get(path, "")) is not None
        if located.get(path) is None and new and any_found:
            parts = PurePosixPath(path).parts[strip:]
            name = PurePosixPath(home, *parts)
            if parts and (there or (root / name.parent).is_dir()):
                located[path] = name.as_posix()
    return {path: located.get(path) for path in paths}
