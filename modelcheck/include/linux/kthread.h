/* SPDX-License-Identifier: MIT */
/* Kernel threads: threads of the program, with a flag that asks them to stop. */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

#ifndef MC_FAIL_KTHREAD
#define MC_FAIL_KTHREAD 0
#endif

struct __mc_kthread {
	int (*function)(void *data);
	void *data;
};

static inline void *__mc_kthread_main(void *argument)
{
	struct __mc_kthread *start = argument;
	int (*function)(void *data) = start->function;
	void *data = start->data;

	__mc_free(start);
	return (void *)(long)function(data);
}

/* One that kthread_create() made begins when it is woken for the first time; stopped before, it never runs. */
static inline void *__mc_kthread_created(void *argument)
{
	__mc_await(&current->__wakeups, 4, "ne", 0, "ACQUIRE");
	if (READ_ONCE(current->__stop)) {
		__mc_free(argument);
		return (void *)(long)-EINTR;
	}
	return __mc_kthread_main(argument);
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
		return &__mc_tasks[__mc_spawn(__mc_kthread_main, start)];
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
#define kthread_should_stop() (READ_ONCE(current->__stop) != 0)
#define kthread_should_park() (__mc_assumes("never-frozen"), 0)
#define kthread_exit(code) do_exit(code)
#define kthread_complete_and_exit(completion, code) complete_and_exit(completion, code)
#define kthread_freezable_should_stop(frozen) (__mc_assumes("never-frozen"), kthread_should_stop())

/* Asks the thread to stop, wakes it, waits for its end; gives what its function returned, or its exit code. */
static inline int kthread_stop(struct task_struct *task)
{
	WRITE_ONCE(task->__stop, 1);
	wake_up_process(task);
	return (int)__mc_join((unsigned long)(task - __mc_tasks));
}

/* Declared, so that a call is refused. */
int kthread_park(struct task_struct *task);
void kthread_unpark(struct task_struct *task);
void kthread_parkme(void);

#endif
