/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/cpumask.h>
#include <linux/smp.h>
#include <mc/check.h>

static struct cpumask some, others;

static void fill(void)
{
	cpumask_set_cpu(0, &some);
	cpumask_set_cpu(2, &some);
	cpumask_set_cpu(3, &some);
	cpumask_set_cpu(1, &others);
	cpumask_set_cpu(2, &others);
}

static void walks(void)
{
	int cpu, seen = 0;

	for_each_cpu(cpu, &some)
		seen = 10 * seen + cpu + 1;
	MC_ASSERT("assertion", seen == 134, "for_each_cpu");
	seen = 0;
	for_each_cpu_and(cpu, &some, &others)
		seen = 10 * seen + cpu + 1;
	MC_ASSERT("assertion", seen == 3, "for_each_cpu_and");
	seen = 0;
	for_each_cpu_wrap(cpu, &some, 2)
		seen = 10 * seen + cpu + 1;
	MC_ASSERT("assertion", seen == 341, "for_each_cpu_wrap");
	seen = 0;
	for_each_cpu_wrap(cpu, &others, 3)
		seen = 10 * seen + cpu + 1;
	MC_ASSERT("assertion", seen == 23, "for_each_cpu_wrap");
}

static void asks(void)
{
	struct cpumask none = { };

	MC_ASSERT("assertion", cpumask_any_but(&some, 0) == 2 && cpumask_any_but(&some, 2) == 0, "any but one");
	MC_ASSERT("assertion", cpumask_any_but(&none, 0) >= nr_cpu_ids, "any but one of none");
	MC_ASSERT("assertion", cpumask_next(3, &some) >= nr_cpu_ids, "behind the last");
}

static void wrong_walk(void)
{
	int cpu, seen = 0;

	for_each_cpu_wrap(cpu, &some, 1)
		seen = 10 * seen + cpu + 1;
	MC_ASSERT("assertion", seen == 134, "for_each_cpu_wrap");
}
