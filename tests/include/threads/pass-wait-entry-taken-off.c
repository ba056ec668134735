#include <linux/sched.h>
#include <linux/wait.h>
#include "run.h"

static DECLARE_WAIT_QUEUE_HEAD(wq);
static int ready;

static void begin(void) {}
static void end(void) {}

static void sleep_once(int may_give_up)
{
	DEFINE_WAIT(wait);

	prepare_to_wait(&wq, &wait, TASK_UNINTERRUPTIBLE);
	if (!READ_ONCE(ready)) {
		if (may_give_up)
			return;
		schedule();
	}
	finish_wait(&wq, &wait);
}

static void *waits(void *unused)
{
	sleep_once(0);
	return unused;
}

static void *wakes(void *unused)
{
	WRITE_ONCE(ready, 1);
	wake_up(&wq);
	return unused;
}

THREADS(waits, wakes)
