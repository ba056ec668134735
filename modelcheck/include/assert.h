/* SPDX-License-Identifier: MIT */
/* assert() as C has it: may be included again after a change of NDEBUG. */
#include <mc/intrinsics.h>

#undef assert
#ifdef NDEBUG
#define assert(expression) ((void)0)
#else
#define assert(expression) __mc_assert((expression), "assertion", #expression)
#endif
#ifndef static_assert
#define static_assert _Static_assert
#endif
