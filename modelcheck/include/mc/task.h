/* SPDX-License-Identifier: MIT */
/*
 * What a thread is to the kernel: a task, found by the thread's number. A thread that sleeps does so until its state
 * is TASK_RUNNING again, until the wait queue it is on has been woken, or until somebody wakes it by name.
 */
#ifndef MC_TASK_H
#define MC_TASK_H

#include <mc/stdtypes.h>
#include <mc/once.h>

#ifndef MC_NR_THREADS
#define MC_NR_THREADS 16
#endif

struct wait_queue_head;
struct mm_struct;

struct task_struct {
	unsigned int __state;        /* TASK_* */
	unsigned int __wakeups;      /* times that it was woken by name */
	unsigned int __stop;         /* kthread_stop() has been called */
	struct wait_queue_head *__queue; /* the wait queue it is on, read by itself alone */
	unsigned int __queue_seq;    /* and what that had seen when it was last going to sleep */
	unsigned int __light_seen;   /* the same of wake-ups of those alone who sleep interruptibly */
	unsigned int __exclusive;    /* what it stands in line as where it is an exclusive waiter, or 0 */
	int pid;
	struct mm_struct *mm;
	const char *comm;
	unsigned int flags;
};

__attribute__((weak)) struct task_struct __mc_tasks[MC_NR_THREADS];
#define current (&__mc_tasks[__mc_self()])
#define get_current() current

#endif
