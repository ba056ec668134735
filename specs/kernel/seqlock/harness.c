/* SPDX-License-Identifier: MIT */
/* Readers that look again where somebody has written meanwhile. */
#include <linux/seqlock.h>
#include <linux/sched.h>
#include <mc/check.h>

static DEFINE_SEQLOCK(lock);
static int one, other;

static void write(void)
{
	write_seqlock(&lock);
	WRITE_ONCE(one, READ_ONCE(one) + 1);
	WRITE_ONCE(other, READ_ONCE(other) + 1);
	write_sequnlock(&lock);
}

void writer(void) { write(); }
void second_writer(void) { write(); }

void reader(void)
{
	unsigned int seq;
	int first, second;

	do {
		seq = read_seqbegin(&lock);
		first = READ_ONCE(one);
		second = READ_ONCE(other);
	} while (read_seqretry(&lock, seq));
	MC_ASSERT("assertion", first == second, "a reader keeps what was written only in part");
}

void two_have_written(void)
{
	MC_ASSERT("assertion", one == 2 && other == 2, "a writer's work is lost");
}

/* A bare count, for one who looks once. */
static int published;
static seqcount_t count = SEQCNT_ZERO(count);

void publisher(void)
{
	raw_write_seqcount_begin(&count);
	WRITE_ONCE(published, 1);
	raw_write_seqcount_end(&count);
}

void looker(void)
{
	unsigned int seq = raw_read_seqcount(&count);
	int seen = READ_ONCE(published);

	if (seq == 2 && !read_seqcount_retry(&count, seq))
		MC_ASSERT("assertion", seen == 1, "what was written before the count was even is not there");
}
