"""Following a trace through today's event graph: each executed step of a thread is the next one that the trace tells.

Accesses must match by kind, size and place (as readers name it) and carry the same values; in which line or function
they are, and how they are marked, may have changed. Fences, and accesses to a thread's own locals, may have come or
gone: whether they matter is for the memory model to say when the execution is complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import define, field, frozen

from modelcheck.program.concrete import Concrete, Missing
from modelcheck.program.expr import UNDEFINED, Undefined, Value, byte_of, join_bytes
from modelcheck.program.graph import ASSUMED, Allocation, Blocked, Check, Event, EventGraph
from modelcheck.program.graph import late as broken_late
from modelcheck.program.ir import MemoryObject, Source, Tags
from modelcheck.program.memory import UNSUPPORTED, AddressSpace
from modelcheck.program.outlived import STILL_THERE
from modelcheck.solve.initial import InitialMemory
from modelcheck.solve.result import ExecutedEvent, Execution, TouchedObject
from modelcheck.solve.valuesets import needs, value_alone
from modelcheck.trace.replay.correspondence import Correspondence, does

LAST: Final = 1 << 30
"""From this position on events close read-side sections that a thread leaves open; the program has none there."""


@define(eq=False)
class Step:
    """One executed event of today's run.

    Attributes:
        event: of the graph; None for a zeroing by an allocation.
        thread, position, kind, tags, address, size, value, final: as in `ExecutedEvent`.
        told: the event of the trace that it is; None for a fence or an access to an own local that is new.
        source, stack: where.
    """

    event: Event | None
    thread: int
    position: int
    kind: str
    tags: Tags
    address: int | None
    size: int
    value: Value | None
    told: int | None
    source: Source
    stack: tuple[Source, ...]
    final: bool


@frozen
class Departure:
    """Where the trace cannot be followed: ``step`` is the trace's event (None: behind its last of that thread)."""

    order: float
    step: int | None
    thread: int
    reason: str
    source: Source | None
    stack: tuple[Source, ...] = ()


@frozen
class Found:
    """Something that is wrong on the way; ``after``: so many events of the trace its thread has done before."""

    property: str
    message: str
    source: Source
    stack: tuple[Source, ...]
    thread: int
    after: int
    final: bool = False


@define(eq=False)
class Way:
    """A thread's (or, ``final``, what runs at rest) way through graph and trace.

    ``index`` and ``cursor`` are the next steps of either, ``pending`` is a read of the trace whose source is not there
    yet; ``broken``: a fault has stopped it. ``goes_on``: it has gone on behind one, and ``late`` are the reads that
    went wrong there.
    """

    thread: int
    final: bool
    steps: Sequence[Event | Check | Allocation]
    told: Sequence[ExecutedEvent]
    index: int = 0
    cursor: int = 0
    broken: bool = False
    goes_on: bool = False
    late: set[int] = field(factory=set)
    over: bool = False
    pending: ExecutedEvent | None = None
    done: list[Step] = field(factory=list)


class Follower:
    """One attempt to follow ``execution`` through ``graph``, with ``guesses`` for the choices that are not told.

    ``late``: properties that checks break late (`modelcheck.program.graph.late`); None when nothing comes late, and
    otherwise a thread goes on behind an access that goes wrong where the trace does.
    """

    def __init__(
        self,
        graph: EventGraph,
        execution: Execution,
        guesses: Mapping[int, int],
        initial: tuple[int, ...] = (),
        late: frozenset[str] | None = None,
    ) -> None:
        self.graph = graph
        self.late = late
        self.initial = initial
        self.execution = execution
        self.space = AddressSpace(graph.objects)
        self.memory = InitialMemory(graph, self.space)
        self.objects = Correspondence(execution.objects, self.space)
        self.reads: dict[int, Value] = {}
        self.choices: dict[int, Value] = {}
        self.concrete = Concrete(self.reads, self.choices, {broken_late(which).data for which in late or ()})
        self.guesses = dict(guesses)
        self.guessed: list[int] = []
        self.step_of: dict[int, Step] = {}
        self.found: list[Found] = []
        self.departures: list[Departure] = []
        self.freed: dict[int, list[tuple[int, Step]]] = {}
        self.tentative: set[int] = set()
        self.closing = [event for event in execution.events if event.position >= LAST]
        self.sources = {read: write for write, read in execution.rf}
        self.several: dict[int, list[int]] = {}
        for write, read in execution.rf:
            self.several.setdefault(read, []).append(write)
        self._written = {step: rmw for rmw, step in execution.rmw}
        self._fresh = {made.object.base for made in graph.allocations}
        self._touched = {o.base for e in execution.events if e.address is not None and (o := self._object(e))}
        self._poisons = {o.base for e in execution.events if e.kind == "poison" and (o := self._object(e))}
        self._steps = {(t, f): self._sorted(t, f) for t in range(len(graph.threads)) for f in (False, True)}
        self.ways = [self._way(thread, final=False) for thread in range(len(graph.threads))]
        self.rest: Way | None = None

    def follow(self) -> Departure | None:
        """Follow the trace to its end; gives the first departure, in the order in which the trace is told."""
        self._advance(self.ways)
        for way in self.ways:
            self._finish(way)
        self.rest = self._way(0, final=True)
        if self.execution.partial or any(way.broken for way in self.ways):
            self.rest.steps = ()
        self._advance([self.rest])
        self._finish(self.rest)
        if not self.departures:
            self._verify()
        return min(self.departures, key=lambda d: d.order, default=None)

    def all_steps(self) -> list[Step]:
        """What was executed, thread by thread, what runs at rest behind."""
        assert self.rest is not None
        return [step for way in (*self.ways, self.rest) for step in way.done]

    def at_first(self, address: int, size: int) -> Value:
        """What a cell holds before anybody writes it; one of an object that a thread makes has nothing yet."""
        thing = self.space.find(address)
        made = thing is not None and thing.base in self._fresh
        return UNDEFINED if made else self.memory[address, size]

    def blocked(self) -> list[Blocked]:
        """Waits that threads have come to."""
        return [b for b in self.graph.blocked if not self.ways[b.thread].broken and self.holds(b.guard)]

    def holds(self, guard: tuple[object, ...]) -> bool:
        """Whether ``guard`` holds at the end; what rests on a step that was not executed does not."""
        try:
            return self.concrete.all(guard)  # type: ignore[arg-type]
        except Missing:
            return False

    # ------------------------------------------------------------ ways

    def _sorted(self, thread: int, final: bool) -> list[Event | Check | Allocation]:
        graph = self.graph
        found: list[tuple[int, int, Event | Check | Allocation]] = []
        for event in graph.events:
            if event.thread == thread and event.final == final:
                found.append((event.position, event.id, event))
        for index, check in enumerate(graph.checks):
            if check.thread == thread and check.final == final:
                found.append((check.position, index, check))
        for index, made in enumerate(graph.allocations):
            if made.thread == thread and made.zeroed and not final:
                found.append((made.position, index, made))
        return [step for _, _, step in sorted(found, key=lambda step: step[:2])]

    def _way(self, thread: int, final: bool) -> Way:
        told = [e for e in self.execution.events if e.thread == thread and e.final == final and e.position < LAST]
        told.sort(key=lambda event: (event.position, event.id))
        return Way(thread, final, self._steps[thread, final], told)

    def _advance(self, ways: Sequence[Way]) -> None:
        """Let all ways go on as far as they can; where only values out of a cycle are missing, take the trace's."""
        while True:
            moved = False
            for way in ways:
                while not way.over and self._one(way):
                    moved = True
            if moved:
                continue
            waiting = [way.pending for way in ways if not way.over and way.pending is not None]
            waiting = [told for told in waiting if told.id not in self.tentative]
            if not waiting:
                return
            self.tentative.add(min(waiting, key=lambda told: told.order).id)

    def _one(self, way: Way) -> bool:
        """Take the next step of the graph; gives False when something is missing for it."""
        way.pending = None
        if way.index >= len(way.steps):
            way.over = True
            return True
        step, cursor = way.steps[way.index], way.cursor
        if way.late and not isinstance(step, Allocation):
            if (garbled := way.late & needs(step)) and not value_alone(step, garbled):
                way.broken = way.over = True
                return True
            if isinstance(step, Event) and step.rmw in way.late and step.rmw not in self.reads:
                way.index += 1  # it goes astray with its read
                return True
        try:
            if self._holds(step.guard) and not self._take(way, step):
                way.cursor = cursor
                return False
        except Missing:
            way.cursor = cursor
            return False
        way.index += 1
        return True

    def _holds(self, guard: tuple[object, ...]) -> bool:
        while True:
            try:
                return self.concrete.all(guard)  # type: ignore[arg-type]
            except Missing as missing:
                self._choose(missing)

    def _value(self, expression: object) -> Value:
        while True:
            try:
                return self.concrete.value(expression)  # type: ignore[arg-type]
            except Missing as missing:
                self._choose(missing)

    def _choose(self, missing: Missing) -> None:
        """Make a choice as the trace tells, or as is guessed. Raises ``missing`` when it is no choice."""
        if missing.kind != "choice":
            raise missing
        number = missing.number
        thread = self.graph.choosers[number]
        made = sum(self.graph.choosers[other] == thread for other in self.choices)
        told = [outcome for chooser, outcome in self.execution.choices if chooser == thread]
        if number in self.guesses:
            self.choices[number] = self.guesses[number]
        elif thread >= 0 and made < len(told) and told[made] < self.graph.choices[number]:
            self.choices[number] = told[made]
            return
        else:
            self.choices[number] = 0
        self.guessed.append(number)

    # ------------------------------------------------------------ steps

    def _take(self, way: Way, step: Event | Check | Allocation) -> bool:
        if isinstance(step, Check):
            if not self._truth(step):
                if step.property == ASSUMED:
                    self._depart(way, "an assumption of the code does not hold here", step.source, step.stack)
                else:
                    self._find(way, step.property, step.message, step.source, step.stack)
            return True
        if isinstance(step, Allocation):
            self._zero(way, step)
            return True
        if step.kind == "F":
            self._fence(way, step)
            return True
        assert step.address is not None
        address = self._value(step.address)
        if step.kind == "free":
            self._free(way, step, address)
            return True
        return self._access(way, step, address)

    def _truth(self, check: Check) -> bool:
        return self._holds((check.condition,))

    def _fence(self, way: Way, event: Event) -> None:
        address = None if event.address is None else self._value(event.address)
        place = address if isinstance(address, int) else None
        told = self._next(way)
        told_id = None
        if told is None and self.execution.partial:
            return  # behind the last step that the trace tells, it orders nothing
        if told is not None and told.kind == "F" and told.tags == event.tags:
            told_id = told.id
            way.cursor += 1
        self._add(way, event, "F", event.tags, place, 0, None, told_id)

    def _access(self, way: Way, event: Event, address: Value) -> bool:
        write = event.kind == "W"
        wrong = self._improper(event, address)
        if wrong is not None:
            which, message = wrong
            if which == UNSUPPORTED:
                self._depart(way, f"cannot be modelled: {message}", event.source, event.stack)
            else:
                self._fault(way, event, which, message)
            return True
        assert isinstance(address, int)
        own = self._own(event.thread, address)
        told = self._match(way, event, address, own)
        if told is None and STILL_THERE in event.tags:
            self.reads[event.id] = 0  # what it asks is so, and nothing else comes of it
            return True
        if told is None and not own:
            self._unexpected(way, event, address)
            return True
        if write:
            value = UNDEFINED if way.late & needs(event) else self._value(event.value)
            if told is not None and not self.objects.same_value(told.value, told.points, value, address):
                self._differs(way, told, event, "writes", value, address)
                return True
            self._keep(way, event, address, value, told, event.tags)
            return True
        if told is None:
            last = self._own_last(way, address)
            value = self.at_first(address, event.size) if last is None else last
        else:
            known = self._source_value(told, address, event)
            if known is None:
                way.pending = told
                return False
            value = known
            if not isinstance(value, Undefined) and not self.objects.same_value(
                told.value, told.points, value, address
            ):
                self._differs(way, told, event, "reads", value, address)
                return True
        self.reads[event.id] = value
        tags = event.tags
        if event.success is not None and not self._holds((event.success,)):
            tags = event.failed
        self._keep(way, event, address, value, told, tags)
        self._suspect(way, event, address, value, told)
        return True

    def _improper(self, event: Event, address: Value) -> tuple[str, str] | None:
        if not isinstance(address, int):
            return "uninitialised", "an access through an uninitialised pointer"
        wrong = self.space.fault(address, event.size, event.changes)
        thing = self.space.find(address)
        if wrong is None and thing is not None and thing.base in self.graph.freed:
            verb = "write to" if event.kind == "W" else "read of"
            if thing.kind == "local":
                return (
                    "use-after-scope",
                    f"{verb} {self.space.name(address)}, whose scope was left during initialisation",
                )
            return "use-after-free", f"{verb} {self.space.name(address)}, freed during initialisation"
        return wrong

    def _suspect(self, way: Way, event: Event, address: int, value: Value, told: ExecutedEvent | None) -> None:
        """A read of what was freed, or of what nobody has written, goes wrong."""
        source = None if told is None else self.execution.events[self.sources[told.id]]
        name = self.space.name(address)
        if source is not None and source.kind == "poison":
            scope = self.execution.scope_left(source)
            which, how = ("use-after-scope", "its scope was left") if scope else ("use-after-free", "it was freed")
            self._fault(way, event, which, f"read of {name} after {how}")
        elif isinstance(value, Undefined) and not event.copy:
            self._fault(way, event, "uninitialised", f"read of {name}, which nobody has written")

    def _fault(self, way: Way, event: Event, which: str, message: str) -> None:
        """``event`` goes wrong, and its thread stops, or goes on where the trace does."""
        goes_on = self.late is not None and any(t.kind != "F" and not self._dropped(t) for t in way.told[way.cursor :])
        self._find(way, which, message, event.source, event.stack, stop=not goes_on)
        if goes_on:
            way.goes_on = True
            way.late.add(event.id)

    def _own(self, thread: int, address: int) -> bool:
        """Whether a place is a local variable (of the thread that uses it, as far as the trace knows)."""
        thing = self.space.find(address)
        if thing is None or thing.kind != "local":
            return False
        then = self.objects.back(thing.base)
        if then is None:
            return True
        users = {e.thread for e in self.execution.events if (o := self._object(e)) is not None and o.base == then}
        return users <= {thread, -1}

    def _own_last(self, way: Way, address: int) -> Value | None:
        for step in reversed(way.done):
            if step.kind == "W" and step.address == address:
                return step.value
        return None

    def _match(self, way: Way, event: Event, address: int, own: bool) -> ExecutedEvent | None:
        """The next access that the trace tells, if it is this one; fences and own locals before it have gone."""
        cursor = way.cursor
        while cursor < len(way.told):
            told = way.told[cursor]
            if self._fits(told, event, address):
                way.cursor = cursor + 1
                return told
            if told.kind != "F" and (own or not self._dropped(told)):
                return None
            cursor += 1
        return None

    def _fits(self, told: ExecutedEvent, event: Event, address: int) -> bool:
        # A trylock that fails is a lone read.
        half = not told.tags.isdisjoint({"RMW", "LF"})
        if (told.kind, told.size, half) != (event.kind, event.size, "RMW" in event.tags):
            return False
        return told.address is not None and self.objects.same_place(told.address, told.name, address)

    def _dropped(self, told: ExecutedEvent) -> bool:
        """Whether today's code may do without this step: an access to a local that no other thread uses."""
        thing = self._object(told)
        if thing is None or thing.kind != "local":
            return False
        return {e.thread for e in self.execution.events if self._object(e) is thing} <= {told.thread, -1}

    def _source_value(self, told: ExecutedEvent, address: int, event: Event) -> Value | None:
        """The value of the write that the trace's read reads from, as it is today; None when it is not there yet."""
        if pieced(self.execution, told.id, self.several[told.id]):
            return self._pieced_value(told, address)
        source = self.execution.events[self.sources[told.id]]
        if source.kind == "poison":
            return UNDEFINED
        if source.thread == -1:
            return self.at_first(address, event.size)
        step = self.step_of.get(source.id)
        if step is not None:
            return step.value
        if told.id in self.tentative:
            return None if told.value is None else self.objects.translated(told.value, told.points)
        return None

    def _pieced_value(self, told: ExecutedEvent, address: int) -> Value | None:
        """The same of a read that gets its bytes from several writes, or a part of what one writes."""
        events, order = self.execution.events, set(self.execution.co)
        found: list[Value] = []
        for index in range(told.size):
            byte = (told.address or 0) + index
            meet = [w for w in self.several[told.id] if 0 <= byte - (events[w].address or 0) < events[w].size]
            last = next((w for w in meet if not any((w, other) in order for other in meet)), None)
            if last is None or events[last].thread == -1:
                found.append(self.at_first(address + index, 1))
                continue
            step = self.step_of.get(last)
            if step is None:
                return told.value if told.id in self.tentative else None
            offset = byte - (events[last].address or 0)
            if step.value is None or offset >= step.size:
                return None
            found.append(byte_of(step.size, step.value, offset))
        return join_bytes(found)

    def _keep(self, way: Way, event: Event, address: int, value: Value, told: ExecutedEvent | None, tags: Tags) -> None:
        told_id = None if told is None else told.id
        self._add(way, event, event.kind, tags, address, event.size, value, told_id)

    def _add(
        self,
        way: Way,
        event: Event,
        kind: str,
        tags: Tags,
        address: int | None,
        size: int,
        value: Value | None,
        told: int | None,
    ) -> Step:
        step = Step(
            event, event.thread, event.position, kind, tags, address, size, value, told, event.source, event.stack,
            way.final,
        )  # fmt: skip
        way.done.append(step)
        if told is not None:
            self.step_of[told] = step
        return step

    # ------------------------------------------------------------ lives of objects

    def _owner(self, thing: MemoryObject) -> Value | None:
        """The cache that a heap object is of."""
        made = next((one for one in self.graph.allocations if one.object.base == thing.base), None)
        if made is None:
            return thing.owner
        return None if made.owner is None else self._value(made.owner)

    def _free(self, way: Way, event: Event, address: Value) -> None:
        if address == 0:
            return
        thing = self.space.find(address) if isinstance(address, int) else None
        if event.scope and (thing is None or thing.kind != "local"):
            return
        if not event.scope and (thing is None or thing.kind != "heap" or thing.base != address):
            name = self.space.name(address) if isinstance(address, int) else "an uninitialised pointer"
            message = f"free of {name}, which is no allocated object"
            self._fault(way, event, "bad-free", message)
            return
        assert thing is not None
        if event.value is not None and self._owner(thing) != self._value(event.value):
            self._fault(way, event, "bad-free", self.space.of_another(thing.base))
            return
        other_family = self.space.of_another_family(thing.base, event.families)
        if other_family is not None:
            self._fault(way, event, "bad-free", other_family)
            return
        if thing.base in self.graph.freed and not event.scope:
            self._fault(way, event, "double-free", f"{thing.name} is freed again")
            return
        poisoned = False
        while (told := self._behind_fences(way)) is not None and told.kind == "poison" and told.address is not None:
            old = self._object(told)
            now = None if old is None else self.objects.moved(told.address, told.name, old, thing)
            if old is None or now is None or not self.objects.same_place(told.address, told.name, now):
                break
            way.cursor = way.told.index(told) + 1
            self._add(way, event, "poison", event.tags, now, told.size, UNDEFINED, told.id)
            poisoned = True
        old_base = self.objects.back(thing.base)
        if not poisoned and old_base in self._touched and not event.scope:
            if self._cut_off(way):
                return
            self._depart(way, f"frees {thing.name}, which the trace does not", event.source, event.stack)
            return
        step = Step(
            event, way.thread, event.position, "free", event.tags, thing.base, 1, None, None, event.source, event.stack,
            way.final,
        )  # fmt: skip
        if event.scope:
            return
        self.freed.setdefault(thing.base, []).append((way.cursor, step))

    def _zero(self, way: Way, made: Allocation) -> None:
        first: ExecutedEvent | None = None
        while (told := self._behind_fences(way)) is not None and told.kind == "W" and not told.tags and told.value == 0:
            old = self._object(told)
            if old is None or old.kind != "heap" or told.address is None:
                break
            if first is not None and told.position != first.position:
                break
            now = made.object.base + told.address - old.base
            if not self.objects.same_place(told.address, told.name, now):
                break
            first = first or told
            way.cursor = way.told.index(told) + 1
            step = Step(
                None, way.thread, made.position, "W", frozenset(), now, told.size, 0, told.id, made.source, made.stack,
                False,
            )  # fmt: skip
            way.done.append(step)
            self.step_of[told.id] = step

    def _behind_fences(self, way: Way) -> ExecutedEvent | None:
        return next((told for told in way.told[way.cursor :] if told.kind != "F"), None)

    # ------------------------------------------------------------ what comes of it

    def _next(self, way: Way) -> ExecutedEvent | None:
        return way.told[way.cursor] if way.cursor < len(way.told) else None

    def _object(self, event: ExecutedEvent) -> TouchedObject | None:
        return None if event.address is None else self.objects.find(event.address)

    def _find(
        self, way: Way, which: str, message: str, source: Source, stack: tuple[Source, ...], stop: bool = False
    ) -> None:
        self.found.append(Found(which, message, source, stack, way.thread, way.cursor, way.final))
        if stop:
            way.broken = way.over = True

    def _depart(self, way: Way, reason: str, source: Source | None, stack: tuple[Source, ...] = ()) -> None:
        told = self._behind_fences(way)
        before = way.told[way.cursor - 1].order if way.cursor else -1
        order = float(told.order) if told is not None else before + 0.5
        step = None if told is None else told.id
        self.departures.append(Departure(order, step, way.thread, reason, source, stack))
        way.over = True

    def _cut_off(self, way: Way) -> bool:
        """Whether a trace that is only part of an execution goes no further in this thread; then nor do we."""
        way.over = self.execution.partial and self._behind_fences(way) is None
        return way.over

    def _unexpected(self, way: Way, event: Event, address: int) -> None:
        if self._cut_off(way):
            return
        doing = f"{'reads' if event.kind == 'R' else 'writes'} {self.space.name(address)}"
        told = self._behind_fences(way)
        if told is None:
            reason = f"goes on and {doing}, where the trace's thread does nothing more"
        else:
            reason = f"{doing}, where the trace {does(told)}"
        self._depart(way, reason, event.source, event.stack)

    def _differs(self, way: Way, told: ExecutedEvent, event: Event, verb: str, value: Value, address: int) -> None:
        way.cursor = way.told.index(told)
        now = self._shown(value, address)
        reason = f"{verb} {self.space.name(address)} = {now}, where the trace {does(told)}"
        self._depart(way, reason, event.source, event.stack)

    def _shown(self, value: Value, address: int) -> str:
        if isinstance(value, Undefined):
            return "undefined"
        return self.space.pointed(address, value) or (str(value) if value < 4096 else hex(value))

    def _finish(self, way: Way) -> None:
        """A way that has come to its end must have done all that the trace tells of it."""
        if any(departure.thread == way.thread for departure in self.departures):
            return
        left = next((t for t in way.told[way.cursor :] if t.kind != "F" and not self._dropped(t)), None)
        if left is None:
            return
        stopped = [found for found in self.found if found.thread == way.thread and found.after == way.cursor]
        waits = [b for b in self.graph.blocked if b.thread == way.thread and self.holds(b.guard)]
        cuts = [c for c in self.graph.cuts if c.thread == way.thread and self.holds(c.guard)]
        source: Source | None = None
        stack: tuple[Source, ...] = ()
        if stopped:
            source, stack = stopped[-1].source, stopped[-1].stack
            reason = f"stops ({stopped[-1].property}: {stopped[-1].message}), where the trace {does(left)}"
        elif waits:
            source, stack = waits[-1].source, waits[-1].stack
            reason = f"{waits[-1].what}, where the trace {does(left)}"
        elif cuts:
            source = cuts[-1].source
            reason = f"{cuts[-1].reason}: the trace {does(left)}"
        else:
            last = next((step for step in reversed(way.done)), None)
            source, stack = (last.source, last.stack) if last is not None else (None, ())
            reason = f"does no more, where the trace {does(left)}"
        self.departures.append(Departure(float(left.order), left.id, way.thread, reason, source, stack))

    def _verify(self) -> None:
        """Each read has got what its source wrote after all."""
        for told in self.tentative:
            step, source = self.step_of.get(told), self.step_of.get(self.sources[told])
            gives = None if source is None else source.value
            if step is not None and step.address is not None and pieced(self.execution, told, self.several[told]):
                gives = self._pieced_value(self.execution.events[told], step.address)
            if step is not None and gives is not None and step.value != gives:
                event = self.execution.events[told]
                reason = f"would have to read what no write gives it: the trace {does(event)}"
                self.departures.append(
                    Departure(float(event.order), told, step.thread, reason, step.source, step.stack)
                )


def pieced(execution: Execution, read: int, sources: Sequence[int]) -> bool:
    """Whether ``read`` gets its bytes from several writes, or a part of what one writes."""
    cells = {(e.address, e.size) for n in (read, *sources) if (e := execution.events[n]).kind != "poison"}
    return len(cells) > 1


def attempts(
    graph: EventGraph,
    execution: Execution,
    initial: tuple[int, ...] = (),
    late: frozenset[str] | None = None,
    most: int = 256,
) -> Iterator[tuple[Follower, Departure | None]]:
    """Follow ``execution`` through ``graph``: once for each outcome of the choices that the trace does not tell.

    Gives what was followed, and where it departs from the trace if it does; ``most`` times at most. ``late`` as in
    `Follower`.
    """
    guesses: dict[int, int] = {}
    for _ in range(most):
        follower = Follower(graph, execution, guesses, initial, late)
        yield follower, follower.follow()
        trail = follower.guessed
        while trail and guesses.get(trail[-1], 0) + 1 >= graph.choices[trail[-1]]:
            trail.pop()
        if not trail:
            break
        kept = {number: guesses.get(number, 0) for number in trail}
        kept[trail[-1]] += 1
        guesses = kept
