/* SPDX-License-Identifier: MIT */
/* The life of an object that two refer to, and of one that is also found in a table under a lock. */
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <mc/check.h>

struct object {
	refcount_t count;
	int written[2];
};

static struct object *object;
static DEFINE_SPINLOCK(table_lock);
static struct object *table;

static struct object *new(int count)
{
	struct object *one = kzalloc(sizeof(*one), GFP_KERNEL | __GFP_NOFAIL);

	refcount_set(&one->count, count);
	return one;
}

void shared_by_two(void)
{
	object = new(2);
}

/* Whoever is last sees what both have written, and frees it. */
static void done(int me)
{
	object->written[me] = 1;
	if (!refcount_dec_and_test(&object->count))
		return;
	MC_ASSERT("assertion", object->written[0] && object->written[1], "the last one does not see what the other wrote");
	kfree(object);
}

void first_is_done(void) { done(0); }
void second_is_done(void) { done(1); }

void in_the_table(void)
{
	table = new(1);
}

/* The table's entry goes with the last reference, both under the lock. */
static void drop(struct object *one)
{
	if (!refcount_dec_and_lock(&one->count, &table_lock))
		return;
	table = NULL;
	spin_unlock(&table_lock);
	kfree(one);
}

void owner(void)
{
	drop(table);
}

void finder(void)
{
	struct object *one;

	spin_lock(&table_lock);
	one = table;
	if (one)
		refcount_inc(&one->count);
	spin_unlock(&table_lock);
	if (one)
		drop(one);
}

static refcount_t many = REFCOUNT_INIT(REFCOUNT_MAX);

void one_more(void) { refcount_inc(&many); }
void another(void) { refcount_inc(&many); }

void it_stays_saturated(void)
{
	MC_ASSERT("assertion", (int)refcount_read(&many) < 0, "a count has come back from saturation");
	MC_ASSERT("assertion", !refcount_dec_and_test(&many), "a saturated count comes to its end");
}
