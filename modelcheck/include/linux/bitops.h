/* SPDX-License-Identifier: MIT */
/*
 * Bits of an array of unsigned longs. set_bit(), clear_bit() and change_bit() order nothing; the test_and_
 * forms are full barriers; test_and_set_bit_lock() acquires when it succeeds, clear_bit_unlock() releases;
 * those with two underscores are plain accesses (Documentation/atomic_bitops.txt).
 */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/types.h>
#include <asm/barrier.h>

#ifndef BIT
#define BIT(nr) (1UL << (nr))
#endif
#define BIT_ULL(nr) (1ULL << (nr))
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)
#define BIT_ULL_MASK(nr) (1ULL << ((nr) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(nr) ((nr) / BITS_PER_LONG_LONG)
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (63 - (h))))

#define __mc_bit_word(nr, addr) ((unsigned long *)(addr) + (nr) / 64)
#define __mc_bit_rmw(op, nr, addr, read, write) ({			\
	unsigned long __mc_nr = (nr);					\
	__mc_rmw(__mc_bit_word(__mc_nr, addr), 8, op, BIT_MASK(__mc_nr), read, write); \
})
#define __mc_bit_test(op, nr, addr, read, write) ({			\
	unsigned long __mc_nr = (nr);					\
	(int)(__mc_rmw(__mc_bit_word(__mc_nr, addr), 8, op, BIT_MASK(__mc_nr), read, write) >> __mc_nr % 64 & 1); \
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
	(int)(__mc_rmw_if(__mc_bit_word(__mc_nr, addr), 8, "or", BIT_MASK(__mc_nr), "clear", BIT_MASK(__mc_nr), \
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

static inline void __set_bit(unsigned long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void __clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static inline void __change_bit(unsigned long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static inline int __test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long *word = (unsigned long *)addr + BIT_WORD(nr);
	unsigned long old = *word;

	*word = old | BIT_MASK(nr);
	return old >> nr % BITS_PER_LONG & 1;
}

static inline int __test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long *word = (unsigned long *)addr + BIT_WORD(nr);
	unsigned long old = *word;

	*word = old & ~BIT_MASK(nr);
	return old >> nr % BITS_PER_LONG & 1;
}

/* The word has no other writer meanwhile: the caller holds the lock that this bit is. */
static inline void __clear_bit_unlock(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long *word = (unsigned long *)addr + BIT_WORD(nr);

	smp_store_release(word, *word & ~BIT_MASK(nr));
}

#define assign_bit(nr, addr, value) do {				\
	if (value)							\
		set_bit(nr, addr);					\
	else								\
		clear_bit(nr, addr);					\
} while (0)

#define smp_mb__before_clear_bit() smp_mb__before_atomic()
#define smp_mb__after_clear_bit() smp_mb__after_atomic()

int ffs(int word);
int ffsl(long word);

static inline unsigned int hweight_long(unsigned long word)
{
	word -= word >> 1 & 0x5555555555555555UL;
	word = (word & 0x3333333333333333UL) + (word >> 2 & 0x3333333333333333UL);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fUL;
	return word * 0x0101010101010101UL >> 56;
}

static inline int fls64(unsigned long word)
{
	for (int shift = 1; shift < BITS_PER_LONG; shift *= 2)
		word |= word >> shift;
	return (int)hweight_long(word);
}

/* Numbers of bits: from 0 with underscores, where the word is not 0; else from 1, and 0 for the word 0. */
#define __ffs(word) ((unsigned long)ffsl((long)(word)) - 1)
#define __fls(word) ((unsigned long)fls64(word) - 1)
#define ffz(word) __ffs(~(word))
#define fls(word) fls64((unsigned int)(word))
#define hweight32(word) hweight_long((unsigned int)(word))
#define hweight64(word) ((unsigned long)hweight_long(word))

static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	while (offset < size && !(READ_ONCE(addr[BIT_WORD(offset)]) & BIT_MASK(offset)))
		offset++;
	return offset < size ? offset : size;
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	while (offset < size && READ_ONCE(addr[BIT_WORD(offset)]) & BIT_MASK(offset))
		offset++;
	return offset < size ? offset : size;
}

#define find_first_bit(addr, size) find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit(addr, size, 0)
#define for_each_set_bit(bit, addr, size) \
	for ((bit) = find_first_bit(addr, size); (bit) < (size); (bit) = find_next_bit(addr, size, (bit) + 1))

#define for_each_clear_bit(bit, addr, size) \
	for ((bit) = find_first_zero_bit(addr, size); (bit) < (size); (bit) = find_next_zero_bit(addr, size, (bit) + 1))

/* The size where there is none. */
static inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	for (unsigned long bit = size; bit-- > 0;) {
		if (READ_ONCE(addr[BIT_WORD(bit)]) & BIT_MASK(bit))
			return bit;
	}
	return size;
}

/* Of 0 the kernel says that it is undefined, and gives this. */
static inline int get_order(unsigned long size)
{
	return fls64((size - 1) >> 12);
}

#define hweight8(word) hweight_long((unsigned char)(word))
#define hweight16(word) hweight_long((unsigned short)(word))

static inline u64 rol64(u64 word, unsigned int shift)
{
	return word << (shift & 63) | word >> (-shift & 63);
}

static inline u64 ror64(u64 word, unsigned int shift)
{
	return word >> (shift & 63) | word << (-shift & 63);
}

static inline u32 rol32(u32 word, unsigned int shift)
{
	return word << (shift & 31) | word >> (-shift & 31);
}

static inline u32 ror32(u32 word, unsigned int shift)
{
	return word >> (shift & 31) | word << (-shift & 31);
}

static inline s32 sign_extend32(u32 value, int index)
{
	return (s32)(value << (31 - index)) >> (31 - index);
}

static inline s64 sign_extend64(u64 value, int index)
{
	return (s64)(value << (63 - index)) >> (63 - index);
}

#endif
