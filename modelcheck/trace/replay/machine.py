"""An execution taken step by step on the explorer's machine: SC and TSO as interleavings, a weak one as it is told.

Of a weak execution the machine takes the steps in the order in which it is told, and every read gets the value that the
execution says, whatever memory holds by then.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from modelcheck.interleave import local as kinds
from modelcheck.interleave.describe import NAMES
from modelcheck.interleave.leak import leaks
from modelcheck.interleave.local import Local
from modelcheck.interleave.state import Choice, MixedSizes, State
from modelcheck.interleave.system import System, ways
from modelcheck.program.compile import compiled
from modelcheck.program.expr import UNDEFINED, Undefined, Value
from modelcheck.program.ir import Program
from modelcheck.program.machine import Initial
from modelcheck.program.outlived import STILL_THERE, asks_only
from modelcheck.program.thread import Finding
from modelcheck.solve.result import ExecutedEvent, Execution
from modelcheck.trace.replay.correspondence import Correspondence, does
from modelcheck.trace.steps import schedule, tell

_LONGEST = 10_000
"""Steps that a thread may take that no event of the execution tells of."""

_LOOKED_AT = 2_000
"""States that are looked at to see whether threads wait for ever."""

_START = "start of thread "
"""What the flag is called by which a thread that is started late sees that it is."""

_ACCESSES = (kinds.LOAD, kinds.STORE, kinds.RMW, kinds.WAIT)
_LOCKS = frozenset({"LKR", "LKW", "LF", "UL"})
_SECTIONS = frozenset({"Rcu-lock", "Rcu-unlock", "Sync-rcu", "Sync-srcu"})
_FENCES = (kinds.FENCE, kinds.ENTER, kinds.LEAVE, kinds.SYNC)


@frozen(eq=False)
class Moment:
    """A state of the machine: after ``event`` was done or, with ``drained``, reached memory.

    None: at the start, or after a step that no event tells of.
    """

    state: State
    event: int | None = None
    drained: bool = False


class Strays(Exception):  # noqa: N818 (a result on its way)
    """The machine cannot take the next step: ``event`` is that of the execution, ``local`` where the thread stands.

    ``findings`` are what was wrong before.
    """

    def __init__(self, reason: str, event: int | None = None, local: Local | None = None) -> None:
        self.findings: tuple[Finding, ...] = ()
        self.reason = reason
        self.event = event
        self.local = local
        super().__init__(reason)


class _Told(System):
    """A machine whose reads get what they are told."""

    told: Value | None = None

    def _trouble(self, state: State, thread: int, local: Local) -> State | None:
        return None  # whether an access comes too late does not show in the order in which things are told

    def _look(self, state: State, thread: int, local: Local) -> Value | None:
        return super()._look(state, thread, local) if self.told is None else self.told


def play(
    program: Program,
    initial: Initial,
    execution: Execution,
    model: str,
    properties: frozenset[str],
    unfinished: bool = False,
) -> Run:
    """Take the steps of ``execution`` from ``initial`` on.

    Args:
        program, initial: what runs.
        execution: what to do; where objects lie may differ.
        unfinished: it ends where something is wrong, and the step that is wrong may be none of its events.
        model: ``sc``, ``tso``; any other is taken as it is told.
        properties: as for `System`.

    Raises `Strays` where the machine cannot follow.
    """
    split: frozenset[int] = frozenset()
    while True:
        try:
            run = Run(program, initial, execution, model, properties, split)
            run.run(unfinished)
        except MixedSizes as mixed:
            split |= {mixed.word}
            continue
        except Strays as stray:
            stray.findings = tuple(local.finding for local in run.state.threads if local.finding is not None)
            raise
        return run


class Run:
    """One run of the machine.

    Attributes:
        system: the machine.
        moments: what it went through; the first is the start.
        objects: of the execution's objects, which are the machine's.
        threads: of the execution's threads, which are the machine's: that numbers only those that are started.
    """

    def __init__(
        self,
        program: Program,
        initial: Initial,
        execution: Execution,
        model: str,
        properties: frozenset[str],
        split: frozenset[int] = frozenset(),
    ) -> None:
        self.execution = execution
        self.model = model
        self.weak = model not in ("sc", "tso")
        self.properties = properties
        machine = _Told if self.weak else System
        self.system = machine(compiled(program), initial, "sc" if self.weak else model, split, properties)
        self.objects = Correspondence(execution.objects, self.system.objects.space)
        self.state = self.system.first
        self.moments = [Moment(self.state)]
        self.choices: dict[int, list[int]] = {}
        for thread, outcome in execution.choices:
            self.choices.setdefault(thread, []).append(outcome)
        self.threads: dict[int, int] = {0: 0}
        flagged = {
            int(number)
            for e in execution.events
            if (number := e.name.removeprefix(_START)) != e.name and number.isdecimal()
        }
        self._plain = [number for number in range(1, len(execution.threads)) if number not in flagged]
        self._spawned: list[str] = ["main"]
        self._halves = {write: read for read, write in execution.rmw}
        self._taken: set[int] = set()
        entered = {(section.source, section.stack) for section in initial.reading}
        first = sorted((e for e in execution.events if e.thread == 0 and not e.final), key=lambda e: e.position)
        self._entered = {e.id for e in first[: len(initial.reading)] if (e.source, e.stack) in entered}
        self._skipped: set[int] = set()

    def run(self, unfinished: bool = False) -> None:
        """Take all steps, and of an ``unfinished`` execution one more where that is wrong. Raises `Strays`."""
        items = self._items()
        if items is None:
            raise Strays(f"no {self.model} machine does that")
        for number, drains in items:
            event = self.execution.events[number]
            if event.position >= 1 << 30:
                continue
            if drains:
                self._drain(event)
            else:
                self._do(event)
            self._begin_grace_periods()
        self._settle()
        if unfinished:
            self._go_wrong()

    def _go_wrong(self) -> None:
        """What fails is the next step of a thread, if nothing has failed so far."""
        if any(local.finding is not None for local in self.state.threads):
            return
        for choice in self.system.enabled(self.state):
            after = self.system.take(self.state, choice)
            if after.threads[choice.thread].finding is not None:
                self.state = after
                self._moment(None)
                return

    def _items(self) -> list[tuple[int, bool]] | None:
        if not self.weak:
            return schedule(self.execution, self.model)
        told = tell(self.execution, self.model)
        return [(event.id, False) for step in told.steps for event in step.events]

    # ------------------------------------------------------------ single steps

    def _do(self, event: ExecutedEvent) -> None:
        name = event.name
        if event.id in self._entered:
            self._skip(event)  # main is in there already when the machine begins
            return
        if name.startswith((_START, "end of ")):
            self._flag(event, name)
            return
        if event.kind == "poison":
            self._free(event)
            return
        if event.kind == "W" and self._halves.get(event.id) in self._taken:
            self._moment(event.id)
            return
        thread = self._start(event.thread)
        for _ in range(_LONGEST):
            local = self.state.threads[thread]
            if self._is(event, local):
                self._take_event(event, local)
                return
            if event.kind == "F" and local.kind not in (kinds.CHOOSE, *_FENCES):
                self._skip(event)  # a fence that this machine does not need
                return
            if not self._hidden(thread, local) and not (local.kind == kinds.JOIN and self._scopes_left()):
                barrier = event.kind == "F" and event.tags.isdisjoint(_SECTIONS)  # one that this machine does not need
                if barrier or self._unseen(event) or STILL_THERE in event.tags:
                    self._skip(event)
                    return
                raise self._stray(event, local)
        raise self._stray(event, self.state.threads[thread])

    def _skip(self, event: ExecutedEvent) -> None:
        self._skipped.add(event.id)
        self._moment(event.id)

    def _moment(self, event: int | None, drained: bool = False) -> None:
        self.moments.append(Moment(self.state, event, drained))

    def _is(self, event: ExecutedEvent, local: Local) -> bool:
        """Whether ``local`` is about to do what ``event`` is."""
        if event.kind == "F":
            return local.kind in _FENCES and local.point.instruction.tags == event.tags
        if local.kind not in _ACCESSES or event.address is None:
            return False
        reads = event.kind == "R"
        if (local.kind == kinds.STORE) == reads or local.point.instruction.size != event.size:
            return False
        half = not event.tags.isdisjoint({"RMW", "LF"})  # a trylock that fails is a lone read
        if half != (local.kind in (kinds.RMW, kinds.WAIT)) and local.kind != kinds.WAIT:
            return False
        return self.objects.same_place(event.address, event.name, local.address)

    def _unseen(self, event: ExecutedEvent) -> bool:
        """Whether the machine takes no step for ``event``: an access to a local, or the zeroing of an object."""
        if event.address is None:
            return False
        thing = self.objects.find(event.address)
        if thing is None:
            return False
        zeroes = thing.kind == "heap" and event.kind == "W" and not event.tags and event.value == 0
        return zeroes or thing.kind == "local"

    def _take_event(self, event: ExecutedEvent, local: Local) -> None:
        """Take the step that ``event`` is, with the value that it has."""
        thread = self.threads[event.thread]
        if event.kind == "W" and not self._same(event, local.value, local.address):
            if self._unseen(event):
                self._skip(event)
                return
            raise self._stray(event, local)
        after: State | None
        if event.kind == "R":
            if local.kind == kinds.RMW:
                self._empty_buffer(thread)
            value = self._read(event, local)
            if isinstance(value, int) and not self._goes_on(local, value):
                self._skip(event)  # it looks in vain, and waits
                return
            if isinstance(self.system, _Told):
                self.system.told = value
            # A reader that takes no lock that it could take waits behind a writer.
            behind = local.queues and event.id not in self._halves.values() and not local.own.queued
            after = self.system.step(self.state, thread, int(behind))
            if isinstance(self.system, _Told):
                self.system.told = None
            self._taken.add(event.id)
        else:
            after = self._stepped(thread)
        if after is None:
            raise self._stray(event, local)
        self.state = after
        self._moment(event.id)

    def _begin_grace_periods(self) -> None:
        """Let each thread that has come to a grace period begin it: what begins later need not be waited for."""
        for thread, local in enumerate(self.state.threads):
            if local.kind == kinds.SYNC and not self.state.buffers[thread]:
                after = self.system.step(self.state, thread)
                if after is not None and after.threads == self.state.threads:
                    self.state = after

    def _empty_buffer(self, thread: int) -> None:
        """What is still in a buffer before a read-modify-write is what no event tells of, or what is done at rest."""
        while self.state.buffers[thread]:
            self.state = self.system.drain(self.state, thread)
            self._moment(None)

    def _stepped(self, thread: int) -> State | None:
        """The state after the next step of a thread, its buffer emptied first where the step needs that."""
        after = self.system.step(self.state, thread)
        while after is None and self.state.buffers[thread]:
            self.state = self.system.drain(self.state, thread)
            after = self.system.step(self.state, thread)
        if after is not None and after.grace != self.state.grace and after.threads == self.state.threads:
            # A grace period begins; it ends with another step.
            self.state = after
            after = self.system.step(self.state, thread)
        return after

    def _read(self, event: ExecutedEvent, local: Local) -> Value:
        if self.weak:
            if event.value is None or isinstance(event.value, Undefined):
                # Of what was freed, what is still there is as good as anything.
                return self.system.look(self.state, self.threads[event.thread]) or UNDEFINED
            return self.objects.translated(event.value, event.points)
        value = self.system.look(self.state, self.threads[event.thread])
        if value is None:
            raise self._stray(event, local)
        freed = isinstance(event.value, Undefined)
        if not freed and not isinstance(value, Undefined) and not self._same(event, value, local.address):
            raise self._stray(event, local)
        return value

    def _goes_on(self, local: Local, value: Value) -> bool:
        if local.kind == kinds.WAIT or (local.kind == kinds.RMW and local.value):
            return local.outcome(value)[0]
        return True

    def _same(self, event: ExecutedEvent, value: Value, address: int) -> bool:
        # Words of our own headers hold numbers of threads, which the machine may give in another order.
        if isinstance(value, int) and isinstance(event.value, int) and not event.tags.isdisjoint(_LOCKS):
            return bool(value) == bool(event.value)
        ours = event.name.startswith("__mc_")
        return ours or self.objects.same_value(event.value, event.points, value, address)

    def _stray(self, event: ExecutedEvent, local: Local) -> Strays:
        names = self.execution.threads
        return Strays(f"{names[event.thread]} {self._stands(local)}, where the trace {does(event)}", event.id, local)

    def _stands(self, local: Local) -> str:
        """What a thread is about to do, or has come to."""
        if local.finding is not None:
            return f"stops ({local.finding.property}: {local.finding.message})"
        if local.kind in NAMES:
            place = self.system.objects.space.name(local.address) if local.address else ""
            return f"comes to a {NAMES[local.kind]} {place}".rstrip()
        return f"cannot go on ({local.reason})" if local.reason else "does no more"

    def _hidden(self, thread: int, local: Local) -> bool:
        """Take a step that no event tells of; gives whether there was one."""
        way = 0
        match local.kind:
            case kinds.CHOOSE:
                number = next((n for n, at in self.threads.items() if at == thread), thread)
                left = self.choices.get(number, [])
                way = left.pop(0) if left else 0
                if way >= ways(local):
                    return False
            case kinds.SPAWN | kinds.JOIN | kinds.FENCE | kinds.ENTER | kinds.LEAVE | kinds.SYNC:
                pass
            case kinds.FREE if not local.address or not self._touched(local):
                pass
            case _ if local.kind in _ACCESSES and (self._own(local) or asks_only(local.point.instruction)):
                pass
            case _:
                return False
        chooses = local.kind == kinds.CHOOSE
        after = self.system.step(self.state, thread, way) if chooses else self._stepped(thread)
        if after is None or after == self.state:
            return False
        self.state = after
        if local.kind == kinds.SPAWN:
            self._spawned.append(local.point.instruction.name or local.callee)
        self._moment(None)
        return True

    def _scopes_left(self) -> bool:
        """Let threads that others wait for leave the scopes that no event tells of, and ask whether what they have
        released is still there; gives whether one did."""
        for thread, local in enumerate(self.state.threads):
            if local.kind in _ACCESSES and asks_only(local.point.instruction) and self._hidden(thread, local):
                return True
            if local.kind == kinds.FREE and local.scope and self._hidden(thread, local):
                return True
            buffer = self.state.buffers[thread]
            if local.kind == kinds.ENDED and buffer and buffer[0].frees and buffer[0].life in self.system.slots.scopes:
                self.state = self.system.drain(self.state, thread)
                self._moment(None)
                return True
        return False

    def _touched(self, local: Local) -> bool:
        """Whether an event tells of the free that ``local`` is about to do."""
        then = self.objects.back(local.address)
        return any(
            e.kind == "poison" and e.address is not None and (o := self.objects.find(e.address)) and o.base == then
            for e in self.execution.events
        )

    def _own(self, local: Local) -> bool:
        thing = self.system.objects.space.find(local.address)
        return thing is not None and thing.kind == "local"

    # ------------------------------------------------------------ threads, frees, buffers

    def _start(self, number: int) -> int:
        """Let main go on until thread ``number`` of the execution is there; gives its number in the machine."""
        if number in self.threads:
            return self.threads[number]
        name = self.execution.threads[number]
        rank = [other for other in self._plain if self.execution.threads[other] == name].index(number)
        for _ in range(_LONGEST):
            # Those that others start have a flag, and are known from then on.
            known = set(self.threads.values())
            same = [at for at, called in enumerate(self._spawned) if called == name and (at not in known)]
            before = sum(self.execution.threads[n] == name for n in self.threads if n in self._plain)
            if len(same) > rank - before >= 0:
                self.threads[number] = same[rank - before]
                return self.threads[number]
            spawners = [n for n, local in enumerate(self.state.threads) if not n or local.kind == kinds.SPAWN]
            if not any(self._hidden(n, self.state.threads[n]) for n in spawners):
                break
        raise Strays(f"the thread {name} is not started")

    def _flag(self, event: ExecutedEvent, name: str) -> None:
        """A write or read that stands for starting a thread, for its end, or for waiting for that."""
        if not name.startswith(_START):
            own = [e for e in self.execution.events if e.thread == event.thread and e.position > event.position]
            in_vain = event.value == 0 and not own
            if event.kind == "R" and not in_vain and not self._waits_on(event):
                self._until(event, kinds.JOIN)
        elif event.kind == "W":
            self._until(event, kinds.SPAWN)
            self.threads[int(name.removeprefix(_START))] = len(self.state.threads) - 1
        self._moment(event.id)

    def _waits_on(self, event: ExecutedEvent) -> bool:
        """Whether more of the same join comes: it may look for the end of its thread, for the result, and whether the
        thread was joined before."""
        own = [e for e in self.execution.events if e.thread == event.thread and e.position > event.position]
        following = min(own, key=lambda e: e.position, default=None)
        if following is None or following.kind != "R" or not following.name.startswith("end of "):
            return False
        return (following.source, following.stack) == (event.source, event.stack)

    def _until(self, event: ExecutedEvent, kind: int) -> None:
        """Let the thread of ``event`` go on until it has taken a step of ``kind``."""
        thread = self._start(event.thread)
        for _ in range(_LONGEST):
            local = self.state.threads[thread]
            if self._hidden(thread, local):
                if local.kind == kind:
                    return
            elif local.kind != kinds.JOIN or not self._scopes_left():
                raise self._stray(event, local)

    def _free(self, event: ExecutedEvent) -> None:
        """One free leaves an event for each cell: the first is the step."""
        key = [
            e.id for e in self.execution.events
            if e.kind == "poison" and (e.thread, e.position) == (event.thread, event.position) and e.id in self._taken
        ]  # fmt: skip
        if key or event.thread < 0:
            self._taken.add(event.id)
            self._moment(event.id)
            return
        thread = self._start(event.thread)
        for _ in range(_LONGEST):
            local = self.state.threads[thread]
            if local.kind == kinds.FREE and local.address and self._frees(event, local):
                after = self._stepped(thread)
                if after is None:
                    raise self._stray(event, local)
                self.state = after
                self._taken.add(event.id)
                self._moment(event.id)
                return
            if not self._hidden(thread, local):
                if self._unseen(event):
                    self._skip(event)  # the scope of a local that the machine has left on the way
                    return
                raise self._stray(event, local)
        raise self._stray(event, self.state.threads[thread])

    def _frees(self, event: ExecutedEvent, local: Local) -> bool:
        assert event.address is not None
        thing = self.objects.find(event.address)
        if thing is None:
            return False
        return self.objects.same_place(event.address, event.name, local.address + event.address - thing.base)

    def _drain(self, event: ExecutedEvent) -> None:
        """The store that ``event`` is reaches memory, and what is before it in the buffer that no event tells of."""
        thread = self.threads.get(event.thread)
        if event.id in self._skipped or thread is None:
            return
        told = self.execution.events
        key = (event.thread, event.position)
        if event.kind == "poison" and any(
            m.drained and m.event is not None and (told[m.event].thread, told[m.event].position) == key
            for m in self.moments
        ):
            return
        while self.state.buffers[thread]:
            entry = self.state.buffers[thread][0]
            address = self.system.origin(entry)[0]
            self.state = self.system.drain(self.state, thread)
            meant = event.kind == "poison" or (
                event.address is not None and self.objects.same_place(event.address, event.name, address)
            )
            if (entry.values or entry.frees) and meant:
                self._moment(event.id, drained=True)
                return
            self._moment(None)

    def _settle(self) -> None:
        """What is left: buffers, ends of threads, and steps that no event tells of."""
        moved = True
        while moved and len(self.moments) < _LONGEST:
            moved = False
            for thread in range(len(self.state.threads)):
                while self.state.buffers[thread]:
                    self.state = self.system.drain(self.state, thread)
                    self._moment(None)
                    moved = True
                if self._hidden(thread, self.state.threads[thread]):
                    moved = True

    # ------------------------------------------------------------ what is wrong at the end

    def findings(self) -> list[Finding]:
        """What is wrong in the last state."""
        state = self.state
        found = [local.finding for local in state.threads if local.finding is not None]
        stopped = any(local.kind > kinds.ENDED for local in state.threads)
        waiting = [local for local in state.threads if local.kind < kinds.ENDED]
        if not stopped and not waiting:
            found += leaks(self.system, state)
        if not stopped and waiting and not state.threads[0].quits and self._for_ever():
            first = next((local for local in waiting if local.kind != kinds.JOIN), waiting[0])
            found.append(Finding("deadlock", "", first.place, first.stack, first.thread))
        return found

    def _for_ever(self) -> bool:
        """Whether nothing but fruitless looks can happen any more."""
        if self.system.waits_for_nobody(self.state):
            return False
        seen: set[State] = {self.state}
        todo: Sequence[State] = [self.state]
        while todo:
            following: list[State] = []
            for state in todo:
                for choice in self.system.enabled(state):
                    after = self.system.take(state, Choice(*choice))
                    if after.memory != state.memory or after.buffers != state.buffers:
                        return False
                    if any(local.kind >= kinds.ENDED for local in after.threads if local not in self.state.threads):
                        return False
                    if after not in seen:
                        seen.add(after)
                        following.append(after)
            if len(seen) > _LOOKED_AT:
                return False
            todo = following
        return True
