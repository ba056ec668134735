/* SPDX-License-Identifier: MIT */
/*
 * Bits of an array of unsigned longs. set_bit(), clear_bit() and change_bit() order nothing; the test_and_
 * forms are full barriers; test_and_set_bit_lock() acquires when it succeeds, clear_bit_unlock() releases;
 * those with two underscores are plain accesses (Documentation/atomic_bitops.txt).
 */
#ifndef MC_BITOPS_H
#define MC_BITOPS_H

#include <mc/barrier.h>

#define __mc_bit_mask(nr) (1UL << (nr) % 64)
#define __mc_bit_word(nr, addr) ((unsigned long *)(addr) + (nr) / 64)
#define __mc_bit_rmw(op, nr, addr, read, write) ({			\
	unsigned long __mc_nr = (nr);					\
	__mc_rmw(__mc_bit_word(__mc_nr, addr), 8, op, __mc_bit_mask(__mc_nr), read, write); \
})
#define __mc_bit_test(op, nr, addr, read, write) ({			\
	unsigned long __mc_nr = (nr);					\
	(int)(__mc_rmw(__mc_bit_word(__mc_nr, addr), 8, op, __mc_bit_mask(__mc_nr), read, write) >> __mc_nr % 64 & 1); \
})

#define set_bit(nr, addr) ((void)__mc_bit_rmw("or", nr, addr, "NORETURN", "NORETURN"))
#define clear_bit(nr, addr) ((void)__mc_bit_rmw("andnot", nr, addr, "NORETURN", "NORETURN"))
#define change_bit(nr, addr) ((void)__mc_bit_rmw("xor", nr, addr, "NORETURN", "NORETURN"))
#define clear_bit_unlock(nr, addr) ((void)__mc_bit_rmw("andnot", nr, addr, "ONCE", "RELEASE"))

#define test_and_set_bit(nr, addr) __mc_bit_test("or", nr, addr, "MB", "MB")
#define test_and_clear_bit(nr, addr) __mc_bit_test("andnot", nr, addr, "MB", "MB")
#define test_and_change_bit(nr, addr) __mc_bit_test("xor", nr, addr, "MB", "MB")
#define test_and_set_bit_lock(nr, addr) ({				\
	unsigned long __mc_nr = (nr);					\
	(int)(__mc_rmw_if(__mc_bit_word(__mc_nr, addr), 8, "or", __mc_bit_mask(__mc_nr), "clear", __mc_bit_mask(__mc_nr), \
			  "ACQUIRE", "ONCE", "ONCE") >> __mc_nr % 64 & 1); \
})

#define test_bit(nr, addr) ({						\
	unsigned long __mc_nr = (nr);					\
	(int)(((const volatile unsigned long *)(addr))[__mc_nr / 64] >> __mc_nr % 64 & 1); \
})
#define test_bit_acquire(nr, addr) ({					\
	unsigned long __mc_nr = (nr);					\
	(int)(__mc_load(__mc_bit_word(__mc_nr, addr), 8, "ACQUIRE") >> __mc_nr % 64 & 1); \
})

static inline void __mc_plain_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[nr / 64] |= __mc_bit_mask(nr);
}

static inline void __mc_plain_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[nr / 64] &= ~__mc_bit_mask(nr);
}

static inline void __mc_plain_change_bit(unsigned long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[nr / 64] ^= __mc_bit_mask(nr);
}

static inline int __mc_plain_test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long *word = (unsigned long *)addr + nr / 64;
	unsigned long old = *word;

	*word = old | __mc_bit_mask(nr);
	return old >> nr % 64 & 1;
}

static inline int __mc_plain_test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long *word = (unsigned long *)addr + nr / 64;
	unsigned long old = *word;

	*word = old & ~__mc_bit_mask(nr);
	return old >> nr % 64 & 1;
}

static inline int __mc_plain_test_and_change_bit(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long *word = (unsigned long *)addr + nr / 64;
	unsigned long old = *word;

	*word = old ^ __mc_bit_mask(nr);
	return old >> nr % 64 & 1;
}

/* The word has no other writer meanwhile: the caller holds the lock that this bit is. */
static inline void __mc_plain_clear_bit_unlock(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long *word = (unsigned long *)addr + nr / 64;

	smp_store_release(word, *word & ~__mc_bit_mask(nr));
}

#define __set_bit(nr, addr) __mc_plain_set_bit(nr, addr)
#define __clear_bit(nr, addr) __mc_plain_clear_bit(nr, addr)
#define __change_bit(nr, addr) __mc_plain_change_bit(nr, addr)
#define __test_and_set_bit(nr, addr) __mc_plain_test_and_set_bit(nr, addr)
#define __test_and_clear_bit(nr, addr) __mc_plain_test_and_clear_bit(nr, addr)
#define __test_and_change_bit(nr, addr) __mc_plain_test_and_change_bit(nr, addr)
#define __clear_bit_unlock(nr, addr) __mc_plain_clear_bit_unlock(nr, addr)

#endif
