/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BITMAP_H
#define _LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/string.h>

#define bitmap_zero(dst, bits) do {					\
	for (unsigned long __mc_w = 0; __mc_w < BITS_TO_LONGS(bits); __mc_w++) \
		(dst)[__mc_w] = 0;					\
} while (0)
#define bitmap_empty(src, bits) (find_first_bit(src, bits) >= (bits))
#define bitmap_full(src, bits) (find_first_zero_bit(src, bits) >= (bits))

#endif
