"""What the order of two points of two threads implies for the accesses around them."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from modelcheck.cat import Model
from modelcheck.program.graph import Event
from modelcheck.program.ir import Tags
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO, YES, Clause
from modelcheck.solve.shapes import Passage, forbids

SEVERAL = 3
"""So many ways from one access to another have a literal of their own, which all orders of points share."""


@frozen
class Step:
    """Where ``literal`` holds, an acquire comes behind a release of another thread.

    Attributes:
        release: the releasing write.
        acquire: the acquiring read.
        literal: holds only when both are executed.
        passages: what the model is asked about instead: all ways of that kind.
        section: the cell whose coherence order says so; None where the read reads from the write.
    """

    release: int
    acquire: int
    literal: int
    passages: tuple[Passage, ...]
    section: Place | None = None


class Around:
    """What an order between two points of two threads implies for the accesses around them."""

    def __init__(self, encoding: Encoding, coherence: Coherence, model: Model) -> None:
        self.encoding = encoding
        self.coherence = coherence
        self.model = model
        self._answers: dict[tuple[Passage, ...], dict[tuple[int, int], bool]] = {}
        self._kinds: dict[tuple[str, tuple[Tags, ...]], int] = {}
        self._kind: dict[int, int] = {}
        self._edges: dict[tuple[int, int], list[Clause]] = {}
        self.passage = (-1, -1)  # of the clauses at hand: the releasing write, the acquiring event
        self.threads: dict[int, list[Event]] = {}
        for number, event in enumerate(encoding.events):
            if number in encoding.at and encoding.executed[number] != NO and event.thread >= 0 and not event.final:
                self.threads.setdefault(event.thread, []).append(event)
                self._kind[number] = self._kinds.setdefault((event.kind, _variants(event)), len(self._kinds))
        for several in self.threads.values():
            several.sort(key=lambda e: (e.position, e.id))
        self._halves = {e.rmw: e for several in self.threads.values() for e in several if e.rmw is not None}

    def half(self, read: int) -> Event | None:
        """The write that ``read`` is the other half of."""
        return self._halves.get(read)

    def add(self, before: Iterable[Event], behind: Iterable[Event], order: int, passages: tuple[Passage, ...]) -> None:
        """Forbid, when ``order`` holds, every rf, co and fr from an event of ``behind`` to one of ``before``."""
        there: dict[Place, list[Event]] = {}
        for other in behind:
            for place in self.encoding.at[other.id]:
                there.setdefault(place, []).append(other)
        for one in before:
            met: set[int] = set()
            for place in self.encoding.at[one.id]:
                for other in there.get(place, ()):
                    if other.id not in met and (one.kind, other.kind) != ("R", "R"):
                        met.add(other.id)
                        self.forbid(one, other, order, passages)

    def forbid(self, one: Event, other: Event, order: int, passages: tuple[Passage, ...]) -> None:
        """Forbid, when ``order`` holds, rf, co and fr from ``other`` to ``one``, as far as every passage does."""
        edges = self._edges.get((one.id, other.id))
        if edges is None:
            edges = self._edges[one.id, other.id] = self._back(one, other)
        if edges and self._borne_out(one, other, passages):
            circuit = self.encoding.circuit
            if circuit.switches is None:
                circuit.clauses += [(-order, *literals) for literals in edges]
            else:
                for literals in edges:
                    circuit.add(-order, *literals, because=("passage", *self.passage, one.id, other.id))

    def _back(self, one: Event, other: Event) -> list[Clause]:
        """The ways in which rf, co or fr may lead from ``other`` to ``one``: each as the literals of which one holds
        where it does not."""
        encoding, coherence = self.encoding, self.coherence
        ways: list[Clause]
        if one.kind == "R":
            ways = [(-encoding.rf.get((other.id, one.id), NO),)]
        elif other.kind == "W":
            ways = [(-coherence.before(other.id, one.id),)]
        else:
            sources = encoding.sources.get(other.id, ())
            ways = [(-encoding.rf[source, other.id], -coherence.before(source, one.id)) for source in sources]
        ways = [tuple(literal for literal in way if literal != NO) for way in ways if YES not in way]
        if len(ways) < SEVERAL:
            return ways
        any_of_them = encoding.circuit.fresh()
        for way in ways:
            encoding.circuit.add(*way, any_of_them)
        return [(-any_of_them,)]

    def _borne_out(self, one: Event, other: Event, passages: tuple[Passage, ...]) -> bool:
        """Whether the model forbids the edge from ``other`` to ``one`` around each of ``passages``."""
        answers = self._answers.setdefault(passages, {})
        kinds = self._kind[one.id], self._kind[other.id]
        found = answers.get(kinds)
        if found is None:
            edge = "rf" if one.kind == "R" else "co" if other.kind == "W" else "fr"
            found = answers[kinds] = all(
                forbids(self.model, edge, (one.kind, first), (other.kind, second), passage)
                for first in _variants(one)
                for second in _variants(other)
                for passage in passages
            )
        return found


def _variants(event: Event) -> tuple[Tags, ...]:
    """The tags that ``event`` may bear."""
    return (event.tags,) if event.success is None else (event.tags, event.failed)
