"""Guards, and what becomes of guards, values and dependencies where exclusive paths meet."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from modelcheck.program.expr import FALSE, TRUE, Expr, Value, apply, conj, const, negate, reg
from modelcheck.program.graph import Guard
from modelcheck.program.guards import (
    NO_DEPS,
    Deps,
    Val,
    common_prefix,
    contradict,
    extend,
    join,
    merge_deps,
    merge_values,
)

A, B, C = (reg(number, 1) for number in range(3))


def evaluate(expression: Expr, values: dict[int, int]) -> Value:
    if expression.kind == "reg":
        return values[expression.data]
    if expression.kind == "const":
        found: Value = expression.data
        return found
    parts = [evaluate(argument, values) for argument in expression.args]
    return apply(expression.data, expression.width, parts, expression.args[0].width)


def holds(guard: Guard, values: dict[int, int]) -> bool:
    return all(evaluate(condition, values) == 1 for condition in guard)


def test_a_guard_grows_by_what_is_new_and_ends_at_a_contradiction() -> None:
    assert extend((), A) == (A,)
    assert extend((A,), A) == (A,)
    assert extend((A,), TRUE) == (A,)
    assert extend((A,), FALSE) is None
    assert extend((A, B), negate(A)) is None
    assert extend((negate(A),), A) is None


def test_guards_contradict_when_one_holds_the_opposite_of_a_condition() -> None:
    assert contradict((A, B), (negate(B),))
    assert not contradict((A,), (B,))
    assert not contradict((), ())


def test_the_common_prefix_is_counted() -> None:
    assert common_prefix([(A, B), (A, C)]) == 1
    assert common_prefix([(A,), (A, B)]) == 1
    assert common_prefix([(A, B)]) == 2


def test_two_arms_of_a_branch_meet_under_the_guard_before_it() -> None:
    guard, rests = join([(A, B), (A, negate(B))])
    assert guard == (A,)
    assert rests == [(B,), (negate(B),)]


@st.composite
def trees(draw: st.DrawFn, guard: Guard = (), depth: int = 0) -> list[Guard]:
    """The leaves of a random decision tree over eight conditions, some of them lost: exclusive guards."""
    if depth == 4 or draw(st.integers(0, 3)) == 0:
        return [guard] if draw(st.integers(0, 4)) else []
    unused = [reg(n, 1) for n in range(8) if reg(n, 1) not in guard and negate(reg(n, 1)) not in guard]
    condition = draw(st.sampled_from(unused))
    then = draw(trees((*guard, condition), depth + 1))
    other = draw(trees((*guard, negate(condition)), depth + 1))
    return [*then, *other]


@settings(max_examples=200)
@given(trees().filter(bool), st.randoms(use_true_random=False))
def test_where_exclusive_paths_meet_their_disjunction_holds_and_each_brings_its_value(
    guards: list[Guard], choose: object
) -> None:
    choose.shuffle(guards)  # type: ignore[attr-defined]
    guard, rests = join(guards)
    vals: list[Val] = [(const(number, 8), frozenset({(number, ())})) for number in range(len(guards))]
    value, deps = merge_values(vals, rests)
    for bits in product((0, 1), repeat=8):
        values = dict(enumerate(bits))
        taken = [number for number, each in enumerate(guards) if holds(each, values)]
        assert holds(guard, values) == bool(taken)
        if taken:
            assert evaluate(value, values) == taken[0]
            assert {event for event, condition in deps if holds(condition, values)} == {taken[0]}


def test_a_dependency_that_all_paths_share_is_unconditional() -> None:
    shared, own = (7, ()), (8, ())
    deps = merge_deps([frozenset({shared, own}), frozenset({shared})], [(A,), (negate(A),)])
    assert deps == {shared, (8, (A,))}
    assert merge_deps([NO_DEPS, NO_DEPS], [(A,), (negate(A),)]) == NO_DEPS


def test_a_conjunction_is_its_conditions() -> None:
    assert conj(A, B, C) is conj(conj(A, B), C)


def test_many_dependencies_are_one_for_each_event_that_is_there_on_the_same_ways() -> None:
    conditions = [reg(number, 1) for number in range(6)]
    deps: Deps = frozenset({(100, ())})
    plain = {100: [()]}
    for round_ in range(12):
        condition = conditions[round_ % len(conditions)]
        ways = [frozenset({*deps, (round_, ())}), deps | {(round_, (conditions[(round_ + 1) % 6],))}]
        rests = [(condition,), (negate(condition),)]
        before = plain
        plain = {event: [*guards] for event, guards in before.items() if event == 100}
        for way, rest in zip(ways, rests, strict=True):
            for event in {event for event, _ in way} - {100}:
                own = [()] if (event, ()) in way else [(conditions[(round_ + 1) % 6],)]
                plain.setdefault(event, []).extend(
                    (*guard, *rest) for guard in (own if event == round_ else before[event])
                )
        deps = merge_deps(ways, rests)
    assert len(deps) <= 64 < sum(map(len, plain.values()))
    for chosen in product((0, 1), repeat=6):
        values = dict(enumerate(chosen))
        there = {event for event, guard in deps if holds(guard, values)}
        assert there == {event for event, guards in plain.items() if any(holds(guard, values) for guard in guards)}
