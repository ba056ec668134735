/* SPDX-License-Identifier: MIT */
/* Works for the first thread: each is run, taken back, or refused because the task is exiting, and only one of these. */
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <mc/check.h>

struct work {
	struct callback_head head;
	int value;
};

extern struct task_struct __mc_tasks[];
#define target (&__mc_tasks[1])

static struct work *first, *second;
static int ran_first, ran_second, took_first, took_second;

static void run_first(struct callback_head *head)
{
	struct work *work = container_of(head, struct work, head);

	MC_ASSERT("assertion", work->value == 1, "a work is whole when it is run");
	ran_first++;
	kfree(work);
}

static void run_second(struct callback_head *head)
{
	struct work *work = container_of(head, struct work, head);

	MC_ASSERT("assertion", work->value == 2, "a work is whole when it is run");
	ran_second++;
	kfree(work);
}

static bool add(struct work **place, int value, task_work_func_t function)
{
	struct work *work = kmalloc(sizeof(*work), GFP_KERNEL);

	*place = work;
	init_task_work(&work->head, function);
	work->value = value;
	if (task_work_add(target, &work->head, TWA_NONE) == 0)
		return true;
	kfree(work);
	return false;
}

static int added_first, added_second;

static void add_first(void)
{
	added_first = add(&first, 1, run_first);
}

static void add_second(void)
{
	added_second = add(&second, 2, run_second);
}

static void both_added(void)
{
	add_second();
	add_first();
}

static void cancel_second(void)
{
	if (task_work_cancel_func(target, run_second)) {
		took_second = 1;
		kfree(second);
	}
}

/* As a task does on its way to user space, and when it exits. */
static void run(void)
{
	task_work_run();
}

static void run_and_exit(void)
{
	task_work_run();
	current->flags |= PF_EXITING;
	task_work_run();
}

static void each_once(void)
{
	MC_ASSERT("assertion", ran_first + took_first == added_first, "the first is run or taken back, once");
	MC_ASSERT("assertion", ran_second + took_second == added_second, "the second is run or taken back, once");
}

/* What came after the task had looked is there still. */
static void ran(void)
{
	MC_ASSERT("assertion", ran_first == 1 || target->task_works == &first->head, "the first is run, or still there");
	MC_ASSERT("assertion", ran_second + took_second == 1, "the second is run or taken back, once");
	if (!ran_first)
		kfree(first);
}
