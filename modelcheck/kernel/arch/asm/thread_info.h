/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_THREAD_INFO_H
#define MC_ARCH_ASM_THREAD_INFO_H

#define THREAD_SIZE_ORDER 2
#define THREAD_SIZE (4096UL << THREAD_SIZE_ORDER)

#ifndef __ASSEMBLY__
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 9, 0)
struct thread_info {
	unsigned long flags;
	unsigned long syscall_work;
	int preempt_count;
	unsigned int cpu;
};
#define INIT_THREAD_INFO(task) { .flags = 0 }
#else
/* It is no part of the task yet: each thread has one. */
#include <linux/types.h>
#include <mc/region.h>

struct task_struct;
struct exec_domain;
typedef struct {
	unsigned long seg;
} mm_segment_t;
struct thread_info {
	struct task_struct *task;
	struct exec_domain *exec_domain;
	unsigned long flags;
	unsigned int status;
	unsigned int cpu;
	int preempt_count;
	mm_segment_t addr_limit;
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 0, 0)
	struct restart_block restart_block;
#endif
};
__attribute__((weak)) struct thread_info __mc_thread_infos[MC_NR_THREADS];
#define current_thread_info() (&__mc_thread_infos[__mc_slot()])
#define INIT_THREAD_INFO(task_) { .task = &(task_) }
#define init_thread_info (__mc_thread_infos[0])
#endif
#endif

#define TIF_SYSCALL_TRACE 0
#define TIF_NOTIFY_RESUME 1
#define TIF_SIGPENDING 2
#define TIF_NEED_RESCHED 3
#define TIF_UPROBE 4
#define TIF_NOTIFY_SIGNAL 5
#define TIF_MEMDIE 6
#define TIF_POLLING_NRFLAG 7
#define TIF_PATCH_PENDING 8
#define TIF_NEED_RESCHED_LAZY 9
#define TIF_SYSCALL_AUDIT 10
#define TIF_SECCOMP 11
#define TIF_SYSCALL_TRACEPOINT 12
#define TIF_RESTORE_SIGMASK 13
#define TIF_SYSCALL_EMU 14
#define _TIF_SYSCALL_TRACE (1 << TIF_SYSCALL_TRACE)
#define _TIF_NOTIFY_RESUME (1 << TIF_NOTIFY_RESUME)
#define _TIF_SIGPENDING (1 << TIF_SIGPENDING)
#define _TIF_NEED_RESCHED (1 << TIF_NEED_RESCHED)
#define _TIF_NEED_RESCHED_LAZY (1 << TIF_NEED_RESCHED_LAZY)
#define _TIF_UPROBE (1 << TIF_UPROBE)
#define _TIF_NOTIFY_SIGNAL (1 << TIF_NOTIFY_SIGNAL)
#define _TIF_PATCH_PENDING (1 << TIF_PATCH_PENDING)
#define _TIF_POLLING_NRFLAG (1 << TIF_POLLING_NRFLAG)

#endif
