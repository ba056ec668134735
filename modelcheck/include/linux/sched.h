/* SPDX-License-Identifier: MIT */
/* Tasks: states, sleeping and waking by name. */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/kernel.h>
#include <linux/wait.h>
#include <asm/processor.h>

#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define __TASK_STOPPED 4
#define TASK_KILLABLE 0x102
#define TASK_IDLE 0x402
#define TASK_NORMAL 3
#define MAX_SCHEDULE_TIMEOUT LONG_MAX
#define PF_KTHREAD 0x00200000
#define PF_FREEZER_SKIP 0x40000000

#define set_current_state(value) __mc_state_now(value)
#define __set_current_state(value) WRITE_ONCE(current->__state, (value))
#define get_current_state() READ_ONCE(current->__state)
#define set_task_state(task, value) smp_store_mb((task)->__state, value)
#define __set_task_state(task, value) WRITE_ONCE((task)->__state, (value))

/* Runs on at once when the state is TASK_RUNNING; else sleeps until woken. */
static inline void schedule(void)
{
	__mc_assumes("sleeping-anywhere");
	struct task_struct *task = current;

	if (__mc_exclusive_waits() && task->__queue && task->__exclusive)
		while (READ_ONCE(task->__state) != TASK_RUNNING && __mc_in_line(task->__queue, task->__exclusive))
			__mc_relax();
	else if (__mc_light_wakes() && task->__queue && READ_ONCE(task->__state) == TASK_INTERRUPTIBLE)
		while (READ_ONCE(task->__state) != TASK_RUNNING && READ_ONCE(task->__queue->__seq) == task->__queue_seq &&
		       READ_ONCE(task->__queue->__light_seq) == task->__light_seen)
			__mc_relax();
	else if (task->__queue)
		while (READ_ONCE(task->__state) != TASK_RUNNING && READ_ONCE(task->__queue->__seq) == task->__queue_seq)
			__mc_relax();
	else
		while (READ_ONCE(task->__state) != TASK_RUNNING)
			__mc_relax();
	WRITE_ONCE(task->__state, TASK_RUNNING);
	__mc_fence("Mb");
}

/* 1 if the task slept. */
static inline int wake_up_process(struct task_struct *task)
{
	__mc_assumes("tasks-stay");
	__mc_fence("Mb");
	__mc_rmw(&task->__wakeups, 4, "add", 1, "ONCE", "RELEASE");
	return __mc_rmw(&task->__state, 4, "xchg", TASK_RUNNING, "ONCE", "RELEASE") != TASK_RUNNING;
}

/* One that wakes none who sleep uninterruptibly is not modelled. */
int wake_up_state_of_interruptible_sleepers(struct task_struct *task);
#define wake_up_state(task, state) \
	((state) & TASK_UNINTERRUPTIBLE ? wake_up_process(task) : wake_up_state_of_interruptible_sleepers(task))
/* The time may be up at once. */
#define schedule_timeout(timeout) \
	({ __mc_assumes("timeouts-expire"); __set_current_state(TASK_RUNNING); (void)(timeout); 0L; })
#define schedule_timeout_interruptible(timeout) schedule_timeout(timeout)
#define schedule_timeout_killable(timeout) schedule_timeout(timeout)
#define schedule_timeout_uninterruptible(timeout) schedule_timeout(timeout)
#define io_schedule() schedule()
#define io_schedule_timeout(timeout) schedule_timeout(timeout)
#define cond_resched() 0
#define cond_resched_lock(lock) 0
#define need_resched() ((int)__mc_choose(2))
#define yield() __mc_relax()
#define signal_pending(task) ((void)(task), __mc_interrupted())
#define fatal_signal_pending(task) ((void)(task), __mc_interrupted())
#define signal_pending_state(state, task) ((void)(task), __mc_interrupted())
#define flush_signals(task) ((void)(task))

static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	__mc_task_got(task);
	return task;
}

static inline void put_task_struct(struct task_struct *task)
{
	__mc_task_dropped(task);
}

#define task_pid_nr(task) ((int)((task) - __mc_tasks))
#define set_user_nice(task, nice) ((void)(task))
#define set_freezable() ((void)0)
#define try_to_freeze() (__mc_assumes("never-frozen"), 0)
#define freezing(task) ((void)(task), try_to_freeze())

#endif
