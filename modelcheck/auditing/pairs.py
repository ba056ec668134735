"""Which lock operations belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from modelcheck.auditing.names import Family, arguments, family_of
from modelcheck.auditing.sites import Site, Sites
from modelcheck.program.ir import Call

Group = list[Site]


def paired(sites: Iterable[Site], program: Sites) -> list[Sequence[Site]]:
    """The operations on locks and read-side sections, in groups that can only be left out together.

    Those of one function on one lock, by its text, are a group. Where a function opens what it does not close, or
    closes what it did not open, its group is joined with those on the same member in the functions that call it or
    that it calls. What then still lacks an operation that opens, or one that closes, is joined with all on the same
    member that do: a lock that is taken and given back by functions, or macros, made for that; and so are the last two
    halves of a family, whatever they call the lock. What lacks one even then is none.
    """
    groups: dict[tuple[str, str, Family], Group] = {}
    for site in sites:
        found = family_of(site.name)
        if found is not None:
            lock = _lock(site)
            groups.setdefault((site.source.function, lock, found[0]), []).append(site)
    joined = _Joined(list(groups.values()))
    callers = _callers(program)
    for index, (function, lock, family) in enumerate(groups):
        if _balanced(joined.groups[index]):
            continue
        for other, (theirs, same, kind) in enumerate(groups):
            near = theirs in callers.get(function, ()) or function in callers.get(theirs, ())
            if other != index and kind == family and near and _member(same) == _member(lock):
                joined.join(index, other)
    by_member: dict[object, list[int]] = {}
    for index, (_, lock, family) in enumerate(groups):
        if not _whole(joined.group(index)):
            by_member.setdefault((family, _member(lock)), []).append(index)
    for several in by_member.values():
        for other in several[1:]:
            joined.join(several[0], other)
    by_family: dict[Family, list[int]] = {}
    for index, (_, _, family) in enumerate(groups):
        if joined.find(index) == index and not _whole(joined.group(index)):
            by_family.setdefault(family, []).append(index)
    for several in by_family.values():
        if len(several) == 2:
            joined.join(*several)
    return [group for group in joined.result() if _whole(group)]


class _Joined:
    def __init__(self, groups: list[Group]) -> None:
        self.groups = groups
        self.leader = list(range(len(groups)))

    def find(self, index: int) -> int:
        while self.leader[index] != index:
            index = self.leader[index]
        return index

    def join(self, one: int, other: int) -> None:
        self.leader[self.find(other)] = self.find(one)

    def group(self, index: int) -> Group:
        """All that is joined with a group."""
        leader = self.find(index)
        return [site for other, group in enumerate(self.groups) if self.find(other) == leader for site in group]

    def result(self) -> list[Group]:
        found: dict[int, Group] = {}
        for index, group in enumerate(self.groups):
            found.setdefault(self.find(index), []).extend(group)
        return list(found.values())


def _lock(site: Site) -> str:
    given = arguments(site.text)
    bits = re.match(r"(bit_spin|__bit_spin|test_and_set_bit|clear_bit|__clear_bit)", site.name)
    wanted = given[:2] if bits else given[:1]
    return ", ".join(wanted)


def _member(lock: str) -> str:
    """The last name in a lock's text: ``&vb->pages_lock`` is ``pages_lock``."""
    return re.split(r"[^\w]+", lock.strip(") "))[-1]


def _balanced(group: Group) -> bool:
    """Whether it opens first and closes last, in the order of the text."""
    ordered = sorted(group, key=lambda s: (s.source.line, s.source.column))
    first, last = family_of(ordered[0].name), family_of(ordered[-1].name)
    return first is not None and last is not None and first[1] and not last[1]


def _whole(group: Group) -> bool:
    opens = [found[1] for site in group if (found := family_of(site.name)) is not None]
    return any(opens) and not all(opens)


def _callers(program: Sites) -> dict[str, set[str]]:
    """By the C name of a function, those of the functions that call it."""
    found: dict[str, set[str]] = {}
    for function in program.own:
        for block in function.blocks:
            for step in block.instructions:
                if isinstance(step, Call):
                    for name in (step.callee, *step.targets) if isinstance(step.callee, str) else step.targets:
                        found.setdefault(name.partition("@")[0], set()).add(function.name.partition("@")[0])
    return found
