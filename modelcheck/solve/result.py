"""What the engine answers: a verdict, and the execution that shows a failure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from modelcheck.program.expr import Value
from modelcheck.program.ir import Source, Tags
from modelcheck.program.touch import Touches

Pair = tuple[int, int]


@frozen
class ExecutedEvent:
    """One event of an execution, with concrete values.

    Attributes:
        id: index in `Execution.events`.
        thread: index in `Execution.threads`; -1 for initial writes.
        position: place in its thread's program order.
        kind: ``R``, ``W``, ``F`` or ``poison`` (the write by which free ends an object's life).
        tags: as in the memory model; empty for a plain access.
        address: None for a fence without one.
        size: bytes; 0 for a fence.
        value: read or written; None for a fence.
        source: where in the C.
        stack: call sites around it, outermost first.
        name: what a reader calls the address (``page[1].mapping``), empty for a fence.
        order: place in one total order in which the execution can be told.
        final: happened at rest, after all threads had ended.
        points: what the value leads to where it is a pointer (``&page[1]``), else empty.
        guard: what it happened under: indexes in `Execution.conditions`.
    """

    id: int
    thread: int
    position: int
    kind: str
    tags: Tags
    address: int | None
    size: int
    value: Value | None
    source: Source
    stack: tuple[Source, ...]
    name: str
    order: int
    final: bool
    points: str = ""
    guard: tuple[int, ...] = ()


@frozen
class Condition:
    """What holds in an execution, as text in which ``#7`` is what event 7 read; ``reads`` are these events."""

    text: str
    reads: tuple[int, ...]

    def renumbered(self, numbers: Mapping[int, int]) -> Condition:
        """The condition where events have other numbers: by the old ones, at least those of ``reads``."""

        def new(match: re.Match[str]) -> str:
            return f"#{numbers.get(int(match[1]), match[1])}"

        return Condition(re.sub(r"#(\d+)", new, self.text), tuple(dict.fromkeys(numbers[read] for read in self.reads)))


@frozen
class TouchedObject:
    """A stretch of memory that an execution touches, or holds a pointer to; ``kind`` as in `MemoryObject`."""

    name: str
    base: int
    size: int
    kind: str


@frozen
class Execution:
    """One execution that the memory model allows.

    ``rf`` pairs (write, read); ``co`` pairs (earlier write, later write), transitive; ``addr``, ``data``, ``ctrl``
    pairs (read, event); ``rmw`` pairs (read, write). Numbers are indexes in ``events``. ``objects`` are
    those that the events touch or hold pointers to, by address.

    ``initial`` are the outcomes of the choices that initialisation made (`Initial.choices`), ``choices`` those of the
    program's later choices as pairs (thread, outcome): by thread, those of a thread in its order. (An allocation that
    may fail is one: 0 works, 1 fails.) ``conditions`` are what the guards of events speak of.

    ``partial``: only what leads to a failure is there; threads have more to do than that.
    """

    threads: tuple[str, ...]
    events: tuple[ExecutedEvent, ...]
    rf: tuple[Pair, ...]
    co: tuple[Pair, ...]
    addr: tuple[Pair, ...]
    data: tuple[Pair, ...]
    ctrl: tuple[Pair, ...]
    rmw: tuple[Pair, ...]
    objects: tuple[TouchedObject, ...] = ()

    def scope_left(self, event: ExecutedEvent) -> bool:
        """Whether ``event`` is the end of a local variable's life, and no free."""
        if event.kind != "poison" or event.address is None:
            return False
        return any(o.kind == "local" and o.base <= event.address < o.base + o.size for o in self.objects)

    initial: tuple[int, ...] = ()
    choices: tuple[Pair, ...] = ()
    conditions: tuple[Condition, ...] = ()
    partial: bool = False

    def renumbered(self, events: tuple[ExecutedEvent, ...], numbers: Mapping[int, int]) -> Execution:
        """The execution with ``events``, which have their new numbers, in place of its own, and the pairs of these.

        ``numbers``: the new ones by the old ones. Of several that are made one, or that are not in it, no pair is left.
        Objects and conditions stay as they are.
        """

        def pairs(several: Iterable[Pair]) -> tuple[Pair, ...]:
            known = ((numbers[a], numbers[b]) for a, b in several if a in numbers and b in numbers)
            return tuple(sorted({(a, b) for a, b in known if a != b}))

        return evolve(
            self,
            events=events,
            rf=pairs(self.rf),
            co=pairs(self.co),
            addr=pairs(self.addr),
            data=pairs(self.data),
            ctrl=pairs(self.ctrl),
            rmw=pairs(self.rmw),
        )


@frozen
class Result:
    """The answer to: can this program break one of these properties under this model?

    Attributes:
        verdict: PASS, FAIL or UNKNOWN.
        property: which property fails, None unless FAIL.
        message: the failure in a few words.
        source, stack: where it fails.
        events: events of the unrolled program that may be executed.
        refinements: proposals of the solver that the memory model refused.
        seconds: wall time.
        reason: why UNKNOWN.
        execution: the failing execution.
        touches: which threads touch one another; None where that is not known.
        assumes: ids of what is taken for granted (`modelcheck.program.assumptions`).
        mixed: bytes are reached that are accessed in several sizes: UNKNOWN for that, or the explorer has decided.
    """

    verdict: str
    property: str | None = None
    message: str = ""
    source: Source | None = None
    stack: tuple[Source, ...] = ()
    events: int = 0
    refinements: int = 0
    seconds: float = 0.0
    reason: str = ""
    execution: Execution | None = None
    touches: Touches | None = None
    assumes: tuple[str, ...] = ()
    mixed: bool = False
