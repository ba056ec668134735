"""Running one thread of a litmus test on guesses of what its reads give."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.models.litmus_text import UnsupportedError, Value


@dataclass
class Event:
    kind: str
    tags: frozenset[str]
    location: str | None = None
    value: Value | None = None
    addr: frozenset[int] = frozenset()
    data: frozenset[int] = frozenset()
    ctrl: frozenset[int] = frozenset()
    rmw: int | None = None


@dataclass
class Trace:
    """One run of a thread on given read values: events numbered within the thread, final registers."""

    events: list[Event]
    registers: dict[str, Value]


Tainted = tuple[Value, frozenset[int]]

_FENCES = {
    "smp_mb": "Mb", "smp_rmb": "Rmb", "smp_wmb": "Wmb", "barrier": "Barrier", "rcu_read_lock": "Rcu-lock",
    "rcu_read_unlock": "Rcu-unlock", "synchronize_rcu": "Sync-rcu", "synchronize_rcu_expedited": "Sync-rcu",
    "smp_mb__before_atomic": "Before-atomic", "smp_mb__after_atomic": "After-atomic",
    "smp_mb__after_spinlock": "After-spinlock", "smp_mb__after_unlock_lock": "After-unlock-lock",
    "smp_mb__after_srcu_read_unlock": "After-srcu-read-unlock",
}  # fmt: skip
_LOADS = {
    "READ_ONCE": "ONCE", "rcu_dereference": "ONCE", "atomic_read": "ONCE", "smp_load_acquire": "ACQUIRE",
    "atomic_read_acquire": "ACQUIRE",
}  # fmt: skip
_STORES = {
    "WRITE_ONCE": "ONCE", "atomic_set": "ONCE", "smp_store_release": "RELEASE", "rcu_assign_pointer": "RELEASE",
    "atomic_set_release": "RELEASE",
}  # fmt: skip
_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "&": lambda a, b: a & b,
    "|": lambda a, b: a | b, "^": lambda a, b: a ^ b, "<": lambda a, b: int(a < b), ">": lambda a, b: int(a > b),
    "<=": lambda a, b: int(a <= b), ">=": lambda a, b: int(a >= b), "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
}  # fmt: skip
_ATOMIC = re.compile(
    r"(?:atomic_)?(fetch_)?(add|sub|inc|dec|xchg|cmpxchg)(_return|_and_test|_unless)?(_relaxed|_acquire|_release)?"
)


class Thread:
    """Runs a thread; ``guess(location)`` gives what the next read returns."""

    def __init__(self, parameters: list[str], guess: Callable[[str], Value]) -> None:
        self.events: list[Event] = []
        self.registers: dict[str, Tainted] = {name: (name, frozenset()) for name in parameters}
        self.guess = guess
        self.ctrl: frozenset[int] = frozenset()

    def run(self, statements: list[Any]) -> None:
        for statement in statements:
            if statement[0] == "set":
                self.registers[statement[1]] = self.value(statement[2])
            elif statement[0] == "expr":
                self.value(statement[1])
            else:
                outer = self.ctrl
                condition, deps = self.value(statement[1])
                self.ctrl |= deps
                self.run(statement[2] if condition else statement[3])
                self.ctrl = outer  # a control dependency ends where the branches meet

    def add(
        self, kind: str, tags: str, location: Tainted | None = None, data: Tainted | None = None, rmw: int | None = None
    ) -> Tainted:
        event = Event(kind, frozenset(filter(None, tags.split(","))), ctrl=self.ctrl, rmw=rmw)
        if location is not None:
            place, event.addr = location
            if not isinstance(place, str):
                raise UnsupportedError("an access through a number")
            event.location = place
        if data is not None:
            event.value, event.data = data
        self.events.append(event)
        number = len(self.events) - 1
        if kind == "R":
            assert event.location is not None
            event.value = self.guess(event.location)
            return event.value, frozenset({number})
        return 0, frozenset()

    def address(self, e: Any) -> Tainted:
        """Of the object that ``e`` (an lvalue or a pointer to it) names."""
        return self.value(e[2]) if e[:2] == ("un", "*") else self.value(e)

    def value(self, e: Any) -> Tainted:
        match e:
            case ("num", number):
                return number, frozenset()
            case ("name", name):
                return self.registers.get(name, (0, frozenset()))
            case ("un", "*", inner):
                return self.add("R", "", self.value(inner))
            case ("un", "&", inner):
                return self.address(inner)
            case ("un", "!", inner):
                value, deps = self.value(inner)
                return int(value == 0), deps
            case ("un", operator, inner):
                value, deps = self.value(inner)
                return -number_of(value) if operator == "-" else ~number_of(value), deps
            case ("bin", "=", target, source):
                assigned = self.value(source)
                if target[0] == "name":
                    self.registers[target[1]] = assigned
                else:
                    self.add("W", "", self.address(target), assigned)
                return assigned
            case ("bin", "&&" | "||" as operator, left, right):
                value, deps = self.value(left)
                self.ctrl |= deps
                if bool(value) == (operator == "||"):
                    return int(bool(value)), deps
                other, more = self.value(right)
                return int(bool(other)), deps | more
            case ("bin", operator, left, right):
                (a, da), (b, db) = self.value(left), self.value(right)
                if operator in ("==", "!="):
                    return int((a == b) == (operator == "==")), da | db
                if isinstance(a, str) and b == 0 and operator in "+-|^":
                    return a, da | db
                if a == b and operator in "^-":
                    return 0, da | db
                return _ARITHMETIC[operator](number_of(a), number_of(b)), da | db
            case ("call", name, arguments):
                return self.call(name, arguments)
        raise UnsupportedError(str(e))

    def call(self, name: str, args: list[Any]) -> Tainted:
        if name in _FENCES:
            return self.add("F", _FENCES[name])
        if name in _LOADS:
            return self.add("R", _LOADS[name], self.address(args[0]))
        if name in _STORES:
            at, value = self.address(args[0]), self.value(args[1])
            return self.add("W", _STORES[name], at, value)
        if name == "spin_lock":
            value = self.add("R", "LKR,RMW", self.address(args[0]))
            if value[0] != 0:
                raise BlockedError
            return self.add("W", "LKW,RMW", self.address(args[0]), (1, frozenset()), len(self.events) - 1)
        if name == "spin_unlock":
            return self.add("W", "UL", self.address(args[0]), (0, frozenset()))
        if name == "srcu_read_lock":
            return self.add("R", "Srcu-lock", self.address(args[0]))
        if name == "srcu_read_unlock":
            return self.add("W", "Srcu-unlock", self.address(args[0]), self.value(args[1]))
        if name == "synchronize_srcu":
            return self.add("F", "Sync-srcu", self.address(args[0]))
        if name == "kfree":
            return self.value(args[0])
        match = _ATOMIC.fullmatch(name)
        if match is None:
            raise UnsupportedError(name)
        return self.atomic(name, match, args)

    def atomic(self, name: str, match: re.Match[str], args: list[Any]) -> Tainted:
        fetch, operation, form, order = match.groups()
        flipped = operation in ("add", "sub") and (fetch or form is not None or name.startswith("atomic_"))
        operands = [self.value(a) for a in (args[:1] if flipped and form != "_unless" else args[1:])]
        at = self.address(args[-1] if operation in ("inc", "dec") or (flipped and form != "_unless") else args[0])
        returns = fetch or form or operation in ("xchg", "cmpxchg")
        tags = {
            None: ("MB", "MB"),
            "_relaxed": ("ONCE", "ONCE"),
            "_acquire": ("ACQUIRE", "ONCE"),
            "_release": ("ONCE", "RELEASE"),
        }[order]
        if not returns:
            tags = ("NORETURN", "ONCE")
        old = self.add("R", f"{tags[0]},RMW", at)
        number = len(self.events) - 1
        if operation == "cmpxchg" and old[0] != operands[0][0]:
            return old
        if form == "_unless" and old[0] == operands[1][0]:
            return 0, old[1]
        if operation in ("xchg", "cmpxchg"):
            new = operands[-1]
            self.add("W", f"{tags[1]},RMW", at, new, number)
            return old
        amount: Tainted = (1, frozenset()) if operation in ("inc", "dec") else operands[0]
        sign = -1 if operation in ("sub", "dec") else 1
        new = (number_of(old[0]) + sign * number_of(amount[0]), amount[1] | old[1])
        self.add("W", f"{tags[1]},RMW", at, new, number)
        if form == "_unless":
            return 1, old[1]
        if form == "_and_test":
            return int(new[0] == 0), new[1]
        return old if fetch else new


class BlockedError(Exception):
    """The thread cannot go on (an LKR that would read "locked")."""


def number_of(value: Value) -> int:
    if isinstance(value, str):
        raise UnsupportedError("arithmetic on an address")
    return value
