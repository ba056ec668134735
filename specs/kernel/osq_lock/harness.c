/* SPDX-License-Identifier: MIT */
/* Who has the queue's lock: one at a time, and nobody waits for ever, be it that others leave the queue. */
#include <linux/sched.h>
#include <linux/osq_lock.h>
#include <mc/check.h>

static struct optimistic_spin_queue queue = OSQ_LOCK_UNLOCKED;
static atomic_t holders;
static int data;

/* As mutex and rwsem do: what follows is ordered by operations of their own. */
static void section(void)
{
	if (!osq_lock(&queue))
		return;
	MC_ASSERT("assertion", atomic_xchg(&holders, 1) == 0, "two have the lock");
	atomic_set(&holders, 0);
	osq_unlock(&queue);
}

void first(void) { section(); }
void second(void) { section(); }
void third(void) { section(); }

void first_twice(void)
{
	section();
	section();
}

static struct task_struct *spinner;

void impatient(void)
{
	WRITE_ONCE(spinner, current);
	section();
}

/* At any moment the spinner is asked to do something else. */
void scheduler(void)
{
	struct task_struct *task = READ_ONCE(spinner);

	if (task)
		set_tsk_need_resched(task);
}

static void count(void)
{
	if (!osq_lock(&queue))
		return;
	data++;
	osq_unlock(&queue);
}

void first_counts(void) { count(); }
void second_counts(void) { count(); }

void both_have_counted(void)
{
	MC_ASSERT("assertion", data == 2, "the second has not seen what the first did");
}
