# ruff: noqa: E501 (C programs)
"""The life of a thread-local variable ends with its thread (C11 6.2.4): what both engines, and the solver under the
kernel's model, say of who uses it, or what it leads to, behind that."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

PROGRAM = """
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <threads.h>

struct pair { int first, rest[2]; };

static DECLARED;
static int *_Atomic shared;
static atomic_int done;

static void use(void *argument) { }
static void fill(char **to) { *to = malloc(4); }
static int *count(void) { static _Thread_local int number; number++; return &number; }

static void *work(void *argument)
{
	WORK
	return 0;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, 0, work, 0);
	MAIN
	return 0;
}
"""

JOIN = "pthread_join(thread, 0);"
WAIT = "while (!shared) ;"


def program(declared: str, work: str, main: str) -> str:
    return PROGRAM.replace("DECLARED", declared).replace("WORK", work).replace("MAIN", main)


@pytest.mark.parametrize(
    ("declared", "work", "main", "expected"),
    [
        ("_Thread_local int x", "x = 1; shared = &x;", f"{JOIN} assert(*shared == 1);", "use-after-scope"),
        ("__thread int x", "x = 1; shared = &x;", f"{JOIN} *shared = 2;", "use-after-scope"),
        ("thread_local int x", "shared = &x; pthread_exit(0);", f"{JOIN} *shared = 2;", "use-after-scope"),
        ("_Thread_local struct pair x = { 1, { 2, 3 } }", "shared = x.rest;", f"{JOIN} (void)shared[1];", "use-after-scope"),
        ("_Thread_local int x", "shared = count();", f"{JOIN} ++*shared;", "use-after-scope"),
        ("_Thread_local int x", "x = 1; shared = &x;", f"{WAIT} assert(*shared == 1); {JOIN}", "use-after-scope"),
        ("_Thread_local int x", "x = 1; shared = &x; while (!done) ;", f"{WAIT} assert(*shared == 1); done = 1; {JOIN}", "PASS"),
        ("_Thread_local int x", "x = 1; shared = &x;", f"x = 2; {JOIN} int *own = &x; assert(*own == 2);", "PASS"),
        ("_Thread_local int x = 4", "while (!shared) ; assert(*shared == 5);", f"x = 5; shared = &x; {JOIN}", "PASS"),
        ("_Thread_local int x = 4", "while (!shared) ; assert(*shared == 5);", "x = 5; shared = &x; pthread_exit(0);", "use-after-scope"),
        ("_Thread_local int x = 4", "while (!shared) ; (void)*shared;", "x = 5; shared = &x;", "PASS"),
    ],
)  # fmt: skip
def test_another_thread_uses_it_only_while_its_own_runs(declared: str, work: str, main: str, expected: str) -> None:
    assert said(program(declared, work, main)) == {expected}


@pytest.mark.parametrize(
    ("work", "main", "expected"),
    [
        ("x = malloc(4);", JOIN, "leak"),
        ("fill(&x);", JOIN, "leak"),
        ("fill(&x); free(x);", JOIN, "PASS"),
        ("use(0);", f"x = malloc(4); {JOIN}", "PASS"),  # main's is there until the process ends
        ("use(0);", f"fill(&x); {JOIN}", "PASS"),
    ],
)
def test_what_it_alone_leads_to_is_lost_with_it(work: str, main: str, expected: str) -> None:
    assert said(program("_Thread_local char *x", work, main)) == {expected}


QUEUE = """
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

struct waiter { struct waiter *_Atomic next; atomic_int waits; };

static _Thread_local struct waiter own;
static struct waiter *_Atomic last;
static int counter;

static void lock(void)
{
	struct waiter *before;

	own.next = 0;
	own.waits = 1;
	before = atomic_exchange(&last, &own);
	if (before) {
		before->next = &own;
		while (own.waits)
			;
	}
}

static void unlock(void)
{
	struct waiter *me = &own;

	if (!own.next) {
		if (atomic_compare_exchange_strong(&last, &me, (struct waiter *)0))
			return;
		UNLESS
		while (!own.next)
			;
	}
	struct waiter *next = own.next;
	next->waits = 0;
}

static void *work(void *argument)
{
	lock();
	counter++;
	unlock();
	return 0;
}

int main(void)
{
	pthread_t one, two;

	pthread_create(&one, 0, work, 0);
	pthread_create(&two, 0, work, 0);
	pthread_join(one, 0);
	pthread_join(two, 0);
	assert(counter == 2);
	return 0;
}
"""


@pytest.mark.parametrize(("leaves", "expected"), [("", "PASS"), ("return;", "use-after-scope")])
def test_a_queue_of_waiters_that_each_thread_has_one_of(leaves: str, expected: str) -> None:
    """The lock of Mellor-Crummey and Scott; the broken one leaves before who comes next has told its place."""
    found = said(QUEUE.replace("UNLESS", leaves))
    assert expected in found
    assert ("PASS" in found) == (expected == "PASS")
