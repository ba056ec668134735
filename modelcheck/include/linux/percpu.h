/* SPDX-License-Identifier: MIT */
/* Every thread has a processor to itself: per-cpu data is an array by thread, each element plain memory of its thread. */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

#include <linux/types.h>
#include <mc/once.h>
#include <mc/task.h>

#define NR_CPUS MC_NR_THREADS
#define nr_cpu_ids MC_NR_THREADS
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) __mc_percpu_##name[MC_NR_THREADS]
#define DEFINE_PER_CPU(type, name) __typeof__(type) __mc_percpu_##name[MC_NR_THREADS]
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define per_cpu(name, cpu) (__mc_percpu_##name[cpu])
#define __get_cpu_var(name) (*(__mc_assumes("per-cpu-is-per-thread"), &__mc_percpu_##name[__mc_slot()]))
#define get_cpu_var(name) (*({ preempt_disable(); &__get_cpu_var(name); }))
#define put_cpu_var(name) preempt_enable()
#define __this_cpu_read(name) __get_cpu_var(name)
#define __this_cpu_write(name, value) ((void)(__get_cpu_var(name) = (value)))
#define __this_cpu_add(name, value) ((void)(__get_cpu_var(name) += (value)))
#define __this_cpu_inc(name) __this_cpu_add(name, 1)
#define __this_cpu_dec(name) __this_cpu_add(name, -1)
#define this_cpu_read(name) READ_ONCE(__get_cpu_var(name))
#define this_cpu_write(name, value) ((void)WRITE_ONCE(__get_cpu_var(name), (value)))
#define this_cpu_add(name, value) this_cpu_write(name, this_cpu_read(name) + (value))
#define this_cpu_sub(name, value) this_cpu_add(name, -(value))
#define this_cpu_inc(name) this_cpu_add(name, 1)
#define this_cpu_dec(name) this_cpu_add(name, -1)
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < MC_NR_THREADS; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)

#endif
