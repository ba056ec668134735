/* SPDX-License-Identifier: MIT */
/* With CONFIG_QUEUED_SPINLOCKS and CONFIG_QUEUED_RWLOCKS spinlocks are the tree's own, and are checked with what uses them. */
#ifndef MC_ARCH_ASM_SPINLOCK_TYPES_H
#define MC_ARCH_ASM_SPINLOCK_TYPES_H

#include <linux/types.h>

#ifdef CONFIG_QUEUED_SPINLOCKS
#include <asm-generic/qspinlock_types.h>
#else
typedef struct {
	unsigned int word;
} arch_spinlock_t;
#define __ARCH_SPIN_LOCK_UNLOCKED { 0 }
#endif

#ifdef CONFIG_QUEUED_RWLOCKS
#include <asm-generic/qrwlock_types.h>
#else
typedef struct {
	unsigned int word;
} arch_rwlock_t;
#define __ARCH_RW_LOCK_UNLOCKED { 0 }
#endif

#endif
