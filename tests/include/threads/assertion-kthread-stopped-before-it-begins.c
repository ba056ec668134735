#include <linux/kthread.h>

static int called;

static int work(void *data)
{
	called = 1;
	while (!kthread_should_stop())
		cpu_relax();
	return 0;
}

int main(void)
{
	struct task_struct *task = kthread_run(work, NULL, "work");

	kthread_stop(task);
	BUG_ON(!called); /* woken, but asked to stop before it got as far as work() */
	return 0;
}
