"""The hunks of one diff applied to one text."""

from __future__ import annotations

from collections.abc import Sequence

from unidiff.patch import Hunk, Line

from modelcheck.errors import InputError


def lines_of(text: str) -> list[str]:
    """The lines of ``text`` without their ends: as git sees them, to which a form feed is a character."""
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def text_of(lines: Sequence[str]) -> str:
    """The text with such lines."""
    return "".join(f"{line}\n" for line in lines)


def in_sentence(line: str) -> str:
    """A line of C within a sentence: a tab is a space, and what is at the ends is none."""
    return " ".join(line.split())


def patched(file: str, source: str, before: str, hunks: Sequence[Hunk], fuzz: int) -> tuple[str, list[str]]:
    """The text ``before``, of a file ``source``, after all hunks of the patch ``file``, and which did not fit exactly.

    Up to ``fuzz`` lines of context at the ends of a hunk may be something else, where only one place fits then. Raises
    `InputError` for a hunk that does not fit.
    """
    old = lines_of(before)
    new: list[str] = []
    loose: list[str] = []
    done = 0
    for number, hunk in enumerate(hunks, 1):
        lines = list(hunk)
        at, first, last = None, 0, len(lines)
        for ignored in range(fuzz + 1):
            first, last = _cut(lines, ignored)
            if ignored and (first, last) == _cut(lines, ignored - 1):
                break
            shown = [bare(line) for line in lines[first:last] if line.line_type in " -"]
            stated = max(hunk.source_start - (1 if hunk.source_length else 0), 0) + first
            at = find(old, shown, done, stated, alone=ignored > 0)
            if at is not None:
                if ignored:
                    loose.append(f"{source}: hunk {number} fits only without {ignored} of its lines of context")
                break
        if at is None:
            raise _mismatch(file, source, old, hunk, max(hunk.source_start - 1, done), done)
        new += old[done:at]
        new += [bare(line) for line in lines[first:last] if line.line_type in " +"]
        done = at + sum(line.line_type in " -" for line in lines[first:last])
    new += old[done:]
    return text_of(new), loose


def _cut(lines: Sequence[Line], ignored: int) -> tuple[int, int]:
    """The part of a hunk that is left when up to ``ignored`` lines of context at each end do not count."""
    kinds = "".join(line.line_type for line in lines)
    before = len(kinds) - len(kinds.lstrip(" "))
    after = len(kinds) - len(kinds.rstrip(" "))
    if before == len(kinds):
        return 0, len(kinds)
    return min(ignored, before), len(kinds) - min(ignored, after)


def bare(line: Line) -> str:
    """A line of a hunk without its end."""
    return str(line.value).rstrip("\r\n")


def find(old: Sequence[str], shown: Sequence[str], first: int, stated: int, alone: bool) -> int | None:
    """The place nearest to ``stated``, from ``first`` on, where ``old`` holds the lines ``shown``; ``alone``: the only
    one."""
    if not shown:
        return None if alone else min(max(stated, first), len(old))
    places = [at for at in range(first, len(old) - len(shown) + 1) if list(old[at : at + len(shown)]) == shown]
    if alone and len(places) != 1:
        return None
    return min(places, key=lambda at: abs(at - stated), default=None)


def _mismatch(file: str, source: str, old: Sequence[str], hunk: Hunk, stated: int, done: int) -> InputError:
    """The error for a hunk that fits nowhere from line ``done`` on: told where most of its first lines fit."""
    lines = [line for line in hunk if line.line_type in " -"]
    head = ((hunk[0].diff_line_no or 1) if len(hunk) else 1) - 1
    earlier = find(old, [bare(line) for line in lines], 0, stated, alone=False)
    if earlier is not None or not lines:
        where = f"line {(earlier or 0) + 1} of it" if lines else "there"
        return InputError(
            f"this hunk does not apply to {source}: it belongs at {where}, and the hunks before it reach down to line "
            f"{done}: hunks must be in order, and not overlap",
            file,
            head,
        )

    def fitting(at: int) -> int:
        count = 0
        for line, there in zip(lines, old[at:], strict=False):
            if bare(line) != there:
                break
            count += 1
        return count

    best = max(range(len(old) + 1), key=lambda at: (fitting(at), -abs(at - stated)))
    if not fitting(best):
        best = min(stated, len(old))
    wrong = lines[fitting(best)]
    place = best + fitting(best)
    there = f"is '{in_sentence(old[place])}'" if place < len(old) else "is the end of the file"
    after = [bare(line) for line in hunk if line.line_type in " +"]
    if after and hunk.added and find(old, after, 0, stated, alone=False) is not None:
        there += " (is it applied already? Its new lines are there)"
    return InputError(
        f"this hunk does not apply to {source}: its line {wrong.diff_line_no} expects '{in_sentence(bare(wrong))}', "
        f"but {source}:{place + 1} {there}",
        file,
        head,
    )
