"""A main() that starts and joins threads in any order, threads that start threads, and what is at rest when."""

from __future__ import annotations

import pytest

from tests.solve.checking import EVERYTHING, MODELS, answer, verdicts

HEAD = """
static int x, y, z;
static int plain;
static int *p;
static DEFINE_SPINLOCK(l);
static void *sets_x(void *arg) { WRITE_ONCE(x, 1); return 0; }
static void *sets_y(void *arg) { WRITE_ONCE(y, 1); return 0; }
static void *sets_x_then_y(void *arg) { WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); return 0; }
static void *adds(void *arg) { plain += (int)(long)arg; return (void *)(long)plain; }
"""


def main(body: str, more: str = "") -> str:
    return f"{HEAD}{more}\nint main(void)\n{{\n\tpthread_t a, b, c;\n\tvoid *result;\n{body}\n\treturn 0;\n}}\n"


START_XY = "pthread_create(&a, 0, sets_x, 0); pthread_create(&b, 0, sets_y, 0);"


def test_after_the_join_of_one_thread_its_writes_are_seen_while_another_runs() -> None:
    joined = main(START_XY + "pthread_join(b, 0); assert(READ_ONCE(y) == 1); pthread_join(a, 0);")
    assert verdicts(joined) == ["PASS"] * len(MODELS)
    other = main(START_XY + "pthread_join(b, 0); assert(READ_ONCE(x) == 1); pthread_join(a, 0);")
    assert verdicts(other) == ["assertion"] * len(MODELS)


def test_a_join_on_one_path_only_leaves_the_thread_running_on_the_other() -> None:
    text = main(
        "pthread_create(&a, 0, sets_x_then_y, 0); if (READ_ONCE(x)) pthread_join(a, 0); assert(READ_ONCE(y) == 1);"
    )
    assert verdicts(text, {"assertion"}) == ["assertion"] * len(MODELS)
    both = main(
        "pthread_create(&a, 0, sets_x_then_y, 0);"
        "if (READ_ONCE(x)) pthread_join(a, 0); else pthread_join(a, 0); assert(READ_ONCE(y) == 1);"
    )
    assert verdicts(both) == ["PASS"] * len(MODELS)


def test_a_join_in_a_called_function_or_a_loop_is_a_join() -> None:
    text = main(
        "pthread_t all[2]; pthread_create(&all[0], 0, sets_x, 0); pthread_create(&all[1], 0, sets_y, 0);"
        "for (int i = 0; i < 2; i++) joins(all[i]); assert(x + y == 2);",
        "static void joins(pthread_t t) { pthread_join(t, 0); }",
    )
    assert verdicts(text) == ["PASS"] * len(MODELS)


def test_main_runs_beside_its_threads_until_it_joins_them() -> None:
    text = main("pthread_create(&a, 0, sets_x, 0); WRITE_ONCE(x, 2); pthread_join(a, 0); assert(x == {});")
    for value in (1, 2):
        assert verdicts(text.replace("{}", str(value))) == ["assertion"] * len(MODELS)
    assert verdicts(text.replace("x == {}", "x == 1 || x == 2")) == ["PASS"] * len(MODELS)


def test_what_main_wrote_before_a_start_is_seen_by_the_thread() -> None:
    sees = "static void *sees(void *arg) { assert(plain == 7); return 0; }"
    text = main(START_XY + "plain = 7; pthread_create(&c, 0, sees, 0); pthread_join(c, 0);", sees)
    assert verdicts(text, EVERYTHING) == ["PASS"] * len(MODELS)
    late = main("pthread_create(&c, 0, sees, 0); plain = 7; pthread_join(c, 0);", sees)
    assert verdicts(late, EVERYTHING) == ["assertion"] * len(MODELS)


def test_phases_follow_one_another() -> None:
    phases = "".join(
        f"pthread_create(&a, 0, adds, (void *){n}L); pthread_create(&b, 0, sets_x, 0);"
        f"pthread_join(a, &result); pthread_join(b, 0); assert(plain == {total} && (long)result == {total});"
        for n, total in ((1, 1), (2, 3), (4, 7))
    )
    assert verdicts(main(phases)) == ["PASS"] * len(MODELS)
    assert answer(main(phases), "lkmm", EVERYTHING | {"race"}).verdict == "PASS"
    assert verdicts(main(phases.replace("plain == 3", "plain == 2"))) == ["assertion"] * len(MODELS)


PARENT = """
static void *parent(void *arg)
{
	pthread_t child;
	WRITE_ONCE(x, 1);
	if (READ_ONCE(z)) {
		pthread_create(&child, 0, sets_y, 0);
		pthread_join(child, 0);
	}
	return 0;
}
static void *sets_z(void *arg) { WRITE_ONCE(z, 1); return 0; }
"""


def test_a_thread_that_a_thread_may_have_started() -> None:
    start = (
        "pthread_create(&a, 0, parent, 0); pthread_create(&b, 0, sets_z, 0); pthread_join(a, 0); pthread_join(b, 0);"
    )
    for value in (0, 1):
        assert verdicts(main(f"{start} assert(y == {value});", PARENT)) == ["assertion"] * len(MODELS)
    assert verdicts(main(f"{start} assert(x == 1 && (y == 0 || y == 1));", PARENT)) == ["PASS"] * len(MODELS)


def test_a_thread_that_was_never_started_hides_no_leak() -> None:
    text = main(
        "pthread_create(&a, 0, parent, 0); pthread_join(a, 0);",
        PARENT.replace("WRITE_ONCE(x, 1);", "kmalloc(4, GFP_KERNEL);"),
    )
    assert verdicts(text) == ["leak"] * len(MODELS)


def test_a_thread_that_is_never_joined_runs_on() -> None:
    text = main("pthread_create(&a, 0, sets_x, 0); pthread_create(&b, 0, sets_y, 0); pthread_join(b, 0); assert({});")
    assert verdicts(text.replace("{}", "READ_ONCE(x) == 1")) == ["assertion"] * len(MODELS)
    assert verdicts(text.replace("{}", "READ_ONCE(x) == 0")) == ["assertion"] * len(MODELS)
    assert verdicts(text.replace("{}", "READ_ONCE(y) == 1")) == ["PASS"] * len(MODELS)


def test_what_a_thread_returns_is_what_its_join_gives() -> None:
    gives = "static void *gives(void *arg) { return READ_ONCE(x) ? (void *)5L : (void *)6L; }"
    start = "pthread_create(&a, 0, sets_x, 0); pthread_create(&b, 0, gives, 0); pthread_join(b, &result);"
    assert verdicts(main(start + "assert((long)result == 5 || (long)result == 6); pthread_join(a, 0);", gives)) == [
        "PASS"
    ] * len(MODELS)
    for value in (5, 6):
        text = main(start + f"assert((long)result != {value}); pthread_join(a, 0);", gives)
        assert verdicts(text) == ["assertion"] * len(MODELS)


def test_the_join_of_a_thread_that_stopped_waits_for_ever() -> None:
    """A finding that was not asked for ends the thread; main never gets past the join."""
    text = main(
        "pthread_create(&a, 0, stops, 0); pthread_join(a, 0); assert(0);",
        "static void *stops(void *arg) { *(volatile int *)0 = 1; return 0; }",
    )
    assert verdicts(text, {"assertion"}) == ["UNKNOWN"] * len(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_a_failure_at_rest_shows_the_last_writes(name: str) -> None:
    result = answer(main(START_XY + "pthread_join(a, 0); pthread_join(b, 0); assert(x + y == 3);"), name)
    assert result.property == "assertion"
    assert result.execution is not None
    assert [e.value for e in result.execution.events if e.final and e.kind == "R"] == [1, 1]
