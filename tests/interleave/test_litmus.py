"""Classical litmus tests: which outcomes SC and x86-TSO allow (Sewell et al., "x86-TSO", CACM 2010)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from modelcheck.interleave.explore import outcomes
from modelcheck.program import ir
from modelcheck.program.expr import Value
from tests.program.building import FunctionBuilder, address_of, threads

X, Y = address_of(0), address_of(1)
RESULTS = tuple(address_of(n) for n in range(2, 8))

Body = Callable[[FunctionBuilder], None]


def final(bodies: Sequence[Body], model: str, reduce: bool = True, read: Sequence[str] = ()) -> set[tuple[Value, ...]]:
    functions: list[ir.Function] = []
    for number, body in enumerate(bodies):
        f = FunctionBuilder(f"t{number}")
        body(f)
        functions.append(f.build())
    names = ["x", "y", "r0", "r1", "r2", "r3", "r4", "r5"]
    program = threads(functions, names)
    found = outcomes(program, model, reduce)
    assert not found.reason
    return {tuple(dict(row)[name] for name in read) for row in found.finals}


def stores_then_loads(store: int, load: int, result: int, fence: str = "") -> Body:
    def body(f: FunctionBuilder) -> None:
        f.store(store, 1)
        if fence:
            f.fence(fence)
        f.store(RESULTS[result], f.load(load))

    return body


def writes(*pairs: tuple[int, int]) -> Body:
    def body(f: FunctionBuilder) -> None:
        for address, value in pairs:
            f.store(address, value)

    return body


def reads(*pairs: tuple[int, int]) -> Body:
    def body(f: FunctionBuilder) -> None:
        values = [(result, f.load(address)) for address, result in pairs]
        for result, value in values:
            f.store(RESULTS[result], value)

    return body


SB = [stores_then_loads(X, Y, 0), stores_then_loads(Y, X, 1)]
SB_FENCED = [stores_then_loads(X, Y, 0, "Mb"), stores_then_loads(Y, X, 1, "Mb")]
SB_WMB = [stores_then_loads(X, Y, 0, "Wmb"), stores_then_loads(Y, X, 1, "Wmb")]
MP = [writes((X, 1), (Y, 1)), reads((Y, 0), (X, 1))]
IRIW = [writes((X, 1)), writes((Y, 1)), reads((X, 0), (Y, 1)), reads((Y, 2), (X, 3))]


def load_buffering(load: int, store: int, result: int) -> Body:
    def body(f: FunctionBuilder) -> None:
        value = f.load(load)
        f.store(store, 1)
        f.store(RESULTS[result], value)

    return body


LB = [load_buffering(X, Y, 0), load_buffering(Y, X, 1)]
TWO_PLUS_TWO = [writes((X, 1), (Y, 2)), writes((Y, 1), (X, 2))]


def forwarding(store: int, load: int, first: int, second: int) -> Body:
    def body(f: FunctionBuilder) -> None:
        f.store(store, 1)
        own = f.load(store)
        other = f.load(load)
        f.store(RESULTS[first], own)
        f.store(RESULTS[second], other)

    return body


SB_FORWARDED = [forwarding(X, Y, 0, 1), forwarding(Y, X, 2, 3)]


@pytest.mark.parametrize("reduce", [True, False])
@pytest.mark.parametrize(
    ("bodies", "read", "outcome", "sc", "tso"),
    [
        (SB, ["r0", "r1"], (0, 0), False, True),
        (SB_FENCED, ["r0", "r1"], (0, 0), False, False),
        (SB_WMB, ["r0", "r1"], (0, 0), False, True),
        (MP, ["r0", "r1"], (1, 0), False, False),
        (MP, ["r0", "r1"], (1, 1), True, True),
        (LB, ["r0", "r1"], (1, 1), False, False),
        (TWO_PLUS_TWO, ["x", "y"], (1, 1), False, False),
        (TWO_PLUS_TWO, ["x", "y"], (2, 2), True, True),
        (SB_FORWARDED, ["r0", "r1", "r2", "r3"], (1, 0, 1, 0), False, True),
        (SB_FORWARDED, ["r0", "r1", "r2", "r3"], (0, 0, 0, 0), False, False),
    ],
)
def test_outcomes_of_litmus_tests(
    bodies: list[Body], read: list[str], outcome: tuple[int, ...], sc: bool, tso: bool, reduce: bool
) -> None:
    assert (outcome in final(bodies, "sc", reduce, read)) == sc
    assert (outcome in final(bodies, "tso", reduce, read)) == tso


def test_stores_become_visible_to_all_at_once() -> None:
    assert (1, 0, 1, 0) not in final(IRIW, "tso", read=["r0", "r1", "r2", "r3"])
    assert (1, 1, 1, 0) in final(IRIW, "tso", read=["r0", "r1", "r2", "r3"])


def test_all_outcomes_of_store_buffering() -> None:
    read = ["r0", "r1"]
    assert final(SB, "sc", read=read) == {(0, 1), (1, 0), (1, 1)}
    assert final(SB, "tso", read=read) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def locked_store_buffering(store: int, load: int, result: int) -> Body:
    def body(f: FunctionBuilder) -> None:
        f.rmw(store, 1)
        f.store(RESULTS[result], f.load(load))

    return body


def test_a_read_modify_write_drains_the_buffer() -> None:
    bodies = [locked_store_buffering(X, Y, 0), locked_store_buffering(Y, X, 1)]
    assert (0, 0) not in final(bodies, "tso", read=["r0", "r1"])


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ValueError, match="arm"):
        final(SB, "arm", read=[])
