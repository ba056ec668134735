"""Bounds: what was cut short is never a PASS, and what has an end by itself is not cut."""

from __future__ import annotations

import pytest

from modelcheck.cat import load_model
from modelcheck.program.graph import EventGraph
from modelcheck.program.machine import Initial, initialise
from modelcheck.program.memory import AddressSpace
from modelcheck.program.unroll import Bounds, unroll
from modelcheck.run import OutOfTime
from modelcheck.solve.check import check
from modelcheck.solve.domains import analyse
from modelcheck.solve.groundwork import Groundworks
from modelcheck.solve.session import until
from modelcheck.solve.valuesets import Tick
from tests.solve.checking import EVERYTHING, MODELS, answer, parse, verdicts

CELLS = "static int x, y, z;\n"


def threads(*bodies: str, final: str = "", more: str = "") -> str:
    text = CELLS + more + "".join(f"void t{number}(void)\n{{\n{body}\n}}\n" for number, body in enumerate(bodies))
    return text + f"void final(void) {{ {final} }}\n"


LOOPS = {
    "for": ("int n = READ_ONCE(x); for (int i = 0; i < n; i++) WRITE_ONCE(z, i);", "WRITE_ONCE(x, 9);"),
    "while": ("int n = READ_ONCE(x); while (n-- > 0) WRITE_ONCE(z, n);", "WRITE_ONCE(x, 9);"),
    "do": ("int n = READ_ONCE(x); do WRITE_ONCE(z, n); while (n-- > 0);", "WRITE_ONCE(x, 9);"),
    "goto": ("int n = READ_ONCE(x); again: WRITE_ONCE(z, n); if (n-- > 0) goto again;", "WRITE_ONCE(x, 9);"),
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_cut_short_is_unknown_and_named(name: str) -> None:
    for model in MODELS:
        result = answer(threads(*LOOPS[name]), model)
        assert result.verdict == "UNKNOWN"
        assert "the loop at " in result.reason
        assert "t0()" in result.reason


def test_a_larger_bound_decides() -> None:
    text = threads(*LOOPS["for"], final="assert(z != 8);")
    assert answer(text, "sc", unroll=9).property == "assertion"
    assert answer(text.replace("!= 8", "!= 9"), "sc", unroll=9).verdict == "PASS"


def test_a_bound_that_no_execution_reaches_cuts_nothing() -> None:
    text = threads("int n = READ_ONCE(x); for (int i = 0; i < n; i++) WRITE_ONCE(z, i);", "WRITE_ONCE(x, 2);")
    assert verdicts(text) == ["PASS"] * len(MODELS)


def test_a_failure_within_the_bounds_is_a_failure() -> None:
    text = threads("int n = READ_ONCE(x); for (int i = 0; i < n; i++) assert(i != 1);", "WRITE_ONCE(x, 9);")
    assert verdicts(text) == ["assertion"] * len(MODELS)


CONSTANT = {
    "for": ("for (int i = 0; i < 20; i++) WRITE_ONCE(z, i);", 19),
    "nested": ("int n = 0; for (int i = 0; i < 5; i++) for (int j = 0; j < i; j++) n++; z = n;", 10),
    "goto": ("int n = 0; again: n++; if (n < 12) goto again; z = n;", 12),
    "continue": ("int n = 0; for (int i = 0; i < 9; i++) { if (i & 1) continue; n += i; } z = n;", 20),
    "break": ("int i; for (i = 0; i < 100; i++) if (i * i > 50) break; z = i;", 8),
    "two gotos": ("int i = 0, n = 0; a: n += 10; b: n++; i++; if (i < 3) goto b; if (i < 6) goto a; z = n;", 46),
    "a break by what was read": ("int i; for (i = 0; i < 10; i++) if (READ_ONCE(x) == 5) break; z = i;", 10),
}


@pytest.mark.parametrize("name", CONSTANT)
def test_a_loop_with_a_constant_bound_is_unrolled_to_its_end(name: str) -> None:
    body, value = CONSTANT[name]
    assert verdicts(threads(body, final=f"assert(z == {value});")) == ["PASS"] * len(MODELS)
    assert verdicts(threads(body, final=f"assert(z != {value});")) == ["assertion"] * len(MODELS)


def test_recursion_cut_short_is_unknown_and_named() -> None:
    more = "static int f(int n) { return n ? f(n - 1) + 1 : 0; }\n"
    deep = threads("z = f(READ_ONCE(x));", "WRITE_ONCE(x, 9);", more=more)
    for model in MODELS:
        result = answer(deep, model)
        assert result.verdict == "UNKNOWN"
        assert "f()" in result.reason
    flat = threads("z = f(READ_ONCE(x));", "WRITE_ONCE(x, 2);", final="assert(z == 0 || z == 2);", more=more)
    assert verdicts(flat) == ["PASS"] * len(MODELS)


def test_a_switch_falls_through_as_in_c() -> None:
    body = """
        switch (READ_ONCE(x)) {
        case 0: z += 1; /* fall through */
        case 1: z += 10; break;
        case 2: z += 100; /* fall through */
        default: z += 1000;
        }"""
    for value, sum_ in ((0, 11), (1, 10), (2, 1100), (3, 1000)):
        text = threads(body, f"WRITE_ONCE(x, {value});", final=f"assert(z == {sum_} || z == 11);")
        assert verdicts(text) == ["PASS"] * len(MODELS)
        text = threads(body, f"WRITE_ONCE(x, {value});", final=f"assert(z != {sum_});")
        assert verdicts(text) == ["assertion"] * len(MODELS)


def test_a_bound_at_rest_does_not_count_where_a_thread_has_stopped() -> None:
    long = "for (int i = 0; i < y; i++) z++;"
    assert verdicts(threads("WRITE_ONCE(y, 9);", final=long)) == ["UNKNOWN"] * len(MODELS)
    stopped = threads("*(int *)READ_ONCE(z) = 1; WRITE_ONCE(y, 9);", final=long)
    for name in MODELS:
        reason = answer(stopped, name, frozenset({"assertion"})).reason
        assert "null-dereference, which is not asked for" in reason
    other = threads("WRITE_ONCE(y, 9);", "*(int *)(long)READ_ONCE(z) = 1;", final=long)
    assert "null-dereference" in answer(other, "sc", frozenset({"assertion"})).reason


def test_an_elapsed_time_limit_is_unknown() -> None:
    result = answer(threads("WRITE_ONCE(x, 1);", "assert(!READ_ONCE(x));"), "sc", timeout=0)
    assert (result.verdict, result.reason) == ("UNKNOWN", "the time limit was reached")


def test_the_time_limit_counts_while_the_program_is_unrolled() -> None:
    # Sixteen deep, three calls each: some forty million of them, which would take hours.
    more = "static void f(int n) { if (READ_ONCE(x) == n) return; f(n + 1); f(n + 2); f(n + 3); }\n"
    program = parse(threads("f(1);", "WRITE_ONCE(x, 1);", more=more))
    result = check(program, load_model("sc"), EVERYTHING, recursion=16, timeout=0.5)
    assert (result.verdict, result.reason) == ("UNKNOWN", "the time limit was reached")


def test_the_time_limit_counts_while_values_are_enumerated() -> None:
    program = parse(threads("z = READ_ONCE(x) + 1;", "WRITE_ONCE(x, 1);"))
    (initial,) = initialise(program)
    assert isinstance(initial, Initial)
    graph = unroll(program, initial, Bounds())
    with pytest.raises(OutOfTime):
        analyse(graph, AddressSpace(graph.objects), True, tick=until(0.0))


def test_what_cannot_be_modelled_is_unknown_only_where_it_is_reached() -> None:
    one = "spin_lock(&lock); spin_unlock(&lock); if (READ_ONCE(y)) z = *(char *)&lock;"
    mixed = threads(one, "WRITE_ONCE(y, {});", more="static DEFINE_SPINLOCK(lock);")
    reached = answer(mixed.replace("{}", "1"), "sc")
    assert reached.verdict == "UNKNOWN"
    assert "mixed-size" in reached.reason
    assert answer(mixed.replace("{}", "0"), "sc").verdict == "PASS"


def test_a_program_without_threads_is_decided_too() -> None:
    assert answer("int main(void) { int a = 2; assert(a == 2); return 0; }", "sc").verdict == "PASS"
    assert answer("int main(void) { int a = 2; assert(a == 3); return 0; }", "sc").property == "assertion"
    assert parse("int main(void) { return 0; }").entry


def test_a_failure_in_the_first_rounds_of_a_long_loop_is_found_in_them() -> None:
    """Two locks in both orders, 2000 times: no search of all rounds would end in time."""
    code = """
    #include <pthread.h>
    static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
    static void *ab(void *p) { pthread_mutex_lock(&a); pthread_mutex_lock(&b); return 0; }
    static void *ba(void *p) { pthread_mutex_lock(&b); pthread_mutex_lock(&a); return 0; }
    int main(void)
    {
        for (int i = 0; i < 2000; i++) {
            pthread_t s, t;
            pthread_create(&s, 0, ab, 0); pthread_create(&t, 0, ba, 0);
            pthread_join(s, 0); pthread_join(t, 0);
        }
        return 0;
    }
    """
    result = check(parse(code), load_model("sc"), frozenset({"deadlock"}))
    assert (result.verdict, result.property) == ("FAIL", "deadlock")
    assert result.events < 1000


@pytest.mark.parametrize(("most", "asked"), [(1, [1]), (2, [1, 3])])
def test_a_large_program_is_unrolled_whole_only_where_fewer_rounds_do_not_answer(
    most: int, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []
    graph = Groundworks.graph

    def noted(self: Groundworks, outcome: int, bounds: Bounds, tick: Tick = lambda: None) -> EventGraph:
        found.append(bounds.unroll)
        return graph(self, outcome, bounds, tick)

    monkeypatch.setattr(Groundworks, "graph", noted)
    loop = "int n = READ_ONCE(x); for (int i = 0; i < n; i++) WRITE_ONCE(y, i);"
    text = threads(loop, f"WRITE_ONCE(x, {most});", "WRITE_ONCE(z, 1);" * 410, final=f"assert(y < {most} || !y);")
    assert answer(text, "sc").verdict == "PASS"
    assert sorted(set(found)) == asked
    assert answer(text.replace("|| !y", "&& !x"), "sc").property == "assertion"
