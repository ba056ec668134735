/* SPDX-License-Identifier: MIT */
/* Rounding, division and absolute values, as include/linux/math.h defines them. Each argument is evaluated once. */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

#include <linux/types.h>
#include <linux/math64.h>

/* To a power of two. */
#define __round_mask(x, y) ((__typeof__(x))((y) - 1))
#define round_up(x, y) ((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y) ((x) & ~__round_mask(x, y))
/* To any number. */
#define roundup(x, y) ({						\
	__typeof__(y) __mc_to = (y);					\
	(((x) + (__mc_to - 1)) / __mc_to) * __mc_to;			\
})
#define rounddown(x, y) ({						\
	__typeof__(x) __mc_from = (x);					\
	__mc_from - (__mc_from % (y));					\
})

#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (u32)(d))
#define DIV_ROUND_UP_ULL(n, d) ({					\
	u32 __mc_by = (d);						\
	((unsigned long long)(n) + __mc_by - 1) / __mc_by;		\
})
#define DIV_ROUND_UP_SECTOR_T(n, d) DIV_ROUND_UP(n, d)
/* Away from zero where both are signed and one is negative; halves go away from zero. */
#define DIV_ROUND_CLOSEST(x, divisor) ({				\
	__typeof__(x) __mc_dividend = (x);				\
	__typeof__(divisor) __mc_by = (divisor);			\
	((__typeof__(x))-1) > 0 || ((__typeof__(divisor))-1) > 0 ||	\
	(__mc_dividend > 0) == (__mc_by > 0)				\
		? (__mc_dividend + __mc_by / 2) / __mc_by		\
		: (__mc_dividend - __mc_by / 2) / __mc_by;		\
})
#define DIV_ROUND_CLOSEST_ULL(x, divisor) ({				\
	__typeof__(divisor) __mc_by = (divisor);			\
	((unsigned long long)(x) + __mc_by / 2) / (u32)__mc_by;		\
})
#define mult_frac(x, numerator, denominator) ({				\
	__typeof__(x) __mc_x_frac = (x);				\
	__typeof__(denominator) __mc_by = (denominator);		\
	__mc_x_frac / __mc_by * (numerator) + __mc_x_frac % __mc_by * (numerator) / __mc_by; \
})

/* Unsigned types count as the signed ones of their size; what is narrower than an int stays so. */
#define __mc_abs_of(x, type, other) __builtin_choose_expr(		\
	__builtin_types_compatible_p(__typeof__(x), signed type) ||	\
	__builtin_types_compatible_p(__typeof__(x), unsigned type),	\
	({ signed type __mc_abs = (x); __mc_abs < 0 ? -__mc_abs : __mc_abs; }), other)
#undef abs
#define abs(x) __mc_abs_of(x, long long, __mc_abs_of(x, long, __mc_abs_of(x, int, __mc_abs_of(x, short, \
	__mc_abs_of(x, char, __builtin_choose_expr(__builtin_types_compatible_p(__typeof__(x), char), \
		(char)({ signed char __mc_abs = (x); __mc_abs < 0 ? -__mc_abs : __mc_abs; }), ((void)0)))))))
#define abs_diff(a, b) ({						\
	__typeof__(a) __mc_a = (a);					\
	__typeof__(b) __mc_b = (b);					\
	__mc_a > __mc_b ? __mc_a - __mc_b : __mc_b - __mc_a;		\
})

static inline unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (unsigned long bit = 1UL << 62; bit; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}

#endif
