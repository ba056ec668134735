"""Accesses of different size to the same bytes: what is modelled, and what is not."""

from __future__ import annotations

from tests.solve.checking import MODELS, answer, verdicts

WALK = """
#include <linux/list.h>
struct item { unsigned long flags; int count; int users; struct list_head lru; struct dev *owner; };
struct dev { unsigned long busy; unsigned long total; struct list_head items; };
static struct dev first = { .items = LIST_HEAD_INIT(first.items) }, second = { .items = LIST_HEAD_INIT(second.items) };
static struct item one = { .owner = &first }, two = { .owner = &second };
static struct item *shown;
static DEFINE_SPINLOCK(lock);
static void walk(struct dev *d)
{
	struct item *i;
	spin_lock(&lock);
	list_for_each_entry(i, &d->items, lru)
		i->count++;
	spin_unlock(&lock);
}
void init(void) { list_add(&one.lru, &first.items); list_add(&two.lru, &second.items); }
void t0(void) { walk(&first); WRITE_ONCE(shown, &one); }
void t1(void) { struct item *i = READ_ONCE(shown); if (i) i->owner->total++; }
void t2(void)
{
	spin_lock(&lock);
	list_del(&one.lru);
	spin_unlock(&lock);
}
void final(void) { BUG_ON(one.count > 1); BUG_ON(first.total > %d); }
"""
"""The count of the entry around the head of first.items would lie in first.total, which is wider."""


def test_the_entry_around_the_head_of_a_list_takes_nothing_from_what_is_there() -> None:
    assert verdicts(WALK % 1) == ["PASS"] * len(MODELS)
    assert verdicts(WALK % 0) == ["assertion"] * len(MODELS)


def test_an_access_to_a_part_of_what_another_writes_is_not_modelled() -> None:
    text = """
    static unsigned long x;
    void t0(void) { WRITE_ONCE(x, 1); }
    void t1(void) { BUG_ON(READ_ONCE(*(int *)&x) > 1); }
    """
    result = answer(text, "sc")
    assert result.verdict == "UNKNOWN"
    assert "mixed-size access to x" in result.reason


def test_an_access_to_a_part_of_what_nobody_else_touches_is() -> None:
    text = """
    static struct { int low; int high; } x;
    void t0(void) { WRITE_ONCE(*(unsigned long *)&x, 1UL << 32 | 2); }
    void t1(void) { unsigned long seen = READ_ONCE(*(unsigned long *)&x); BUG_ON((int)seen == 1); }
    """
    assert verdicts(text) == ["PASS"] * len(MODELS)
