/* Being woken takes the entry off the queue: it may end without finish_wait(). */
#include <linux/completion.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include "run.h"

static DECLARE_WAIT_QUEUE_HEAD(wq);
static DECLARE_COMPLETION(on);

static void begin(void) {}
static void end(void) {}

static void *waits(void *unused)
{
	DEFINE_WAIT(wait);

	prepare_to_wait(&wq, &wait, TASK_UNINTERRUPTIBLE);
	complete(&on);
	schedule();
	return unused;
}

static void *wakes(void *unused)
{
	wait_for_completion(&on);
	wake_up(&wq);
	return unused;
}

THREADS(waits, wakes)
