/* SPDX-License-Identifier: MIT */
/* Bodies for <mc/asked.h>: what each thread reads. */
#ifndef MC_READERS_H
#define MC_READERS_H

#include <mc/asked.h>

#define __MC_READS_AT_ONCE 4

static const volatile void *__mc_read_words[MC_NR_THREADS][__MC_READS_AT_ONCE];
void more_locks_held_for_reading_than_are_modelled(void);

void __mc_reads(const volatile void *word)
{
	const volatile void **mine = __mc_read_words[__mc_slot()];

	for (int i = 0; i < __MC_READS_AT_ONCE; i++)
		if (!mine[i]) {
			mine[i] = word;
			return;
		}
	more_locks_held_for_reading_than_are_modelled();
}

void __mc_reads_no_more(const volatile void *word)
{
	const volatile void **mine = __mc_read_words[__mc_slot()];

	for (int i = 0; i < __MC_READS_AT_ONCE; i++)
		if (mine[i] == word) {
			mine[i] = 0;
			return;
		}
}

int __mc_is_reader(const volatile void *word)
{
	const volatile void **mine = __mc_read_words[__mc_slot()];

	for (int i = 0; i < __MC_READS_AT_ONCE; i++)
		if (mine[i] == word)
			return 1;
	return 0;
}

/* Who began a section of SRCU leaves it, in the same context: lockdep warns of any other. */
void __mc_srcu_left(const volatile void *word)
{
	__mc_assert(__mc_is_reader(word), "lock-misuse",
		    "srcu_read_unlock() of a structure that the thread is in no section of");
	__mc_reads_no_more(word);
}

#endif
