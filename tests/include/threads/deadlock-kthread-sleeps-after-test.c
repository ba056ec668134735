#include <linux/kthread.h>

/* Between the test and the state the wake-up is lost. */
static int work(void *data)
{
	if (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
	}
	return data != NULL;
}

int main(void)
{
	return kthread_stop(kthread_run(work, NULL, "work"));
}
