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
/* Woken before, or the time is up: what is left is all of it or 1, or 0. */
static inline long schedule_timeout(long timeout)
{
	long left = 0;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	__mc_assumes("timeouts-expire");
	if (timeout > 0 && __mc_choose(2)) {
		__mc_guess(READ_ONCE(current->__state) == TASK_RUNNING);
		left = timeout > 1 && __mc_choose(2) ? timeout : 1;
	}
	__set_current_state(TASK_RUNNING);
	return left;
}
#define __mc_schedule_timeout_in(state, timeout) ({ long __mc_limit = (timeout); __set_current_state(state); schedule_timeout(__mc_limit); })
#define schedule_timeout_interruptible(timeout) __mc_schedule_timeout_in(TASK_INTERRUPTIBLE, timeout)
#define schedule_timeout_killable(timeout) __mc_schedule_timeout_in(TASK_KILLABLE, timeout)
#define schedule_timeout_uninterruptible(timeout) __mc_schedule_timeout_in(TASK_UNINTERRUPTIBLE, timeout)
#define schedule_timeout_idle(timeout) __mc_schedule_timeout_in(TASK_IDLE, timeout)
#define io_schedule() schedule()
#define io_schedule_timeout(timeout) schedule_timeout(timeout)
#define cond_resched() (__mc_assumes("nothing-else-is-due"), 0)
/* It may let others have the lock, and says whether it has. */
#define cond_resched_lock(lock) __mc_lets_go(spin_unlock(lock), spin_lock(lock))
#define cond_resched_rwlock_read(lock) __mc_lets_go(read_unlock(lock), read_lock(lock))
#define cond_resched_rwlock_write(lock) __mc_lets_go(write_unlock(lock), write_lock(lock))
#define __mc_lets_go(give, take) ({					\
	int __mc_let = (int)__mc_choose(2);				\
	if (__mc_let) {							\
		give;							\
		take;							\
	}								\
	__mc_let;							\
})
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
