#include <linux/sched.h>
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
	DEFINE_WAIT(wait);

	for (;;) {
		prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(ready))
			break;
		schedule();
	}
	finish_wait(&queue, &wait);
	return unused;
}

static void *two(void *unused)
{
	WRITE_ONCE(ready, 1);
	wake_up(&queue);
	return unused;
}

THREADS(one, two)
