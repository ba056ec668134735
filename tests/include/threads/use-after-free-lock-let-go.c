#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <pthread.h>

static DEFINE_SPINLOCK(lock);
static int *shared;

static void *reader(void *unused)
{
	int *mine;

	spin_lock(&lock);
	mine = shared;
	cond_resched_lock(&lock);
	if (mine)
		*mine = 2;
	spin_unlock(&lock);
	return 0;
}

int main(void)
{
	pthread_t thread;
	int *mine = shared = kzalloc(sizeof(*mine), GFP_KERNEL);

	pthread_create(&thread, 0, reader, 0);
	spin_lock(&lock);
	shared = NULL;
	spin_unlock(&lock);
	kfree(mine);
	pthread_join(thread, 0);
	return 0;
}
