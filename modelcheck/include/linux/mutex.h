/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: a wait for one is a wait for a lock. mutex_unlock() may use the mutex after another has taken it, so that one must
 * not free it before mutex_unlock() has returned (Documentation/locking/mutex-design.rst).
 */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/lockdep.h>
#include <linux/kernel.h>
#include <linux/types.h>
#include <linux/errno.h>
#include <linux/atomic.h>
#include <mc/lock.h>

struct mutex {
	unsigned int __mutex_word;
	unsigned int __after; /* what is used then */
};

#define __MUTEX_INITIALIZER(name) { 0, 0 }
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

#define mutex_init(lock) __mc_lock_init(&(lock)->__mutex_word, "mutex")
#define __mutex_init(lock, name, key) mutex_init(lock)
#define mutex_destroy(lock) __mc_lock_destroy(&(lock)->__mutex_word, "mutex")

#define mutex_lock(lock) (__mc_assumes("sleeping-anywhere"), __mc_lock(&(lock)->__mutex_word, "mutex"))
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_lock_nest_lock(lock, outer) mutex_lock(lock)
#define mutex_lock_io(lock) mutex_lock(lock)
#define mutex_lock_interruptible(lock) __mc_interruptibly(mutex_trylock(lock), mutex_lock(lock), -EINTR)
#define mutex_lock_interruptible_nested(lock, subclass) mutex_lock_interruptible(lock)
#define mutex_lock_killable(lock) mutex_lock_interruptible(lock)
#define mutex_lock_killable_nested(lock, subclass) mutex_lock_interruptible(lock)
#define mutex_trylock(lock) __mc_trylock(&(lock)->__mutex_word, "mutex")
#define mutex_unlock(lock) ({						\
	struct mutex *__mc_mutex = (lock);				\
	__mc_unlock_word(&__mc_mutex->__mutex_word, "mutex");		\
	__mc_still_there(&__mc_mutex->__after);				\
})
#define mutex_is_locked(lock) __mc_is_locked(&(lock)->__mutex_word)

#define atomic_dec_and_mutex_lock(v, lock) ({				\
	int __mc_last = 0;						\
	if (!atomic_add_unless(v, -1, 1)) {				\
		mutex_lock(lock);					\
		__mc_last = atomic_dec_and_test(v);			\
		if (!__mc_last)						\
			mutex_unlock(lock);				\
	}								\
	__mc_last;							\
})

#endif
