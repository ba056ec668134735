"""Guards (conjunctions of conditions) and how they, values and dependencies merge where paths meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from modelcheck.program.expr import FALSE, TRUE, Expr, conj, disj, negate, op
from modelcheck.program.graph import Guard

Deps = frozenset[tuple[int, Guard]]
"""Read events, each under a condition beyond the guard of what depends on it.

One that is given as ``~event`` does not go into the value: it was tested to choose between two values (`chosen`).
"""

Val = tuple[Expr, Deps]
"""A symbolic value and the read events that it depends on syntactically."""

NO_DEPS: Deps = frozenset()


def extend(guard: Guard, condition: Expr) -> Guard | None:
    """``guard`` and ``condition``; None when they contradict each other plainly."""
    if condition.kind == "const":
        return guard if condition.data == 1 else None
    if condition in guard:
        return guard
    if negate(condition) in guard:
        return None
    return (*guard, condition)


def contradict(one: Guard, other: Guard) -> bool:
    """Whether the two plainly cannot hold together (False: not seen)."""
    return not _opposites(one).isdisjoint(other)


@lru_cache(maxsize=4096)
def _opposites(guard: Guard) -> frozenset[Expr]:
    return frozenset(map(negate, guard))


def assuming(expression: Expr, guard: Guard) -> Expr:
    """``expression`` made simpler by what ``guard`` plainly says: equal to it wherever that holds."""
    facts = _facts(guard)
    done: dict[Expr, Expr] = {}
    stack = [expression]
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
        elif node in facts:
            done[node] = facts[node]
        elif missing := [argument for argument in node.args if argument not in done]:
            stack += missing
        else:
            args = tuple(done[argument] for argument in node.args)
            made = node if args == node.args else op(node.data, node.width, *args)
            done[node] = facts.get(made, made)
    return done[expression]


@lru_cache(maxsize=64)
def _facts(guard: Guard) -> Mapping[Expr, Expr]:
    """What is known of expressions where ``guard`` holds."""
    facts: dict[Expr, Expr] = {}
    stack = list(guard)
    while stack:
        condition = stack.pop()
        if condition.kind == "op" and condition.data == "and":
            stack += condition.args
            continue
        facts[condition] = TRUE
        facts[negate(condition)] = FALSE
        if condition.kind == "op" and condition.data == "eq" and condition.args[1].kind == "const":
            facts[condition.args[0]] = condition.args[1]
    return facts


def common_prefix(guards: Sequence[Guard]) -> int:
    """How many leading conditions all ``guards`` share."""
    shortest = min(map(len, guards))
    first = guards[0]
    for index in range(shortest):
        if any(guard[index] is not first[index] for guard in guards[1:]):
            return index
    return shortest


def join(guards: Sequence[Guard]) -> tuple[Guard, list[Guard]]:
    """The guard of the point where paths with ``guards`` meet, and what each path adds to their common part.

    The paths exclude one another.
    """
    length = common_prefix(guards)
    rests = [guard[length:] for guard in guards]
    return guards[0][:length] + _disjunction(rests), rests


def _disjunction(rests: Sequence[Guard]) -> Guard:
    """The disjunction of exclusive conjunctions, again as a conjunction."""
    if any(not rest for rest in rests):
        return ()
    if len(rests) == 1:
        return rests[0]
    head = rests[0][0]
    opposite = negate(head)
    if all(rest[0] is head or rest[0] is opposite for rest in rests):
        then = [rest[1:] for rest in rests if rest[0] is head]
        other = [rest[1:] for rest in rests if rest[0] is opposite]
        if not other:
            return (head, *_disjunction(then))
        after_then, after_other = _disjunction(then), _disjunction(other)
        if after_then == after_other:
            return after_then
        return (op("ite", 1, head, conj(*after_then), conj(*after_other)),)
    return (disj(*(conj(*rest) for rest in rests)),)


def merge_values(values: Sequence[Val], rests: Sequence[Guard]) -> Val:
    """The value at the point where exclusive paths meet: ``values[i]`` when ``rests[i]`` holds."""
    first = values[0]
    if all(value is first or value == first for value in values[1:]):
        return first
    expression = values[-1][0]
    for (value, _), rest in zip(values[-2::-1], rests[-2::-1], strict=True):
        expression = op("ite", value.width, conj(*rest), value, expression)
    return expression, merge_deps([deps for _, deps in values], rests)


def merge_deps(several: Sequence[Deps], rests: Sequence[Guard]) -> Deps:
    """Dependencies where exclusive paths meet; one that all paths share stays unconditional."""
    shared = frozenset.intersection(*several)
    if all(deps == shared for deps in several):
        return shared
    result = set(shared)
    for deps, rest in zip(several, rests, strict=True):
        result.update((event, (*guard, *rest)) for event, guard in deps - shared)
    return frozenset(result) if len(result) <= _MANY else _gathered(result)


_MANY: Final = 64
"""So many dependencies are told apart by the ways on which they are there; each way behind might double them."""


def _gathered(deps: Iterable[tuple[int, Guard]]) -> Deps:
    """``deps`` with one for each event, which is there where one of them is."""
    ways: dict[int, list[Guard]] = {}
    for event, guard in sorted(deps, key=lambda dep: (dep[0], len(dep[1]))):
        ways.setdefault(event, []).append(guard)
    return frozenset(
        (event, guards[0] if len(guards) == 1 else () if () in guards else (disj(*(conj(*guard) for guard in guards)),))
        for event, guards in ways.items()
    )


def chosen(values: Sequence[Val], tests: Sequence[Deps]) -> Deps:
    """The tests that a value rests on where exclusive paths with ``values`` meet, in the form of `Deps`.

    ``tests[i]`` are the reads that were tested on the way to ``values[i]``. A test behind which all values are the same
    chooses nothing.
    """
    ways: dict[int, set[Expr]] = {}
    for (value, _), deps in zip(values, tests, strict=True):
        for event, _ in deps:
            ways.setdefault(event, set()).add(value)
    return frozenset((~event, guard) for deps in tests for event, guard in deps if len(ways[event]) > 1)


def flowing(deps: Deps) -> Deps:
    """What goes into the value."""
    return frozenset(dep for dep in deps if dep[0] >= 0)


def controlling(deps: Deps) -> Deps:
    """All of it, as what a test of the value rests on."""
    return frozenset((event if event >= 0 else ~event, guard) for event, guard in deps)


def choosing(deps: Deps) -> Deps:
    """What was tested to choose the value."""
    return frozenset((~event, guard) for event, guard in deps if event < 0)
