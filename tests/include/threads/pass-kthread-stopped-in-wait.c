#include <linux/kthread.h>

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int rounds;

static int work(void *data)
{
	while (!kthread_should_stop())
		wait_event_interruptible(queue, kthread_should_stop());
	++*(int *)data;
	return 7;
}

int main(void)
{
	struct task_struct *task = kthread_run(work, &rounds, "work/%d", 0);
	int result;

	BUG_ON(IS_ERR(task));
	result = kthread_stop(task);
	BUG_ON(result == 7 ? rounds != 1 : result != -EINTR || rounds); /* stopped before it began: never called */
	return 0;
}
