/* SPDX-License-Identifier: MIT */
/*
 * Bits in arrays of words, as lib/bitmap.c has them: plain accesses, a word at a time. What writes a whole bitmap writes its
 * last word whole; what compares or counts leaves out what lies behind the last bit.
 */
#ifndef _LINUX_BITMAP_H
#define _LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/string.h>

#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(bits) (~0UL >> (-(unsigned long)(bits) & (BITS_PER_LONG - 1)))

/* Of word i of a bitmap of so many bits: those that are of it. */
static inline unsigned long __mc_bitmap_mask(unsigned long i, unsigned long bits)
{
	if (i > bits / BITS_PER_LONG)
		return 0;
	return i < bits / BITS_PER_LONG ? ~0UL : ~(~0UL << bits % BITS_PER_LONG);
}

#define __mc_bitmap_words(i, bits) for (unsigned long i = 0; i < BITS_TO_LONGS(bits); i++)

static inline void bitmap_zero(unsigned long *dst, unsigned int bits)
{
	__mc_bitmap_words(i, bits)
		dst[i] = 0;
}

static inline void bitmap_fill(unsigned long *dst, unsigned int bits)
{
	__mc_bitmap_words(i, bits)
		dst[i] = ~0UL;
}

static inline void bitmap_copy(unsigned long *dst, const unsigned long *src, unsigned int bits)
{
	__mc_bitmap_words(i, bits)
		dst[i] = src[i];
}

static inline void bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int bits)
{
	__mc_bitmap_words(i, bits)
		dst[i] = ~src[i];
}

/* Whether a bit of the result is set; its last word has none behind the last bit. */
#define __mc_bitmap_masked(name, op)					\
static inline bool name(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int bits) \
{									\
	unsigned long any = 0;						\
	__mc_bitmap_words(i, bits)					\
		any |= dst[i] = (a[i] op b[i]) & __mc_bitmap_mask(i, bits); \
	return any != 0;						\
}
__mc_bitmap_masked(bitmap_and, &)
__mc_bitmap_masked(bitmap_andnot, & ~)

static inline void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	__mc_bitmap_words(i, bits)
		dst[i] = a[i] | b[i];
}

static inline void bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	__mc_bitmap_words(i, bits)
		dst[i] = a[i] ^ b[i];
}

static inline bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	__mc_bitmap_words(i, bits)
		if ((a[i] ^ b[i]) & __mc_bitmap_mask(i, bits))
			return false;
	return true;
}

static inline bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	__mc_bitmap_words(i, bits)
		if (a[i] & b[i] & __mc_bitmap_mask(i, bits))
			return true;
	return false;
}

/* Whether b has every bit that a has. */
static inline bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	__mc_bitmap_words(i, bits)
		if (a[i] & ~b[i] & __mc_bitmap_mask(i, bits))
			return false;
	return true;
}

static inline unsigned int bitmap_weight(const unsigned long *src, unsigned int bits)
{
	unsigned int weight = 0;

	__mc_bitmap_words(i, bits)
		weight += hweight_long(src[i] & __mc_bitmap_mask(i, bits));
	return weight;
}

#define bitmap_empty(src, bits) (find_first_bit(src, bits) >= (bits))
#define bitmap_full(src, bits) (find_first_zero_bit(src, bits) >= (bits))

/* Of word i: the bits from start on, as many as length. */
static inline unsigned long __mc_bitmap_part(unsigned long i, unsigned long start, unsigned long length)
{
	return __mc_bitmap_mask(i, start + length) & ~__mc_bitmap_mask(i, start);
}

#define __mc_bitmap_touched(i, start, length) \
	for (unsigned long i = (start) / BITS_PER_LONG; i < BITS_TO_LONGS((unsigned long)(start) + (length)); i++) \
		if (__mc_bitmap_part(i, start, length))

static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int length)
{
	__mc_bitmap_touched(i, start, length)
		map[i] |= __mc_bitmap_part(i, start, length);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int length)
{
	__mc_bitmap_touched(i, start, length)
		map[i] &= ~__mc_bitmap_part(i, start, length);
}

/* The first place from start on, a multiple of what align_mask says, with so many bits clear; beyond size where there is none. */
static inline unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size, unsigned long start,
						       unsigned int nr, unsigned long align_mask)
{
	for (;;) {
		unsigned long place = (find_next_zero_bit(map, size, start) + align_mask) & ~align_mask;
		unsigned long end = place + nr, taken;

		if (end > size)
			return end;
		taken = find_next_bit(map, end, place);
		if (taken >= end)
			return place;
		start = taken + 1;
	}
}

#endif
