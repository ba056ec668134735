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
	if (wait_event_timeout(queue, READ_ONCE(ready), 5))
		BUG_ON(!READ_ONCE(ready));
	return unused;
}

static void *two(void *unused)
{
	WRITE_ONCE(ready, 1);
	return unused;
}

THREADS(one, two)
