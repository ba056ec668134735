"""Possible values: what a read may get, and that literals of values say what concrete evaluation says."""

from __future__ import annotations

import random
from itertools import product

import pytest

from modelcheck.program.expr import UNDEFINED, Expr, Value, apply, choice, const, op
from modelcheck.program.graph import Check, EventGraph
from modelcheck.program.ir import Source
from modelcheck.program.memory import AddressSpace
from modelcheck.solve.domains import analyse
from modelcheck.solve.encode import Encoding
from modelcheck.solve.sat import NO, Solver
from tests.solve.checking import MODELS, verdicts

SOURCE = Source("test.c", 1, 1, 1, 1)
CHOICES = (2, 3, 2)


def value_of(expression: Expr, chosen: tuple[int, ...]) -> Value:
    if expression.kind in ("choice", "const"):
        found: Value = chosen[expression.data] if expression.kind == "choice" else expression.data
        return found
    parts = [value_of(argument, chosen) for argument in expression.args]
    return apply(expression.data, expression.width, parts, expression.args[0].width)


def expression(choose: random.Random, width: int, depth: int) -> Expr:
    """A random expression over the choices, of width 1 or 8."""
    if width == 8 and (depth == 0 or choose.random() < 0.2):
        if choose.random() < 0.7:
            return choice(choose.randrange(len(CHOICES)), 8)
        return const(choose.choice((0, 1, 2, 255, UNDEFINED)), 8)
    if width == 1:
        if depth == 0 or choose.random() < 0.6:
            which = choose.choice(("eq", "ne", "ult", "slt", "ule", "sle", "defined"))
            several = (1,) if which == "defined" else (1, 2)
            return op(which, 1, *(expression(choose, 8, max(depth - 1, 0)) for _ in several))
        which = choose.choice(("and", "or", "not", "ite", "xor", "eq"))
        count = {"not": 1, "ite": 3}.get(which, 2)
        return op(which, 1, *(expression(choose, 1, depth - 1) for _ in range(count)))
    if choose.random() < 0.3:
        arms = expression(choose, 8, depth - 1), expression(choose, 8, depth - 1)
        return op("ite", 8, expression(choose, 1, depth - 1), *arms)
    which = choose.choice(("add", "sub", "mul", "and", "or", "xor", "udiv", "srem", "shl", "ashr"))
    return op(which, 8, expression(choose, 8, depth - 1), expression(choose, 8, depth - 1))


def graph_of(*conditions: Expr) -> EventGraph:
    """A graph of one thread whose checks mention ``conditions``."""
    checks = tuple(Check((), c, "assertion", "", SOURCE, (), 0, position) for position, c in enumerate(conditions))
    return EventGraph(("t",), (), checks, (), (), ((),), CHOICES, (), {}, frozenset(), ())


@pytest.mark.parametrize("first", range(0, 120, 30))
def test_literals_of_values_hold_just_when_concrete_evaluation_gives_the_value(first: int) -> None:
    for seed in range(first, first + 30):
        choose = random.Random(seed)
        wide = expression(choose, 8, 3)
        narrow = expression(choose, 1, 3)
        if "const" in (wide.kind, narrow.kind):
            continue
        leaves = [choice(number, 8) for number in range(len(CHOICES))]
        probes = [op("eq", 1, leaf, const(0, 8)) for leaf in leaves]
        graph = graph_of(op("eq", 1, wide, const(0, 8)), narrow, op("defined", 1, wide), *probes)
        space = AddressSpace(())
        domains = analyse(graph, space, True)
        encoding = Encoding(graph, domains, space)
        valuation = encoding.valuation
        says = valuation.values(wide)
        truth = valuation.truth(narrow)
        defined = valuation.truth(op("defined", 1, wide))
        solver = Solver(encoding.circuit)
        for chosen in product(*(range(count) for count in CHOICES)):
            picked = [valuation.values(leaf)[value] for leaf, value in zip(leaves, chosen, strict=True)]
            assert solver.check(picked)
            expected = value_of(wide, chosen)
            assert expected in domains.values[wide]
            assert solver.holds(defined) == (expected is not UNDEFINED)
            if not mentions_undefined(wide):
                assert [value for value, literal in says.items() if solver.holds(literal)] == [expected]
            if not mentions_undefined(narrow):
                assert solver.holds(truth) == (value_of(narrow, chosen) == 1), (seed, narrow, chosen)


def mentions_undefined(node: Expr) -> bool:
    return node.data is UNDEFINED or any(mentions_undefined(argument) for argument in node.args)


def test_a_choice_takes_each_of_its_outcomes_and_no_other() -> None:
    probe = op("eq", 1, choice(1, 8), const(0, 8))
    graph = graph_of(probe)
    space = AddressSpace(())
    encoding = Encoding(graph, analyse(graph, space, True), space)
    values = encoding.valuation.values(choice(1, 8))
    assert sorted(v for v in values if isinstance(v, int)) == [0, 1, 2]
    solver = Solver(encoding.circuit)
    assert solver.check([])
    assert NO not in values.values()
    assert not solver.check([-literal for literal in values.values()])


# ---------------------------------------------------------------- values that go from cell to cell

CELLS = """
static int a, b, c, d;
static int cells[3];
static int *p = &a;
"""


def threads(*bodies: str, final: str) -> str:
    return (
        CELLS
        + "".join(f"void t{number}(void) {{ {body} }}\n" for number, body in enumerate(bodies))
        + f"void final(void) {{ {final} }}\n"
    )


def add(cell: str, what: str) -> str:
    return f"atomic_add({what}, (atomic_t *)&{cell});"


FLOWS = {
    "a counter that adds what another counter holds": (
        (add("a", "1"), f"int r = READ_ONCE(a); {add('b', 'r')}"),
        "b == 1",
        "b == 2",
    ),
    "three counters one behind another": (
        (add("a", "1"), f"int r = READ_ONCE(a); {add('b', 'r')}", f"int r = READ_ONCE(b); {add('c', 'r')}"),
        "c == 1",
        "c == 2",
    ),
    "two counters that feed one another": (
        (
            f"int r = READ_ONCE(b); {add('a', 'r + 1')}",
            f"int r = READ_ONCE(a); {add('b', 'r + 1')}",
            f"int r = READ_ONCE(b); {add('a', 'r + 1')}",
        ),
        "a == 4 && b == 2",
        "a == 6",
    ),
    "a counter beside a circle through two threads": (
        ("WRITE_ONCE(a, READ_ONCE(b));", "WRITE_ONCE(b, READ_ONCE(a) + 1);", add("c", "1")),
        "c == 1",
        "c == 2",
    ),
    "a circle through two threads": (
        ("WRITE_ONCE(a, READ_ONCE(b));", "WRITE_ONCE(b, READ_ONCE(a) + 1);"),
        "a == 1 && b == 1",
        "a == 2",
    ),
    "a store between two increments": (
        (add("a", "1") + add("a", "1"), "WRITE_ONCE(a, 5);"),
        "a == 6",
        "a == 8",
    ),
    "a cell found through another one": (
        ("WRITE_ONCE(p, &b);", f"int *q = READ_ONCE(p); {add('*q', '1')}", "if (READ_ONCE(b)) WRITE_ONCE(c, 3);"),
        "c == 3 && b == 1",
        "b == 2",
    ),
    "an index that a counter gives": (
        (add("a", "1"), add("a", "1"), "WRITE_ONCE(cells[READ_ONCE(a)], 7);"),
        "cells[2] == 7",
        "cells[0] == 7 && cells[1] == 7",
    ),
    "a counter that only its end brings to life": (
        (
            add("a", "1"),
            add("a", "1"),
            f"if (READ_ONCE(a) == 2) {{ {add('b', '4')} if (READ_ONCE(b) == 4) {add('c', '1')} }}",
        ),
        "c == 1",
        "c == 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FLOWS)
def test_values_reach_whatever_some_execution_brings_them_to(name: str) -> None:
    bodies, reached, never = FLOWS[name]
    assert verdicts(threads(*bodies, final=f"assert(!({reached}));")) == ["assertion"] * len(MODELS)
    assert verdicts(threads(*bodies, final=f"assert(!({never}));")) == ["PASS"] * len(MODELS)
