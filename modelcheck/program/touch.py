"""Which threads of a program touch one another, told of several runs as one.

Two threads touch when both access one memory location and one of them writes. A lock is a location too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen


@frozen
class Touches:
    """What one run found.

    Attributes:
        pairs: numbers of threads that touch in some execution, the smaller first; enough of them to link every two
            threads that all of them link. Number 0 is the thread that starts the others.
        threads: names by number, where they are known.
    """

    pairs: frozenset[tuple[int, int]]
    threads: tuple[str, ...] = ()


def together(several: Sequence[Touches | None]) -> Touches | None:
    """What runs from several starts found, of the same threads; None where one is not known, or none is, or where the
    runs have other threads."""
    runs = [run for run in several if run is not None]
    if not runs or len(runs) < len(several) or len({run.threads for run in runs}) > 1:
        return None
    return Touches(frozenset().union(*(run.pairs for run in runs)), runs[0].threads)


class Groups:
    """Threads linked one to another, by any chain."""

    def __init__(self) -> None:
        self._leader: dict[int, int] = {}

    def link(self, one: int, other: int) -> None:
        """From now on the two are linked."""
        self._leader[self._find(one)] = self._find(other)

    def linked(self, one: int, other: int) -> bool:
        """Whether a chain of links leads from one to the other."""
        return self._find(one) == self._find(other)

    def _find(self, thread: int) -> int:
        while (leader := self._leader.get(thread, thread)) != thread:
            thread = leader
        return thread


def apart(several: Iterable[Touches], labels: Sequence[str]) -> tuple[str, ...]:
    """Those of the threads called ``labels`` that touch no other thread in any of ``several`` runs.

    Threads that they start themselves only link, and so does the one that starts them; those that were there before
    count. Gives nothing for less than two, and where a run does not tell which threads these are.
    """
    alone = set(range(len(labels))) if len(labels) > 1 else set()
    for run in several:
        numbers = _numbers(labels, run.threads)
        if not numbers:
            return ()
        groups = Groups()
        for pair in run.pairs:
            groups.link(*pair)
        others = (*range(min(numbers)), *numbers)
        alone = {one for one in alone if not any(groups.linked(numbers[one], o) for o in others if o != numbers[one])}
    return tuple(labels[one] for one in sorted(alone))


def _numbers(labels: Sequence[str], threads: Sequence[str]) -> list[int]:
    """The numbers of the threads called ``labels`` among ``threads``: the last ones called so in that order, for those
    that were there before have lower numbers; none where they are not there."""
    found: list[int] = []
    left = list(labels)
    for number in reversed(range(1, len(threads))):
        if left and threads[number] == left[-1]:
            left.pop()
            found.append(number)
    return [] if left else found[::-1]
