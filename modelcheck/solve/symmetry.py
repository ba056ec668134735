"""Identical threads: of the executions that differ only by which of them did what, one is enough.

Threads are identical when renaming one's events to another's maps the event graph onto itself. A memory model does not
know threads by number, so every execution then has a twin with the two exchanged, and it breaks the same properties.
It is enough to look at those in which the identical threads come in the order of their numbers, by what they write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from modelcheck.program.expr import Expr
from modelcheck.program.graph import Blocked, Check, Dependencies, Event, EventGraph, Guard
from modelcheck.program.guards import contradict
from modelcheck.solve.coherence import Coherence
from modelcheck.solve.encode import Encoding
from modelcheck.solve.exchange import POINTER, PrivateObjects
from modelcheck.solve.origins import Place
from modelcheck.solve.sat import NO, YES
from modelcheck.solve.valuesets import nodes

MOST_KEYS = 12
"""By so many writes, at most, threads are put in order."""

Key = list[int]
"""Writes to one cell, by number within a thread, of which an execution has at most one."""


def break_symmetry(encoding: Encoding, coherence: Coherence) -> list[list[int]]:
    """Demand an order among identical threads; gives the groups of threads that were put in order.

    Only for questions that do not tell the threads apart: whether a property of the whole program can fail.

    Threads are compared by the first of some writes that one of them executes: who does so comes first, and of two that
    do, the one whose write is first in coherence order.
    """
    ordered: list[list[int]] = []
    for group in _groups(encoding):
        events = {thread: _events(encoding.graph, thread) for thread in group}
        keys = _keys(encoding, events)
        if not keys:
            continue
        for index, one in enumerate(group):
            for other in group[index + 1 :]:
                _in_order(encoding, coherence, events[one], events[other], keys)
        ordered.append(group)
    return ordered


def _in_order(
    encoding: Encoding, coherence: Coherence, one: Sequence[Event], other: Sequence[Event], keys: Sequence[Key]
) -> None:
    circuit = encoding.circuit
    decided: list[int] = []
    for key in keys:
        mine = circuit.any_of([encoding.executed[one[n].id] for n in key])
        theirs = circuit.any_of([encoding.executed[other[n].id] for n in key])
        circuit.add(*decided, -theirs, mine)
        for a in key:
            for b in key:
                back = coherence.before(other[b].id, one[a].id)
                if back != NO:
                    circuit.add(*decided, -back)
        decided.append(mine)
        if mine == YES:
            return


def _events(graph: EventGraph, thread: int) -> list[Event]:
    return [event for event in graph.events if event.thread == thread and not event.final]


def _groups(encoding: Encoding) -> list[list[int]]:
    """Identical threads, in order of their numbers."""
    graph = encoding.graph
    if len(graph.threads) < 3 or any(made.thread for made in graph.allocations) or not _owners_are_opaque(encoding):
        return []
    left = list(range(1, len(graph.threads)))
    groups: list[list[int]] = []
    while left:
        first, *rest = left
        group = [first, *(other for other in rest if _Exchange(encoding, first, other).holds())]
        left = [thread for thread in rest if thread not in group]
        if len(group) > 1:
            groups.append(group)
    return groups


def _owners_are_opaque(encoding: Encoding) -> bool:
    """Whether nothing is asked of a lock word but whether it is 0: then it does not matter who holds a lock."""
    locks = {
        place
        for place, writes in encoding.writers.items()
        if any("LKW" in encoding.events[write].tags for write in writes)
    }
    words = {
        event.value
        for event in encoding.graph.events
        if event.kind == "R" and not locks.isdisjoint(encoding.at.get(event.id, ()))
    }
    for node in encoding.domains.values:
        for argument in node.args:
            if argument in words and not _tests_zero(node):
                return False
    return all(event.value not in words for event in encoding.graph.events if event.kind == "W")


def _tests_zero(node: Expr) -> bool:
    return node.data in ("eq", "ne") and node.args[1].kind == "const" and bool(node.args[1].data == 0)


class _Exchange:
    """The renaming that exchanges two threads."""

    def __init__(self, encoding: Encoding, one: int, other: int) -> None:
        self.graph = graph = encoding.graph
        self.objects = PrivateObjects(encoding)
        self.threads = (one, other)
        self.mine, self.theirs = _events(graph, one), _events(graph, other)
        self.reads: dict[int, int] = {}
        self.choices: dict[int, int] = {}
        self.known: dict[tuple[Expr, Expr], bool] = {}

    def holds(self) -> bool:
        """Whether the graph stays what it is."""
        if len(self.mine) != len(self.theirs):
            return False
        for a, b in zip(self.mine, self.theirs, strict=True):
            self.reads[a.id] = b.id
        return (
            all(self._event(a, b) for a, b in zip(self.mine, self.theirs, strict=True))
            and self._lists()
            and self._pointers()
            and self._others()
        )

    def _pointers(self) -> bool:
        """Whether exchanging what the two have to themselves goes with it."""
        if not self.objects:
            return True
        back = {theirs: mine for mine, theirs in self.reads.items()}
        return self.objects.indifferent({**self.reads, **back}) and all(
            self.objects.image(a.data, a.width) == b.data
            for (a, b), alike in self.known.items()
            if alike and a.kind == "const"
        )

    def _lists(self) -> bool:
        graph, (one, other) = self.graph, self.threads
        checks = [[c for c in graph.checks if c.thread == t and not c.final] for t in self.threads]
        waits = [[b for b in graph.blocked if b.thread == t] for t in self.threads]
        cuts = [[c for c in graph.cuts if c.thread == t] for t in self.threads]
        return (
            len(checks[0]) == len(checks[1])
            and all(self._check(a, b) for a, b in zip(*checks, strict=True))
            and len(waits[0]) == len(waits[1])
            and all(self._blocked(a, b) for a, b in zip(*waits, strict=True))
            and len(cuts[0]) == len(cuts[1])
            and all(self._guard(a.guard, b.guard) for a, b in zip(*cuts, strict=True))
            and self._guard(graph.completed[one], graph.completed[other])
            and not self._concerns(graph.started[one])
            and set(graph.started[one]) == set(graph.started[other])
        )

    def _others(self) -> bool:
        """Whether the rest of the program treats the two alike."""
        graph = self.graph
        for event in graph.events:
            if event.thread in self.threads:
                continue
            terms = [term for term in (event.address, event.value, event.success) if term is not None]
            deps = (*event.addr, *event.data, *event.ctrl)
            if self._concerns(terms) or any(read in self.reads or self._concerns(guard) for read, guard in deps):
                return False
            if not self._symmetric(event.guard):
                return False
        for check in graph.checks:
            elsewhere = check.thread not in self.threads or check.final
            if elsewhere and (self._concerns([check.condition]) or not self._symmetric(check.guard)):
                return False
        for blocked in graph.blocked:
            if blocked.thread not in self.threads and not _waits_for_ends(blocked) and self._concerns(blocked.guard):
                return False
        rest = [cut.guard for cut in graph.cuts if cut.thread not in self.threads]
        rest += [graph.completed[t] for t in range(len(graph.threads)) if t not in self.threads]
        rest += [graph.started[t] for t in range(len(graph.threads)) if t not in self.threads]
        rest.append(graph.quits)
        return all(self._symmetric(guard) for guard in rest)

    # ------------------------------------------------------------ alike, renamed

    def _event(self, a: Event, b: Event) -> bool:
        if (a.kind, a.tags, a.size, a.failed, a.unlock, a.copy) != (b.kind, b.tags, b.size, b.failed, b.unlock, b.copy):
            return False
        if (None if a.rmw is None else self.reads.get(a.rmw)) != b.rmw:
            return False
        return (
            ((_takes_lock(a) and _takes_lock(b)) or self._maybe(a.value, b.value))
            and self._maybe(a.address, b.address)
            and self._maybe(a.success, b.success)
            and self._guard(a.guard, b.guard)
            and all(self._deps(x, y) for x, y in ((a.addr, b.addr), (a.data, b.data), (a.ctrl, b.ctrl)))
        )

    def _check(self, a: Check, b: Check) -> bool:
        return a.property == b.property and self._same(a.condition, b.condition) and self._guard(a.guard, b.guard)

    def _blocked(self, a: Blocked, b: Blocked) -> bool:
        reads = tuple(self.reads.get(read, -1) for read in a.reads)
        # What is written is the other half of what is read.
        return reads == b.reads and self._maybe(a.grace, b.grace) and self._guard(a.guard, b.guard)

    def _deps(self, a: Dependencies, b: Dependencies) -> bool:
        if len(a) != len(b):
            return False
        return all(
            self.reads.get(read) == other and self._guard(guard, theirs)
            for (read, guard), (other, theirs) in zip(a, b, strict=True)
        )

    def _guard(self, a: Guard, b: Guard) -> bool:
        return len(a) == len(b) and all(self._same(x, y) for x, y in zip(a, b, strict=True))

    def _maybe(self, a: Expr | None, b: Expr | None) -> bool:
        if a is None or b is None:
            return a is b
        return self._same(a, b)

    def _same(self, a: Expr, b: Expr) -> bool:
        found = self.known.get((a, b))
        if found is None:
            found = self.known[a, b] = self._compare(a, b)
        return found

    def _compare(self, a: Expr, b: Expr) -> bool:
        if (a.kind, a.width, len(a.args)) != (b.kind, b.width, len(b.args)):
            return False
        if a.kind == "read":
            return bool(self.reads.get(a.data) == b.data)
        if a.kind == "choice":
            return bool(self.choices.setdefault(a.data, b.data) == b.data)
        if a.kind == "const" and a.width == POINTER:
            return self.objects.pair(a.data, b.data)
        return bool(a.data == b.data) and all(self._same(x, y) for x, y in zip(a.args, b.args, strict=True))

    # ------------------------------------------------------------ the rest of the program

    def _concerns(self, terms: Iterable[Expr]) -> bool:
        """Whether one of ``terms`` rests on what one of the two reads or chooses."""
        both = {*self.reads, *self.reads.values()}
        picked = {*self.choices, *self.choices.values()}
        return any(
            (node.kind == "read" and node.data in both)
            or (node.kind == "choice" and node.data in picked)
            or self.objects.moved(node)
            for term in terms
            for node in nodes(term)
        )

    def _symmetric(self, guard: Guard) -> bool:
        """Whether ``guard`` says of each of the two what it says of the other."""
        concerned = [condition for condition in guard if self._concerns([condition])]
        mine = [c for c in concerned if self._rests_on(c, self.reads.keys(), self.choices.keys())]
        theirs = [c for c in concerned if c not in mine]
        if len(mine) != len(theirs):
            return False
        return all(any(self._same(a, b) for b in theirs) for a in mine) and all(
            any(self._same(a, b) for a in mine) for b in theirs
        )

    def _rests_on(self, condition: Expr, reads: Iterable[int], choices: Iterable[int]) -> bool:
        here, picked = set(reads), set(choices)
        return any(
            (node.kind == "read" and node.data in here) or (node.kind == "choice" and node.data in picked)
            for node in nodes(condition)
        )


def _takes_lock(event: Event) -> bool:
    """Whether ``event`` writes its thread's number into a lock word."""
    return "LKW" in event.tags and event.value is not None and event.value.kind == "const"


def _waits_for_ends(blocked: Blocked) -> bool:
    """A join: main's joins, taken together, wait for every thread alike."""
    return not blocked.reads and blocked.grace is None and blocked.thread == 0


def _keys(encoding: Encoding, events: Mapping[int, Sequence[Event]]) -> list[Key]:
    """What to compare identical threads by: writes that each of them has to one cell, the same.

    What happens under the most conditions comes first: it decides most of what else happens.
    """
    threads = list(events.values())
    cells: dict[Place, Key] = {}
    for number, event in enumerate(threads[0]):
        if event.kind == "W" and encoding.executed[event.id] != NO:
            places = {tuple(encoding.at[several[number].id]) for several in threads}
            if len(places) == 1 and len(cell := places.pop()) == 1:
                cells.setdefault(cell[0], []).append(number)
    mine = threads[0]
    keys: list[Key] = []
    for numbers in cells.values():
        keys += [numbers] if _exclusive([mine[n] for n in numbers]) else [[n] for n in numbers]

    def rank(key: Key) -> tuple[int, bool, int]:
        return -min(len(mine[n].guard) for n in key), mine[key[0]].rmw is None, key[0]

    return sorted(keys, key=rank)[:MOST_KEYS]


def _exclusive(events: Sequence[Event]) -> bool:
    return all(contradict(a.guard, b.guard) for i, a in enumerate(events) for b in events[i + 1 :])
