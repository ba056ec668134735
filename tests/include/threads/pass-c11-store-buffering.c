#include <assert.h>
#include <stdatomic.h>
#include "run.h"

static atomic_int x, y;
static int a, b;

static void begin(void)
{
}

static void end(void)
{
	assert(a || b);
}

static void *one(void *unused)
{
	atomic_store(&x, 1);
	a = atomic_load(&y);
	return unused;
}

static void *two(void *unused)
{
	atomic_store(&y, 1);
	b = atomic_load(&x);
	return unused;
}

THREADS(one, two)
