"""Unified diffs applied to texts: every line of a hunk must be there, or it is an error that says where."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk, Line, PatchedFile, PatchSet

from modelcheck.errors import InputError

_NOWHERE: Final = "/dev/null"


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
    changed: dict[str, str | None] = {}

    def current(name: str) -> str | None:
        return changed[name] if name in changed else read(name)

    for entry in _parse(file, text):
        line = entry.diff_line_no
        if entry.is_binary_file:
            raise InputError("a binary patch cannot be applied", file, line)
        source = _name(file, line, entry.source_file)
        target = _name(file, line, entry.target_file)
        before = "" if source is None else current(source)
        if before is None:
            raise InputError(f"changes {source}, which is not in this folder", file, line)
        if target is not None and target != source and current(target) is not None:
            raise InputError(f"makes {target}, which is there already", file, line)
        after = _patched(file, source or "", before, entry)
        if source is not None and source != target:
            changed[source] = None
        if target is not None:
            changed[target] = after
    if not changed:
        raise InputError("holds no unified diff", file)
    return changed


def _parse(file: str, text: str) -> PatchSet:
    at = 0

    def lines() -> Iterator[str]:
        nonlocal at
        for at, line in enumerate(text.splitlines(keepends=True), 1):  # noqa: B007 (told by the error below)
            yield line.replace("\r\n", "\n")

    try:
        return PatchSet(lines())
    except UnidiffParseError as error:
        raise InputError(f"is no unified diff: {str(error).strip()}", file, max(at, 1)) from None


def _name(file: str, line: int | None, written: str) -> str | None:
    """A path of a diff, relative to the tree, without its ``a/`` or ``b/``; None for no file."""
    if written == _NOWHERE:
        return None
    name = written[2:] if written[:2] in ("a/", "b/") else written
    name = posixpath.normpath(name)
    if name.startswith(("/", "../")) or name == "..":
        raise InputError(f"leads out of the folder of the spec: {written}", file, line)
    return name


def _patched(file: str, source: str, before: str, entry: PatchedFile) -> str:
    old = before.splitlines()
    new: list[str] = []
    done = 0
    for hunk in entry:
        shown = [_bare(line) for line in hunk if line.line_type in " -"]
        made = [_bare(line) for line in hunk if line.line_type in " +"]
        stated = hunk.source_start - 1 if shown else hunk.source_start
        at = _find(old, shown, done, stated)
        if at is None:
            raise _mismatch(file, source, old, hunk, max(stated, done))
        new += old[done:at]
        new += made
        done = at + len(shown)
    new += old[done:]
    return "".join(f"{line}\n" for line in new)


def _bare(line: Line) -> str:
    return str(line.value).rstrip("\r\n")


def _find(old: Sequence[str], shown: Sequence[str], first: int, stated: int) -> int | None:
    """The place nearest to ``stated``, from ``first`` on, where ``old`` holds the lines ``shown``."""
    if not shown:
        return min(max(stated, first), len(old))
    places = [at for at in range(first, len(old) - len(shown) + 1) if list(old[at : at + len(shown)]) == shown]
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
    return InputError(
        f"this hunk does not apply to {source}: its line {wrong.diff_line_no} expects '{_bare(wrong).strip()}', "
        f"but {source}:{place + 1} {there}",
        file,
        (hunk[0].diff_line_no or 1) - 1,
    )
