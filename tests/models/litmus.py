"""Litmus tests by brute force, for judging models alone: no loops, no unrolling, no solver.

Every thread is run on guesses of what its reads give; every choice of sources and coherence that fits the guesses is a
candidate. Only for tests of the models: what it cannot read it refuses with `UnsupportedError`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from modelcheck.cat import Candidate, Model

Value = int | str
"""A number, or the name of a location: its address."""


class UnsupportedError(Exception):
    """The test uses something that this reader does not know."""


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


@dataclass
class Litmus:
    initial: dict[str, Value]
    threads: list[list[Any]]
    parameters: list[list[str]]
    quantifier: str
    condition: Callable[[Mapping[str, Value]], bool]
    filter: Callable[[Mapping[str, Value]], bool]
    locals: list[set[str]] = field(default_factory=list)


# ------------------------------------------------------------------------------ reading

_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<number>0x[0-9a-fA-F]+|\d+)|(?P<op>->|\+\+|--|\|\||&&|==|!=|<=|>=|<<|>>|/\\|\\/|[-+*/&|^~!<>=(){}\[\];,?:.]))"
)
_TYPE = {
    "int",
    "intptr_t",
    "uintptr_t",
    "char",
    "long",
    "unsigned",
    "struct",
    "volatile",
    "void",
    "atomic_t",
    "spinlock_t",
    "srcu_struct",
    "const",
    "bool",
}


def _tokens(text: str) -> list[str]:
    result, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise UnsupportedError(f"token at {text[position : position + 20]!r}")
        result.append(match.group().strip())
        position = match.end()
    return result


def parse(text: str) -> Litmus:
    head, body, rest = re.split(r"(?m)^(?=P0\s*\()", text, maxsplit=1)[0], *_split_tail(text)
    text = _without_comments(head) + re.sub(r"/\*.*?\*/|//[^\n]*", " ", body, flags=re.S) + _without_comments(rest)
    start = text.index("{")
    depth, end = 0, start
    for end in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            break
    initial = _initial(text[start + 1 : end])
    rest = text[end + 1 :]
    threads, parameters = [], []
    while match := re.match(r"\s*P(\d+)\s*\(([^)]*)\)\s*\{", rest):
        depth, position = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[position], 0)
            position += 1
        names = [re.findall(r"\w+", p)[-1] for p in match.group(2).split(",") if p.strip()]
        parameters.append(names)
        threads.append(_Body(_tokens(rest[match.end() : position - 1])).statements())
        for name in names:
            initial.setdefault(name, 0)
        rest = rest[position:]
    rest = re.sub(r"locations\s*\[[^\]]*\]", "", rest)
    always = lambda state: True  # noqa: E731
    keep = always
    if match := re.match(r"\s*filter\b(.*?)(?=~?\s*exists|forall)", rest, re.S):
        keep = _condition(match.group(1))
        rest = rest[match.end() :]
    match = re.match(r"\s*(~\s*exists|exists|forall)(.*)", rest, re.S)
    if match is None or not threads:
        raise UnsupportedError("condition")
    return Litmus(initial, threads, parameters, match.group(1).replace(" ", ""), _condition(match.group(2)), keep)


def _split_tail(text: str) -> tuple[str, str]:
    """The threads, and what follows them. In the threads ``(*p`` is C; outside ``(* … *)`` is a comment."""
    start = re.search(r"(?m)^P0\s*\(", text)
    if start is None:
        raise UnsupportedError("no P0")
    end = text.rindex("\n}") + 2
    return text[start.start() : end], text[end:]


def _without_comments(text: str) -> str:
    return re.sub(r"\(\*.*?\*\)|/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)


def _initial(text: str) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for item in filter(None, (part.strip() for part in text.split(";"))):
        if ":" in item or "[" in item:
            raise UnsupportedError(f"initial {item}")
        left, _, right = item.partition("=")
        name = re.findall(r"\w+", left)[-1]
        value = right.strip().strip("()&").removeprefix("ATOMIC_INIT(")
        if not right.strip():
            result.setdefault(name, 0)
        else:
            result[name] = int(value, 0) if re.fullmatch(r"-?\w*\d+", value) and not value[0].isalpha() else value
    for value in list(result.values()):
        if isinstance(value, str):
            result.setdefault(value, 0)
    return result


def _condition(text: str) -> Callable[[Mapping[str, Value]], bool]:
    tokens = re.findall(r"/\\|\\/|~|not\b|\(|\)|!=|=|true\b|\*?[\w:.&-]+", text)
    position = 0

    def take() -> str:
        nonlocal position
        position += 1
        return tokens[position - 1]

    def peek() -> str:
        return tokens[position] if position < len(tokens) else ""

    def either() -> Callable[[Mapping[str, Value]], bool]:
        left = both()
        while peek() == "\\/":
            take()
            left = (lambda a, b: lambda state: a(state) or b(state))(left, both())
        return left

    def both() -> Callable[[Mapping[str, Value]], bool]:
        left = atom()
        while peek() == "/\\":
            take()
            left = (lambda a, b: lambda state: a(state) and b(state))(left, atom())
        return left

    def atom() -> Callable[[Mapping[str, Value]], bool]:
        token = take()
        if token in ("~", "not"):
            inner = atom()
            return lambda state: not inner(state)
        if token == "(":
            inner = either()
            take()
            return inner
        if token == "true":
            return lambda state: True
        relation, right = take(), take().lstrip("&")
        value: Value = int(right, 0) if re.fullmatch(r"-?\d+|0x\w+", right) else right
        if token.startswith("*"):
            raise UnsupportedError("*x in the condition")
        return lambda state: (state.get(token, 0) == value) == (relation == "=")

    return either()


class _Body:
    """Statements as nested tuples: ("expr", e), ("set", name, e), ("if", e, then, else)."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.position + ahead] if self.position + ahead < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        if expected is not None and token != expected:
            raise UnsupportedError(f"{token!r} for {expected!r}")
        self.position += 1
        return token

    def statements(self) -> list[Any]:
        result = []
        while self.peek() and self.peek() != "}":
            result.extend(self.statement())
        return result

    def statement(self) -> list[Any]:
        token = self.peek()
        if token == "{":
            self.take()
            inner = self.statements()
            self.take("}")
            return inner
        if token == ";":
            self.take()
            return []
        if token == "if":
            self.take()
            self.take("(")
            condition = self.expression()
            self.take(")")
            then = self.statement()
            otherwise = []
            if self.peek() == "else":
                self.take()
                otherwise = self.statement()
            return [("if", condition, then, otherwise)]
        if token in ("while", "do", "for", "switch", "goto", "return"):
            raise UnsupportedError(token)
        if token in _TYPE:
            while self.peek() in _TYPE or self.peek() == "*":
                self.take()
            result = []
            while True:
                while self.peek() == "*":
                    self.take()
                name = self.take()
                if self.peek() == "=":
                    self.take()
                    result.append(("set", name, self.expression()))
                elif self.peek() == "[":
                    raise UnsupportedError("array")
                if self.take() == ";":
                    return result
        expression = self.expression()
        self.take(";")
        return [("expr", expression)]

    _LEVELS = (
        ("=",),
        ("||",),
        ("&&",),
        ("|",),
        ("^",),
        ("&",),
        ("==", "!="),
        ("<", ">", "<=", ">="),
        ("<<", ">>"),
        ("+", "-"),
        ("*", "/"),
    )

    def expression(self, level: int = 0) -> Any:
        if level == len(self._LEVELS):
            return self.unary()
        left = self.expression(level + 1)
        while self.peek() in self._LEVELS[level]:
            operator = self.take()
            right = self.expression(level if operator == "=" else level + 1)
            left = ("bin", operator, left, right)
        if level == 0 and self.peek() == "?":
            raise UnsupportedError("?:")
        return left

    def unary(self) -> Any:
        token = self.peek()
        if token in ("*", "!", "~", "-", "&"):
            self.take()
            return ("un", token, self.unary())
        if token == "(":
            self.take()
            if self.peek() in _TYPE:
                while self.peek() != ")":
                    self.take()
                self.take(")")
                return self.unary()
            inner = self.expression()
            self.take(")")
            return inner
        self.take()
        if token[0].isdigit():
            return ("num", int(token, 0))
        if self.peek() == "(":
            self.take()
            arguments = []
            while self.peek() != ")":
                arguments.append(self.expression())
                if self.peek() == ",":
                    self.take()
            self.take(")")
            return ("call", token, arguments)
        if self.peek() in ("[", "->", "."):
            raise UnsupportedError(self.peek())
        if not re.match(r"[A-Za-z_]", token):
            raise UnsupportedError(token)
        return ("name", token)


# ------------------------------------------------------------------------------ running a thread

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
    "<=": lambda a, b: int(a <= b), ">=": lambda a, b: int(a >= b), "<<": lambda a, b: a << b, ">>": lambda a, b: a >> b,
}  # fmt: skip
_ATOMIC = re.compile(
    r"(?:atomic_)?(fetch_)?(add|sub|inc|dec|xchg|cmpxchg)(_return|_and_test|_unless)?(_relaxed|_acquire|_release)?"
)


class _Thread:
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
            if not isinstance(location[0], str):
                raise UnsupportedError("an access through a number")
            event.location, event.addr = location
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
                value = self.value(source)
                if target[0] == "name":
                    self.registers[target[1]] = value
                else:
                    self.add("W", "", self.address(target), value)
                return value
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
                raise _BlockedError
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


class _BlockedError(Exception):
    """The thread cannot go on (an LKR that would read "locked")."""


def number_of(value: Value) -> int:
    if isinstance(value, str):
        raise UnsupportedError("arithmetic on an address")
    return value


# ------------------------------------------------------------------------------ candidates


def traces(test: Litmus, most: int = 20_000) -> list[list[Trace]]:
    """Every run of every thread, reads giving any value that some run writes there."""
    values: dict[str, set[Value]] = {name: {value} for name, value in test.initial.items()}
    while True:
        result = [
            list(_runs(body, names, values, most)) for body, names in zip(test.threads, test.parameters, strict=True)
        ]
        before = sum(map(len, values.values()))
        for thread in result:
            for trace in thread:
                for event in trace.events:
                    if event.kind == "W" and event.location is not None and event.value is not None:
                        values.setdefault(event.location, {0}).add(event.value)
        if sum(map(len, values.values())) == before:
            return result
        if before > 500:
            raise UnsupportedError("values without end")


def _runs(body: list[Any], parameters: list[str], values: Mapping[str, set[Value]], most: int) -> Iterator[Trace]:
    pending: list[list[Value]] = [[]]
    count = 0
    while pending:
        script = pending.pop()
        used = 0

        def guess(location: str, script: list[Value] = script) -> Value:
            nonlocal used
            options = sorted(values.get(location, {0}), key=str)
            if used == len(script):
                for other in options[1:]:
                    pending.append([*script, other])
                script.append(options[0])
            used += 1
            return script[used - 1]

        thread = _Thread(parameters, guess)
        count += 1
        if count > most:
            raise UnsupportedError("too many runs")
        try:
            thread.run(body)
        except _BlockedError:
            continue
        yield Trace(thread.events, {name: value for name, (value, _) in thread.registers.items()})


def candidates(test: Litmus, most: int = 200_000) -> Iterator[tuple[Candidate, dict[str, Value]]]:
    """Every candidate of the test with its final state."""
    count = 0
    for combination in itertools.product(*traces(test)):
        count += 1
        if count > most:
            raise UnsupportedError("too many combinations")
        for candidate in _of(test, combination):
            count += 1
            if count > most:
                raise UnsupportedError("too many candidates")
            yield candidate


def _of(test: Litmus, combination: tuple[Trace, ...]) -> Iterator[tuple[Candidate, dict[str, Value]]]:
    initial = [Event("W", frozenset({"IW"}), name, value) for name, value in test.initial.items()]
    events, threads, offsets = list(initial), [-1] * len(initial), []
    for thread, trace in enumerate(combination):
        offsets.append(len(events))
        events += trace.events
        threads += [thread] * len(trace.events)
    writes: dict[str, list[int]] = {}
    for number, event in enumerate(events):
        if event.kind == "W" and event.location is not None:
            writes.setdefault(event.location, []).append(number)
    reads = [number for number, event in enumerate(events) if event.kind == "R"]
    sources = []
    for number in reads:
        event = events[number]
        fit = [
            w
            for w in writes.get(event.location or "", [])
            if events[w].value == event.value and not (threads[w] == threads[number] and w > number)
        ]
        if not fit:
            return
        sources.append(fit)
    size = len(events)
    relations: dict[str, list[int]] = {
        name: [0] * size for name in ("po", "addr", "data", "ctrl", "rmw", "loc", "int", "ext")
    }
    sets: dict[str, int] = {}
    for a, event in enumerate(events):
        for name in (event.kind, *event.tags):
            sets[name] = sets.get(name, 0) | 1 << a
        for b in range(size):
            same = threads[a] == threads[b] >= 0
            relations["int" if same else "ext"][a] |= 1 << b
            if same and a < b:
                relations["po"][a] |= 1 << b
            if event.location is not None and event.location == events[b].location:
                relations["loc"][a] |= 1 << b
        if threads[a] >= 0:
            offset = offsets[threads[a]]
            for name in ("addr", "data", "ctrl"):
                for read in getattr(event, name):
                    relations[name][offset + read] |= 1 << a
            if event.rmw is not None:
                relations["rmw"][offset + event.rmw] |= 1 << a
    fixed = {name: tuple(rows) for name, rows in relations.items()}
    orders = []
    for numbers in writes.values():
        orders.append([numbers[:1] + list(order) for order in _coherence(numbers[1:], events, threads)])
    for coherence in itertools.product(*orders):
        co = [0] * size
        state = {
            name: value
            for thread, trace in enumerate(combination)
            for name, value in ((f"{thread}:{k}", v) for k, v in trace.registers.items())
        }
        for order in coherence:
            after = 0
            for number in reversed(order):
                co[number] = after
                after |= 1 << number
            state[str(events[order[-1]].location)] = events[order[-1]].value or 0
        if not test.filter(state):
            continue
        for chosen in itertools.product(*sources):
            rf = [0] * size
            for read, write in zip(reads, chosen, strict=True):
                rf[write] |= 1 << read
            yield Candidate(size, sets, {**fixed, "rf": tuple(rf), "co": tuple(co)}), state


def _coherence(numbers: list[int], events: list[Event], threads: list[int]) -> Iterator[tuple[int, ...]]:
    """Orders of writes that agree with each thread's own."""
    for order in itertools.permutations(numbers):
        place = {number: position for position, number in enumerate(order)}
        if all(place[a] < place[b] for a in numbers for b in numbers if a < b and threads[a] == threads[b]):
            yield order


def observe(test: Litmus, model: Model, most: int = 200_000) -> tuple[str, int, int, set[str]]:
    """(Never, Sometimes or Always; executions that satisfy the condition; those that do not; flags raised)."""
    positive = negative = 0
    flags: set[str] = set()
    for candidate, state in candidates(test, most):
        if not model.check(candidate, 1).consistent:
            continue
        flags.update(model.flags(candidate))
        if test.condition(state):
            positive += 1
        else:
            negative += 1
    return ("Never" if not positive else "Sometimes" if negative else "Always"), positive, negative, flags
