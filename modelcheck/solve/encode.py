"""An event graph as clauses: what is executed, which write each read reads from, which values follow.

What holds in every model is here; coherence order and what single choices imply is in `modelcheck.solve.coherence`.
"""

from __future__ import annotations

from bisect import bisect_left

from attrs import evolve, frozen

from modelcheck.program.expr import UNDEFINED, Expr, Undefined, const
from modelcheck.program.graph import ASSUMED, Check, Event, EventGraph, late
from modelcheck.program.ir import PROPERTIES, MemoryObject, Source, Tags
from modelcheck.program.memory import AddressSpace
from modelcheck.solve.domains import Domains
from modelcheck.solve.initial import InitialMemory
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO, YES, Circuit
from modelcheck.solve.values import Valuation
from modelcheck.solve.valuesets import needs, value_alone

NOWHERE = Source("", 0, 0, 0, 0)

COME_LATE = frozenset(
    {
        *("use-after-free", "use-after-scope", "double-free", "bad-free"),
        *("null-dereference", "wild-pointer", "out-of-bounds", "uninitialised"),
    }
)
"""Properties that an access, or a free, breaks, and that may come late (`modelcheck.program.graph.late`)."""

AT_REST = 1 << 40
"""A position behind all others."""


@frozen
class Finding:
    """Something that may go wrong: ``property`` fails in executions in which ``literal`` holds.

    ``position``: in its thread's program order; `AT_REST` when it is about the end of the execution. ``about``: first
    byte and size of the memory whose last write is the place to show, where ``source`` says nothing; ``made``: where
    its object was allocated, if that was before threads start.
    """

    literal: int
    property: str
    message: str
    source: Source
    stack: tuple[Source, ...]
    thread: int
    position: int = AT_REST
    about: tuple[int, int] | None = None
    made: tuple[Source, tuple[Source, ...]] | None = None


class Encoding:
    """The clauses of one event graph, and where to find what in them.

    Attributes:
        events: those of the graph, then made ones: zeroing by an allocation, poison by a free, initial writes. Ids are
            indexes.
        executed: literal of each event, NO for those that cannot be.
        at: for each live access, its possible cells with their literals.
        astray: for each live access, the literal that it is executed at none of them, and its thread goes on.
        rf: literal of each possible reads-from pair (write, read).
        sources: for each live read, the writes it may read from.
        writers: for each cell, the writes that may go there, initial write excluded.
        initial: the initial write of each cell.
        poison: ids of the poison writes, each with its free.
        hidden: ids of events that only carry an order and are none of the program's; no execution shows them.
        broken: literal that holds when some thread met a fault (and stopped there, or at what rests on it).
        findings: faults met while encoding.
        stopping: those of them at which a thread stops, where they do not come late.
        garbled: literal of each store whose value rests on a read that came late. Only its own thread reads it.
        unsupported: (literal, reason) of accesses that cannot be modelled.
        mixed: the reasons that are about accesses of different size.
        late: by property, literal of the executions in which what breaks it comes late: threads go on behind it, as far
            as nothing rests on what was read. Only of those that may. It is for models that let a write be seen before
            a read ahead of it in program order is done: there what is behind a fault may be why it happens.

    Args:
        graph: the unrolled program.
        domains: its `analyse`.
        space: its objects by address.
    """

    def __init__(self, graph: EventGraph, domains: Domains, space: AddressSpace) -> None:
        self.graph = graph
        self.domains = domains
        self.space = space
        self.memory = InitialMemory(graph, space)
        self.circuit = Circuit()
        self.valuation = Valuation(self.circuit, domains, graph.choices)
        self.events: list[Event] = list(graph.events)
        self.executed: list[int] = [NO] * len(self.events)
        self.at: dict[int, dict[Place, int]] = {}
        self.astray: dict[int, int] = {}
        self.rf: dict[tuple[int, int], int] = {}
        self.sources: dict[int, list[int]] = {}
        self.writers: dict[Place, list[int]] = {p: list(found) for p, found in domains.writers.items()}
        self.initial: dict[Place, int] = {}
        self.poison: dict[int, int] = {}
        self.hidden: set[int] = set()
        self.findings: list[Finding] = []
        self.stopping: list[Finding] = []
        self.garbled: dict[int, int] = {}
        self.unsupported: list[tuple[int, str]] = []
        self.mixed: set[str] = set()
        self._faults: list[list[int]] = [[] for _ in graph.threads]
        self._blocks: dict[int, list[Place]] = {}
        self._made: dict[Place, list[int]] = {}
        self._poison_of: dict[tuple[int, int], list[int]] = {}
        self._same: dict[tuple[int, int], int] = {}
        self._places = sorted(domains.sizes)
        for place in self._places:
            thing = space.find(place)
            if thing is not None:
                self._blocks.setdefault(thing.base, []).append(place)
        checked = {check.property for check in graph.checks} & (set(PROPERTIES) - {"warning"})
        self.late = {name: self.valuation.truth(late(name)) for name in sorted(checked | COME_LATE)}
        self._goes: list[tuple[int, int]] = [(0, YES) for _ in graph.threads]
        self._late: dict[int, list[int]] = {}
        self._initial_writes()
        self._made_writes()
        self._threads()
        self.broken = self.circuit.any_of(self.faults())
        self._run(0, final=True)
        self._reads_from()

    # ------------------------------------------------------------ events that the program does not name

    def _make(self, event: Event, place: Place) -> int:
        number = len(self.events)
        size = self.domains.sizes[place]
        self.events.append(
            evolve(event, id=number, address=const(place, 64), size=size, addr=(), data=(), tags=event.tags, kind="W")
        )
        self.executed.append(NO)
        self.at[number] = {place: YES}
        return number

    def _initial_writes(self) -> None:
        for place in self._places:
            value = const(self.domains.initial[place], self.domains.sizes[place] * 8)
            blank = Event(0, -1, "W", -1, frozenset({"IW"}), (), None, 0, value, (), (), (), None, NOWHERE, ())
            number = self._make(blank, place)
            self.initial[place] = number
            self.executed[number] = YES

    def _made_writes(self) -> None:
        plain: Tags = frozenset()
        for made in self.graph.allocations:
            if not made.zeroed:
                continue
            for place in self._blocks.get(made.object.base, ()):
                value = const(0, self.domains.sizes[place] * 8)
                number = self._make(
                    Event(
                        0, made.thread, "W", made.position, plain, made.guard, None, 0, value, (), (), (), None,
                        made.source, made.stack,
                    ),
                    place,
                )  # fmt: skip
                self._add_writer(place, number)
        for event in self.graph.events:
            if event.kind == "free" and event.id in self.domains.live and event.address is not None:
                self._poison(event)

    def _poison(self, event: Event) -> None:
        """The writes by which a free ends the life of each object that it may free."""
        assert event.address is not None
        for address in self.domains.values[event.address]:
            if isinstance(address, Undefined):
                continue
            thing = self.space.find(address)
            if thing is None or event.scope != (thing.kind == "local"):
                continue
            for place in self._blocks.get(address, ()):
                if event.scope and not self._used_behind(event, place):
                    continue
                number = self._make(evolve(event, value=const(UNDEFINED, self.domains.sizes[place] * 8)), place)
                self.poison[number] = event.id
                self._poison_of.setdefault((event.id, address), []).append(number)
                self._add_writer(place, number)

    def _used_behind(self, end: Event, place: Place) -> bool:
        """Whether anything that may touch ``place`` may come after ``end``."""
        users = (*self.domains.writers.get(place, ()), *self.domains.readers.get(place, ()))
        return any(
            other.thread != end.thread or other.position > end.position
            for other in (self.events[number] for number in users)
        )

    def _add_writer(self, place: Place, number: int) -> None:
        self.writers.setdefault(place, []).append(number)
        self._made.setdefault(place, []).append(number)

    # ------------------------------------------------------------ what is executed

    def _threads(self) -> None:
        for thread in range(len(self.graph.threads)):
            self._run(thread, final=False)

    def _run(self, thread: int, final: bool) -> None:
        """Execution literals of one thread (or of what runs at rest), in program order; each fault stops what is
        behind it."""
        steps: list[tuple[int, int, Event | Check | None]] = []
        for event in self.graph.events:
            if event.thread == thread and event.final == final and event.id in self.domains.live:
                steps.append((event.position, event.id, event))
        for index, check in enumerate(self.graph.checks):
            if check.thread == thread and check.final == final:
                steps.append((check.position, index, check))
        if not final:
            for number in range(len(self.graph.events), len(self.events)):
                made = self.events[number]
                if made.thread == thread and number not in self.poison:
                    steps.append((made.position, number, made))
        faults = self._faults[thread]
        base = -self.broken if final else YES
        for _, _, step in sorted(steps, key=lambda s: s[:2]):
            assert step is not None
            if self._late and (late := needs(step) & self._late.keys()):
                if isinstance(step, Event) and value_alone(step, late):
                    self.garbled[step.id] = self.circuit.any_of([each for read in late for each in self._late[read]])
                else:
                    faults += [each for read in sorted(late) for each in self._late.pop(read)]
            if isinstance(step, Check):
                self._check(step, base)
            else:
                self._execute(step, faults, base)

    def _reached(self, step: Event | Check, base: int) -> int:
        reached = self.valuation.all(step.guard)
        if reached == NO:
            return NO
        return self.circuit.all_of((reached, base, self._going(step.thread)))

    def _going(self, thread: int) -> int:
        """The literal that none of the faults so far has stopped ``thread``, built upon that of those before."""
        known, literal = self._goes[thread]
        faults = self._faults[thread]
        if known < len(faults):
            literal = self.circuit.all_of((literal, *(-fault for fault in faults[known:])))
            self._goes[thread] = len(faults), literal
        return literal

    def _check(self, check: Check, base: int) -> None:
        fails = self.circuit.all_of((self._reached(check, base), -self.valuation.truth(check.condition)))
        if check.property == ASSUMED:
            self.circuit.add(-fails)
        elif fails != NO:
            place = check.source, check.stack, check.thread, check.position
            self.findings.append(Finding(fails, check.property, check.message, *place))
            if check.property != "warning":
                self.stopping.append(self.findings[-1])

    def _execute(self, event: Event, faults: list[int], base: int) -> None:
        reached = self._reached(event, base)
        if reached == NO:
            return
        if event.kind == "free":
            self.executed[event.id] = reached
            self._free(event, faults)
            return
        if event.kind == "F" or event.id in self.at:
            self.executed[event.id] = reached
            return
        assert event.address is not None
        places = set(self.domains.places.get(event.id, ()))
        where: dict[Place, int] = {}
        bad: list[int] = []
        astray: list[int] = []
        for address, literal in self.valuation.values(event.address).items():
            if not isinstance(address, Undefined) and address in places:
                where[address] = literal
                continue
            wrong = self.circuit.all_of((reached, literal))
            if wrong != NO:
                which = self._address_fault(event, address, wrong)
                now, later = (wrong, NO) if which is None else self._stops(event, which, wrong)
                bad.append(now)
                astray.append(later)
        fault = self.circuit.any_of(bad)
        self.executed[event.id] = self.circuit.all_of((reached, -fault))
        self.at[event.id] = where
        if fault != NO:
            faults.append(fault)
        self.astray[event.id] = self.circuit.any_of(astray)
        if event.kind == "R" and self.executed[event.id] != NO:
            self._comes_late(event, self.astray[event.id])
            self._sources(event, faults)

    def _stops(self, event: Event, which: str, fault: int) -> tuple[int, int]:
        """The literals that ``event``, which breaks ``which`` when ``fault`` holds, stops its thread, and that it comes
        late."""
        late = NO if event.final else self.late.get(which, NO)
        return self.circuit.all_of((fault, -late)), self.circuit.all_of((fault, late))

    def _comes_late(self, read: Event, literal: int) -> None:
        if literal != NO:
            self._late.setdefault(read.id, []).append(literal)

    def _address_fault(self, event: Event, address: object, literal: int) -> str | None:
        """Report an access through ``address``; gives the property that it breaks, None where it cannot be modelled."""
        if not isinstance(address, int):
            found: tuple[str, str] | None = ("uninitialised", "an access through an uninitialised pointer")
        else:
            found = self.space.fault(address, event.size, event.changes)
            thing = self.space.find(address)
            if found is None and thing is not None and thing.base in self.graph.freed:
                verb = "write to" if event.kind == "W" else "read of"
                local = thing.kind == "local"
                ended = "whose scope was left" if local else "freed"
                message = f"{verb} {self.space.name(address)}, {ended} during initialisation"
                found = ("use-after-scope" if local else "use-after-free", message)
        if found is None or found[0] == "unsupported":
            name = self.space.name(address) if isinstance(address, int) else "?"
            reason = f"{event.source}: {found[1] if found else f'mixed-size access to {name}'}"
            self.unsupported.append((literal, reason))
            if found is None:
                self.mixed.add(reason)
            return None
        self._report(literal, found[0], found[1], event)
        return found[0]

    def _report(self, literal: int, which: str, message: str, event: Event, stops: bool = True) -> None:
        if literal != NO:
            place = event.source, event.stack, event.thread, event.position
            self.findings.append(Finding(literal, which, message, *place))
            if stops:
                self.stopping.append(self.findings[-1])

    def _free(self, event: Event, faults: list[int]) -> None:
        assert event.address is not None
        reached = self.executed[event.id]
        for address, literal in self.valuation.values(event.address).items():
            now = self.circuit.all_of((reached, literal))
            if event.scope and isinstance(address, int):
                for number in self._poison_of.get((event.id, address), ()):
                    self.executed[number] = now
            if now == NO or address == 0 or event.scope:
                continue
            thing = None if isinstance(address, Undefined) else self.space.find(address)
            if thing is None or thing.kind != "heap" or thing.base != address:
                name = "an uninitialised pointer" if isinstance(address, Undefined) else self.space.name(address)
                self._report(now, "bad-free", f"free of {name}, which is no allocated object", event)
                faults.append(self._stops(event, "bad-free", now)[0])
                continue
            if thing.base in self.graph.freed:
                self._report(now, "double-free", f"{thing.name} is freed again", event)
                faults.append(self._stops(event, "double-free", now)[0])
                continue
            other_family = self.space.of_another_family(address, event.families)
            if other_family is not None:
                self._report(now, "bad-free", other_family, event)
                faults.append(self._stops(event, "bad-free", now)[0])
                continue
            if event.value is not None:
                same = self._owned(thing, event.value)
                wrong = self.circuit.all_of((now, -same))
                self._report(wrong, "bad-free", self.space.of_another(address), event)
                faults.append(self._stops(event, "bad-free", wrong)[0])
                now = self.circuit.all_of((now, same))
            for other in self.graph.events:
                if other.kind == "free" and other.id != event.id and other.address is not None:
                    earlier = self.circuit.all_of(
                        (self.executed[other.id], self.valuation.values(other.address).get(address, NO))
                    )
                    both = self.circuit.all_of((now, earlier))
                    self._report(both, "double-free", f"{thing.name} is freed twice", event, stops=False)
            for number in self._poison_of.get((event.id, address), ()):
                self.executed[number] = now

    def _owned(self, thing: MemoryObject, cache: Expr) -> int:
        """The literal that a heap object is of ``cache``."""
        made = next((one for one in self.graph.allocations if one.object.base == thing.base), None)
        if made is not None:
            return NO if made.owner is None else self.valuation.equals(made.owner, cache)
        return NO if thing.owner is None else self.valuation.equals(cache, const(thing.owner, 64))

    # ------------------------------------------------------------ reads-from

    def _sources(self, event: Event, faults: list[int]) -> None:
        """A literal for each write that the read may read from; reading poison or what nobody wrote is a fault."""
        chosen: list[int] = []
        for place, sources in self.domains.sources[event.id].items():
            if self.at[event.id].get(place, NO) == NO:
                continue
            chosen.extend(self.initial[place] if source is None else source for source in sources)
            for number in self._made.get(place, ()):
                made = self.events[number]
                if made.final and not event.final:
                    continue  # it comes when every thread has ended
                if made.thread != event.thread or event.final or made.position < event.position:
                    chosen.append(number)
        chosen = list(dict.fromkeys(chosen))
        for number in chosen:
            only = len(chosen) == 1
            self.rf[number, event.id] = self._placed(event.id) if only else self.circuit.fresh()
        self.sources[event.id] = chosen
        for which, how in (("use-after-free", "it was freed"), ("use-after-scope", "its scope was left")):
            scope = which == "use-after-scope"
            ends = [n for n in chosen if n in self.poison and self.events[n].scope == scope]
            dead = self.circuit.any_of([self.rf[n, event.id] for n in ends])
            if dead != NO:
                self._report(dead, which, f"read of {self._name(event)} after {how}", event)
                now, later = self._stops(event, which, dead)
                faults.append(now)
                self._comes_late(event, later)
        self._comes_late(event, self.circuit.any_of([self._copied(n, event) for n in chosen if n in self.garbled]))
        if not event.copy:
            unwritten: list[int] = []
            for number in chosen:
                value = self.events[number].value
                assert value is not None
                if number not in self.poison:
                    literal = self.valuation.undefined(value)
                    unwritten.append(self.circuit.all_of((self.rf[number, event.id], literal)))
            fault = self.circuit.any_of(unwritten)
            if fault != NO:
                self._report(fault, "uninitialised", f"read of {self._name(event)}, which nobody has written", event)
                now, later = self._stops(event, "uninitialised", fault)
                faults.append(now)
                self._comes_late(event, later)

    def _copied(self, write: int, read: Event) -> int:
        """The literal that ``read`` gets what its own thread has stored of a read that came late."""
        return self.circuit.all_of((self.rf[write, read.id], self.garbled[write]))

    def _placed(self, access: int) -> int:
        """The literal that ``access`` is executed, at one of its cells."""
        return self.circuit.all_of((self.executed[access], -self.astray[access]))

    def _name(self, event: Event) -> str:
        names = [self.space.name(place) for place in self.at[event.id]]
        return names[0] if len(names) == 1 else f"one of {', '.join(names[:4])}"

    def _reads_from(self) -> None:
        """Every executed read reads from exactly one executed write to its cell, and gets its value."""
        circuit = self.circuit
        for read, several in self.sources.items():
            sources = [write for write in several if self.executed[write] != NO]
            for write in several:
                if self.executed[write] == NO:
                    circuit.add(-self.rf[write, read])
            self.sources[read] = sources
            executed = self._placed(read)
            literals = [self.rf[write, read] for write in sources]
            circuit.add(-executed, *literals)
            circuit.at_most_one(literals)
            for write, literal in zip(sources, literals, strict=True):
                if literal != executed:
                    circuit.add(-literal, executed)
                circuit.add(-literal, self.executed[write])
                self._same_cell(write, read, literal)
                if write in self.garbled and self.events[write].thread != self.events[read].thread:
                    circuit.add(-literal, -self.garbled[write])  # what follows from garbage is not followed
                if write not in self.poison:
                    self._same_value(write, read, literal)
            self._some_value(read, sources)

    def _some_value(self, read: int, sources: list[int]) -> None:
        """An executed read has one of its values, also where they justify one another; a faulty one has none."""
        got = self.events[read].value
        assert got is not None
        if self.valuation.is_wide(got):
            return  # whatever its bits are, they are a value
        without = [
            self.rf[write, read]
            for write in sources
            if write in self.poison or write in self.garbled or self.valuation.undefined(self._written(write)) != NO
        ]
        values = self.valuation.values(got).values()
        self.circuit.add(-self.executed[read], self.astray[read], *values, *without)

    def _written(self, write: int) -> Expr:
        value = self.events[write].value
        assert value is not None
        return value

    def _same_cell(self, write: int, read: int, literal: int) -> None:
        mine, theirs = self.at[read], self.at[write]
        shared = [place for place in mine if place in theirs]
        self.circuit.add(-literal, *(mine[place] for place in shared))
        for place in shared:
            self.circuit.add(-literal, -mine[place], theirs[place])

    def _same_value(self, write: int, read: int, literal: int) -> None:
        written, got = self.events[write].value, self.events[read].value
        assert written is not None
        assert got is not None
        if self.valuation.is_wide(got):
            defined = -self.valuation.undefined(written)
            copies = self.events[read].copy
            self.valuation.same(got, written, literal if copies else self.circuit.all_of((literal, defined)))
            return
        mine = self.valuation.values(got)
        if self.valuation.is_wide(written):
            for value, says in mine.items():
                self.circuit.add(-literal, -says, self.valuation.is_(written, value))
            return
        for value, says in self.valuation.values(written).items():
            if value is UNDEFINED and not self.events[read].copy:
                continue
            self.circuit.add(-literal, -says, mine.get(value, NO))

    def faults(self, thread: int | None = None) -> list[int]:
        """Literals of the faults of one thread, or of all."""
        if thread is not None:
            return self._faults[thread]
        return [fault for faults in self._faults for fault in faults]

    def places_in(self, base: int, size: int) -> list[Place]:
        """The cells that accesses may touch in the ``size`` bytes from ``base`` on."""
        first = bisect_left(self._places, base)
        return self._places[first : bisect_left(self._places, base + size)]

    def initial_cells(self, base: int, size: int) -> list[tuple[Place, int]]:
        """Known, non-zero initial contents (address, value) of the ``size`` bytes from ``base`` on."""
        return self.memory.within(base, size)

    def same_place(self, one: int, other: int) -> int:
        """The literal that accesses ``one`` and ``other``, if executed, touch the same cell."""
        key = (one, other) if one < other else (other, one)
        found = self._same.get(key)
        if found is None:
            mine, theirs = self.at[one], self.at[other]
            both = [self.circuit.all_of((mine[p], theirs[p])) for p in mine if p in theirs]
            found = self._same[key] = self.circuit.any_of(both)
        return found
