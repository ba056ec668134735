"""An execution as a litmus test: its accesses with their primitives, and the outcome that it has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from modelcheck.program.expr import Value, signed
from modelcheck.solve.result import ExecutedEvent, Execution
from modelcheck.trace.words import Names, Numbers

FENCES: Final[Mapping[str, str]] = {
    "Mb": "smp_mb()", "Rmb": "smp_rmb()", "Wmb": "smp_wmb()", "Barrier": "barrier()",
    "Before-atomic": "smp_mb__before_atomic()", "After-atomic": "smp_mb__after_atomic()",
    "After-spinlock": "smp_mb__after_spinlock()", "After-unlock-lock": "smp_mb__after_unlock_lock()",
    "After-srcu-read-unlock": "smp_mb__after_srcu_read_unlock()", "Rcu-lock": "rcu_read_lock()",
    "Rcu-unlock": "rcu_read_unlock()", "Sync-rcu": "synchronize_rcu()", "Sync-srcu": "synchronize_srcu({x})",
}  # fmt: skip
"""What each fence is written as, by its tag."""

READS: Final[Mapping[frozenset[str], str]] = {
    frozenset(): "*{x}", frozenset({"ONCE"}): "READ_ONCE(*{x})", frozenset({"ACQUIRE"}): "smp_load_acquire({x})",
    frozenset({"LF"}): "spin_trylock({x})", frozenset({"RL"}): "spin_is_locked({x})",
    frozenset({"RU"}): "spin_is_locked({x})", frozenset({"Srcu-lock"}): "srcu_read_lock({x})",
}  # fmt: skip

WRITES: Final[Mapping[frozenset[str], str]] = {
    frozenset(): "*{x} = {v}", frozenset({"ONCE"}): "WRITE_ONCE(*{x}, {v})",
    frozenset({"RELEASE"}): "smp_store_release({x}, {v})", frozenset({"UL"}): "spin_unlock({x})",
    frozenset({"Srcu-unlock"}): "srcu_read_unlock({x}, {v})",
}  # fmt: skip

EXCHANGES: Final[Mapping[tuple[frozenset[str], frozenset[str]], str]] = {
    (frozenset({"MB"}), frozenset({"MB"})): "xchg({x}, {v})",
    (frozenset({"ACQUIRE"}), frozenset({"ONCE"})): "xchg_acquire({x}, {v})",
    (frozenset({"ONCE"}), frozenset({"RELEASE"})): "xchg_release({x}, {v})",
    (frozenset({"ONCE"}), frozenset({"ONCE"})): "xchg_relaxed({x}, {v})",
    (frozenset({"LKR"}), frozenset({"LKW"})): "spin_lock({x})",
    (frozenset({"NORETURN"}), frozenset({"NORETURN"})): "atomic_add({d}, {x})",
}  # fmt: skip
"""What a read-modify-write is written as, by the tags of its halves."""

NEVER: Final = 9999
"""A value that no location has: the compare-and-exchange that compares with it fails."""

_LOCK = frozenset({"LKR", "LKW", "UL", "LF", "RL", "RU"})
_SRCU = frozenset({"Srcu-lock", "Srcu-unlock", "Sync-srcu"})


class InexpressibleError(Exception):
    """No litmus test says this; the message says why."""


@frozen
class Writing:
    """What of an execution a test is to say.

    Attributes:
        apart: writes of equal values to one location get different ones, so that it is seen which one was read.
        controls: control dependencies are written, as branches.
        ends: locations whose last value is asked for even where there is one write only.
    """

    apart: bool = False
    controls: bool = True
    ends: frozenset[int] = frozenset()


def litmus_text(execution: Execution, title: str, about: Sequence[str], how: Writing = Writing()) -> str:
    """The events of ``execution``, at rest aside, as a C litmus test that asks whether it can come to the same end.

    A read whose write is not among the events reads from the initial state. Comments give the lines ``about``, and what
    names and numbers stand for. Raises `InexpressibleError` for what the dialect has no word for.
    """
    return _Test(execution, how).text(title, about)


class _Test:
    def __init__(self, execution: Execution, how: Writing) -> None:
        self.execution = execution
        self.how = how
        self.events = execution.events
        self.own = [e for e in self.events if e.thread >= 0 and not e.final]
        if not self.own:
            raise InexpressibleError("no thread has taken a step")
        self.threads = sorted({e.thread for e in self.own})
        self.source = {read: write for write, read in execution.rf}
        self.written = dict(execution.rmw)
        self.read_of = {write: read for read, write in execution.rmw}
        self.names = Names()
        for event in self.own:
            if event.address is not None:
                self.names.give(event.address, event.name)
        self.locks = {e.address for e in self.own if e.tags & _LOCK}
        self.structures = {e.address for e in self.own if e.tags & _SRCU}
        self.counters = {e.address for e in self.own if "NORETURN" in e.tags}
        self.numbers = Numbers()
        self.values = self._values()
        self.registers = self._registers()

    # ------------------------------------------------------------ values

    def _values(self) -> dict[int, int]:
        """What each write writes in the test, by event; initial ones are there by their location, as ~address."""
        values: dict[int, int] = {}
        later = dict.fromkeys(e.id for e in self.own)
        count = {w: sum(b == w for _, b in self.execution.co) for w in later}
        writes = sorted((e for e in self.own if e.kind != "R" and e.kind != "F"), key=lambda e: (count[e.id], e.id))
        for address in dict.fromkeys(e.address for e in self.own if e.address is not None):
            values[~address] = self._number(*self._initial(address))
            used = {values[~address]}
            for event in (w for w in writes if w.address == address):
                value = self._new(event, values)
                if value in used and self.how.apart and address not in self.locks | self.structures | self.counters:
                    value = self.numbers.another(event.points or f"another {value}")
                used.add(value)
                values[event.id] = value
        return values

    def _new(self, event: ExecutedEvent, values: dict[int, int]) -> int:
        if event.kind == "poison":
            return self.numbers.of("freed")
        return self._number(event.value, event.points, event.size)

    def _initial(self, address: int) -> tuple[Value | None, str, int]:
        """What a location holds at first: what is read from outside the test, else its initial write."""
        for event in self.own:
            source = self.source.get(event.id)
            if event.kind == "R" and event.address == address and self.source.get(event.id) is None:
                return event.value, event.points, event.size
            if event.kind == "R" and event.address == address and source is not None and self.events[source].thread < 0:
                return event.value, event.points, event.size
        for event in self.events:
            if event.thread < 0 and event.address == address:
                return event.value, event.points, event.size
        return 0, "", 8

    def _number(self, value: Value | None, points: str, size: int) -> int:
        if points:
            return self.numbers.of(points)
        if not isinstance(value, int):
            return self.numbers.of("what nobody has written")
        small = signed(value, 8 * size) if size else value
        return small if abs(small) < 1000 else self.numbers.of(hex(value))

    def _read(self, event: ExecutedEvent) -> int:
        """What a read gets in the test."""
        assert event.address is not None
        source = self.source.get(event.id)
        return self.values.get(source if source in self.values else ~event.address, 0)

    # ------------------------------------------------------------ threads

    def _registers(self) -> dict[int, str]:
        """The variable of each read that gives something."""
        found: dict[int, str] = {}
        for thread in self.threads:
            number = 0
            for event in self._thread(thread):
                if event.kind == "R" and not event.tags & {"LKR", "NORETURN"}:
                    found[event.id] = f"r{number}"
                    number += 1
        return found

    def _thread(self, thread: int) -> list[ExecutedEvent]:
        return sorted((e for e in self.own if e.thread == thread), key=lambda e: (e.position, e.id))

    def _parameters(self, several: Iterable[ExecutedEvent]) -> str:
        found = dict.fromkeys(e.address for e in several if e.address is not None)
        return ", ".join(f"{self._type(address)} *{self.names[address]}" for address in found)

    def _type(self, address: int) -> str:
        if address in self.structures:
            return "struct srcu_struct"
        if address in self.locks:
            return "spinlock_t"
        return "atomic_t" if address in self.counters else "int"

    def _body(self, thread: int) -> list[str]:
        several = self._thread(thread)
        given = [self.registers[e.id] for e in several if e.id in self.registers]
        lines = [f"\tint {register};" for register in given]
        lines += [""] if given else []
        open_: list[int] = []
        temporary = len(given)
        for index, event in enumerate(several):
            if event.id in self.read_of:
                continue
            wanted = self._conditions(several, index)
            kept = 0
            while kept < len(open_) and open_[kept] in wanted:
                kept += 1
            lines += ["\t" * (level + 1) + "}" for level in reversed(range(kept, len(open_)))]
            del open_[kept:]
            for read in wanted:
                if read not in open_:
                    value = self._read(self.events[read])
                    lines.append("\t" * (len(open_) + 1) + f"if ({self.registers[read]} == {value}) {{")
                    open_.append(read)
            statements, temporary = self._statement(event, temporary)
            lines += ["\t" * (len(open_) + 1) + statement + ";" for statement in statements]
        return lines + ["\t" * (level + 1) + "}" for level in reversed(range(len(open_)))]

    def _conditions(self, several: Sequence[ExecutedEvent], index: int) -> list[int]:
        """The reads that the event rests on by control; a fence is in the branches of what comes next."""
        if not self.how.controls:
            return []
        event = next((e for e in several[index:] if e.kind != "F"), None)
        if event is None:
            event = several[index]
        before = {e.id for e in several[:index]}
        reads = [r for r, e in self.execution.ctrl if e == event.id and r in self.registers and r in before]
        return sorted(set(reads), key=lambda r: (self.events[r].position, r))

    def _statement(self, event: ExecutedEvent, temporary: int) -> tuple[list[str], int]:
        """The statements of one step, and the number of the next free register."""
        if event.kind == "F":
            return [self._fence(event)], temporary
        assert event.address is not None
        place = self.names[event.address]
        statements = []
        through = self._depends(self.execution.addr, event)
        if through and not event.tags & (_LOCK | _SRCU):
            statements.append(f"int *r{temporary} = {place}{through}")
            place = f"r{temporary}"
            temporary += 1
        write = self.written.get(event.id)
        if write is not None:
            text = self._exchange(event, self.events[write], place)
        elif event.kind == "R":
            text = self._load(event, place)
        else:
            text = self._store(event, place)
        register = self.registers.get(event.id)
        return [*statements, text if register is None else f"{register} = {text}"], temporary

    def _fence(self, event: ExecutedEvent) -> str:
        for tag in sorted(event.tags):
            if tag in FENCES:
                return FENCES[tag].format(x="" if event.address is None else self.names[event.address])
        raise InexpressibleError(f"litmus tests have no fence {_listed(event.tags)}")

    def _load(self, event: ExecutedEvent, place: str) -> str:
        tags = event.tags - {"RMW"}
        if "RMW" in event.tags and not tags & _LOCK:
            if tags != {"ONCE"}:
                raise InexpressibleError(f"litmus tests have no failing read-modify-write {_listed(tags)}")
            return f"cmpxchg({place}, {NEVER}, 0)"
        form = READS.get(tags)
        if form is None:
            raise InexpressibleError(f"litmus tests have no read {_listed(tags)}")
        return form.format(x=place)

    def _store(self, event: ExecutedEvent, place: str) -> str:
        tags = event.tags - {"RMW", "NA"}
        form = WRITES.get(tags)
        if form is None:
            raise InexpressibleError(f"litmus tests have no write {_listed(tags)}")
        if "Srcu-unlock" in tags:
            cookie = [r for r, e in self.execution.data if e == event.id and "Srcu-lock" in self.events[r].tags]
            if not cookie or cookie[0] not in self.registers:
                raise InexpressibleError("a read-side section of SRCU is left whose entry is not in the test")
            return form.format(x=place, v=self.registers[cookie[0]])
        return form.format(x=place, v=f"{self.values[event.id]}{self._depends(self.execution.data, event)}")

    def _exchange(self, read: ExecutedEvent, write: ExecutedEvent, place: str) -> str:
        tags = read.tags - {"RMW"}, write.tags - {"RMW"}
        form = EXCHANGES.get(tags)
        if form is None:
            both = f"{_listed(tags[0])} and {_listed(tags[1])}"
            raise InexpressibleError(f"litmus tests have no read-modify-write with halves {both}")
        value = f"{self.values[write.id]}{self._depends(self.execution.data, write, but=read.id)}"
        return form.format(x=place, v=value, d=self.values[write.id] - self._read(read))

    def _depends(self, pairs: Iterable[tuple[int, int]], event: ExecutedEvent, but: int = -1) -> str:
        """What makes an expression rest on the reads that it did rest on, and changes nothing."""
        reads = sorted({r for r, e in pairs if e == event.id and r in self.registers and r != but})
        return "".join(f" + ({self.registers[r]} ^ {self.registers[r]})" for r in reads)

    # ------------------------------------------------------------ the whole

    def text(self, title: str, about: Sequence[str]) -> str:
        """The test."""
        bodies = [self._body(thread) for thread in self.threads]
        wholes = []
        for number, (thread, body) in enumerate(zip(self.threads, bodies, strict=True)):
            head = f"P{number}({self._parameters(self._thread(thread))})"
            wholes.append("\n".join((head, "{", *body, "}")))
        names = [f"P{n} is {self.execution.threads[t]}" for n, t in enumerate(self.threads)]
        legend = [*about, *names, *self.names.legend(), *self.numbers.legend()]
        comment = "\n".join(("(*", *(f" * {_harmless(line)}".rstrip() for line in legend), " *)"))
        initial = [
            f"\t{self.names[a]}={self.values[~a]};"
            for a in self.names.addresses
            if self.values.get(~a) and a not in self.locks | self.structures
        ]
        state = "\n".join(("{", *initial, "}"))
        return "\n\n".join((f"C {_word(title)}", comment, state, *wholes, f"exists ({self._outcome()})")) + "\n"

    def _outcome(self) -> str:
        parts = []
        for number, thread in enumerate(self.threads):
            for event in self._thread(thread):
                register = self.registers.get(event.id)
                if register is not None and "Srcu-lock" not in event.tags:
                    parts.append(f"{number}:{register}={self._seen(event)}")
        for address in self.names.addresses:
            writes = [e.id for e in self.own if e.address == address and e.kind in ("W", "poison")]
            if address in self.locks | self.structures or not writes:
                continue
            if len(writes) > 1 or address in self.how.ends:
                last = max(writes, key=lambda w: sum(b == w and a in writes for a, b in self.execution.co))
                parts.append(f"[{self.names[address]}]={self.values[last]}")
        if not parts:
            raise InexpressibleError("nothing is read, and no location is written twice")
        return " /\\ ".join(parts)

    def _seen(self, event: ExecutedEvent) -> int:
        if event.tags & {"LF", "RU"}:
            return 0
        return 1 if "RL" in event.tags else self._read(event)


def _listed(tags: Iterable[str]) -> str:
    return f"[{', '.join(sorted(tags))}]"


def _harmless(line: str) -> str:
    """``line`` so that it can neither end the comment nor move the cursor."""
    plain = "".join(c if c.isprintable() else " " for c in line)
    return plain.replace("(*", "( *").replace("*)", "* )").replace("*/", "* /").replace("/*", "/ *")


def _word(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.+-]+", "-", title).strip("-") or "trace"
