"""An execution told in words: what each step does and sees, and what broke in the end. Printed by others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from attrs import evolve, frozen

from modelcheck.errors import InputError
from modelcheck.program.expr import Undefined
from modelcheck.program.ir import Source
from modelcheck.program.places import inside, own_place, thread_called, within_thread
from modelcheck.solve.result import ExecutedEvent
from modelcheck.trace.between import Freed, Lost, Seen, between
from modelcheck.trace.changes import FENCE, MARK, Change, fences_between
from modelcheck.trace.cycle import Cycle, forbidden_by_sc
from modelcheck.trace.failing import WHOLE, at_once, failing, leading
from modelcheck.trace.grace import LAST
from modelcheck.trace.names import Names, bookkeeping, clean, names
from modelcheck.trace.racing import lacks
from modelcheck.trace.steps import Step, Telling, tell
from modelcheck.trace.trace import Trace

AT_REST: Final = "at rest"
"""The lane of what is done after all threads have ended."""

_MOST: Final = 2000
"""Events that are told; nobody reads so many, and orders take quadratic time."""

_LONGEST: Final = 5
"""So many lines of a statement are shown behind its first."""

_BARRIERS: Final = {"Wmb": "a write barrier", "Rmb": "a read barrier", "Mb": "a full barrier", "SC": "a seq_cst fence"}

_FENCES: Final = {
    "Wmb": "smp_wmb",
    "Rmb": "smp_rmb",
    "Mb": "smp_mb",
    "Before-atomic": "smp_mb__before_atomic",
    "After-atomic": "smp_mb__after_atomic",
    "After-spinlock": "smp_mb__after_spinlock",
    "After-unlock-lock": "smp_mb__after_unlock_lock",
    "Barrier": "barrier",
}
"""Fences by their tags, as they are called."""

_WAYS: Final = {
    "po": "and then, in program order,",
    "rf": "which is read by",
    "co": "which is overwritten by",
    "fr": "a value that is overwritten by",
}


@frozen
class Sentence:
    """One step in words.

    Attributes:
        number: of the step, from 1.
        lane: index in `Narrative.lanes`.
        kind: ``read``, ``write``, ``change``, ``fence``, ``lock``, ``unlock`` or ``free``.
        text: what it does.
        notes: what a reader must know about it: what is late, old or gone.
    """

    number: int
    lane: int
    kind: str
    text: str
    notes: tuple[str, ...]


@frozen
class Passage:
    """Steps in a row of one thread at one line of the user's: ``where`` it is, the ``code`` there, the ``place``."""

    lane: int
    where: str
    code: str
    place: Source
    sentences: tuple[Sentence, ...]


@frozen
class Turn:
    """One event of the cycle that SC forbids: its step, what it does, and how it leads to the next one."""

    number: int
    lane: int
    text: str
    way: str


@frozen
class Ending:
    """What broke.

    Attributes:
        cycle: for an execution that SC forbids, the cycle, from the earliest step on.
        broke: ``PROPERTY at FILE:LINE FUNCTION: CODE``.
        within: the place in a header that the line calls; may be empty.
        message: the failure in a few words.
        order: what it takes: that it is an interleaving, or which accesses would have to be ordered.
        dropped: of a failure that was cut down to what matters: what was left out, a sentence each.
    """

    cycle: tuple[Turn, ...]
    broke: str
    within: str
    message: str
    order: str
    dropped: tuple[str, ...] = ()


@frozen
class Narrative:
    """A trace told: ``legend`` says what short names stand for. All texts are clean (see `clean`)."""

    title: str
    lanes: tuple[str, ...]
    legend: tuple[tuple[str, str], ...]
    passages: tuple[Passage, ...]
    ending: Ending
    telling: Telling
    cycle: Cycle | None
    names: Names


def narrative(trace: Trace) -> Narrative:
    """Tell ``trace``: its steps in an order that explains them, and the ending, derived from its relations.

    Raises `InputError` for more events than can be told.
    """
    if (count := len(trace.execution.events)) > _MOST:
        raise InputError(f"a trace of {count} events is too long to be told: at most {_MOST}")
    return _Teller(trace).narrative()


class _Teller:
    def __init__(self, trace: Trace) -> None:
        self.fails = failing(trace)
        self.trace = trace = evolve(trace, execution=leading(trace))
        self.events = trace.execution.events
        self.names = names(trace)
        self.telling = tell(trace.execution, trace.model, self.fails[-1] if self.fails else None)
        self.cycle = forbidden_by_sc(trace, self.telling)
        self.reads = {read: write for write, read in trace.execution.rf}
        self.threads = sorted({e.thread for e in self.events if e.thread >= 0 and not e.final})
        every = _distinct([clean(self._called(number)) for number in range(len(trace.execution.threads))])
        self.lanes = [every[thread] for thread in self.threads]
        if any(event.final and event.thread >= 0 for event in self.events):
            self.lanes.append(AT_REST)

    def _called(self, thread: int) -> str:
        """A thread's name; of one that begins in a header of ours with the user's function that it runs."""
        name = self.trace.execution.threads[thread]
        own = sorted((e for e in self.events if e.thread == thread and not e.final), key=lambda e: e.position)
        own = [event for event in own if not event.name.startswith("start of thread ")]
        if not own or not within_thread(own[0].source, own[0].stack)[0].file.startswith("<"):
            return name
        places = (place for event in own for place in within_thread(event.source, event.stack))
        function = next((place.function for place in places if not place.file.startswith("<")), "")
        return f"{name} {function}()" if function else name

    def narrative(self) -> Narrative:
        trace = self.trace
        of = ", ".join((trace.scenario, trace.variant, trace.model))
        title = self.names.text(f"{trace.spec}: {of}: {trace.property}: {trace.message}")
        return Narrative(
            title,
            tuple(self.lanes),
            self.names.legend,
            self._passages(),
            self._ending(),
            self.telling,
            self.cycle,
            self.names,
        )

    def _passages(self) -> tuple[Passage, ...]:
        found = []

        def at(step: Step) -> tuple[int, str, int]:
            place = own_place(step.first.source, step.first.stack)
            return self._lane(step.first), place.file, place.line

        for (lane, _, _), group in groupby(self.telling.steps, key=at):
            steps = [step for step in group if step.last.id in self.fails or not bookkeeping(step.first.name)]
            if not steps:
                continue
            place = own_place(steps[0].first.source, steps[0].first.stack)
            where = clean(f"{place} {thread_called(place.function)}".rstrip())
            sentences = tuple(self._sentence(step) for step in steps)
            found.append(Passage(lane, where, self._line(place), place, sentences))
        if (behind := self._check()) is not None:
            if found and (found[-1].lane, found[-1].where) == (behind.lane, behind.where):
                last = found.pop()
                behind = evolve(last, sentences=(*last.sentences, *behind.sentences))
            found.append(behind)
        return tuple(found)

    def _check(self) -> Passage | None:
        """The check that fails, as a step of its own, where it is none of the execution's."""
        trace = self.trace
        if trace.source is None or trace.property in WHOLE or not self.telling.steps:
            return None
        if self.fails:
            if at_once(trace, self.fails[-1]):
                return None
            lane = self._lane(self.events[self.fails[-1]])
        elif self.lanes[-1:] == [AT_REST]:
            lane = len(self.lanes) - 1
        else:
            return None
        place = own_place(trace.source, trace.stack)
        where = clean(f"{place} {thread_called(place.function)}".rstrip())
        text = self.names.text(f"FAILS: {trace.property}: {trace.message}")
        sentence = Sentence(len(self.telling.steps) + 1, lane, "fail", text, ())
        return Passage(lane, where, self._line(place), place, (sentence,))

    def _sentence(self, step: Step) -> Sentence:
        kind, text = self._what(step)
        first, last = step.first, step.last
        if first.id in self.reads:
            origin = self.events[self.reads[first.id]]
            locks = "LKW" in last.tags
            if origin.kind == "poison":
                freed = f"in step {self.telling.number[origin.id]}" if origin.id in self.telling.number else "before"
                left = self.trace.execution.scope_left(origin)
                text = f"reads {first.name}, {'whose scope was left' if left else 'which was freed'} {freed}"
            elif origin.id in self.telling.number:
                text += f", {'released in' if locks else 'from'} step {self.telling.number[origin.id]}"
            elif first.id in self.telling.unwritten:
                text = f"reads {first.name}{self._tags(step)} from the start, when nobody had written it"
            elif not locks:
                text += ", from the start"
        return Sentence(step.number, self._lane(first), kind, self.names.text(text), self._notes(step))

    def _notes(self, step: Step) -> tuple[str, ...]:
        telling, found = self.telling, []
        first = step.first
        if step.last.id in telling.visible:
            found.append(
                f"stays in {self._who(step.last)}'s store buffer: becomes visible after step "
                f"{telling.visible[step.last.id]}"
            )
        if first.id in telling.stale:
            by = self.events[telling.stale[first.id]]
            number = telling.number[by.id]
            to = f"{by.name} = {shown_value(by)}" if by.kind == "W" else f"the end of {self._object(by)}"
            if by.id in telling.visible:
                found.append(f"the old value: {self._stored(by)} is still in {self._who(by)}'s buffer")
            else:
                found.append(f"the old value, though step {number} put {to} there{self._because(first.id)}")
        if first.id in telling.ahead:
            write = self.events[self.reads[first.id]]
            done = "freed" if write.kind == "poison" else "written"
            if self.trace.execution.scope_left(write):
                done = "its scope left"
            number = telling.number[write.id]
            found.append(f"{done} by a step that is taken later, step {number}{self._because(first.id)}")
        leaving = [self.events[store] for store, number in telling.visible.items() if number == step.number]
        for who, several in groupby(leaving, key=self._who):
            stores = list(dict.fromkeys(map(self._stored, several)))
            found.append(f"then {_listed(stores)} reach{'es' if len(stores) == 1 else ''} memory from {who}'s buffer")
        if self.fails and first.id == self.fails[-1] and at_once(self.trace, first.id):
            found.append(f"FAILS: {self.trace.property}")
        return tuple(map(self.names.text, found))

    def _stored(self, event: ExecutedEvent) -> str:
        """A store that reaches memory later."""
        what = "free" if event.kind == "poison" else f"store ({event.name} = {shown_value(event)})"
        return f"step {self.telling.number[event.id]}'s {what}"

    def _because(self, read: int) -> str:
        links = () if self.cycle is None else self.cycle.links
        if self.cycle is None or not any(
            (link.source == read and link.relation == "fr") or (link.target == read and link.relation == "rf")
            for link in links
        ):
            return ""
        pairs = [
            f"step {self.telling.number[pair.before]} before step {self.telling.number[pair.after]}"
            for pair in self.cycle.missing
        ]
        if pairs:
            return f": nothing orders {' and '.join(pairs)}"
        if self.cycle.marked:
            return f": step {self.telling.number[self.cycle.marked[0]]} is a plain access, which nothing orders"
        return ""

    def _what(self, step: Step) -> tuple[str, str]:
        first, last = step.first, step.last
        shown = self._tags(step)
        if "LKW" in last.tags:
            return "lock", f"takes the lock {_lock(last)}"
        if "UL" in last.tags:
            return "unlock", f"releases the lock {_lock(last)}"
        if first.position >= LAST:
            return "fence", "stays in its read-side section"
        if first.kind == "F":
            return "fence", f"fence{shown}" + (f" {first.name}" if first.name else "")
        if first.kind == "poison":
            left = self.trace.execution.scope_left(first)
            return "free", f"{'leaves the scope of' if left else 'frees'} {self._object(first)}"
        if len(step.events) == 2:
            return "change", f"changes {first.name} from {shown_value(first)} to {shown_value(last)}{shown}"
        if first.kind == "R":
            return "read", f"reads {first.name} = {shown_value(first)}{shown}"
        return "write", f"writes {first.name} = {shown_value(first)}{shown}"

    def _tags(self, step: Step) -> str:
        tags = sorted({tag for event in step.events for tag in event.tags} - {"RMW"})
        return f" [{', '.join(tags)}]" if tags else ""

    # ------------------------------------------------------------ the ending

    def _ending(self) -> Ending:
        trace = self.trace
        broke, within = trace.property, ""
        if trace.source is not None:
            place = own_place(trace.source, trace.stack)
            broke = f"{trace.property} at {place} {thread_called(place.function)}".rstrip()
            if code := self._line(place):
                broke = f"{broke}: {code}"
            if place_within := inside(trace.source, trace.stack):
                within = f"in {place_within}: {self._line(trace.source)}".rstrip(": ")
        text = self.names.text
        dropped = tuple(map(clean, trace.minimised))
        return Ending(self._turns(), text(broke), text(within), text(trace.message), text(self._order()), dropped)

    def _turns(self) -> tuple[Turn, ...]:
        if self.cycle is None or not self.cycle.leads_to_failure or self.trace.property == "race":
            return ()
        number = self.telling.number
        inner = {link.target for link in self.cycle.links if number[link.source] == number[link.target]}
        whole = {step.number: step for step in self.telling.steps}
        turns = []
        for link in self.cycle.links:
            event = self.events[link.source]
            if number[link.source] == number[link.target]:
                continue  # within a step, as from one part of what is freed to another: one turn
            text = self._what(whole[number[event.id]])[1] if event.id in inner else self._turn(event)
            turns.append(Turn(number[event.id], self._lane(event), self.names.text(text), _WAYS[link.relation]))
        return tuple(turns)

    def _turn(self, event: ExecutedEvent) -> str:
        """What an event of a cycle does."""
        verb = {"R": "reads", "poison": "frees"}.get(event.kind, "writes")
        if self.trace.execution.scope_left(event):
            verb = "leaves the scope of"
        gone = event.kind == "poison" or isinstance(event.value, Undefined) or event.id in self.telling.unwritten
        name = self._object(event) if event.kind == "poison" else event.name
        return f"{verb} {name}" + ("" if gone else f" = {shown_value(event)}")

    def _order(self) -> str:
        """The last sentences: which accesses would have to be ordered, or that it takes no weak memory."""
        trace, cycle = self.trace, self.cycle
        if not self.telling.steps:
            return "It fails before the first thread starts."
        if trace.property == "race":
            if len(self.fails) != 2:
                return ""
            return self._race()
        if cycle is None:
            alone = "Each step sees what the steps before it did: this is an interleaving, it takes no weak memory."
            return f"{alone}{self._between()}"
        steps = _listed(sorted({self.telling.number[link.source] for link in cycle.links}))
        if not cycle.leads_to_failure:
            return (
                f"What leads to the failure is an interleaving, it takes no weak memory; that no single order explains "
                f"the steps {steps} has no part in it.{self._between()}"
            )
        if not cycle.changes:
            return (
                f"SC forbids the cycle of the steps {steps}; which of them {self._model()} would have to order "
                f"is not known."
            )
        sentences = [*map(self._lacks, cycle.missing)]
        sentences += [f"{self._access(n)} is a plain access, which the compiler may move or tear" for n in cycle.marked]
        told = "; and ".join(sentences)
        instead = f" (or with {self._cure(cycle.instead)})" if cycle.instead else ""
        cure = f"With {self._cure(cycle.changes)}{instead}, {self._model()} would forbid this execution."
        return f"{told[0].upper()}{told[1:]}. {cure}"

    def _race(self) -> str:
        """The order that a race lacks: somewhere on the way from one access to the other, or any."""
        one, other = sorted(self.fails, key=lambda event: self.telling.number[event])
        lack = lacks(self.trace, (one, other))
        if lack is None:
            return f"Nothing orders {self._access(one)} and {self._access(other)}."
        order = [change for change in lack.changes if change.kind != MARK]
        marked = [change.event for change in lack.changes if change.kind == MARK]
        sentences = [
            self._reads_first(pair) if lack.reads_first and pair.before == lack.one else self._lacks(pair)
            for pair in order
        ]
        sentences += [f"{self._access(n)} is a plain access, which the compiler may move or tear" for n in marked]
        cure = self._cure(lack.changes)
        if lack.reads_first:
            cure += f", or with WRITE_ONCE in step {self.telling.number[lack.one]}"
        told = "; and ".join(sentences)
        if order and all(pair.before != lack.one for pair in order):
            told = f"nothing orders {self._access(one)} and {self._access(other)}: {told}"
        return f"{told[0].upper()}{told[1:]}. With {cure}, {self._model()} would see no race of these two."

    def _reads_first(self, pair: Change) -> str:
        """That the compiler may load before it stores, and that this load is not ordered."""
        tags = fences_between(self.trace.execution, pair.before, pair.after)
        idle = list(dict.fromkeys(_FENCES[tag] for tag in tags if tag in _FENCES))
        stands = "nothing orders"
        if idle:
            stands = f"the {_listed(idle)} between them {'does' if len(idle) == 1 else 'do'} not order"
        load = f"a load of {self.events[pair.before].name}"
        after = self._access(pair.after)
        return f"LKMM lets the compiler begin {self._access(pair.before)} with {load}, which {stands} before {after}"

    def _lacks(self, pair: Change) -> str:
        """That two accesses are not ordered, with what stands between them for nothing."""
        tags = fences_between(self.trace.execution, pair.before, pair.after)
        idle = list(dict.fromkeys(_FENCES[tag] for tag in tags if tag in _FENCES))
        both = f"{self._access(pair.before)} before {self._access(pair.after)}"
        if idle:
            return f"the {_listed(idle)} between them {'does' if len(idle) == 1 else 'do'} not order {both}"
        return f"nothing orders {both}"

    def _cure(self, changes: Sequence[Change]) -> str:
        """Changes, as they would be written."""
        number = self.telling.number
        said = []
        fences = sorted((c for c in changes if c.kind == FENCE), key=lambda c: number[c.before])
        for name, same in groupby(fences, key=lambda change: (change.tag, change.name)):
            between = _listed([f"between steps {self._two(change.before, change.after)}" for change in same])
            said.append(f"{_BARRIERS[name[0]]} ({name[1]}) {between}")
        others = sorted((c for c in changes if c.kind != FENCE), key=lambda c: (c.kind == MARK, number[c.event]))
        said += [f"{change.name} in step {number[change.event]}" for change in others]
        return _listed(said)

    def _between(self) -> str:
        """What the failure turns on of what another thread did; empty when its thread saw nothing of others."""
        number, events = self.telling.number, self.events
        match between(self.trace):
            case Freed(free, use, pointer):
                verb = "reads" if events[use].kind == "R" else "writes"
                by = f"{self._ended(free)} in step {number[free]} ({self._at(free)})"
                got = (
                    ""
                    if pointer is None or pointer not in number
                    else f", through the pointer that step {number[pointer]} read"
                )
                return f" What came between: step {number[use]} {verb} {events[use].name}, {by}{got}."
            case Lost(write, read, update):
                who, name = self._who(events[update]), events[update].name
                return (
                    f" What came between: step {number[write]} ({self._who(events[write])}, {self._at(write)}) writes "
                    f"{name} after {who} has read it in step {number[read]} and before {who} writes it in step "
                    f"{number[update]} ({self._at(update)}): that update is lost."
                )
            case Seen(write, read):
                who = self._who(events[write])
                done = self._ended(write) if events[write].kind == "poison" else f"as {who} wrote it"
                by = f"in step {number[write]} ({self._at(write)})"
                return f" What came between: step {number[read]} reads {events[read].name}, {done} {by}."
        return ""

    def _ended(self, end: int) -> str:
        """Who has ended the life of an object, as what is said of it."""
        event = self.events[end]
        left = self.trace.execution.scope_left(event)
        return f"whose scope {self._who(event)} left" if left else f"which {self._who(event)} freed"

    def _at(self, number: int) -> Source:
        event = self.events[number]
        return own_place(event.source, event.stack)

    def _access(self, number: int) -> str:
        event = self.events[number]
        verb = {"R": "load", "poison": "free"}.get(event.kind, "store")
        if self.trace.execution.scope_left(event):
            verb = "end of the scope"
        plain = "plain " if self.trace.property == "race" and not event.tags else ""
        place = own_place(event.source, event.stack)
        name = self._object(event) if event.kind == "poison" else event.name
        return f"the {plain}{verb} of {name} ({place}, step {self.telling.number[number]})"

    def _object(self, event: ExecutedEvent) -> str:
        """The object that ``event`` is in."""
        address = event.address
        if address is None:
            return event.name
        within = (o.name for o in self.trace.execution.objects if 0 <= address - o.base < o.size)
        return next(within, event.name)

    def _two(self, one: int, other: int) -> str:
        return f"{self.telling.number[one]} and {self.telling.number[other]}"

    def _model(self) -> str:
        return {"lkmm": "LKMM", "tso": "TSO", "pso": "PSO", "sc": "SC", "rc11": "RC11"}.get(
            self.trace.model, self.trace.model
        )

    def _lane(self, event: ExecutedEvent) -> int:
        return len(self.lanes) - 1 if event.final else self.threads.index(event.thread)

    def _who(self, event: ExecutedEvent) -> str:
        return self.lanes[self._lane(event)]

    def _line(self, source: Source) -> str:
        """The line of a place, or what is there when it goes over several."""
        text = self.trace.sources.get(source.file)
        numbers = range(source.line, max(source.line, min(source.end_line, source.line + _LONGEST)) + 1)
        return " ".join(clean(text.lines.get(number, "").strip()) for number in numbers).strip() if text else ""


def _distinct(several: list[str]) -> list[str]:
    """Threads of one function are told apart by a number."""
    return [
        name if several.count(name) == 1 else f"{name} #{several[: index + 1].count(name)}"
        for index, name in enumerate(several)
    ]


def _listed(several: list[int] | list[str]) -> str:
    *most, last = map(str, several)
    return f"{', '.join(most)} and {last}" if most else last


def _lock(event: ExecutedEvent) -> str:
    """The lock's name without that of the word in it that our headers use."""
    head, _, word = event.name.rpartition(".")
    return head if word.startswith("__") else event.name


def shown_value(event: ExecutedEvent) -> str:
    """Pointers by what they lead to, small numbers in decimal, those just below zero as such, others in hexadecimal."""
    value = event.value
    if isinstance(value, Undefined) or value is None:
        return "undefined" if value is None else str(value)
    if event.points:
        return event.points
    if event.size in (4, 8) and (below := value - (1 << 8 * event.size)) >= -4096:
        return str(below)
    return str(value) if value < 4096 else hex(value)
