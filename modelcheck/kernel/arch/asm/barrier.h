/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_BARRIER_H
#define MC_ARCH_ASM_BARRIER_H

#include <mc/barrier.h>

/* The tree's own adds what only some of its files use; before 4.5 it has nothing but barriers that would take ours away. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 5, 0)
#include <asm-generic/barrier.h>
#else
#define nop() ((void)0)
#endif

#endif
