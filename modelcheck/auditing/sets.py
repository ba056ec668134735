"""Which sets of elements suffice, and which losses break it: minimal sets of both kinds, each the other's dual.

The minimal sets that suffice are the minimal hitting sets of the minimal losses (Reiter 1987). They are listed as
MARCO does (Liffiton, Previti, Malik, Marques-Silva 2016): a set not yet known to be on either side is asked about, then
grown or shrunk as far as it stays on its side, and the whole region that this settles is put aside.

It is taken that what breaks goes on to be broken when more is left out. Each set listed was asked about as it stands,
and so was each neighbour that its being minimal rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from modelcheck.solve.sat import Circuit, Solver

Holds = Callable[[frozenset[int]], bool | None]
"""Whether it holds with the elements of these numbers left out; None: not known."""


@frozen
class Sets:
    """What was found about the elements 0 … n - 1.

    Attributes:
        suffice: minimal sets of elements to keep; with all others left out it still holds.
        losses: minimal sets of elements that cannot all be left out.
        exhaustive: there are no other minimal sets.
        reason: why not exhaustive.
    """

    suffice: tuple[frozenset[int], ...]
    losses: tuple[frozenset[int], ...]
    exhaustive: bool
    reason: str = ""


def minimal_sets(count: int, holds: Holds, first: Sequence[frozenset[int]] = (), most: int = 16) -> Sets:
    """The minimal sets of ``count`` elements.

    Args:
        holds: the oracle; it holds with nothing left out.
        first: losses that are known to be minimal.
        most: how many sets of either kind to list, those known included only in the result.
    """
    circuit = Circuit()
    kept = [circuit.fresh() for _ in range(count)]
    everything = frozenset(range(count))
    losses = list(first)
    suffice: list[frozenset[int]] = []
    reason = ""
    for loss in losses:
        circuit.add(*(kept[number] for number in loss))
    solver = Solver(circuit)
    found = 0
    while found < most:
        if not solver.check():
            return Sets(_ordered(suffice), _ordered(losses), not reason, reason)
        gone = frozenset(number for number in everything if not solver.holds(kept[number]))
        answer = holds(gone)
        if answer is None:
            reason = reason or "some sets could not be decided"
            circuit.add(*(kept[n] if n in gone else -kept[n] for n in sorted(everything)))
            found += 1
            continue
        found += 1
        if answer:
            gone = _grown(gone, everything, holds)
            suffice.append(everything - gone)
            circuit.add(*(-kept[number] for number in sorted(everything - gone)))
        else:
            loss = _shrunk(gone, holds)
            losses.append(loss)
            circuit.add(*(kept[number] for number in sorted(loss)))
    return Sets(_ordered(suffice), _ordered(losses), False, reason or f"stopped after {most} sets")


def _grown(gone: frozenset[int], everything: frozenset[int], holds: Holds) -> frozenset[int]:
    """As many elements more left out as it bears."""
    for number in sorted(everything - gone):
        if holds(gone | {number}):
            gone |= {number}
    return gone


def _shrunk(gone: frozenset[int], holds: Holds) -> frozenset[int]:
    """As many elements put back as leave it broken."""
    for number in sorted(gone):
        if holds(gone - {number}) is False:
            gone -= {number}
    return gone


def _ordered(sets: Sequence[frozenset[int]]) -> tuple[frozenset[int], ...]:
    return tuple(sorted(sets, key=lambda s: (len(s), sorted(s))))
