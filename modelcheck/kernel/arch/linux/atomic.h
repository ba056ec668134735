/* SPDX-License-Identifier: MIT */
/* Each operation is one step, at its caller's line: the tree's own header makes functions of them. */
#ifndef MC_ARCH_LINUX_ATOMIC_H
#define MC_ARCH_LINUX_ATOMIC_H

#include <linux/types.h>
#include <asm/atomic.h>
#include <asm/barrier.h>

typedef atomic64_t atomic_long_t;
#define ATOMIC_LONG_INIT(i) ATOMIC64_INIT(i)

#define __atomic_add_unless(v, a, u) atomic_fetch_add_unless(v, a, u)
#define __atomic64_add_unless(v, a, u) atomic_fetch_add_unless(v, a, u)

#ifndef ATOMIC_INIT
#define ATOMIC_INIT(i) { (i) }
#endif
#ifndef ATOMIC64_INIT
#define ATOMIC64_INIT(i) { (i) }
#endif

#ifndef __atomic_acquire_fence
#define __atomic_acquire_fence smp_mb__after_atomic
#define __atomic_release_fence smp_mb__before_atomic
#define __atomic_pre_full_fence smp_mb__before_atomic
#define __atomic_post_full_fence smp_mb__after_atomic
#endif

#endif
