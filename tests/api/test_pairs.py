"""Structures of 16 bytes that are accessed at once: a stack whose top has a counter beside the pointer."""

from __future__ import annotations

from pathlib import Path

import pytest

import modelcheck

STACK = """
#include <stdatomic.h>
#include <pthread.h>
#include <assert.h>
struct node { struct node *_Atomic next; };
struct top { struct node *first; unsigned long count; };
static struct node a, b;
static _Atomic struct top top;
static struct node *kept;
static struct node *pop(void)
{
	struct top was = %(load)s, next;
	do {
		if (!was.first)
			return 0;
		next.first = atomic_load_explicit(&was.first->next, memory_order_relaxed);
		next.count = was.count + COUNTS;
	} while (!%(swap)s);
	return was.first;
}
static void push(struct node *n)
{
	struct top was = %(load)s, next;
	do {
		atomic_store_explicit(&n->next, was.first, memory_order_relaxed);
		next.first = n;
		next.count = was.count + COUNTS;
	} while (!%(swap)s);
}
static void *one(void *unused) { pop(); return 0; }
static void *two(void *unused)
{
	struct node *n = pop();
	kept = pop();
	if (n)
		push(n);
	return 0;
}
int main(void)
{
	pthread_t p, q;
	struct top first = { &a, 0 };
	a.next = &b;
	%(store)s;
	pthread_create(&p, 0, one, 0);
	pthread_create(&q, 0, two, 0);
	pthread_join(p, 0);
	pthread_join(q, 0);
	struct top last = atomic_load(&top);
	assert(!kept || last.first != kept);
	return 0;
}
"""
STRONGEST = {
    "load": "atomic_load(&top)",
    "swap": "atomic_compare_exchange_strong(&top, &was, next)",
    "store": "atomic_store(&top, first)",
}
WEAKER = {
    "load": "atomic_load_explicit(&top, memory_order_acquire)",
    "swap": "atomic_compare_exchange_weak_explicit(&top, &was, next, memory_order_acq_rel, memory_order_acquire)",
    "store": "atomic_init(&top, first)",
}


@pytest.mark.parametrize("orders", [STRONGEST, WEAKER], ids=["seq_cst", "acq_rel"])
@pytest.mark.parametrize("engine", ["z3", "interleave"])
def test_a_counter_beside_the_pointer_keeps_a_stack_from_taking_an_old_top_for_the_new_one(
    orders: dict[str, str], engine: str, tmp_path: Path
) -> None:
    for counts, expected in ((1, "PASS"), (0, "FAIL")):
        file = tmp_path / f"counts{counts}.c"
        file.write_text(f"#define COUNTS {counts}\n" + STACK % orders)
        checked = modelcheck.check(file, models=["sc", "tso"], engine=engine, unroll=4, traces=tmp_path / str(counts))
        assert [row.verdict for row in checked.rows] == [expected, expected]
        traces = sorted((tmp_path / str(counts)).rglob("*.json"))
        assert [modelcheck.replay(trace).outcome for trace in traces] == ["reproduces"] * (0 if counts else 2)


def test_an_exchange_of_a_pair_loses_none_and_tears_none(tmp_path: Path) -> None:
    text = """
    #include <stdatomic.h>
    #include <pthread.h>
    #include <assert.h>
    struct pair { long a, b; };
    static _Atomic struct pair shared;
    static struct pair mine, yours;
    static void *one(void *unused)
    {
        struct pair new = { 1, 1 };
        mine = atomic_exchange_explicit(&shared, new, memory_order_relaxed);
        return 0;
    }
    static void *two(void *unused)
    {
        struct pair new = { 2, 2 };
        yours = atomic_exchange(&shared, new);
        return 0;
    }
    int main(void)
    {
        pthread_t p, q;
        pthread_create(&p, 0, one, 0);
        pthread_create(&q, 0, two, 0);
        pthread_join(p, 0);
        pthread_join(q, 0);
        struct pair last = atomic_load(&shared);
        assert(mine.a == mine.b && yours.a == yours.b && last.a == last.b);
        assert(mine.a + yours.a + last.a == 3);
        assert(!mine.a || !yours.a);
        return 0;
    }
    """
    file = tmp_path / "exchange.c"
    file.write_text(text)
    models = ["sc", "tso", "pso", "lkmm", "rc11"]
    assert [row.verdict for row in modelcheck.check(file, models=models).rows] == ["PASS"] * len(models)
    file.write_text(text.replace("!mine.a || ", ""))
    assert [row.verdict for row in modelcheck.check(file, models=models).rows] == ["FAIL"] * len(models)
