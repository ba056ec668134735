#include <linux/slab.h>
#include <linux/srcu.h>
#include "run.h"

DEFINE_STATIC_SRCU(srcu);
static int *thing;

static void begin(void)
{
	thing = kmalloc(sizeof(*thing), GFP_KERNEL);
	*thing = 1;
}

static void end(void)
{
}

static void *one(void *unused)
{
	int cookie = srcu_read_lock(&srcu);
	int *seen = srcu_dereference(thing, &srcu);

	if (seen)
		BUG_ON(READ_ONCE(*seen) != 1);
	srcu_read_unlock(&srcu, cookie);
	return unused;
}

static void *two(void *unused)
{
	int *old = thing;

	rcu_assign_pointer(thing, NULL);
	synchronize_srcu(&srcu);
	kfree(old);
	return unused;
}

THREADS(one, two)
