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
    """What runs from several starts found, of the same threads; None where one is not known, or none is."""
    runs = [run for run in several if run is not None]
    if not runs or len(runs) < len(several):
        return None
    return Touches(frozenset().union(*(run.pairs for run in runs)), min((run.threads for run in runs), key=len))


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


def apart(several: Iterable[Touches], count: int) -> tuple[int, ...]:
    """The threads of numbers 1 … ``count`` that touch no other of these in any of ``several`` runs.

    Threads that they start themselves only link, and so does the one that starts them. Gives nothing for less than two.
    """
    alone = set(range(1, count + 1)) if count > 1 else set()
    for run in several:
        groups = Groups()
        for pair in run.pairs:
            groups.link(*pair)
        others = range(count + 1)
        alone = {one for one in alone if not any(groups.linked(one, other) for other in others if other != one)}
    return tuple(sorted(alone))
