/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_PERCPU_H
#define MC_ARCH_ASM_PERCPU_H

#include <linux/types.h>
#include <linux/percpu-defs.h>

#endif
