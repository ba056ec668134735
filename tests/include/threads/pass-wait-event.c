#include <linux/wait.h>
#include "run.h"

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int ready;

static void begin(void)
{
}

static void end(void)
{
}

static void *one(void *unused)
{
	wait_event(queue, READ_ONCE(ready));
	return unused;
}

static void *two(void *unused)
{
	WRITE_ONCE(ready, 1);
	wake_up(&queue);
	return unused;
}

THREADS(one, two)
