"""Checking C texts, with every execution that a failure shows verified by code that shares nothing with the engine."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from modelcheck.cat import Candidate, Model, load_model
from modelcheck.frontend.c import ScenarioEntry, parse_program
from modelcheck.program.expr import UNDEFINED
from modelcheck.program.ir import PROPERTIES, Program
from modelcheck.solve.check import check
from modelcheck.solve.result import ExecutedEvent, Execution, Result
from modelcheck.trace.parts import in_parts
from modelcheck.trace.steps import mixed

MODELS = ("sc", "tso", "pso", "lkmm")

EVERYTHING = frozenset(PROPERTIES) - {"race"}
"""All properties but the one that only lkmm knows."""

HEADERS = "".join(
    f"#include <{name}>\n"
    for name in (
        "lkmm.h",
        "pthread.h",
        "assert.h",
        "stdlib.h",
        "linux/bitops.h",
        "linux/completion.h",
        "linux/err.h",
        "linux/mutex.h",
        "linux/slab.h",
        "linux/wait.h",
        "mc/intrinsics.h",
    )
)


@cache
def model(name: str) -> Model:
    return load_model(name)


@cache
def parse(text: str) -> Program:
    """The program of a C text: its main(), or threads t0, t1, … with final() at rest where there is one."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "test.c"
        path.write_text(HEADERS + text)
        entry = None
        if "main(" not in text:
            threads = tuple((f"t{n}", f"t{n}") for n in range(12) if f"void t{n}(void)" in text)
            init = "init" if "void init(void)" in text else None
            final = "final" if "void final(void)" in text else None
            entry = ScenarioEntry(init=init, threads=threads, final=final)
        return parse_program([path], scenario=entry)


def answer(
    text: str, name: str, properties: Iterable[str] = EVERYTHING, *, unroll: int = 3, timeout: float | None = None
) -> Result:
    """The result for ``text`` under model ``name``; the execution of a failure has been verified."""
    result = check(parse(text), model(name), frozenset(properties), unroll=unroll, timeout=timeout)
    if result.verdict == "FAIL" and result.execution is not None:
        verify(result.execution, model(name))
    return result


def verdict(text: str, name: str, properties: Iterable[str] = EVERYTHING, **how: int) -> str:
    """PASS, UNKNOWN, or the property that fails."""
    result = answer(text, name, properties, **how)
    return result.property or result.verdict


def verdicts(text: str, properties: Iterable[str] = EVERYTHING, names: Iterable[str] = MODELS) -> list[str]:
    """`verdict` under each of the models."""
    return [verdict(text, name, properties) for name in names]


# ---------------------------------------------------------------- executions


def verify(execution: Execution, under: Model) -> None:
    """Assert that ``execution`` is well-formed and that model ``under`` allows it."""
    if mixed(execution):
        execution, _ = in_parts(execution)
    events = execution.events
    assert [event.id for event in events] == list(range(len(events)))
    _verify_coherence(execution)
    _verify_reads(execution)
    _verify_read_modify_writes(execution)
    judgement = under.check(candidate(execution))
    assert judgement.consistent, [v.axiom for v in judgement.violations]


def _is_write(event: ExecutedEvent) -> bool:
    return event.kind in ("W", "poison")


def _verify_coherence(execution: Execution) -> None:
    order = set(execution.co)
    writes = [event for event in execution.events if _is_write(event) and not event.final]
    for one in writes:
        for other in writes:
            if one is other or one.address != other.address:
                assert (one.id, other.id) not in order
                continue
            assert ((one.id, other.id) in order) != ((other.id, one.id) in order)
            if one.thread == -1:
                assert (one.id, other.id) in order
            for third in writes:
                if (one.id, other.id) in order and (other.id, third.id) in order:
                    assert (one.id, third.id) in order
    assert order <= {(one.id, other.id) for one in writes for other in writes}


def _verify_reads(execution: Execution) -> None:
    events = execution.events
    sources: dict[int, list[int]] = {event.id: [] for event in events if event.kind == "R"}
    for write, read in execution.rf:
        sources[read].append(write)
    later: dict[int, int] = {event.id: 0 for event in events}
    for one, _ in execution.co:
        later[one] += 1
    for read, found in sources.items():
        assert len(found) == 1, f"event {read} reads from {found}"
        event, origin = events[read], events[found[0]]
        assert _is_write(origin)
        assert (origin.address, origin.size) == (event.address, event.size)
        if origin.kind == "poison":
            assert event.value is UNDEFINED
        elif origin.value is not UNDEFINED:
            assert origin.value == event.value
        assert event.final or not origin.final
        if event.final:
            own = [
                w.position
                for w in events
                if _is_write(w) and w.final and w.address == event.address and w.position < event.position
            ]
            if own:
                assert origin.final
                assert origin.position == max(own)
            else:
                assert not origin.final
                assert later[origin.id] == 0, "at rest the last write is read"


def _verify_read_modify_writes(execution: Execution) -> None:
    events = execution.events
    source = {read: write for write, read in execution.rf}
    order = set(execution.co)
    assert len({r for r, _ in execution.rmw}) == len({w for _, w in execution.rmw}) == len(execution.rmw)
    for r, w in execution.rmw:
        read, write = events[r], events[w]
        assert (read.thread, read.address, read.size) == (write.thread, write.address, write.size)
        assert read.position < write.position
        between = [e for e in events if e.thread == read.thread and read.position < e.position < write.position]
        assert not between
        assert {"RMW"} <= read.tags & write.tags
        if not write.final:
            assert not [e for e in events if (source[r], e.id) in order and (e.id, w) in order]


def candidate(execution: Execution) -> Candidate:
    """The execution as a candidate, built from nothing but its own events and pairs."""
    events = [event for event in execution.events if not event.final]
    number = {event.id: index for index, event in enumerate(events)}
    size = len(events)
    sets = {"R": 0, "W": 0, "F": 0, "M": 0, "IW": 0}
    for index, event in enumerate(events):
        names = {"W" if event.kind == "poison" else event.kind, *event.tags}
        if event.kind != "F":
            names.add("M")
        for name in names:
            sets[name] = sets.get(name, 0) | 1 << index

    def rows(pairs: Iterable[tuple[int, int]]) -> tuple[int, ...]:
        found = [0] * size
        for one, other in pairs:
            if one in number and other in number:
                found[number[one]] |= 1 << number[other]
        return tuple(found)

    pairs = [(a, b) for a in events for b in events]
    same = {(a.id, b.id) for a, b in pairs if a.thread == b.thread >= 0}
    relations = {
        "po": rows((a.id, b.id) for a, b in pairs if (a.id, b.id) in same and (a.position, a.id) < (b.position, b.id)),
        "int": rows(same),
        "ext": rows((a.id, b.id) for a, b in pairs if (a.id, b.id) not in same),
        "loc": rows((a.id, b.id) for a, b in pairs if a.address is not None and a.address == b.address),
    }
    for name in ("rf", "co", "addr", "data", "ctrl", "rmw"):
        relations[name] = rows(getattr(execution, name))
    return Candidate(size, sets, relations)
