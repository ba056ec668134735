#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "run.h"

struct thing {
	int value;
	struct rcu_head rcu;
};

static struct thing *thing;

static void begin(void)
{
	thing = kmalloc(sizeof(*thing), GFP_KERNEL);
	thing->value = 3;
}

static void end(void)
{
	rcu_barrier();
}

static void release(struct rcu_head *head)
{
	kfree(container_of(head, struct thing, rcu));
}

static void *one(void *unused)
{
	struct thing *seen;

	rcu_read_lock();
	seen = rcu_dereference(thing);
	if (seen)
		BUG_ON(READ_ONCE(seen->value) != 3);
	rcu_read_unlock();
	return unused;
}

static void *two(void *unused)
{
	struct thing *old = thing;

	rcu_assign_pointer(thing, NULL);
	call_rcu(&old->rcu, release);
	return unused;
}

THREADS(one, two)
