/* SPDX-License-Identifier: MIT */
/* atomic_t. The operations are those of <mc/atomic.h>; atomic-long.h and atomic64.h only give other names. */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <mc/atomic.h>

/* Until v3.16 the fences beside atomics named the operation. */
#define smp_mb__before_atomic_inc() smp_mb__before_atomic()
#define smp_mb__after_atomic_inc() smp_mb__after_atomic()
#define smp_mb__before_atomic_dec() smp_mb__before_atomic()
#define smp_mb__after_atomic_dec() smp_mb__after_atomic()

#include <asm-generic/atomic-long.h>
#include <asm-generic/atomic64.h>

#endif
