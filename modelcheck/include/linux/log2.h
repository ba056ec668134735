/* SPDX-License-Identifier: MIT */
/* Logarithms and powers of two, as include/linux/log2.h defines them; of 0 the kernel says that they are undefined. */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H

#include <linux/types.h>
#include <linux/bitops.h>

/* The number of the highest bit, -1 for 0: what fls64() gives less 1. */
#define ilog2(n) (fls64(n) - 1)

static inline bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static inline unsigned long __roundup_pow_of_two(unsigned long n)
{
	int bits = fls64(n - 1);

	return bits < 64 ? 1UL << bits : 0;
}

static inline unsigned long __rounddown_pow_of_two(unsigned long n)
{
	return n ? 1UL << (fls64(n) - 1) : 0;
}

#define roundup_pow_of_two(n) __roundup_pow_of_two(n)
#define rounddown_pow_of_two(n) __rounddown_pow_of_two(n)
#define order_base_2(n) ({						\
	unsigned long __mc_order_of = (n);				\
	__mc_order_of > 1 ? fls64(__mc_order_of - 1) : 0;		\
})
#define bits_per(n) ({							\
	unsigned long __mc_bits_of = (n);				\
	__mc_bits_of > 1 ? fls64(__mc_bits_of) : 1;			\
})

#endif
