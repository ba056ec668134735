# ruff: noqa: E501 (C programs)
"""A thread is joined or detached once (POSIX: pthread_join, pthread_detach; C11 7.26.5): what both engines, and the solver
under the kernel's model, say of another time."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

PROGRAM = """
#include <pthread.h>
#include <stdatomic.h>
#include <threads.h>
#include <linux/kthread.h>

static pthread_t one, other, some[3];
static pthread_t _Atomic told;
static pthread_attr_t attr;
static atomic_int claimed, joined;
static thrd_t plain;

static void *idle(void *argument) { return 0; }
static int quick(void *argument) { return 0; }
static int until_stopped(void *argument)
{
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}
static void *starts(void *argument)
{
	pthread_t made;

	pthread_create(&made, 0, idle, 0);
	told = made;
	return 0;
}

FUNCTIONS

int main(void)
{
	BODY
	return 0;
}
"""

CREATE = "pthread_create(&one, 0, idle, 0);"
JOIN = "pthread_join(one, 0);"
DETACH = "pthread_detach(one);"
JOINER = "static void *joiner(void *argument) { %s return 0; }"
BOTH = f"{CREATE} pthread_create(&other, 0, joiner, 0);"


def program(body: str, functions: str = "") -> str:
    return PROGRAM.replace("BODY", body).replace("FUNCTIONS", functions)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"{CREATE} {JOIN}", "PASS"),
        (f"{CREATE} {JOIN} {JOIN}", "undefined"),
        (f"{CREATE} {JOIN} {DETACH}", "undefined"),
        (f"{CREATE} {DETACH}", "PASS"),
        (f"{CREATE} {DETACH} {JOIN}", "undefined"),
        (f"{CREATE} {DETACH} {DETACH}", "undefined"),
        (f"{CREATE} {JOIN} {CREATE} {JOIN}", "PASS"),
        (f"{CREATE} if (claimed) {JOIN} else {DETACH}", "PASS"),
        ("for (int i = 0; i < 3; i++) pthread_create(&some[i], 0, idle, 0); for (int i = 0; i < 3; i++) pthread_join(some[i], 0);", "PASS"),
        ("for (int i = 0; i < 3; i++) pthread_create(&some[i], 0, idle, 0); for (int i = 0; i < 3; i++) pthread_join(some[i / 2], 0);", "undefined"),
        ("thrd_create(&plain, quick, 0); thrd_join(plain, 0);", "PASS"),
        ("thrd_create(&plain, quick, 0); thrd_join(plain, 0); thrd_join(plain, 0);", "undefined"),
        ("thrd_create(&plain, quick, 0); thrd_detach(plain); thrd_join(plain, 0);", "undefined"),
        ("pthread_create(&one, 0, starts, 0); pthread_join(one, 0); pthread_join(told, 0);", "PASS"),
        ("pthread_create(&one, 0, starts, 0); pthread_join(one, 0); pthread_join(told, 0); pthread_join(told, 0);", "undefined"),
        (f"{CREATE} {JOIN} pthread_join(pthread_self(), 0);", "deadlock"),
    ],
)  # fmt: skip
def test_a_thread_is_joined_or_detached_once(body: str, expected: str) -> None:
    assert said(program(body)) == {expected}


@pytest.mark.parametrize(
    ("joiner", "body", "expected"),
    [
        (JOIN, f"{BOTH} pthread_join(other, 0);", "PASS"),
        (JOIN, f"{BOTH} {JOIN} pthread_join(other, 0);", "undefined"),
        (f"while (!joined) ; {JOIN}", f"{BOTH} {JOIN} joined = 1; pthread_join(other, 0);", "undefined"),
        (f"if (!atomic_exchange(&claimed, 1)) {JOIN}", f"{BOTH} joiner(0); pthread_join(other, 0);", "PASS"),
        (f"if (!claimed) {{ claimed = 1; {JOIN} }}", f"{BOTH} joiner(0); pthread_join(other, 0);", "undefined"),
        (DETACH, f"{BOTH} {JOIN} pthread_join(other, 0);", "undefined"),
        ("pthread_detach(pthread_self());", "pthread_create(&other, 0, joiner, 0);", "PASS"),
        ("pthread_detach(pthread_self());", "pthread_create(&other, 0, joiner, 0); pthread_join(other, 0);", "undefined"),
        ("pthread_join(pthread_self(), 0);", "pthread_create(&other, 0, joiner, 0); pthread_join(other, 0);", "deadlock"),
    ],
)  # fmt: skip
def test_whichever_threads_do_so(joiner: str, body: str, expected: str) -> None:
    assert said(program(body, JOINER % joiner)) == {expected}


@pytest.mark.parametrize(("state", "expected"), [("DETACHED", "undefined"), ("JOINABLE", "PASS")])
def test_who_is_created_detached_is_not_joined(state: str, expected: str) -> None:
    created = f"pthread_attr_init(&attr); pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_{state});"
    assert said(program(f"{created} pthread_create(&one, &attr, idle, 0); {JOIN}")) == {expected}


def test_the_kernels_threads_may_be_stopped_twice() -> None:
    """kthread_stop() of one that has ended gives its result again, to who has a reference of his own."""
    body = 'struct task_struct *t = kthread_run(until_stopped, 0, "t"); get_task_struct(t); kthread_stop(t); kthread_stop(t); put_task_struct(t);'
    assert said(program(body)) == {"PASS"}
