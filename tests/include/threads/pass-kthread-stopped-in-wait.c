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

	BUG_ON(IS_ERR(task));
	BUG_ON(kthread_stop(task) != 7);
	BUG_ON(rounds != 1);
	return 0;
}
