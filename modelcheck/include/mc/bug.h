/* SPDX-License-Identifier: MIT */
/*
 * BUG() is a finding of property "assertion", or with -DMC_BUG_IS_FINDING=0 just the end of its thread. WARN_ON() is one
 * of property "warning", gives its condition, and the thread goes on. What a warning says besides is read where it is
 * told, and not kept.
 */
#ifndef MC_BUG_H
#define MC_BUG_H

#include <mc/use.h>

#ifndef MC_BUG_IS_FINDING
#define MC_BUG_IS_FINDING 1
#endif
#if MC_BUG_IS_FINDING
#define BUG() do { __mc_assert(0, "assertion", "BUG()"); __mc_halt(); } while (0)
#define BUG_ON(condition) __mc_assert(!(condition), "assertion", "BUG_ON(" #condition ")")
#else
#define BUG() __mc_halt()
#define BUG_ON(condition) __mc_assume(!(condition))
#endif

#define __mc_warn(condition, text) ({					\
	int __mc_warned = !!(condition);				\
	__mc_assert(!__mc_warned, "warning", text);			\
	__mc_warned;							\
})
#define WARN_ON(condition) __mc_warn(condition, "WARN_ON(" #condition ")")
#define WARN_ON_ONCE(condition) __mc_warn(condition, "WARN_ON_ONCE(" #condition ")")
#define WARN_ON_SMP(condition) __mc_warn(condition, "WARN_ON_SMP(" #condition ")")
#define __mc_warn_told(condition, text, ...) ({				\
	int __mc_told = !!(condition);					\
	if (__mc_told)							\
		__mc_printed(__VA_ARGS__);					\
	__mc_warn(__mc_told, text);					\
})
#define WARN(condition, ...) __mc_warn_told(condition, "WARN(" #condition ")", __VA_ARGS__)
#define WARN_ONCE(condition, ...) __mc_warn_told(condition, "WARN_ONCE(" #condition ")", __VA_ARGS__)
#define WARN_TAINT(condition, taint, ...) WARN(condition, __VA_ARGS__)
#define WARN_TAINT_ONCE(condition, taint, ...) WARN_ONCE(condition, __VA_ARGS__)
#define WARN_RATELIMIT(condition, ...) WARN(condition, __VA_ARGS__)

#endif
