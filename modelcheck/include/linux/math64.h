/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MATH64_H
#define _LINUX_MATH64_H

#include <linux/types.h>

#define div_u64(dividend, divisor) ((u64)(dividend) / (u32)(divisor))
#define div64_u64(dividend, divisor) ((u64)(dividend) / (u64)(divisor))
#define div_s64(dividend, divisor) ((s64)(dividend) / (s32)(divisor))
#define do_div(n, base) ({						\
	u32 __mc_base = (base);						\
	u32 __mc_rest = (u64)(n) % __mc_base;				\
	(n) = (u64)(n) / __mc_base;					\
	__mc_rest;							\
})

#endif
