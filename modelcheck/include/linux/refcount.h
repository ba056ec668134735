/* SPDX-License-Identifier: MIT */
/*
 * refcount_t. Increments are unordered, decrements release, and the one that reaches zero acquires
 * (Documentation/core-api/refcount-vs-atomic.rst). What the kernel warns of is a finding here: a count raised from zero, or
 * lowered below it, is a use after free; one that is saturated, or lowered to zero by refcount_dec(), a warning.
 */
#ifndef _LINUX_REFCOUNT_H
#define _LINUX_REFCOUNT_H

#include <linux/limits.h>
#include <linux/atomic.h>
#include <linux/spinlock_types.h>

struct mutex;

/* What refcount_warn_saturate() of the kernel's lib/refcount.c is told; nothing here calls it. */
enum refcount_saturation_type {
	REFCOUNT_ADD_NOT_ZERO_OVF,
	REFCOUNT_ADD_OVF,
	REFCOUNT_ADD_UAF,
	REFCOUNT_SUB_UAF,
	REFCOUNT_DEC_LEAK,
};

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n) { .refs = ATOMIC_INIT(n) }

#define REFCOUNT_MAX INT_MAX
#define REFCOUNT_SATURATED (INT_MIN / 2)

#define refcount_set(r, n) atomic_set(&(r)->refs, n)
#define refcount_set_release(r, n) atomic_set_release(&(r)->refs, n)
#define refcount_read(r) ((unsigned int)atomic_read(&(r)->refs))

/* What lies beyond the greatest count, before or after, becomes the middle of the negative ones. */
#define __mc_refcount_saturate(r, bad, text) ({				\
	_Bool __mc_beyond = (bad);					\
	if (__mc_beyond)						\
		refcount_set(r, REFCOUNT_SATURATED);			\
	__mc_assert(!__mc_beyond, "warning", "refcount_t: " text);	\
})
#define __mc_refcount_beyond(old, i) ((old) < 0 || (int)((unsigned int)(old) + (unsigned int)(i)) < 0)

#define refcount_add(i, r) ({						\
	int __mc_i = (i);						\
	int __mc_old = __mc_fetch("add", __mc_i, &(r)->refs, "ONCE", "ONCE"); \
	__mc_assert(__mc_old != 0, "use-after-free", "a refcount_t that had reached zero is incremented"); \
	__mc_refcount_saturate(r, __mc_refcount_beyond(__mc_old, __mc_i), "saturated; leaking memory"); \
})
#define refcount_inc(r) refcount_add(1, r)

#define __mc_refcount_try(i, r, read) ({				\
	int __mc_i = (i);						\
	int __mc_old = __mc_fetch_if("add", __mc_i, &(r)->refs, "ne", 0, read, "ONCE"); \
	__mc_refcount_saturate(r, __mc_refcount_beyond(__mc_old, __mc_i), "saturated; leaking memory"); \
	(_Bool)(__mc_old != 0);						\
})
#define refcount_add_not_zero(i, r) __mc_refcount_try(i, r, "ONCE")
#define refcount_inc_not_zero(r) __mc_refcount_try(1, r, "ONCE")
#define refcount_add_not_zero_acquire(i, r) __mc_refcount_try(i, r, "ACQUIRE")
#define refcount_inc_not_zero_acquire(r) __mc_refcount_try(1, r, "ACQUIRE")

#define refcount_sub_and_test(i, r) ({					\
	int __mc_i = (i);						\
	int __mc_old = __mc_fetch("sub", __mc_i, &(r)->refs, "ONCE", "RELEASE"); \
	__mc_assert(__mc_old >= __mc_i, "use-after-free", "a refcount_t is lowered below zero"); \
	if (__mc_old == __mc_i)						\
		smp_acquire__after_ctrl_dep();				\
	__mc_old == __mc_i;						\
})
#define refcount_dec_and_test(r) refcount_sub_and_test(1, r)
#define refcount_dec(r) ({						\
	int __mc_old = __mc_fetch("sub", 1, &(r)->refs, "ONCE", "RELEASE"); \
	__mc_refcount_saturate(r, __mc_old <= 1, "decrement hit 0; leaking memory"); \
})
#define refcount_dec_not_one(r) ({					\
	int __mc_old = __mc_fetch_if("sub", 1, &(r)->refs, "ne", 1, "ONCE", "RELEASE"); \
	__mc_assert(__mc_old != 0, "use-after-free", "a refcount_t is lowered below zero"); \
	(_Bool)(__mc_old != 1);						\
})
#define refcount_dec_if_one(r) (__mc_fetch_if("sub", 1, &(r)->refs, "eq", 1, "ONCE", "RELEASE") == 1)
#define refcount_dec_and_lock(r, lock) ({				\
	_Bool __mc_last = 0;						\
	if (!refcount_dec_not_one(r)) {					\
		spin_lock(lock);					\
		__mc_last = refcount_dec_and_test(r);			\
		if (!__mc_last)						\
			spin_unlock(lock);				\
	}								\
	__mc_last;							\
})
#define refcount_dec_and_lock_irqsave(r, lock, flags) ({		\
	_Bool __mc_last_one;						\
	__mc_irqs_save(*(flags));					\
	__mc_last_one = refcount_dec_and_lock(r, lock);			\
	if (!__mc_last_one)						\
		__mc_irqs_restore(*(flags));				\
	__mc_last_one;							\
})
#define refcount_dec_and_mutex_lock(r, mutex) ({			\
	_Bool __mc_last = 0;						\
	if (!refcount_dec_not_one(r)) {					\
		mutex_lock(mutex);					\
		__mc_last = refcount_dec_and_test(r);			\
		if (!__mc_last)						\
			mutex_unlock(mutex);				\
	}								\
	__mc_last;							\
})

#endif
