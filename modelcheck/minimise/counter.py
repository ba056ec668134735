"""At most so many: clauses that count literals."""

from __future__ import annotations

from collections.abc import Sequence

from modelcheck.solve.sat import NO, Circuit


class Counter:
    """Counts literals, each by its weight, up to ``most``: a sequential counter (Sinz 2005), in one direction.

    Args:
        circuit: where the clauses go.
        weighted: pairs (literal, weight from 1 up).
        most: the largest bound that can be asked for is ``most`` - 1.
    """

    def __init__(self, circuit: Circuit, weighted: Sequence[tuple[int, int]], most: int) -> None:
        row = [NO] * most  # row[n] holds when more than n of what has been counted do
        for literal, weight in weighted:
            if literal == NO:
                continue
            after = [circuit.fresh() for _ in range(most)]
            for n in range(most):
                if row[n] != NO:
                    circuit.add(-row[n], after[n])
                if n < weight:
                    circuit.add(-literal, after[n])
                elif row[n - weight] != NO:
                    circuit.add(-literal, -row[n - weight], after[n])
            row = after
        self._more_than = row

    def at_most(self, bound: int) -> int:
        """The literal to assume so that no more than ``bound`` are counted (0 <= bound < most)."""
        return -self._more_than[bound]
