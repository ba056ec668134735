/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_PROCESSOR_H
#define MC_ARCH_ASM_PROCESSOR_H

#include <linux/types.h>
#include <asm/page.h>
#include <asm/ptrace.h>
#include <mc/intrinsics.h>

#define cpu_relax() __mc_relax()
#define cpu_relax_lowlatency() __mc_relax()
#define cpu_relax_yield() __mc_relax()
#define TASK_SIZE (1UL << 47)
#define TASK_SIZE_MAX TASK_SIZE
#define TASK_UNMAPPED_BASE (TASK_SIZE / 3)
#define STACK_TOP TASK_SIZE
#define STACK_TOP_MAX TASK_SIZE
#define ARCH_HAS_PREFETCH
#define ARCH_HAS_PREFETCHW
#define ARCH_HAS_SPINLOCK_PREFETCH
#define prefetch(x) ((void)(x))
#define prefetchw(x) ((void)(x))
#define spin_lock_prefetch(x) ((void)(x))

struct thread_struct {
	unsigned long sp;
};
#define INIT_THREAD { 0 }

struct task_struct;
unsigned long __get_wchan(struct task_struct *task);
void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#define release_thread(task) ((void)(task))
#endif
#define KSTK_EIP(task) 0UL
#define KSTK_ESP(task) 0UL
#define task_pt_regs(task) ((struct pt_regs *)0)

#endif
