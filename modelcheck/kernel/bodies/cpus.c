/* SPDX-License-Identifier: MIT */
/* Processors: all that there can be are there and online, from the start and for good. */
#include <linux/cpumask.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/version.h>

#define MC_ALL_CPUS { { [0 ... BITS_TO_LONGS(NR_CPUS) - 1] = BITMAP_LAST_WORD_MASK(NR_CPUS) } }

#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 5, 0)
struct cpumask __cpu_possible_mask = MC_ALL_CPUS;
struct cpumask __cpu_online_mask = MC_ALL_CPUS;
struct cpumask __cpu_present_mask = MC_ALL_CPUS;
struct cpumask __cpu_active_mask = MC_ALL_CPUS;
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 10, 0)
struct cpumask __cpu_dying_mask;
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 4, 0)
atomic_t __num_online_cpus = ATOMIC_INIT(NR_CPUS);
#endif
const DECLARE_BITMAP(cpu_all_bits, NR_CPUS) = { [0 ... BITS_TO_LONGS(NR_CPUS) - 1] = BITMAP_LAST_WORD_MASK(NR_CPUS) };
#ifndef nr_cpu_ids
unsigned int nr_cpu_ids = NR_CPUS;
#endif

#if __has_include(<linux/interrupt_rc.h>)
DEFINE_PER_CPU(unsigned long, local_interrupt_disable_state);
#endif

/* Each thread stays on its CPU, whether it says so or not. */
void migrate_disable(void)
{
	current->migration_disabled++;
}

void migrate_enable(void)
{
	current->migration_disabled--;
}

#ifdef RQ_nr_pinned
/* Those that say so are counted, apart from the queue of what runs there. */
struct rq {
	int nothing;
};
DEFINE_PER_CPU_SHARED_ALIGNED(struct rq, runqueues);
DEFINE_PER_CPU(unsigned int, __mc_pinned);

void ___migrate_enable(void)
{
}
#endif
