"""Unified diffs applied to texts: every line of a hunk must be there, or it is an error that says where."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Final

from attrs import frozen
from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchedFile, PatchSet

from modelcheck.errors import InputError
from modelcheck.frontend.spec.hunks import bare, find, lines_of, patched
from modelcheck.frontend.spec.threeway import Ancestry, lacks, merged
from modelcheck.reading import can_be_named

_NOWHERE: Final = "/dev/null"


@frozen
class Applied:
    """What a patch makes of a tree.

    Attributes:
        files: texts by name; None for a file that is not there any more.
        outside: paths, as the patch writes them, that are not in the tree and were passed over.
        loose: what did not fit exactly, each in a sentence.
        merged: what was merged three-way, each in a sentence.
    """

    files: dict[str, str | None]
    outside: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()


def apply_patch(file: str, text: str, read: Callable[[str], str | None]) -> dict[str, str | None]:
    """The files that a patch changes, as they are after it.

    A hunk may lie at other lines than it says, as after an earlier patch; what it shows of the file must be there
    exactly, the end of each line aside.

    Args:
        file: name of the patch, for errors.
        text: the patch; what stands around its diffs, such as a mail, is passed over.
        read: gives the text of a file of the tree by its name, or None when there is none.

    Gives texts by name, None for a file that the patch deletes. Raises `InputError` where the patch is no patch,
    changes nothing, leads out of the tree, or does not apply.
    """
    applied = apply_loosely(file, text, read, _inside, 0)
    if not applied.files:
        raise InputError("holds no unified diff", file)
    return applied.files


def written_paths(file: str, text: str) -> list[tuple[str | None, str | None]]:
    """The paths that each diff of a patch goes from and to, as written; None where there is no file.

    Raises `InputError` for what is no patch, and for paths that are absolute or go up.
    """
    return [
        (_written(file, entry, entry.source_file), _written(file, entry, entry.target_file))
        for entry in _parse(file, text)
    ]


def apply_loosely(
    file: str,
    text: str,
    read: Callable[[str], str | None],
    locate: Callable[[str], str | None],
    fuzz: int,
    ancestry: Ancestry | None = None,
) -> Applied:
    """As `apply_patch`, on a tree that need not hold all that the patch changes, and need not be exactly its base.

    Args:
        file, text, read: as for `apply_patch`.
        locate: the name in the tree of a path that the patch writes; None for one outside, which is passed over.
        fuzz: so many lines of context at the ends of a hunk may be something else (as in patch(1)), where only one
            place fits then.
        ancestry: who knows the texts that the patch was made for: what it makes of such a text is merged with what is
            there, as by ``git apply --3way``; hunks are put where they fit only where there is no such text.
    """
    changed: dict[str, str | None] = {}
    outside: dict[str, None] = {}
    loose: list[str] = []
    threeway: list[str] = []

    def current(name: str) -> str | None:
        return changed[name] if name in changed else read(name)

    for entry in _parse(file, text):
        line = entry.diff_line_no
        written = [_written(file, entry, path) for path in (entry.source_file, entry.target_file)]
        names = [None if path is None else locate(path) for path in written]
        if any(path is not None and name is None for path, name in zip(written, names, strict=True)):
            outside[written[1] or written[0] or ""] = None
            continue
        if any(str(info).startswith(("new file mode 12", "new mode 12")) for info in entry.patch_info or ()):
            raise InputError(f"makes a link of {written[1] or written[0]}, which no patch does here", file, line)
        if entry.is_binary_file:
            raise InputError("a binary patch cannot be applied", file, line)
        source, target = names
        before = "" if source is None else current(source)
        if before is None:
            raise InputError(f"changes {source}, which is not in this folder", file, line)
        name = source or target or ""
        merge = None if ancestry is None else merged(file, name, before, entry, ancestry)
        if merge is not None:
            after = merge.text
            threeway.append(merge.told)
        else:
            after, told = _placed(file, name, before, entry, fuzz, ancestry)
            loose += told
        if target is not None and target != source and (there := current(target)) is not None:
            if source is not None or lines_of(there) != lines_of(after):
                raise InputError(f"makes {target}, which is there already", file, line)
            loose.append(f"{target} is there already, as the patch makes it")
        if ancestry is not None:
            ancestry.learn(after)
        copied = any(str(info).startswith("copy from ") for info in entry.patch_info or ())
        if source is not None and source != target and not copied:
            changed[source] = None
        if target is not None:
            changed[target] = after
    return Applied(changed, tuple(outside), tuple(loose), tuple(threeway))


def _placed(
    file: str, source: str, before: str, entry: PatchedFile, fuzz: int, ancestry: Ancestry | None
) -> tuple[str, list[str]]:
    """The text with the hunks put where they fit, and what is to be said about that."""
    lacking = None if ancestry is None else lacks(before, entry, ancestry)
    try:
        after, told = patched(file, source, before, entry, fuzz)
    except InputError as error:
        if not lacking:
            raise
        raise InputError(f"{error.message}; {lacking}", error.file, error.line, error.column) from None
    return after, [f"{text} ({lacking})" if lacking else text for text in told]


def is_applied(file: str, text: str, read: Callable[[str], str | None]) -> bool:
    """Whether the files of a tree are as a patch would leave them: each of its hunks shows what is there, in order.

    A patch that makes, deletes or renames files, and one that is no patch, gives False.
    """
    try:
        entries = list(_parse(file, text))
        names = {_inside(_written(file, entry, entry.target_file) or "") for entry in entries}
    except InputError:
        return False
    if any(entry.source_file == _NOWHERE or entry.target_file == _NOWHERE or not len(entry) for entry in entries):
        return False
    if len(names) != len(entries) or any(entry.is_rename for entry in entries):
        return False
    for entry in entries:
        now = read(_inside(_written(file, entry, entry.target_file) or "") or "")
        lines, done = lines_of(now or ""), 0
        for hunk in entry:
            made = [bare(line) for line in hunk if line.line_type in " +"]
            at = find(lines, made, done, hunk.target_start - 1, alone=True)
            if at is None:
                return False
            done = at + len(made)
    return bool(entries)


def _parse(file: str, text: str) -> PatchSet:
    at = 0

    def lines() -> Iterator[str]:
        nonlocal at
        for at, line in enumerate(lines_of(text), 1):  # noqa: B007 (told by the error below)
            yield f"{line}\n"

    try:
        return PatchSet(lines())
    except UnidiffParseError as error:
        raise InputError(f"is no unified diff: {str(error).strip()}", file, max(at, 1)) from None
    except ValueError:  # what the reader of diffs leaves to int(), which has a limit on digits
        raise InputError("a number of this hunk has too many digits", file, max(at, 1)) from None


def _written(file: str, entry: PatchedFile, path: str) -> str | None:
    """A path of a diff, normalised and without git's quotes; None for no file."""
    if path == _NOWHERE:
        return None
    if path.startswith('"') and path.endswith('"'):
        path = _unquoted(path[1:-1])
    name = posixpath.normpath(path)
    if not can_be_named(name):
        raise InputError("names what no file can be called", file, entry.diff_line_no)
    if name.startswith("/") or ".." in path.split("/"):
        raise InputError(f"leads out of the folder of the spec: {path}", file, entry.diff_line_no)
    return name


def _unquoted(path: str) -> str:
    """A path without the escapes that git writes into one with special characters."""
    plain = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}

    def escaped(found: re.Match[str]) -> str:
        return plain.get(found[1]) or chr(int(found[1], 8))

    raw = re.sub(r'\\([0-7]{3}|[nt"\\])', escaped, path)
    try:
        return raw.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return raw


def _inside(path: str) -> str:
    """A path without its ``a/`` or ``b/``."""
    return path[2:] if path[:2] in ("a/", "b/") else path
