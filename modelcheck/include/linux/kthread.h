/* SPDX-License-Identifier: MIT */
/*
 * Kernel threads: threads of the program, with a flag that asks them to stop. The task of one goes with its thread, unless
 * somebody has a reference; kthread_stop() takes one while it waits.
 */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#ifndef MC_FAIL_KTHREAD
#define MC_FAIL_KTHREAD 0
#endif

struct __mc_kthread {
	int (*function)(void *data);
	void *data;
};

/* The last reference of the thread itself goes after a grace period. */
static inline void *__mc_kthread_gone(void *task)
{
	synchronize_rcu();
	__mc_task_dropped(task);
	return NULL;
}

static inline void __mc_kthread_ends(void)
{
	if (__mc_calls("get_task_struct"))
		__mc_spawn(__mc_kthread_gone, current);
	else if (__mc_tasks_end())
		__mc_task_dropped(current);
}

static inline void *__mc_kthread_main(void *argument)
{
	struct __mc_kthread *start = argument;
	int (*function)(void *data) = start->function;
	void *data = start->data;
	long result;

	__mc_free(start);
	result = function(data);
	__mc_kthread_ends();
	return (void *)result;
}

/* Stopped before it gets as far as its function, a thread never calls it. */
static inline void *__mc_kthread_woken(void *argument)
{
	if (READ_ONCE(current->__stop) & 1) {
		__mc_free(argument);
		__mc_kthread_ends();
		return (void *)(long)-EINTR;
	}
	return __mc_kthread_main(argument);
}

/* One that kthread_create() made begins when it is woken for the first time. */
static inline void *__mc_kthread_created(void *argument)
{
	__mc_await(&current->__wakeups, 4, "ne", 0, "ACQUIRE");
	return __mc_kthread_woken(argument);
}

static inline struct task_struct *__mc_kthread_start(int (*function)(void *data), void *data, bool run)
{
	struct __mc_kthread *start;

	if (MC_FAIL_KTHREAD && __mc_choose(2))
		return ERR_PTR(-ENOMEM);
	start = __mc_alloc(sizeof(*start), 0, 0);
	start->function = function;
	start->data = data;
	if (run)
		return &__mc_tasks[__mc_spawn(__mc_kthread_woken, start)];
	return &__mc_tasks[__mc_spawn(__mc_kthread_created, start)];
}

#define kthread_run(function, data, ...) ({				\
	struct task_struct *__mc_task = __mc_kthread_start(function, data, 1); \
	(void)__mc_use(__VA_ARGS__);					\
	__mc_task;							\
})
#define kthread_create(function, data, ...) ({				\
	struct task_struct *__mc_task = __mc_kthread_start(function, data, 0); \
	(void)__mc_use(__VA_ARGS__);					\
	__mc_task;							\
})
#define kthread_create_on_node(function, data, node, ...) kthread_create(function, data, __VA_ARGS__)
#define kthread_bind(task, cpu) ((void)(task))
#define kthread_should_stop() ((READ_ONCE(current->__stop) & 1) != 0)
#define kthread_should_park() (__mc_assumes("never-frozen"), 0)
#define kthread_exit(code) do_exit(code)
#undef do_exit
#define do_exit(code) (__mc_kthread_ends(), __mc_exit((unsigned long)(long)(code)))
#define kthread_complete_and_exit(completion, code) complete_and_exit(completion, code)
#define kthread_freezable_should_stop(frozen) (__mc_assumes("never-frozen"), kthread_should_stop())

/* Asks the thread to stop, wakes it, waits for its end; gives what its function returned, or its exit code. */
static inline int kthread_stop(struct task_struct *task)
{
	int result;

	__mc_task_got(task);
	__mc_rmw(&task->__stop, 4, "or", 1, "ONCE", "ONCE");
	wake_up_process(task);
	result = (int)__mc_join((unsigned long)(task - __mc_tasks));
	__mc_task_dropped(task);
	return result;
}

static inline int kthread_stop_put(struct task_struct *task)
{
	int result = kthread_stop(task);

	__mc_task_dropped(task);
	return result;
}

/* Declared, so that a call is refused. */
int kthread_park(struct task_struct *task);
void kthread_unpark(struct task_struct *task);
void kthread_parkme(void);

#endif
