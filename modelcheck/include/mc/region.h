/* SPDX-License-Identifier: MIT */
/*
 * Regions with preemption, bottom halves or interrupts off. Since v5.0 grace periods of RCU wait for them as for any reader;
 * before, those of RCU-sched and RCU-bh did, which are not modelled. MC_KERNEL_VERSION, as KERNEL_VERSION() gives it, says
 * of which kernel the sources are. Where the program waits for no grace period they leave nothing behind.
 */
#ifndef MC_REGION_H
#define MC_REGION_H

#include <mc/intrinsics.h>

#ifndef MC_KERNEL_VERSION
#define MC_KERNEL_VERSION 0x7fffffff
#endif
#define MC_RCU_FLAVORS (MC_KERNEL_VERSION < 0x050000)

#if MC_RCU_FLAVORS
#define __mc_region(use) ((void)0)
#else
#define __mc_region(use) __mc_section(use)
#endif

#endif
