/* SPDX-License-Identifier: MIT */
/* Read before everything else: what the tree's headers would make assembly of. */
#ifndef MC_ARCH_FIRST_H
#define MC_ARCH_FIRST_H

#include <linux/version.h>
#include <mc/features.h>
#include <mc/intrinsics.h>

#ifndef MC_KERNEL_VERSION
#define MC_KERNEL_VERSION LINUX_VERSION_CODE
#endif

#define barrier() __mc_fence("Barrier")
#define barrier_data(p) ((void)(p), barrier())
#define OPTIMIZER_HIDE_VAR(var) ((void)(var))
#define RELOC_HIDE(p, offset) ((__typeof__(p))((unsigned long)(p) + (offset)))
#define unreachable() __mc_halt()

#endif
