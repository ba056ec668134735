"""A loop that looks, each round, where the round before has read that it should, is a wait to both engines."""

from __future__ import annotations

from tests.agreement.asking import said

PLACES = """
#include <assert.h>
#include <stddef.h>
#include <linux/kernel.h>
#include <linux/compiler.h>
#include <linux/sched.h>
#include <asm/barrier.h>
struct place {{ int flag; }};
static struct place here, there;
static struct place *which = &here;
static int data;
static void looks(void)
{{
	struct place *place = &here;

	while (!smp_load_acquire(&place->flag))
		place = READ_ONCE(which);
	assert(data);
}}
static void moves(void) {{ {moves} }}
"""

MAIN = """
#include <pthread.h>
static void *first(void *p) { looks(); return NULL; }
static void *second(void *p) { moves(); return NULL; }
int main(void)
{
	pthread_t a, b;
	pthread_create(&a, NULL, first, NULL);
	pthread_create(&b, NULL, second, NULL);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
}
"""


def looking(moves: str) -> set[str]:
    return said(PLACES.format(moves=moves) + MAIN)


def test_it_ends_where_the_flag_is_raised_in_the_end() -> None:
    assert looking("WRITE_ONCE(which, &there); data = 1; smp_store_release(&there.flag, 1);") == {"PASS"}
    assert looking("data = 1; smp_store_release(&here.flag, 1); WRITE_ONCE(which, &there);") == {"deadlock"}


def test_it_does_not_end_where_no_flag_is_raised_or_the_other_one() -> None:
    assert looking("WRITE_ONCE(which, &there);") == {"deadlock"}
    assert looking("data = 1; WRITE_ONCE(which, &there); smp_store_release(&here.flag, 1);") == {"deadlock"}


def test_what_is_not_there_yet_is_found() -> None:
    assert looking("smp_store_release(&there.flag, 1); WRITE_ONCE(which, &there); data = 1;") == {"assertion"}


COUNTED = """
#include <assert.h>
#include <linux/kernel.h>
#include <linux/compiler.h>
static int x, y;
static void looks(void)
{
	int before = 0, rounds = 0;

	while (READ_ONCE(y) == 0 && rounds < 2) {
		int now = READ_ONCE(x);

		rounds += now == before;
		before = now;
	}
	assert(rounds < 2);
}
static void moves(void) { WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); }
"""


def test_a_round_that_counts_is_no_look() -> None:
    assert said(COUNTED + MAIN) == {"assertion"}
