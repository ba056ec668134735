/* SPDX-License-Identifier: MIT */
/*
 * A queue of tasks to be woken holds a reference of each: what is inline in the tree is reached from bodies, too. Who sleeps
 * looks at what it waits for once more when it is woken, as Documentation/memory-barriers.txt has it.
 */
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched/wake_q.h>

static struct task_struct *sleeper;
static int ready;

static void sleeps(void)
{
	smp_store_release(&sleeper, current);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(ready))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

static struct task_struct *found(void)
{
	struct task_struct *task;

	while (!(task = smp_load_acquire(&sleeper)))
		cpu_relax();
	return task;
}

static void wakes(void)
{
	struct task_struct *task = found();
	DEFINE_WAKE_Q(queue);

	WRITE_ONCE(ready, 1);
	wake_q_add(&queue, task);
	wake_up_q(&queue);
}

static void forgets_to_wake(void)
{
	struct task_struct *task = found();
	DEFINE_WAKE_Q(queue);

	WRITE_ONCE(ready, 1);
	wake_q_add(&queue, task);
}

static void wakes_early(void)
{
	struct task_struct *task = found();
	DEFINE_WAKE_Q(queue);

	wake_q_add(&queue, task);
	wake_up_q(&queue);
	WRITE_ONCE(ready, 1);
}
