// SPDX-License-Identifier: MIT
/*
 * A sequence counter protects two words. The writer makes it odd, writes both, and makes it even again; a reader who
 * has seen an odd count, or another count before than after, reads once more. What a reader keeps must be
 * of one time: both words old, or both new.
 *
 * Both sides look at the words without a lock, so these accesses are marked.
 */
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/processor.h>

static unsigned int sequence;
static int first, second;

static void write_begin(void)
{
	WRITE_ONCE(sequence, sequence + 1);
	smp_wmb();	/* odd before anything is new */
}

static void write_end(void)
{
	smp_wmb();	/* everything is new before even */
	WRITE_ONCE(sequence, sequence + 1);
}

static unsigned int read_begin(void)
{
	unsigned int start;

	while ((start = READ_ONCE(sequence)) & 1)
		cpu_relax();
	smp_rmb();	/* nothing is read before the count */
	return start;
}

static bool read_retry(unsigned int start)
{
	smp_rmb();	/* the count is read again after everything */
	return READ_ONCE(sequence) != start;
}

/* There is one writer: among several, a lock would keep order. */
void writer(void)
{
	write_begin();
	WRITE_ONCE(first, 1);
	WRITE_ONCE(second, 1);
	write_end();
}

void reader(void)
{
	unsigned int start;
	int one, other;

	do {
		start = read_begin();
		one = READ_ONCE(first);
		other = READ_ONCE(second);
	} while (read_retry(start));
	BUG_ON(one != other);
}
