"""A candidate execution as the cat evaluator sees it: numbered events, sets and base relations."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

Relation = tuple[int, ...]
"""Row ``a`` is a bitset: bit ``b`` is set when the pair (a, b) is in the relation. Length: number of events."""


@frozen
class Candidate:
    """One candidate execution.

    Attributes:
        size: number of events; events are 0 … size-1.
        sets: event sets by name, as bitsets: R, W, F, M, IW and every tag that occurs (absent means empty). FW, the
            last writes at the locations that are asked for, only where flags are asked for: it rests on co.
        relations: base relations by name. Always there: ``po`` (transitive, within a thread), ``rf``, ``co``
            (transitive, per location, initial writes first), ``addr``, ``data``, ``ctrl``, ``rmw``, ``loc`` (same
            location, accesses only and fences of SRCU, reflexive), ``int`` (same thread, reflexive; an initial
            write has none), ``ext`` (all other pairs). ``si`` (pieces of one access, reflexive; po does not relate
            them) only where accesses are in pieces: elsewhere it is the identity. ``values-differ`` (of events that
            bear values) only where flags ask for it: it rests on rf.
    """

    size: int
    sets: Mapping[str, int]
    relations: Mapping[str, Relation]
