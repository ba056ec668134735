"""Control flow: orders that loops nest in, where the arms of a branch meet, and what is live at a loop's head."""

from __future__ import annotations

import random
from collections.abc import Iterator

import networkx as nx
import pytest

from modelcheck.program.expr import reg
from modelcheck.program.flow import EXIT, Element, Loop, flow_of, successors
from modelcheck.program.ir import Block, Branch, Function, Jump, Return, Source, Terminator

SOURCE = Source("test.c", 1, 1, 1, 1)


def function(*edges: tuple[int, ...]) -> Function:
    """One block for each tuple of successors: none returns, two branch on register 0."""
    blocks = []
    for targets in edges:
        terminator: Terminator
        if not targets:
            terminator = Return(None)
        elif len(targets) == 1:
            terminator = Jump(targets[0])
        else:
            terminator = Branch(reg(0, 1), targets[0], targets[1], SOURCE)
        blocks.append(Block((), terminator))
    return Function("f", (), (1,), {}, tuple(blocks), 0, SOURCE)


def shape(elements: tuple[Element, ...]) -> list[object]:
    return [[e.head, *shape(e.body)] if isinstance(e, Loop) else e for e in elements]


def flat(elements: tuple[Element, ...]) -> Iterator[int]:
    for element in elements:
        if isinstance(element, Loop):
            yield element.head
            yield from flat(element.body)
        else:
            yield element


def test_straight_lines_and_branches_are_in_order_without_loops() -> None:
    assert shape(flow_of(function((1, 2), (3,), (3,), ())).order)[0] == 0
    assert shape(flow_of(function((1, 2), (3,), (3,), ())).order)[-1] == 3


def test_a_while_loop_is_a_component_of_its_head() -> None:
    assert shape(flow_of(function((1,), (2, 3), (1,), ())).order) == [0, [1, 2], 3]


def test_loops_nest() -> None:
    # 1: outer head, 2: inner head, 3: inner body
    found = flow_of(function((1,), (2, 5), (3, 4), (2,), (1,), ())).order
    assert shape(found) == [0, [1, [2, 3], 4], 5]


def test_a_block_that_jumps_to_itself_is_a_loop() -> None:
    assert shape(flow_of(function((0, 1), ())).order) == [[0], 1]


def test_arms_meet_at_the_nearest_block_behind_both() -> None:
    assert flow_of(function((1, 2), (3,), (3,), ())).join == {0: 3}
    assert flow_of(function((1, 2), (2,), ())).join == {0: 2}


def test_arms_of_which_one_returns_meet_at_the_exit_only() -> None:
    assert flow_of(function((1, 2), (), (3,), ())).join == {0: EXIT}


def test_an_arm_that_never_returns_does_not_count() -> None:
    # 1 loops for ever
    assert flow_of(function((1, 2), (1,), (3,), ())).join == {0: 2}


def test_registers_used_behind_a_loop_are_live_at_its_head() -> None:
    test = Block((), Branch(reg(0, 1), 1, 2, SOURCE))
    blocks = (test, Block((), Jump(0)), Block((), Return(reg(1, 32))))
    found = flow_of(Function("f", (), (1, 32, 32), {}, blocks, 32, SOURCE))
    assert found.live == {0: frozenset({0, 1})}


def graphs(seed: int) -> Function:
    choose = random.Random(seed)
    count = choose.randint(2, 9)
    edges: list[tuple[int, ...]] = []
    for _ in range(count - 1):
        edges.append(tuple(choose.randrange(count) for _ in range(choose.choice((1, 2, 2)))))
    edges.append(())
    return function(*edges)


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_any_graph_is_a_weak_topological_one(seed: int) -> None:
    """Every edge leads forward, or back to the head of a loop around its source; each reachable block is there once."""
    given = graphs(seed)
    flow = flow_of(given)
    order = list(flat(flow.order))
    graph: nx.DiGraph[int] = nx.DiGraph([(n, t) for n, b in enumerate(given.blocks) for t in successors(b.terminator)])
    graph.add_node(0)
    assert sorted(order) == sorted({0, *nx.descendants(graph, 0)})
    place = {block: index for index, block in enumerate(order)}

    def heads(elements: tuple[Element, ...], around: tuple[int, ...]) -> Iterator[tuple[int, tuple[int, ...]]]:
        for element in elements:
            if isinstance(element, Loop):
                assert element.blocks == {element.head, *flat(element.body)}
                yield element.head, (*around, element.head)
                yield from heads(element.body, (*around, element.head))
            else:
                yield element, around

    around = dict(heads(flow.order, ()))
    for one, other in graph.edges:
        if one in place:
            assert place[one] < place[other] or other in around[one]


@pytest.mark.parametrize("seed", range(60))
def test_arms_of_any_graph_meet_at_the_immediate_post_dominator(seed: int) -> None:
    given = graphs(seed)
    reverse: nx.DiGraph[int] = nx.DiGraph()
    reverse.add_node(EXIT)
    for number, block in enumerate(given.blocks):
        targets = successors(block.terminator)
        reverse.add_edges_from((target, number) for target in targets)
        if not targets:
            reverse.add_edge(EXIT, number)
    expected = nx.immediate_dominators(reverse, EXIT)
    for branching, meets in flow_of(given).join.items():
        if branching in expected:
            assert meets == expected[branching]
