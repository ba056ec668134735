#include <linux/completion.h>
#include "run.h"

static DECLARE_COMPLETION(ready);
static int data;

static void begin(void)
{
}

static void end(void)
{
}

static void *one(void *unused)
{
	wait_for_completion(&ready);
	BUG_ON(data != 1);
	return unused;
}

static void *two(void *unused)
{
	data = 1;
	complete(&ready);
	return unused;
}

THREADS(one, two)
