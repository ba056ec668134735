/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/compiler.h>
#include <mc/bug.h>

#define panic(...) do { __mc_printed(__VA_ARGS__); __mc_assert(0, "assertion", "panic()"); __mc_halt(); } while (0)

#define BUILD_BUG_ON(condition) _Static_assert(!(condition), "BUILD_BUG_ON(" #condition ")")
#define BUILD_BUG_ON_MSG(condition, message) _Static_assert(!(condition), message)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON((n) == 0 || ((n) & ((n) - 1)) != 0)
#define BUILD_BUG_ON_ZERO(e) ((int)(sizeof(struct { int : -!!(e); })))
#define BUILD_BUG() ((void)0)
#ifndef static_assert
#define __mc_static_assert(e, message, ...) _Static_assert(e, message)
#define static_assert(e, ...) __mc_static_assert(e, ##__VA_ARGS__, #e)
#endif

#endif
