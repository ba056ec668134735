"""The told order has as few switches of thread as there can be: compared with all orders there are."""

from __future__ import annotations

import random
from itertools import pairwise, permutations

import attrs

from modelcheck.minimise.order import reordered, switches
from modelcheck.program.ir import Source
from modelcheck.solve.result import ExecutedEvent, Execution, Pair

HERE = Source("a.c", 1, 1, 1, 2, "f")


def event(number: int, thread: int, position: int, kind: str = "W", tags: str = "") -> ExecutedEvent:
    name = "" if kind == "F" else f"x{number}"
    return ExecutedEvent(
        number, thread, position, kind, frozenset(tags.split()), number, 4, 0, HERE, (), name, number, False
    )


def execution(lengths: tuple[int, ...], edges: list[Pair]) -> Execution:
    """Threads of so many events; the edges are taken for rf."""
    events = [event(0, -1, -1)]
    for thread, length in enumerate(lengths):
        for position in range(length):
            events.append(event(len(events), thread, position))
    return Execution(tuple(f"t{n}" for n in range(len(lengths))), tuple(events), tuple(edges), (), (), (), (), ())


def fewest(made: Execution) -> int:
    """By looking at every order."""
    own = [e for e in made.events if e.thread >= 0]
    best = len(own)
    for order in permutations(own):
        place = {e.id: i for i, e in enumerate(order)}
        po = all(
            place[a.id] < place[b.id] for a in own for b in own if a.thread == b.thread and a.position < b.position
        )
        if po and all(place[a] < place[b] for a, b in made.rf):
            best = min(best, sum(a.thread != b.thread for a, b in pairwise(order)))
    return best


def test_no_order_has_fewer_switches() -> None:
    chosen = random.Random(4)
    for _ in range(40):
        lengths = chosen.choice([(3, 3), (2, 2, 2), (4, 2), (1, 3, 2)])
        blank = execution(lengths, [])
        told = [e for e in blank.events if e.thread >= 0]
        while True:
            chosen.shuffle(told)
            rank = {e.id: i for i, e in enumerate(told)}
            if all(rank[a.id] < rank[b.id] for a in told for b in told if a.thread == b.thread and a.id < b.id):
                break
        pairs = [(a.id, b.id) for a in told for b in told if a.thread != b.thread and rank[a.id] < rank[b.id]]
        made = execution(lengths, chosen.sample(pairs, min(3, len(pairs))))
        ordered, exact = reordered(made)
        assert exact
        assert switches(ordered) == fewest(made)
        order = {e.id: e.order for e in ordered.events}
        assert sorted(order.values()) == list(range(len(made.events)))
        assert all(order[a] < order[b] for a, b in made.rf)
        assert all(order[a.id] < order[b.id] for a in told for b in told if a.thread == b.thread and a.id < b.id)


def test_a_read_modify_write_is_one_step_and_the_failing_thread_comes_last() -> None:
    made = attrs.evolve(execution((2, 1), []), rmw=((1, 2),))
    for last, threads in ((0, [1, 0, 0]), (1, [0, 0, 1])):
        ordered, _ = reordered(made, last)
        told = sorted((e for e in ordered.events if e.thread >= 0), key=lambda e: e.order)
        assert [e.thread for e in told] == threads


def test_a_grace_period_stays_where_it_was_among_the_bounds_of_sections() -> None:
    # Told as: reader enters, updater writes, reader leaves, grace period. By program order alone one switch would do.
    events = (
        event(0, 0, 0, "F", "Rcu-lock"),
        event(1, 1, 0),
        event(2, 0, 1, "F", "Rcu-unlock"),
        event(3, 1, 1, "F", "Sync-rcu"),
    )
    made = Execution(("reader", "updater"), events, (), (), (), (), (), ())
    ordered, _ = reordered(made)
    place = {e.id: e.order for e in ordered.events}
    assert place[2] < place[3]


def test_an_execution_that_no_order_explains_is_told_by_what_was_read() -> None:
    # Store buffering: fr, po and fr, po make a cycle; each thread in one piece is as good as it gets.
    events = (
        event(0, -1, -1),
        event(1, -1, -1),
        event(2, 0, 0),
        event(3, 0, 1, "R"),
        event(4, 1, 0),
        event(5, 1, 1, "R"),
    )
    made = Execution(("a", "b"), events, ((0, 5), (1, 3)), ((0, 2), (1, 4)), (), (), (), ())
    ordered, exact = reordered(made)
    assert (switches(ordered), exact) == (1, True)
