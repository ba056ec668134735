/* SPDX-License-Identifier: MIT */
/*
 * Memory barriers. smp_read_barrier_depends() orders nothing here: in the kernel's memory model an
 * address dependency orders by itself (READ_ONCE() has carried the barrier for Alpha since v4.15).
 */
#ifndef MC_BARRIER_H
#define MC_BARRIER_H

#include <mc/once.h>

#ifndef barrier
#define barrier() __mc_fence("Barrier")
#endif

#define smp_mb() __mc_fence("Mb")
#define smp_rmb() __mc_fence("Rmb")
#define smp_wmb() __mc_fence("Wmb")
#define __smp_mb() smp_mb()
#define __smp_rmb() smp_rmb()
#define __smp_wmb() smp_wmb()
#define virt_mb() smp_mb()
#define virt_rmb() smp_rmb()
#define virt_wmb() smp_wmb()
#define mb() __mc_fence("Mb")
#define rmb() __mc_fence("Rmb")
#define wmb() __mc_fence("Wmb")
#define dma_mb() mb()
#define dma_rmb() rmb()
#define dma_wmb() wmb()
#define mmiowb() barrier()
#define smp_read_barrier_depends() ((void)0)
#define read_barrier_depends() ((void)0)

#define smp_load_acquire(p) __mc_load_typed(p, "ACQUIRE")
#define smp_store_release(p, v) __mc_store_typed(p, v, "RELEASE")
#define virt_load_acquire(p) smp_load_acquire(p)
#define virt_store_release(p, v) smp_store_release(p, v)
#define smp_store_mb(x, v) do { WRITE_ONCE(x, v); smp_mb(); } while (0)
#define virt_store_mb(x, v) smp_store_mb(x, v)
#define set_mb(x, v) smp_store_mb(x, v)
#define set_wmb(x, v) do { WRITE_ONCE(x, v); smp_wmb(); } while (0)

#define smp_mb__before_atomic() __mc_fence("Before-atomic")
#define smp_mb__after_atomic() __mc_fence("After-atomic")
#define smp_mb__after_spinlock() __mc_fence("After-spinlock")
#define smp_mb__after_unlock_lock() __mc_fence("After-unlock-lock")
#define smp_mb__after_srcu_read_unlock() __mc_fence("After-srcu-read-unlock")
/* Until v4.13: what was written before stays before what the critical section reads and writes. */
#define smp_mb__before_spinlock() smp_wmb()
#define smp_mb__after_lock() __mc_fence("After-spinlock")
#define smp_acquire__after_ctrl_dep() smp_rmb()

/* VAL is the value read, for cond_expr to test. */
#define __mc_cond_load(ptr, cond_expr, load) ({				\
	__mc_typeof(*(ptr)) VAL;					\
	for (;;) {							\
		VAL = (load);						\
		if (cond_expr)						\
			break;						\
		__mc_relax();						\
	}								\
	VAL;								\
})
#define smp_cond_load_relaxed(ptr, cond_expr) __mc_cond_load(ptr, cond_expr, READ_ONCE(*(ptr)))
#define smp_cond_load_acquire(ptr, cond_expr) __mc_cond_load(ptr, cond_expr, smp_load_acquire(ptr))
#define smp_cond_acquire(cond) do {					\
	while (!(cond))							\
		__mc_relax();						\
	smp_acquire__after_ctrl_dep();					\
} while (0)

#endif
