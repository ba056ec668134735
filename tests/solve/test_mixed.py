"""Accesses of different size to the same bytes: what is modelled, and what is not."""

from __future__ import annotations

import pytest

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


def test_an_access_to_a_part_of_what_another_writes_sees_that_part() -> None:
    text = """
    static unsigned long x;
    void t0(void) { WRITE_ONCE(x, 1UL << 32 | 1); }
    void t1(void) { BUG_ON(READ_ONCE(*(int *)&x) > 1); }
    """
    assert verdicts(text) == ["PASS"] * len(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_no_access_is_torn(name: str) -> None:
    """The pieces of a write are seen at different times by the pieces of reads: that is no failure of the program."""
    text = """
    static union { unsigned int whole; unsigned short half[2]; } x;
    void t0(void) { WRITE_ONCE(x.whole, 0x10001); }
    void t1(void)
    {
        unsigned int seen = READ_ONCE(x.whole);
        BUG_ON(seen && seen != 0x10001);
        unsigned short half = READ_ONCE(x.half[1]);
        BUG_ON(half > 1);
    }
    """
    result = answer(text, name)
    assert result.verdict in ("PASS", "UNKNOWN")
    assert result.verdict == "PASS" or (result.mixed and "in parts" in result.reason)


def test_a_lock_is_not_taken_apart() -> None:
    text = """
    static DEFINE_SPINLOCK(lock);
    void t0(void) { spin_lock(&lock); spin_unlock(&lock); }
    void t1(void) { BUG_ON(*(char *)&lock > 100); }
    """
    result = answer(text, "sc")
    assert result.verdict == "UNKNOWN"
    assert "mixed-size access to lock" in result.reason


PRIVATE = """
#include <linux/string.h>
union word { unsigned long whole; unsigned int half[2]; unsigned char byte[8]; };
static unsigned int x, y;
void t0(void)
{
    union word w, copy;
    w.half[0] = READ_ONCE(x);
    w.half[1] = 5;
    w.byte[3] = 1;
    memcpy(&copy, &w, sizeof(w));
    BUG_ON(copy.whole >> 32 != 5);
    BUG_ON(copy.half[0] >> 24 != 1);
    BUG_ON(%s);
    WRITE_ONCE(y, copy.byte[0]);
}
void t1(void) { WRITE_ONCE(x, 0x203); }
void final(void) { BUG_ON(y != 0 && y != 3); }
"""


def test_what_one_thread_alone_touches_is_just_bytes() -> None:
    assert verdicts(PRIVATE % "copy.byte[1] > 2") == ["PASS"] * len(MODELS)
    assert verdicts(PRIVATE % "copy.byte[1] == 2") == ["assertion"] * len(MODELS)


def test_an_access_to_a_part_of_what_nobody_else_touches_is() -> None:
    text = """
    static struct { int low; int high; } x;
    void t0(void) { WRITE_ONCE(*(unsigned long *)&x, 1UL << 32 | 2); }
    void t1(void) { unsigned long seen = READ_ONCE(*(unsigned long *)&x); BUG_ON((int)seen == 1); }
    """
    assert verdicts(text) == ["PASS"] * len(MODELS)
