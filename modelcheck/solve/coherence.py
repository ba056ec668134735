"""Coherence order as clauses, and what single choices of rf and co imply in a coherent model."""

from __future__ import annotations

from itertools import pairwise

from modelcheck.program.expr import UNDEFINED, Expr, Value
from modelcheck.program.graph import unordered
from modelcheck.program.guards import contradict
from modelcheck.solve.encode import Encoding
from modelcheck.solve.origins import Place
from modelcheck.solve.rounds import Rounds, rounds
from modelcheck.solve.sat import NO, YES
from modelcheck.solve.stray import LOCK_READS, LOCK_WRITES, LOOKS_FREE, ends_a_section

EAGER_READ_PAIRS = 50000
"""Up to this many clauses for a cell and thread, what two reads in a row imply is given to the solver
beforehand."""

EAGER_TRANSITIVITY = 24
"""Up to this many writes to a cell (those that exclude one another taken as one), transitivity of co is given to the
solver beforehand; beyond, cycles are learned."""


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
        self.ends = ends_a_section(encoding, encoding.domains.stray)
        self._order: dict[tuple[int, int], int] = {}
        self.pairs: list[tuple[int, int]] = []
        writers = {
            place: [w for w in found if encoding.executed[w] != NO and encoding.at[w].get(place, NO) != NO]
            for place, found in encoding.writers.items()
        }
        self.shared = {p: [w for w in found if not encoding.events[w].final] for p, found in writers.items()}
        self.resting = {p: [w for w in found if encoding.events[w].final] for p, found in writers.items()}
        self.rounds: dict[Place, list[Rounds]] = {
            place: rounds(encoding, found, place) if coherent else [(write,) for write in found]
            for place, found in self.shared.items()
        }
        self._rounds_of = {write: several for found in self.rounds.values() for several in found for write in several}
        self._mates: dict[tuple[int, Place], list[int]] = {}
        self._between: dict[tuple[Rounds, Rounds], int] = {}
        self._from: dict[tuple[int, Place], dict[Rounds, int]] = {}
        for place in sorted(self.shared):
            self._total(place)
        for place in sorted(self.shared):
            self._transitive(self.rounds[place], place)
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
            here = encoding.executed[other], encoding.same_place(one, other), self.ends.get(other, YES)
            return encoding.circuit.all_of(here)
        return self._order.get((one, other), NO)

    def order(self, one: Rounds, other: Rounds) -> int:
        """A literal that says, where each of the two has an executed write and both at one cell, which comes first.

        It may say something where they have none.
        """
        if len(one) == len(other) == 1:
            return self.before(one[0], other[0])
        first, second = self.encoding.events[one[0]], self.encoding.events[other[0]]
        if first.thread == second.thread or -1 in (first.thread, second.thread):
            return YES if first.position < second.position else NO
        return self._between[one, other]

    def back(self, one: int, other: int) -> int:
        """A literal whose absence says that ``one`` does not come before ``other``, and nothing more."""
        pair = self._rounds_of.get(one, (one,)), self._rounds_of.get(other, (other,))
        return self._between.get(pair, self.before(one, other))

    def _total(self, place: Place) -> None:
        several = self.rounds[place]
        for index, one in enumerate(several):
            for other in several[index + 1 :]:
                if len(one) == len(other) == 1:
                    self._pair(one[0], other[0])
                else:
                    self._several(one, other)

    def _pair(self, one: int, other: int) -> None:
        encoding, circuit = self.encoding, self.encoding.circuit
        if (one, other) in self._order or (other, one) in self._order:
            return
        both = self._both(one, other)
        if both == NO:
            return
        first, second = encoding.events[one], encoding.events[other]
        if self.coherent and first.thread == second.thread and not unordered(first, second):
            pair = (one, other) if first.position < second.position else (other, one)
            self._order[pair] = both
            self.pairs.append(pair)
            return
        forward, backward = circuit.fresh(), circuit.fresh()
        self._order[one, other], self._order[other, one] = forward, backward
        self.pairs += [(one, other), (other, one)]
        circuit.add(-both, forward, backward)
        circuit.add(-forward, -backward)
        circuit.add(-forward, both)
        circuit.add(-backward, both)

    def _several(self, one: Rounds, other: Rounds) -> None:
        """One literal orders all of ``one`` against all of ``other``."""
        encoding, circuit = self.encoding, self.encoding.circuit
        if encoding.events[one[0]].thread == encoding.events[other[0]].thread:
            forward = self.order(one, other)
        else:
            forward = circuit.fresh()
            self._between[one, other], self._between[other, one] = forward, -forward
        for a in one:
            for b in other:
                both = self._both(a, b)
                for pair, literal in (((a, b), forward), ((b, a), -forward)):
                    before = circuit.all_of((both, literal))
                    if before != NO:
                        self._order[pair] = before
                        self.pairs.append(pair)

    def _both(self, one: int, other: int) -> int:
        """The literal that both are executed, at one cell, and have a place in coherence order."""
        encoding = self.encoding
        executed = encoding.executed[one], encoding.executed[other]
        ordered = self.ends.get(one, YES), self.ends.get(other, YES)
        return encoding.circuit.all_of((*executed, encoding.same_place(one, other), *ordered))

    def _transitive(self, several: list[Rounds], place: Place) -> None:
        """a before b before c is a before c; for long lists of writers left to the refinement."""
        if len(several) > EAGER_TRANSITIVITY:
            return
        events, circuit = self.encoding.events, self.encoding.circuit
        # Order among several rounds is said whether or not the writes are at one cell: here they must be.
        elsewhere = dict.fromkeys(several, NO)
        if any(len(those) > 1 for those in several):
            elsewhere |= {those: -self.encoding.at[those[0]][place] for those in several if len(those) == 1}
        for a in several:
            for b in several:
                if a == b:
                    continue
                ab = self.order(a, b)
                if ab == NO:
                    continue
                for c in several:
                    if c in (a, b):
                        continue
                    one_thread = events[a[0]].thread == events[b[0]].thread == events[c[0]].thread
                    if self.coherent and one_thread and not any(events[those[0]].operands for those in (a, b, c)):
                        continue
                    bc, ca = self.order(b, c), self.order(c, a)
                    if bc != NO and ca != NO and a < min(b, c):
                        circuit.add(-ab, -bc, -ca, elsewhere[a], elsewhere[b], elsewhere[c])

    def _origins(self, read: int, place: Place) -> dict[Rounds, int]:
        """What ``read`` may read from at ``place``, with the literal that it does; rounds of one loop taken as one."""
        found = self._from.get((read, place))
        if found is None:
            encoding = self.encoding
            literals: dict[Rounds, list[int]] = {}
            for source in encoding.sources[read]:
                if place in encoding.at[source]:
                    literals.setdefault(self._rounds_of.get(source, (source,)), []).append(encoding.rf[source, read])
            found = {several: encoding.circuit.any_of(those) for several, those in literals.items()}
            self._from[read, place] = found
            self._handed_on(read, found)
        return found

    def _handed_on(self, read: int, origins: dict[Rounds, int]) -> None:
        """Whichever round succeeds, ``read`` gets from it what it wrote."""
        encoding, circuit = self.encoding, self.encoding.circuit
        got = encoding.events[read].value
        assert got is not None
        wide = encoding.valuation.is_wide
        if wide(got) or any(wide(_value(encoding, write)) for several in origins for write in several):
            return  # that follows, if only from one round at a time
        mine = encoding.valuation.values(got)
        for several, literal in origins.items():
            if len(several) > 1:
                for value, says in self.written(several).items():
                    if value is not UNDEFINED or encoding.events[read].copy:
                        circuit.add(-literal, -says, mine.get(value, NO))

    def written(self, several: Rounds) -> dict[Value, int]:
        """What the executed one of ``several`` writes."""
        encoding, circuit = self.encoding, self.encoding.circuit
        ways: dict[Value, list[int]] = {}
        for write in several:
            for number, literal in encoding.valuation.values(_value(encoding, write)).items():
                ways.setdefault(number, []).append(circuit.all_of((encoding.executed[write], literal)))
        return {number: circuit.any_of(literals) for number, literals in ways.items()}

    def _hit(self, several: Rounds, place: Place) -> int:
        """The literal that one of ``several`` is executed, at ``place``."""
        encoding, circuit = self.encoding, self.encoding.circuit
        return circuit.any_of([circuit.all_of((encoding.executed[w], encoding.at[w][place])) for w in several])

    def _reads(self) -> None:
        """Reads against writes of their own thread, and reads at rest against everything."""
        encoding = self.encoding
        for read, sources in encoding.sources.items():
            event = encoding.events[read]
            for place, here in encoding.at[read].items():
                if here == NO:
                    continue
                if event.final:
                    for several, literal in self._origins(read, place).items():
                        self._at_rest(read, several, literal, place)
                elif self.coherent:
                    for source in sources:
                        if place in encoding.at[source]:
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
                sizes = {read: len(self._origins(read, place)) for read in reads}
                if sum(sizes[a] * sizes[b] for a, b in chosen) <= EAGER_READ_PAIRS:
                    for earlier, later in chosen:
                        self._in_order(earlier, later, place)
                    break

    def _in_order(self, earlier: int, later: int, place: Place) -> None:
        encoding = self.encoding
        elsewhere = -encoding.at[earlier][place], -encoding.at[later][place]
        apart = unordered(encoding.events[earlier], encoding.events[later])
        for one, first in self._origins(earlier, place).items():
            for other, second in self._origins(later, place).items():
                if one != other and not apart:
                    back = self.order(other, one)
                    if back != NO:
                        because = ("coherence", place, earlier, later)
                        encoding.circuit.add(-first, -second, -back, *elsewhere, because=because)

    def _beside(self, read: int, place: Place) -> list[int]:
        """The writes to ``place`` that the thread of ``read`` may have beside it."""
        found = self._mates.get((read, place))
        if found is None:
            event, events = self.encoding.events[read], self.encoding.events
            mine = [write for write in self.shared.get(place, ()) if events[write].thread == event.thread]
            found = [write for write in mine if not contradict(events[write].guard, event.guard)]
            self._mates[read, place] = found
        return found

    def _own_thread(self, read: int, source: int, place: Place) -> None:
        encoding, circuit = self.encoding, self.encoding.circuit
        event = encoding.events[read]
        literal = encoding.rf[source, read]
        if source in self.ends:
            self._from_stray(read, source, place)
            literal = circuit.all_of((literal, self.ends[source]))
        for write in self._beside(read, place):
            other = encoding.events[write]
            if write == source or unordered(event, other):
                continue
            if encoding.domains.locks_apart and bool(other.tags & LOCK_WRITES) != bool(event.tags & LOCK_READS):
                continue  # what either does is for the model to say
            hit = (
                -literal,
                -self.ends.get(write, YES),
                -encoding.executed[write],
                -encoding.at[write][place],
                -encoding.at[read][place],
            )
            because = ("coherence", place, read, write)
            if other.position < event.position:
                circuit.add(*hit, self.before(write, source), because=because)
            else:
                circuit.add(*hit, self.before(source, write), because=because)

    def _from_stray(self, read: int, source: int, place: Place) -> None:
        """An unlock that ends no section is seen by a look that finds the lock free, whoever holds it, but not past a
        later lock operation of the same thread."""
        encoding, circuit = self.encoding, self.encoding.circuit
        event, origin = encoding.events[read], encoding.events[source]
        stray = -encoding.rf[source, read], self.ends[source]
        if LOOKS_FREE not in event.tags:
            circuit.add(*stray)
        elif origin.thread == event.thread:
            for write in self._beside(read, place):
                if origin.position < encoding.events[write].position < event.position:
                    circuit.add(*stray, -encoding.executed[write], -encoding.at[write][place])

    def _at_rest(self, read: int, several: Rounds, literal: int, place: Place) -> None:
        """What runs at rest sees the last write of the threads, or its own latest."""
        encoding, circuit = self.encoding, self.encoding.circuit
        event, origin = encoding.events[read], encoding.events[several[0]]
        here = encoding.at[read][place]
        for write in self.resting.get(place, ()):
            position = encoding.events[write].position
            if write in several or position > event.position or (origin.final and position < origin.position):
                continue
            circuit.add(-literal, -encoding.executed[write], -encoding.at[write][place], -here)
        if origin.final:
            return
        for others in self.rounds.get(place, ()):
            if others != several:
                circuit.add(-literal, -self._hit(others, place), -here, self.order(others, several))

    def _atomic(self) -> None:
        """Nothing comes between what the read of a read-modify-write read from and its write."""
        encoding, circuit = self.encoding, self.encoding.circuit
        for write, event in enumerate(encoding.events):
            if event.rmw is None or encoding.executed[write] == NO or event.final:
                continue
            for place in encoding.at[write]:
                mine = self._rounds_of.get(write, (write,))
                origins = self._origins(event.rmw, place) if event.rmw in encoding.sources else {}
                for several, literal in origins.items():
                    for others in self.rounds.get(place, ()):
                        after = NO if others in (several, mine) else self.order(several, others)
                        if after != NO:
                            hit = -encoding.executed[write], -encoding.at[write][place], -self._hit(others, place)
                            because = ("atomicity", place, event.rmw, write)
                            circuit.add(-literal, *hit, -after, self.order(mine, others), because=because)

    def last(self, place: Place) -> dict[int, int]:
        """Which write's value a cell holds at rest: literals by write (the initial one included). Locks that are apart
        hold no values."""
        encoding, circuit = self.encoding, self.encoding.circuit
        result: dict[int, int] = {}
        resting = sorted(self.resting.get(place, ()), key=lambda w: encoding.events[w].position)
        none_later = YES
        for write in reversed(resting):
            hit = circuit.all_of((encoding.executed[write], encoding.at[write][place]))
            result[write] = circuit.all_of((hit, none_later))
            none_later = circuit.all_of((none_later, -hit))
        shared = self.shared.get(place, [])
        if encoding.domains.locks_apart:
            shared = [w for w in shared if not encoding.events[w].tags & LOCK_WRITES]
        hits = {w: circuit.all_of((encoding.executed[w], encoding.at[w][place])) for w in shared}
        for write in shared:
            later = [circuit.all_of((hits[o], -self.before(o, write))) for o in shared if o != write]
            result[write] = circuit.all_of((hits[write], none_later, *(-literal for literal in later)))
        result[encoding.initial[place]] = circuit.all_of((none_later, *(-hit for hit in hits.values())))
        return result


def _value(encoding: Encoding, write: int) -> Expr:
    value = encoding.events[write].value
    assert value is not None
    return value
