/* SPDX-License-Identifier: MIT */
/* The tree's, with what it looks for where spinlocks are debugged: who gives the lock back has it. */
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/bitops.h>
#ifndef CONFIG_DEBUG_SPINLOCK
#define CONFIG_DEBUG_SPINLOCK 1
#include_next <linux/bit_spinlock.h>
#undef CONFIG_DEBUG_SPINLOCK
#else
#include_next <linux/bit_spinlock.h>
#endif
