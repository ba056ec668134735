#include <linux/mutex.h>
#include "run.h"

static DEFINE_MUTEX(mutex);

static void begin(void)
{
}

static void end(void)
{
}

static void *one(void *unused)
{
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	return unused;
}

static void *two(void *unused)
{
	if (mutex_is_locked(&mutex))
		mutex_unlock(&mutex);
	return unused;
}

THREADS(one, two)
