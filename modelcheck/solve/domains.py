"""Which values every expression of an event graph may take, and from where a read may get its value.

An abstract interpretation to a least fixed point over finite sets of concrete values: a read gets what the writes
to its possible addresses write, and the initial value. It over-approximates every execution of every model (for a
model that is not coherent, program order on one location is not used). What would have to justify itself in a cycle
(out of thin air) is considered only where it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from modelcheck.program.expr import UNDEFINED, Expr, Undefined, Value
from modelcheck.program.graph import Blocked, Check, Cut, Event, EventGraph
from modelcheck.program.ir import Source
from modelcheck.program.memory import AddressSpace
from modelcheck.solve.circles import Circle, circles, most_executed
from modelcheck.solve.initial import InitialMemory
from modelcheck.solve.origins import Origins, Place
from modelcheck.solve.stray import perhaps_stray
from modelcheck.solve.valuesets import Tick, ValueSets, support
from modelcheck.solve.wide import Range, TooManyValues, Wide, union

THIN_AIR = 1 << 62
"""Stands for any value that nothing but itself justifies."""


@frozen
class Domains:
    """The result for one event graph.

    Attributes:
        values: possible values of every expression that occurs; `Wide` where they are too many to list.
        live: ids of the events that may be executed.
        places: for each live access, the cells it may touch properly (no fault there).
        sizes: bytes of each cell.
        writers, readers: ids of the live writes and reads of each cell, program order within a thread.
        initial: initial value of each cell; of a heap object that a thread makes it is UNDEFINED.
        sources: for each live read and cell, the writes it may read from; None is the initial value.
        circular: reads whose values may justify themselves (only where thin air was asked for).
        mixed: pairs of accesses of different size that may overlap (they cannot be modelled).
        locks_apart: lock operations read what lock operations write, and other reads what others do.
        stray: of locks apart, the unlocks that may end no section.
    """

    values: dict[Expr, Range]
    live: frozenset[int]
    places: dict[int, tuple[Place, ...]]
    sizes: dict[Place, int]
    writers: dict[Place, list[int]]
    readers: dict[Place, list[int]]
    initial: dict[Place, Value]
    sources: dict[int, dict[Place, list[int | None]]]
    mixed: tuple[tuple[int, int], ...]
    circular: frozenset[int] = frozenset()
    locks_apart: bool = False
    stray: frozenset[int] = frozenset()


def analyse(
    graph: EventGraph, space: AddressSpace, coherent: bool, thin_air: bool = False, tick: Tick = lambda: None
) -> Domains:
    """The domains of ``graph``.

    Args:
        graph: the unrolled program.
        space: its objects by address.
        coherent: whether the model forbids cycles of po-loc, rf, co and fr.
        thin_air: let values justify themselves: what goes round between cells may also be `THIN_AIR`, and what only a
            branch on what it leads to itself would execute counts as live. Locks are apart then, too.
        tick: called now and then.

    Raises:
        TooManyValues: an address may be too many places.
    """
    claimed: dict[Place, tuple[int, int]] = {}
    while True:
        try:
            return _Analysis(graph, space, coherent, thin_air, tick, claimed).run()
        except _Claim as claim:
            claimed[claim.place] = claim.size, claim.event


class _Claim(Exception):  # noqa: N818 (no error: the way to begin again)
    """An access of ``size`` bytes at ``place`` is what the type there says, and one that is not was there before.

    Which of two accesses of different size is found first is chance. One of them may be to no object that there is:
    where a walk round a list comes to its head, the entry around that is none, though the program never goes there.
    """

    def __init__(self, place: Place, size: int, event: int) -> None:
        self.place = place
        self.size = size
        self.event = event
        super().__init__(place)


class _Analysis:
    def __init__(
        self,
        graph: EventGraph,
        space: AddressSpace,
        coherent: bool,
        thin_air: bool,
        tick: Tick,
        claimed: Mapping[Place, tuple[int, int]],
    ) -> None:
        self.thin_air = thin_air
        self.coherent = coherent
        self.revived = not thin_air
        self.tick = tick
        self.seeds: dict[int, frozenset[Value]] = {}
        self.graph = graph
        self.space = space
        self.memory = InitialMemory(graph, space)
        self.sets = ValueSets(_roots(graph), graph.choices, tick)
        self.values = self.sets.values
        self.live: set[int] = set()
        self.places: dict[int, set[Place]] = {}
        self.writers: dict[Place, list[Event]] = {}
        self.stray = perhaps_stray(graph) if thin_air else frozenset[int]()
        self.possible_origins = Origins(graph, self.writers, coherent, self.stray if thin_air else None)
        self.sizes: dict[Place, int] = {place: size for place, (size, _) in claimed.items()}
        self.mixed: set[tuple[int, int]] = set()
        self.first: dict[Place, int] = {place: event for place, (_, event) in claimed.items()}
        self.supports: dict[int, set[int]] = {}
        self.circles: list[Circle] = []
        self.round: set[int] = set()
        self.leaked = False
        self.steps: dict[tuple[int, ...], int] = {}
        self.inflow: dict[tuple[int, ...], list[object]] = {}
        self.most: dict[tuple[int, ...], int] = {}
        self.held: dict[int, Range] = {}
        self.shape = (0, 0)
        self.moved: set[int] = set()
        self.origins: dict[tuple[int, Place], list[int | None]] = {}
        self.feeds: dict[int, set[int]] = {}
        self.dormant = list(graph.events)
        self.addressed: dict[Expr, list[Event]] = {}
        self.written: dict[Expr, list[int]] = {}
        for event in graph.events:
            if event.kind in ("R", "W") and event.address is not None:
                self.addressed.setdefault(event.address, []).append(event)
            if event.kind == "W" and event.value is not None:
                self.written.setdefault(event.value, []).append(event.id)

    def run(self) -> Domains:
        try:
            self._fixpoint()
        except TooManyValues as many:
            raise TooManyValues(many.expression, _place(self.graph, self.sets.users(many.expression))) from None
        return self._result()

    # ------------------------------------------------------------ the fixed point

    def _fixpoint(self) -> None:
        """Let values spread until nothing is new, holding back what goes round in circles; then let that go a step on.

        In an execution a value passes each write at most once. So what goes round a circle takes as many steps as
        an execution may have of the circle's writes, and a circle waits until those that its values come from are
        done. When an event or an address that turns up later changes what goes into a circle, it all starts anew, with
        that known.
        """
        changed = self._start()
        settled = True
        while True:
            grown = self._propagate(changed)
            if self._shape() != self.shape:
                self.shape = self._shape()
                self._find_circles()
                settled = False
            if grown:
                changed = self.sets.evaluate(grown)
            elif not settled and (self.leaked or self._disturbed()):
                changed = self._start()
            elif self._step():
                changed = set()
                settled = True
            elif not self.revived and self._rests_on_itself():
                self.revived = self.sets.either = True
                changed = self._start()
            else:
                return

    def _rests_on_itself(self) -> bool:
        """Whether there may be writes, or values of writes, that nothing but a branch on what they lead to excludes."""
        if any(event.kind == "W" for event in self.dormant):
            return True
        return any(node.data == "ite" and len(self.values[node.args[0]]) < 2 for node in self.sets.order)

    def _start(self) -> set[Expr]:
        """Forget all values but those that the program text gives; gives every expression."""
        self.sets.reset()
        self.held = {}
        self.steps = {}
        self.inflow = {}
        self.leaked = False
        return set(self.sets.order)

    def _shape(self) -> tuple[int, int]:
        """Grows with every event that comes to life and every cell that an access is found to touch."""
        return len(self.live), sum(map(len, self.places.values()))

    def _find_circles(self) -> None:
        writes = [e for e in self.graph.events if e.kind == "W" and e.id in self.places]
        for write in writes:
            if write.id not in self.supports:
                self.supports[write.id] = support(write.value)
        self.circles = circles(self.places, self.supports, [w.id for w in writes])
        before, self.round = self.round, {write for circle in self.circles for write in circle.writes}
        # Until now what these wrote was not held back.
        self.leaked = self.leaked or not self.round <= before
        if self.thin_air:
            for circle in self.circles:
                # Round a single cell coherence leaves no room for it.
                if len(circle.places) > 1 or not self.coherent:
                    self._seed(circle)

    def _seed(self, circle: Circle) -> None:
        for read in set().union(*(self.supports[write] for write in circle.writes)):
            if circle.places & self.places.get(read, set()):
                self.seeds[read] = frozenset((THIN_AIR,))

    def _flows_in(self, circle: Circle) -> list[object]:
        """What a circle's values are made of: where its reads may read from, and what comes from outside of it."""
        mine = set(circle.writes)
        found: list[object] = []
        for read in sorted(set().union(*(self.supports[write] for write in mine))):
            for place in sorted(self.places.get(read, ())):
                for source in self._origins(self.graph.events[read], place):
                    found.append((read, place, source))
                    if source is not None and source not in mine:
                        found.append(self._written(source))
        return found

    def _disturbed(self) -> bool:
        """Whether a circle that has begun would by now have begun otherwise."""
        same = {c.writes for c in self.circles if self.inflow.get(c.writes) == self._flows_in(c)}
        return any(writes not in same for writes in self.inflow)

    def _step(self) -> bool:
        """Let what goes round in the first circle that is not done pass each of its writes once more."""
        for circle in self.circles:
            if circle.writes not in self.inflow:
                self.inflow[circle.writes] = self._flows_in(circle)
            most = self._most(circle)
            while self.steps.get(circle.writes, 0) < most:
                self.steps[circle.writes] = self.steps.get(circle.writes, 0) + 1
                moved = False
                for write in circle.writes:
                    value = self.graph.events[write].value
                    assert value is not None
                    if self.values[value] != self.held.get(write, frozenset()):
                        self.held[write] = self.values[value]
                        self.moved.add(write)
                        moved = True
                if moved:
                    return True
                self.steps[circle.writes] = most
        return False

    def _most(self, circle: Circle) -> int:
        """How many of the circle's writes an execution has at most: those of one thread may exclude one another."""
        found = self.most.get(circle.writes)
        if found is None:
            found = self.most[circle.writes] = most_executed([self.graph.events[write] for write in circle.writes])
        return found

    def _propagate(self, changed: set[Expr]) -> set[Expr]:
        """Bring events to life, find what accesses touch, and let reads see new values; gives the reads that grew."""
        anyhow = self.thin_air and self.revived
        fresh = [event for event in self.dormant if anyhow or self.sets.possible(event.guard)]
        if fresh:
            self.live.update(event.id for event in fresh)
            self.dormant = [event for event in self.dormant if event.id not in self.live]
        for event in fresh:
            if event.kind in ("R", "W"):
                self._touch(event)
        for address, events in self.addressed.items():
            if address in changed:
                for event in events:
                    if event.id in self.live:
                        self._touch(event)
        grown: set[Expr] = set()
        for event in self._fed(changed):
            assert event.value is not None
            self.tick()
            values = self._readable(event, event.value)
            if len(values) > len(self.values[event.value]):
                self.values[event.value] = values
                grown.add(event.value)
        return grown

    def _readable(self, event: Event, got: Expr) -> Range:
        """What read ``event`` may get by now."""
        listed: set[Value] = set(self.seeds.get(event.id, ()))
        wide: Range | None = None
        for values in (self.values[got], *self._writable(event)):
            if isinstance(values, Wide):
                wide = values if wide is None else union(got, wide, values)
            else:
                listed.update(values)
        if not event.copy:
            listed.discard(UNDEFINED)
        if wide is not None:
            return Wide(got, event.copy and (UNDEFINED in wide or UNDEFINED in listed))
        return union(got, frozenset(listed), frozenset())

    def _writable(self, event: Event) -> Iterator[Range]:
        """What was written where ``event`` reads."""
        for place in self.places.get(event.id, ()):
            for source in self._origins(event, place):
                yield frozenset([self.memory[place, event.size]]) if source is None else self._written(source)

    def _fed(self, changed: set[Expr]) -> list[Event]:
        """The live reads that may see something new: all of them after a new event or address."""
        moved, self.moved = self.moved, set()
        if self._shape() != self.shape:
            self.origins, self.feeds = {}, {}
        elif len(changed) < len(self.sets.order):
            for value, writes in self.written.items():
                if value in changed:
                    moved.update(write for write in writes if write not in self.round)
            fed = set().union(*(self.feeds.get(write, ()) for write in moved))
            return [self.graph.events[read] for read in sorted(fed)]
        return [event for event in self.graph.events if event.kind == "R" and event.id in self.live]

    def _origins(self, event: Event, place: Place) -> list[int | None]:
        found = self.origins.get((event.id, place))
        if found is None:
            found = self.origins[event.id, place] = self.possible_origins.find(event, place)
            for source in found:
                if source is not None:
                    self.feeds.setdefault(source, set()).add(event.id)
        return found

    def _written(self, write: int) -> Range:
        if write in self.round:
            return self.held.get(write, frozenset())
        value = self.graph.events[write].value
        assert value is not None
        return self.values[value]

    def _touch(self, event: Event) -> None:
        assert event.address is not None
        mine = self.places.setdefault(event.id, set())
        for address in self.values[event.address]:
            if isinstance(address, Undefined) or address in mine:
                continue
            if self.space.fault(address, event.size, event.changes) is not None:
                continue
            thing = self.space.find(address)
            if thing is not None and thing.base in self.graph.freed:
                continue
            if not self._fits(event, address):
                continue
            mine.add(address)
            if event.kind == "W":
                self.writers.setdefault(address, []).append(event)

    def _fits(self, event: Event, address: int) -> bool:
        """Whether the cell has this size for everybody; notes the first accesses that clash. Raises `_Claim`."""
        if self.sizes.get(address) == event.size:
            return True
        for other in range(address - 15, address + event.size):
            have = self.sizes.get(other)
            if have is not None and other + have > address:
                if self.space.scalar(address, event.size) and not self.space.scalar(other, have):
                    raise _Claim(address, event.size, event.id)
                self.mixed.add((self.first[other], event.id))
                return False
        self.sizes[address] = event.size
        self.first[address] = event.id
        return True

    def _result(self) -> Domains:
        events = self.graph.events
        readers: dict[Place, list[int]] = {}
        sources: dict[int, dict[Place, list[int | None]]] = {}
        for event in events:
            if event.kind == "R" and event.id in self.live:
                mine = sources[event.id] = {}
                for place in sorted(self.places.get(event.id, ())):
                    readers.setdefault(place, []).append(event.id)
                    mine[place] = self._origins(event, place)
        fresh = {a.object.base for a in self.graph.allocations}
        initial: dict[Place, Value] = {}
        for place, size in self.sizes.items():
            thing = self.space.find(place)
            made = thing is not None and thing.base in fresh
            initial[place] = UNDEFINED if made else self.memory[place, size]
        return Domains(
            values=self.values,
            live=frozenset(self.live),
            places={key: tuple(sorted(found)) for key, found in self.places.items()},
            sizes=self.sizes,
            writers={p: sorted({w.id for w in found}) for p, found in self.writers.items()},
            readers=readers,
            initial=initial,
            sources=sources,
            mixed=tuple(sorted(self.mixed)),
            circular=frozenset(sources if self.revived and self.thin_air else self.seeds),
            locks_apart=self.thin_air,
            stray=self.stray,
        )


def _place(graph: EventGraph, users: set[Expr]) -> Source | None:
    """The first place in the program that uses one of ``users``: as an address or value, in a check, in a condition."""
    for event in graph.events:
        if event.address in users or event.value in users:
            return event.source
    for check in graph.checks:
        if check.condition in users:
            return check.source
    guarded: list[Event | Check | Blocked | Cut] = [*graph.events, *graph.checks, *graph.blocked, *graph.cuts]
    return next((step.source for step in guarded if not users.isdisjoint(step.guard)), None)


def _roots(graph: EventGraph) -> list[Expr]:
    """Every expression that says something about an execution of ``graph``."""
    roots: list[Expr] = []
    for event in graph.events:
        roots.extend(event.guard)
        roots.extend(e for e in (event.address, event.value, event.success) if e is not None)
        roots.extend(g for deps in (event.addr, event.data, event.ctrl) for _, guard in deps for g in guard)
    for check in graph.checks:
        roots.extend((*check.guard, check.condition))
    for blocked in graph.blocked:
        roots.extend(blocked.guard)
        if blocked.grace is not None:
            roots.append(blocked.grace)
    for guard in (
        *graph.completed,
        *graph.started,
        graph.quits,
        *(c.guard for c in graph.cuts),
        *(a.guard for a in graph.allocations),
    ):
        roots.extend(guard)
    roots.extend(made.owner for made in graph.allocations if made.owner is not None)
    roots.extend(graph.registers.values())
    roots.extend(condition for guard in graph.chosen for condition in guard)
    return roots
