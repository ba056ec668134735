"""Coherence order as clauses, and what single choices of rf and co imply in a coherent model."""

from __future__ import annotations

from itertools import pairwise

from modelcheck.solve.encode import Encoding
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO, YES

EAGER_READ_PAIRS = 50000
"""Up to this many clauses for a cell and thread, what two reads in a row imply is given to the solver
beforehand."""

EAGER_TRANSITIVITY = 24
"""Up to this many writes to a cell, transitivity of co is given to the solver beforehand; beyond, cycles are
learned."""


class Coherence:
    """The coherence literals of an encoding; building it adds the clauses.

    Args:
        encoding: the event graph as clauses.
        coherent: the model forbids cycles of po-loc, rf, co and fr.
        atomic: the model forbids a write between the two halves of a read-modify-write.
    """

    def __init__(self, encoding: Encoding, coherent: bool, atomic: bool) -> None:
        self.encoding = encoding
        self.coherent = coherent
        self._order: dict[tuple[int, int], int] = {}
        self.pairs: list[tuple[int, int]] = []
        writers = {
            place: [w for w in found if encoding.executed[w] != NO and encoding.at[w].get(place, NO) != NO]
            for place, found in encoding.writers.items()
        }
        self.shared = {p: [w for w in found if not encoding.events[w].final] for p, found in writers.items()}
        self.resting = {p: [w for w in found if encoding.events[w].final] for p, found in writers.items()}
        for place in sorted(self.shared):
            self._total(self.shared[place])
        for place in sorted(self.shared):
            self._transitive(self.shared[place])
        self._reads()
        if coherent:
            self._read_pairs()
        if atomic:
            self._atomic()

    def before(self, one: int, other: int) -> int:
        """The literal that both writes are executed, at one cell, ``one`` coherence-before ``other``."""
        encoding = self.encoding
        if one == other:
            return NO
        first, second = encoding.events[one], encoding.events[other]
        if first.thread == -1 or second.thread == -1:
            if second.thread == -1:
                return NO
            return encoding.circuit.all_of((encoding.executed[other], encoding.same_place(one, other)))
        return self._order.get((one, other), NO)

    def _total(self, writes: list[int]) -> None:
        encoding, circuit = self.encoding, self.encoding.circuit
        for index, one in enumerate(writes):
            for other in writes[index + 1 :]:
                if (one, other) in self._order or (other, one) in self._order:
                    continue
                both = circuit.all_of(
                    (encoding.executed[one], encoding.executed[other], encoding.same_place(one, other))
                )
                if both == NO:
                    continue
                first, second = encoding.events[one], encoding.events[other]
                if self.coherent and first.thread == second.thread:
                    pair = (one, other) if first.position < second.position else (other, one)
                    self._order[pair] = both
                    self.pairs.append(pair)
                    continue
                forward, backward = circuit.fresh(), circuit.fresh()
                self._order[one, other], self._order[other, one] = forward, backward
                self.pairs += [(one, other), (other, one)]
                circuit.add(-both, forward, backward)
                circuit.add(-forward, -backward)
                circuit.add(-forward, both)
                circuit.add(-backward, both)

    def _transitive(self, writes: list[int]) -> None:
        """a before b before c is a before c; for long lists of writers left to the refinement."""
        if len(writes) > EAGER_TRANSITIVITY:
            return
        events, circuit = self.encoding.events, self.encoding.circuit
        for a in writes:
            for b in writes:
                ab = self.before(a, b)
                if ab == NO:
                    continue
                for c in writes:
                    if c in (a, b):
                        continue
                    if self.coherent and events[a].thread == events[b].thread == events[c].thread:
                        continue
                    bc, ca = self.before(b, c), self.before(c, a)
                    if bc != NO and ca != NO and a < min(b, c):
                        circuit.add(-ab, -bc, -ca)

    def _reads(self) -> None:
        """Reads against writes of their own thread, and reads at rest against everything."""
        encoding = self.encoding
        for read, sources in encoding.sources.items():
            event = encoding.events[read]
            for place, here in encoding.at[read].items():
                if here == NO:
                    continue
                for source in sources:
                    if place not in encoding.at[source]:
                        continue
                    if event.final:
                        self._at_rest(read, source, place)
                    elif self.coherent:
                        self._own_thread(read, source, place)

    def _read_pairs(self) -> None:
        """Of two reads of one cell in a thread, the later does not read from an earlier write."""
        encoding = self.encoding
        rows: dict[tuple[int, Place], list[int]] = {}
        for read in encoding.sources:
            event = encoding.events[read]
            if not event.final:
                for place, here in encoding.at[read].items():
                    if here != NO:
                        rows.setdefault((event.thread, place), []).append(read)
        for (_, place), reads in sorted(rows.items()):
            reads.sort(key=lambda r: encoding.events[r].position)
            pairs = [(a, b) for i, a in enumerate(reads) for b in reads[i + 1 :]]
            for chosen in (pairs, list(pairwise(reads))):
                if sum(len(encoding.sources[a]) * len(encoding.sources[b]) for a, b in chosen) <= EAGER_READ_PAIRS:
                    for earlier, later in chosen:
                        self._in_order(earlier, later, place)
                    break

    def _in_order(self, earlier: int, later: int, place: Place) -> None:
        encoding, circuit = self.encoding, self.encoding.circuit
        for one in encoding.sources[earlier]:
            for other in encoding.sources[later]:
                if one != other and place in encoding.at[one] and place in encoding.at[other]:
                    back = self.before(other, one)
                    if back != NO:
                        circuit.add(-encoding.rf[one, earlier], -encoding.rf[other, later], -back)

    def _own_thread(self, read: int, source: int, place: Place) -> None:
        encoding, circuit = self.encoding, self.encoding.circuit
        event = encoding.events[read]
        literal = encoding.rf[source, read]
        for write in self.shared.get(place, ()):
            other = encoding.events[write]
            if write == source or other.thread != event.thread:
                continue
            hit = (-literal, -encoding.executed[write], -encoding.at[write][place], -encoding.at[read][place])
            if other.position < event.position:
                circuit.add(*hit, self.before(write, source))
            else:
                circuit.add(*hit, self.before(source, write))

    def _at_rest(self, read: int, source: int, place: Place) -> None:
        """What runs at rest sees the last write of the threads, or its own latest."""
        encoding, circuit = self.encoding, self.encoding.circuit
        event, origin = encoding.events[read], encoding.events[source]
        literal = encoding.rf[source, read]
        for write in self.resting.get(place, ()):
            position = encoding.events[write].position
            if write == source or position > event.position or (origin.final and position < origin.position):
                continue
            hit = (-encoding.executed[write], -encoding.at[write][place], -encoding.at[read][place])
            circuit.add(-literal, *hit)
        if origin.final:
            return
        for write in self.shared.get(place, ()):
            if write != source:
                hit = (-encoding.executed[write], -encoding.at[write][place], -encoding.at[read][place])
                circuit.add(-literal, *hit, self.before(write, source))

    def _atomic(self) -> None:
        """Nothing comes between what the read of a read-modify-write read from and its write."""
        encoding, circuit = self.encoding, self.encoding.circuit
        for write, event in enumerate(encoding.events):
            if event.rmw is None or encoding.executed[write] == NO or event.final:
                continue
            for source in encoding.sources.get(event.rmw, ()):
                literal = encoding.rf[source, event.rmw]
                for place in encoding.at[write]:
                    for other in self.shared.get(place, ()):
                        if other not in (source, write):
                            after = self.before(source, other)
                            if after != NO:
                                circuit.add(-literal, -encoding.executed[write], -after, self.before(write, other))

    def last(self, place: Place) -> dict[int, int]:
        """Which write's value a cell holds at rest: literals by write (the initial one included)."""
        encoding, circuit = self.encoding, self.encoding.circuit
        result: dict[int, int] = {}
        resting = sorted(self.resting.get(place, ()), key=lambda w: encoding.events[w].position)
        none_later = YES
        for write in reversed(resting):
            hit = circuit.all_of((encoding.executed[write], encoding.at[write][place]))
            result[write] = circuit.all_of((hit, none_later))
            none_later = circuit.all_of((none_later, -hit))
        shared = self.shared.get(place, [])
        hits = {w: circuit.all_of((encoding.executed[w], encoding.at[w][place])) for w in shared}
        for write in shared:
            later = [circuit.all_of((hits[o], -self.before(o, write))) for o in shared if o != write]
            result[write] = circuit.all_of((hits[write], none_later, *(-literal for literal in later)))
        result[encoding.initial[place]] = circuit.all_of((none_later, *(-hit for hit in hits.values())))
        return result
