/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

typedef struct raw_spinlock {
	unsigned int __raw_word;
} raw_spinlock_t;

typedef struct spinlock {
	unsigned int __spin_word;
} spinlock_t;

typedef struct {
	unsigned int __rw_word;
} rwlock_t;

#define __SPIN_LOCK_UNLOCKED(name) { 0 }
#define __RAW_SPIN_LOCK_UNLOCKED(name) { 0 }
#define __RW_LOCK_UNLOCKED(name) { 0 }
#define SPIN_LOCK_UNLOCKED ((spinlock_t) { 0 })
#define RW_LOCK_UNLOCKED ((rwlock_t) { 0 })
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)
#define DEFINE_RAW_SPINLOCK(name) raw_spinlock_t name = __RAW_SPIN_LOCK_UNLOCKED(name)
#define DEFINE_RWLOCK(name) rwlock_t name = __RW_LOCK_UNLOCKED(name)

#endif
