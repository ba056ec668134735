/* What is left of the limit may be more than 1. */
#include <linux/bug.h>
#include <linux/completion.h>
#include "run.h"

static DECLARE_COMPLETION(done);

static void begin(void) {}
static void end(void) {}

static void *waits(void *unused)
{
	BUG_ON(wait_for_completion_timeout(&done, 10) > 1);
	return unused;
}

static void *completes(void *unused)
{
	complete(&done);
	return unused;
}

THREADS(waits, completes)
