/* SPDX-License-Identifier: MIT */
#ifndef _STRING_H
#define _STRING_H

#include <linux/string.h>
#include <mc/intrinsics.h>

#ifndef MC_FAIL_MALLOC
#define MC_FAIL_MALLOC 0
#endif

static inline char *strndup(const char *text, size_t most)
{
	size_t size = strnlen(text, most);
	char *copy = __mc_alloc(size + 1, 0, MC_FAIL_MALLOC, __LONG_MAX__, "malloc");

	if (copy) {
		__builtin_memcpy(copy, text, size);
		copy[size] = 0;
	}
	return copy;
}

static inline char *strdup(const char *text)
{
	return strndup(text, ~(size_t)0 >> 1);
}

#endif
