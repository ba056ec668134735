/* SPDX-License-Identifier: MIT */
/*
 * One processor, and no preemption in the kernel: who runs has it, and gives it away where it sleeps, and in a reader's section,
 * where it may.
 */
#include <linux/completion.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/workqueue.h>
#include <mc/check.h>
#include <mc/lock.h>

static unsigned int processor;
#define runs() __mc_lock(&processor, "spinlock")
#define sleeps() __mc_unlock_word(&processor, "spinlock")

void schedule(void)
{
	sleeps();
	__mc_await(&current->__state, 4, "eq", TASK_RUNNING, "ACQUIRE");
	runs();
}

void wait_for_completion(struct completion *x)
{
	sleeps();
	__mc_rmw_await(&x->done, 4, "sub", 1, "ne", 0, "ACQUIRE", "ONCE");
	runs();
}

bool queue_work_on(int cpu, struct workqueue_struct *queue, struct work_struct *work)
{
	return !(atomic_long_fetch_or(WORK_STRUCT_PENDING, &work->data) & WORK_STRUCT_PENDING);
}

struct record {
	int value;
};

static struct srcu_struct domain;
static struct record __rcu *shared;

void srcu_init(void);

static void published(void)
{
	struct record *record = kmalloc(sizeof(*record), GFP_KERNEL);

	record->value = 1;
	rcu_assign_pointer(shared, record);
	rcu_scheduler_starting();
	srcu_init();
	init_srcu_struct(&domain);
}

/* What the work queue does with the grace period. */
static void worker(void)
{
	struct work_struct *work = &domain.srcu_work;

	__mc_await(&work->data.counter, 8, "set", WORK_STRUCT_PENDING, "ACQUIRE");
	runs();
	atomic_long_andnot(WORK_STRUCT_PENDING, &work->data);
	work->func(work);
	sleeps();
}

static void reader(void)
{
	struct record *record;
	int index;

	runs();
	index = srcu_read_lock(&domain);
	record = srcu_dereference(shared, &domain);
	if (record) {
		sleeps();
		runs();
		MC_ASSERT("assertion", record->value == 1, "what a reader has stays");
	}
	srcu_read_unlock(&domain, index);
	sleeps();
}

static void updater(void)
{
	struct record *record;

	runs();
	record = rcu_dereference_protected(shared, 1);
	rcu_assign_pointer(shared, NULL);
	synchronize_srcu(&domain);
	kfree(record);
	sleeps();
}

static void at_rest(void)
{
	runs();
	MC_ASSERT("assertion", !domain.srcu_lock_nesting[0] && !domain.srcu_lock_nesting[1], "no reader is left");
	MC_ASSERT("assertion", !work_pending(&domain.srcu_work), "no grace period is left");
	sleeps();
}
