#include <assert.h>
#include "run.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int count;

static void begin(void)
{
}

static void end(void)
{
	assert(count == 1);
}

static void raise(void)
{
	count++;
}

static void *either(void *unused)
{
	pthread_once(&once, raise);
	assert(count == 1);
	return unused;
}

THREADS(either, either)
