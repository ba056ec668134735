/* SPDX-License-Identifier: MIT */
/* The tree's; before 5.9 it has a variable read itself, so that no compiler warns of it. */
#include_next <linux/compiler-clang.h>
#undef uninitialized_var
#define uninitialized_var(x) x
