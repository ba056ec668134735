/* SPDX-License-Identifier: MIT */
/*
 * What a thread is to the kernel: a task, found by the thread's number. A thread that sleeps does so until its state
 * is TASK_RUNNING again, until the wait queue it is on has been woken, or until somebody wakes it by name.
 */
#ifndef MC_TASK_H
#define MC_TASK_H

#include <mc/slot.h>
#include <mc/stdtypes.h>
#include <mc/once.h>


struct wait_queue_head;
struct mm_struct;

struct task_struct {
	unsigned int __state;        /* TASK_* */
	unsigned int __wakeups;      /* times that it was woken by name */
	int __stop;                  /* 1 where kthread_stop() has been called, and twice as many as there are references */
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
#define current (&__mc_tasks[__mc_slot()])

/*
 * A task is there as long as somebody has a reference; counted only where the program asks for one or stops threads. The first
 * is not counted: the thread drops it when it ends, so that below 0 there is none.
 */
#define __mc_tasks_end() (__mc_calls("kthread_stop") || __mc_calls("get_task_struct") || __mc_calls("put_task_struct"))

static inline void __mc_task_got(struct task_struct *task)
{
	__mc_assert((int)__mc_rmw(&task->__stop, 4, "add", 2, "ONCE", "ONCE") >= 0, "use-after-free",
		    "the task of a thread that has ended, and that nobody has a reference to, is used");
}

static inline void __mc_task_dropped(struct task_struct *task)
{
	__mc_assert((int)__mc_rmw(&task->__stop, 4, "sub", 2, "MB", "MB") >= 0, "use-after-free",
		    "a reference of a task is dropped that nobody has");
}
#define get_current() current

#endif
