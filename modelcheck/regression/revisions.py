"""A spec at the revisions of a git repository, and the patches between them."""

from __future__ import annotations

import io
import os
from pathlib import Path, PurePosixPath
from typing import Final

from attrs import frozen

from modelcheck.errors import InputError
from modelcheck.reading import C_FILES, within
from modelcheck.regression import git
from modelcheck.regression.mail import Letters, read_letters
from modelcheck.regression.tree import Tree

_PLAIN: Final = (
    "--no-signature",
    "--no-numbered",
    "--no-ext-diff",
    "--no-textconv",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
"""How differences are made: by git alone, whatever the repository says."""


@frozen
class Revision:
    """A commit: its name as git abbreviates it, with its first line."""

    name: str
    title: str


def revisions(folder: Path, span: str) -> list[Revision]:
    """What ``span`` (``REV..REV``) names: the commit before, and those after it up to the last, oldest first.

    Raises `InputError` for what is no such span, and where there is no git or no repository.
    """
    first, dots, last = span.partition("..")
    if not dots or last.startswith((".", "-")) or not first or first.startswith("-"):
        raise InputError(f"--git: '{span}' is no REV..REV")
    last = last or "HEAD"
    names = [_git(folder, "rev-parse", "--verify", "--quiet", f"{first}^{{commit}}", wrong=f"no revision '{first}'")]
    _git(folder, "rev-parse", "--verify", "--quiet", f"{last}^{{commit}}", wrong=f"no revision '{last}'")
    names += _git(folder, "rev-list", "--reverse", "--first-parent", f"{first}..{last}").split()
    if len(names) == 1:
        raise InputError(f"--git: no commit lies in {span}")
    found = []
    for name in names:
        short, _, title = _git(folder, "log", "-1", "--format=%h %s", name.strip()).strip().partition(" ")
        found.append(Revision(short, title))
    return found


def checked_out(target: Path, revision: Revision, into: Path) -> Tree:
    """The spec at ``target`` as it is in ``revision`` of the repository that holds it, in the folder ``into``.

    Raises `InputError` when that has no such spec.
    """
    place = target.resolve()
    lone = place.suffix in C_FILES
    folder = place.parent if lone or place.name == "spec.toml" else place
    top = Path(_git(folder, "rev-parse", "--show-toplevel").strip()).resolve()
    name = PurePosixPath(place.relative_to(top).as_posix())
    into = into / (top.name or "root")
    into.mkdir(parents=True)
    kept = [PurePosixPath(folder.relative_to(top).as_posix())]
    listed = _git(
        folder, "ls-tree", "--name-only", revision.name, f":/{name}" if str(name) != "." else ".", check=False
    )
    if not listed.strip() and str(name) != ".":
        raise InputError(f"is not in {revision.name} ({revision.title})", str(target))
    _extract(top, revision, kept, into)
    tree = Tree(into, name, f"{revision.name}:")
    if not lone:
        outside = _outside(tree, folder, top)
        if outside:
            _extract(top, revision, outside, into)
    return tree


def between(folder: Path, span: str) -> Letters:
    """The commits of ``span`` in the repository at ``folder``, as patches."""
    revisions(folder, span)
    text = _git_bytes(
        folder, "format-patch", *_PLAIN, "--stdout", "--no-signature", "--no-numbered", "--first-parent", span
    )
    if not text.strip():
        raise InputError(f"--git: no commit of {span} changes a file")
    return read_letters(span, text)


def _outside(tree: Tree, folder: Path, top: Path) -> list[PurePosixPath]:
    """The sources and headers that a spec has elsewhere in the repository."""
    from modelcheck.frontend.spec.document import read_document
    from modelcheck.frontend.spec.written import OR

    file = tree.root / tree.target
    file = file if file.name == "spec.toml" else file / "spec.toml"
    if not file.is_file():
        return []
    names: dict[str, None] = {}
    for written in read_document(file).forms():
        own = [name for scenario in written.scenarios.values() for name in scenario.sources]
        for one in (*written.sources, *own, *written.include):
            names |= dict.fromkeys(one.split(OR))
    found = []
    for name in names:
        place = Path(os.path.normpath(folder / name))
        if not place.is_relative_to(folder) and place.is_relative_to(top):
            found.append(PurePosixPath(place.relative_to(top).as_posix()))
    return found


def _extract(top: Path, revision: Revision, places: list[PurePosixPath], into: Path) -> None:
    """Write the files below ``places`` in ``revision`` as they are stored: no filter of the repository sees them.

    Links that lead out of the repository, and what other repositories hold, are left out.
    """
    names = [str(place) for place in places if place.parts]
    listed = _git_bytes(top, "ls-tree", "-r", "-z", "--full-tree", revision.name, "--", *names)
    blobs: list[tuple[str, PurePosixPath]] = []
    links: list[PurePosixPath] = []
    for entry in listed.split(b"\0"):
        about, _, name = entry.partition(b"\t")
        mode, _, rest = about.partition(b" ")
        path = PurePosixPath(os.fsdecode(name))
        if mode in (b"100644", b"100755", b"120000") and not {"..", ".git"} & set(path.parts) and path.root == "":
            blobs.append((rest.split()[1].decode(), path))
            if mode == b"120000":
                links.append(path)
    asked = "".join(f"{blob}\n" for blob, _ in blobs).encode()
    stream = io.BytesIO(_git_bytes(top, "cat-file", "--batch", said=asked))
    for _, path in blobs:
        header = stream.readline().split()
        if len(header) != 3:
            raise InputError(f"--git: {path} is not whole in this repository", str(top))
        data = stream.read(int(header[2]))
        stream.readline()
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        (into / path).write_bytes(data)
    for path in links:
        _link(into / path, into)


def _link(file: Path, root: Path) -> None:
    """Make ``file``, which holds where it leads to, the link that it stands for, if it stays within ``root``."""
    target = os.fsdecode(file.read_bytes())
    file.unlink()
    if target and "\0" not in target and not target.startswith("/"):
        file.symlink_to(target)
        if not within(file, (root.resolve(),)):
            file.unlink()


def _git(folder: Path, *arguments: str, wrong: str = "", check: bool = True) -> str:
    return _git_bytes(folder, *arguments, wrong=wrong, check=check).decode("utf-8", "replace").strip()


def _git_bytes(folder: Path, *arguments: str, wrong: str = "", check: bool = True, said: bytes = b"") -> bytes:
    done = git.run(folder, *arguments, said=said)
    if done is None:
        raise InputError("--git needs git, which is not installed; --patch does not")
    if check and done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputError(f"--git: {wrong or (lines[0] if lines else 'git failed')}", str(folder))
    return done.stdout
