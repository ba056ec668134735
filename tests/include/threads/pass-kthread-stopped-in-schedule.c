#include <linux/kthread.h>

static int work(void *data)
{
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return data != NULL;
}

int main(void)
{
	struct task_struct *task = kthread_create(work, NULL, "work");

	BUG_ON(IS_ERR(task));
	wake_up_process(task);
	BUG_ON(kthread_stop(task) > 0);
	return 0;
}
