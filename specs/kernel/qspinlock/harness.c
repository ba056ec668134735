/* SPDX-License-Identifier: MIT */
/* Spinlocks as most machines have them: one byte for the owner, one bit for who is next, a queue behind. */
#include <linux/spinlock.h>
#include <linux/sched.h>
#include <mc/check.h>

static DEFINE_RAW_SPINLOCK(lock);
static bool inside;
static int data;

static void count(void)
{
	raw_spin_lock(&lock);
	MC_ASSERT("assertion", !inside, "two have the lock");
	inside = true;
	data++;
	inside = false;
	raw_spin_unlock(&lock);
}

void first(void) { count(); }
void second(void) { count(); }
void third(void) { count(); }

void two_have_counted(void)
{
	MC_ASSERT("assertion", data == 2 && !raw_spin_is_locked(&lock), "a count is lost, or the lock is not free");
}

void three_have_counted(void)
{
	MC_ASSERT("assertion", data == 3 && !raw_spin_is_locked(&lock), "a count is lost, or the lock is not free");
}
