/* SPDX-License-Identifier: MIT */
/* Atomic bit operations are steps at their caller's line; what only computes is the tree's. */
#ifndef MC_ARCH_ASM_BITOPS_H
#define MC_ARCH_ASM_BITOPS_H

#include <linux/compiler.h>
#include <mc/bitops.h>

#define arch_set_bit(nr, addr) set_bit(nr, addr)
#define arch_clear_bit(nr, addr) clear_bit(nr, addr)
#define arch_change_bit(nr, addr) change_bit(nr, addr)
#define arch_test_bit(nr, addr) test_bit(nr, addr)
#define arch_test_bit_acquire(nr, addr) test_bit_acquire(nr, addr)
#define arch_test_and_set_bit(nr, addr) test_and_set_bit(nr, addr)
#define arch_test_and_clear_bit(nr, addr) test_and_clear_bit(nr, addr)
#define arch_test_and_change_bit(nr, addr) test_and_change_bit(nr, addr)
#define arch_test_and_set_bit_lock(nr, addr) test_and_set_bit_lock(nr, addr)
#define arch_clear_bit_unlock(nr, addr) clear_bit_unlock(nr, addr)
#define arch___clear_bit_unlock(nr, addr) __clear_bit_unlock(nr, addr)

#define arch___set_bit(nr, addr) __set_bit(nr, addr)
#define arch___clear_bit(nr, addr) __clear_bit(nr, addr)
#define arch___change_bit(nr, addr) __change_bit(nr, addr)
#define arch___test_and_set_bit(nr, addr) __test_and_set_bit(nr, addr)
#define arch___test_and_clear_bit(nr, addr) __test_and_clear_bit(nr, addr)
#define arch___test_and_change_bit(nr, addr) __test_and_change_bit(nr, addr)

#define ___set_bit(nr, addr) __set_bit(nr, addr)
#define ___clear_bit(nr, addr) __clear_bit(nr, addr)
#define ___change_bit(nr, addr) __change_bit(nr, addr)
#define ___test_and_set_bit(nr, addr) __test_and_set_bit(nr, addr)
#define ___test_and_clear_bit(nr, addr) __test_and_clear_bit(nr, addr)
#define ___test_and_change_bit(nr, addr) __test_and_change_bit(nr, addr)
#define _test_bit(nr, addr) test_bit(nr, addr)
#define _test_bit_acquire(nr, addr) test_bit_acquire(nr, addr)

/* Clears one bit, releasing, and says whether bit 7 of the byte is set, in one step. */
#define __mc_clear_and_test_sign(nr, addr) ({				\
	unsigned long __mc_clear = (nr);				\
	(_Bool)(__mc_rmw(__mc_bit_word(__mc_clear, addr), 8, "andnot", 1UL << __mc_clear % 64, "ONCE", "RELEASE") >> 7 & 1); \
})
#define clear_bit_unlock_is_negative_byte(nr, addr) __mc_clear_and_test_sign(nr, addr)
#define arch_clear_bit_unlock_is_negative_byte(nr, addr) __mc_clear_and_test_sign(nr, addr)
#define xor_unlock_is_negative_byte(mask, addr) \
	((_Bool)(__mc_rmw((unsigned long *)(addr), 8, "xor", (mask), "ONCE", "RELEASE") >> 7 & 1))

/* The tree makes sure that each of these is a function of the right type, where it has them so. */
#if __has_include(<asm-generic/bitops/generic-non-atomic.h>)
#include <asm-generic/bitops/generic-non-atomic.h>
extern __typeof__(generic___set_bit) arch___set_bit, ___set_bit;
extern __typeof__(generic___clear_bit) arch___clear_bit, ___clear_bit;
extern __typeof__(generic___change_bit) arch___change_bit, ___change_bit;
extern __typeof__(generic___test_and_set_bit) arch___test_and_set_bit, ___test_and_set_bit;
extern __typeof__(generic___test_and_clear_bit) arch___test_and_clear_bit, ___test_and_clear_bit;
extern __typeof__(generic___test_and_change_bit) arch___test_and_change_bit, ___test_and_change_bit;
extern __typeof__(generic_test_bit) arch_test_bit, _test_bit;
extern __typeof__(bool (unsigned long, const volatile unsigned long *)) arch_test_bit_acquire, _test_bit_acquire;
#endif

#include <asm-generic/bitops/__ffs.h>
#include <asm-generic/bitops/ffz.h>
#include <asm-generic/bitops/fls.h>
#include <asm-generic/bitops/__fls.h>
#include <asm-generic/bitops/fls64.h>
#if __has_include(<asm-generic/bitops/find.h>)
#include <asm-generic/bitops/find.h>
#endif
#include <asm-generic/bitops/sched.h>
#include <asm-generic/bitops/ffs.h>
#include <asm-generic/bitops/hweight.h>
#if __has_include(<asm-generic/bitops/le.h>)
#include <asm-generic/bitops/le.h>
#endif
#if __has_include(<asm-generic/bitops/ext2-atomic-setbit.h>)
#include <asm-generic/bitops/ext2-atomic-setbit.h>
#endif

#endif
