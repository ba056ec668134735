"""Changes to sources as text: ranges replaced, lines put in, and all of it as a unified diff."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from modelcheck.auditing.element import Edit


def apply_edits(files: Mapping[str, str], edits: Iterable[Edit]) -> dict[str, str]:
    """The files that ``edits`` change, by name, with their new text.

    A statement of which nothing is left takes its line with it. An edit with an empty range puts its text there.
    """
    by_file: dict[str, list[Edit]] = {}
    for edit in dict.fromkeys(edits):
        by_file.setdefault(edit.source.file, []).append(edit)
    changed: dict[str, str] = {}
    for name, several in by_file.items():
        lines = files[name].split("\n")
        several.sort(key=lambda e: (e.source.line, e.source.column, e.source.end_line, e.source.end_column))
        for edit in reversed(several):
            _apply(lines, edit)
        changed[name] = "\n".join(lines)
    return changed


def _apply(lines: list[str], edit: Edit) -> None:
    source = edit.source
    first, last = source.line - 1, source.end_line - 1
    before, after = lines[first][: source.column - 1], lines[last][source.end_column - 1 :]
    if not edit.text and not before.strip() and re.fullmatch(r"\s*;\s*", after):
        del lines[first : last + 1]
        return
    lines[first : last + 1] = (before + edit.text + after).split("\n")


def diff(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """A unified diff of the files of ``after`` against those of ``before``, with paths below ``a/`` and ``b/``."""
    parts: list[str] = []
    for name in sorted(after):
        lines = difflib.unified_diff(
            before[name].splitlines(keepends=True), after[name].splitlines(keepends=True), f"a/{name}", f"b/{name}"
        )
        for line in lines:
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)
