#include <linux/rwsem.h>
#include "run.h"

static DECLARE_RWSEM(sem);
static int x, y;

static void begin(void)
{
}

static void end(void)
{
	BUG_ON(x != 1 || y != 1);
}

static void *one(void *unused)
{
	down_read(&sem);
	BUG_ON(x != y);
	up_read(&sem);
	return unused;
}

static void *two(void *unused)
{
	down_write(&sem);
	x++;
	y++;
	up_write(&sem);
	return unused;
}

THREADS(one, two)
