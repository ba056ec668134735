# ruff: noqa: E501 (C programs)
"""What runs where a thread ends (destructors of keys) and where the process does (what atexit() was given): what both
engines, and the solver under the kernel's model, say. By POSIX's pthread_key_create, pthread_exit and C11 7.22.4."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

HEADER = """
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <threads.h>

static pthread_key_t key, second;
static tss_t plain;
static pthread_t thread, another;
static int count, order;
static atomic_int sum;
static int *_Atomic shared;

static void never(void *value) { assert(!"reached"); }
static void adds(void *value) { sum += (long)value; }
static void again(void *value) { if (++count < 3) pthread_setspecific(key, value); }
static void always(void *value) { ++count; pthread_setspecific(key, value); }
static void frees(void *value) { free(value); }

static int nothing(void *argument) { tss_set(plain, (void *)4); return 5; }
static void *idle(void *argument) { return 0; }
"""

WORK = """
static void *work(void *argument)
{
	%s
	return 0;
}

int main(void)
{
	int result;

	%s
	%s
	return 0;
}
"""

RUN = "pthread_create(&thread, 0, work, 0); pthread_join(thread, 0);"


@pytest.mark.parametrize(
    ("work", "made", "main", "expected"),
    [
        ("pthread_setspecific(key, (void *)3);", "pthread_key_create(&key, adds);", f"{RUN} assert(sum == 3);", "PASS"),
        ("pthread_setspecific(key, (void *)3); pthread_exit(0);", "pthread_key_create(&key, adds);", f"{RUN} assert(sum == 3);", "PASS"),
        ("pthread_setspecific(key, (void *)3);", "pthread_key_create(&key, adds);", f"{RUN} assert(sum == 0);", "assertion"),
        ("pthread_setspecific(key, malloc(4));", "pthread_key_create(&key, free);", RUN, "PASS"),
        ("pthread_setspecific(key, malloc(4)); pthread_exit(0);", "pthread_key_create(&key, frees);", RUN, "PASS"),
        ("pthread_setspecific(key, malloc(4));", "pthread_key_create(&key, 0);", RUN, "leak"),
        ("pthread_setspecific(key, &key); pthread_setspecific(key, 0);", "pthread_key_create(&key, never);", RUN, "PASS"),
        ("pthread_setspecific(key, &key);", "pthread_key_create(&key, never); pthread_key_delete(key);", RUN, "PASS"),
        ("pthread_setspecific(key, &key);", "pthread_key_create(&key, never);", RUN, "assertion"),
        ("pthread_setspecific(key, &key);", "pthread_key_create(&key, again);", f"{RUN} assert(count == 3);", "PASS"),
        ("pthread_setspecific(key, &key);", "pthread_key_create(&key, always);", f"{RUN} assert(count == PTHREAD_DESTRUCTOR_ITERATIONS);", "PASS"),
        ("assert(!pthread_getspecific(key));", "pthread_key_create(&key, never); pthread_setspecific(key, &key);", RUN, "PASS"),
        ("", "pthread_key_create(&key, never); pthread_setspecific(key, &key);", f"{RUN} pthread_exit(0);", "assertion"),
        (
            "shared = malloc(4); *shared = 1; pthread_setspecific(key, shared);", "pthread_key_create(&key, frees);",
            "pthread_create(&thread, 0, work, 0); while (!shared) ; count = *shared; pthread_join(thread, 0);", "use-after-free or uninitialised",
        ),
        (
            "pthread_setspecific(key, (void *)1); pthread_setspecific(second, (void *)4);", "pthread_key_create(&key, adds); pthread_key_create(&second, adds);",
            f"pthread_create(&another, 0, work, 0); {RUN} pthread_join(another, 0); assert(sum == 10);", "PASS",
        ),
        ("", "tss_create(&plain, adds);", "thrd_t one; thrd_create(&one, nothing, 0); thrd_join(one, &result); assert(sum == 4 && result == 5);", "PASS"),
    ],
)  # fmt: skip
def test_the_destructors_of_keys_run_where_their_thread_ends(work: str, made: str, main: str, expected: str) -> None:
    assert said(HEADER + WORK % (work, made, main)) <= set(expected.split(" or "))


HANDLERS = """
static void checks(void) { assert(count == 1); }
static void first(void) { assert(order == 1); order = 2; }
static void last(void) { assert(order == 0); order = 1; }
static void registers(void) { atexit(checks); count = 1; }
static void *counts(void *argument) { count = 1; return 0; }
static void *starts(void *argument) { pthread_create(&another, 0, counts, 0); return 0; }
static void *asks(void *argument) { atexit(checks); return 0; }
static void *leaves(void *argument) { exit(0); return 0; }
ATTRIBUTE

int main(void)
{
	BODY
}
"""
DESTRUCTOR = "__attribute__((destructor)) static void destroys(void) { assert(count == 1); }"


def handlers(body: str, attribute: str = "") -> str:
    return HEADER + HANDLERS.replace("ATTRIBUTE", attribute).replace("BODY", body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pthread_create(&thread, 0, idle, 0); atexit(checks); pthread_join(thread, 0); count = 1; return 0;", "PASS"),
        ("atexit(checks); pthread_create(&thread, 0, idle, 0); pthread_join(thread, 0); return 0;", "assertion"),
        ("atexit(first); atexit(last); pthread_create(&thread, 0, idle, 0); pthread_join(thread, 0); return 0;", "PASS"),
        ("atexit(last); atexit(first); pthread_create(&thread, 0, idle, 0); pthread_join(thread, 0); return 0;", "assertion"),
        ("atexit(registers); pthread_create(&thread, 0, idle, 0); pthread_join(thread, 0); return 0;", "PASS"),
        ("pthread_create(&thread, 0, asks, 0); pthread_join(thread, 0); return 0;", "assertion"),
        ("pthread_create(&thread, 0, asks, 0); pthread_join(thread, 0); count = 1; return 0;", "PASS"),
        ("atexit(checks); pthread_create(&thread, 0, idle, 0); exit(0);", "assertion"),
        ("atexit(checks); pthread_create(&thread, 0, idle, 0); _Exit(0);", "PASS"),
        ("atexit(checks); pthread_create(&thread, 0, leaves, 0); pthread_join(thread, 0); return 0;", "assertion"),
        # The process ends with main's return, whatever else still runs, but with its last thread where main leaves so.
        ("atexit(checks); pthread_create(&thread, 0, counts, 0); return 0;", "assertion"),
        ("atexit(checks); pthread_create(&thread, 0, counts, 0); pthread_exit(0);", "PASS"),
        ("atexit(checks); pthread_create(&thread, 0, starts, 0); pthread_exit(0);", "PASS"),
        ("atexit(checks); pthread_create(&thread, 0, idle, 0); pthread_exit(0);", "assertion"),
        ("atexit(checks); if (sum) pthread_create(&thread, 0, idle, 0); count = 1; pthread_exit(0);", "PASS"),
    ],
)  # fmt: skip
def test_what_atexit_was_given_runs_where_the_process_ends(body: str, expected: str) -> None:
    assert said(handlers(body)) == {expected}


@pytest.mark.parametrize(("function", "expected"), [("counts", "PASS"), ("idle", "assertion")])
def test_so_do_destructors_where_main_leaves_its_threads_running(function: str, expected: str) -> None:
    assert said(handlers(f"pthread_create(&thread, 0, {function}, 0); pthread_exit(0);", DESTRUCTOR)) == {expected}


def test_a_thread_that_never_ends_keeps_the_process_from_ending() -> None:
    spins = "static void *spins(void *argument) { while (!sum) ; return 0; }"
    body = "atexit(checks); pthread_create(&thread, 0, spins, 0); pthread_exit(0);"
    assert said(handlers(body, spins)) == {"deadlock"}
