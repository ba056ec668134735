/* SPDX-License-Identifier: MIT */
/* Bodies for <mc/asked.h> and <linux/srcu.h>: what each thread reads, and the end of an SRCU structure. */
#ifndef MC_READERS_H
#define MC_READERS_H

#include <linux/srcu.h>

#define __MC_READS_AT_ONCE 4

static const volatile void *__mc_readers[MC_NR_THREADS][__MC_READS_AT_ONCE];
void more_locks_held_for_reading_than_are_modelled(void);

void __mc_reads(const volatile void *word)
{
	const volatile void **mine = __mc_readers[__mc_self()];

	for (int i = 0; i < __MC_READS_AT_ONCE; i++)
		if (!mine[i]) {
			mine[i] = word;
			return;
		}
	more_locks_held_for_reading_than_are_modelled();
}

void __mc_reads_no_more(const volatile void *word)
{
	const volatile void **mine = __mc_readers[__mc_self()];

	for (int i = 0; i < __MC_READS_AT_ONCE; i++)
		if (mine[i] == word) {
			mine[i] = 0;
			return;
		}
}

int __mc_is_reader(const volatile void *word)
{
	const volatile void **mine = __mc_readers[__mc_self()];

	for (int i = 0; i < __MC_READS_AT_ONCE; i++)
		if (mine[i] == word)
			return 1;
	return 0;
}

void cleanup_srcu_struct(struct srcu_struct *s)
{
	unsigned long pending = __mc_load(&s->__pending, 8, "ACQUIRE");
	unsigned int readers = __mc_load(&s->__readers, 4, "ACQUIRE");

	__mc_assert(readers == 0, "warning", "cleanup_srcu_struct: a reader is still in a section");
	__mc_assert(pending == 0, "warning", "cleanup_srcu_struct: callbacks are still to come");
	if (readers || pending)
		return;
	__mc_reset(&s->__srcu_word, 4, "destroy SRCU structure");
	__mc_reset(&s->__pending, 8, "destroy SRCU structure");
}

#endif
