#include <linux/bug.h>
#include <linux/seqlock.h>
#include "run.h"

static DEFINE_SEQLOCK(lock);
static int x, y;

static void begin(void)
{
}

static void end(void)
{
}

static void *one(void *unused)
{
	unsigned int start;
	int a, b;

	do {
		start = read_seqbegin(&lock);
		a = READ_ONCE(x);
		b = READ_ONCE(y);
	} while (read_seqretry(&lock, start));
	BUG_ON(a != b);
	return unused;
}

static void *two(void *unused)
{
	write_seqlock(&lock);
	WRITE_ONCE(x, 1);
	WRITE_ONCE(y, 1);
	write_sequnlock(&lock);
	return unused;
}

THREADS(one, two)
