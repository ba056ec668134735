/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_BARRIER_H
#define MC_ARCH_ASM_BARRIER_H

#include <mc/barrier.h>

/* The tree's own adds what only some of its files use; before 4.5 it has nothing but barriers that would take ours away. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 5, 0)
#include <asm-generic/barrier.h>
#else
#define nop() ((void)0)
#endif

/* Until 3.16 each operation that orders nothing had its own. */
#define smp_mb__before_clear_bit() smp_mb__before_atomic()
#define smp_mb__after_clear_bit() smp_mb__after_atomic()
#define smp_mb__before_atomic_inc() smp_mb__before_atomic()
#define smp_mb__after_atomic_inc() smp_mb__after_atomic()
#define smp_mb__before_atomic_dec() smp_mb__before_atomic()
#define smp_mb__after_atomic_dec() smp_mb__after_atomic()

/* A union, too, is read at once, where a word of it is a member. */
#undef smp_load_acquire
#define smp_load_acquire(p)						\
	((__typeof__(*(p)))(__typeof__(__builtin_choose_expr(sizeof(*(p)) == 4, 0U, 0UL)))__mc_load((p), sizeof(*(p)), "ACQUIRE"))

#endif
