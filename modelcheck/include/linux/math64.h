/* SPDX-License-Identifier: MIT */
/* Quotients of 64 bits. A divisor that is narrower by its name is cut to it. */
#ifndef _LINUX_MATH64_H
#define _LINUX_MATH64_H

#include <linux/types.h>

#define div_u64(dividend, divisor) ((u64)(dividend) / (u32)(divisor))
#define div64_u64(dividend, divisor) ((u64)(dividend) / (u64)(divisor))
#define div_s64(dividend, divisor) ((s64)(dividend) / (s32)(divisor))
#define div64_s64(dividend, divisor) ((s64)(dividend) / (s64)(divisor))
#define div64_ul(dividend, divisor) div64_u64(dividend, divisor)
#define div64_long(dividend, divisor) div64_s64(dividend, divisor)
#define __mc_div_rem(type, by, dividend, divisor, remainder) ({		\
	type __mc_dividend = (dividend);				\
	by __mc_divisor = (divisor);					\
	*(remainder) = __mc_dividend % __mc_divisor;			\
	__mc_dividend / __mc_divisor;					\
})
#define div_u64_rem(dividend, divisor, remainder) __mc_div_rem(u64, u32, dividend, divisor, remainder)
#define div_s64_rem(dividend, divisor, remainder) __mc_div_rem(s64, s32, dividend, divisor, remainder)
#define div64_u64_rem(dividend, divisor, remainder) __mc_div_rem(u64, u64, dividend, divisor, remainder)
#define mul_u32_u32(a, b) ((u64)(u32)(a) * (u32)(b))
#define DIV64_U64_ROUND_UP(n, d) ({					\
	u64 __mc_by = (d);						\
	((u64)(n) + __mc_by - 1) / __mc_by;				\
})
#define DIV64_U64_ROUND_CLOSEST(n, d) ({				\
	u64 __mc_by = (d);						\
	((u64)(n) + __mc_by / 2) / __mc_by;				\
})
#define do_div(n, base) ({						\
	u32 __mc_base = (base);						\
	u32 __mc_rest = (u64)(n) % __mc_base;				\
	(n) = (u64)(n) / __mc_base;					\
	__mc_rest;							\
})

#endif
