"""From the reason of a clause to what in the program it rests on: locks, barriers, annotations, dependencies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from modelcheck.cat import Model
from modelcheck.program.graph import Event
from modelcheck.program.places import own_place
from modelcheck.solve.encode import Encoding
from modelcheck.solve.learnt import Learnt, Ordered
from modelcheck.trace.names import names_of

FENCES: Final = {
    "Mb": "smp_mb()", "Rmb": "smp_rmb()", "Wmb": "smp_wmb()", "Before-atomic": "smp_mb__before_atomic()",
    "After-atomic": "smp_mb__after_atomic()", "After-spinlock": "smp_mb__after_spinlock()",
    "After-unlock-lock": "smp_mb__after_unlock_lock()", "After-srcu-read-unlock": "smp_mb__after_srcu_read_unlock()",
}  # fmt: skip
"""Names of barriers, by their tags."""

_ANNOTATIONS: Final = {
    "ACQUIRE": "acquire", "RELEASE": "release", "MB": "full barrier of the atomic operation", "ACQ": "acquire",
    "REL": "release", "ACQ_REL": "acquire and release", "SC": "sequentially consistent access",
}  # fmt: skip
_SECTIONS: Final = {
    "Rcu-lock": "read-side section", "Rcu-unlock": "read-side section", "Srcu-lock": "read-side section",
    "Srcu-unlock": "read-side section", "Sync-rcu": "grace period", "Sync-srcu": "grace period",
}  # fmt: skip
_DEPENDENCIES: Final = {"addr": "address", "data": "data", "ctrl": "control"}
_COMMUNICATION: Final = re.compile(r"(rf|co|fr)[ei]?(\^-1)?")


@frozen(order=True)
class Element:
    """Something in the program that orders: ``kind`` (``lock``, ``barrier``, ``annotation``, ``dependency``,
    ``section``, ``atomic``, ``coherence``, ``program order``), what to call it, and the lines that it is at."""

    kind: str
    name: str
    places: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.places:
            return self.name
        return f"{self.name} ({' … '.join(self.places)})"


@frozen
class Fact:
    """What cannot be, as a sentence, and what that rests on."""

    says: str
    rests_on: tuple[Element, ...]


class Elements:
    """Facts of one encoding's clauses."""

    def __init__(self, encoding: Encoding, model: Model) -> None:
        self._encoding = encoding
        self._model = model
        self.names = names_of([thing.name for thing in sorted(encoding.graph.objects, key=lambda thing: thing.base)])

    def fact(self, reason: object) -> Fact:
        """What a clause says and rests on, of the reason that it was given with."""
        if isinstance(reason, Learnt):
            return self._learnt(reason)
        if isinstance(reason, Ordered):
            return self._ordered(reason)
        assert isinstance(reason, tuple)
        kind, *rest = reason
        if kind == "passage":
            return self._passage(*rest)
        if kind == "atomicity":
            return self._atomicity(*rest)
        return self._coherence(*rest)

    # ------------------------------------------------------------ by kind of reason

    def _passage(self, release: int, acquire: int, one: int, other: int) -> Fact:
        """Two accesses around a release and an acquire that comes after it."""
        events = self._encoding.events
        first, second = events[release], events[acquire]
        given, taken = self._line(first), self._line(second)
        when = f"when what {self._thread(first)} released ({given}) comes before the acquire ({taken})"
        if first.unlock or "UL" in first.tags or second.tags & {"LKR", "LKW"}:
            element = self._lock_element(first)
            when = (
                f"when {self._thread(first)} gives it back ({given}) before {self._thread(second)} takes it ({taken})"
            )
        elif self._model.name in ("sc", "tso"):
            element = self._program_order()
            when = f"when {self._access(first)} comes before {self._thread(second)}'s look at it ({taken})"
        else:
            element = Element("annotation", f"the release and the acquire of {self._cell(first)}", (given, taken))
        return Fact(f"{when}, {self._cannot(events[other], events[one])}", (element,))

    def _cannot(self, later: Event, earlier: Event) -> str:
        """What an access after an acquire cannot do to one before the release."""
        mine, theirs = self._access(later), self._access(earlier)
        if later.kind == "R":
            return f"{mine} cannot miss {theirs}"
        if earlier.kind == "R":
            return f"{theirs} cannot read from {mine}"
        return f"{mine} cannot be overwritten by {theirs}"

    def _atomicity(self, _: object, read: int, write: int) -> Fact:
        event = self._encoding.events[write]
        says = f"no other write comes between {self._access(self._encoding.events[read])} and its own write"
        if "LKW" in event.tags:
            return Fact(says, (self._lock_element(event),))
        return Fact(says, (Element("atomic", f"the atomic operation on {self._cell(event)}", (self._line(event),)),))

    def _coherence(self, _: object, one: int, other: int) -> Fact:
        events = self._encoding.events
        first, second = sorted((events[one], events[other]), key=lambda e: (e.position, e.id))
        says = f"{self._access(first)} comes before {self._access(second)}"
        for event in (first, second):
            if event.tags & {"LKR", "LKW", "UL", "LF"}:
                return Fact(says, (self._lock_element(event),))
        name = f"coherence: accesses of {self._cell(first)} by one thread keep their order"
        return Fact(says, (Element("coherence", name),))

    def _parts(self, facts: frozenset[tuple[str, int, int]]) -> list[str]:
        """What was read and which write came first, of ``facts``."""
        events = self._encoding.events
        parts: list[str] = []
        for name, a, b in sorted(facts, key=lambda fact: (fact[0] != "rf", fact)):
            if name == "rf":
                parts.append(f"{self._access(events[b])} gets {self._access(events[a])}")
            elif name == "co" and events[a].thread >= 0:
                parts.append(f"{self._access(events[a])} comes before {self._access(events[b])}")
        return parts

    def _ordered(self, reason: Ordered) -> Fact:
        one, other = (self._access(self._encoding.events[number]) for number in reason.pair)
        parts = self._parts(reason.facts)
        says = f"{one} and {other} do not race{' when ' if parts else ''}{' and '.join(parts)}"
        return Fact(says, tuple(sorted(set(self._rests_on(Learnt("data-race", (), reason.facts))))))

    def _learnt(self, reason: Learnt) -> Fact:
        events = self._encoding.events
        parts = self._parts(reason.facts)
        if not parts:
            parts = [self._access(events[step.source]) for step in reason.cycle] or [f"the axiom {reason.axiom}"]
        says = f"not both: {parts[0]}; {parts[1]}" if len(parts) == 2 else f"not all of: {'; '.join(parts)}"
        if len(parts) == 1:
            says = f"it cannot be that {parts[0]}"
        return Fact(says, tuple(sorted(set(self._rests_on(reason)))))

    def _rests_on(self, reason: Learnt) -> Iterator[Element]:
        events = self._encoding.events
        named = {n for _, a, b in reason.facts for n in (a, b) if n >= 0}
        named |= {n for step in reason.cycle for n in (step.source, step.target)}
        found = False
        for number in sorted(named):
            event = events[number]
            for tag in sorted(event.tags):
                element = self._of_tag(event, tag)
                if element is not None:
                    found = True
                    yield element
        for name, a, b in sorted(reason.facts):
            if name in _DEPENDENCIES and self._model.name not in ("sc", "tso"):
                found = True
                lines = self._line(events[a]), self._line(events[b])
                yield Element("dependency", f"the {_DEPENDENCIES[name]} dependency", lines)
        within = [s for s in reason.cycle if events[s.source].thread == events[s.target].thread]
        within = [s for s in within if not _COMMUNICATION.fullmatch(s.label)]
        if not found or self._model.name in ("sc", "tso", "pso"):
            if all(self._one_cell(s.source, s.target) for s in within):
                cell = self._cell(events[reason.cycle[0].source]) if reason.cycle else "a cell"
                yield Element("coherence", f"coherence: accesses of {cell} keep their order")
            elif not found:
                yield self._program_order()

    def _program_order(self) -> Element:
        kept = {"sc": "", "tso": ", but for reads behind writes"}.get(self._model.name, ", as far as it does")
        return Element("program order", f"each thread's accesses stay in order: {self._model.name} keeps it{kept}")

    def _of_tag(self, event: Event, tag: str) -> Element | None:
        line = (self._line(event),)
        if tag in FENCES:
            return Element("barrier", FENCES[tag], line)
        if tag in _SECTIONS:
            return Element("section", f"the {_SECTIONS[tag]}", line)
        if tag in ("LKR", "LKW", "UL"):
            return self._lock_element(event)
        if tag in _ANNOTATIONS and self._model.name not in ("sc", "tso"):
            return Element("annotation", f"the {_ANNOTATIONS[tag]} of {self._cell(event)}", line)
        if tag in ("MB", "RMW") and self._model.name == "tso":
            return Element("atomic", f"the atomic operation on {self._cell(event)}", line)
        return None

    # ------------------------------------------------------------ in words

    def _one_cell(self, one: int, other: int) -> bool:
        at = self._encoding.at
        return one in at and other in at and bool(at[one].keys() & at[other].keys())

    def _thread(self, event: Event) -> str:
        return "the start" if event.thread < 0 else self._encoding.graph.threads[event.thread]

    def _line(self, event: Event) -> str:
        return str(own_place(event.source, event.stack))

    def _cell(self, event: Event) -> str:
        places = list(self._encoding.at.get(event.id, ()))
        if len(places) == 1:
            # A lock without the word in it that our headers use.
            return re.sub(r"\.__\w+$", "", self.names.text(self._encoding.space.name(places[0])))
        return "what it points to" if places else "memory"

    def _lock_element(self, event: Event) -> Element:
        """The lock that an event is about, with the lines where it is taken and given back."""
        encoding = self._encoding
        cells = set(encoding.at.get(event.id, ()))
        several = [
            e
            for e in encoding.graph.events
            if e.tags & {"LKW", "UL"} and not e.final and cells & set(encoding.at.get(e.id, ()))
        ]
        return Element("lock", f"the lock {self._cell(event)}", tuple(dict.fromkeys(self._line(e) for e in several)))

    def _access(self, event: Event) -> str:
        if event.kind == "F":
            return f"{self._thread(event)}'s barrier ({self._line(event)})"
        verb = "read" if event.kind == "R" else "write"
        if event.thread < 0:
            return f"the first value of {self._cell(event)}"
        return f"{self._thread(event)}'s {verb} of {self._cell(event)} ({self._line(event)})"
