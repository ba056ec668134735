"""Order lemmas: what the order of two critical sections implies, given to the solver before the search.

Where every write to a cell is part of a read-modify-write or an unlock, the coherence order of two of its writes
orders what lies around them: if a releasing write is coherence-before an acquiring read-modify-write, then no rf, co or
fr leads from behind the acquire back to before the release. Learnt one by one, such facts grow exponentially with
the number of sections; as clauses of two to four literals they are given at once.

Whether a model orders so is not assumed but asked: the model judges a small execution of that shape,
with the two sections next to each other and with a third one between them. What several of them imply one after the
other, of different cells and threads, is `modelcheck.solve.chains`.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelcheck.cat import Model
from modelcheck.program.graph import Event
from modelcheck.program.guards import contradict
from modelcheck.program.ir import Tags
from modelcheck.solve.around import Around, Step
from modelcheck.solve.chains import add_chains
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO
from modelcheck.solve.shapes import Passage

RELEASING: Tags = frozenset({"RELEASE", "MB", "UL", "REL", "ACQ_REL", "SC"})
ACQUIRING: Tags = frozenset({"ACQUIRE", "MB", "LKR", "ACQ", "ACQ_REL", "SC"})


def add_lemmas(encoding: Encoding, coherence: Coherence, model: Model) -> int:
    """Add the order lemmas that ``model`` bears out; gives the number of clauses added."""
    if not (model.coherent and model.atomic) or any(event.operands for event in encoding.graph.events):
        return 0  # they take the events of a thread to be in one order
    before = len(encoding.circuit.clauses)
    around = Around(encoding, coherence, model)
    cells = {
        place: _Sections(around, place)
        for place in sorted(coherence.shared)
        if _synchronising(encoding, coherence.shared[place])
    }
    steps = [step for sections in cells.values() for step in sections.steps()]
    steps += _handovers(around, frozenset(cells))
    if encoding.circuit.switches is None:
        # What asks for no order would only make the chains longer, in models that order everything.
        asked = [step for step in steps if _asked(encoding, step)]
        steps = [*add_chains(around, asked), *(step for step in steps if not _asked(encoding, step))]
    for step in steps:
        if step.section is None:
            _around(around, step)
        else:
            cells[step.section].around(step)
    return len(encoding.circuit.clauses) - before


def _synchronising(encoding: Encoding, writes: list[int]) -> bool:
    events = [encoding.events[write] for write in writes]
    return (
        encoding.domains.stray.isdisjoint(writes)
        and len({event.thread for event in events}) > 1
        and all(event.rmw is not None or event.unlock for event in events)
        and any(event.rmw is not None for event in events)
    )


def _asked(encoding: Encoding, step: Step) -> bool:
    """Whether both ends of ``step`` ask for an order."""
    return bool(encoding.events[step.release].tags & RELEASING and encoding.events[step.acquire].tags & ACQUIRING)


def _handovers(around: Around, covered: frozenset[Place]) -> Iterator[Step]:
    """Every acquiring read that may read from a releasing write; ``covered`` cells have their sections."""
    encoding = around.encoding
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
        half = around.half(read)
        releasing = None if first.rmw is None else encoding.events[first.rmw].tags
        passage = Passage(first.tags, releasing, (second.tags, None if half is None else half.tags), None)
        if second.success is None:
            yield Step(write, read, literal, (passage,))
            continue
        # A read-modify-write that fails reads too, with other tags and without its write.
        fails = Passage(first.tags, releasing, (second.failed, None), None)
        succeeds = encoding.valuation.truth(second.success)
        for condition, way in ((succeeds, passage), (-succeeds, fails)):
            both = encoding.circuit.all_of((literal, condition))
            if both != NO:
                yield Step(write, read, both, (way,))


def _around(around: Around, step: Step) -> None:
    first, second = around.encoding.events[step.release], around.encoding.events[step.acquire]
    before = [e for e in around.threads[first.thread] if e.position < first.position and e.id != first.rmw]
    behind = [e for e in around.threads[second.thread] if e.position > second.position and e.rmw != second.id]
    around.passage = step.release, step.acquire
    around.add(before, behind, step.literal, step.passages)


class _Sections:
    """The lemmas of one cell whose coherence order orders sections."""

    def __init__(self, lemmas: Around, place: Place) -> None:
        self.lemmas = lemmas
        self.place = place
        self.encoding = lemmas.encoding
        self.writes = lemmas.coherence.shared[place]
        events = self.encoding.events
        self.locked = any(events[w].unlock for w in self.writes)
        tags = {(events[events[w].rmw or 0].tags, events[w].tags) for w in self.writes if events[w].rmw is not None}
        unlocks = [events[w].tags for w in self.writes if events[w].unlock]
        self._passages: dict[tuple[Tags, Tags | None, tuple[Tags, Tags]], tuple[Passage, ...]] = {}
        self.between = [(r, w, unlocks[0] if unlocks else None) for r, w in sorted(tags, key=_spelled)]

    def steps(self) -> Iterator[Step]:
        """Each acquire that may come behind a release of another thread."""
        events = self.encoding.events
        releases = [w for w in self.writes if events[w].unlock or not self.locked]
        acquires = [w for w in self.writes if events[w].rmw is not None]
        for release in releases:
            for acquire in acquires:
                if events[release].thread != events[acquire].thread:
                    order = self.lemmas.coherence.before(release, acquire)
                    if order != NO:
                        yield self._step(release, acquire, order)

    def _step(self, release: int, acquire: int, order: int) -> Step:
        events = self.encoding.events
        first, second = events[release], events[acquire]
        assert second.rmw is not None
        releasing = None if first.rmw is None else events[first.rmw].tags
        ends = first.tags, releasing, (events[second.rmw].tags, second.tags)
        passages = self._passages.get(ends)
        if passages is None:
            passages = self._passages[ends] = tuple(Passage(*ends, between) for between in self.between)
        return Step(release, second.rmw, order, passages, self.place)

    def around(self, step: Step) -> None:
        """The lemmas of ``step`` by itself."""
        acquire = self.lemmas.half(step.acquire)
        assert acquire is not None
        self.lemmas.passage = step.release, acquire.id
        before = self._section(self.encoding.events[step.release], back=True)
        self.lemmas.add(before, self._section(acquire, back=False), step.literal, step.passages)

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
