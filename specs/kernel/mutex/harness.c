/* SPDX-License-Identifier: MIT */
/* A mutex, by whatever way it is got: at once, spinning on the owner, asleep, or not because of a signal. */
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <mc/check.h>

static DEFINE_MUTEX(lock);
static bool inside;
static int data, counted;

static void section(void)
{
	MC_ASSERT("assertion", !inside, "two have the mutex");
	inside = true;
	data++;
	inside = false;
	mutex_unlock(&lock);
}

static void count(void)
{
	mutex_lock(&lock);
	section();
}

void first(void) { count(); }
void second(void) { count(); }

void two_have_counted(void)
{
	MC_ASSERT("assertion", data == 2 && !mutex_is_locked(&lock), "a count is lost, or the mutex is not free");
}

/* Whoever is to be scheduled away does not spin. */
void sleeper(void)
{
	set_tsk_need_resched(current);
	count();
}

static struct task_struct *waiter;

void interruptible(void)
{
	WRITE_ONCE(waiter, current);
	set_tsk_need_resched(current);
	if (mutex_lock_interruptible(&lock) == 0) {
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

void tries(void)
{
	if (mutex_trylock(&lock)) {
		counted = 1;
		section();
	}
}

void nobody_is_left(void)
{
	MC_ASSERT("assertion", data == 1 + counted && !mutex_is_locked(&lock), "a count is lost, or the mutex is not free");
	MC_ASSERT("assertion", list_empty(&lock.wait_list), "somebody is left on the list");
}
