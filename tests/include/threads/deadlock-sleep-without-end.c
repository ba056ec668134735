#include <linux/sched.h>
#include <pthread.h>

static void *sleep(void *unused)
{
	schedule_timeout_interruptible(MAX_SCHEDULE_TIMEOUT);
	return 0;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, 0, sleep, 0);
	pthread_join(thread, 0);
	return 0;
}
