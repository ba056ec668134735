/* SPDX-License-Identifier: MIT */
/* References to something that the last one kills under the lock, as dput() does. */
#include <linux/lockref.h>
#include <linux/sched.h>
#include <mc/check.h>

static struct lockref ref = { .lock = __SPIN_LOCK_UNLOCKED(ref.lock), .count = 1 };
static bool killed;

static void put(void)
{
	if (lockref_put_or_lock(&ref))
		return;
	ref.count--;
	if (ref.count == 0) {
		lockref_mark_dead(&ref);
		WRITE_ONCE(killed, true);
	}
	spin_unlock(&ref.lock);
}

void owner(void)
{
	put();
}

void finder(void)
{
	if (!lockref_get_not_dead(&ref))
		return;
	MC_ASSERT("assertion", !READ_ONCE(killed), "a reference to what is dead");
	put();
}

void it_is_dead(void)
{
	MC_ASSERT("assertion", killed && __lockref_is_dead(&ref), "there is no reference, and it lives");
	MC_ASSERT("assertion", !spin_is_locked(&ref.lock), "the lock is not free");
}

/* A reference is counted as long as it is held, whoever counts with and without the lock. */
void counts_freely(void)
{
	lockref_get(&ref);
}

void counts_locked(void)
{
	spin_lock(&ref.lock);
	ref.count++;
	spin_unlock(&ref.lock);
}

void three_are_counted(void)
{
	MC_ASSERT("assertion", ref.count == 3, "a reference is lost");
}
