/* SPDX-License-Identifier: MIT */
/* Who turns preemption or bottom halves off begins a region (mc/region.h). */
#ifndef MC_ARCH_ASM_PREEMPT_H
#define MC_ARCH_ASM_PREEMPT_H

#include <mc/region.h>

#define PREEMPT_ENABLED 0

/*
 * The count of the thread at hand: what preemption and bottom halves were turned off by, and which grace periods of RCU
 * wait for.
 */
__attribute__((weak)) int __mc_preempt_counts[MC_NR_THREADS];
#define __mc_preempt_word (&__mc_preempt_counts[__mc_slot()])
#define __mc_preempt_count() ((int)__mc_load(__mc_preempt_word, 4, "ONCE,Region"))
#define preempt_count() ((int)__mc_load(__mc_preempt_word, 4, "ONCE,Region,Asked"))
#define preempt_count_set(value) __mc_store(__mc_preempt_word, 4, (unsigned int)(value), "ONCE,Region")
#define init_task_preempt_count(task) ((void)(task))
#define init_idle_preempt_count(task, cpu) ((void)(task))
#define set_preempt_need_resched() ((void)0)
#define clear_preempt_need_resched() ((void)0)
#define test_preempt_need_resched() 0
#define __mc_preempt_change(value, use) do {				\
	int __mc_by = (value);						\
	preempt_count_set(__mc_preempt_count() + __mc_by);			\
	__mc_region(use);						\
} while (0)
#define __preempt_count_add(value) __mc_preempt_change((value), "take preemption")
#define __preempt_count_sub(value) __mc_preempt_change(-(value), "give preemption")
#define __preempt_count_add_return(value) ({ __preempt_count_add(value); preempt_count(); })
#define __preempt_count_sub_return(value) ({ __preempt_count_sub(value); preempt_count(); })
#define __preempt_count_dec_and_test() ({ __preempt_count_sub(1); 0; })
#define should_resched(offset) ((void)(offset), 0)
#define __preempt_schedule() ((void)0)
#define __preempt_schedule_notrace() ((void)0)
extern void preempt_schedule(void);
extern void preempt_schedule_notrace(void);

#endif
