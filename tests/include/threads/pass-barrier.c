#include <assert.h>
#include "run.h"

static pthread_barrier_t barrier;
static int x, y;

static void begin(void)
{
	pthread_barrier_init(&barrier, NULL, 2);
}

static void end(void)
{
}

static void *one(void *unused)
{
	x = 1;
	pthread_barrier_wait(&barrier);
	assert(y == 1);
	return unused;
}

static void *two(void *unused)
{
	y = 1;
	pthread_barrier_wait(&barrier);
	assert(x == 1);
	return unused;
}

THREADS(one, two)
