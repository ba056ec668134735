/* SPDX-License-Identifier: MIT */
/* Threads that headers keep something of: those numbered below MC_NR_THREADS, from main's 0 on. */
#ifndef MC_SLOT_H
#define MC_SLOT_H

#include <mc/intrinsics.h>

/* At most 63; 32 on wait queues. */
#ifndef MC_NR_THREADS
#define MC_NR_THREADS 16
#endif

void more_threads_than_MC_NR_THREADS(void);

/* The number of the thread. */
static inline unsigned long __mc_slot(void)
{
	unsigned long me = __mc_self();

	if (me >= MC_NR_THREADS)
		more_threads_than_MC_NR_THREADS();
	return me;
}

void more_than_64_threads(void);

/* Its bit, of a word of 64. */
static inline unsigned long __mc_own_bit(void)
{
	unsigned long me = __mc_self();

	if (me >= 64)
		more_than_64_threads();
	return 1UL << me;
}

#endif
