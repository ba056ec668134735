# ruff: noqa: E501 (C programs)
"""A static object whose initialiser cannot be modelled: no program is refused because of it that does not come by it."""

from __future__ import annotations

import pytest

from tests.agreement.asking import said

PROGRAM = """
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

struct weight { int number; double kilos; };
static struct weight one = { 1, 1.5 }, *all[] = { &one };
static _Thread_local struct weight own = { 1, 1.5 };
static float whole = 2.5f;
static void *named[] = { &whole, &one };
static atomic_int flag;

static void *work(void *argument)
{
	WORK
	return 0;
}

int main(void)
{
	pthread_t thread;

	BEFORE
	pthread_create(&thread, 0, work, 0);
	MEANWHILE
	pthread_join(thread, 0);
	AFTER
	return 0;
}
"""


@pytest.mark.parametrize(
    ("where", "what", "expected"),
    [
        ("WORK", "assert(named[0] && named[1] == &one && all[0] == &one);", "PASS"),
        ("AFTER", "assert(named[0] && named[1] == &one && all[0] == &one);", "PASS"),
        ("WORK", "assert(all[0]->number == 1);", "UNKNOWN"),
        ("WORK", "all[0]->number = 1;", "UNKNOWN"),
        ("WORK", "own.number = 1;", "UNKNOWN"),
        ("BEFORE", "flag = one.number;", "UNKNOWN"),
        ("MEANWHILE", "flag = one.number;", "UNKNOWN"),
        ("AFTER", "flag = one.number;", "UNKNOWN"),
        ("WORK", "if (flag == 2) all[0]->number = 3;", "PASS"),
        ("WORK", "if (flag == 0) all[0]->number = 3;", "UNKNOWN"),
    ],
)
def test_only_who_comes_by_it_is_told_that(where: str, what: str, expected: str) -> None:
    text = PROGRAM.replace(where, what)
    for other in ("WORK", "BEFORE", "MEANWHILE", "AFTER"):
        text = text.replace(other, "")
    assert said(text) == {expected}


def test_a_failure_beside_it_is_found() -> None:
    text = PROGRAM.replace("WORK", "flag = 1; all[0]->number = 1;").replace("MEANWHILE", "assert(!flag);")
    assert said(text.replace("BEFORE", "").replace("AFTER", "")) == {"assertion"}
