/* SPDX-License-Identifier: MIT */
/* Sums and products that say when they do not fit, and sizes that then stay at the greatest, which no allocation gives. */
#ifndef _LINUX_OVERFLOW_H
#define _LINUX_OVERFLOW_H

#include <linux/types.h>
#include <linux/limits.h>

#define check_add_overflow(a, b, to) __builtin_add_overflow(a, b, to)
#define check_sub_overflow(a, b, to) __builtin_sub_overflow(a, b, to)
#define check_mul_overflow(a, b, to) __builtin_mul_overflow(a, b, to)
/* *to holds the shifted value, cut; true where it, or the shift, makes no sense. */
#define check_shl_overflow(a, s, to) ({					\
	__typeof__(a) __mc_a = (a);					\
	__typeof__(s) __mc_s = (s);					\
	_Bool __mc_apt = __mc_s >= 0 && (unsigned long)__mc_s < 8 * sizeof(*(to)); \
	unsigned int __mc_by = __mc_apt ? (unsigned int)__mc_s : 0;	\
	*(to) = (__typeof__(*(to)))((u64)__mc_a << __mc_by);		\
	!__mc_apt || *(to) < 0 || __mc_a < 0 || (__typeof__(__mc_a))(*(to) >> __mc_by) != __mc_a; \
})

static inline size_t size_mul(size_t a, size_t b)
{
	return a != 0 && b > SIZE_MAX / a ? SIZE_MAX : a * b;
}

static inline size_t size_add(size_t a, size_t b)
{
	return b > SIZE_MAX - a ? SIZE_MAX : a + b;
}

/* What has overflowed before stays so. */
static inline size_t size_sub(size_t a, size_t b)
{
	return a == SIZE_MAX || b == SIZE_MAX || b > a ? SIZE_MAX : a - b;
}

#define array_size(n, size) size_mul(n, size)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(p, member, n) size_mul(n, sizeof(*(p)->member))
#define struct_size(p, member, n) size_add(sizeof(*(p)), flex_array_size(p, member, n))
#define struct_size_t(type, member, n) struct_size((type *)NULL, member, n)

#endif
