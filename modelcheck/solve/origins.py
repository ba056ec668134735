"""From which writes a read may get its value, by what program order and final states leave possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modelcheck.program.graph import Event, EventGraph, unordered
from modelcheck.program.guards import contradict
from modelcheck.solve.stray import LOCK_READS, LOCK_WRITES

Place = int
"""The address of a cell; all live accesses of one cell have one size."""


class Origins:
    """The possible origins of reads.

    Args:
        graph: the unrolled program.
        writers: the writes that may go to each cell; it may grow meanwhile.
        coherent: whether the model forbids cycles of po-loc, rf, co and fr.
        stray: where lock operations are apart from other accesses, the unlocks that may end no section; else None.
    """

    def __init__(
        self,
        graph: EventGraph,
        writers: Mapping[Place, Sequence[Event]],
        coherent: bool,
        stray: frozenset[int] | None = None,
    ) -> None:
        self._stray = stray or frozenset()
        self._apart = stray is not None
        self._graph = graph
        self._writers = writers
        self._coherent = coherent

    def find(self, event: Event, place: Place) -> list[int | None]:
        """The writes that ``event`` may read from at ``place``; None is the initial value."""
        found: list[int | None] = []
        shadowed = False
        for write in self._writers.get(place, ()):
            if self._apart and bool(write.tags & LOCK_WRITES) != bool(event.tags & LOCK_READS):
                continue
            if write.thread == event.thread and (self._coherent or event.final or write.final):
                if contradict(write.guard, event.guard):
                    continue
                if unordered(write, event):
                    found.append(write.id)
                    continue
                if write.position >= event.position:
                    continue
                if event.final and not write.final:
                    if not self._overwritten(write, place):
                        found.append(write.id)
                    continue
                if self._hidden(write, event, place):
                    continue
                found.append(write.id)
                shadowed = shadowed or self._covers(write, event, place)
            elif write.final:
                continue
            elif event.final and self._overwritten(write, place):
                continue
            else:
                found.append(write.id)
        if event.final:
            if shadowed:
                found = [w for w in found if w is not None and self._graph.events[w].final]
            elif not any(w is not None and self._always(self._graph.events[w], place) for w in found):
                found.append(None)
        elif not (shadowed and self._coherent):
            found.append(None)
        return found

    def _definite(self, write: Event, place: Place) -> bool:
        known = write.address is not None and write.address.kind == "const" and write.address.data == place
        return known and write.id not in self._stray

    def _covers(self, write: Event, event: Event, place: Place) -> bool:
        """Whether ``write``, before ``event`` in its thread, is executed and at ``place`` whenever ``event`` is."""
        return self._definite(write, place) and set(write.guard) <= set(event.guard)

    def _hidden(self, write: Event, event: Event, place: Place) -> bool:
        """Whether another write certainly lies between ``write`` and ``event`` in their thread."""
        return any(
            other.thread == event.thread
            and other.final == event.final
            and write.position < other.position < event.position
            and not (unordered(write, other) or unordered(other, event))
            and self._definite(other, place)
            and not (self._apart and (other.tags ^ write.tags) & LOCK_WRITES and not other.tags & LOCK_WRITES)
            and set(other.guard) <= set(event.guard) | set(write.guard)
            for other in self._writers[place]
        )

    def _overwritten(self, write: Event, place: Place) -> bool:
        """Whether ``write`` cannot be its thread's last to ``place`` in an execution that comes to rest."""
        if not self._coherent:
            return False
        done = set(self._graph.completed[write.thread])
        return any(
            other.thread == write.thread
            and not other.final
            and other.position > write.position
            and not unordered(write, other)
            and self._definite(other, place)
            and set(other.guard) <= set(write.guard) | done
            for other in self._writers[place]
        )

    def _always(self, write: Event, place: Place) -> bool:
        """Whether ``write`` is at ``place`` in every execution that comes to rest."""
        return self._definite(write, place) and set(write.guard) <= set(self._graph.completed[write.thread])
