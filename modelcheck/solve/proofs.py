"""What was refuted a moment ago: the same clauses and more need not be refuted again.

One scenario is asked about under several models. They differ in the lemmas that they bear out, and often what the
weaker model gives already refutes the question; the stronger model's clauses then hold all of these, in the same
numbers. Whether they do is looked up, not assumed: if no assignment satisfies some clauses, none satisfies a superset.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from modelcheck.solve.sat import Clause

MOST: Final = 4
"""So many refutations are remembered."""

SMALL: Final = 4000
"""Fewer clauses than this are refuted as quickly as they are compared."""


class Proofs:
    """Refutations of late: clauses, and what was assumed besides."""

    def __init__(self) -> None:
        self._found: list[tuple[Sequence[Clause], int, frozenset[int]]] = []

    def note(self, clauses: Sequence[Clause], assumed: Collection[int]) -> None:
        """The clauses that there are now cannot hold together with ``assumed``; they may be added to afterwards."""
        if len(clauses) >= SMALL:
            self._found = [*self._found[-MOST + 1 :], (clauses, len(clauses), frozenset(assumed))]

    def refute(self, clauses: Sequence[Clause], assumed: Collection[int]) -> bool:
        """Whether ``clauses`` and ``assumed`` hold all that was refuted once."""
        given = frozenset(assumed)
        mine: set[Clause] | None = None
        for theirs, count, wanted in self._found:
            if wanted <= given and SMALL <= count <= len(clauses):
                if mine is None:
                    mine = set(clauses)
                if mine.issuperset(theirs[:count]):
                    return True
        return False


LATELY: Final = Proofs()
"""Those of this process."""
