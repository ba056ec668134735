/* SPDX-License-Identifier: MIT */
/*
 * What lockdep knows of a thread and lock words do not say: the locks that it has taken as a reader, SRCU structures it is
 * in a section of, how deep it is in sections of RCU and in regions with preemption, bottom halves or interrupts off. Each
 * thread reads and writes its own alone. Kept only where the program asks for it, by calling what says it.
 */
#ifndef MC_ASKED_H
#define MC_ASKED_H

#include <mc/slot.h>

/* In mc/readers.h. */
void __mc_reads(const volatile void *word);
void __mc_reads_no_more(const volatile void *word);
int __mc_is_reader(const volatile void *word);
void __mc_srcu_left(const volatile void *word);

#define __mc_reader(word) ((void)(__mc_calls("__mc_is_reader") && (__mc_reads(word), 1)))
#define __mc_reader_if(got, word) ({					\
	int __mc_came = (got);						\
	if (__mc_calls("__mc_is_reader") && __mc_came)			\
		__mc_reads(word);					\
	__mc_came;							\
})
#define __mc_reader_gone(word) ((void)(__mc_calls("__mc_is_reader") && (__mc_reads_no_more(word), 1)))

struct __mc_depths {
	int rcu, preemption, bottom_halves, interrupts;
};

__attribute__((weak)) _Thread_local struct __mc_depths __mc_depth;
#define __mc_depths_asked() __mc_calls("__mc_deep")

static inline struct __mc_depths *__mc_deep(void)
{
	return &__mc_depth;
}

/* How deep a thread is in sections of each flavour of RCU. */
struct __mc_rcu_depths {
	int bh, sched, plain;
};

__attribute__((weak)) _Thread_local struct __mc_rcu_depths __mc_depth_rcu;

/* what: a member. */
#define __mc_deeper(what, by) ((void)(__mc_depths_asked() && (__mc_depth.what += (by), 1)))

#endif
