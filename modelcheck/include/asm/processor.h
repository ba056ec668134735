/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

#include <mc/intrinsics.h>

#define cpu_relax() __mc_relax()
#define cpu_relax_lowlatency() __mc_relax()
#define cpu_relax_yield() __mc_relax()
#define cpu_read_lock_relax() __mc_relax()
#define spin_begin() ((void)0)
#define spin_end() ((void)0)
#define spin_cpu_relax() __mc_relax()
#define spin_until_cond(cond) do { while (!(cond)) __mc_relax(); } while (0)
#define prefetch(x) ((void)0)
#define prefetchw(x) ((void)0)

#endif
