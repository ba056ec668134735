/* SPDX-License-Identifier: MIT */
/*
 * Mutexes with priority inheritance, which are mutexes here: there are no priorities. Whoever takes one next may free it, as
 * kernel/locking/rtmutex.c sees to.
 */
#ifndef _LINUX_RTMUTEX_H
#define _LINUX_RTMUTEX_H

#include <linux/mutex.h>

#define rt_mutex mutex
#define DEFINE_RT_MUTEX(name) DEFINE_MUTEX(name)
#define rt_mutex_init(lock) mutex_init(lock)
#define rt_mutex_destroy(lock) mutex_destroy(lock)
#define rt_mutex_lock(lock) (__mc_assumes("no-priorities"), mutex_lock(lock))
#define rt_mutex_lock_interruptible(lock) mutex_lock_interruptible(lock)
#define rt_mutex_trylock(lock) mutex_trylock(lock)
#define rt_mutex_unlock(lock) __mc_unlock_word(&(lock)->__mutex_word, "mutex")

#endif
