/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/percpu-rwsem.h>
#include <linux/percpu-refcount.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <mc/check.h>
struct stat { long a; int b; };
static struct stat __percpu *stats;
static DEFINE_PER_CPU(int, number);
static void make(void) { stats = alloc_percpu(struct stat); }
static void end(void) { long sum = 0; int cpu; for_each_possible_cpu(cpu) sum += per_cpu_ptr(stats, cpu)->a; MC_ASSERT("assertion", sum == 2, "sum"); free_percpu(stats); }
static void adds(void) { this_cpu_inc(stats->a); }
static void raw_adds(void) { raw_cpu_inc(stats->a); }
static void adds_first(void) { per_cpu_ptr(stats, 0)->a++; }
static void beyond(void) { per_cpu_ptr(stats, nr_cpu_ids)->a = 1; }
static void hole(void) { this_cpu_ptr(stats)[1].a = 1; }
static void hole_part(void) { *((char *)this_cpu_ptr(stats) + sizeof(struct stat)) = 1; }
static void last_part(void) { per_cpu_ptr(stats, 1)->b = 1; per_cpu_ptr(stats, 0)->b = 1; free_percpu(stats); }
static void behind_last(void) { per_cpu_ptr(stats, 1)[1].a = 1; }
static void static_beyond(void) { per_cpu(number, 2) = 1; }
static void static_adds(void) { this_cpu_add(number, 1); }
static void static_end(void) { MC_ASSERT("assertion", per_cpu(number, 0) + per_cpu(number, 1) == 2, "sum"); }
static void freed(void) { free_percpu(stats); this_cpu_inc(stats->a); }
static void freed_twice(void) { free_percpu(stats); free_percpu(stats); }
static void kfreed(void) { kfree((void *)stats); }
static void leaks(void) { (void)alloc_percpu(int); }
