/* SPDX-License-Identifier: MIT */
/* The tree's; before 5.9 it has marked accesses in functions: they are steps at their caller's line. */
#include_next <linux/compiler.h>
#include <mc/once.h>
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 9, 0)
#undef READ_ONCE
#undef WRITE_ONCE
#undef ACCESS_ONCE
#undef READ_ONCE_NOCHECK
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define ACCESS_ONCE(x) (*(volatile __typeof__(x) *)&(x))
#define READ_ONCE_NOCHECK(x) READ_ONCE(x)
#endif
