/* SPDX-License-Identifier: MIT */
/* A semaphore of one as a lock: also with those who give up, at a signal or when the time is up. */
#include <linux/semaphore.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <mc/check.h>

static struct semaphore sem = __SEMAPHORE_INITIALIZER(sem, 1);
static bool inside;
static int data;

static void section(void)
{
	MC_ASSERT("assertion", !inside, "two have the semaphore");
	inside = true;
	data++;
	inside = false;
	up(&sem);
}

static void count(void)
{
	down(&sem);
	section();
}

void first(void) { count(); }
void second(void) { count(); }

void two_have_counted(void)
{
	MC_ASSERT("assertion", data == 2 && sem.count == 1, "a count is lost, or the semaphore is not free");
}

static struct task_struct *waiter;
static int counted;

void interruptible(void)
{
	WRITE_ONCE(waiter, current);
	if (down_interruptible(&sem) == 0) {
		counted = 1;
		section();
	}
}

void signals(void)
{
	struct task_struct *task = READ_ONCE(waiter);

	if (task)
		signal_wake_up(task, 0);
}

void impatient(void)
{
	if (down_timeout(&sem, 10) == 0) {
		counted = 1;
		section();
	}
}

void nobody_is_left(void)
{
	MC_ASSERT("assertion", data == 1 + counted, "a count is lost");
	MC_ASSERT("assertion", sem.count == 1 && list_empty(&sem.wait_list), "the semaphore is not free");
}
