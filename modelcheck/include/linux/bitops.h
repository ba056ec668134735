/* SPDX-License-Identifier: MIT */
/* Bits of words, and of arrays of unsigned longs: those of <mc/bitops.h>, and what looks for bits and counts them. */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <mc/bitops.h>

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

#define BITS_PER_TYPE(type) (sizeof(type) * 8)
#define BITS_TO_BYTES(bits) (((unsigned long)(bits) + 7) / 8)
#define BITS_TO_U32(bits) (((unsigned long)(bits) + 31) / 32)
#define BITS_TO_U64(bits) (((unsigned long)(bits) + 63) / 64)

#define assign_bit(nr, addr, value) ((value) ? set_bit(nr, addr) : clear_bit(nr, addr))
#define __assign_bit(nr, addr, value) ((value) ? __set_bit(nr, addr) : __clear_bit(nr, addr))

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
#define __ffs64(word) __ffs((u64)(word))
#define fls_long(word) fls64(word)
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

static inline unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
					      unsigned long offset)
{
	while (offset < size && !(READ_ONCE(a[BIT_WORD(offset)]) & READ_ONCE(b[BIT_WORD(offset)]) & BIT_MASK(offset)))
		offset++;
	return offset < size ? offset : size;
}

static inline unsigned long find_next_andnot_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
						 unsigned long offset)
{
	while (offset < size && !(READ_ONCE(a[BIT_WORD(offset)]) & ~READ_ONCE(b[BIT_WORD(offset)]) & BIT_MASK(offset)))
		offset++;
	return offset < size ? offset : size;
}

#define find_first_and_bit(a, b, size) find_next_and_bit(a, b, size, 0)
#define find_first_bit(addr, size) find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit(addr, size, 0)
#define for_each_set_bit(bit, addr, size) \
	for ((bit) = find_first_bit(addr, size); (bit) < (size); (bit) = find_next_bit(addr, size, (bit) + 1))

#define for_each_clear_bit(bit, addr, size) \
	for ((bit) = find_first_zero_bit(addr, size); (bit) < (size); (bit) = find_next_zero_bit(addr, size, (bit) + 1))

#define for_each_set_bit_from(bit, addr, size) \
	for ((bit) = find_next_bit(addr, size, bit); (bit) < (size); (bit) = find_next_bit(addr, size, (bit) + 1))
#define for_each_clear_bit_from(bit, addr, size) \
	for ((bit) = find_next_zero_bit(addr, size, bit); (bit) < (size); (bit) = find_next_zero_bit(addr, size, (bit) + 1))
#define for_each_and_bit(bit, a, b, size) \
	for ((bit) = find_first_and_bit(a, b, size); (bit) < (size); (bit) = find_next_and_bit(a, b, size, (bit) + 1))

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

/* The power of two that a count fits in, -1 for none. */
static inline int get_count_order_long(unsigned long count)
{
	return count ? fls64(count - 1) : -1;
}
#define get_count_order(count) get_count_order_long((unsigned int)(count))

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

static inline u16 rol16(u16 word, unsigned int shift)
{
	return (u16)(word << (shift & 15) | word >> (-shift & 15));
}

static inline u16 ror16(u16 word, unsigned int shift)
{
	return (u16)(word >> (shift & 15) | word << (-shift & 15));
}

static inline u8 rol8(u8 word, unsigned int shift)
{
	return (u8)(word << (shift & 7) | word >> (-shift & 7));
}

static inline u8 ror8(u8 word, unsigned int shift)
{
	return (u8)(word >> (shift & 7) | word << (-shift & 7));
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
