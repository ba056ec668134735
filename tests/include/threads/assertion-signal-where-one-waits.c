#define MC_INTERRUPTIBLE 1
#include <linux/bug.h>
#include <linux/mutex.h>
#include <pthread.h>

static DEFINE_MUTEX(mutex);

static void *other(void *unused)
{
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	return 0;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, 0, other, 0);
	BUG_ON(mutex_lock_interruptible(&mutex));
	mutex_unlock(&mutex);
	pthread_join(thread, 0);
	return 0;
}
