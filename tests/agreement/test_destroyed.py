"""Locks, condition variables, semaphores and barriers that were destroyed: what both engines, and the solver under the
kernel's model, say of their use. POSIX leaves all of it undefined but what the twins that pass do."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

HEADER = """
#include <pthread.h>
#include <semaphore.h>
#include <threads.h>

static pthread_mutex_t mutex, inner;
static pthread_rwlock_t rwlock;
static pthread_spinlock_t spin;
static pthread_cond_t condition;
static pthread_barrier_t barrier;
static sem_t semaphore;
static mtx_t plain;
static cnd_t event;
static int go;

static void *idle(void *argument) { return 0; }
"""

USED = {
    "pthread_mutex": ("mutex, 0", ["lock", "trylock", "destroy"]),
    "pthread_rwlock": ("rwlock, 0", ["rdlock", "wrlock", "tryrdlock", "trywrlock", "unlock", "destroy"]),
    "pthread_spin": ("spin, 0", ["lock", "trylock", "destroy"]),
    "pthread_barrier": ("barrier, 0, 1", ["wait", "destroy"]),
    "sem": ("semaphore, 0, 1", ["wait", "trywait", "post", "destroy"]),
    "mtx": ("plain, mtx_plain", ["lock", "trylock", "destroy"]),
}
CONDITIONS = {
    "pthread_cond": ("condition, 0", ["signal", "broadcast", "destroy"]),
    "cnd": ("event", ["signal", "broadcast", "destroy"]),
}


def using(kind: str, given: str, between: str, use: str) -> str:
    thing = given.partition(",")[0]
    return f"""{HEADER}
int main(void)
{{
	pthread_t thread;

	{kind}_init(&{given});
	pthread_create(&thread, 0, idle, 0);
	{kind}_destroy(&{thing});
	{between}
	{kind}_{use}(&{thing});
	pthread_join(thread, 0);
	return 0;
}}
"""


@pytest.mark.parametrize(("kind", "use"), [(kind, use) for kind, (_, uses) in USED.items() for use in uses])
def test_a_lock_that_was_destroyed_is_none(kind: str, use: str) -> None:
    assert said(using(kind, USED[kind][0], "", use)) == {"uninitialised"}


@pytest.mark.parametrize("kind", ["pthread_mutex", "pthread_spin", "mtx"])
def test_nor_does_a_thread_hold_it(kind: str) -> None:
    assert said(using(kind, USED[kind][0], "", "unlock")) == {"lock-misuse"}


@pytest.mark.parametrize(("kind", "use"), [(kind, use) for kind, (_, uses) in CONDITIONS.items() for use in uses])
def test_a_condition_variable_that_was_destroyed_is_not_used(kind: str, use: str) -> None:
    assert said(using(kind, CONDITIONS[kind][0], "", use)) == {"lock-misuse"}


@pytest.mark.parametrize("kind", [*USED, *CONDITIONS])
def test_what_is_initialised_again_is_one_again(kind: str) -> None:
    given, uses = {**USED, **CONDITIONS}[kind]
    assert said(using(kind, given, f"{kind}_init(&{given});", uses[-1])) == {"PASS"}


WAITS = """
static void *waits(void *argument)
{
	pthread_mutex_lock(&mutex);
	while (!go)
		pthread_cond_wait(&condition, &mutex);
	pthread_mutex_unlock(&mutex);
	return 0;
}

static void *signals(void *argument)
{
	pthread_cond_signal(&condition);
	return 0;
}

static void *takes(void *argument)
{
	sem_wait(&semaphore);
	return 0;
}

static void *meets(void *argument)
{
	pthread_barrier_wait(&barrier);
	return 0;
}

int main(void)
{
	pthread_t thread;

	pthread_barrier_init(&barrier, 0, 2);
	sem_init(&semaphore, 0, 0);
	pthread_create(&thread, 0, FUNCTION, 0);
	BODY
	return 0;
}
"""


@pytest.mark.parametrize(
    ("function", "body", "expected"),
    [
        (
            "waits",  # POSIX's own example: nobody waits any more once all have been woken
            "pthread_mutex_lock(&mutex); go = 1; pthread_cond_broadcast(&condition);"
            "pthread_cond_destroy(&condition); pthread_mutex_unlock(&mutex); pthread_join(thread, 0);"
            "pthread_mutex_destroy(&mutex);",
            "PASS",
        ),
        (
            "waits",
            "pthread_mutex_lock(&mutex); go = 1; pthread_cond_destroy(&condition); pthread_mutex_unlock(&mutex);"
            "pthread_join(thread, 0);",
            "lock-misuse",
        ),
        (
            "waits",  # who comes late waits for what is none
            "pthread_mutex_lock(&mutex); go = 1; pthread_mutex_unlock(&mutex); pthread_mutex_lock(&inner);"
            "pthread_cond_destroy(&condition); pthread_cond_wait(&condition, &inner);",
            "lock-misuse",
        ),
        ("signals", "pthread_cond_destroy(&condition); pthread_join(thread, 0);", "lock-misuse"),
        ("signals", "pthread_join(thread, 0); pthread_cond_destroy(&condition);", "PASS"),
        ("takes", "sem_destroy(&semaphore); pthread_exit(0);", "uninitialised"),
        ("takes", "sem_post(&semaphore); pthread_join(thread, 0); sem_destroy(&semaphore);", "PASS"),
        (
            "meets",
            "pthread_barrier_wait(&barrier); pthread_join(thread, 0); pthread_barrier_destroy(&barrier);",
            "PASS",
        ),
    ],
)
def test_who_still_waits_or_is_to_come_needs_it(function: str, body: str, expected: str) -> None:
    assert said(HEADER + WAITS.replace("FUNCTION", function).replace("BODY", body)) == {expected}
