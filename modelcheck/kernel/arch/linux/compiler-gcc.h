/* SPDX-License-Identifier: MIT */
/* The tree's; what of it is assembly is ours (first.h). */
#include_next <linux/compiler-gcc.h>
#undef barrier
#undef barrier_data
#undef OPTIMIZER_HIDE_VAR
#undef RELOC_HIDE
#undef unreachable
#define barrier() __mc_fence("Barrier")
#define barrier_data(p) ((void)(p), barrier())
#define OPTIMIZER_HIDE_VAR(var) ((void)(var))
#define RELOC_HIDE(p, offset) ((__typeof__(p))((unsigned long)(p) + (offset)))
#define unreachable() __mc_halt()
