"""What a patch makes of the text that it was made for, merged with the text that is there."""

from __future__ import annotations

import re
from typing import Final, Protocol

from attrs import frozen
from unidiff.patch import PatchedFile

from modelcheck.errors import InputError
from modelcheck.frontend.spec.hunks import find, in_sentence, lines_of, patched

_INDEX: Final = re.compile(r"index ([0-9a-f]{4,64})\.\.[0-9a-f]{4,64}(?: [0-7]+)?\s*")
"""How git names the texts before and after."""

_FEW: Final = 3
"""So many lines of a side of a conflict are shown."""


@frozen
class Conflict:
    """Lines that were changed in two ways: as they were, as they are here, and as the other text has them.

    ``before`` is how many lines of the text here come before them, about.
    """

    base: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    before: int


class Ancestry(Protocol):
    """Who knows texts by the names that git gives them, and merges three of them."""

    def find(self, name: str) -> str | None:
        """The text of the blob ``name``, which may be abbreviated; None: it is not at hand."""

    def is_named(self, text: str, name: str) -> bool:
        """Whether ``text`` is the blob ``name``, which may be abbreviated."""

    def merge(self, base: str, ours: str, theirs: str) -> str | Conflict | None:
        """``ours`` with the changes from ``base`` to ``theirs``, or the first conflict; None: nobody here can merge."""

    def learn(self, text: str) -> None:
        """``text`` may be asked for later."""


@frozen
class Merged:
    """A text, and a sentence on what was merged to it."""

    text: str
    told: str


def merged(file: str, source: str, before: str, entry: PatchedFile, ancestry: Ancestry) -> Merged | None:
    """What a diff, of the patch ``file``, makes of the text that it was made for, merged with ``before``.

    As ``git apply --3way`` does. None where ``before`` is that text, where it is not at hand, and where nobody can
    merge: the diff is to be applied to ``before`` itself then. Raises `InputError` for a conflict, at its hunk.
    """
    blob, base = _base(before, entry, ancestry)
    if base is None or lines_of(base) == lines_of(before):
        return None
    try:
        theirs, _ = patched(file, source, base, entry, 0)
    except InputError:  # a diff that was edited by hand is not for the text that it names
        return None
    ancestry.learn(theirs)
    result = ancestry.merge(base, before, theirs)
    if result is None:
        return None
    if isinstance(result, Conflict):
        raise _conflict(file, source, base, before, entry, ancestry, result)
    idle = ", which changes nothing: it is applied already" if lines_of(result) == lines_of(before) else ""
    return Merged(result, f"{source}, with what the patch makes of blob {blob[:12]}{idle}")


def lacks(before: str, entry: PatchedFile, ancestry: Ancestry) -> str:
    """Why a diff is not `merged` with ``before``, which it was not made for; empty: it is, or does not say so."""
    blob = _made_for(entry)
    if not blob or ancestry.is_named(before, blob):
        return ""
    if ancestry.find(blob) is None:
        return f"blob {blob[:12]}, which it was made for, is not at hand for a three-way merge"
    return "" if ancestry.merge("", "1", "2") is not None else "git, for a three-way merge, is not installed"


def _base(before: str, entry: PatchedFile, ancestry: Ancestry) -> tuple[str, str | None]:
    """The name and the text of what a diff was made for; None where there is no use for it."""
    blob = _made_for(entry)
    if not blob or ancestry.is_named(before, blob):
        return blob, None
    return blob, ancestry.find(blob)


def _made_for(entry: PatchedFile) -> str:
    """The name of the text that a diff was made for; empty: it does not say, or merging is not for such a diff."""
    if entry.is_removed_file or not len(entry):
        return ""
    for info in entry.patch_info or ():
        found = _INDEX.fullmatch(str(info))
        if found is not None:
            return "" if set(found[1]) == {"0"} else found[1]
    return ""


def _conflict(
    file: str, source: str, base: str, before: str, entry: PatchedFile, ancestry: Ancestry, found: Conflict
) -> InputError:
    """The error for a merge with a conflict, at the first hunk that has one by itself."""
    culprit = 0
    for number, hunk in enumerate(entry):
        alone = ancestry.merge(base, before, patched(file, source, base, [hunk], 0)[0])
        if isinstance(alone, Conflict):
            culprit, found = number, alone
            break
    place = find(lines_of(before), list(found.ours), 0, found.before, alone=False)
    place = found.before if place is None else place
    return InputError(
        f"hunk {culprit + 1} conflicts in the three-way merge of {source}: the patch makes {_shown(found.theirs)} of "
        f"{_shown(found.base)}, and {source}:{place + 1} has {_shown(found.ours)}",
        file,
        (entry[culprit][0].diff_line_no or 1) - 1,
    )


def _shown(lines: tuple[str, ...]) -> str:
    """Some lines within a sentence."""
    several = [in_sentence(line) for line in lines]
    if len(several) > _FEW:
        several = [*several[: _FEW - 1], "\N{HORIZONTAL ELLIPSIS}", several[-1]]
    return f"'{' / '.join(several)}'" if several else "nothing"
