/* SPDX-License-Identifier: MIT */
/* Looking for bits, as lib/find_bit.c does: each word is read once on the way. The rest of that file is not there. */
#include <linux/bitops.h>
#include <linux/bitmap.h>
#include <linux/version.h>

static unsigned long __mc_find(const unsigned long *words, unsigned long size, unsigned long start, unsigned long invert)
{
	unsigned long word;

	if (start >= size)
		return size;
	word = (words[start / 64] ^ invert) & ~0UL << start % 64;
	for (start -= start % 64; !word; word = words[start / 64] ^ invert) {
		start += 64;
		if (start >= size)
			return size;
	}
	start += __ffs(word);
	return start < size ? start : size;
}

unsigned long _find_first_bit(const unsigned long *words, unsigned long size)
{
	return __mc_find(words, size, 0, 0);
}

unsigned long _find_first_zero_bit(const unsigned long *words, unsigned long size)
{
	return __mc_find(words, size, 0, ~0UL);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
unsigned long _find_next_bit(const unsigned long *words, unsigned long size, unsigned long start)
{
	return __mc_find(words, size, start, 0);
}

unsigned long _find_next_zero_bit(const unsigned long *words, unsigned long size, unsigned long start)
{
	return __mc_find(words, size, start, ~0UL);
}
#else
/* Before, one function did all: of a word, or of it and another, or of what is not in it. */
unsigned long _find_next_bit(const unsigned long *words, const unsigned long *others, unsigned long size,
			     unsigned long start, unsigned long invert, unsigned long le)
{
	for (; start < size; start++)
		if (((words[start / 64] & (others ? others[start / 64] : ~0UL)) ^ invert) >> start % 64 & 1)
			return start;
	return size;
}
#endif

#define __mc_find_in_both(words, others, size, start, of)		\
	({								\
		unsigned long __mc_bit = (start);			\
									\
		while (__mc_bit < (size) && !(of((words)[__mc_bit / 64], (others)[__mc_bit / 64]) >> __mc_bit % 64 & 1)) \
			__mc_bit++;					\
		min(__mc_bit, (size));					\
	})
#define __mc_and(a, b) ((a) & (b))
#define __mc_andnot(a, b) ((a) & ~(b))
#define __mc_or(a, b) ((a) | (b))

unsigned long _find_first_and_bit(const unsigned long *words, const unsigned long *others, unsigned long size)
{
	return __mc_find_in_both(words, others, size, 0, __mc_and);
}

unsigned long _find_first_andnot_bit(const unsigned long *words, const unsigned long *others, unsigned long size)
{
	return __mc_find_in_both(words, others, size, 0, __mc_andnot);
}

unsigned long _find_next_and_bit(const unsigned long *words, const unsigned long *others, unsigned long size,
				 unsigned long start)
{
	return __mc_find_in_both(words, others, size, start, __mc_and);
}

unsigned long _find_next_andnot_bit(const unsigned long *words, const unsigned long *others, unsigned long size,
				    unsigned long start)
{
	return __mc_find_in_both(words, others, size, start, __mc_andnot);
}

unsigned long _find_next_or_bit(const unsigned long *words, const unsigned long *others, unsigned long size,
				unsigned long start)
{
	return __mc_find_in_both(words, others, size, start, __mc_or);
}

unsigned long _find_last_bit(const unsigned long *words, unsigned long size)
{
	for (unsigned long bit = size; bit-- > 0;)
		if (words[bit / 64] >> bit % 64 & 1)
			return bit;
	return size;
}

#if MC_TREE_FINDS_BITS_OUT_OF_LINE
unsigned long find_next_bit(const unsigned long *words, unsigned long size, unsigned long start)
{
	return __mc_find(words, size, start, 0);
}

unsigned long find_next_zero_bit(const unsigned long *words, unsigned long size, unsigned long start)
{
	return __mc_find(words, size, start, ~0UL);
}

unsigned long find_next_and_bit(const unsigned long *words, const unsigned long *others, unsigned long size,
				unsigned long start)
{
	return __mc_find_in_both(words, others, size, start, __mc_and);
}

#ifndef find_first_bit
unsigned long find_first_bit(const unsigned long *words, unsigned long size)
{
	return __mc_find(words, size, 0, 0);
}

unsigned long find_first_zero_bit(const unsigned long *words, unsigned long size)
{
	return __mc_find(words, size, 0, ~0UL);
}
#endif

unsigned long find_last_bit(const unsigned long *words, unsigned long size)
{
	return _find_last_bit(words, size);
}
#endif
