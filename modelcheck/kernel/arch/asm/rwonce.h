/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_RWONCE_H
#define MC_ARCH_ASM_RWONCE_H

#include <linux/compiler_types.h>
#include <mc/once.h>
#if __has_include(<linux/kcsan-checks.h>)
#include <linux/kcsan-checks.h>
#endif

#define __READ_ONCE(x) READ_ONCE(x)
#define __WRITE_ONCE(x, v) WRITE_ONCE(x, v)
#define READ_ONCE_NOCHECK(x) READ_ONCE(x)

/* For those who look for the zero that ends a string, and may read past it: what lies there is nobody's, and 0 here. */
static inline unsigned long read_word_at_a_time(const void *address)
{
	const unsigned char *bytes = address;
	unsigned long word = 0;

	for (unsigned int i = 0; i < sizeof(word) && (i == 0 || bytes[i - 1]); i++)
		word |= (unsigned long)bytes[i] << 8 * i;
	return word;
}

#endif
