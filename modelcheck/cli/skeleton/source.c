/*
 * To be replaced by what you want to know about. As it stands, one thread fills in a value and says so, and
 * another one uses the value once it has been told.
 */
#include <linux/bug.h>
#include <linux/compiler.h>
#include <asm/barrier.h>

static int value;
static int ready;
static int used;

/* Runs first, alone. */
void before(void)
{
	used = 0;
}

/* The threads; they run at once. */
void writer(void)
{
	WRITE_ONCE(value, 42);
	smp_store_release(&ready, 1);
}

void reader(void)
{
	if (smp_load_acquire(&ready)) {
		used = READ_ONCE(value);
		BUG_ON(used != 42);
	}
}

/* Runs at rest, when both have ended. */
void at_rest(void)
{
	BUG_ON(used && used != value);
}
