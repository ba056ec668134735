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

static inline unsigned long read_word_at_a_time(const void *address)
{
	return *(const unsigned long *)address;
}

#endif
