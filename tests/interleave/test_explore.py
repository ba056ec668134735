"""Whole programs: locks, waits, deadlocks, lifetimes and their verdicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from modelcheck.interleave.explore import Exploration, Limits, explore, start
from modelcheck.program import ir
from modelcheck.program.expr import Expr, const, negate, old, op, reg
from tests.program.building import FunctionBuilder, address_of, threads

NAMES = ["a", "b", "c", "d", "e", "f"]
A, B, C, D, E, F = (address_of(n) for n in range(6))

Body = Callable[[FunctionBuilder], None]


def build(bodies: Sequence[Body], final: Body | None = None) -> ir.Program:
    functions = []
    for number, body in enumerate(bodies):
        f = FunctionBuilder(f"t{number}")
        body(f)
        functions.append(f.build())
    last = None
    if final is not None:
        last = FunctionBuilder("final")
        final(last)
    return threads(functions, NAMES, last)


def run(bodies: Sequence[Body], final: Body | None = None, model: str = "sc", reduce: bool = True) -> Exploration:
    result = explore(build(bodies, final), model, reduce=reduce)
    replay(build(bodies, final), model, result)
    return result


def replay(program: ir.Program, model: str, result: Exploration) -> None:
    """The schedule of a failure leads to it."""
    if result.finding is None or result.finding.property in ("leak", "deadlock"):
        return
    system = start(program, model, result.choices, result.split)
    state = system.first
    for choice in result.schedule:
        assert choice in system.enabled(state)
        state = system.take(state, choice)
    assert result.finding in [local.finding for local in state.threads]


def equal(value: Expr, other: int) -> Expr:
    return op("eq", 1, value, const(other, 64))


def verdicts(bodies: Sequence[Body], final: Body | None = None) -> tuple[str, str]:
    for model in ("sc", "tso"):
        assert run(bodies, final, model).verdict == run(bodies, final, model, reduce=False).verdict
    return run(bodies, final, "sc").verdict, run(bodies, final, "tso").verdict


def plain_increment(f: FunctionBuilder) -> None:
    f.store(A, op("add", 64, f.load(A), const(1, 64)))


def atomic_increment(f: FunctionBuilder) -> None:
    f.add_to(A, 1)


def locked_increment(holder: int) -> Body:
    def body(f: FunctionBuilder) -> None:
        f.lock(B, holder)
        plain_increment(f)
        f.unlock(B)

    return body


def count_is(number: int) -> Body:
    return lambda f: f.check(equal(f.load(A), number))


def test_unlocked_increments_are_lost_and_others_not() -> None:
    assert verdicts([plain_increment] * 2, count_is(2)) == ("FAIL", "FAIL")
    assert verdicts([atomic_increment] * 3, count_is(3)) == ("PASS", "PASS")
    assert verdicts([locked_increment(1), locked_increment(2)], count_is(2)) == ("PASS", "PASS")


def peterson(me: int, fence: bool) -> Body:
    mine, other = (B, C) if me == 1 else (C, B)

    def body(f: FunctionBuilder) -> None:
        f.store(mine, 1)
        f.store(D, me)
        if fence:
            f.fence("Mb")
        head, test, after = f.block(), f.block(), f.block()
        f.jump(head)
        f.here = head
        f.branch(equal(f.load(other), 0), after, test)
        f.here = test
        f.branch(equal(f.load(D), me), head, after)
        f.here = after
        plain_increment(f)
        f.store(mine, 0)

    return body


def test_peterson_needs_a_fence_under_tso() -> None:
    assert verdicts([peterson(1, False), peterson(2, False)], count_is(2)) == ("PASS", "FAIL")
    assert verdicts([peterson(1, True), peterson(2, True)], count_is(2)) == ("PASS", "PASS")


def ticket(f: FunctionBuilder) -> None:
    mine = f.add_to(B, 1)
    head, after = f.block(), f.block()
    f.jump(head)
    f.here = head
    f.branch(op("eq", 1, f.load(C), mine), after, head)
    f.here = after
    plain_increment(f)
    f.store(C, op("add", 64, mine, const(1, 64)))


def test_a_ticket_lock_excludes() -> None:
    assert verdicts([ticket] * 2, count_is(2)) == ("PASS", "PASS")
    assert run([ticket] * 3, count_is(3), "tso").verdict == "PASS"


def both_locks(first: int, second: int, holder: int) -> Body:
    def body(f: FunctionBuilder) -> None:
        f.lock(first, holder)
        f.lock(second, holder)
        f.unlock(second)
        f.unlock(first)

    return body


def test_locks_taken_in_both_orders_deadlock() -> None:
    assert verdicts([both_locks(A, B, 1), both_locks(B, A, 2)]) == ("FAIL", "FAIL")
    result = run([both_locks(A, B, 1), both_locks(B, A, 2)])
    assert result.finding is not None
    assert result.finding.property == "deadlock"
    assert "waits" in result.finding.message
    assert verdicts([both_locks(A, B, 1), both_locks(A, B, 2)]) == ("PASS", "PASS")


def test_a_spinning_loop_that_nobody_ends_is_a_deadlock() -> None:
    def set_it(f: FunctionBuilder) -> None:
        f.store(A, 1)

    assert verdicts([lambda f: f.spin_until(A, 1), set_it]) == ("PASS", "PASS")
    assert verdicts([lambda f: f.spin_until(A, 2), set_it]) == ("FAIL", "FAIL")
    result = run([lambda f: f.spin_until(A, 2), set_it])
    assert result.finding is not None
    assert result.finding.property == "deadlock"


def test_two_threads_that_spin_on_each_other_are_a_deadlock() -> None:
    def body(seen: int, done: int) -> Body:
        def inner(f: FunctionBuilder) -> None:
            f.spin_until(seen, 1)
            f.store(done, 1)

        return inner

    assert verdicts([body(A, B), body(B, A)]) == ("FAIL", "FAIL")


def test_a_wait_is_a_step_that_comes_when_it_can() -> None:
    def waits(f: FunctionBuilder) -> None:
        f.wait(A, 1)
        f.check(equal(f.load(B), 1))

    def sets(f: FunctionBuilder) -> None:
        f.store(B, 1)
        f.store(A, 1)

    def sets_too_early(f: FunctionBuilder) -> None:
        f.store(A, 1)
        f.store(B, 1)

    assert verdicts([waits, sets]) == ("PASS", "PASS")
    assert verdicts([waits, sets_too_early]) == ("FAIL", "FAIL")
    assert verdicts([waits]) == ("FAIL", "FAIL")


def publish(f: FunctionBuilder) -> None:
    p = f.alloc(16)
    f.store(p, 42)
    f.store(A, p)


def consume(check_null: bool) -> Body:
    def body(f: FunctionBuilder) -> None:
        p = f.load(A)
        use, after = f.block(), f.block()
        f.branch(op("ne", 1, p, const(0, 64)) if check_null else equal(const(0, 64), 0), use, after)
        f.here = use
        f.check(equal(f.load(p), 42))
        f.jump(after)
        f.here = after

    return body


def test_pointers_carry_objects_from_thread_to_thread() -> None:
    assert verdicts([publish, consume(True)]) == ("PASS", "PASS")
    result = run([publish, consume(False)])
    assert result.finding is not None
    assert result.finding.property == "null-dereference"


def test_what_is_freed_while_another_uses_it_is_found() -> None:
    def retire(f: FunctionBuilder) -> None:
        p = f.rmw(A, 0)
        f.free(p)

    def init_and_start(f: FunctionBuilder) -> None:
        publish(f)
        f.store(B, 1)

    def user(f: FunctionBuilder) -> None:
        f.wait(B, 1)
        consume(True)(f)

    def remover(f: FunctionBuilder) -> None:
        f.wait(B, 1)
        retire(f)

    for model in ("sc", "tso"):
        result = run([init_and_start, user, remover], model=model)
        assert result.finding is not None
        assert result.finding.property == "use-after-free"


def test_a_second_free_is_found() -> None:
    def frees(f: FunctionBuilder) -> None:
        f.free(f.load(A))

    def starts(f: FunctionBuilder) -> None:
        publish(f)

    result = run([starts, frees, frees])
    assert result.finding is not None
    assert result.finding.property == "double-free"
    assert run([starts, frees, frees], model="tso").finding is not None


def test_leaks_are_found_at_rest_and_what_is_reachable_is_none() -> None:
    def forgets(f: FunctionBuilder) -> None:
        f.alloc(8)

    def keeps(f: FunctionBuilder) -> None:
        outer = f.alloc(16)
        f.store(outer, f.alloc(8))
        f.store(A, op("or", 64, outer, const(1, 64)))

    def frees(f: FunctionBuilder) -> None:
        f.free(f.alloc(8))

    result = run([forgets])
    assert result.finding is not None
    assert result.finding.property == "leak"
    assert verdicts([keeps, frees]) == ("PASS", "PASS")
    assert verdicts([keeps, keeps]) == ("FAIL", "FAIL")


def reader(f: FunctionBuilder) -> None:
    f.fence("Rcu-lock")
    p = f.load(A)
    use, after = f.block(), f.block()
    f.branch(op("ne", 1, p, const(0, 64)), use, after)
    f.here = use
    f.store(op("add", 64, p, const(8, 64)), f.load(p))
    f.jump(after)
    f.here = after
    f.fence("Rcu-unlock")


def updater(grace: bool) -> Body:
    def body(f: FunctionBuilder) -> None:
        p = f.alloc(16)
        f.store(A, p)
        f.store(A, 0)
        if grace:
            f.fence("Sync-rcu")
        f.free(p)

    return body


def test_a_grace_period_keeps_readers_safe() -> None:
    assert verdicts([reader, updater(True)]) == ("PASS", "PASS")
    assert verdicts([reader, reader, updater(True)]) == ("PASS", "PASS")
    assert verdicts([reader, updater(False)]) == ("FAIL", "FAIL")


def test_sections_that_start_later_are_not_waited_for() -> None:
    def endless_reader(f: FunctionBuilder) -> None:
        f.fence("Rcu-lock")
        f.spin_until(B, 1)
        f.fence("Rcu-unlock")

    def waits_then_sets(f: FunctionBuilder) -> None:
        f.fence("Sync-rcu")
        f.store(B, 1)

    result = run([endless_reader, waits_then_sets])
    assert result.finding is not None
    assert result.finding.property == "deadlock"

    def sets_then_waits(f: FunctionBuilder) -> None:
        f.store(B, 1)
        f.fence("Sync-rcu")

    assert verdicts([endless_reader, sets_then_waits]) == ("PASS", "PASS")


def test_an_address_taken_local_is_private_until_it_gets_out() -> None:
    def private(f: FunctionBuilder) -> None:
        cell = f.local()
        f.store(cell, 1)
        f.add_to(cell, 1)
        f.check(equal(f.load(cell), 2))

    def lends(f: FunctionBuilder) -> None:
        cell = f.local()
        f.store(cell, 5)
        f.store(A, cell)
        f.wait(B, 1)
        f.check(equal(f.load(cell), 6))

    def borrows(f: FunctionBuilder) -> None:
        f.wait(C, 0)
        p = f.load(A)
        use, after = f.block(), f.block()
        f.branch(op("ne", 1, p, const(0, 64)), use, after)
        f.here = use
        f.add_to(p, 1)
        f.jump(after)
        f.here = after
        f.store(B, 1)

    assert run([private] * 4, model="tso").states < 10
    assert run([lends, borrows]).finding is not None

    def borrows_surely(f: FunctionBuilder) -> None:
        head, after = f.block(), f.block()
        f.jump(head)
        f.here = head
        p = f.load(A)
        f.branch(op("ne", 1, p, const(0, 64)), after, head)
        f.here = after
        f.add_to(p, 1)
        f.store(B, 1)

    assert verdicts([lends, borrows_surely]) == ("PASS", "PASS")


def test_a_wait_for_a_local_of_its_own_is_a_deadlock() -> None:
    def body(f: FunctionBuilder) -> None:
        cell = f.local()
        f.store(cell, 0)
        f.wait(cell, 1)

    result = run([body])
    assert result.finding is not None
    assert result.finding.property == "deadlock"


def test_a_local_passed_to_a_thread_is_shared() -> None:
    child = FunctionBuilder("child", 1)
    child.add_to(reg(0, 64), 1)
    parent = FunctionBuilder("parent")
    cell = parent.local()
    parent.store(cell, 4)
    number = parent.spawn("child", [cell])
    parent.add_to(cell, 1)
    parent.join(number)
    parent.check(equal(parent.load(cell), 6))
    base = threads([parent.build()], NAMES)
    program = ir.Program({**base.functions, "child": child.build()}, base.objects, "main")
    for model in ("sc", "tso"):
        result = explore(program, model)
        assert (result.verdict, result.reason) == ("PASS", "")


def test_endless_allocation_is_no_pass() -> None:
    def body(f: FunctionBuilder) -> None:
        head = f.block()
        f.jump(head)
        f.here = head
        f.free(f.alloc(8))
        f.jump(head)

    result = explore(build([body]), "sc")
    assert result.verdict == "UNKNOWN"
    assert "objects" in result.reason


def test_a_choice_among_too_many_is_no_pass() -> None:
    result = run([lambda f: f.store(A, op("zext", 64, f.choose(1 << 30)))])
    assert result.verdict == "UNKNOWN"
    assert "choice" in result.reason


def test_a_local_made_anew_in_a_waiting_loop_keeps_the_states_finite() -> None:
    def spins(f: FunctionBuilder) -> None:
        head, after = f.block(), f.block()
        f.jump(head)
        f.here = head
        cell = f.local()
        f.store(cell, f.load(A))
        f.branch(equal(f.load(cell), 1), after, head)
        f.here = after

    assert verdicts([spins, lambda f: f.store(A, 1)]) == ("PASS", "PASS")


def test_mixed_sizes_are_exact() -> None:
    def halves(f: FunctionBuilder) -> None:
        f.store(A, 1, size=4)
        f.store(A + 4, 2, size=4)

    def whole(f: FunctionBuilder) -> None:
        seen = f.load(A)
        f.check(negate(equal(seen, 2 << 32)))

    assert verdicts([halves, whole]) == ("PASS", "PASS")

    def backwards(f: FunctionBuilder) -> None:
        f.store(A + 4, 2, size=4)
        f.store(A, 1, size=4)

    assert verdicts([backwards, whole]) == ("FAIL", "FAIL")


def test_findings_of_other_properties_stop_their_thread_and_are_no_failure() -> None:
    def wrong(f: FunctionBuilder) -> None:
        f.check(equal(f.load(A), 1))
        f.check(equal(f.load(B), 1), "counters")

    program = build([wrong])
    assert explore(program, "sc", frozenset({"assertion"})).verdict == "FAIL"
    result = explore(program, "sc", frozenset({"counters", "deadlock", "leak"}))
    assert result.verdict == "UNKNOWN"
    assert "assertion, which is not asked for" in result.reason
    last = build([lambda f: f.check(equal(f.load(A), 1))])
    assert explore(last, "sc", frozenset({"counters"})).verdict == "PASS"


def test_a_limit_makes_it_unknown_with_the_reason() -> None:
    result = explore(build([plain_increment] * 4, count_is(4)), "tso", frozenset({"leak"}), Limits(states=20))
    assert (result.verdict, result.reason) == ("UNKNOWN", "limit of 20 states reached")
    result = explore(build([plain_increment] * 4, count_is(4)), "tso", frozenset({"leak"}), Limits(seconds=0))
    assert result.verdict == "UNKNOWN"
    assert "time limit" in result.reason


def test_what_cannot_be_modelled_makes_it_unknown_where_it_is_reached() -> None:
    def never(f: FunctionBuilder) -> None:
        f.add(ir.Unsupported("setjmp", f.source()))

    result = run([never, plain_increment])
    assert result.verdict == "UNKNOWN"
    assert "setjmp" in result.reason


def test_choices_are_all_tried() -> None:
    def picks(f: FunctionBuilder) -> None:
        f.check(negate(op("eq", 1, f.choose(5), const(4, 8))))

    assert verdicts([picks]) == ("FAIL", "FAIL")


def test_an_allocation_may_fail_in_a_thread() -> None:
    def careless(f: FunctionBuilder) -> None:
        p = f.alloc(8, may_fail=True)
        f.store(p, 1)
        f.free(p)

    result = run([careless])
    assert result.finding is not None
    assert result.finding.property == "null-dereference"


def test_results_come_back_through_join() -> None:
    worker = FunctionBuilder("worker", 1)
    worker.add_to(reg(0, 64), 3)
    main = FunctionBuilder("main")
    number = main.spawn("worker", [const(A, 64)])
    main.check(equal(main.join(number), 7))
    main.check(equal(main.load(A), 3))
    program = threads([], NAMES)
    functions = {"main": main.build(), "worker": worker.build(7)}
    result = explore(ir.Program(functions, program.objects, "main"), "tso")
    assert (result.verdict, result.reason) == ("PASS", "")
    assert result.executions == 1


@pytest.mark.parametrize("model", ["sc", "tso"])
def test_independent_threads_are_not_interleaved(model: str) -> None:
    def own(address: int) -> Body:
        def body(f: FunctionBuilder) -> None:
            for _ in range(10):
                f.store(address, op("add", 64, f.load(address), const(1, 64)))

        return body

    assert run([own(A), own(B), own(C), own(D)], model=model).states < 30


def test_a_failed_trylock_needs_no_empty_buffer() -> None:
    def tries(lock: int, flag: int, other: int) -> Body:
        def body(f: FunctionBuilder) -> None:
            f.store(flag, 1)
            f.rmw(lock, 9, equal(old(64), 0), failed="LF")
            f.store(other, f.load(B if flag == A else A))

        return body

    def both_zero(f: FunctionBuilder) -> None:
        f.check(negate(op("and", 1, equal(f.load(D), 0), equal(f.load(E), 0))))

    def init(f: FunctionBuilder) -> None:
        f.check(op("ule", 1, f.load(C), const(9, 64)))

    def locked(f: FunctionBuilder) -> None:
        f.store(C, 7)

    functions = []
    for number, body in enumerate([tries(C, A, D), tries(C, B, E)]):
        g = FunctionBuilder(f"t{number}")
        body(g)
        functions.append(g.build())
    main = FunctionBuilder("main")
    locked(main)
    init(main)
    numbers = [main.spawn(f.name) for f in functions]
    for thread in numbers:
        main.join(thread)
    both_zero(main)
    base = threads(functions, NAMES)
    program = ir.Program({**base.functions, "main": main.build()}, base.objects, "main")
    assert explore(program, "sc").verdict == "PASS"
    assert explore(program, "tso").verdict == "FAIL"
