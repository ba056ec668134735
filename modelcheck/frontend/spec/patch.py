"""Unified diffs applied to texts: every line of a hunk must be there, or it is an error that says where."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from attrs import frozen
from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk, Line, PatchedFile, PatchSet

from modelcheck.errors import InputError

_NOWHERE: Final = "/dev/null"


@frozen
class Applied:
    """What a patch makes of a tree.

    Attributes:
        files: texts by name; None for a file that is not there any more.
        outside: paths, as the patch writes them, that are not in the tree and were passed over.
        loose: hunks that did not fit exactly, each in a sentence.
    """

    files: dict[str, str | None]
    outside: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()


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
    file: str, text: str, read: Callable[[str], str | None], locate: Callable[[str], str | None], fuzz: int
) -> Applied:
    """As `apply_patch`, on a tree that need not hold all that the patch changes, and need not be exactly its base.

    Args:
        file, text, read: as for `apply_patch`.
        locate: the name in the tree of a path that the patch writes; None for one outside, which is passed over.
        fuzz: so many lines of context at the ends of a hunk may be something else (as in patch(1)), where only one
            place fits then.
    """
    changed: dict[str, str | None] = {}
    outside: dict[str, None] = {}
    loose: list[str] = []

    def current(name: str) -> str | None:
        return changed[name] if name in changed else read(name)

    for entry in _parse(file, text):
        line = entry.diff_line_no
        written = [_written(file, entry, path) for path in (entry.source_file, entry.target_file)]
        names = [None if path is None else locate(path) for path in written]
        if any(path is not None and name is None for path, name in zip(written, names, strict=True)):
            outside[written[1] or written[0] or ""] = None
            continue
        if entry.is_binary_file:
            raise InputError("a binary patch cannot be applied", file, line)
        source, target = names
        before = "" if source is None else current(source)
        if before is None:
            raise InputError(f"changes {source}, which is not in this folder", file, line)
        if target is not None and target != source and current(target) is not None:
            raise InputError(f"makes {target}, which is there already", file, line)
        after, told = _patched(file, source or target or "", before, entry, fuzz)
        loose += told
        copied = any(str(info).startswith("copy from ") for info in entry.patch_info or ())
        if source is not None and source != target and not copied:
            changed[source] = None
        if target is not None:
            changed[target] = after
    return Applied(changed, tuple(outside), tuple(loose))


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
        lines, done = _lines(now or ""), 0
        for hunk in entry:
            made = [_bare(line) for line in hunk if line.line_type in " +"]
            at = _find(lines, made, done, hunk.target_start - 1, alone=True)
            if at is None:
                return False
            done = at + len(made)
    return bool(entries)


def _parse(file: str, text: str) -> PatchSet:
    at = 0

    def lines() -> Iterator[str]:
        nonlocal at
        for at, line in enumerate(_lines(text), 1):  # noqa: B007 (told by the error below)
            yield f"{line}\n"

    try:
        return PatchSet(lines())
    except UnidiffParseError as error:
        raise InputError(f"is no unified diff: {str(error).strip()}", file, max(at, 1)) from None


def _lines(text: str) -> list[str]:
    """The lines of ``text`` without their ends: as git sees them, to which a form feed is a character."""
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _written(file: str, entry: PatchedFile, path: str) -> str | None:
    """A path of a diff, normalised and without git's quotes; None for no file."""
    if path == _NOWHERE:
        return None
    if path.startswith('"') and path.endswith('"'):
        path = _unquoted(path[1:-1])
    name = posixpath.normpath(path)
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


def _patched(file: str, source: str, before: str, entry: PatchedFile, fuzz: int) -> tuple[str, list[str]]:
    """The text after all hunks, and which of them did not fit exactly."""
    old = _lines(before)
    new: list[str] = []
    loose: list[str] = []
    done = 0
    for number, hunk in enumerate(entry, 1):
        lines = list(hunk)
        at, first, last = None, 0, len(lines)
        for ignored in range(fuzz + 1):
            first, last = _cut(lines, ignored)
            if ignored and (first, last) == _cut(lines, ignored - 1):
                break
            shown = [_bare(line) for line in lines[first:last] if line.line_type in " -"]
            stated = max(hunk.source_start - (1 if hunk.source_length else 0), 0) + first
            at = _find(old, shown, done, stated, alone=ignored > 0)
            if at is not None:
                if ignored:
                    loose.append(f"{source}: hunk {number} fits only without {ignored} of its lines of context")
                break
        if at is None:
            raise _mismatch(file, source, old, hunk, max(hunk.source_start - 1, done))
        new += old[done:at]
        new += [_bare(line) for line in lines[first:last] if line.line_type in " +"]
        done = at + sum(line.line_type in " -" for line in lines[first:last])
    new += old[done:]
    return "".join(f"{line}\n" for line in new), loose


def _cut(lines: Sequence[Line], ignored: int) -> tuple[int, int]:
    """The part of a hunk that is left when up to ``ignored`` lines of context at each end do not count."""
    kinds = "".join(line.line_type for line in lines)
    before = len(kinds) - len(kinds.lstrip(" "))
    after = len(kinds) - len(kinds.rstrip(" "))
    if before == len(kinds):
        return 0, len(kinds)
    return min(ignored, before), len(kinds) - min(ignored, after)


def _bare(line: Line) -> str:
    return str(line.value).rstrip("\r\n")


def _find(old: Sequence[str], shown: Sequence[str], first: int, stated: int, alone: bool) -> int | None:
    """The place nearest to ``stated``, from ``first`` on, where ``old`` holds the lines ``shown``; ``alone``: the only
    one."""
    if not shown:
        return None if alone else min(max(stated, first), len(old))
    places = [at for at in range(first, len(old) - len(shown) + 1) if list(old[at : at + len(shown)]) == shown]
    if alone and len(places) != 1:
        return None
    return min(places, key=lambda at: abs(at - stated), default=None)


def _mismatch(file: str, source: str, old: Sequence[str], hunk: Hunk, stated: int) -> InputError:
    """The error for a hunk that fits nowhere: told at the place where most of its first lines fit."""
    lines = [line for line in hunk if line.line_type in " -"]

    def fitting(at: int) -> int:
        count = 0
        for line, there in zip(lines, old[at:], strict=False):
            if _bare(line) != there:
                break
            count += 1
        return count

    best = max(range(len(old) + 1), key=lambda at: (fitting(at), -abs(at - stated)))
    if not fitting(best):
        best = min(stated, len(old))
    wrong = lines[fitting(best)]
    place = best + fitting(best)
    there = f"is '{old[place].strip()}'" if place < len(old) else "is the end of the file"
    after = [_bare(line) for line in hunk if line.line_type in " +"]
    if after and hunk.added and _find(old, after, 0, stated, alone=False) is not None:
        there += " (is it applied already? Its new lines are there)"
    return InputError(
        f"this hunk does not apply to {source}: its line {wrong.diff_line_no} expects '{_bare(wrong).strip()}', "
        f"but {source}:{place + 1} {there}",
        file,
        (hunk[0].diff_line_no or 1) - 1,
    )
