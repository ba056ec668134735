"""Order lemmas: what the order of two critical sections implies, given to the solver before the search.

Where every write to a cell is part of a read-modify-write or an unlock, the coherence order of two of its writes
orders what lies around them: if a releasing write is coherence-before an acquiring read-modify-write, then no rf, co or
fr leads from behind the acquire back to before the release. Learnt one by one, such facts grow exponentially with
the number of sections; as clauses of two to four literals they are given at once.

Whether a model orders so is not assumed but asked: the model judges a small execution of that shape,
with the two sections next to each other and with a third one between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from attrs import frozen

from modelcheck.cat import Candidate, Model
from modelcheck.program.graph import Event
from modelcheck.program.guards import contradict
from modelcheck.program.ir import Tags
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO

Access = tuple[str, Tags]
"""Kind (R or W) and tags."""


@frozen(cache_hash=True)
class _Passage:
    """A way from a releasing write to an acquiring read-modify-write of one cell.

    Attributes:
        release: tags of the releasing write.
        releasing_read: tags of its read half, None for an unlocking store.
        acquire: tags of the acquiring read, and of its write half if it has one.
        between: a section that may lie between: its read, its write, and its unlocking store if it has one. None when
            the read reads from the releasing write itself.
    """

    release: Tags
    releasing_read: Tags | None
    acquire: tuple[Tags, Tags | None]
    between: tuple[Tags, Tags, Tags | None] | None


RELEASING: Tags = frozenset({"RELEASE", "MB", "UL", "REL", "ACQ_REL", "SC"})
ACQUIRING: Tags = frozenset({"ACQUIRE", "MB", "LKR", "ACQ", "ACQ_REL", "SC"})


def add_lemmas(encoding: Encoding, coherence: Coherence, model: Model) -> int:
    """Add the order lemmas that ``model`` bears out; gives the number of clauses added."""
    if not (model.coherent and model.atomic):
        return 0
    before = len(encoding.circuit.clauses)
    lemmas = _Lemmas(encoding, coherence, model)
    ordered = {place for place in sorted(coherence.shared) if _synchronising(encoding, coherence.shared[place])}
    for place in sorted(ordered):
        _Sections(lemmas, place).add()
    lemmas.add_handovers(ordered)
    return len(encoding.circuit.clauses) - before


def _synchronising(encoding: Encoding, writes: list[int]) -> bool:
    events = [encoding.events[write] for write in writes]
    return (
        len({event.thread for event in events}) > 1
        and all(event.rmw is not None or event.unlock for event in events)
        and any(event.rmw is not None for event in events)
    )


class _Lemmas:
    """What an order between two points of two threads implies for the accesses around them."""

    def __init__(self, encoding: Encoding, coherence: Coherence, model: Model) -> None:
        self.encoding = encoding
        self.coherence = coherence
        self.model = model
        self.known: dict[tuple[object, ...], bool] = {}
        self.passage = (-1, -1)  # of the clauses at hand: the releasing write, the acquiring event
        self.threads: dict[int, list[Event]] = {}
        for number, event in enumerate(encoding.events):
            if number in encoding.at and encoding.executed[number] != NO and event.thread >= 0 and not event.final:
                self.threads.setdefault(event.thread, []).append(event)
        for several in self.threads.values():
            several.sort(key=lambda e: (e.position, e.id))

    def add_handovers(self, covered: set[Place]) -> None:
        """The lemmas of every acquiring read that may read from a releasing write; ``covered`` cells have theirs."""
        encoding = self.encoding
        for (write, read), literal in encoding.rf.items():
            first, second = encoding.events[write], encoding.events[read]
            if (
                first.thread < 0
                or NO in (encoding.executed[write], encoding.executed[read])
                or second.final
                or first.thread == second.thread
                or not (first.tags & RELEASING and second.tags & ACQUIRING)
                or covered.issuperset(encoding.at[write])
            ):
                continue
            half = next((e for e in self.threads[second.thread] if e.rmw == read), None)
            releasing = None if first.rmw is None else encoding.events[first.rmw].tags
            passages = [_Passage(first.tags, releasing, (second.tags, None if half is None else half.tags), None)]
            if second.success is not None:
                # A read-modify-write that fails reads too, with other tags and without its write.
                passages.append(_Passage(first.tags, releasing, (second.failed, None), None))
            before = [e for e in self.threads[first.thread] if e.position < first.position and e.id != first.rmw]
            behind = [e for e in self.threads[second.thread] if e.position > second.position and e is not half]
            self.passage = write, read
            self.around(before, behind, literal, tuple(passages))

    def around(
        self, before: Iterable[Event], behind: Iterable[Event], order: int, passages: tuple[_Passage, ...]
    ) -> None:
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
                        self._forbid(one, other, order, passages)

    def _forbid(self, one: Event, other: Event, order: int, passages: tuple[_Passage, ...]) -> None:
        encoding, coherence, circuit = self.encoding, self.coherence, self.encoding.circuit
        because = ("passage", *self.passage, one.id, other.id)
        if one.kind == "R" and other.kind == "W":
            literal = encoding.rf.get((other.id, one.id), NO)
            if literal != NO and self._borne_out("rf", one, other, passages):
                circuit.add(-order, -literal, because=because)
        elif one.kind == "W" and other.kind == "W":
            literal = coherence.before(other.id, one.id)
            if literal != NO and self._borne_out("co", one, other, passages):
                circuit.add(-order, -literal, because=because)
        elif one.kind == "W" and other.kind == "R" and self._borne_out("fr", one, other, passages):
            for source in encoding.sources.get(other.id, ()):
                after = coherence.before(source, one.id)
                if after != NO:
                    circuit.add(-order, -encoding.rf[source, other.id], -after, because=because)

    def _borne_out(self, edge: str, one: Event, other: Event, passages: tuple[_Passage, ...]) -> bool:
        key = (edge, one.kind, one.tags, one.failed, other.kind, other.tags, other.failed, passages)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = all(
                forbids(self.model, edge, (one.kind, first), (other.kind, second), passage)
                for first in _variants(one)
                for second in _variants(other)
                for passage in passages
            )
        return found


class _Sections:
    """The lemmas of one cell whose coherence order orders sections."""

    def __init__(self, lemmas: _Lemmas, place: Place) -> None:
        self.lemmas = lemmas
        self.encoding = lemmas.encoding
        self.writes = lemmas.coherence.shared[place]
        events = self.encoding.events
        self.locked = any(events[w].unlock for w in self.writes)
        tags = {(events[events[w].rmw or 0].tags, events[w].tags) for w in self.writes if events[w].rmw is not None}
        unlocks = [events[w].tags for w in self.writes if events[w].unlock]
        self.between = [(r, w, unlocks[0] if unlocks else None) for r, w in sorted(tags, key=_spelled)]

    def add(self) -> None:
        events = self.encoding.events
        releases = [w for w in self.writes if events[w].unlock or not self.locked]
        acquires = [w for w in self.writes if events[w].rmw is not None]
        for release in releases:
            for acquire in acquires:
                if events[release].thread != events[acquire].thread:
                    order = self.lemmas.coherence.before(release, acquire)
                    if order != NO:
                        self._around(release, acquire, order)

    def _around(self, release: int, acquire: int, order: int) -> None:
        events = self.encoding.events
        first, second = events[release], events[acquire]
        assert second.rmw is not None
        releasing = None if first.rmw is None else events[first.rmw].tags
        passages = tuple(
            _Passage(first.tags, releasing, (events[second.rmw].tags, second.tags), between) for between in self.between
        )
        self.lemmas.passage = release, acquire
        self.lemmas.around(self._section(first, back=True), self._section(second, back=False), order, passages)

    def _section(self, write: Event, back: bool) -> Iterator[Event]:
        """The accesses of ``write``'s thread before it (or behind it), as far as the next certain write to the cell.

        Beyond that one, its own order says the same.
        """
        several = self.lemmas.threads[write.thread]
        index = next(i for i, event in enumerate(several) if event.id == write.id)
        others = set(self.writes)
        for event in reversed(several[:index]) if back else several[index + 1 :]:
            if event.id == write.rmw or contradict(event.guard, write.guard):
                continue
            yield event
            if event.id in others and self._stands_for(event, write):
                return

    def _stands_for(self, event: Event, write: Event) -> bool:
        """Whether ``event`` is executed, at this cell, whenever ``write`` is, and carries the same lemma further."""
        if set(event.guard) - set(write.guard) or len(self.encoding.at[event.id]) != 1:
            return False
        return event.unlock if self.locked and event.position < write.position else event.rmw is not None


def _spelled(pair: tuple[Tags, Tags]) -> tuple[list[str], list[str]]:
    return sorted(pair[0]), sorted(pair[1])


def _variants(event: Event) -> tuple[Tags, ...]:
    """The tags that ``event`` may bear."""
    return (event.tags,) if event.success is None else (event.tags, event.failed)


@lru_cache(maxsize=65536)
def forbids(model: Model, edge: str, one: Access, other: Access, passage: _Passage) -> bool:
    """Whether ``model`` forbids ``edge`` from ``other``, behind the acquire, back to ``one``, before the release."""
    lengths = (False,) if passage.between is None else (False, True)
    return all(not model.allows(_shape(edge, one, other, passage, between)) for between in lengths)


@lru_cache(maxsize=64)
def overtaken(model: Model) -> bool:
    """Whether ``model`` lets a write be seen before a read ahead of it in program order is done (load buffering)."""
    return any(model.allows(_buffered(tags)) for tags in (frozenset[str](), frozenset({"ONCE"})))


def _buffered(tags: Tags) -> Candidate:
    """Two threads; each reads, with ``tags``, what the other writes behind its own read."""
    shape = _Shape()
    cells = shape.initial(), shape.initial()
    reads = [shape.event(thread, "R", tags, place=thread) for thread in (0, 1)]
    for thread in (0, 1):
        write = shape.event(thread, "W", frozenset({"ONCE"}), place=1 - thread)
        shape.reads(write, reads[1 - thread])
        shape.ordered([cells[1 - thread], write])
    return shape.candidate()


def _shape(edge: str, one: Access, other: Access, passage: _Passage, between: bool) -> Candidate:
    """The small execution: one; release || [a section] || acquire; other, with ``edge`` from ``other`` to ``one``."""
    shape = _Shape()
    lock, cell = shape.initial(), shape.initial()
    first = shape.event(0, *one, place=1)
    chain = [lock]
    if passage.releasing_read is not None:
        chain = [*chain, *shape.rmw(0, chain[-1], passage.releasing_read, passage.release)]
    else:
        chain.append(shape.event(0, "W", passage.release, place=0))
    if between and passage.between is not None:
        read, write, unlock = passage.between
        chain += shape.rmw(1, chain[-1], read, write)
        if unlock is not None:
            chain.append(shape.event(1, "W", unlock, place=0))
    read_tags, write_tags = passage.acquire
    if write_tags is None:
        shape.reads(chain[-1], shape.event(2, "R", read_tags, place=0))
    else:
        chain += shape.rmw(2, chain[-1], read_tags, write_tags)
    second = shape.event(2, *other, place=1)
    shape.ordered(chain)
    if edge == "rf":
        shape.reads(second, first)
        shape.ordered([cell, second])
    elif edge == "co":
        shape.ordered([cell, second, first])
    else:
        shape.reads(cell, second)
        shape.ordered([cell, first])
    return shape.candidate()


class _Shape:
    """A small candidate execution under construction; cell 0 is the lock, cell 1 the datum."""

    def __init__(self) -> None:
        self._events: list[tuple[int, str, Tags, int]] = []
        self._rf: list[tuple[int, int]] = []
        self._co: list[tuple[int, int]] = []
        self._rmw: list[tuple[int, int]] = []

    def initial(self) -> int:
        return self.event(-1, "W", frozenset({"IW"}), place=len(self._events))

    def event(self, thread: int, kind: str, tags: Tags, place: int) -> int:
        self._events.append((thread, kind, tags, place))
        return len(self._events) - 1

    def rmw(self, thread: int, source: int, read_tags: Tags, write_tags: Tags) -> list[int]:
        """A read-modify-write of the lock that reads from ``source``; gives its write."""
        read = self.event(thread, "R", read_tags, place=0)
        write = self.event(thread, "W", write_tags, place=0)
        self.reads(source, read)
        self._rmw.append((read, write))
        return [write]

    def reads(self, write: int, read: int) -> None:
        self._rf.append((write, read))

    def ordered(self, writes: list[int]) -> None:
        self._co += [(a, b) for i, a in enumerate(writes) for b in writes[i + 1 :]]

    def candidate(self) -> Candidate:
        size = len(self._events)
        sets: dict[str, int] = {"R": 0, "W": 0, "F": 0, "M": (1 << size) - 1, "IW": 0, "FW": 0}
        po, same, loc = [0] * size, [0] * size, [0] * size
        for index, (thread, kind, tags, place) in enumerate(self._events):
            for name in {kind, *tags}:
                sets[name] = sets.get(name, 0) | 1 << index
            for other, (mate, _, _, where) in enumerate(self._events):
                if thread == mate and thread >= 0:
                    same[index] |= 1 << other
                    if other > index:
                        po[index] |= 1 << other
                if place == where:
                    loc[index] |= 1 << other
        everything = (1 << size) - 1
        empty = (0,) * size

        def rows(pairs: list[tuple[int, int]]) -> tuple[int, ...]:
            found = [0] * size
            for a, b in pairs:
                found[a] |= 1 << b
            return tuple(found)

        return Candidate(
            size,
            sets,
            {
                "po": tuple(po), "rf": rows(self._rf), "co": rows(self._co), "rmw": rows(self._rmw),
                "addr": empty, "data": empty, "ctrl": empty, "loc": tuple(loc),
                "int": tuple(same), "ext": tuple(everything & ~row for row in same),
            },
        )  # fmt: skip
