/* SPDX-License-Identifier: MIT */
/* The count of tasks that stay on this CPU is not kept in the queue of what runs there: see bodies/cpus.c. */
#ifndef MC_ARCH_GENERATED_RQ_OFFSETS_H
#define MC_ARCH_GENERATED_RQ_OFFSETS_H

#include <linux/percpu-defs.h>

DECLARE_PER_CPU(unsigned int, __mc_pinned);
#define RQ_nr_pinned ((unsigned long)raw_cpu_ptr(&__mc_pinned) - (unsigned long)this_rq_raw())

#endif
