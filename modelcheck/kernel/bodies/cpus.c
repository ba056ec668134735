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

#if NR_CPUS > 1
#if MC_TREE_NEXT_CPU_OUT_OF_LINE
unsigned int cpumask_next(int cpu, const struct cpumask *mask)
{
	return find_next_bit(cpumask_bits(mask), nr_cpumask_bits, cpu + 1);
}
#endif

#if MC_TREE_NEXT_CPU_OF_BOTH_OUT_OF_LINE
int cpumask_next_and(int cpu, const struct cpumask *mask, const struct cpumask *other)
{
	do
		cpu = cpumask_next(cpu, mask);
	while (cpu < nr_cpu_ids && !cpumask_test_cpu(cpu, other));
	return cpu;
}
#endif

#if MC_TREE_ANY_OTHER_CPU_OUT_OF_LINE
int cpumask_any_but(const struct cpumask *mask, unsigned int but)
{
	unsigned int cpu = cpumask_next(-1, mask);

	return cpu == but ? cpumask_next(cpu, mask) : cpu;
}
#endif

#if MC_TREE_NEXT_CPU_AROUND_OUT_OF_LINE
/* The first call of a round comes without "wrapped"; what lies before the start is for after the end. */
int cpumask_next_wrap(int cpu, const struct cpumask *mask, int start, bool wrapped)
{
	int next = cpumask_next(cpu, mask);

	if (wrapped && cpu < start && next >= start)
		return nr_cpumask_bits;
	if (next < nr_cpumask_bits)
		return next;
	next = cpumask_next(-1, mask);
	return next >= start ? nr_cpumask_bits : next;
}
#endif
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
