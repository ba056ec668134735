/* SPDX-License-Identifier: MIT */
/*
 * What lib/refcount.c has. What it warns of is a finding: a count raised from zero or lowered below it is a use after free;
 * one that is saturated, or lowered to zero by refcount_dec(), a warning.
 */
#include <linux/refcount.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/version.h>

#if MC_TREE_HAS_REFCOUNTS_OUT_OF_LINE && defined(CONFIG_REFCOUNT_FULL)
/* Until 5.4, where the configuration has them looked at. */
#if MC_TREE_HAS_CHECKED_REFCOUNTS
#define __mc_checked(name) name##_checked
#else
#define __mc_checked(name) name
#endif

bool __mc_checked(refcount_add_not_zero)(unsigned int i, refcount_t *r)
{
	return __mc_rmw_if(&r->refs.counter, 4, "add", i, "ne", 0, "ONCE", "ONCE", "ONCE") != 0;
}

bool __mc_checked(refcount_inc_not_zero)(refcount_t *r)
{
	return __mc_checked(refcount_add_not_zero)(1, r);
}

void __mc_checked(refcount_add)(unsigned int i, refcount_t *r)
{
	__mc_assert(__mc_checked(refcount_add_not_zero)(i, r), "use-after-free",
		    "a refcount_t that had reached zero is incremented");
}

void __mc_checked(refcount_inc)(refcount_t *r)
{
	__mc_checked(refcount_add)(1, r);
}

bool __mc_checked(refcount_sub_and_test)(unsigned int i, refcount_t *r)
{
	unsigned int before = __mc_rmw(&r->refs.counter, 4, "sub", i, "ONCE", "RELEASE");

	__mc_assert(before >= i, "use-after-free", "a refcount_t is lowered below zero");
	if (before != i)
		return false;
#if MC_TREE_ACQUIRES_LAST_REFERENCES
	smp_acquire__after_ctrl_dep();
#endif
	return true;
}

bool __mc_checked(refcount_dec_and_test)(refcount_t *r)
{
	return __mc_checked(refcount_sub_and_test)(1, r);
}

void __mc_checked(refcount_dec)(refcount_t *r)
{
	__mc_assert(!__mc_checked(refcount_dec_and_test)(r), "warning", "refcount_t: decrement hit 0; leaking memory");
}
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 5, 0)
void refcount_warn_saturate(refcount_t *r, enum refcount_saturation_type type)
{
	refcount_set(r, REFCOUNT_SATURATED);
	if (type == REFCOUNT_ADD_UAF)
		__mc_assert(0, "use-after-free", "a refcount_t that had reached zero is incremented");
	else if (type == REFCOUNT_SUB_UAF)
		__mc_assert(0, "use-after-free", "a refcount_t is lowered below zero");
	else if (type == REFCOUNT_DEC_LEAK)
		__mc_assert(0, "warning", "refcount_t: decrement hit 0; leaking memory");
	else
		__mc_assert(0, "warning", "refcount_t: saturated; leaking memory");
}

bool refcount_dec_if_one(refcount_t *r)
{
	return __mc_rmw_if(&r->refs.counter, 4, "xchg", 0, "eq", 1, "ONCE", "RELEASE", "ONCE") == 1;
}

bool refcount_dec_not_one(refcount_t *r)
{
	unsigned int before;

	/* A saturated count stays what it is, and is not the last. */
	if (refcount_read(r) == (unsigned int)REFCOUNT_SATURATED)
		return true;
	before = __mc_rmw_if(&r->refs.counter, 4, "sub", 1, "ne", 1, "ONCE", "RELEASE", "ONCE");
	__mc_assert(before != 0, "use-after-free", "a refcount_t is lowered below zero");
	return before != 1;
}

bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}

bool refcount_dec_and_lock_irqsave(refcount_t *r, spinlock_t *lock, unsigned long *flags)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock_irqsave(lock, *flags);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock_irqrestore(lock, *flags);
	return false;
}

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}
#endif
