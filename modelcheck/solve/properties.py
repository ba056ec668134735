"""The built-in properties over an encoded event graph: literals that say that one of them is broken.

On a weak model there is no moment at which "the object is free". What each property means on an execution:

- What goes wrong stops its thread: no later step of it is executed. Where the model lets a write be seen before a read
  ahead of it in program order is done, that would hide failures: what is behind an access may be why it faults. There
  such an access is an event all the same, with its dependencies and tags but at no location, and reads nothing; what
  does not rest on its value goes on. A CPU would order a fault before later stores; LKMM does not promise that.
  `assertion` is a branch, and so is a call: nothing is behind them. Other checks only observe. A failure that nobody
  asks about stops its thread, and what is found behind one that comes late is no finding of its own.
- use-after-free: free writes poison to every cell of the object, by a write that is tagged `ir.LIFE_END`. A read that
  reads from poison, or a write that is coherence-after it, comes too late. (An access that the model orders before the
  free can do neither.) Where reads cannot be late but a race has no meaning (C11), an access that the model's own flag
  finds racing with the free is one, too.
- use-after-scope: the same of a local variable, whose life ends where its scope is left: behind all that its thread
  has done there, in program order, on whatever way it leaves. Each time round a loop, and in each call, it is another
  object. What orders another thread's access before that end is what orders it before a free: a join, a lock, a
  completion (``complete()`` holds the lock of the queue that ``wait_for_completion()`` takes, so it has done with the
  object when the wait is over), or acquire and release. `Exit` leaves all scopes of its thread. A thread that exit() or
  an assumption ends, or that stops at a failure, stands where it is, its locals alive.
- double-free: two executed frees of one object, whatever their order.
- leak: every thread has ended and what runs at rest too; by the coherence-last writes, no chain of pointers leads from
  a global to an object that was allocated and never freed. Pointers in locals whose scopes are left lead nowhere.
- deadlock: every thread has ended or waits, one waits at least, and each waiting read reads the coherence-last write.
  Not once main() has returned: that ends the process, and with it who still waits. A thread that an assumption, exit()
  or a failure has ended counts neither as ended nor as waiting, and so no execution with one is a deadlock or at rest.
- lock-misuse: what a thread holds is in `modelcheck.solve.holding`, read-side sections in `modelcheck.solve.sections`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from modelcheck.program.expr import Expr, Undefined, const
from modelcheck.program.graph import Blocked
from modelcheck.program.ir import MemoryObject
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import NOWHERE, Encoding, Finding
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO, YES
from modelcheck.solve.sections import OpenSection

TAG_BITS = 3
"""Low bits of a pointer that may hold a tag."""


def late_writes(encoding: Encoding, coherence: Coherence) -> list[Finding]:
    """Writes to memory that was freed, or whose scope was left, before."""
    found: list[Finding] = []
    for poison in encoding.poison:
        for place in encoding.at[poison]:
            resting = (w for w in encoding.writers.get(place, ()) if encoding.events[w].final)
            for write in dict.fromkeys((*coherence.shared.get(place, ()), *resting)):
                if write not in encoding.poison:
                    if encoding.events[write].final:
                        literal = _before_at_rest(encoding, poison, write, place)
                    else:
                        literal = coherence.before(poison, write)
                    if literal != NO:
                        event = encoding.events[write]
                        scope = encoding.events[poison].scope
                        how = "its scope was left" if scope else "it was freed"
                        message = f"write to {encoding.space.name(place)} after {how}"
                        where = event.source, event.stack, event.thread, event.position
                        which = "use-after-scope" if scope else "use-after-free"
                        found.append(Finding(literal, which, message, *where))
    return found


def _before_at_rest(encoding: Encoding, poison: int, write: int, place: Place) -> int:
    """The literal that ``write``, which runs at rest, is executed at ``place``, behind ``poison``."""
    end, late = encoding.events[poison], encoding.events[write]
    if end.final and end.position > late.position:
        return NO
    where = encoding.at.get(write, {}).get(place, NO)  # what is never executed has none
    return encoding.circuit.all_of((encoding.executed[poison], encoding.executed[write], where))


def rest(encoding: Encoding) -> int:
    """The literal that every thread and what runs at rest have come to their ends."""
    ends = [
        encoding.circuit.any_of((encoding.valuation.all(guard), not_started(encoding, thread)))
        for thread, guard in enumerate(encoding.graph.completed)
    ]
    return encoding.circuit.all_of((*ends, *(-fault for fault in encoding.faults())))


def not_started(encoding: Encoding, thread: int) -> int:
    """The literal that the parent of ``thread`` does not come to where it starts it."""
    started = encoding.graph.started
    return -encoding.valuation.all(started[thread]) if started else NO


def leaks(encoding: Encoding, coherence: Coherence) -> list[Finding]:
    """Objects that nothing leads to any more at rest."""
    return _Reachability(encoding, coherence).findings()


class _Reachability:
    def __init__(self, encoding: Encoding, coherence: Coherence) -> None:
        self.encoding = encoding
        self.coherence = coherence
        self.circuit = encoding.circuit
        self.ended = self._ends()
        self.rest = rest(encoding)
        self.nodes: list[tuple[int, int, MemoryObject]] = []
        """(first byte, size, object); the units of an object are nodes of their own."""
        for thing in sorted(encoding.space, key=lambda o: o.base):
            if thing.kind == "function":
                continue
            step = thing.units or max(thing.size, 1)
            self.nodes.extend((base, step, thing) for base in range(thing.base, thing.base + max(thing.size, 1), step))
        self.bases = [base for base, _, _ in self.nodes]

    def findings(self) -> list[Finding]:
        owned = {base: literal for base, literal in self._owned().items() if literal != NO}
        if not owned or self.rest == NO:
            return []
        reached = {base: YES if self._root(thing) else self.circuit.fresh() for base, _, thing in self.nodes}
        for index, (base, _, _) in enumerate(self.nodes):
            for value, literal in self._pointers(index, owned):
                target = self._node(value)
                if target is not None and target != base and reached[target] != YES:
                    self.circuit.add(-self.rest, -reached[base], -literal, reached[target])
        found: list[Finding] = []
        for base, literal in owned.items():
            leaked = self.circuit.all_of((self.rest, literal, -reached[base]))
            if leaked == NO:
                continue
            origin = next((a for a in self.encoding.graph.allocations if a.object.base == base), None)
            thing = self.nodes[self.bases.index(base)][2]
            message = f"{self.encoding.space.owner(base)} is still allocated at rest, and nothing leads to it"
            source = NOWHERE if origin is None else origin.source
            found.append(
                Finding(
                    leaked,
                    "leak",
                    message,
                    source,
                    () if origin is None else origin.stack,
                    origin.thread if origin else 0,
                    about=self._about(base, thing),
                    made=thing.made,
                )
            )
        return found

    def _root(self, thing: MemoryObject) -> bool:
        return (thing.kind == "global" or thing.thread is not None) and not thing.units and not thing.thread

    def _node(self, value: int) -> int | None:
        address = value & ~TAG_BITS
        index = bisect_right(self.bases, address) - 1
        if index < 0:
            return None
        base, size, _ = self.nodes[index]
        return base if address < base + size else None

    def _ends(self) -> dict[int, list[int]]:
        """For each object that is freed, or a local whose scope is left: the literals that it is."""
        encoding = self.encoding
        ended: dict[int, list[int]] = {}
        for event in encoding.graph.events:
            executed = encoding.executed[event.id]
            if event.kind == "free" and event.address is not None and executed != NO:
                for value, literal in encoding.valuation.values(event.address).items():
                    if isinstance(value, int):
                        ended.setdefault(value, []).append(encoding.circuit.all_of((executed, literal)))
        return ended

    def _owned(self) -> dict[int, int]:
        """For each node that must not get lost: the literal that somebody has to give it back."""
        encoding, circuit = self.encoding, self.circuit
        made = {a.object.base: encoding.valuation.all(a.guard) for a in encoding.graph.allocations}
        owned: dict[int, int] = {}
        for base, size, thing in self.nodes:
            if thing.kind == "heap" and base not in encoding.graph.freed:
                given_back = circuit.any_of(self.ended.get(base, ()))
                owned[base] = circuit.all_of((made.get(base, YES), -given_back))
            elif thing.units:
                owned[base] = self._counted(base, size, thing)
        return owned

    def _about(self, base: int, thing: MemoryObject) -> tuple[int, int]:
        """The reference count of a unit, or all of the object."""
        size = thing.units or thing.size
        return next(self._counts(base, size, thing), (base, size))

    def _counts(self, base: int, size: int, thing: MemoryObject) -> Iterator[tuple[int, int]]:
        """Address and size of the reference counts in a unit."""
        for leaf in thing.layout.leaves if thing.layout else ():
            name = leaf.path.replace(".counter", "").rpartition(".")[2]
            if base <= thing.base + leaf.offset < base + size and name in ("_count", "_refcount"):
                yield thing.base + leaf.offset, leaf.size

    def _counted(self, base: int, size: int, thing: MemoryObject) -> int:
        """Whether the reference count of a unit (a page) is not zero at rest."""
        for place, width in self._counts(base, size, thing):
            return self._not_zero(place, width)
        return NO

    def _pointers(self, index: int, owned: Mapping[int, int]) -> list[tuple[int, int]]:
        base, size, thing = self.nodes[index]
        # Poison hides what accessed cells held before the free; the others are gone just so.
        there = owned.get(base, NO) if thing.kind == "heap" else -self.circuit.any_of(self.ended.get(base, ()))
        if base in self.encoding.graph.freed:
            return []
        places = {place: self.encoding.domains.sizes[place] for place in self.encoding.places_in(base, size)}
        known = self.encoding.initial_cells(base, size)
        found: list[tuple[int, int]] = [(value, there) for place, value in known if place not in places]
        for place, width in places.items():
            if width == 8:
                found.extend((value, literal) for value, literal in self._final(place, width) if value)
                found.extend(self._wide_pointers(place))
        return found if thing.kind == "heap" else [(value, self.circuit.all_of((one, there))) for value, one in found]

    def _wide_pointers(self, place: Place) -> Iterator[tuple[int, int]]:
        """Of values that cannot be listed: each node that they may lead to, with the literal that one does."""
        for expression, last in self._last(place):
            if self.encoding.valuation.is_wide(expression):
                for base, size, _ in self.nodes:
                    leads = self.encoding.valuation.within(expression, base, base + size - 1)
                    yield base, self.circuit.all_of((last, leads))

    def _not_zero(self, place: Place, size: int) -> int:
        """The literal that a cell holds a number other than 0 at rest."""
        valuation = self.encoding.valuation
        found = [literal for value, literal in self._final(place, size) if value != 0]
        for written, last in self._last(place):
            if valuation.is_wide(written):
                found.append(self.circuit.all_of((last, valuation.not_zero(written))))
        return self.circuit.any_of(found)

    def _last(self, place: Place) -> list[tuple[Expr, int]]:
        """What may be written last to a cell, with the literals that it is."""
        if place not in self.encoding.initial:
            return []
        several = self.coherence.last(place).items()
        events = self.encoding.events
        return [(value, last) for write, last in several if last != NO and (value := events[write].value) is not None]

    def _final(self, place: Place, size: int) -> list[tuple[int, int]]:
        """The listed values of a cell at rest, with their literals."""
        encoding = self.encoding
        if place not in encoding.initial:
            value = encoding.memory[place, size]
            return [(value, YES)] if isinstance(value, int) else []
        ways: dict[int, list[int]] = {}
        for written, last in self._last(place):
            if encoding.valuation.is_wide(written):
                continue
            for value, literal in encoding.valuation.values(written).items():
                if not isinstance(value, Undefined):
                    ways.setdefault(value, []).append(self.circuit.all_of((last, literal)))
        return [(value, self.circuit.any_of(literals)) for value, literals in ways.items()]


class Deadlock:
    """The deadlock finding, and which waits it consists of.

    Attributes:
        literal: some threads wait for ever, and all others have ended.
        undecided: the same with waits that another choice might end: (literal, where) for each of those.
    """

    def __init__(self, encoding: Encoding, coherence: Coherence, left_open: Sequence[OpenSection]) -> None:
        self.waits: list[tuple[int, Blocked]] = []
        self.undecided: list[tuple[int, Blocked]] = []
        self._encoding = encoding
        self._left_open = left_open
        circuit = encoding.circuit
        graph = encoding.graph
        idle: dict[int, list[int]] = {}
        reads: list[tuple[int, int]] = []
        stuck: list[list[int]] = [[] for _ in graph.threads]
        maybe: list[list[int]] = [[] for _ in graph.threads]
        for blocked in sorted(graph.blocked, key=lambda blocked: blocked.behind):
            here = circuit.all_of(
                (
                    encoding.valuation.all(blocked.guard),
                    *(-fault for fault in encoding.faults(blocked.thread)),
                    YES if blocked.grace is None else self._read_side(blocked.grace),
                    self._writer_waits(blocked) if blocked.behind else YES,
                )
            )
            if here == NO:
                continue
            literal = circuit.fresh()
            circuit.add(-literal, here)
            reads += [(read, literal) for read in blocked.reads]
            for write in blocked.writes:
                idle.setdefault(write, []).append(literal)
            if blocked.free:
                maybe[blocked.thread].append(literal)
                self.undecided.append((literal, blocked))
            else:
                stuck[blocked.thread].append(literal)
                self.waits.append((literal, blocked))
        for read, literal in reads:
            _reads_last(encoding, coherence, read, literal, idle)
        # The process has ended when main has returned: then nobody waits for ever.
        surely: list[int] = [-encoding.valuation.all(graph.quits)]
        perhaps: list[int] = [*surely]
        for thread, guard in enumerate(graph.completed):
            ended = circuit.all_of((encoding.valuation.all(guard), *(-fault for fault in encoding.faults(thread))))
            ended = circuit.any_of((ended, not_started(encoding, thread), *stuck[thread]))
            surely.append(ended)
            perhaps.append(circuit.any_of((ended, *maybe[thread])))
        self.literal = circuit.all_of((*surely, circuit.any_of([s for several in stuck for s in several])))
        self.undecided = [(circuit.all_of((*perhaps, literal)), blocked) for literal, blocked in self.undecided]

    def _writer_waits(self, reader: Blocked) -> int:
        """The literal that another thread waits, as a writer, for the lock that ``reader`` waits for."""
        found: list[int] = []
        for literal, writer in self.waits:
            if writer.lock is not None and not writer.lock.shared and writer.thread != reader.thread:
                assert writer.address is not None
                assert reader.address is not None
                same = self._encoding.valuation.equals(writer.address, reader.address)
                found.append(self._encoding.circuit.all_of((literal, same)))
        return self._encoding.circuit.any_of(found)

    def _read_side(self, grace: Expr) -> int:
        """The literal that a thread ends or stops in a section that a grace period at ``grace`` waits for."""
        encoding = self._encoding
        found: list[int] = []
        for section in self._left_open:
            if (section.address is None) == (grace == const(0, 64)):
                same = YES if section.address is None else encoding.valuation.equals(section.address, grace)
                found.append(encoding.circuit.all_of((section.literal, same)))
        return encoding.circuit.any_of(found)

    def finding(self) -> list[Finding]:
        """The finding, with the place of the first wait; `describe` tells the rest once a model is there."""
        if self.literal == NO:
            return []
        first = self.waits[0][1]
        return [Finding(self.literal, "deadlock", "deadlock", first.source, first.stack, first.thread)]


def _reads_last(
    encoding: Encoding, coherence: Coherence, read: int, condition: int, idle: Mapping[int, Sequence[int]]
) -> None:
    """Where ``condition`` holds, ``read`` reads what stays: each write that comes later in coherence order puts back
    what was there, its thread being one that waits (``idle``: the waits that each write is part of)."""
    circuit = encoding.circuit
    if encoding.events[read].final:
        return  # what runs at rest reads nothing else
    for source in encoding.sources.get(read, ()):
        literal = encoding.rf[source, read]
        for place in encoding.at[read]:
            if place not in encoding.at[source]:
                continue
            for write in coherence.shared.get(place, ()):
                if write != source:
                    hit = (-encoding.executed[write], -encoding.at[write][place], -encoding.at[read][place])
                    circuit.add(-condition, -literal, *hit, coherence.before(write, source), *idle.get(write, ()))
