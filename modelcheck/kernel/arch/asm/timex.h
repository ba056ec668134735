/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_TIMEX_H
#define MC_ARCH_ASM_TIMEX_H

#define CLOCK_TICK_RATE 1193182
#include <asm-generic/timex.h>

#endif
