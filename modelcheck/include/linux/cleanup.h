/* SPDX-License-Identifier: MIT */
/* Locks and objects that are given back where their scope ends. */
#ifndef _LINUX_CLEANUP_H
#define _LINUX_CLEANUP_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#define __cleanup(function) __attribute__((cleanup(function)))
#define __mc_unique(name) __mc_paste(name, __COUNTER__)

/* A guard is a pointer to the lock that it holds, NULL for none. */
#define __MC_GUARD(name, type, take, give) \
	typedef type *__mc_guard_##name; \
	static inline type *__mc_guard_take_##name(type *it) { take; return it; } \
	static inline void __mc_guard_give_##name(__mc_guard_##name *held) { type *it = *held; if (it) { give; } }
#define DEFINE_GUARD(name, type, take, give) \
	typedef type __mc_guard_##name; \
	static inline type __mc_guard_take_##name(type _T) { take; return _T; } \
	static inline void __mc_guard_give_##name(__mc_guard_##name *held) { type _T = *held; if (_T) { give; } }

__MC_GUARD(mutex, struct mutex, mutex_lock(it), mutex_unlock(it))
__MC_GUARD(spinlock, spinlock_t, spin_lock(it), spin_unlock(it))
__MC_GUARD(spinlock_irq, spinlock_t, spin_lock(it), spin_unlock(it))
__MC_GUARD(spinlock_irqsave, spinlock_t, spin_lock(it), spin_unlock(it))
__MC_GUARD(spinlock_bh, spinlock_t, spin_lock(it), spin_unlock(it))
__MC_GUARD(raw_spinlock, raw_spinlock_t, raw_spin_lock(it), raw_spin_unlock(it))
__MC_GUARD(raw_spinlock_irqsave, raw_spinlock_t, raw_spin_lock(it), raw_spin_unlock(it))
__MC_GUARD(read_lock, rwlock_t, read_lock(it), read_unlock(it))
__MC_GUARD(write_lock, rwlock_t, write_lock(it), write_unlock(it))
__MC_GUARD(rwsem_read, struct rw_semaphore, down_read(it), up_read(it))
__MC_GUARD(rwsem_write, struct rw_semaphore, down_write(it), up_write(it))

/* guard(rcu)() has no lock to name. */
typedef int __mc_guard_rcu;
static inline int __mc_guard_take_rcu(void)
{
	rcu_read_lock();
	return 1;
}

static inline void __mc_guard_give_rcu(__mc_guard_rcu *held)
{
	(void)held;
	rcu_read_unlock();
}

#define guard(name) \
	__mc_guard_##name __mc_unique(__mc_guard_) __cleanup(__mc_guard_give_##name) = __mc_guard_take_##name
#define scoped_guard(name, lock...) \
	for (int __mc_once = 1; __mc_once; __mc_once = 0) \
		for (__mc_guard_##name __mc_scope __cleanup(__mc_guard_give_##name) = __mc_guard_take_##name(lock); \
		     __mc_once; __mc_once = 0)

/* free is written in terms of _T, the pointer that goes out of scope. */
#define DEFINE_FREE(name, type, free) \
	static inline void __mc_free_##name(void *p) { type _T = *(type *)p; free; }
#define __free(name) __cleanup(__mc_free_##name)
#define no_free_ptr(p) ({ __auto_type __mc_kept = (p); (p) = NULL; __mc_kept; })
#define return_ptr(p) return no_free_ptr(p)
DEFINE_FREE(kfree, void *, kfree(_T))

#endif
