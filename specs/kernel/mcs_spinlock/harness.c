/* SPDX-License-Identifier: MIT */
/* A queue of nodes on the stacks of those who wait: whoever has the lock writes plainly. */
#include <linux/sched.h>
#include <linux/atomic.h>
#include <mcs_spinlock.h>
#include <mc/check.h>

static struct mcs_spinlock *lock;
static bool inside;
static int data;

static void count(void)
{
	struct mcs_spinlock node;

	mcs_spin_lock(&lock, &node);
	MC_ASSERT("assertion", !inside, "two have the lock");
	inside = true;
	data++;
	inside = false;
	mcs_spin_unlock(&lock, &node);
}

void first(void) { count(); }
void second(void) { count(); }
void third(void) { count(); }

void two_have_counted(void)
{
	MC_ASSERT("assertion", data == 2 && !lock, "a count is lost, or the lock is not free");
}

void three_have_counted(void)
{
	MC_ASSERT("assertion", data == 3 && !lock, "a count is lost, or the lock is not free");
}
