/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_BUG_H
#define MC_ARCH_ASM_BUG_H

#include <mc/bug.h>

#define HAVE_ARCH_BUG
#define HAVE_ARCH_BUG_ON
#define HAVE_ARCH_WARN_ON
#ifndef __ASSEMBLY__
#include <asm-generic/bug.h>
#undef WARN_ON
#undef WARN_ON_ONCE
#undef WARN_ON_SMP
#undef WARN
#undef WARN_ONCE
#undef WARN_TAINT
#undef WARN_TAINT_ONCE
#undef __WARN
#undef __WARN_printf
#undef panic
#define WARN_ON(condition) __mc_warn(condition, "WARN_ON(" #condition ")")
#define WARN_ON_ONCE(condition) __mc_warn(condition, "WARN_ON_ONCE(" #condition ")")
#define WARN_ON_SMP(condition) __mc_warn(condition, "WARN_ON_SMP(" #condition ")")
#define WARN(condition, ...) __mc_warn_told(condition, "WARN(" #condition ")", __VA_ARGS__)
#define WARN_ONCE(condition, ...) __mc_warn_told(condition, "WARN_ONCE(" #condition ")", __VA_ARGS__)
#define WARN_TAINT(condition, taint, ...) WARN(condition, __VA_ARGS__)
#define WARN_TAINT_ONCE(condition, taint, ...) WARN_ONCE(condition, __VA_ARGS__)
#define __WARN() __mc_assert(0, "warning", "a warning")
#define __WARN_printf(taint, ...) do { __mc_printed(__VA_ARGS__); __WARN(); } while (0)
#endif

#endif
