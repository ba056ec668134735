"""The end of main() ends the process, an assumption its own thread: both engines under every model that they know."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

DAEMON = """
static pthread_mutex_t work;
static void *worker(void *a) { pthread_mutex_lock(&work); return 0; }
int main(void) { pthread_t t; pthread_mutex_lock(&work); pthread_create(&t, 0, worker, 0); %s }
"""


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("return 0;", "PASS"),
        ("", "PASS"),
        ("exit(0);", "PASS"),
        ("pthread_exit(0);", "deadlock"),
        ("pthread_join(t, 0); return 0;", "deadlock"),
        ("if (__mc_choose(2)) pthread_exit(0); return 0;", "deadlock"),
    ],
)
def test_who_waits_when_main_returns_ends_with_the_process(end: str, expected: str) -> None:
    assert said(DAEMON % end) == {expected}


def test_what_goes_wrong_before_main_returns_counts() -> None:
    text = """
    static int go;
    static void *worker(void *a) { assert(!READ_ONCE(go)); return 0; }
    int main(void) { pthread_t t; pthread_create(&t, 0, worker, 0); WRITE_ONCE(go, 1); return 0; }
    """
    assert said(text) == {"assertion"}


def test_a_loop_that_waits_when_main_returns_is_no_deadlock() -> None:
    text = """
    static int go;
    static void *worker(void *a) { while (!READ_ONCE(go)) ; return 0; }
    int main(void) { pthread_t t; pthread_create(&t, 0, worker, 0); %s }
    """
    assert said(text % "return 0;") == {"PASS"}
    assert said(text % "pthread_exit(0);") == {"deadlock"}


def test_the_threads_of_a_scenario_run_to_their_ends() -> None:
    text = """
    static int x;
    void t0(void) { __mc_await(&x, 4, "eq", 1, "ONCE"); }
    void t1(void) { WRITE_ONCE(x, %d); }
    """
    assert said(text % 2) == {"deadlock"}
    assert said(text % 1) == {"PASS"}


ASSUMING = """
static int x;
static void *f(void *a) { assert(READ_ONCE(x) == 0); return 0; }
int main(void) { pthread_t t; %s pthread_create(&t, 0, f, 0); %s return 0; }
"""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "WRITE_ONCE(x, 1); __mc_assume(0);", "assertion"),
        ("", "WRITE_ONCE(x, 1); __mc_assume(READ_ONCE(x) == 0);", "assertion"),
        ("", "__mc_assume(0); WRITE_ONCE(x, 1);", "PASS"),
        ("__mc_assume(0);", "WRITE_ONCE(x, 1);", "PASS"),
        ('__mc_assert(0, "counters", ""); __mc_assume(0);', "", "counters"),
        ("__mc_assume(__mc_choose(2));", "WRITE_ONCE(x, 1);", "assertion"),
    ],
)
def test_an_assumption_ends_its_own_thread_only(before: str, after: str, expected: str) -> None:
    assert said(ASSUMING % (before, after)) == {expected}


def test_a_thread_that_an_assumption_ended_in_a_section_holds_grace_periods_back() -> None:
    text = """
    static int x, y;
    void t0(void) { rcu_read_lock(); WRITE_ONCE(x, 1); __mc_assume(%s); rcu_read_unlock(); }
    void t1(void) { if (READ_ONCE(x)) { synchronize_rcu(); BUG_ON(1); } }
    """
    assert said(text % "0") == {"PASS"}
    assert said(text % "1") == {"assertion"}
