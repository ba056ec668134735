#include <linux/bug.h>
#include <linux/spinlock.h>
#include "run.h"

static DEFINE_SPINLOCK(lock);

static void begin(void)
{
}

static void end(void)
{
}

static void *one(void *unused)
{
	spin_lock(&lock);
	spin_unlock(&lock);
	return unused;
}

static void *two(void *unused)
{
	BUG_ON(spin_is_locked(&lock));
	return unused;
}

THREADS(one, two)
