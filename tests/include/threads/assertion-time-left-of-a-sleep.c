#include <linux/bug.h>
#include <linux/sched.h>
#include <pthread.h>

static void *wake(void *sleeper)
{
	wake_up_process(sleeper);
	return 0;
}

int main(void)
{
	pthread_t thread;

	set_current_state(TASK_INTERRUPTIBLE);
	pthread_create(&thread, 0, wake, current);
	BUG_ON(schedule_timeout(10) != 0);
	pthread_join(thread, 0);
	return 0;
}
